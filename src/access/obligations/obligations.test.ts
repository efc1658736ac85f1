import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { systemClock, type Clock, type Json, type PrincipalId, type Random } from '#kernel';
import type { Actor } from '../actor.ts';
import {
  assessObligations,
  createObligations,
  deploymentsUnder,
  mayEnable,
  obligationsMatrix,
  programNamed,
  type Attestation,
  type AttestationStore,
  type DeploymentFact,
  type GrantFact,
  type ObligationFacts,
  type ProgramObligations,
} from './index.ts';
import { parseObligations } from './matrix.ts';

const NOW = Date.parse('2026-11-24T00:00:00Z');
const DAY = 86_400_000;
const matrix = obligationsMatrix();

function program(id: string): ProgramObligations {
  const found = programNamed(matrix, id);
  assert.ok(found !== undefined, id);
  return found;
}

function deployment(changes: Partial<DeploymentFact> = {}): DeploymentFact {
  return {
    id: 'openai/cyber',
    company: 'OpenAI',
    accessProgram: 'daybreak_red',
    tellsEndUser: true,
    retentionDays: 30,
    hasCanary: true,
    governedRoutes: ['red'],
    openRoutes: [],
    ...changes,
  };
}

function grant(changes: Partial<GrantFact> = {}): GrantFact {
  return {
    id: 'grt_1',
    holderKind: 'person',
    isOutside: false,
    programs: ['daybreak_red'],
    conditions: ['passkey', 'sso-mfa'],
    targetCount: 2,
    ...changes,
  };
}

function attestation(of: ProgramObligations, obligation: string, changes: Partial<Attestation> = {}): Attestation {
  return {
    id: `att_${of.id}_${obligation}`,
    program: of.id,
    obligation,
    obligationHash: of.demands.find((demand) => demand.obligation.id === obligation)!.obligation.hash,
    statement: 'contract 12, section 3',
    by: { principal: 'prn_a' as PrincipalId, name: 'tanaka', authentication: 'passkey' },
    atMs: NOW - DAY,
    untilMs: NOW + DAY,
    withdrawnAtMs: null,
    withdrawnBy: null,
    withdrawnReason: null,
    ...changes,
  };
}

function attestations(of: ProgramObligations): Attestation[] {
  return of.demands.filter(({ obligation }) => obligation.attestation !== 'none').map(({ obligation }) => attestation(of, obligation.id));
}

function facts(changes: Partial<ObligationFacts> = {}): ObligationFacts {
  return {
    atMs: NOW,
    incidentContact: 'csirt@example.jp',
    access: { isEnforced: true, reviewsCalls: true, holdsCalls: true },
    signIn: { identityProviders: ['corporate'] },
    deployments: [deployment()],
    grants: [grant()],
    approvers: 2,
    ledger: { isWritten: true, origin: 'example.jp/sekisho', entries: 10 },
    fallback: { isRefusedAtVendor: true, isRefusalFinal: true },
    safetyNoticesFrom: ['OpenAI'],
    attestations: attestations(program('daybreak_red')),
    ...changes,
  };
}

const NOTHING: ObligationFacts = facts({
  incidentContact: null,
  access: { isEnforced: false, reviewsCalls: false, holdsCalls: false },
  signIn: { identityProviders: [] },
  deployments: [],
  grants: null,
  approvers: null,
  ledger: { isWritten: false, origin: '', entries: null },
  fallback: { isRefusedAtVendor: false, isRefusalFinal: false },
  safetyNoticesFrom: [],
  attestations: null,
});

function statusOf(of: ProgramObligations, obligation: string, given: ObligationFacts): string | undefined {
  return assessObligations(of, given).find((one) => one.obligation === obligation)?.status;
}

