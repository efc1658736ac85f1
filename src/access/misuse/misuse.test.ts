import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { MemberRole } from '#identity';
import { createSystemRandom, type Json, type PrincipalId, type Result } from '#kernel';
import { createMemoryMisuseStore, principalNumber, type MemoryMisuseStore } from '#test/memory-misuse';
import type { Actor } from '../actor.ts';
import { createMisuse, type Misuse, type MisuseOptions, type MisuseReport } from './misuse.ts';
import type { MisuseRefusal } from './refusal.ts';
import { loadMisuseCatalogue, type SignalKind } from './signals.ts';

const START_MS = Date.parse('2026-11-24T00:00:00Z');
const HOUR_MS = 3_600_000;
const [DEFENDER, APPROVER, OTHER, ADMINISTRATOR] = [1, 2, 3, 4].map(principalNumber) as [
  PrincipalId,
  PrincipalId,
  PrincipalId,
  PrincipalId,
];

function actor(principalId: PrincipalId, ...roles: MemberRole[]): Actor {
  return { principalId, name: `name-${principalId.slice(-1)}`, roles: new Set(roles), authentication: 'passkey' };
}

const defender = actor(DEFENDER, 'defender');
const approver = actor(APPROVER, 'approver');
const administrator = actor(ADMINISTRATOR, 'administrator');

interface World {
  nowMs: number;
  ledgerFails: boolean;
  readonly store: MemoryMisuseStore;
  readonly records: { readonly subject: string; readonly facts: { readonly [name: string]: Json } }[];
  readonly misuse: Misuse;
  report(
    kind: SignalKind,
    changes?: Partial<MisuseReport>,
  ): Promise<Result<{ readonly standing: string; readonly caseId: string | null }, MisuseRefusal>>;
  types(): readonly string[];
}

function createWorld(changes: Partial<MisuseOptions> = {}): World {
  const store = createMemoryMisuseStore(new Set([DEFENDER, APPROVER, OTHER, ADMINISTRATOR]));
  const records: World['records'] = [];
  const world: World = {
    nowMs: START_MS,
    ledgerFails: false,
    store,
    records,
    misuse: createMisuse({
      store,
      concerned: { ofPrincipal: async (principalId) => new Set([principalId]) },
      async record(subject, facts) {
        if (world.ledgerFails) throw new Error('disk full');
        records.push({ subject, facts });
      },
      clock: { now: () => world.nowMs, monotonic: () => world.nowMs },
      random: createSystemRandom(),
      catalogue: loadMisuseCatalogue(),
      resolvePseudonym: async (identifier) => (identifier === 'pseudonym-of-defender' ? DEFENDER : undefined),
      mask: async (text) => text.replaceAll('192.0.2.7', '[IP_1]'),
      ...changes,
    }),
    report: (kind, more = {}) =>
      world.misuse.report({
        principalId: DEFENDER,
        kind,
        requestId: 'req_1',
        atMs: world.nowMs,
        evidence: { codes: ['some-rule'] },
        ...more,
      }),
    types: () => records.map(({ facts }) => facts['type'] as string),
  };
  return world;
}

function refusalOf(result: Result<unknown, MisuseRefusal>): MisuseRefusal['kind'] | 'none' {
  return result.ok ? 'none' : result.error.kind;
}

async function suspended(world: World): Promise<string> {
  for (let time = 0; time < 3; time++) await world.report('prohibited-work');
  const { caseId, standing } = world.store.standings.get(DEFENDER)!;
  assert.equal(standing, 'suspended');
  return caseId!;
}

const notice = {
  vendor: 'openai',
  type: 'safety.warning_issued',
  entityIdentifier: 'pseudonym-of-defender',
  caseId: 'C-1',
  reason: 'cyber_abuse',
} as const;

