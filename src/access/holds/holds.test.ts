import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { MemberRole } from '#identity';
import { createSystemRandom, type Json, type PrincipalId, type RequestId } from '#kernel';
import type { ToolCall } from '#scope';
import { createMemoryHoldStore, type MemoryHoldStore } from '#test/memory-holds';
import type { Actor } from '../actor.ts';
import type { Hold, HoldRefusal } from './hold.ts';
import { createHolds, type Holds, type HoldsOptions, type OpenHold } from './holds.ts';

const START_MS = Date.parse('2026-11-24T00:00:00Z');
const MINUTE_MS = 60_000;

const DEFENDER = 'prn_00000000000000000000000001' as PrincipalId;
const APPROVER = 'prn_00000000000000000000000002' as PrincipalId;

function actor(principalId: PrincipalId, ...roles: MemberRole[]): Actor {
  return { principalId, name: principalId.slice(-1), roles: new Set(roles), authentication: 'passkey' };
}

const approver = actor(APPROVER, 'approver');

function call(command: string): ToolCall {
  return { name: 'shell', encoding: 'json', arguments: JSON.stringify({ command }) };
}

function facts(changes: Partial<OpenHold> = {}): OpenHold {
  return {
    principalId: DEFENDER,
    grantId: 'grt_1',
    requestId: 'req_1' as RequestId,
    route: 'defender',
    deployment: 'openai/sol',
    call: call('nmap 192.0.2.7'),
    reasons: [{ code: 'target-unknown', text: 'It is not known where 192.0.2.7 is' }],
    isTainted: true,
    ...changes,
  };
}

interface World {
  nowMs: number;
  isGranted: boolean;
  readonly store: MemoryHoldStore;
  readonly records: { readonly subject: string; readonly facts: { readonly [name: string]: Json } }[];
  readonly holds: Holds;
  types(): readonly Json[];
}

function createWorld(changes: Partial<HoldsOptions> = {}): World {
  const store = createMemoryHoldStore();
  const records: World['records'] = [];
  const world: World = {
    nowMs: START_MS,
    isGranted: true,
    store,
    records,
    types: () => records.map(({ facts }) => facts['type']!),
    holds: createHolds({
      store,
      record: async (subject, told) => void records.push({ subject, facts: told }),
      clock: { now: () => world.nowMs, monotonic: () => world.nowMs },
      random: createSystemRandom(),
      secret: Buffer.alloc(32, 3),
      concerned: { ofGrant: async () => ({ people: new Set([DEFENDER]), tier: 1 }) },
      stillGranted: () => world.isGranted,
      ...changes,
    }),
  };
  return world;
}

async function opened({ holds }: World, changes: Partial<OpenHold> = {}): Promise<string> {
  const hold = await holds.open(facts(changes));
  assert.ok(hold.ok);
  return hold.value.id;
}

function refusalOf(result: { readonly ok: true } | { readonly ok: false; readonly error: HoldRefusal }): HoldRefusal['kind'] | 'none' {
  return result.ok ? 'none' : result.error.kind;
}

function taken(changes: Partial<Parameters<Holds['consume']>[0]> = {}): Parameters<Holds['consume']>[0] {
  return { principalId: DEFENDER, grantId: 'grt_1', requestId: 'req_2' as RequestId, call: call('nmap 192.0.2.7'), ...changes };
}