describe('the shipped matrix', () => {
  it('says of every demand where and when it was read, in two languages', () => {
    assert.match(matrix.version, /^\d{4}-\d{2}-\d{2}$/);
    for (const { id, demands } of matrix.programs)
      for (const { obligation, source, basis } of demands) {
        assert.ok(source.asOf <= matrix.version, `${id} ${source.id}`);
        assert.match(obligation.ja, /[぀-ヿ一-鿿]/, obligation.id);
        assert.ok(basis === 'unverified' || source.url !== null, `${id} ${obligation.id}: what nobody can read is not called verified`);
      }
  });

  it('is found by the program’s id and by what requests name', () => {
    assert.deepEqual(
      ['daybreak_blue', 'daybreak_red', 'anthropic_cvp', 'google_fairwind', 'standard'].map((name) => programNamed(matrix, name)?.vendor),
      ['OpenAI', 'OpenAI', 'Anthropic', 'Google', undefined],
    );
  });

  it('demands more on the top tier than below it', () => {
    const hard = (id: string) =>
      new Set(
        program(id)
          .demands.filter((demand) => demand.hard)
          .map(({ obligation }) => obligation.id),
      );
    const [blue, red] = [hard('daybreak_blue'), hard('daybreak_red')];
    assert.ok([...blue].every((id) => red.has(id)));
    assert.ok(['sso-mfa-at-vendor', 'sso-mfa-sign-in', 'authorised-targets'].every((id) => red.has(id) && !blue.has(id)));
  });

  it('is refused when it names what it does not hold, or anything twice', () => {
    const row = '{ id: a, check: audit-log, attestation: none, en: x, ja: y }';
    const file = (rows: string, demand: string) =>
      `{format: 1, version: "2026-11-24", sources: [{ id: s, url: null, asOf: "2026-11-24", says: z }], obligations: [${rows}], programs: [{ id: p, vendor: v, companies: [c], accessProgram: null, tier: 1, en: x, ja: y, apply: null, demands: [${demand}] }]}`;
    const good = '{ obligation: a, hard: true, basis: official, source: s }';
    assert.equal(parseObligations(file(row, good)).programs.length, 1);
    assert.throws(() => parseObligations(file(`${row}, ${row}`, good)), /twice/);
    assert.throws(() => parseObligations(file(row, `${good}, ${good}`)), /twice/);
    assert.throws(() => parseObligations(file(row, good.replace('obligation: a', 'obligation: b'))), /there is no "b"/);
    assert.throws(() => parseObligations(file(row.replace('audit-log', 'wishful'), good)));
  });
});

