// The emergency, as it would happen: real clients under load, a country is cut off in mid-traffic. New requests go on at deployments that
// qualify within two seconds, none goes where its data may not go, and every failure that a client saw is counted by its cause.
import Anthropic from '@anthropic-ai/sdk';
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import OpenAI from 'openai';
import { startSimulator, type Simulator } from '#simulator';
import { sekisho, type CliRun } from '#test/cli';
import { providerYaml, startCheckpoint, type LedgerRecord, type StartedCheckpoint } from '#test/started-checkpoint';

/** The promise. */
const WITHIN_MS = 2_000;
const QUIET_MS = 1_500;
/** Clients at once, of each kind, on each route. */
const CLIENTS = 4;
const SIMULATED = { firstByteMs: 10, delayMs: 2, textCharacters: 60, recordedRequests: 200_000 } as const;

interface Call {
  readonly client: 'openai' | 'anthropic';
  readonly route: string;
  readonly startedAtMs: number;
  /** `answered`, or the code of the error that the client library raised. */
  readonly outcome: string;
  readonly text: string;
}

let us: Simulator;
let jp: Simulator;
let checkpoint: StartedCheckpoint;
let key: string;

before(async () => {
  us = await startSimulator({ name: 'us', label: 'US', behaviour: SIMULATED });
  jp = await startSimulator({ name: 'jp', label: 'JP', behaviour: SIMULATED });
  checkpoint = await startCheckpoint({
    workers: 2,
    yaml: `dataClasses:
  restricted:
    constraints: { hostingCountry: { allow: [JP] }, notSubjectTo: [US] }
providers:
${providerYaml('us', { url: us.url, country: 'US' })}
${providerYaml('jp', { url: jp.url, country: 'JP' })}
routes:
  general: { candidates: [us/d, jp/d] }
  incident: { candidates: [us/d, jp/d], dataClass: restricted }
  abroad: { candidates: [us/d] }
`,
  });
  key = await checkpoint.createKey();
});

after(() => Promise.all([us.close(), jp.close()]));

function cli(...args: string[]): Promise<CliRun> {
  return sekisho([...args, '--url', checkpoint.url, '--config', checkpoint.configPath, '--json'], { cwd: checkpoint.directory });
}

/** Clients that ask one after the other, some for streams, until told to stop. */
function load(): { readonly calls: readonly Call[]; stop(): Promise<void> } {
  const calls: Call[] = [];
  const stopping = new AbortController();
  const openai = new OpenAI({ baseURL: `${checkpoint.url}/v1`, apiKey: key, maxRetries: 0 });
  const anthropic = new Anthropic({ baseURL: checkpoint.url, apiKey: key, maxRetries: 0 });
  const askers: Readonly<Record<Call['client'], (route: string, stream: boolean) => Promise<string>>> = {
    async openai(route, stream) {
      const request = {
        model: route,
        messages: [{ role: 'user', content: `about ${route}` }],
      } satisfies Partial<OpenAI.ChatCompletionCreateParams>;
      if (!stream) return (await openai.chat.completions.create(request)).choices[0]?.message.content ?? '';
      let text = '';
      for await (const chunk of await openai.chat.completions.create({ ...request, stream: true }))
        text += chunk.choices[0]?.delta.content ?? '';
      return text;
    },
    async anthropic(route, stream) {
      const request = { model: route, max_tokens: 100, messages: [{ role: 'user' as const, content: `about ${route}` }] };
      const message = stream ? await anthropic.messages.stream(request).finalMessage() : await anthropic.messages.create(request);
      return message.content.map((block) => (block.type === 'text' ? block.text : '')).join('');
    },
  };
  const one = async (client: Call['client'], route: string): Promise<void> => {
    for (let count = 0; !stopping.signal.aborted; count++) {
      const startedAtMs = Date.now();
      const call = { client, route, startedAtMs };
      await askers[client](route, count % 2 === 0).then(
        (text) => calls.push({ ...call, outcome: 'answered', text }),
        (error: unknown) => calls.push({ ...call, outcome: causeOf(error), text: '' }),
      );
      if (calls.at(-1)!.outcome !== 'answered') await sleep(20);
    }
  };
  const running = (['openai', 'anthropic'] as const).flatMap((client) =>
    ['general', 'incident', 'abroad'].flatMap((route) => Array.from({ length: CLIENTS }, () => one(client, route))),
  );
  return {
    calls,
    async stop() {
      stopping.abort();
      await Promise.all(running);
    },
  };
}