describe('a held call', () => {
  it('waits, is approved by somebody else, and is delivered once, each step recorded before it is done', async () => {
    const world = createWorld();
    const { holds } = world;
    const holdId = await opened(world);
    assert.equal(refusalOf(await holds.consume(taken({ holdId }))), 'not-approved');
    const approved = await holds.decide({ holdId, actor: approver, decision: 'approve', reason: 'part of the exercise' });
    assert.ok(approved.ok && approved.value.status === 'approved');
    assert.equal(approved.value.expiresAtMs, START_MS + 15 * MINUTE_MS);
    assert.equal((await holds.findApproved(taken()))?.id, holdId);
    const delivered = await holds.consume(taken({ holdId }));
    assert.ok(delivered.ok && delivered.value.deliveredTo === 'req_2');
    assert.equal(refusalOf(await holds.consume(taken({ holdId }))), 'not-approved');
    assert.equal(refusalOf(await holds.consume(taken())), 'unknown-hold');
    assert.deepEqual(world.types(), ['hold-opened', 'hold-approved', 'hold-delivered']);
    assert.deepEqual(world.records[1]!.facts['by'], { principal: APPROVER, name: '2', authentication: 'passkey' });
  });

  it('tells the ledger no value, not even one that a reason quotes', async () => {
    const world = createWorld();
    const holdId = await opened(world);
    await world.holds.decide({ holdId, actor: approver, decision: 'deny', reason: 'no' });
    assert.ok(!JSON.stringify(world.records).includes('192.0.2.7'));
    const { sealedCall: _, ...row } = world.store.rows.get(holdId)!;
    assert.ok(!JSON.stringify(row).includes('192.0.2.7'));
  });

  it('is found again by a client that comes back with the same call, and by no other call, grant or principal', async () => {
    const world = createWorld();
    const holdId = await opened(world);
    await world.holds.decide({ holdId, actor: approver, decision: 'approve', reason: 'ok' });
    const { holds } = world;
    assert.equal(refusalOf(await holds.consume(taken({ call: call('nmap 192.0.2.8') }))), 'unknown-hold');
    assert.equal(refusalOf(await holds.consume(taken({ holdId, call: call('nmap 192.0.2.8') }))), 'other-call');
    assert.equal(refusalOf(await holds.consume(taken({ grantId: 'grt_2' }))), 'unknown-hold');
    assert.equal(refusalOf(await holds.consume(taken({ holdId, grantId: 'grt_2' }))), 'unknown-hold');
    assert.equal(refusalOf(await holds.consume(taken({ holdId, principalId: APPROVER }))), 'unknown-hold');
    assert.equal(refusalOf(await holds.consume(taken())), 'none');
  });

  it('is not delivered when its approval is over, or the grant no longer counts', async () => {
    const world = createWorld();
    const holdId = await opened(world);
    await world.holds.decide({ holdId, actor: approver, decision: 'approve', reason: 'ok' });
    world.isGranted = false;
    assert.equal(refusalOf(await world.holds.consume(taken({ holdId }))), 'no-longer-granted');
    world.isGranted = true;
    world.nowMs += 15 * MINUTE_MS;
    assert.equal(refusalOf(await world.holds.consume(taken({ holdId }))), 'not-approved');
    assert.equal(refusalOf(await world.holds.consume(taken())), 'unknown-hold');
    assert.equal(await world.holds.expire(), 1);
    assert.equal(world.store.rows.get(holdId)!.status, 'expired');
    assert.ok(!world.types().includes('hold-delivered'));
  });

  it('is decided by approvers only, never their own, with a reason, and once', async () => {
    const world = createWorld();
    const { holds } = world;
    const holdId = await opened(world);
    const decide = (who: Actor, reason = 'ok') => holds.decide({ holdId, actor: who, decision: 'approve', reason });
    assert.equal(refusalOf(await decide(actor(APPROVER, 'administrator', 'auditor', 'screener'))), 'role-missing');
    assert.equal(refusalOf(await decide(actor(DEFENDER, 'approver'))), 'own-call');
    assert.equal(refusalOf(await decide(approver, ' \n')), 'invalid-reason');
    assert.equal(refusalOf(await decide(approver, 'a\u{1b}[2J')), 'invalid-reason');
    assert.equal(refusalOf(await decide(approver)), 'none');
    assert.equal(refusalOf(await holds.decide({ holdId, actor: approver, decision: 'deny', reason: 'ok' })), 'already-decided');
    assert.equal(refusalOf(await holds.decide({ holdId: 'hld_x', actor: approver, decision: 'deny', reason: 'ok' })), 'unknown-hold');
    assert.deepEqual(world.types(), ['hold-opened', 'hold-approved']);
  });

  it('cannot be approved after its time', async () => {
    const world = createWorld();
    const holdId = await opened(world);
    world.nowMs += 60 * MINUTE_MS;
    const late = await world.holds.decide({ holdId, actor: approver, decision: 'approve', reason: 'ok' });
    assert.deepEqual(late, { ok: false, error: { kind: 'already-decided', status: 'expired' } });
  });

  it('is not held twice while it waits, and too many do not wait', async () => {
    const world = createWorld({ most: { ofPrincipal: 3, overall: 4 } });
    const first = await opened(world);
    assert.equal(await opened(world), first);
    await opened(world, { call: call('b') });
    await opened(world, { call: call('c') });
    assert.deepEqual(await world.holds.open(facts({ call: call('d') })), {
      ok: false,
      error: { kind: 'too-many-waiting', whose: 'principal', most: 3 },
    });
    await opened(world, { principalId: APPROVER });
    const full = await world.holds.open(facts({ principalId: 'prn_00000000000000000000000003' as PrincipalId }));
    assert.deepEqual(full, { ok: false, error: { kind: 'too-many-waiting', whose: 'everybody', most: 4 } });
    assert.equal(world.types().length, 4, 'what was not opened is not on record');
    const large = await world.holds.open(facts({ call: call('x'.repeat(300_000)) }));
    assert.equal(refusalOf(large), 'call-too-large');
  });

  it('does nothing that cannot be recorded', async () => {
    let isBroken = true;
    const world = createWorld({
      record: async () => {
        if (isBroken) throw new Error('disk full');
      },
    });
    await assert.rejects(world.holds.open(facts()), /disk full/);
    assert.equal(world.store.rows.size, 0);
    isBroken = false;
    const holdId = await opened(world);
    isBroken = true;
    await assert.rejects(world.holds.decide({ holdId, actor: approver, decision: 'approve', reason: 'ok' }), /disk full/);
    assert.equal(world.store.rows.get(holdId)!.status, 'waiting');
    isBroken = false;
    await world.holds.decide({ holdId, actor: approver, decision: 'approve', reason: 'ok' });
    isBroken = true;
    await assert.rejects(world.holds.consume(taken({ holdId })), /disk full/);
    assert.equal(world.store.rows.get(holdId)!.status, 'approved');
  });
});

