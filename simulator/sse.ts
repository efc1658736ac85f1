// Event streams as bytes: the WHATWG framing (HTML standard, section "Server-sent events") and every deviation a fault asks for.
import type { SseEvent, StreamAnswer } from './answer.ts';
import type { Fault, SseForm } from './faults.ts';

/** What delivery does next: send bytes, wait, stop answering, or end the connection. */
export type Step = Buffer | { readonly waitMs: number } | 'hang' | 'cut';

const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);
/** Long enough for two halves to leave in separate TCP segments. */
const SEGMENT_GAP_MS = 5;
/** The event that a form damages, counted from 0: late enough that the stream has begun. */
const DAMAGED_EVENT = 1;

/** The steps that send a stream: events `delayMs` apart, as the fault says. */
export function* streamSteps(answer: StreamAnswer, fault: Fault | undefined, delayMs: number): Generator<Step> {
  if (fault?.kind === 'sse-form') {
    yield* formSteps(answer.events, fault.form, delayMs);
    return;
  }
  const limit = fault?.kind === 'stream-error' ? fault.afterChunks : stopsAfter(fault);
  let sent = 0;
  for (const event of answer.events) {
    if (sent === limit) break;
    if (sent > 0) yield { waitMs: delayMs };
    if (fault?.kind === 'huge-body' && sent === 0) yield* paddedFrame(event, fault.bytes);
    else yield Buffer.from(frame(event));
    sent++;
  }
  if (fault?.kind === 'stream-error') {
    for (const event of answer.failure(sent, fault.code, fault.message)) yield Buffer.from(frame(event));
  }
  if (limit !== undefined && (fault?.kind === 'hang' || fault?.kind === 'cut')) yield fault.kind;
}

function stopsAfter(fault: Fault | undefined): number | undefined {
  return (fault?.kind === 'hang' || fault?.kind === 'cut') && fault.at === 'after-chunks' ? (fault.chunks ?? 1) : undefined;
}

/** One event with its closing blank line. */
export function frame(event: SseEvent, lineEnd = '\n'): string {
  const name = event.event === undefined ? '' : `event: ${event.event}${lineEnd}`;
  return `${name}data: ${event.data}${lineEnd}${lineEnd}`;
}

function* formSteps(events: Iterable<SseEvent>, form: SseForm, delayMs: number): Generator<Step> {
  const frames = formFrames(events, form);
  if (form === 'one-write') {
    yield Buffer.concat([...frames]);
    return;
  }
  let first = true;
  for (const bytes of frames) {
    if (!first) yield { waitMs: delayMs };
    first = false;
    if (form === 'split-utf8') yield* splitInsideCharacter(bytes);
    else if (form === 'byte-by-byte') yield* inPieces(bytes, 1, 0);
    else yield bytes;
  }
}

function* formFrames(events: Iterable<SseEvent>, form: SseForm): Generator<Buffer> {
  const lineEnd = form === 'crlf' ? '\r\n' : form === 'cr' ? '\r' : '\n';
  let index = 0;
  for (const [event, last] of withLast(events)) {
    const text = oddFrame(event, form, index, lineEnd);
    const bytes = Buffer.from(text);
    if (last && form === 'no-terminator') return;
    if (last && form === 'half-event') yield bytes.subarray(0, Math.ceil(bytes.length / 2));
    else yield form === 'bom' && index === 0 ? Buffer.concat([BYTE_ORDER_MARK, bytes]) : bytes;
    index++;
  }
}

function oddFrame(event: SseEvent, form: SseForm, index: number, lineEnd: string): string {
  const usual = frame(event, lineEnd);
  if (form === 'bad-json' && index === DAMAGED_EVENT)
    return frame({ ...event, data: event.data.slice(0, Math.ceil(event.data.length / 2)) });
  if (form === 'missing-blank-line' && index === DAMAGED_EVENT) return usual.slice(0, -1);
  if (form === 'comments') return `: keep-alive\n\n${pingBefore(event, index)}id: ${index}\nretry: 3000\n${usual}:\n\n`;
  if (form === 'multi-line-data' && event.data.startsWith('{')) return usual.replace(event.data, () => overLines(event.data));
  return usual;
}

/** An extra ping where the format has them: between the events of a Messages stream. */
function pingBefore(event: SseEvent, index: number): string {
  return index > 0 && event.event?.startsWith('content_block') === true ? frame({ event: 'ping', data: '{"type":"ping"}' }) : '';
}

/** The same JSON over several `data:` lines; line feeds between its tokens are white space. */
function overLines(data: string): string {
  return JSON.stringify(JSON.parse(data), null, 1).replaceAll('\n', '\ndata: ');
}

function* splitInsideCharacter(bytes: Buffer): Generator<Step> {
  const lead = bytes.findIndex((byte) => byte >= 0xc0);
  if (lead === -1) {
    yield bytes;
    return;
  }
  yield bytes.subarray(0, lead + 1);
  yield { waitMs: SEGMENT_GAP_MS };
  yield bytes.subarray(lead + 1);
}

/** Bytes in pieces of `size`, `everyMs` apart. */
export function* inPieces(bytes: Buffer, size: number, everyMs: number): Generator<Step> {
  for (let at = 0; at < bytes.length; at += size) {
    yield bytes.subarray(at, at + size);
    yield { waitMs: everyMs };
  }
}

const PADDING_PIECE = Buffer.alloc(64 * 1024, 'a');

/** A JSON object with one more member that makes it at least `bytes` long, without holding it in memory. */
export function* paddedJson(json: string, bytes: number): Generator<Buffer> {
  yield Buffer.from('{"x_padding":"');
  for (let left = bytes; left > 0; left -= PADDING_PIECE.length) yield PADDING_PIECE.subarray(0, Math.min(left, PADDING_PIECE.length));
  yield Buffer.from(json === '{}' ? '"}' : `",${json.slice(1)}`);
}

function* paddedFrame(event: SseEvent, bytes: number): Generator<Buffer> {
  const [before, after] = frame({ ...event, data: '\0' }).split('\0') as [string, string];
  yield Buffer.from(before);
  yield* paddedJson(event.data, bytes);
  yield Buffer.from(after);
}

function* withLast<T>(items: Iterable<T>): Generator<readonly [item: T, last: boolean]> {
  let held: { readonly item: T } | undefined;
  for (const item of items) {
    if (held !== undefined) yield [held.item, false];
    held = { item };
  }
  if (held !== undefined) yield [held.item, true];
}
