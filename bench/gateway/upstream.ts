// The mock upstream that every contender talks to: one process, prebuilt answers, no delay, no state besides an optional capture of the
// next request. It checks nothing while under load; a probe asks for a capture and the caller judges it.
//
// A streamed answer leaves as one write per event with a turn of the event loop between them, so that a gateway sees them arrive the way a
// fast model sends them and not as one block.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { JSON_ANSWER, STREAM_ANSWER } from './workloads.ts';

export interface CapturedRequest {
  readonly path: string;
  readonly authorization: string | undefined;
  readonly body: string;
}

export type UpstreamMessage =
  | { readonly type: 'ready'; readonly port: number }
  | { readonly type: 'captured'; readonly request: CapturedRequest };

const JSON_HEADERS = ['content-type', 'application/json', 'content-length', String(JSON_ANSWER.length)];
const STREAM_HEADERS = ['content-type', 'text/event-stream; charset=utf-8', 'cache-control', 'no-cache'];

/** Stands in the head of every streamed benchmark request, wherever a gateway moved it; looking no further keeps the mock light. */
const STREAM_MARK = Buffer.from('"stream":true');
const STREAM_MARK_WITHIN_BYTES = 2048;

let captureNext = false;

const server = createServer((request, response) => {
  let first: Buffer | undefined;
  const captured: Buffer[] | undefined = captureNext ? [] : undefined;
  captureNext = false;
  request.on('data', (chunk: Buffer) => {
    first ??= chunk;
    captured?.push(chunk);
  });
  request.on('end', () => {
    if (captured !== undefined) report(request, captured);
    if (first?.subarray(0, STREAM_MARK_WITHIN_BYTES).includes(STREAM_MARK)) stream(response);
    else response.writeHead(200, JSON_HEADERS).end(JSON_ANSWER);
  });
});

function stream(response: ServerResponse): void {
  response.writeHead(200, STREAM_HEADERS);
  let next = 0;
  const step = (): void => {
    const event = STREAM_ANSWER[next++];
    if (event === undefined) response.end();
    else if (!response.destroyed) {
      response.write(event);
      setImmediate(step);
    }
  };
  step();
}

function report(request: IncomingMessage, chunks: readonly Buffer[]): void {
  const { authorization } = request.headers;
  tell({ type: 'captured', request: { path: request.url ?? '', authorization, body: Buffer.concat(chunks).toString() } });
}

function tell(message: UpstreamMessage): void {
  process.send?.(message);
}

// Contenders keep idle connections while others have their turn; the mock must not be the one to close them.
server.keepAliveTimeout = 600_000;
server.requestTimeout = 0;
process.on('message', (message) => {
  if (message === 'capture') captureNext = true;
});
process.on('disconnect', () => process.exit(0));
server.listen(0, '127.0.0.1', 1024, () => tell({ type: 'ready', port: (server.address() as AddressInfo).port }));
