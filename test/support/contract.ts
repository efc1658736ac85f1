// One checkpoint in front of one simulator, for tests with real clients: what the client sent, what the provider received and what the
// ledger recorded are laid beside each other. Import it from test files only.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { after } from 'node:test';
import { startSimulator, type RecordedRequest, type Simulator } from '#simulator';
import {
  providerYaml,
  refusalOf,
  startCheckpoint,
  type LedgerRecord,
  type StartedCheckpoint,
  type StartOptions,
} from '#test/started-checkpoint';

/** The route that clients name, and the model that the provider knows. */
export const ROUTE = 'any';
export const MODEL = 'sim-jp-large';
export const DEPLOYMENT = 'jp/d';

/** Further routes, each to a model that the simulator answers in its own way. */
export const REFUSING_ROUTE = 'refuses';
export const BLOCKING_ROUTE = 'blocks';
/** To deployments that speak one format only; lenient. */
export const CHAT_ONLY_ROUTE = 'chat-only';
export const RESPONSES_ONLY_ROUTE = 'responses-only';
/** One attempt only, so that what the provider says is what the client hears. */
export const SINGLE_ATTEMPT_ROUTE = 'single';

/** Headers of a client that reach a provider. */
const FORWARDED = ['accept', 'anthropic-version', 'anthropic-beta', 'openai-beta', 'idempotency-key'];
/** Headers that a request to a provider has by itself. */
const OWN = [
  'host',
  'connection',
  'content-type',
  'content-length',
  'accept-encoding',
  'user-agent',
  'authorization',
  'x-client-request-id',
];

/** One call of a client, as it left and as its answer began. */
export interface ClientCall {
  readonly path: string;
  readonly headers: Headers;
  /** Empty for requests without one. */
  readonly body: string;
  readonly status: number;
  /** `x-request-id` of the answer. */
  readonly id: string;
  readonly answerHeaders: Headers;
}

/** What a client saw, and so what provider and ledger have to say too. */
export interface Seen {
  readonly operation: 'chat-completions' | 'responses' | 'embeddings' | 'messages' | 'count-tokens';
  /** Tokens as the client read them; null when the answer carried none. */
  readonly usage: { readonly inputTokens: number; readonly outputTokens: number } | null;
  readonly stream?: boolean;
  readonly route?: string;
  readonly model?: string;
  readonly deployment?: string;
  /** Default 200. */
  readonly status?: number;
  /** Default `complete`. */
  readonly ended?: string;
  readonly finish?: string | null;
  /** `kind: code` */
  readonly providerRefusal?: string | null;
}

export interface Traces {
  readonly call: ClientCall;
  readonly received: RecordedRequest;
  readonly decision: LedgerRecord;
  readonly outcome: LedgerRecord;
}

export interface Contract {
  readonly simulator: Simulator;
  readonly checkpoint: StartedCheckpoint;
  readonly key: string;
  /** The provider's credential. */
  readonly credential: string;
  /** For clients: a fetch that remembers. */
  readonly fetch: typeof globalThis.fetch;
  readonly calls: readonly ClientCall[];
  lastCall(): ClientCall;
  /** Checks what a call (by default the last one) left at the provider and in the ledger. */
  passed(seen: Seen, call?: ClientCall): Promise<Traces>;
}

// Hooks are registered here and not where the simulator starts: that is inside other hooks.
const simulators: Simulator[] = [];
after(() => Promise.all(simulators.map((simulator) => simulator.close())));

/** `deployment`: a line of YAML that every deployment has in addition. */
export async function startContract({ deployment, ...options }: Partial<StartOptions> & { deployment?: string } = {}): Promise<Contract> {
  const credential = `provider-${randomBytes(8).toString('hex')}`;
  const simulator = await startSimulator({ name: 'jp', label: 'JP', apiKey: credential });
  simulators.push(simulator);
  const provider = (name: string, model: string, wire?: string) =>
    providerYaml(name, {
      url: simulator.url,
      country: 'JP',
      model,
      ...(wire === undefined ? {} : { wire }),
      extra: ['credential: env:PROVIDER_CREDENTIAL', ...(deployment === undefined ? [] : [deployment])].join('\n'),
    });
  const checkpoint = await startCheckpoint({
    yaml: `providers:
${provider('jp', MODEL)}
${provider('refusal', 'sim-refusal')}
${provider('policy', 'sim-policy-error')}
${provider('single', 'sim-jp-small')}
${provider('chat', MODEL, 'openai-chat')}
${provider('responses', MODEL, 'openai-responses')}
routes:
  ${ROUTE}: { candidates: [${DEPLOYMENT}], description: Any question }
  ${REFUSING_ROUTE}: { candidates: [refusal/d] }
  ${BLOCKING_ROUTE}: { candidates: [policy/d] }
  ${CHAT_ONLY_ROUTE}: { candidates: [chat/d], translation: lenient }
  ${RESPONSES_ONLY_ROUTE}: { candidates: [responses/d], translation: lenient }
  ${SINGLE_ATTEMPT_ROUTE}: { candidates: [single/d], maxAttempts: 1 }
`,
    env: { PROVIDER_CREDENTIAL: credential },
    ...options,
  });
  const key = await checkpoint.createKey();
  const calls: ClientCall[] = [];
  const parts = { simulator, checkpoint, key, credential };
  const lastCall = () => calls.at(-1) ?? assert.fail('nothing was called');
  return {
    ...parts,
    calls,
    lastCall,
    fetch: rememberingFetch(calls),
    passed: (seen, call = lastCall()) => checkPassage(parts, call, seen),
  };
}

