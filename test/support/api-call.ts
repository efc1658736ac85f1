// One call of the management API, as a browser on its own pages or a program with a key would make it.
import { send, type Answered } from '#test/http-client';

export interface Calling {
  readonly method?: string;
  readonly path: string;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** With it go the headers that a browser on the checkpoint's own pages would send. */
  readonly cookie?: string | undefined;
  readonly key?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Called extends Answered {
  /** Empty where the answer is not JSON. */
  readonly json: Readonly<Record<string, unknown>>;
  /** What the browser would send from now on; undefined: nothing was set. */
  readonly cookie: string | undefined;
}

export async function callApi(port: number, { method = 'POST', path, body, cookie, key, headers = {} }: Calling): Promise<Called> {
  const text = body === undefined ? undefined : JSON.stringify(body);
  const answered = await send(port, {
    method,
    path,
    headers: {
      ...(text === undefined ? {} : { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(text)) }),
      ...(cookie === undefined ? {} : { cookie, 'sec-fetch-site': 'same-origin', 'x-sekisho-csrf': '1' }),
      ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
      ...headers,
    },
    ...(text === undefined ? {} : { body: text }),
  });
  const isJson = /json/.test(answered.headers['content-type'] ?? '');
  const json = isJson ? (JSON.parse(answered.text) as Readonly<Record<string, unknown>>) : {};
  return { ...answered, json, cookie: answered.headers['set-cookie']?.[0]?.split(';')[0] };
}