describe('assessing', () => {
  it('finds everything met where everything is in place, each with evidence and its origin', () => {
    for (const one of assessObligations(program('daybreak_red'), facts())) {
      assert.equal(one.status, 'met', `${one.obligation}: ${one.evidence[0]?.en}`);
      for (const { en, ja, from } of one.evidence) assert.ok(en !== '' && ja !== '' && from !== '', one.obligation);
    }
  });

  it('presumes nothing: without facts no obligation is met', () => {
    for (const each of matrix.programs)
      for (const one of assessObligations(each, NOTHING)) assert.notEqual(one.status, 'met', `${each.id} ${one.obligation}`);
  });

  it('sees each single thing that is missing', () => {
    const red = program('daybreak_red');
    const cases: readonly (readonly [string, Partial<ObligationFacts>, string])[] = [
      ['end-user-identity', { deployments: [deployment(), deployment({ id: 'openai/b', tellsEndUser: false })] }, 'unmet'],
      ['phishing-resistant-sign-in', { grants: [grant(), grant({ id: 'grt_2', conditions: ['sso-mfa'] })] }, 'unmet'],
      ['phishing-resistant-sign-in', { grants: [grant({ holderKind: 'service', conditions: [] })] }, 'met'],
      ['phishing-resistant-sign-in', { grants: null }, 'unknown'],
      ['sso-mfa-sign-in', { signIn: { identityProviders: [] } }, 'unmet'],
      ['sso-mfa-sign-in', { grants: [grant({ conditions: ['passkey'] })] }, 'unmet'],
      ['internal-use', { grants: [grant({ isOutside: true })] }, 'unmet'],
      ['internal-use', { grants: [grant({ isOutside: true, programs: ['daybreak_blue'] })] }, 'met'],
      ['internal-use', { deployments: [deployment({ openRoutes: ['general'] })] }, 'unmet'],
      ['internal-use', { access: { isEnforced: false, reviewsCalls: true, holdsCalls: true } }, 'unmet'],
      ['internal-use', { grants: null }, 'unknown'],
      ['authorised-targets', { grants: [grant({ targetCount: 0 })] }, 'unmet'],
      ['scope-review', { access: { isEnforced: true, reviewsCalls: false, holdsCalls: true } }, 'unmet'],
      ['human-review', { access: { isEnforced: true, reviewsCalls: true, holdsCalls: false } }, 'unmet'],
      ['human-review', { approvers: 0 }, 'unmet'],
      ['human-review', { approvers: null }, 'unknown'],
      ['audit-log', { ledger: { isWritten: false, origin: 'x', entries: 1 } }, 'unmet'],
      ['no-fallback', { fallback: { isRefusedAtVendor: true, isRefusalFinal: false } }, 'unmet'],
      ['entitlement-watched', { deployments: [deployment({ hasCanary: false })] }, 'unmet'],
      ['entitlement-watched', { deployments: [] }, 'unknown'],
      ['incident-contact', { incidentContact: null }, 'unmet'],
      ['no-resale', { attestations: [] }, 'unmet'],
      ['no-resale', { attestations: null }, 'unknown'],
      ['safety-notices', { safetyNoticesFrom: [], attestations: [] }, 'unknown'],
      ['safety-notices', { safetyNoticesFrom: [] }, 'met'],
    ];
    for (const [obligation, changes, expected] of cases)
      assert.equal(statusOf(red, obligation, facts(changes)), expected, `${obligation} ${JSON.stringify(changes)}`);
  });

  it('takes zero retention for a contradiction that no word outweighs', () => {
    const anthropic = program('anthropic_cvp');
    const under = (retentionDays: number | null) =>
      facts({
        deployments: [deployment({ company: 'Anthropic', accessProgram: null, retentionDays })],
        attestations: attestations(anthropic),
      });
    assert.equal(statusOf(anthropic, 'provider-retention', under(30)), 'met');
    assert.equal(statusOf(anthropic, 'provider-retention', under(0)), 'unmet');
    assert.equal(statusOf(anthropic, 'provider-retention', under(null)), 'met', 'attested where the configuration is silent');
    assert.equal(statusOf(anthropic, 'provider-retention', { ...under(null), attestations: [] }), 'unknown');
  });

  it('counts as under a program what names it, or whose company has one without a name and serves routes with grants', () => {
    const all = [
      deployment(),
      deployment({ id: 'openai/plain', accessProgram: null }),
      deployment({ id: 'anthropic/a', company: 'anthropic', accessProgram: null }),
      deployment({ id: 'anthropic/open', company: 'Anthropic', accessProgram: null, governedRoutes: [], openRoutes: ['general'] }),
    ];
    const ids = (id: string) => deploymentsUnder(program(id), all).map((one) => one.id);
    assert.deepEqual([ids('daybreak_red'), ids('daybreak_blue'), ids('anthropic_cvp')], [['openai/cyber'], [], ['anthropic/a']]);
  });
});

describe('an attestation', () => {
  const red = program('daybreak_red');
  const others = attestations(red).filter(({ obligation }) => obligation !== 'no-resale');
  const withOne = (changes: Partial<Attestation>) =>
    statusOf(red, 'no-resale', facts({ attestations: [...others, attestation(red, 'no-resale', changes)] }));

  it('counts from when it was given until its end, for its program, and about the words it was given for', () => {
    assert.equal(withOne({}), 'met');
    assert.equal(withOne({ untilMs: NOW }), 'unmet', 'ended');
    assert.equal(withOne({ atMs: NOW + 1 }), 'unmet', 'not yet given');
    assert.equal(withOne({ withdrawnAtMs: NOW - 1, withdrawnBy: 'x', withdrawnReason: 'y' }), 'unmet', 'withdrawn');
    assert.equal(withOne({ program: 'daybreak_blue' }), 'unmet', 'another program');
    assert.equal(withOne({ obligationHash: '0'.repeat(64) }), 'unmet', 'the text was another');
  });

  it('never makes met what a check sees to be unmet, whatever the facts', () => {
    const bit = fc.boolean();
    const arbitrary = fc.record({
      isEnforced: bit,
      reviewsCalls: bit,
      holdsCalls: bit,
      tells: bit,
      isOutside: bit,
      passkey: bit,
      retentionDays: fc.constantFrom(null, 0, 30),
      sso: bit,
    });
    fc.assert(
      fc.property(arbitrary, fc.constantFrom(...matrix.programs), (seen, each) => {
        const given = facts({
          access: { isEnforced: seen.isEnforced, reviewsCalls: seen.reviewsCalls, holdsCalls: seen.holdsCalls },
          signIn: { identityProviders: seen.sso ? ['corporate'] : [] },
          deployments: [
            deployment({
              company: each.companies[0]!,
              accessProgram: each.accessProgram,
              tellsEndUser: seen.tells,
              retentionDays: seen.retentionDays,
            }),
          ],
          grants: [grant({ programs: [each.id], isOutside: seen.isOutside, conditions: seen.passkey ? ['passkey', 'sso-mfa'] : [] })],
        });
        const without = assessObligations(each, { ...given, attestations: [] });
        const withAll = assessObligations(each, { ...given, attestations: attestations(each) });
        for (const [index, { status, isAttestable, obligation }] of without.entries()) {
          const after = withAll[index]!.status;
          if (after === status) continue;
          assert.ok(after === 'met' && isAttestable, `${each.id} ${obligation}: ${status} → ${after}`);
          const demand = each.demands[index]!.obligation;
          assert.ok(status === 'unknown' || demand.check === 'attested', `${each.id} ${obligation}`);
        }
        assert.ok(!mayEnable(each, { ...given, attestations: [] }).ok, 'every program wants somebody’s word');
      }),
    );
  });
});

