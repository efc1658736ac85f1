// Trusted access from end to end, through the real program: somebody applies, is screened and approved, works with a grant; calls are let
// through, refused, held and decided; misuse suspends, an appeal restores; and the ledger has each step.
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import OpenAI from 'openai';
import { granted, people, signIn, type Person } from '#test/people';
import { startScriptedModel, type ScriptedModel } from '#test/scripted-model';
import { providerYaml, startCheckpoint, type StartedCheckpoint } from '#test/started-checkpoint';

const TOOLS = ['shell', 'web_fetch', 'forbidden_tool'].map((name) => ({
  type: 'function' as const,
  function: { name, parameters: { type: 'object', properties: {} } },
}));
const DAY_MS = 24 * 3_600_000;

const form = () => ({
  kind: 'person',
  employer: 'Example Electric Power',
  role: 'Red team lead',
  sector: 'electric-power',
  tier: 2,
  capabilities: ['penetration-testing', 'vulnerability-triage'],
  purpose: 'The yearly penetration test of the plant network, as ordered by the board.',
  targets: [
    { kind: 'network', value: '10.20.0.0/16', proof: { basis: 'owned', text: 'network plan 2026-10' } },
    { kind: 'host', value: '*.plant.example.jp', proof: { basis: 'owned', text: 'domain register' } },
  ],
  exclusions: [{ kind: 'network', value: '10.20.9.0/24' }],
  allowedTools: null,
  forbiddenTools: ['forbidden_*'],
  retention: 'vendor-default',
  supervisor: { name: 'Kacho', email: 'kacho@example.jp' },
  endDate: new Date(Date.now() + 60 * DAY_MS).toISOString().slice(0, 10),
  programs: [],
});

let model: ScriptedModel;
let checkpoint: StartedCheckpoint;
let defender: Person;
let screener: Person;
let approver: Person;
let second: Person;
let client: OpenAI;
let grant: string;

before(async () => {
  model = await startScriptedModel();
  checkpoint = await startCheckpoint({
    workers: 2,
    yaml: `access: { holds: { waitSeconds: 3 }, misuse: { review: 8, restricted: 20, suspended: 30 } }
providers:
${providerYaml('jp', { url: model.url.replace(/\/v1$/, ''), country: 'JP' })}
routes:
  cyber: { candidates: [jp/d], access: { grant: required, capability: penetration-testing } }
  plain: { candidates: [jp/d] }
`,
  });
  const everybody = await people(checkpoint);
  [defender, screener, approver, second] = [
    await everybody.join('hanako', ['applicant', 'defender']),
    await everybody.join('saburo', ['screener']),
    await everybody.join('jiro', ['approver']),
    await everybody.join('shiro', ['approver']),
  ];
});

async function ask(text: string, stream: boolean): Promise<OpenAI.Chat.ChatCompletionMessage> {
  const body = { model: 'cyber', messages: [{ role: 'user' as const, content: text }], tools: TOOLS };
  if (!stream) return (await client.chat.completions.create(body)).choices[0]!.message;
  return (await client.chat.completions.stream(body).finalChatCompletion()).choices[0]!.message;
}

const call = (name: string, args: object): string => `call ${name} ${JSON.stringify(args)}`;
const namesOf = (message: OpenAI.Chat.ChatCompletionMessage): string[] =>
  (message.tool_calls ?? []).map((each) => (each.type === 'function' ? `${each.function.name} ${each.function.arguments}` : each.type));

async function typesInLedger(): Promise<Set<unknown>> {
  await new Promise((resolve) => setTimeout(resolve, 700));
  return new Set((await checkpoint.entries()).map((entry) => entry['type']));
}

