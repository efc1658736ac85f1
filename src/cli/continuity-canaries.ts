// Canary requests of a drill: a few words through every affected route of the running checkpoint, every few seconds, so that a drill shows
// something before any client takes part in it. What a client would see is what is counted.
import { setTimeout as pause } from 'node:timers/promises';
import { environment, type Config } from '#config';
import type { CanaryCount } from '#continuity';
import { systemClock, systemErrorCode } from '#kernel';
import type { Route, Wire } from '#routing';
import type { Context } from './command.ts';
import { actor, administer } from './keys.ts';

const EVERY_MS = 5_000;
const ANSWER_WITHIN_MS = 30_000;
const AT_ONCE = 4;
const LONGEST_ANSWER_BYTES = 1 << 20;
const OUTPUT_TOKENS = 16;
/** A key of a command that died ends by itself this long after the drill. */
const KEY_GRACE_MS = 10 * 60_000;
/** Every worker knows a new key within a second. */
const KEY_SPREAD_MS = 1_000;

const WORDS = 'Reply with the single word OK.';

export interface Canaries {
  readonly counts: () => readonly CanaryCount[];
  /** Resolves when no canary is under way any more. */
  stop(): Promise<void>;
}

/** Sends until stopped. `key`: of a caller that may use these routes. */
export function startCanaries(options: { readonly url: string; readonly key: string; readonly routes: readonly Route[] }): Canaries {
  const stopping = new AbortController();
  const tallies = new Map(options.routes.map((route) => [route.name, { sent: 0, answered: 0, failures: new Map<string, number>() }]));
  const send = async (route: Route): Promise<void> => {
    const tally = tallies.get(route.name)!;
    tally.sent += 1;
    const cause = await askOnce(route, options);
    if (cause === undefined) tally.answered += 1;
    else tally.failures.set(cause, (tally.failures.get(cause) ?? 0) + 1);
  };
  const round = async (): Promise<void> => {
    const waiting = [...options.routes];
    const one = async (): Promise<void> => {
      for (let route = waiting.shift(); route !== undefined && !stopping.signal.aborted; route = waiting.shift()) await send(route);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, one));
  };
  const running = (async () => {
    while (!stopping.signal.aborted) {
      await round();
      await pause(EVERY_MS, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  })();
  return {
    counts: () =>
      [...tallies].map(([route, { sent, answered, failures }]) => ({
        route,
        sent,
        answered,
        failures: [...failures].map(([cause, count]) => ({ cause, count })).toSorted((a, b) => b.count - a.count),
      })),
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

/** Undefined: answered. Otherwise why not, as a client would see it. */
async function askOnce(route: Route, { url, key }: { readonly url: string; readonly key: string }): Promise<string | undefined> {
  const { path, body } = requestFor(route);
  try {
    const response = await fetch(`${url}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', 'x-sekisho-canary': '1' },
      body: JSON.stringify(body),
      redirect: 'error',
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    });
    const text = await readUpTo(response, LONGEST_ANSWER_BYTES);
    return response.ok ? undefined : `${response.status} ${errorCode(text)}`.trim();
  } catch (error) {
    if (error instanceof Error && error.name === 'TimeoutError') return 'no answer in time';
    return systemErrorCode(error instanceof Error ? (error.cause ?? error) : error) ?? 'connection failed';
  }
}

async function readUpTo(response: Response, limitBytes: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  if (response.body === null) return '';
  for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    if (bytes > limitBytes) throw new Error('the answer is too long');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function errorCode(text: string): string {
  try {
    const body = JSON.parse(text) as { readonly error?: { readonly code?: unknown; readonly type?: unknown } };
    const code = body.error?.code ?? body.error?.type;
    return typeof code === 'string' ? code.slice(0, 100) : '';
  } catch {
    return '';
  }
}

const CHAT = (model: string) => ({ path: '/v1/chat/completions', body: { model, messages: [{ role: 'user', content: WORDS }] } });

const REQUESTS: Readonly<Record<Wire, (model: string) => { readonly path: string; readonly body: unknown }>> = {
  // Without a bound on the answer: the name of that field differs between servers, and some refuse the other one.
  'openai-chat': CHAT,
  // No client speaks it; chat completions are translated to it.
  'nec-cotomi': CHAT,
  'openai-responses': (model) => ({ path: '/v1/responses', body: { model, input: WORDS, max_output_tokens: OUTPUT_TOKENS } }),
  'anthropic-messages': (model) => ({
    path: '/v1/messages',
    body: { model, messages: [{ role: 'user', content: WORDS }], max_tokens: OUTPUT_TOKENS },
  }),
  'openai-embeddings': (model) => ({ path: '/v1/embeddings', body: { model, input: WORDS } }),
};

/** In the format that most of the route's candidates can be reached with, so that a canary fares as clients do. */
function requestFor(route: Route): { readonly path: string; readonly body: unknown } {
  const wires = Object.keys(REQUESTS) as Wire[];
  const speak = (wire: Wire): number => route.candidates.filter((candidate) => candidate.wires.includes(wire)).length;
  const best = wires.toSorted((a, b) => speak(b) - speak(a))[0]!;
  return REQUESTS[best](route.name);
}

/** The routes that have a candidate among the deployments that are taken away. */
export function affectedRoutes({ routes }: Pick<Config, 'routes'>, removed: ReadonlySet<string>): readonly Route[] {
  return routes.filter(({ candidates }) => candidates.some(({ id }) => removed.has(id)));
}

/** The key that canaries use, and how to put it away again. */
export async function canaryKey(options: {
  /** As given; undefined: that of the environment, else one is made. */
  readonly key: string | undefined;
  readonly config: Config;
  readonly routes: readonly Route[];
  readonly durationMs: number;
  readonly context: Context;
}): Promise<{ readonly key: string; end(): Promise<void> }> {
  const { config, routes, durationMs, context } = options;
  const given = options.key ?? environment().key;
  if (given !== undefined) return { key: given, end: () => Promise.resolve() };
  const created = await administer(context, config, (administration) =>
    administration.createKey({
      owner: 'sekisho-drill',
      kind: 'service',
      label: 'canaries of a drill',
      routes: routes.map(({ name }) => name),
      expiresAtMs: systemClock.now() + durationMs + KEY_GRACE_MS,
    }),
  );
  await pause(KEY_SPREAD_MS);
  return {
    key: created.key,
    async end() {
      const { withAdministration } = await import('#compose');
      // Not by `administer`: a signal has perhaps come, and the key has to go all the same.
      await withAdministration({
        config,
        by: actor(),
        onProgress: () => undefined,
        work: (administration) => administration.revokeKey({ key: created.record.id, reason: 'the drill is over' }),
      });
    },
  };
}