describe('the list of signals', () => {
  it('shows overseers, and nobody else, signals of a principal that is still clear', async () => {
    const world = createWorld();
    await world.report('target-outside-scope');
    assert.equal(world.store.standings.get(DEFENDER)!.standing, 'clear');
    const list = (as: Actor) => world.misuse.listSignals({ principalId: DEFENDER, limit: 10 }, as);
    for (const role of ['approver', 'auditor', 'administrator'] as const) {
      const listed = await list(actor(OTHER, role));
      assert.ok(listed.ok);
      assert.deepEqual(
        listed.value.map(({ kind, caseId, evidence }) => [kind, caseId, evidence]),
        [['target-outside-scope', null, { codes: ['some-rule'] }]],
      );
    }
    for (const as of [defender, actor(OTHER, 'screener', 'applicant')]) assert.equal(refusalOf(await list(as)), 'role-missing');
    await world.report('provider-refusal');
    const later = await list(approver);
    assert.ok(later.ok);
    assert.deepEqual(new Set(later.value.map(({ caseId }) => caseId)), new Set(world.store.cases.keys()), 'the case has taken them in');
  });
});

describe('signals', () => {
  it('add up to review, restriction and suspension, in one case, each step recorded', async () => {
    const world = createWorld();
    const standings: string[] = [];
    for (let time = 0; time < 3; time++) {
      const outcome = await world.report('prohibited-work', { requestId: `req_${time}` });
      assert.ok(outcome.ok);
      standings.push(outcome.value.standing);
    }
    assert.deepEqual(standings, ['review', 'restricted', 'suspended']);
    assert.equal(world.store.cases.size, 1);
    const moved = 'misuse-signal standing-changed';
    assert.equal(world.types().join(' '), `${moved} case-opened ${moved} ${moved}`);
    const found = await world.misuse.getCase([...world.store.cases.keys()][0]!, approver);
    assert.ok(found.ok);
    assert.deepEqual(
      found.value.events.map(({ kind, facts }) => [kind, facts['to'] ?? null]),
      [
        ['opened', null],
        ['standing-changed', 'review'],
        ['standing-changed', 'restricted'],
        ['standing-changed', 'suspended'],
      ],
    );
    assert.deepEqual(new Set(found.value.signals.map(({ requestId }) => requestId)), new Set(['req_0', 'req_1', 'req_2']));
  });

  it('that were counted before a case was opened belong to it', async () => {
    const world = createWorld();
    await world.report('target-outside-scope');
    assert.equal(world.store.signals[0]!.caseId, null);
    await world.report('provider-refusal');
    assert.deepEqual(new Set(world.store.signals.map(({ caseId }) => caseId)), new Set(world.store.cases.keys()));
  });

  it('decay: a review ends by itself, a restriction does not', async () => {
    const world = createWorld();
    await world.report('provider-refusal');
    assert.equal(world.store.standings.get(DEFENDER)!.standing, 'review');
    assert.equal(await world.misuse.settle(10), 0);
    world.nowMs += 400 * HOUR_MS;
    assert.equal(await world.misuse.settle(10), 1);
    const { standing, caseId } = world.store.standings.get(DEFENDER)!;
    assert.deepEqual([standing, caseId, [...world.store.cases.values()][0]!.state], ['clear', null, 'closed']);
    await world.report('prohibited-work');
    await world.report('prohibited-work');
    world.nowMs += 10_000 * HOUR_MS;
    await world.misuse.settle(10);
    assert.equal(world.store.standings.get(DEFENDER)!.standing, 'restricted');
  });

  it('from a clock ahead of ours decay all the same', async () => {
    const world = createWorld();
    await world.report('provider-refusal', { atMs: START_MS + 10_000 * HOUR_MS });
    assert.equal(world.store.standings.get(DEFENDER)!.score.atMs, START_MS);
  });

  it('keep codes, numbers and ids as evidence, and no text', async () => {
    const world = createWorld();
    await world.report('target-outside-scope', {
      evidence: {
        codes: ['target-outside', 'nmap 192.0.2.7'],
        counts: { targets: 3, bad: Number.NaN },
        ids: { tool: 'shell', deployment: 'openai/sol', rule: 'password is hunter2', other: 'x' } as never,
      },
    });
    assert.deepEqual(world.store.signals[0]!.signal.evidence, {
      codes: ['target-outside'],
      counts: { targets: 3 },
      ids: { tool: 'shell', deployment: 'openai/sol' },
    });
    assert.ok(!JSON.stringify(world.records).includes('hunter2'));
  });

  it('of one principal that come faster than they are dealt with go together, and none is lost', async () => {
    const world = createWorld();
    let transactions = 0;
    const { store } = world;
    const change = store.change.bind(store);
    store.change = (subject, work) => {
      transactions++;
      return change(subject, work);
    };
    await Promise.all(Array.from({ length: 1000 }, () => world.report('burst')));
    assert.ok(transactions <= 3, `${transactions} transactions`);
    assert.equal(
      store.signals.reduce((sum, { signal }) => sum + signal.count, 0),
      1000,
    );
    assert.ok(store.signals.length <= 33, `${store.signals.length} rows`);
    assert.equal(store.standings.get(DEFENDER)!.standing, 'suspended');
  });

  it('that cannot be recorded change nothing, but a suspension is in force and the failure is told', async () => {
    const world = createWorld();
    world.ledgerFails = true;
    await assert.rejects(world.report('prohibited-work'), /disk full/);
    assert.equal(world.store.standings.size + world.store.signals.length + world.store.cases.size, 0);
    world.ledgerFails = false;
    await world.report('prohibited-work');
    await world.report('prohibited-work');
    world.ledgerFails = true;
    const outcome = await world.report('prohibited-work');
    assert.ok(!outcome.ok && outcome.error.kind === 'not-recorded' && outcome.error.caseId !== null);
    assert.equal(world.store.standings.get(DEFENDER)!.standing, 'suspended');
    assert.equal(world.store.events.at(-1)!.event.facts['recorded'], false);
  });
});

