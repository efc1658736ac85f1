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
  careful: { candidates: [first/d, second/d, third/d], masking: [{ towards: everyone, mask: [all], refuse: [my-number] }] }
  classified: { candidates: [second/d, third/d], masking: [{ towards: everyone, mask: [phone] }] }
inspection: { maxText: 2KiB }
limits: { maxBody: 4KiB }
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
  readonly content: {
    readonly found: Readonly<Record<string, number>>;
    readonly level: string;
    readonly because: readonly string[];
    readonly unreadable: readonly string[];
    readonly realPlaceholders: boolean;
  } | null;
  readonly candidates: readonly {
    readonly id: string;
    readonly qualifies: boolean;
    readonly why: string | null;
    readonly sends: {
      readonly bytes: number;
      readonly model: string;
      readonly url: string;
      readonly translatedTo: string | null;
      readonly sees?: {
        readonly masked: Readonly<Record<string, number>>;
        readonly unmasked: Readonly<Record<string, number>>;
        readonly level: string;
      };
      readonly body?: { readonly messages: readonly { readonly content: string }[] };
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
  ['a body over the limit', { ...CHAT, padding: 'x'.repeat(5_000) }, ['--operation', 'chat'], 'key', 'body-too-large', 413],
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

const SENSITIVE = 'tel 03-1234-5678, mail taro.yamada@corp.example';
const SENSITIVE_CHAT = { ...CHAT, model: 'any', messages: [{ role: 'user', content: SENSITIVE }] };

test('what was found, which data it makes, and what each deployment would see, without a value', async () => {
  const { view: shown } = await view(SENSITIVE_CHAT, ['--operation', 'chat'], key);
  assert.deepEqual(
    [shown.content?.found, shown.content?.level, shown.content?.because],
    [{ email: 1, phone: 1 }, 'internal', ['type:email', 'type:phone']],
  );
  assert.ok(!/03-1234-5678|taro/.test(JSON.stringify(shown)));
  const sees = Object.fromEntries(shown.candidates.map(({ id, sends }) => [id, sends?.sees]));
  assert.deepEqual(sees['third/d'], { masked: { email: 1, phone: 1 }, unmasked: {}, level: 'public', because: [] });
});

test('the body that is shown is the one that is sent, placeholders included', async () => {
  const { view: shown } = await view(SENSITIVE_CHAT, ['--operation', 'chat', '--show-body'], key);
  assert.equal(shown.content?.realPlaceholders, true);
  const response = await fetch(`${checkpoint.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(SENSITIVE_CHAT),
  });
  await response.arrayBuffer();
  const sends = shown.candidates.find(({ id }) => id === response.headers.get('x-sekisho-deployment'))!.sends!;
  const received = simulator.requests.at(-1)!;
  const sent = JSON.parse(received.body.toString()) as typeof sends.body;
  assert.deepEqual(sends.body!.messages, sent!.messages);
  assert.equal(sends.bytes, received.body.length);
  assert.ok(!received.body.includes('03-1234-5678'));
});

test('with --anyone placeholders are of the same form, and it is said that they are others', async () => {
  const { stdout, stderr } = await explain(SENSITIVE_CHAT, ['--operation', 'chat', '--anyone', '--show-body']);
  assert.match(stdout, /sees masked: 1 email, 1 phone; what is left is public$/m);
  assert.match(stdout, /^ +"content": "tel PHONE_\w+, mail mail-\w+@/m);
  assert.match(stderr, /Placeholders of a real request are others/);
  assert.ok(!stdout.includes('03-1234-5678'));
});

const image = { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgo=' } };
const CONTENT_REFUSALS: readonly (readonly [what: string, model: string, content: unknown, args: string[], rule: string])[] = [
  ['a value that no deployment may get', 'careful', 'マイナンバー: 123456789018', [], 'content-refused'],
  [
    'what is left being of a class that nobody may have',
    'classified',
    'password="Xk29!qLmZ7pT"',
    ['--jurisdiction', 'hosting=FR'],
    'content-class',
  ],
  ['a picture in confidential data', 'careful', [{ type: 'text', text: '社外秘\nplease read' }, image], [], 'unreadable-content'],
  [
    'a picture beside a value that would be masked',
    'careful',
    [{ type: 'text', text: 'card 4111 1111 1111 1111' }, image],
    [],
    'unreadable-content',
  ],
  ['more than is looked at', 'any', 'x'.repeat(3_000), [], 'content-too-large'],
];

for (const [what, model, content, args, rule] of CONTENT_REFUSALS) {
  test(`refuses ${what}, as the data plane does`, async () => {
    const body = { ...CHAT, model, messages: [{ role: 'user', content }] };
    const { code, view: shown } = await view(body, ['--operation', 'chat', ...args], key);
    assert.deepEqual([code, shown.decision.rule], [3, rule], JSON.stringify(shown.decision));
    const response = await fetch(`${checkpoint.url}/v1/chat/completions`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${key}`,
        'content-type': 'application/json',
        ...(args[1] === undefined ? {} : { 'x-sekisho-jurisdiction': args[1] }),
      },
      body: JSON.stringify(body),
    });
    assert.equal(response.status, shown.decision.status);
    const { error } = (await response.json()) as { error: { message: string } };
    assert.ok(error.message.includes(shown.decision.message!.slice(0, 60)), error.message);
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
