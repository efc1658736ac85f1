// Rewrites the texts of a stream as they pass: each text that arrives in pieces goes through a channel of its own, which may hold back what
// it cannot judge yet; what it held goes out before the event that ends the text. Events in which nothing changes pass byte for byte.
import { rewriteSlots, walkSlots, type Slot } from '#slots';
import { parseFields, type Fields } from '../json-fields.ts';
import type { ClientWire, FormatSlots } from '../wire-format.ts';
import { encodingOf, rewriteWhole, type Channel, type Channels, type Encoding } from './channel.ts';
import { chatPlan } from './chat-stream.ts';
import { eventEnd, eventLike, readEvent, withData, type EventText } from './event-text.ts';
import { messagesPlan } from './messages-stream.ts';
import { responsesPlan } from './responses-stream.ts';
import type { Path, Piece, StreamPlan } from './stream-plan.ts';
import { Template, type Hole } from './template.ts';

export interface StreamRewriter {
  /** Whole events in (sse.ts cuts them), whole events out; the very Buffer where nothing changes. */
  push(block: Buffer): Buffer;
  /** What the channels still hold when the stream is over or broken, as events. */
  end(): Buffer;
}

const PLANS: Readonly<Record<ClientWire, StreamPlan>> = {
  'openai-chat': chatPlan,
  'openai-embeddings': chatPlan,
  'openai-responses': responsesPlan,
  'anthropic-messages': messagesPlan,
};

/** Shapes of events that are remembered; choices and calls of tools in parallel alternate. */
const MAX_TEMPLATES = 4;
const ALL: readonly string[] = [''];
/** Top-level members in which events of one text differ. */
const VARIABLE: ReadonlyMap<string, Hole['role']> = new Map([
  ['sequence_number', 'sequence'],
  ['obfuscation', 'padding'],
  ['created', 'time'],
]);
const EMPTY = Buffer.alloc(0);
const ENDS_WITH_BLANK_LINE = /(?:\r\n|\n|\r(?!\n)){2}$/;

export function createStreamRewriter(format: FormatSlots & { readonly wire: ClientWire }, channels: Channels): StreamRewriter {
  return new Rewriter(format, PLANS[format.wire], channels);
}

/** A text that is under way. */
interface Text {
  readonly channel: Channel;
  /** An event that carried a piece of it, and where: the model of an event that carries its rest. */
  model: { readonly text: string; readonly payload: Fields; readonly path: Path };
  /** Its piece in the event that is being read. */
  change: Change | undefined;
  isOver: boolean;
}

interface Change {
  readonly slot: Slot;
  text: string;
}

/** One event while it is being read. */
interface Reading {
  readonly event: EventText;
  readonly payload: Fields;
  readonly changes: Change[];
  readonly holes: Hole[];
  readonly pieces: Text[];
  sequence: Slot | undefined;
  /** Events that go out before it. */
  before: string;
}

class Rewriter implements StreamRewriter {
  readonly #format: FormatSlots;
  readonly #plan: StreamPlan;
  readonly #channels: Channels;
  readonly #texts = new Map<string, Text>();
  /** Texts that began at some time: arguments of tools that take turns end each other only once. */
  readonly #begun = new Set<string>();
  #templates: Template<Text>[] = [];
  /** Events that we added: numbers of later ones are higher by as many. */
  #added = 0;
  #lastSequence = -1;
  #isCutOpen = false;

  constructor(format: FormatSlots, plan: StreamPlan, channels: Channels) {
    this.#format = format;
    this.#plan = plan;
    this.#channels = channels;
  }

  push(block: Buffer): Buffer {
    const text = block.toString('utf8');
    let hasReturns: boolean | undefined;
    let rewritten: string | undefined;
    let at = 0;
    while (at < text.length) {
      const from = at;
      const template = this.#templates.length === 0 ? undefined : this.#templateAt(text, from);
      let replacement: string | undefined;
      if (template === undefined) {
        hasReturns ??= text.includes('\r');
        at = eventEnd(text, from, hasReturns);
        replacement = this.#read(text.slice(from, at));
      } else {
        at = template.end;
        replacement = this.#rewriteKnown(text, from, template);
      }
      if (replacement !== undefined) rewritten = (rewritten ?? text.slice(0, from)) + replacement;
      else if (rewritten !== undefined) rewritten += text.slice(from, at);
    }
    if (text !== '') this.#isCutOpen = !endsWithBlankLine(text);
    return rewritten === undefined ? block : Buffer.from(rewritten);
  }

