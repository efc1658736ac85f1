// The demonstration's requests: each is really sent through the checkpoint with the official client, and each asserts what it shows.
import OpenAI, { APIError } from 'openai';
import { SekishoError } from '#kernel';
import type { Supervisor } from '#compose';
import type { DemoKeys } from './people.ts';
import type { Provider, Region } from './setup.ts';

export interface Stage {
  readonly url: string;
  readonly keys: DemoKeys;
  readonly providers: Readonly<Record<Region, Provider>>;
  readonly supervisor: Supervisor;
  readonly signal: AbortSignal;
  /** Cuts off what the selector means, as `sekisho cut` does, and resolves when every worker knows; what it returns restores it. */
  cut(selector: string): Promise<() => Promise<void>>;
}

/** What one request showed. */
export interface Shown {
  readonly name: StepName;
  readonly route: string;
  /** The id under which the ledger knows it. */
  readonly requestId: string;
  /** The deployments that were asked, in order; empty for a refusal. */
  readonly deployments: readonly string[];
  readonly status: number;
  /** The start of the answer, or the explanation of a refusal. */
  readonly said: string;
  readonly events?: number;
  /** What the provider got in the place of the client's words, where that differs. */
  readonly providerSaw?: string;
  /** What became of the tool calls that the model proposed. */
  readonly calls?: readonly ShownCall[];
}

export interface ShownCall {
  readonly verdict: 'passed' | 'replaced' | 'approved';
  readonly command: string;
  /** What the client got in its place. */
  readonly notice: string | null;
}

export type StepName =
  | 'chat'
  | 'streamed chat'
  | 'responses'
  | 'failover'
  | 'masked'
  | 'restricted'
  | 'translated'
  | 'cut'
  | 'refusal'
  | 'no grant'
  | 'with a grant'
  | 'held call';

export interface Step {
  readonly name: StepName;
  run(stage: Stage): Promise<Shown>;
}

export const STEPS: readonly Step[] = [
  { name: 'chat', run: chat },
  { name: 'streamed chat', run: streamedChat },
  { name: 'responses', run: responses },
  { name: 'failover', run: failover },
  { name: 'masked', run: masked },
  { name: 'restricted', run: restricted },
  { name: 'translated', run: translated },
  { name: 'cut', run: cutOff },
  { name: 'refusal', run: refusal },
];

const QUESTION = 'A maintenance laptop in the substation talks to an address we do not know. What do we look at first?';
const REQUEST_TIMEOUT_MS = 10_000;

/** The demonstration fails where this is not true. */
export function expect(condition: boolean, what: string): asserts condition {
  if (!condition) throw new SekishoError('demo-expectation', `expected: ${what}`);
}

export function client({ url, keys }: Stage, key = keys.engineer): OpenAI {
  return new OpenAI({ baseURL: `${url}/v1`, apiKey: key, maxRetries: 0, timeout: REQUEST_TIMEOUT_MS, logLevel: 'off' });
}

async function chat(stage: Stage): Promise<Shown> {
  const { data, response } = await client(stage)
    .chat.completions.create({ model: 'demo', messages: [{ role: 'user', content: QUESTION }] }, { signal: stage.signal })
    .withResponse();
  const said = data.choices[0]?.message.content ?? '';
  expect(said.includes('[simulated US provider]'), 'the US provider answers the route "demo"');
  expect((data.usage?.total_tokens ?? 0) > 0, 'the answer carries the provider’s own usage');
  return shown('chat', 'demo', response, said, ['sim-us/large']);
}

async function streamedChat(stage: Stage): Promise<Shown> {
  const { data: stream, response } = await client(stage)
    .chat.completions.create({ model: 'domestic', stream: true, messages: [{ role: 'user', content: QUESTION }] }, { signal: stage.signal })
    .withResponse();
  let said = '';
  let events = 0;
  for await (const event of stream) {
    events++;
    said += event.choices[0]?.delta.content ?? '';
  }
  expect(said.includes('[simulated JP provider]'), 'the JP provider answers the route "domestic"');
  expect(events > 2, 'a stream arrives in pieces');
  return { ...shown('streamed chat', 'domestic', response, said, ['sim-jp/large']), events };
}

async function responses(stage: Stage): Promise<Shown> {
  const { data, response } = await client(stage)
    .responses.create({ model: 'europe', input: QUESTION }, { signal: stage.signal })
    .withResponse();
  expect(data.output_text.includes('[simulated EU provider]'), 'the EU provider answers the route "europe"');
  expect(data.status === 'completed', 'the response is complete');
  return shown('responses', 'europe', response, data.output_text, ['sim-eu/large']);
}

async function failover(stage: Stage): Promise<Shown> {
  const { us } = stage.providers;
  const before = us.simulator.stats.received;
  us.simulator.setFault({ kind: 'status', status: 503, message: 'simulated outage' }, { times: 1 });
  try {
    const { data, response } = await client(stage)
      .chat.completions.create({ model: 'demo', messages: [{ role: 'user', content: QUESTION }] }, { signal: stage.signal })
      .withResponse();
    const said = data.choices[0]?.message.content ?? '';
    expect(us.simulator.stats.received === before + 1, 'the US provider was asked first, and once');
    expect(said.includes('[simulated JP provider]'), 'the JP provider takes over when the US provider answers 503');
    return shown('failover', 'demo', response, said, ['sim-us/large', 'sim-jp/large']);
  } finally {
    us.simulator.setFault(null);
  }
}