describe('what fails about a held call', () => {
  it('says in the ledger when the database did not follow', async () => {
    const world = createWorld();
    const holdId = await opened(world);
    await world.holds.decide({ holdId, actor: approver, decision: 'approve', reason: 'ok' });
    world.store.change = async (id, work) => {
      await work(world.store.rows.get(id)!);
      throw new Error('connection lost');
    };
    await assert.rejects(world.holds.consume(taken({ holdId })), /connection lost/);
    assert.deepEqual(world.types().slice(2), ['hold-delivered', 'hold-not-delivered']);
  });
});

describe('what is kept of a held call', () => {
  it('is seen by approvers, auditors and whom it concerns; everybody else does not know of it', async () => {
    const world = createWorld();
    const { holds } = world;
    const holdId = await opened(world);
    const another = actor('prn_00000000000000000000000004' as PrincipalId, 'defender', 'screener', 'administrator');
    for (const who of [approver, actor(APPROVER, 'auditor'), actor(DEFENDER, 'defender')]) {
      const found = await holds.get(holdId, who);
      assert.ok(found.ok);
      assert.equal(found.value.held?.call.arguments, '{"command":"nmap 192.0.2.7"}');
      assert.equal((await holds.list({ limit: 10 }, who)).length, 1);
    }
    assert.equal(refusalOf(await holds.get(holdId, another)), 'unknown-hold');
    assert.deepEqual(await holds.list({ limit: 10 }, another), []);
    assert.deepEqual(await holds.list({ limit: 10, principalId: DEFENDER }, another), []);
  });

  it('loses its sealed call some time after its end, and not before', async () => {
    const world = createWorld();
    const holdId = await opened(world);
    world.nowMs += 30 * 24 * 60 * MINUTE_MS;
    const prune = () => world.holds.prune({ retentionSeconds: 7 * 24 * 3600, limit: 10 });
    assert.equal(await prune(), 0);
    await world.holds.expire();
    assert.equal(await prune(), 1);
    const found = await world.holds.get(holdId, approver);
    assert.ok(found.ok && found.value.held === undefined);
  });

  it('tells of a denial after it is in force', async () => {
    const told: string[] = [];
    const world = createWorld({ onDenied: async ({ id, status }) => void told.push(`${id} ${status}`) });
    const [a, b] = [await opened(world), await opened(world, { call: call('b') })];
    await world.holds.decide({ holdId: a, actor: approver, decision: 'deny', reason: 'no' });
    await world.holds.decide({ holdId: b, actor: approver, decision: 'approve', reason: 'ok' });
    assert.deepEqual(told, [`${a} denied`]);
  });

  it('keeps of a hostile tool name what harms nobody', async () => {
    const world = createWorld();
    const holdId = await opened(world, { call: { ...call('a'), name: `\u{1b}]0;x\u{7}${'道'.repeat(500)}` } });
    const { tool } = world.store.rows.get(holdId)!;
    assert.ok(!/\p{Cc}/u.test(tool) && Buffer.byteLength(tool) <= 256, tool);
  });
});

type Step =
  | { readonly act: 'open'; readonly who: number; readonly what: number }
  | {
      readonly act: 'decide';
      readonly who: number;
      readonly isApprover: boolean;
      readonly decision: 'approve' | 'deny';
      readonly which: number;
    }
  /** `which` undefined: by the call alone. */
  | { readonly act: 'consume'; readonly who: number; readonly what: number; readonly which: number | undefined }
  /** By whom it belongs to, as it should be. */
  | { readonly act: 'take'; readonly which: number; readonly byId: boolean }
  | { readonly act: 'expire' }
  | { readonly act: 'later'; readonly minutes: number };

