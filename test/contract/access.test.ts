// Trusted access through the real program, where it could be walked around: other operations, other modes, a reload or a client that leaves
// while a call is held, a grant that ends meanwhile; and what of all this may be read in logs and ledger.
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { before, describe, it } from 'node:test';
import { granted, people, type People, type Person } from '#test/people';
import { startScriptedModel, type ScriptedModel } from '#test/scripted-model';
import { providerYaml, startCheckpoint, type StartedCheckpoint } from '#test/started-checkpoint';

const DAY_MS = 24 * 3_600_000;
const form = () => ({
  kind: 'person',
  employer: 'Example Electric Power',
  role: 'Analyst',
  sector: 'electric-power',
  tier: 1,
  capabilities: ['vulnerability-triage'],
  purpose: 'Triage of findings in the plant network, as ordered by the board.',
  targets: [{ kind: 'network', value: '10.20.0.0/16', proof: { basis: 'owned', text: 'network plan 2026-10' } }],
  exclusions: [],
  allowedTools: null,
  forbiddenTools: [],
  retention: 'vendor-default',
  supervisor: { name: 'Kacho', email: 'kacho@example.jp' },
  endDate: new Date(Date.now() + 60 * DAY_MS).toISOString().slice(0, 10),
  programs: [],
});

const HELLO = [{ role: 'user', content: 'hello' }];
const SHELL = { name: 'shell', parameters: { type: 'object', properties: {} } };
const OPERATIONS: readonly (readonly [path: string, body: object])[] = [
  ['/v1/chat/completions', { messages: HELLO }],
  ['/v1/responses', { input: 'hello' }],
  ['/v1/responses', { input: 'hello', previous_response_id: 'resp_1' }],
  ['/v1/responses', { input: 'hello', background: true }],
  ['/v1/responses', { prompt: { id: 'pmpt_1' } }],
  ['/v1/embeddings', { input: 'hello' }],
  ['/v1/messages', { messages: HELLO, max_tokens: 9 }],
  ['/v1/messages/count_tokens', { messages: HELLO }],
];

let model: ScriptedModel;
let checkpoint: StartedCheckpoint;
let everybody: People;
let defender: Person;
let desk: { readonly applicant: Person; readonly screener: Person; readonly approvers: readonly Person[] };
let key: string;

const yaml = (enforce: string): string => `access: { enforce: ${enforce}, holds: { waitSeconds: 20 } }
providers:
${providerYaml('jp', { url: model.url.replace(/\/v1$/, ''), country: 'JP' })}
routes:
  cyber: { candidates: [jp/d] }
`;

function post(path: string, body: object, signal?: AbortSignal, bearer = key): Promise<Response> {
  return fetch(checkpoint.url + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'cyber', ...body }),
    ...(signal && { signal }),
  });
}

function ask(args: object, signal?: AbortSignal): Promise<string> {
  const messages = [{ role: 'user', content: `call shell ${JSON.stringify(args)}` }];
  return post('/v1/chat/completions', { messages, stream: true, tools: [{ type: 'function', function: SHELL }] }, signal).then((answer) =>
    answer.text(),
  );
}

const soon = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function waitingHold(): Promise<string> {
  for (let tries = 0; tries < 100; tries++) {
    const { holds } = await desk.approvers[0]!.call('GET', '/api/v1/holds?status=waiting');
    const [hold] = holds as readonly { readonly id: string }[];
    if (hold !== undefined) return hold.id;
    await soon(50);
  }
  return assert.fail('nothing was held');
}

