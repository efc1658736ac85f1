// The dry run: the same answers as the data plane, nothing sent, nothing recorded, no content shown.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { startSimulator, type Simulator } from '#simulator';
import { sekisho, type CliRun } from '#test/cli';
import { startCheckpoint, type StartedCheckpoint } from '#test/started-checkpoint';

let simulator: Simulator;
let checkpoint: StartedCheckpoint;
let key: string;
let narrowKey: string;

const SECRET_TEXT = 'the pump station at Kurobe';
const CHAT = { model: 'work', stream: true, user: 'alice', messages: [{ role: 'user', content: SECRET_TEXT }] };

before(async () => {
  simulator = await startSimulator({ name: 'only', label: 'JP' });
  const deployment = (name: string, wire: string, country: string) => `
  ${name}:
    company: Example ${country}
    country: ${country}
    baseUrl: ${simulator.url}/v1
    deployments:
      d: { model: m-${name}, wire: ${wire}, origins: { weights: { lineage: l, country: ${country} }, hosting: { country: ${country} } } }`;
  checkpoint = await startCheckpoint({
    yaml: `providers:${deployment('first', '[openai-responses]', 'US')}${deployment('second', '[openai-chat]', 'JP')}${deployment('third', '[openai-chat]', 'FR')}
dataClasses:
  restricted: { constraints: { hostingCountry: { allow: [JP] } } }
routes:
  work: { candidates: [first/d, second/d, third/d], translation: off }
  any: { candidates: [first/d, second/d, third/d] }
  secret-project: { candidates: [second/d] }
limits: { maxBody: 1KiB }
`,
  });
  key = await checkpoint.createKey();
  narrowKey = await checkpoint.createKey({ routes: ['work'], owner: 'narrow' });
});

after(() => simulator.close());

function explain(body: unknown, args: readonly string[], sekishoKey?: string): Promise<CliRun> {
  return sekisho(['explain', '--config', checkpoint.configPath, ...args], {
    cwd: checkpoint.directory,
    input: typeof body === 'string' ? body : JSON.stringify(body),
    ...(sekishoKey === undefined ? {} : { env: { SEKISHO_KEY: sekishoKey } }),
  });
}

interface View {
  readonly ok: boolean;
  readonly caller: Record<string, unknown> | null;
  readonly request: Record<string, unknown> | null;
  readonly decision: { readonly pass: boolean; readonly status?: number; readonly rule?: string; readonly message?: string };
  readonly route: { readonly name: string; readonly dataClasses: readonly string[] } | null;
  readonly candidates: readonly {
    readonly id: string;
    readonly qualifies: boolean;
    readonly why: string | null;
    readonly sends: {
      readonly bytes: number;
      readonly model: string;
      readonly url: string;
      readonly translatedTo: string | null;
    } | null;
  }[];
}

async function view(body: unknown, args: readonly string[], sekishoKey?: string): Promise<{ code: number | null; view: View }> {
  const { code, stdout, stderr } = await explain(body, [...args, '--json'], sekishoKey);
  assert.equal(stderr, '');
  assert.ok(!stdout.includes(SECRET_TEXT));
  return { code, view: JSON.parse(stdout) as View };
}

test('a request that would pass: who, what, where to, in which order, and how much', async () => {
  const { code, view: shown } = await view(CHAT, ['--operation', 'chat'], key);
  assert.equal(code, 0);
  assert.deepEqual(
    [shown.ok, shown.caller?.['name'], shown.caller?.['assumed'], shown.caller?.['key']],
    [true, 'tester', false, key.slice(3, 19)],
  );
  assert.deepEqual(shown.request, { bytes: Buffer.byteLength(JSON.stringify(CHAT)), model: 'work', stream: true, endUser: 'alice' });
  assert.deepEqual(
    shown.candidates.map(({ id, qualifies, sends }) => [id, qualifies, sends?.model]),
    [
      ['second/d', true, 'm-second'],
      ['third/d', true, 'm-third'],
      ['first/d', false, undefined],
    ],
  );
});