function rememberingFetch(calls: ClientCall[]): typeof globalThis.fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    const body = init?.body ?? '';
    assert.ok(typeof body === 'string', 'clients send their bodies as text');
    const answer = await fetch(input, init);
    const { status, headers } = answer;
    const id = headers.get('x-request-id') ?? '';
    calls.push({ path: new URL(request.url).pathname, headers: request.headers, body, status, id, answerHeaders: headers });
    return answer;
  };
}

type Parts = Pick<Contract, 'simulator' | 'checkpoint' | 'key' | 'credential'>;

async function checkPassage(parts: Parts, call: ClientCall, seen: Seen): Promise<Traces> {
  const { simulator, checkpoint } = parts;
  assert.match(call.id, /^req_[0-9A-Z]{26}$/);
  const received = simulator.requests.filter((request) => request.requestId === call.id);
  assert.equal(received.length, 1, 'the provider received the request once, under the id that the client got');
  checkHeaders(parts, call, received[0]!);
  checkBody(call, received[0]!, seen);
  const records = await checkpoint.recordsOf(call.id);
  assert.deepEqual(
    records.map((record) => record['type']),
    ['decision', 'outcome'],
  );
  const [decision, outcome] = records as [LedgerRecord, LedgerRecord];
  checkDecision(parts, call, { decision, received: received[0]!, seen });
  checkOutcome(outcome, seen);
  return { call, received: received[0]!, decision, outcome };
}

function checkHeaders({ key, credential }: Parts, call: ClientCall, received: RecordedRequest): void {
  const { headers } = received;
  assert.equal(headers['authorization'], `Bearer ${credential}`);
  assert.equal(headers['user-agent'], 'sekisho');
  assert.equal(headers['x-client-request-id'], call.id);
  const others = Object.keys(headers).filter((name) => !OWN.includes(name) && !FORWARDED.includes(name));
  assert.deepEqual(others, [], 'no other header of the client reached the provider');
  for (const name of FORWARDED)
    if (call.headers.has(name)) assert.equal(headers[name], call.headers.get(name), `${name} is forwarded as it came`);
  // The secret is base64url and may hold underscores itself: it begins after the second one.
  const secret = key.slice(key.indexOf('_', key.indexOf('_') + 1) + 1);
  assert.ok(!JSON.stringify(headers).includes(secret) && !received.body.includes(secret), 'the key stays here');
}

/** Where a format tells the provider on whose behalf a request comes; the value is a pseudonym. */
const END_USER: Readonly<Record<Seen['operation'], RegExp | undefined>> = {
  'chat-completions': /"safety_identifier":"[\w-]{43}",?/,
  responses: /"safety_identifier":"[\w-]{43}",?/,
  messages: /"metadata":\{"user_id":"[\w-]{43}"\},?/,
  embeddings: /"user":"[\w-]{43}",?/,
  'count-tokens': undefined,
};

/**
 * The bytes that left are those that came, with another model, a pseudonym of whoever asks, and usage asked for where a chat stream would
 * not bring it.
 */
function checkBody(call: ClientCall, received: RecordedRequest, seen: Seen): void {
  assert.ok(received.bodyComplete);
  assert.equal(received.model, seen.model ?? MODEL);
  const named = JSON.stringify(seen.route ?? ROUTE);
  const expected = call.body.replace(`"model":${named}`, () => `"model":${JSON.stringify(seen.model ?? MODEL)}`);
  assert.notEqual(expected, call.body);
  const asks = expected.includes('"stream_options":');
  const added = seen.operation === 'chat-completions' && seen.stream === true && !asks;
  const text = received.body.toString();
  const endUser = END_USER[seen.operation];
  if (endUser !== undefined) assert.match(text, endUser, 'the provider can tell callers apart');
  const left = endUser === undefined ? text : text.replace(endUser, '');
  assert.equal(left, added ? `{"stream_options":{"include_usage":true},${expected.slice(1)}` : expected);
}

function checkDecision(parts: Parts, call: ClientCall, found: { decision: LedgerRecord; received: RecordedRequest; seen: Seen }): void {
  const { decision, received, seen } = found;
  const salt = Buffer.from(decision['salt'] as string, 'hex');
  const sha256 = createHash('sha256').update(salt).update(received.body).digest('hex');
  assert.deepEqual(decision['received'], { bytes: Buffer.byteLength(call.body) });
  assert.deepEqual(decision['sent'], { bytes: received.body.length, sha256 }, 'the record names what left, and nothing else fits it');
  const { id, model } = decision['deployment'] as { id: string; model: string };
  assert.deepEqual(
    [decision['operation'], decision['route'], id, model, decision['stream'], decision['attempt']],
    [seen.operation, seen.route ?? ROUTE, seen.deployment ?? DEPLOYMENT, seen.model ?? MODEL, seen.stream ?? false, 1],
  );
  const caller = decision['caller'] as { name: string; key: string };
  assert.equal(caller.name, 'tester');
  assert.ok(parts.key.includes(caller.key) && caller.key.length < parts.key.length);
}

function checkOutcome(outcome: LedgerRecord, seen: Seen): void {
  const usage = outcome['usage'] as { inputTokens: number; outputTokens: number } | null;
  assert.deepEqual(usage === null ? null : { inputTokens: usage.inputTokens, outputTokens: usage.outputTokens }, seen.usage);
  assert.deepEqual(
    [outcome['status'], outcome['ended'], refusalOf(outcome)],
    [seen.status ?? 200, seen.ended ?? 'complete', seen.providerRefusal ?? null],
  );
  if (seen.finish !== undefined) assert.equal(outcome['finish'], seen.finish);
  if (seen.usage !== null && seen.operation !== 'count-tokens') assert.equal(outcome['effectiveModel'], seen.model ?? MODEL);
}

/** Resolves once `condition` holds; fails after five seconds. */
export async function eventually(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 250; tries++) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.fail(`never: ${what}`);
}