describe('mayEnable', () => {
  it('lets through what is complete, and counts the unknown as missing', () => {
    const red = program('daybreak_red');
    assert.ok(mayEnable(red, facts()).ok);
    const unknown = mayEnable(red, facts({ grants: null }));
    assert.ok(!unknown.ok && unknown.error.kind === 'obligations-unmet');
    assert.ok(unknown.error.missing.every(({ hard, status }) => hard && status !== 'met'));
    assert.ok(mayEnable(red, facts({ deployments: [deployment({ hasCanary: false })] })).ok, 'what is advisory stops nothing');
  });

  it('refuses a program that nobody has written about', () => {
    assert.deepEqual(mayEnable(programNamed(matrix, 'unheard_of'), facts(), 'unheard_of'), {
      ok: false,
      error: { kind: 'unknown-program', program: 'unheard_of' },
    });
  });
});

class MemoryStore implements AttestationStore {
  readonly rows: Attestation[] = [];
  async insert(one: Attestation): Promise<void> {
    this.rows.unshift(one);
  }
  async find(id: string): Promise<Attestation | undefined> {
    return this.rows.find((row) => row.id === id);
  }
  async withdraw({ id, atMs, by, reason }: { id: string; atMs: number; by: string; reason: string }): Promise<boolean> {
    const index = this.rows.findIndex((row) => row.id === id && row.withdrawnAtMs === null);
    if (index < 0) return false;
    this.rows[index] = { ...this.rows[index]!, withdrawnAtMs: atMs, withdrawnBy: by, withdrawnReason: reason };
    return true;
  }
  async list(): Promise<readonly Attestation[]> {
    return this.rows;
  }
}