  end(): Buffer {
    let rest = '';
    for (const text of this.#texts.values()) rest += this.#rest(text, undefined);
    this.#texts.clear();
    this.#templates = [];
    if (rest === '') return EMPTY;
    return Buffer.from(this.#isCutOpen ? `\n\n${rest}` : rest);
  }

  #templateAt(text: string, from: number): Template<Text> | undefined {
    for (const template of this.#templates) if (template.match(text, from)) return template;
    return undefined;
  }

  /** An event that differs from an earlier one in its piece of text only; undefined: it passes as it is. */
  #rewriteKnown(text: string, from: number, template: Template<Text>): string | undefined {
    const { pieceStart, pieceEnd, sequenceStart, sequenceEnd, end } = template;
    const raw = text.slice(pieceStart, pieceEnd);
    const piece = template.pieceIsEscaped ? decode(raw) : raw;
    // No JSON: passes as any event that cannot be read.
    if (piece === undefined) return undefined;
    const out = piece === '' ? piece : template.owner.channel.push(piece);
    if (sequenceStart >= 0) this.#lastSequence = Number(text.slice(sequenceStart, sequenceEnd));
    const isRenumbered = sequenceStart >= 0 && this.#added > 0;
    if (out === piece && !isRenumbered) return undefined;
    const edits = [{ start: pieceStart - from, end: pieceEnd - from, json: out === piece ? raw : JSON.stringify(out).slice(1, -1) }];
    if (isRenumbered) {
      const json = String(this.#lastSequence + this.#added);
      edits.push({ start: sequenceStart - from, end: sequenceEnd - from, json });
    }
    return rewriteSlots(text.slice(from, end), edits);
  }

  /** Any event; undefined: it passes as it is. */
  #read(text: string): string | undefined {
    const event = readEvent(text);
    if (event === undefined) return undefined;
    if (event.data.trim() === '[DONE]') {
      const before = this.#endTexts(ALL, undefined);
      return before === '' ? undefined : before + text;
    }
    const payload = parseFields(event.data);
    if (payload === undefined) return undefined;
    const reading: Reading = { event, payload, changes: [], holes: [], pieces: [], sequence: undefined, before: '' };
    // Kept until the whole event is known to be readable: what a channel has taken cannot be taken back.
    const slots: (readonly [Slot, Path])[] = [];
    const walked = walkSlots(event.data, this.#format.eventSlots, (slot, path) => {
      if (encodingOf(slot) !== undefined || VARIABLE.has(slot.name)) slots.push([slot, [...path]]);
    });
    if (!walked.ok) return undefined;
    for (const [slot, path] of slots) this.#readSlot(slot, path, reading);
    const ends = this.#plan.endsOf(payload);
    if (ends.length > 0) reading.before += this.#endTexts(ends, reading);
    for (const piece of reading.pieces) piece.change = undefined;
    const changes = reading.changes.filter(({ slot, text: changed }) => changed !== slot.value);
    if (reading.before === '' && ends.length === 0) this.#remember(reading, changes);
    return this.#write(reading, changes);
  }

