// One HTTP request with nothing added and nothing hidden, for tests that send what no SDK sends. Every request has its own connection.
import { request as httpRequest, type ClientRequest, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http';
import { connect } from 'node:net';

export interface Sending {
  readonly method?: string;
  /** As it goes into the request line. */
  readonly path: string;
  /** Values hold one character per byte. */
  readonly headers?: OutgoingHttpHeaders;
  /** Without a Content-Length among the headers it is sent chunked. */
  readonly body?: Buffer | string;
}

export interface Answered {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** `x-request-id`, or empty. */
  readonly id: string;
}

export interface Exchange {
  readonly request: ClientRequest;
  /** Rejects when the connection breaks before the answer is whole. */
  readonly answer: Promise<Answered>;
}

/** Opens a request and leaves its body to the caller: `exchange.request.write(…)`, `.end()`, `.destroy()`. */
export function open(port: number, { method = 'POST', path, headers = {} }: Omit<Sending, 'body'>): Exchange {
  const request = httpRequest({ host: '127.0.0.1', port, method, path, headers, agent: false });
  const answer = new Promise<Answered>((resolve, reject) => {
    request.once('error', reject);
    request.once('response', (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.once('error', reject);
      response.once('end', () => {
        const id = response.headers['x-request-id'];
        const text = Buffer.concat(parts).toString();
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text, id: typeof id === 'string' ? id : '' });
      });
    });
  });
  // Tests look at it when they choose to.
  answer.catch(() => undefined);
  return { request, answer };
}

export async function send(port: number, sending: Sending): Promise<Answered> {
  const { request, answer } = open(port, sending);
  if (sending.body !== undefined && sending.headers?.['content-length'] === undefined) request.setHeader('transfer-encoding', 'chunked');
  // As bytes: a text would be joined with the headers, and these then be written in its encoding.
  request.end(Buffer.from(sending.body ?? ''));
  return await answer;
}

/** Sends bytes as they are and resolves with everything that comes back until the other side closes, or after `quietMs` of silence. */
export function sendRaw(port: number, bytes: string | Buffer, quietMs = 2_000): Promise<string> {
  return new Promise((resolve) => {
    const parts: Buffer[] = [];
    const socket = connect({ host: '127.0.0.1', port });
    const finish = () => {
      socket.destroy();
      resolve(Buffer.concat(parts).toString('latin1'));
    };
    socket.setTimeout(quietMs, finish);
    socket.on('data', (part) => parts.push(part));
    socket.on('error', finish);
    socket.on('close', finish);
    socket.write(bytes);
  });
}