/** The rule that the checkpoint named, where it refused; otherwise what went wrong, as the library calls it. */
function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const rule = /\(rule ([a-z-]+), request req_/.exec(error.message)?.[1];
  return rule === undefined ? `${error.name}: ${error.message}` : `refused:${rule}`;
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function counted(calls: readonly Call[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { route, outcome } of calls)
    if (outcome !== 'answered') counts[`${route} ${outcome}`] = (counts[`${route} ${outcome}`] ?? 0) + 1;
  return counts;
}

function countriesOf(record: LedgerRecord): { readonly vendor: string; readonly hosting: string } {
  const { origins } = record['deployment'] as { origins: { vendor: { country: string }; hosting: { country: string } } };
  return { vendor: origins.vendor.country, hosting: origins.hosting.country };
}

describe('cutting off a country in mid-traffic', () => {
  let calls: readonly Call[];
  let cutAtMs: number;
  let cutId: string;
  let restoredAtMs: number;

  before(async () => {
    const traffic = load();
    await sleep(QUIET_MS);
    const cut = await cli('cut', 'country:US', '--reason', 'the United States switch us off');
    assert.equal(cut.code, 0, cut.stderr);
    const made = JSON.parse(cut.stdout) as { id: string; at: string; effect: { kind: string; ms: number } };
    cutId = made.id;
    cutAtMs = Date.parse(made.at);
    assert.equal(made.effect.kind, 'in-force', 'the command waits until every worker has it');
    assert.ok(made.effect.ms <= WITHIN_MS, `in force after ${made.effect.ms} ms`);
    await sleep(WITHIN_MS + QUIET_MS);
    const restored = await cli('restore', 'country:US', '--reason', 'they switched us on again');
    assert.equal(restored.code, 0, restored.stderr);
    restoredAtMs = Date.parse((JSON.parse(restored.stdout) as { restoredAt: string }).restoredAt);
    await sleep(WITHIN_MS + QUIET_MS);
    await traffic.stop();
    calls = traffic.calls;
  });

  const during = (call: Call): boolean => call.startedAtMs > cutAtMs + WITHIN_MS && call.startedAtMs < restoredAtMs - 100;

  test('new requests go on at deployments that qualify, within two seconds, from both clients', (t) => {
    const late = us.requests.filter(({ receivedAtMs }) => receivedAtMs > cutAtMs + WITHIN_MS && receivedAtMs < restoredAtMs);
    assert.deepEqual(
      late.map(({ receivedAtMs }) => receivedAtMs - cutAtMs),
      [],
      'nothing reached the provider that was cut off',
    );
    const last = Math.max(...us.requests.filter(({ receivedAtMs }) => receivedAtMs < restoredAtMs).map(({ receivedAtMs }) => receivedAtMs));
    t.diagnostic(`last request at the provider that was cut off: ${last - cutAtMs} ms after the cut was written`);
    for (const client of ['openai', 'anthropic'] as const) {
      const general = calls.filter((call) => call.client === client && call.route === 'general' && during(call));
      assert.ok(general.length > 20, `${client} went on asking: ${general.length}`);
      assert.deepEqual([...new Set(general.map(({ outcome }) => outcome))], ['answered']);
      for (const { text } of general) assert.match(text, /simulated JP provider/);
    }
  });

  test('what stops is said to the client, with its cause, and nothing else fails', (t) => {
    const causes = counted(calls);
    t.diagnostic(`failures that clients saw, of ${calls.length} requests: ${JSON.stringify(causes)}`);
    assert.deepEqual(Object.keys(causes), ['abroad refused:cut-off']);
    const refused = calls.filter(({ outcome }) => outcome === 'refused:cut-off');
    assert.deepEqual(new Set(refused.map(({ client }) => client)), new Set(['openai', 'anthropic']));
    for (const { startedAtMs } of refused) assert.ok(startedAtMs > cutAtMs - 100 && startedAtMs < restoredAtMs + WITHIN_MS);
  });

  test('no request went where its data may not go, before, during or after', async () => {
    const decisions = (await checkpoint.entries()).filter((entry) => entry['type'] === 'decision');
    const restricted = decisions.filter((entry) => entry['route'] === 'incident');
    assert.ok(restricted.length > 100, `the ledger has ${restricted.length} decisions on restricted data`);
    for (const record of restricted) {
      assert.deepEqual((record['routing'] as { dataClasses: string[] }).dataClasses, ['restricted']);
      assert.deepEqual(countriesOf(record), { vendor: 'JP', hosting: 'JP' });
    }
    const cutOff = decisions.filter((entry) => {
      const atMs = Date.parse(entry['at'] as string);
      return atMs > cutAtMs + WITHIN_MS && atMs < restoredAtMs;
    });
    assert.ok(cutOff.length > 100);
    assert.deepEqual(new Set(cutOff.map((record) => countriesOf(record).vendor)), new Set(['JP']));
  });

  test('restoring takes effect within two seconds, and all routes go on as before', () => {
    const later = calls.filter(({ startedAtMs }) => startedAtMs > restoredAtMs + WITHIN_MS);
    assert.deepEqual(counted(later), {});
    for (const route of ['general', 'abroad'])
      assert.ok(
        later.some((call) => call.route === route && /simulated US provider/.test(call.text)),
        `${route} reaches the US again`,
      );
  });

  test('both acts are in the ledger, made durable before they took effect, with who and why', async () => {
    const acts = (await checkpoint.entries()).filter((entry) => entry['cut'] === cutId);
    assert.deepEqual(
      acts.map((act) => [act['type'], act['selector'], act['reason']]),
      [
        ['cut-made', 'country:US', 'the United States switch us off'],
        ['cut-restored', 'country:US', 'they switched us on again'],
      ],
    );
    for (const act of acts) assert.equal(typeof (act['by'] as { user: string }).user, 'string');
    assert.ok(Date.parse(acts[0]!['at'] as string) <= cutAtMs && Date.parse(acts[1]!['at'] as string) <= restoredAtMs);
  });
});