  #readSlot(slot: Slot, path: Path, reading: Reading): void {
    const at = reading.event.dataStart;
    const role = path.length === 1 ? VARIABLE.get(slot.name) : undefined;
    if (role === 'sequence' && slot.type === 'number') {
      reading.sequence = slot;
      this.#lastSequence = Number(slot.value);
    }
    if (slot.type === 'number' && (role === 'sequence' || role === 'time')) {
      reading.holes.push({ role, start: at + slot.start, end: at + slot.end });
    } else if (slot.kind === 'opaque' && role === 'padding') {
      reading.holes.push({ role, start: at + slot.start + 1, end: at + slot.end - 1 });
    }
    const encoding = encodingOf(slot);
    if (encoding === undefined || slot.value === '') return;
    const piece = slot.type === 'string' ? this.#plan.pieceAt(reading.payload, path) : undefined;
    if (piece === undefined) {
      reading.changes.push({ slot, text: rewriteWhole(this.#channels, encoding, slot.value) });
      return;
    }
    const text = this.#textOf(piece, encoding, reading, path);
    const out = text.channel.push(slot.value);
    text.change = { slot, text: out };
    reading.changes.push(text.change);
    reading.pieces.push(text);
    reading.holes.push({ role: 'piece', start: at + slot.start + 1, end: at + slot.end - 1 });
  }

  /** The text that a piece continues, after the end of those that it ends. */
  #textOf(piece: Piece, encoding: Encoding, reading: Reading, path: Path): Text {
    const open = this.#texts.get(piece.key);
    const isNew = !this.#begun.has(piece.key);
    this.#begun.add(piece.key);
    for (const [key, other] of this.#texts) {
      if (key === piece.key || !key.startsWith(piece.scope)) continue;
      if (key.startsWith(piece.group) && !(isNew && piece.isSerial)) continue;
      this.#texts.delete(key);
      reading.before += this.#rest(other, reading);
    }
    const model = { text: reading.event.text, payload: reading.payload, path };
    if (open !== undefined) {
      open.model = model;
      return open;
    }
    const text: Text = { channel: this.#channels.open(encoding), model, change: undefined, isOver: false };
    this.#texts.set(piece.key, text);
    return text;
  }

  #endTexts(prefixes: readonly string[], reading: Reading | undefined): string {
    let before = '';
    for (const [key, text] of this.#texts) {
      if (!prefixes.some((prefix) => key.startsWith(prefix))) continue;
      this.#texts.delete(key);
      before += this.#rest(text, reading);
    }
    return before;
  }

  /** Ends a text. Its rest joins its piece in this event where it has one there; else the result is an event of its own. */
  #rest(text: Text, reading: Reading | undefined): string {
    text.isOver = true;
    this.#templates = this.#templates.filter((template) => !template.owner.isOver);
    const rest = text.channel.end();
    if (rest === '') return '';
    if (text.change !== undefined) {
      text.change.text += rest;
      return '';
    }
    const extra = { ...this.#plan.extra(text.model.payload, text.model.path, rest) } as Record<string, unknown>;
    if (extra['sequence_number'] !== undefined) {
      // It takes the number of the event that it goes before.
      const next = reading?.sequence === undefined ? this.#lastSequence + 1 : this.#lastSequence;
      extra['sequence_number'] = next + this.#added;
      this.#added++;
    }
    return eventLike(text.model.text, JSON.stringify(extra));
  }

  #remember({ event, holes, pieces }: Reading, changes: readonly Change[]): void {
    const [text] = pieces;
    if (pieces.length !== 1 || text === undefined || text.isOver || event.dataStart < 0) return;
    // Another text that was rewritten here would have to be rewritten again.
    if (changes.some(({ slot }) => slot.start !== holes.find((hole) => hole.role === 'piece')!.start - 1 - event.dataStart)) return;
    this.#templates = [new Template(event.text, holes, text), ...this.#templates.slice(0, MAX_TEMPLATES - 1)];
  }

  #write({ event, sequence, before }: Reading, changes: readonly Change[]): string | undefined {
    const edits = changes.map(({ slot, text }) => ({ start: slot.start, end: slot.end, json: JSON.stringify(text) }));
    if (sequence !== undefined && this.#added > 0) {
      edits.push({ start: sequence.start, end: sequence.end, json: String(Number(sequence.value) + this.#added) });
    }
    if (edits.length === 0) return before === '' ? undefined : before + event.text;
    return before + withData(event, rewriteSlots(event.data, edits));
  }
}

function endsWithBlankLine(text: string): boolean {
  return text.endsWith('\n\n') || ENDS_WITH_BLANK_LINE.test(text.slice(-4));
}

function decode(raw: string): string | undefined {
  try {
    return JSON.parse(`"${raw}"`) as string;
  } catch {
    return undefined;
  }
}