describe('a standing that people set', () => {
  it('is set by approvers and administrators, with a reason, of others', async () => {
    const { misuse, ...world } = createWorld();
    const set = (who: Actor, more = {}) =>
      misuse.setStanding({ principalId: DEFENDER, actor: who, standing: 'suspended', reason: 'report of the SOC', ...more });
    assert.equal(refusalOf(await set(actor(OTHER, 'screener', 'auditor', 'defender'))), 'role-missing');
    assert.equal(refusalOf(await set(approver, { principalId: APPROVER })), 'own-case');
    assert.equal(refusalOf(await set(approver, { reason: '' })), 'invalid-text');
    assert.equal(refusalOf(await set(approver, { principalId: principalNumber(99) })), 'unknown-principal');
    assert.equal(world.records.length, 0);
    assert.equal(refusalOf(await set(approver)), 'none');
    assert.equal(refusalOf(await set(administrator)), 'standing-unchanged');
    assert.deepEqual([...world.store.cases.values()][0]!.imposedBy, [APPROVER]);
    assert.deepEqual(
      world.records.map(({ facts }) => facts['type']),
      ['standing-changed', 'case-opened'],
    );
  });

  it('begins the score anew when it lifts a restriction, and closes the case', async () => {
    const world = createWorld();
    const caseId = await suspended(world);
    const lifted = await world.misuse.setStanding({ principalId: DEFENDER, actor: approver, standing: 'clear', reason: 'an exercise' });
    assert.ok(lifted.ok);
    assert.deepEqual([lifted.value.standing, lifted.value.score], ['clear', 0]);
    assert.equal(world.store.cases.get(caseId)!.state, 'closed');
    const again = await world.report('target-outside-scope');
    assert.ok(again.ok && again.value.standing === 'clear');
  });

  it('does not decay when it is a review that a person ordered', async () => {
    const world = createWorld();
    await world.misuse.setStanding({ principalId: DEFENDER, actor: approver, standing: 'review', reason: 'look closer' });
    world.nowMs += 10_000 * HOUR_MS;
    await world.report('burst');
    await world.misuse.settle(10);
    assert.equal(world.store.standings.get(DEFENDER)!.standing, 'review');
  });

  it('is seen by overseers and whom it concerns', async () => {
    const world = createWorld();
    await suspended(world);
    for (const who of [defender, approver, administrator]) {
      const seen = await world.misuse.standingOf(DEFENDER, who);
      assert.ok(seen.ok && seen.value.standing === 'suspended');
    }
    assert.equal(refusalOf(await world.misuse.standingOf(DEFENDER, actor(OTHER, 'defender', 'screener'))), 'unknown-principal');
    const own = await world.misuse.standingOf(OTHER, actor(OTHER, 'defender'));
    assert.ok(own.ok && own.value.standing === 'clear');
    assert.equal(refusalOf(await world.misuse.listStandings(10, defender)), 'role-missing');
    const listed = await world.misuse.listStandings(10, approver);
    assert.ok(listed.ok && listed.value.length === 1);
  });
});

