// Sends an answer over node:http, as the fault in force says: the only file that writes to a response.
import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import type { Answer } from './answer.ts';
import type { Fault } from './faults.ts';
import { inPieces, paddedJson, streamSteps, type Step } from './sse.ts';

export interface Pacing {
  readonly firstByteMs: number;
  readonly delayMs: number;
}

export interface Delivery {
  readonly response: ServerResponse;
  readonly answer: Answer;
  readonly fault: Fault | undefined;
  readonly pacing: Pacing;
  /** Called just before a fault ends the connection, so that it is not taken for the client's doing. */
  readonly onCut: () => void;
}

/** Resolves when everything was handed to the socket, the fault ended the connection, or the client left. Never rejects on a lost client. */
export async function deliver(delivery: Delivery): Promise<void> {
  const { response, answer, fault, pacing } = delivery;
  if (pacing.firstByteMs > 0) await pause(response, pacing.firstByteMs);
  if (await stopsAt('before-headers', delivery)) return;
  const headers = { ...headersOf(answer), ...answer.headers };
  const status = answer.kind === 'json' ? answer.status : 200;
  if (answer.kind === 'json' && (fault === undefined || !CHANGES_BODY.has(fault.kind))) {
    const body = JSON.stringify(answer.body);
    if (fault?.kind === 'wrong-content-type') headers['content-type'] = fault.contentType;
    response.writeHead(status, { ...headers, 'content-length': String(Buffer.byteLength(body)) }).end(body);
    return;
  }
  let steps = shapeSteps(answer, fault, pacing.delayMs);
  if (fault?.kind === 'wrong-content-type') headers['content-type'] = fault.contentType;
  if (fault?.kind === 'gzip') {
    headers['content-encoding'] = 'gzip';
    steps = mapBytes(steps, (bytes) => [gzipSync(bytes)]);
  }
  if (fault?.kind === 'content-length') {
    const whole = [...steps].filter((step) => Buffer.isBuffer(step));
    headers['content-length'] = String(Math.max(0, whole.reduce((sum, bytes) => sum + bytes.length, 0) + fault.delta));
    headers.connection = 'close';
    steps = whole;
  }
  response.writeHead(status, headers);
  response.flushHeaders();
  if (await stopsAt('after-headers', delivery)) return;
  await run(steps, delivery);
}

/** Faults that leave the body of a JSON answer as it is are not in this set. */
const CHANGES_BODY: ReadonlySet<Fault['kind']> = new Set(['hang', 'cut', 'drip', 'huge-body', 'content-length', 'gzip']);

function headersOf(answer: Answer): Record<string, string> {
  if (answer.kind === 'json') return { 'content-type': 'application/json' };
  return { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' };
}

function shapeSteps(answer: Answer, fault: Fault | undefined, delayMs: number): Iterable<Step> {
  const steps = answer.kind === 'stream' ? streamSteps(answer, fault, delayMs) : jsonSteps(JSON.stringify(answer.body), fault);
  return fault?.kind === 'drip' ? mapBytes(steps, (bytes) => inPieces(bytes, fault.bytes, fault.everyMs)) : steps;
}

/** A JSON body counts as four chunks, so that a cut or hang after up to three of them leaves it incomplete. */
function* jsonSteps(json: string, fault: Fault | undefined): Generator<Step> {
  const bytes = Buffer.from(json);
  if (fault?.kind === 'huge-body') {
    yield* paddedJson(json, fault.bytes);
  } else if (fault?.kind === 'hang' || fault?.kind === 'cut') {
    const quarters = Math.min(3, fault.chunks ?? 1);
    yield bytes.subarray(0, Math.floor((bytes.length * quarters) / 4));
    yield fault.kind;
  } else {
    yield bytes;
  }
}

function* mapBytes(steps: Iterable<Step>, change: (bytes: Buffer) => Iterable<Step>): Generator<Step> {
  for (const step of steps) {
    if (Buffer.isBuffer(step)) yield* change(step);
    else yield step;
  }
}

async function stopsAt(place: 'before-headers' | 'after-headers', delivery: Delivery): Promise<boolean> {
  const { fault, response } = delivery;
  if (response.destroyed) return true;
  if ((fault?.kind !== 'hang' && fault?.kind !== 'cut') || fault.at !== place) return false;
  await (fault.kind === 'hang' ? untilClosed(response) : cut(delivery));
  return true;
}

async function run(steps: Iterable<Step>, delivery: Delivery): Promise<void> {
  const { response } = delivery;
  for (const step of steps) {
    if (response.destroyed) return;
    if (Buffer.isBuffer(step)) {
      if (!response.write(step)) await untilDrained(response);
    } else if (step === 'hang') return untilClosed(response);
    else if (step === 'cut') return cut(delivery);
    else await pause(response, step.waitMs);
  }
  response.end();
}

/** Ends the connection without ending the answer; what was written before reaches the peer, unless a reset overtakes it. */
async function cut(delivery: Delivery): Promise<void> {
  const { response, fault } = delivery;
  const { socket } = response;
  if (socket === null) return;
  await nextTurn();
  if (socket.writableLength > 0) await new Promise<void>((resolve) => socket.write('', () => resolve()));
  delivery.onCut();
  if (fault?.kind === 'cut' && fault.reset === true) socket.resetAndDestroy();
  else socket.destroy();
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function pause(response: ServerResponse, ms: number): Promise<void> {
  if (ms <= 0) return nextTurn();
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      response.off('close', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    response.once('close', done);
  });
}

function untilClosed(response: ServerResponse): Promise<void> {
  if (response.destroyed) return Promise.resolve();
  return new Promise((resolve) => response.once('close', () => resolve()));
}

function untilDrained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off('drain', done);
      response.off('close', done);
      resolve();
    };
    response.once('drain', done);
    response.once('close', done);
  });
}
