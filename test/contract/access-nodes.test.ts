// Two nodes on one database: what is decided about somebody at one is in force at the other, without a word between them. Each has two
// workers, its own ledger and its own port.
import assert from 'node:assert/strict';
import { before, describe, test, type TestContext } from 'node:test';
import { callApi } from '#test/api-call';
import { testDatabase } from '#test/database';
import { granted, people, signIn, type Person } from '#test/people';
import { startScriptedModel } from '#test/scripted-model';
import { providerYaml, startCheckpoint, type StartedCheckpoint } from '#test/started-checkpoint';

/** The promise is a second; the rest is for machines that do much else. */
const WITHIN_MS = 2_000;
/** Each on a connection of its own, and connections are dealt out: both workers have answered. */
const IN_A_ROW = 10;
const PAUSE_MS = 20;
const MOST_WAIT_MS = 10_000;
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

let here: StartedCheckpoint;
let there: StartedCheckpoint;
let defender: Person;
let key: string;
let grant: string;
let approverHere: Person;
let approverThere: Person;

before(async () => {
  const [model, database] = [await startScriptedModel(), await testDatabase()];
  const node = () =>
    startCheckpoint({
      workers: 2,
      database,
      yaml: `access: { enforce: all }
providers:
${providerYaml('jp', { url: model.url.replace(/\/v1$/, ''), country: 'JP' })}
routes:
  cyber: { candidates: [jp/d] }
`,
    });
  here = await node();
  const everybody = await people(here);
  there = await node();
  defender = await everybody.join('hanako', ['applicant', 'defender']);
  approverHere = await everybody.join('jiro', ['approver']);
  approverThere = await signIn(there, approverHere);
  const screener = await everybody.join('saburo', ['screener']);
  grant = await granted({ applicant: defender, screener, approvers: [approverHere] }, form());
  key = await defender.key();
  for (const each of [here, there]) await inForce(each, 'nothing refuses', Date.now());
});

const soon = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** `nothing refuses`, or the rule that does. */
async function ruleAt(node: StartedCheckpoint): Promise<string> {
  const body = { model: 'cyber', messages: [{ role: 'user', content: 'hello' }] };
  const answer = await callApi(node.port, { path: '/v1/chat/completions', key, body });
  return answer.status === 200 ? 'nothing refuses' : String(answer.headers['x-sekisho-rule']);
}

/** Asks until every answer is so. Milliseconds from `sinceMs` to the first of these answers. */
async function inForce(node: StartedCheckpoint, rule: string, sinceMs: number): Promise<number> {
  let [row, firstMs] = [0, 0];
  let last = '';
  while (row < IN_A_ROW) {
    last = await ruleAt(node);
    row = last === rule ? row + 1 : 0;
    if (row === 1) firstMs = Date.now() - sinceMs;
    assert.ok(row > 0 || Date.now() - sinceMs < MOST_WAIT_MS, `${last} and not ${rule} after ${MOST_WAIT_MS} ms`);
    await soon(PAUSE_MS);
  }
  return firstMs;
}

/** `act` begins when the clock does, so what it takes itself, with its record in the ledger, counts too. */
async function measured(t: TestContext, act: () => Promise<unknown>, node: StartedCheckpoint, rule: string): Promise<void> {
  const sinceMs = Date.now();
  const [actMs, ms] = await Promise.all([act().then(() => Date.now() - sinceMs), inForce(node, rule, sinceMs)]);
  t.diagnostic(`${rule} at the other node ${ms} ms after the act began; the act took ${actMs} ms`);
  assert.ok(ms < WITHIN_MS, `${rule} after ${ms} ms`);
}

describe('what is decided at one node is in force at the other', () => {
  const stand = (approver: Person, standing: string) => () =>
    approver.call('PUT', `/api/v1/standings/${defender.id}`, { standing, reason: 'report of the SOC' });

  test('a suspension', (t) => measured(t, stand(approverHere, 'suspended'), there, 'standing'));

  test('its lifting, the other way', async (t) => {
    await inForce(here, 'standing', Date.now());
    await measured(t, stand(approverThere, 'clear'), here, 'nothing refuses');
    await inForce(there, 'nothing refuses', Date.now());
  });

  test('a restriction, which closes what needs a grant', async (t) => {
    await measured(t, stand(approverThere, 'restricted'), here, 'access-denied');
    await measured(t, stand(approverHere, 'clear'), there, 'nothing refuses');
  });

  test('a grant that was revoked', (t) =>
    measured(t, () => approverHere.call('POST', `/api/v1/grants/${grant}/revoke`, { reason: 'the work is done' }), there, 'grant-missing'));

  test('each act is in the ledger of the node at which it was done, and there alone', async () => {
    const acts = async (node: StartedCheckpoint) =>
      (await node.entries())
        .filter(({ type }) => type === 'standing-changed' || type === 'grant-revoked')
        .map((entry) => entry['to'] ?? entry['type']);
    // The last one comes under a signed checkpoint a moment later.
    for (let tries = 0; tries < 100 && !(await acts(here)).includes('grant-revoked'); tries++) await soon(100);
    assert.deepEqual(await acts(here), ['suspended', 'clear', 'grant-revoked']);
    assert.deepEqual(await acts(there), ['clear', 'restricted']);
  });
});