describe('a case', () => {
  it('is appealed by whom it is about, and answered by somebody who did not suspend', async () => {
    const world = createWorld();
    const { misuse } = world;
    await misuse.setStanding({ principalId: DEFENDER, actor: approver, standing: 'suspended', reason: 'report of the SOC' });
    const caseId = [...world.store.cases.keys()][0]!;
    const answer = (who: Actor, outcome: 'granted' | 'upheld') =>
      misuse.answerAppeal({ caseId, actor: who, text: 'we looked at it', outcome });
    assert.equal(refusalOf(await answer(administrator, 'granted')), 'case-state');
    assert.equal(refusalOf(await misuse.appeal({ caseId, actor: administrator, text: 'please' })), 'not-concerned');
    assert.equal(refusalOf(await misuse.appeal({ caseId, actor: actor(OTHER, 'defender'), text: 'please' })), 'unknown-case');
    assert.equal(refusalOf(await misuse.appeal({ caseId, actor: defender, text: 'it was an exercise' })), 'none');
    assert.equal(refusalOf(await misuse.appeal({ caseId, actor: defender, text: 'again' })), 'case-state');
    assert.equal(refusalOf(await answer(approver, 'granted')), 'imposed-by-actor');
    assert.equal(refusalOf(await answer(approver, 'upheld')), 'imposed-by-actor');
    assert.equal(refusalOf(await answer(actor(DEFENDER, 'approver'), 'granted')), 'own-case');
    assert.equal(refusalOf(await answer(actor(OTHER, 'screener'), 'granted')), 'role-missing');
    const around = await misuse.setStanding({ principalId: DEFENDER, actor: approver, standing: 'clear', reason: 'never mind' });
    assert.equal(refusalOf(around), 'case-state', 'an appeal is not answered by another way');
    assert.equal(refusalOf(await answer(administrator, 'upheld')), 'none');
    assert.equal(world.store.standings.get(DEFENDER)!.standing, 'suspended');
    await misuse.appeal({ caseId, actor: defender, text: 'here is the order' });
    const granted = await answer(administrator, 'granted');
    assert.ok(granted.ok && granted.value.state === 'closed');
    assert.equal(world.store.standings.get(DEFENDER)!.standing, 'clear');
    assert.deepEqual(world.types().slice(2), ['case-appealed', 'appeal-answered', 'case-appealed', 'appeal-answered', 'standing-changed']);
    assert.ok(!JSON.stringify(world.records).includes('exercise'), 'the ledger has the hash of the text');
  });

  it('is appealed a few times at most', async () => {
    const world = createWorld();
    const caseId = await suspended(world);
    for (let time = 0; time < 5; time++) {
      await world.misuse.appeal({ caseId, actor: defender, text: 'please' });
      await world.misuse.answerAppeal({ caseId, actor: administrator, text: 'no', outcome: 'upheld' });
    }
    assert.equal(refusalOf(await world.misuse.appeal({ caseId, actor: defender, text: 'please' })), 'too-many-appeals');
  });

  it('takes comments of overseers, which whom it is about does not read', async () => {
    const world = createWorld();
    const caseId = await suspended(world);
    assert.equal(refusalOf(await world.misuse.comment({ caseId, actor: actor(OTHER, 'auditor'), text: 'looks like a drill' })), 'none');
    assert.equal(refusalOf(await world.misuse.comment({ caseId, actor: defender, text: 'x' })), 'role-missing');
    assert.equal(refusalOf(await world.misuse.comment({ caseId, actor: actor(DEFENDER, 'approver'), text: 'x' })), 'own-case');
    const [own, all] = [await world.misuse.getCase(caseId, defender), await world.misuse.getCase(caseId, approver)];
    assert.ok(own.ok && all.ok);
    assert.equal(own.value.events.filter(({ kind }) => kind === 'comment').length, 0);
    assert.equal(all.value.events.filter(({ kind }) => kind === 'comment').length, 1);
    assert.equal(refusalOf(await world.misuse.getCase(caseId, actor(OTHER, 'defender'))), 'unknown-case');
    assert.deepEqual(await world.misuse.listCases({ limit: 10 }, actor(OTHER, 'defender')), []);
    assert.deepEqual(await world.misuse.listCases({ limit: 10, principalId: DEFENDER }, actor(OTHER, 'defender')), []);
    assert.equal((await world.misuse.listCases({ limit: 10 }, defender)).length, 1);
  });

  it('is not closed while it stands for a standing', async () => {
    const world = createWorld();
    const caseId = await suspended(world);
    assert.equal(refusalOf(await world.misuse.closeCase({ caseId, actor: administrator, text: 'done' })), 'standing-in-force');
    assert.equal(refusalOf(await world.misuse.closeCase({ caseId, actor: defender, text: 'done' })), 'role-missing');
  });
});