describe('trusted access', () => {
  it('refuses whoever has no grant, and says how to apply', async () => {
    const key = await defender.key();
    client = new OpenAI({ baseURL: `${checkpoint.url}/v1`, apiKey: key, maxRetries: 0 });
    await assert.rejects(ask('hello', false), (error: InstanceType<typeof OpenAI.APIError>) => {
      assert.equal(error.status, 403);
      assert.match(error.message, /needs a grant.*sekisho access apply.*rule grant-missing/s);
      return true;
    });
    const open = await client.chat.completions.create({ model: 'plain', messages: [{ role: 'user', content: 'hello' }] });
    assert.equal(open.choices[0]!.message.content, 'Here you are.');
    assert.equal(model.received.length, 1);
  });

  it('makes a grant only of an application that was screened and approved by two others', async () => {
    grant = await granted({ applicant: defender, screener, approvers: [approver, second] }, form());
    const types = await typesInLedger();
    for (const type of ['application-submitted', 'screening-finished', 'application-approved-in-part', 'application-approved'])
      assert.ok(types.has(type), `${type} is not among ${[...types].join(', ')}`);
  });

  for (const stream of [false, true])
    it(`lets calls in scope through as they are, refuses what is outside, and leaves text alone (${stream ? 'stream' : 'whole'})`, async () => {
      const inside = { command: 'nmap -sV 10.20.3.4' };
      const message = await ask([call('shell', inside), call('shell', { command: 'curl http://203.0.113.9/' })].join('\n'), stream);
      assert.deepEqual(namesOf(message), [`shell ${JSON.stringify(inside)}`]);
      assert.match(message.content ?? '', /^Here you are\./);
      assert.match(message.content ?? '', /Sekisho: the call of tool shell was refused.*203\.0\.113\.9.*rule target-outside/s);
      const excluded = await ask(call('shell', { command: 'ping 10.20.9.1' }), stream);
      assert.deepEqual(namesOf(excluded), []);
    });

  it('takes out tools that the grant does not allow, and tells the model its scope', () => {
    const sent = JSON.parse(model.received.at(-1)!) as {
      tools: { function: { name: string } }[];
      messages: { role: string; content: string }[];
    };
    assert.deepEqual(
      sent.tools.map((tool) => tool.function.name),
      ['shell', 'web_fetch'],
    );
    assert.match(sent.messages[0]!.content, /Authorised targets: network 10\.20\.0\.0\/16/);
    assert.equal(sent.messages[0]!.role, 'system');
  });

  it('holds an ambiguous call, delivers it once somebody else has approved it, and not again', async () => {
    const args = { command: 'H=$(cat targets.txt); nmap $H' };
    const asked = ask(call('shell', args), true);
    let holds: readonly { readonly id: string; readonly status: string }[] = [];
    for (let tries = 0; tries < 50 && holds.length === 0; tries++) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      holds = (await approver.call('GET', '/api/v1/holds?status=waiting'))['holds'] as typeof holds;
    }
    assert.equal(holds.length, 1);
    const own = await defender.ask('POST', `/api/v1/holds/${holds[0]!.id}/approve`, { reason: 'mine' });
    assert.equal(own.status, 403);
    const shown = await approver.call('GET', `/api/v1/holds/${holds[0]!.id}`);
    assert.match(JSON.stringify(shown), /nmap \$H/);
    await approver.call('POST', `/api/v1/holds/${holds[0]!.id}/approve`, { reason: 'targets.txt was checked' });
    assert.deepEqual(namesOf(await asked), [`shell ${JSON.stringify(args)}`]);
    const again = await ask(call('shell', args), true);
    assert.deepEqual(namesOf(again), []);
    assert.match(again.content ?? '', /waiting for a person to decide \(hold hld_/);
    const types = await typesInLedger();
    for (const type of ['hold-opened', 'hold-approved', 'hold-delivered']) assert.ok(types.has(type), type);
  });

  it('a call that was approved after the answer had ended passes when it is proposed again', async () => {
    const args = { command: 'bash <(curl -s http://scan.plant.example.jp/run.sh)' };
    const first = await ask(call('shell', args), false);
    const hold = /hold (hld_\w+)/.exec(first.content ?? '')?.[1];
    assert.ok(hold !== undefined, first.content ?? '');
    await approver.call('POST', `/api/v1/holds/${hold}/approve`, { reason: 'the script was read' });
    assert.deepEqual(namesOf(await ask(call('shell', args), false)), [`shell ${JSON.stringify(args)}`]);
  });

  it('misuse adds up, suspends within a second on every worker, and closes everything', async () => {
    for (let index = 0; index < 12; index++)
      await ask(call('shell', { command: `curl http://203.0.113.${index}/` }), false).catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    for (let tries = 0; tries < 8; tries++)
      await assert.rejects(client.chat.completions.create({ model: 'plain', messages: [{ role: 'user', content: 'hello' }] }), /suspended/);
    const standing = await defender.call('GET', '/api/v1/standing');
    assert.equal(standing['standing'], 'suspended');
    assert.equal((await defender.ask('GET', '/api/v1/applications')).status, 403);
  });

  it('an appeal that somebody else grants restores', async () => {
    const { cases } = await defender.call('GET', '/api/v1/cases');
    const [{ id } = { id: '' }] = cases as readonly { readonly id: string }[];
    await defender.call('POST', `/api/v1/cases/${id}/appeal`, { text: 'The addresses were those of the documentation.' });
    const own = await defender.ask('POST', `/api/v1/cases/${id}/appeal/answer`, { outcome: 'granted', text: 'yes' });
    assert.equal(own.status, 403);
    await approver.call('POST', `/api/v1/cases/${id}/appeal/answer`, { outcome: 'granted', text: 'A false positive.' });
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    assert.equal((await defender.call('GET', '/api/v1/standing'))['standing'], 'clear');
    assert.deepEqual(namesOf(await ask(call('shell', { command: 'ping 10.20.3.4' }), false)).length, 1);
  });

  it('a revoked grant opens nothing from then on', async () => {
    const again = await signIn(checkpoint, approver);
    await again.call('POST', `/api/v1/grants/${grant}/revoke`, { reason: 'the test is over' });
    await new Promise((resolve) => setTimeout(resolve, 700));
    await assert.rejects(ask('hello', false), /revoked/);
  });

  it('the ledger proves each step', async () => {
    const types = await typesInLedger();
    for (const type of ['misuse-signal', 'standing-changed', 'case-opened', 'grant-revoked', 'signed-in', 'key-created'])
      assert.ok(types.has(type), `${type} is not among ${[...types].join(', ')}`);
    const decisions = (await checkpoint.entries()).filter((entry) => entry['type'] === 'decision' && entry['route'] === 'cyber');
    assert.ok(decisions.length > 0);
    for (const { access } of decisions) assert.equal((access as { grant: string }).grant, grant);
    const calls = (await checkpoint.entries()).flatMap((entry) =>
      entry['type'] === 'outcome' ? ((entry['calls'] ?? []) as { decision: string }[]) : [],
    );
    assert.deepEqual(new Set(calls.map(({ decision }) => decision)), new Set(['allow', 'deny', 'hold', 'approved']));
  });
});