test('what it says would be sent is what the data plane sends, to the byte', async () => {
  const { view: shown } = await view(CHAT, ['--operation', 'chat'], key);
  const response = await fetch(`${checkpoint.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(CHAT),
  });
  await response.arrayBuffer();
  assert.equal(response.headers.get('x-sekisho-deployment'), shown.candidates.find(({ qualifies }) => qualifies)!.id);
  const sends = shown.candidates[0]!.sends!;
  const received = simulator.requests.at(-1)!;
  assert.equal(received.body.length, sends.bytes);
  assert.equal(received.model, sends.model);
  assert.equal(`${simulator.url}${received.path}`, sends.url);
});

test('a caller that tightens sees who is left and why the others are not, and what would be translated', async () => {
  const args = ['--operation', 'responses', '--data-class', 'restricted'];
  const { code, view: shown } = await view({ model: 'any', input: 'hello', store: false }, args, key);
  assert.equal(code, 0);
  assert.deepEqual(shown.route?.dataClasses, ['restricted']);
  assert.deepEqual(
    shown.candidates.map(({ id, qualifies, why, sends }) => [
      id,
      qualifies,
      why,
      sends?.translatedTo,
      sends?.url.slice(simulator.url.length),
    ]),
    [
      ['second/d', true, null, 'openai-chat', '/v1/chat/completions'],
      ['first/d', false, 'the hosting country must be JP', undefined, undefined],
      ['third/d', false, 'the hosting country must be JP', undefined, undefined],
    ],
  );
});

test('a demand that nobody meets is refused, with the demand and who would qualify without it', async () => {
  const args = ['--operation', 'chat', '--data-class', 'restricted', '--jurisdiction', 'hosting=FR'];
  const { code, view: shown } = await view({ ...CHAT, model: 'any' }, args, key);
  assert.equal(code, 3);
  assert.deepEqual([shown.decision.rule, shown.decision.status], ['no-qualified-deployment', 403]);
  assert.match(shown.decision.message!, /data class restricted: the hosting country must be JP; without it third\/d would qualify/);
  assert.match(shown.decision.message!, /caller: the hosting country must be FR; without it second\/d would qualify/);
});

test('nothing is sent and nothing is recorded', async () => {
  // What the tests before this one sent has to be in the ledger first.
  await new Promise((resolve) => setTimeout(resolve, 500));
  const [sent, recorded] = [simulator.stats.received, (await checkpoint.entries()).length];
  await explain(CHAT, ['--operation', 'chat'], key);
  await explain({ ...CHAT, model: 'wrok' }, ['--operation', 'chat'], key);
  await new Promise((resolve) => setTimeout(resolve, 400));
  assert.deepEqual([simulator.stats.received, (await checkpoint.entries()).length], [sent, recorded]);
});

const REFUSALS: readonly (readonly [
  what: string,
  body: unknown,
  args: string[],
  who: 'key' | 'narrow' | 'nobody',
  rule: string,
  status: number,
])[] = [
  ['an unknown route', { ...CHAT, model: 'wrok' }, ['--operation', 'chat'], 'key', 'unknown-route', 404],
  ['a route the key may not use', { ...CHAT, model: 'secret-project' }, ['--operation', 'chat'], 'narrow', 'route-not-granted', 403],
  [
    'a format nobody in the route speaks',
    { model: 'work', max_tokens: 1, messages: [] },
    ['--operation', 'messages'],
    'key',
    'wire-not-served',
    400,
  ],
  ['no key', CHAT, ['--operation', 'chat'], 'nobody', 'identity', 401],
  ['a key that is none', CHAT, ['--operation', 'chat', '--key', 'sk-proj-abc'], 'nobody', 'identity', 401],
  ['a body that is no JSON', '{"model":', ['--operation', 'chat'], 'key', 'body-malformed', 400],
  ['a body over the limit', { ...CHAT, padding: 'x'.repeat(2_000) }, ['--operation', 'chat'], 'key', 'body-too-large', 413],
  ['an end user that cannot be recorded', { ...CHAT, user: 'a\u0000b' }, ['--operation', 'chat'], 'key', 'end-user-malformed', 400],
];

for (const [what, body, args, who, rule, status] of REFUSALS) {
  test(`refuses ${what}, with the rule and exit code 3`, async () => {
    const { code, view: shown } = await view(body, args, { key, narrow: narrowKey, nobody: undefined }[who]);
    assert.equal(code, 3);
    assert.deepEqual([shown.ok, shown.decision.pass, shown.decision.rule, shown.decision.status], [false, false, rule, status]);
    assert.ok(!/req_|dry-run/.test(shown.decision.message ?? ''), shown.decision.message);
  });
}

test('a revoked key is refused as such', async () => {
  const revoked = await checkpoint.createKey({ owner: 'gone' });
  await checkpoint.revokeKey(revoked.slice(3, 19));
  const { code, view: shown } = await view(CHAT, ['--operation', 'chat'], revoked);
  assert.equal(code, 3);
  assert.match(shown.decision.message!, /has been revoked/);
});

test('whoever may not use a route does not learn what is in it', async () => {
  const { view: shown } = await view({ ...CHAT, model: 'secret-project' }, ['--operation', 'chat'], narrowKey);
  assert.deepEqual([shown.route, shown.candidates], [null, []]);
});

test('as anyone, from a file, in words', async () => {
  const file = join(checkpoint.directory, 'request.json');
  await writeFile(file, JSON.stringify({ model: 'work', input: SECRET_TEXT }));
  const { code, stdout } = await explain('', [file, '--operation', 'responses', '--anyone', '--end-user', 'bob']);
  assert.equal(code, 0);
  assert.match(stdout, /^who +anyone \(assumed: role caller, every route\)$/m);
  assert.match(stdout, /^asks +responses, model work, not streamed, \d+ bytes, for end user bob$/m);
  assert.match(
    stdout,
    /^1 first\/d {2}vendor US · weights US · hosted US · sub-processors unknown\n {4}would get \d+ bytes as m-first: POST http/m,
  );
  assert.match(
    stdout,
    /^– second\/d .*\n {4}does not qualify: it does not speak openai-responses, only openai-chat, and this is not translated$/m,
  );
  assert.match(stdout, /It would pass\. Nothing was sent\./);
  assert.ok(!stdout.includes(SECRET_TEXT));
});
