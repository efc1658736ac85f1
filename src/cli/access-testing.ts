// Runs commands of `sekisho access` in this process against a small server that plays the management API. For tests only.
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { runCommand } from 'citty';
import { API_ROUTES, type ApiRoute } from '#http';
import { checkArguments } from './arguments.ts';
import type { Command, Context, Group } from './command.ts';
import { access } from './commands/access.ts';
import type { ExitCode } from './exit-codes.ts';

export interface SeenCall {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** Undefined where it is not JSON. */
  readonly body: unknown;
}

export interface PlayedAnswer {
  readonly status?: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface PlayedApi {
  readonly url: string;
  readonly calls: SeenCall[];
  /** By `GET /api/v1/…`, without the query; a function is given the call. Anything else is answered with a problem, 404. */
  answers: Readonly<Record<string, PlayedAnswer | ((call: SeenCall) => PlayedAnswer)>>;
  close(): Promise<void>;
}

export async function playApi(): Promise<PlayedApi> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString('utf8');
      const { method = '', url = '', headers } = request;
      const call: SeenCall = { method, path: url, headers, text, body: jsonOf(text) };
      api.calls.push(call);
      const found = api.answers[`${method} ${url.split('?', 1)[0]!}`] ?? NOTHING;
      const answer = typeof found === 'function' ? found(call) : found;
      const type = (answer.status ?? 200) >= 400 ? 'application/problem+json' : 'application/json';
      response.writeHead(answer.status ?? 200, { 'content-type': type, ...answer.headers });
      response.end(answer.body === undefined ? '' : typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const api: PlayedApi = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls: [],
    answers: {},
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return api;
}

const NOTHING: PlayedAnswer = { status: 404, body: { code: 'unknown-path', detail: 'There is nothing at this path.' } };

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

export interface AccessRun {
  readonly code: ExitCode;
  readonly out: string;
  readonly notes: string;
}

/** Without colours. What the command throws is thrown. `signal`: the first interrupt. */
export async function runAccess(args: readonly string[], signal: AbortSignal = new AbortController().signal): Promise<AccessRun> {
  let target: Command | Group = access;
  let rest = args;
  while (target.kind === 'group') {
    const listed: Group['commands'][string] | undefined = target.commands[rest[0] ?? ''];
    if (listed === undefined) throw new Error(`no command ${args.join(' ')}`);
    target = await listed.load();
    rest = rest.slice(1);
  }
  checkArguments(rest, target.flags, 'access');
  const [out, notes]: [string[], string[]] = [[], []];
  const plainStyle = (_: string, text: string): string => text;
  const data: Context = {
    terminal: {
      style: plainStyle,
      noteStyle: plainStyle,
      out: (text) => void out.push(text),
      note: (text) => void notes.push(text),
    },
    signals: { first: signal, throwIfInterrupted: () => signal.throwIfAborted(), onSecond: () => undefined, onHangUp: () => undefined },
    json: rest.includes('--json'),
  };
  const { result } = await runCommand(target.definition, { rawArgs: [...rest], data });
  return { code: result as ExitCode, out: out.join('\n'), notes: notes.join('\n') };
}

/** What of these calls the management API itself would not take: paths that it does not have, queries and bodies of another shape. */
export function misfits(calls: readonly SeenCall[]): string[] {
  return calls.flatMap(({ method, path, body, text }) => {
    const url = new URL(path, 'http://api.invalid');
    const route = API_ROUTES.find((each) => each.method === method && matches(each, url.pathname));
    if (route === undefined) return [`${method} ${path}: there is no such route`];
    const problems: string[] = [];
    const query = route.query?.safeParse(Object.fromEntries(url.searchParams));
    if (query === undefined ? url.search !== '' : !query.success)
      problems.push(`${method} ${path}: ${query?.error?.message ?? 'no query'}`);
    if (route.rawBody === true) return problems;
    const read = route.body?.safeParse(body);
    if (read === undefined ? text !== '' : !read.success) problems.push(`${method} ${path}: ${read?.error?.message ?? 'no body'}`);
    return problems;
  });
}

function matches({ path }: ApiRoute, given: string): boolean {
  const [parts, named] = [given.split('/'), path.split('/')];
  return parts.length === named.length && named.every((name, index) => name.startsWith('{') || name === parts[index]);
}