const small = fc.nat({ max: 2 });
const steps: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ act: fc.constant('open' as const), who: small, what: small }),
  fc.record({
    act: fc.constant('decide' as const),
    who: small,
    isApprover: fc.constantFrom(true, true, false),
    decision: fc.constantFrom('approve' as const, 'approve' as const, 'deny' as const),
    which: small,
  }),
  fc.record({ act: fc.constant('consume' as const), who: small, what: small, which: fc.option(fc.nat({ max: 3 }), { nil: undefined }) }),
  fc.record({ act: fc.constant('take' as const), which: small, byId: fc.boolean() }),
  fc.constant({ act: 'expire' as const }),
  fc.record({ act: fc.constant('later' as const), minutes: fc.integer({ min: 1, max: 30 }) }),
);

/** What the law says of one delivery; answers the hold's id. */
function check(hold: Hold, who: PrincipalId, ledger: readonly { readonly [name: string]: Json }[]): string {
  const said = (type: string) => ledger.filter((told) => told['type'] === type && told['hold'] === hold.id);
  assert.equal(said('hold-approved').length, 1, 'one approval on record');
  assert.notEqual((said('hold-approved')[0]!['by'] as { principal: string }).principal, who);
  assert.equal(hold.principalId, who);
  assert.equal(said('hold-delivered').length, 1, 'one delivery on record');
  assert.equal(said('hold-denied').length, 0);
  return hold.id;
}

describe('law', () => {
  it('a held call is never delivered without a recorded approval by somebody else, and never twice, whatever comes between', async () => {
    const people = ['prn_a', 'prn_b', 'prn_c'] as PrincipalId[];
    let deliveries = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(fc.tuple(steps, fc.nat({ max: 6 })), { minLength: 10, maxLength: 40 }),
        async (scheduler, script) => {
          const store = createMemoryHoldStore(() => scheduler.schedule(Promise.resolve()));
          const ledger: { readonly [name: string]: Json }[] = [];
          let nowMs = START_MS;
          const holds = createHolds({
            store,
            concerned: { ofGrant: async () => ({ people: new Set([DEFENDER]), tier: 1 }) },
            record: async (_, told) => {
              await scheduler.schedule(Promise.resolve());
              ledger.push(told);
            },
            clock: { now: () => nowMs, monotonic: () => nowMs },
            random: createSystemRandom(),
            secret: Buffer.alloc(32, 3),
            stillGranted: () => true,
          });
          const ids: string[] = [];
          const delivered: string[] = [];
          const run = async (step: Step): Promise<void> => {
            if (step.act === 'later') nowMs += step.minutes * MINUTE_MS;
            else if (step.act === 'expire') await holds.expire();
            else if (step.act === 'open') {
              const made = await holds.open(
                facts({ principalId: people[step.who]!, requestId: String(step.what) as RequestId, call: call(String(step.what)) }),
              );
              if (made.ok && !ids.includes(made.value.id)) ids.push(made.value.id);
            } else if (step.act === 'decide') {
              const who = actor(people[step.who]!, ...(step.isApprover ? (['approver'] as const) : (['administrator'] as const)));
              await holds.decide({ holdId: ids[step.which] ?? 'hld_none', actor: who, decision: step.decision, reason: 'because' });
            } else {
              const row = step.act === 'take' ? store.rows.get(ids[step.which] ?? '') : undefined;
              if (step.act === 'take' && row === undefined) return;
              const who = step.act === 'take' ? row!.principalId : people[step.who]!;
              const what = step.act === 'take' ? row!.requestId : String(step.what);
              const byId = step.act === 'take' ? step.byId : step.which !== undefined;
              const holdId = byId ? { holdId: ids[step.which!] ?? 'hld_none' } : {};
              const got = await holds.consume(taken({ principalId: who, call: call(what), ...holdId }));
              if (got.ok) delivered.push(check(got.value, who, ledger));
            }
          };
          // Steps start in order and overlap in any.
          const running: Promise<void>[] = [];
          const begin: [Step, number][] = [0, 1, 2].map((who) => [{ act: 'open', who, what: who }, who === 2 ? 9 : 0]);
          for (const [step, moves] of [...begin, ...script]) {
            running.push(run(step));
            for (let move = 0; move < moves; move++) {
              // Lets those who were waited for come to where they wait next.
              await new Promise((resolve) => setImmediate(resolve));
              if (scheduler.count() > 0) await scheduler.waitNext(1);
            }
          }
          await scheduler.waitFor(Promise.all(running));
          assert.equal(new Set(delivered).size, delivered.length, 'delivered twice');
          deliveries += delivered.length;
        },
      ),
      { numRuns: 300 },
    );
    assert.ok(deliveries > 20, `the law saw ${deliveries} deliveries`);
  });
});
