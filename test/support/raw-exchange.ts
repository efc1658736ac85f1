// A client for tests that shows bytes as they arrive: no parsing beyond the head and chunked framing, no retries, no redirects.
import { connect, type Socket } from 'node:net';

export interface RawExchange {
  readonly socket: Socket;
  /** Pieces of the answer in the order the kernel delivered them. */
  readonly pieces: Buffer[];
  /** The status line and headers once they are complete. */
  head(): { readonly status: number; readonly headers: Readonly<Record<string, string>> } | undefined;
  /** Bytes after the head, chunked framing removed where there is one. */
  body(): Buffer;
  /** True once the answer is complete by its own framing: last chunk, or Content-Length reached. */
  complete(): boolean;
  /** Resolves when `done` holds after a piece, or the connection ended. */
  until(done: (exchange: RawExchange) => boolean): Promise<RawExchange>;
  /** How the connection ended: 'open' while it has not. */
  ending(): 'open' | 'orderly' | 'error';
}

/** Sends one POST with a JSON body to a simulator on 127.0.0.1. */
export function rawPost(port: number, path: string, body: object, headers: Readonly<Record<string, string>> = {}): RawExchange {
  const payload = Buffer.from(JSON.stringify(body));
  const lines = Object.entries({
    host: '127.0.0.1',
    'content-type': 'application/json',
    'content-length': String(payload.length),
    ...headers,
  });
  const socket = connect({ host: '127.0.0.1', port, noDelay: true });
  socket.write(`POST ${path} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`);
  socket.write(payload);
  return watch(socket);
}

function watch(socket: Socket): RawExchange {
  const pieces: Buffer[] = [];
  let ended: 'open' | 'orderly' | 'error' = 'open';
  const waiting = new Set<() => void>();
  const wake = () => waiting.forEach((check) => check());
  socket.on('data', (piece) => {
    pieces.push(piece);
    wake();
  });
  socket.on('end', () => {
    ended = 'orderly';
    wake();
  });
  socket.on('error', () => {
    ended = 'error';
  });
  socket.on('close', wake);
  const split = () => {
    const all = Buffer.concat(pieces);
    const at = all.indexOf('\r\n\r\n');
    return at === -1 ? undefined : { head: all.subarray(0, at).toString('latin1'), rest: all.subarray(at + 4) };
  };
  const exchange: RawExchange = {
    socket,
    pieces,
    head() {
      const parts = split();
      if (parts === undefined) return undefined;
      const [first = '', ...lines] = parts.head.split('\r\n');
      const headers = Object.fromEntries(
        lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
      );
      return { status: Number(first.split(' ')[1]), headers };
    },
    body: () => unframe(split()?.rest ?? Buffer.alloc(0), exchange.head()?.headers['transfer-encoding'] === 'chunked').body,
    complete() {
      const head = exchange.head();
      if (head === undefined) return false;
      const { body, complete } = unframe(split()!.rest, head.headers['transfer-encoding'] === 'chunked');
      return head.headers['content-length'] === undefined ? complete : body.length >= Number(head.headers['content-length']);
    },
    until: (done) =>
      new Promise((resolve) => {
        const check = () => {
          if (!done(exchange) && ended === 'open' && !socket.destroyed) return;
          waiting.delete(check);
          resolve(exchange);
        };
        waiting.add(check);
        check();
      }),
    ending: () => ended,
  };
  return exchange;
}

/** RFC 9112 §7.1, as far as it came. */
function unframe(rest: Buffer, chunked: boolean): { readonly body: Buffer; readonly complete: boolean } {
  if (!chunked) return { body: rest, complete: false };
  const parts: Buffer[] = [];
  let at = 0;
  for (;;) {
    const lineEnd = rest.indexOf('\r\n', at);
    if (lineEnd === -1) return { body: Buffer.concat(parts), complete: false };
    const size = Number.parseInt(rest.subarray(at, lineEnd).toString('latin1'), 16);
    if (size === 0) return { body: Buffer.concat(parts), complete: true };
    parts.push(rest.subarray(lineEnd + 2, lineEnd + 2 + size));
    at = lineEnd + 2 + size + 2;
    if (at > rest.length) return { body: Buffer.concat(parts), complete: false };
  }
}