describe('a notice of a provider', () => {
  it('suspends whom it means, opens a case and is recorded', async () => {
    const world = createWorld();
    const outcome = await world.misuse.handleProviderNotice(notice);
    assert.ok(outcome.ok && outcome.value.principalId === DEFENDER);
    const { standing, reason } = world.store.standings.get(DEFENDER)!;
    assert.deepEqual([standing, reason], ['suspended', 'openai issued a warning (case C-1)']);
    const found = world.store.cases.get(outcome.value.caseId)!;
    assert.deepEqual(
      [found.cause, found.vendorNotice?.vendorCaseId, found.vendorNotice?.reason],
      ['provider-notice', 'C-1', 'cyber_abuse'],
    );
    assert.deepEqual(world.types(), ['standing-changed', 'case-opened', 'provider-notice', 'misuse-signal']);
  });

  it('extends the case that is open', async () => {
    const world = createWorld();
    await world.report('prohibited-work');
    const outcome = await world.misuse.handleProviderNotice(notice);
    assert.ok(outcome.ok);
    assert.deepEqual([...world.store.cases.keys()], [outcome.value.caseId]);
    await world.misuse.handleProviderNotice({ ...notice, type: 'safety.deactivation_issued' });
    await world.misuse.handleProviderNotice({ ...notice, caseId: 'C-2' });
    assert.equal(world.store.cases.size, 1);
    assert.equal(world.store.events.filter(({ event }) => event.kind === 'provider-notice').length, 3);
  });

  it('of somebody whom nobody knows opens a case of nobody, once', async () => {
    const world = createWorld();
    const stranger = { ...notice, entityIdentifier: 'stranger' };
    const first = await world.misuse.handleProviderNotice(stranger);
    const second = await world.misuse.handleProviderNotice(stranger);
    assert.ok(first.ok && second.ok && first.value.caseId === second.value.caseId);
    assert.deepEqual([first.value.principalId, second.value.isRepeated, world.store.standings.size], [null, true, 0]);
    const closed = await world.misuse.closeCase({ caseId: first.value.caseId, actor: administrator, text: 'a former member' });
    assert.ok(closed.ok && closed.value.state === 'closed');
  });

  it('hands the case of nobody over once somebody is known', async () => {
    const world = createWorld();
    const unknown = await world.misuse.handleProviderNotice({ ...notice, entityIdentifier: null });
    const known = await world.misuse.handleProviderNotice(notice);
    assert.ok(unknown.ok && known.ok && unknown.value.caseId !== known.value.caseId);
    assert.equal(world.store.cases.get(unknown.value.caseId)!.state, 'closed');
    assert.equal(world.store.standings.get(DEFENDER)!.standing, 'suspended');
  });

  it('that comes again after somebody has decided does nothing; another one does', async () => {
    const world = createWorld();
    await world.misuse.handleProviderNotice(notice);
    await world.misuse.setStanding({ principalId: DEFENDER, actor: approver, standing: 'clear', reason: 'the vendor agrees' });
    const again = await world.misuse.handleProviderNotice(notice);
    assert.ok(again.ok && again.value.isRepeated);
    assert.equal(world.store.standings.get(DEFENDER)!.standing, 'clear');
    const worse = await world.misuse.handleProviderNotice({ ...notice, type: 'safety.deactivation_issued' });
    assert.ok(worse.ok && !worse.value.isRepeated);
    assert.equal(world.store.standings.get(DEFENDER)!.standing, 'suspended');
  });

  it('is in force when the ledger hangs', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const world = createWorld({ record: () => new Promise(() => undefined) });
    const outcome = world.misuse.handleProviderNotice(notice);
    for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
    t.mock.timers.tick(500);
    assert.equal(refusalOf(await outcome), 'not-recorded');
    assert.equal(world.store.standings.get(DEFENDER)!.standing, 'suspended');
  });

  it('is in force when the ledger fails', async () => {
    const world = createWorld();
    world.ledgerFails = true;
    assert.equal(refusalOf(await world.misuse.handleProviderNotice(notice)), 'not-recorded');
    assert.equal(world.store.standings.get(DEFENDER)!.standing, 'suspended');
  });
});