describe('the service', () => {
  const actor: Actor = {
    principalId: 'prn_a' as PrincipalId,
    name: 'tanaka',
    roles: new Set(['administrator']),
    authentication: 'passkey',
  };
  const clock: Clock = { ...systemClock, now: () => NOW };
  const random: Random = { bytes: (count) => Buffer.alloc(count, 7) };

  function world(changes: { readonly record?: (subject: string, facts: { readonly [name: string]: Json }) => Promise<void> } = {}) {
    const store = new MemoryStore();
    const records: { readonly [name: string]: Json }[] = [];
    const { atMs: _, attestations: __, ...given } = facts({ grants: [grant({ programs: ['daybreak_red'] })] });
    const record =
      changes.record ??
      (async (_subject: string, told: { readonly [name: string]: Json }) => {
        assert.equal(store.rows.length, records.length, 'recorded before it is kept');
        records.push(told);
      });
    return { store, records, service: createObligations({ matrix, facts: async () => given, store, record, clock, random }) };
  }

  it('reports every program, which are in use, and which may be enabled', async () => {
    const { service } = world();
    const report = await service.report();
    assert.ok(report.ok);
    assert.deepEqual(
      report.value.programs.filter(({ isInUse }) => isInUse).map(({ id, mayEnable }) => [id, mayEnable]),
      [['daybreak_red', false]],
    );
    const one = await service.report('daybreak_blue');
    assert.ok(one.ok && one.value.programs.length === 1);
    assert.ok(!(await service.report('nothing')).ok);
  });

  it('lets a program be enabled once everything that needs a word has one, and no longer once one is withdrawn', async () => {
    const { service, records, store } = world();
    const red = program('daybreak_red');
    for (const { obligation } of red.demands.filter((demand) => demand.obligation.attestation === 'required')) {
      const given = await service.attest(actor, {
        program: red.id,
        obligation: obligation.id,
        statement: 'ticket 7',
        untilMs: NOW + 90 * DAY,
      });
      assert.ok(given.ok);
    }
    const complete = await service.report(red.id);
    assert.ok(complete.ok && complete.value.programs[0]!.mayEnable);
    assert.ok(records.every(({ type, by }) => type === 'obligation-attested' && by !== undefined));
    // The memory's ids are all the same; give the one to withdraw its own.
    store.rows[0] = { ...store.rows[0]!, id: 'att_last' };
    records.length = store.rows.length;
    const gone = await service.withdraw(actor, { id: 'att_last', reason: 'the contract ended' });
    assert.ok(gone.ok && gone.value.withdrawnBy === 'tanaka');
    assert.deepEqual(await service.withdraw(actor, { id: 'att_last', reason: 'again' }), {
      ok: false,
      error: { kind: 'already-withdrawn', id: 'att_last' },
    });
    const after = await service.report(red.id);
    assert.ok(after.ok && !after.value.programs[0]!.mayEnable);
  });

  it('counts a grant that is to be made among those that are there', async () => {
    const { service } = world();
    const red = program('daybreak_red');
    const attestable = red.demands.filter(({ obligation }) => obligation.attestation === 'required').map(({ obligation }) => obligation.id);
    const wanted = { ...grant({ programs: [red.id] }), conditions: ['passkey', 'sso-mfa'] as const };
    const missing = async (given: GrantFact): Promise<unknown> =>
      (await service.unmetWith(given)).map((each) => [
        each.kind,
        each.program,
        each.kind === 'obligations-unmet' && each.missing.map(({ obligation }) => obligation).toSorted(),
      ]);
    assert.deepEqual(await missing(wanted), [['obligations-unmet', red.id, attestable.toSorted()]]);
    for (const obligation of attestable)
      assert.ok((await service.attest(actor, { program: red.id, obligation, statement: 'ticket 7', untilMs: NOW + DAY })).ok);
    assert.deepEqual(await missing(wanted), []);
    assert.deepEqual(await missing({ ...wanted, conditions: ['sso-mfa'] }), [
      ['obligations-unmet', red.id, ['phishing-resistant-sign-in']],
    ]);
    assert.deepEqual(await missing({ ...wanted, programs: ['nothing'] }), [['unknown-program', 'nothing', false]]);
    assert.deepEqual(await missing({ ...wanted, programs: [] }), []);
  });

  it('takes nobody’s word for what a machine sees, for ever, or about nothing', async () => {
    const { service, store } = world();
    const kinds: string[] = [];
    for (const input of [
      { program: 'daybreak_red', obligation: 'audit-log', untilMs: NOW + DAY },
      { program: 'daybreak_red', obligation: 'no-resale', untilMs: NOW + 500 * DAY },
      { program: 'daybreak_red', obligation: 'no-resale', untilMs: NOW },
      { program: 'daybreak_red', obligation: 'background-check', untilMs: NOW + DAY },
      { program: 'nothing', obligation: 'no-resale', untilMs: NOW + DAY },
    ]) {
      const refused = await service.attest(actor, { ...input, statement: 'trust me' });
      assert.ok(!refused.ok);
      kinds.push(refused.error.kind);
    }
    assert.deepEqual(kinds, ['not-attestable', 'invalid-until', 'invalid-until', 'unknown-obligation', 'unknown-program']);
    assert.equal(store.rows.length, 0);
  });

  it('keeps nothing that could not be recorded', async () => {
    const { service, store } = world({ record: () => Promise.reject(new Error('the disk is full')) });
    const attempt = service.attest(actor, { program: 'daybreak_red', obligation: 'no-resale', statement: 'x', untilMs: NOW + DAY });
    await assert.rejects(attempt, /disk is full/);
    assert.equal(store.rows.length, 0);
  });
});