const INCIDENT = '佐藤健一 (kenichi.sato@denryoku.example.jp, 090-1234-5678) logged in at db01.corp.local from 10.20.30.40.';
const PERSONAL = ['佐藤健一', 'kenichi.sato', 'denryoku', '090-1234-5678', 'db01.corp', '10.20.30.40'];

/** Names and addresses stay: the provider abroad reasons about placeholders, and its answer comes back with the real ones. */
async function masked(stage: Stage): Promise<Shown> {
  const { us } = stage.providers;
  us.simulator.setBehaviour({ echo: 'text' });
  try {
    const { data, response } = await client(stage)
      .chat.completions.create({ model: 'demo', messages: [{ role: 'user', content: INCIDENT }] }, { signal: stage.signal })
      .withResponse();
    const said = data.choices[0]?.message.content ?? '';
    const body = us.simulator.requests.at(-1)!.body.toString();
    for (const value of PERSONAL) expect(!body.includes(value), `the US provider does not see ${value}`);
    expect(said.includes(INCIDENT), 'the client gets its own words back');
    const { messages } = JSON.parse(body) as { readonly messages: readonly { readonly content: string }[] };
    return { ...shown('masked', 'demo', response, said, ['sim-us/large']), providerSaw: messages[0]!.content };
  } finally {
    us.simulator.setBehaviour({ echo: 'digest' });
  }
}

/** The caller tightens: restricted data goes only where Japan hosts and no foreign law binds the vendor. */
async function restricted(stage: Stage): Promise<Shown> {
  const headers = { 'x-sekisho-data-class': 'restricted' };
  const { data, response } = await client(stage)
    .chat.completions.create({ model: 'demo', messages: [{ role: 'user', content: QUESTION }] }, { signal: stage.signal, headers })
    .withResponse();
  const said = data.choices[0]?.message.content ?? '';
  expect(said.includes('[simulated JP provider]'), 'restricted data on the route "demo" stays in Japan');
  return shown('restricted', 'demo', response, said, ['sim-jp/large']);
}

/** The client speaks Responses; what answers speaks chat completions only. */
async function translated(stage: Stage): Promise<Shown> {
  const { data, response } = await client(stage)
    .responses.create({ model: 'translated', input: QUESTION }, { signal: stage.signal })
    .withResponse();
  expect(data.output_text.includes('[simulated JP provider]'), 'a provider of chat completions answers a client of Responses');
  expect(response.headers.get('x-sekisho-translated') === 'openai-chat', 'the answer says that it was translated');
  return shown('translated', 'translated', response, data.output_text, ['sim-jp/chat']);
}

/** The United States are gone: the route goes on in Japan, and comes back afterwards. */
async function cutOff(stage: Stage): Promise<Shown> {
  const restore = await stage.cut('country:US');
  try {
    const { data, response } = await client(stage)
      .chat.completions.create({ model: 'demo', messages: [{ role: 'user', content: QUESTION }] }, { signal: stage.signal })
      .withResponse();
    const said = data.choices[0]?.message.content ?? '';
    expect(said.includes('[simulated JP provider]'), 'with country:US cut off, the route "demo" goes on in Japan');
    return shown('cut', 'demo', response, said, ['sim-jp/large']);
  } finally {
    await restore();
  }
}

async function refusal(stage: Stage): Promise<Shown> {
  const received = (): number => Object.values(stage.providers).reduce((sum, { simulator }) => sum + simulator.stats.received, 0);
  const before = received();
  try {
    await client(stage).chat.completions.create(
      { model: 'dmeo', messages: [{ role: 'user', content: QUESTION }] },
      { signal: stage.signal },
    );
  } catch (error) {
    const status: unknown = error instanceof APIError ? error.status : undefined;
    if (!(error instanceof APIError) || typeof status !== 'number') throw error;
    expect(status === 404, 'an unknown route is refused with 404');
    expect(error.message.includes('Did you mean "demo"?'), 'the refusal says what was meant');
    expect(received() === before, 'a refused request reaches no provider');
    const requestId = (error.headers as Headers | undefined)?.get('x-request-id') ?? '';
    expect(requestId !== '', 'a refusal carries a request id');
    return { name: 'refusal', route: 'dmeo', requestId, deployments: [], status, said: error.message.replace(/^\d+ /, '') };
  }
  throw new SekishoError('demo-expectation', 'expected: the route "dmeo" does not exist, so the request is refused');
}

export function shown(name: StepName, route: string, response: Response, said: string, deployments: readonly string[]): Shown {
  const requestId = response.headers.get('x-request-id') ?? '';
  expect(requestId !== '', 'every answer carries a request id');
  expect(response.headers.get('x-sekisho-deployment') === deployments.at(-1), `the answer names its deployment, ${deployments.at(-1)!}`);
  return { name, route, requestId, deployments, status: response.status, said };
}