describe('the false-positive pack', () => {
  it('says which requests, when, under which model and program, with the task masked, and nobody’s name', async () => {
    const world = createWorld();
    await world.report('provider-refusal', {
      requestId: 'req_77',
      evidence: {
        codes: ['cyber_policy'],
        ids: { effectiveModel: 'gpt-6-sol', effectiveProgram: 'daybreak_blue', providerRequest: 'req_abc' },
      },
    });
    const outcome = await world.misuse.handleProviderNotice(notice);
    assert.ok(outcome.ok);
    const pack = await world.misuse.makeFalsePositivePack({
      caseId: outcome.value.caseId,
      actor: approver,
      task: 'Triage of\n| 192.0.2.7',
    });
    assert.ok(pack.ok);
    const { json, markdown } = pack.value;
    assert.equal(json.task, 'Triage of\n| [IP_1]');
    assert.deepEqual(
      [json.vendorCase, json.entityIdentifier, json.requests],
      [
        'C-1',
        'pseudonym-of-defender',
        [
          {
            request: 'req_77',
            at: '2026-11-24T00:00:00.000Z',
            signal: 'provider-refusal',
            codes: ['cyber_policy'],
            providerRequest: 'req_abc',
            model: 'gpt-6-sol',
            requestedProgram: null,
            effectiveProgram: 'daybreak_blue',
          },
        ],
      ],
    );
    for (const told of [JSON.stringify(json), markdown]) assert.ok(!/192\.0\.2\.7|prn_|name-/.test(told));
    assert.match(markdown, /\| `req_77` \| `req_abc` \| `gpt-6-sol` \|/);
    assert.match(markdown, /^> Triage of\n> \\\| \\\[IP\\_1\\\]$/m);
  });

  it('is not made of a text that cannot be masked, nor by or for whom the case is about', async () => {
    const world = createWorld({ mask: async () => undefined });
    const caseId = await suspended(world);
    const make = (who: Actor, task?: string) =>
      world.misuse.makeFalsePositivePack({ caseId, actor: who, ...(task === undefined ? {} : { task }) });
    assert.equal(refusalOf(await make(approver, 'a task')), 'unmaskable');
    assert.equal(refusalOf(await make(defender)), 'role-missing');
    assert.equal(refusalOf(await make(actor(DEFENDER, 'auditor'))), 'own-case');
    assert.equal(refusalOf(await make(approver)), 'none');
  });
});