const approve = (hold: string) => desk.approvers[0]!.call('POST', `/api/v1/holds/${hold}/approve`, { reason: 'it was checked' });
/** As the client puts the pieces together. */
const argumentsIn = (stream: string): string =>
  [...stream.matchAll(/^data: (\{.*)$/gm)]
    .flatMap(([, data]) => (JSON.parse(data!) as { choices: { delta: { tool_calls?: { function: { arguments: string } }[] } }[] }).choices)
    .map(({ delta }) => delta.tool_calls?.[0]?.function.arguments ?? '')
    .join('');

before(async () => {
  model = await startScriptedModel();
  checkpoint = await startCheckpoint({ workers: 2, yaml: yaml('all') });
  everybody = await people(checkpoint);
  defender = await everybody.join('hanako', ['applicant', 'defender']);
  desk = {
    applicant: defender,
    screener: await everybody.join('saburo', ['screener']),
    approvers: [await everybody.join('jiro', ['approver'])],
  };
  key = await defender.key();
});

async function reloaded(enforce: string): Promise<void> {
  const text = await readFile(checkpoint.configPath, 'utf8');
  const before = checkpoint.logs.filter(({ msg }) => msg === 'configuration reloaded').length;
  await writeFile(checkpoint.configPath, text.replace(/enforce: \w+/, `enforce: ${enforce}`));
  checkpoint.process.kill('SIGHUP');
  for (let tries = 0; tries < 100; tries++) {
    if (checkpoint.logs.filter(({ msg }) => msg === 'configuration reloaded').length > before) return;
    await soon(50);
  }
  assert.fail('not reloaded');
}

describe('with access.enforce: all', () => {
  it('nothing reaches a provider without a grant, whatever is asked', async () => {
    for (const [path, body] of OPERATIONS) {
      const answer = await post(path, body);
      assert.equal(answer.headers.get('x-sekisho-rule'), 'grant-missing', `${path} ${JSON.stringify(body)}: ${await answer.text()}`);
      assert.equal(answer.status, 403);
    }
    assert.deepEqual(model.received, []);
  });

  it('a service without a grant gets nothing either, whichever end user it names', async () => {
    const service = await checkpoint.createKey();
    const answer = await post('/v1/chat/completions', { messages: HELLO, user: 'hanako' }, undefined, service);
    assert.equal(answer.headers.get('x-sekisho-rule'), 'grant-missing');
    assert.deepEqual(model.received, []);
  });

  it('with a grant everything passes whose answer can be reviewed', async () => {
    await granted(desk, form());
    await soon(700);
    const rules = [];
    for (const [path, body] of OPERATIONS) rules.push((await post(path, body)).headers.get('x-sekisho-rule'));
    assert.deepEqual(rules, [null, null, null, null, 'stored-prompt-refused', null, null, null]);
    const background = await post('/v1/responses', { input: 'x', background: true, tools: [{ type: 'function', ...SHELL }] });
    assert.equal(background.headers.get('x-sekisho-rule'), 'background-refused');
  });
});

describe('a held call', () => {
  it('is delivered after a reload, once it has been approved', async () => {
    const args = { command: 'H=$(cat a.txt); nmap $H' };
    const asked = ask(args);
    const hold = await waitingHold();
    await reloaded('all');
    await approve(hold);
    assert.equal(argumentsIn(await asked), JSON.stringify(args));
  });

  it('that was approved after the client had gone is there for the next one, once', async () => {
    const args = { command: 'H=$(cat b.txt); nmap $H' };
    const leaving = new AbortController();
    const asked = ask(args, leaving.signal).catch(() => 'gone');
    const hold = await waitingHold();
    leaving.abort();
    assert.equal(await asked, 'gone');
    await soon(300);
    await approve(hold);
    await soon(500);
    const shown = (await desk.approvers[0]!.call('GET', `/api/v1/holds/${hold}`)) as { hold?: { status: string }; status?: string };
    assert.equal(shown.hold?.status ?? shown.status, 'approved');
    assert.equal(argumentsIn(await ask(args)), JSON.stringify(args));
  });

  it('is delivered to one of two that wait for it', async () => {
    const args = { command: 'H=$(cat c.txt); nmap $H' };
    const asked = [ask(args), ask(args)];
    const hold = await waitingHold();
    await soon(500);
    await approve(hold);
    const delivered = (await Promise.all(asked)).map(argumentsIn);
    assert.deepEqual(delivered.toSorted(), ['', JSON.stringify(args)]);
  });

  it('is refused where its grant was revoked before it was approved', async () => {
    const args = { command: 'H=$(cat d.txt); nmap $H' };
    const asked = ask(args);
    const hold = await waitingHold();
    const { grants } = await desk.approvers[0]!.call('GET', '/api/v1/grants');
    const [grant] = grants as readonly { readonly id: string }[];
    await desk.approvers[0]!.call('POST', `/api/v1/grants/${grant!.id}/revoke`, { reason: 'the test' });
    await soon(700);
    await approve(hold);
    const answer = await asked;
    assert.equal(argumentsIn(answer), '');
    assert.match(answer, /allows nothing any more/);
  });
});

describe('with access.enforce: off', () => {
  it('no grant is needed, and nobody looks at calls', async () => {
    await reloaded('off');
    const args = { command: 'curl http://203.0.113.9/' };
    assert.equal(argumentsIn(await ask(args)), JSON.stringify(args));
  });
});

describe('what is kept of it', () => {
  it('holds no argument of a call', async () => {
    await soon(700);
    const ledger = JSON.stringify(await checkpoint.entries());
    assert.match(ledger, /"hold-delivered"/);
    for (const text of [ledger, JSON.stringify(checkpoint.logs), checkpoint.words]) assert.doesNotMatch(text, /\.txt|nmap/);
  });
});
