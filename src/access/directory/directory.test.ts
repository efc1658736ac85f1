import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import type { PrincipalId } from '#kernel';
import type { Grant } from '../grant.ts';
import { createAccessDirectory, type AccessDirectory } from './directory.ts';
import type { AccessChanges, HoldChange, MemberChange, StandingChange } from './record.ts';

const AOKI = 'prn_aoki' as PrincipalId;
const BABA = 'prn_baba' as PrincipalId;
const DAY = 24 * 3600 * 1000;

type Change =
  | { readonly list: 'members'; readonly key: string; readonly value: MemberChange }
  | { readonly list: 'grants'; readonly key: string; readonly value: Grant }
  | { readonly list: 'standings'; readonly key: string; readonly value: StandingChange }
  | { readonly list: 'holds'; readonly key: string; readonly value: HoldChange };

/** A store in memory with change numbers, which can fail, hang and go back in time. */
function createWorld(options: { readonly pageRows?: number } = {}) {
  let wallMs = 1_800_000_000_000;
  let monotonicMs = 5_000;
  let seq = 0;
  const rows = new Map<string, Change & { readonly seq: number }>();
  const asked: Parameters<Parameters<typeof createAccessDirectory>[0]['store']['changesSince']>[0][] = [];
  const errors: unknown[] = [];
  const state = { failing: false, hold: undefined as Promise<void> | undefined };

  async function changesSince(input: (typeof asked)[number]): Promise<AccessChanges> {
    asked.push(input);
    if (state.failing) throw new Error('the store is out of reach');
    const changed = [...rows.values()].filter((row) => row.seq > input.afterSeq).sort((a, b) => a.seq - b.seq);
    const page = changed.slice(0, options.pageRows ?? changed.length);
    const latest = seq;
    await state.hold;
    const more = page.length < changed.length;
    // Copies, as they would come over the wire.
    const of = <T>(list: Change['list']): T[] => page.filter((row) => row.list === list).map(({ value }) => structuredClone(value) as T);
    return {
      members: of('members'),
      grants: of('grants'),
      standings: of('standings'),
      holds: of('holds'),
      upTo: more ? page.at(-1)!.seq : latest,
      latest,
      more,
    };
  }

  function put(change: Change): void {
    rows.set(`${change.list} ${change.key}`, { ...change, seq: ++seq });
  }

  const directory = createAccessDirectory({
    store: { changesSince },
    clock: { now: () => wallMs, monotonic: () => monotonicMs },
    maxStaleSeconds: 10,
    pollMs: 3_600_000,
    onError: (error) => errors.push(error),
  });
  opened.push(directory);
  return {
    directory,
    asked,
    state,
    errors,
    now: () => wallMs,
    passWall: (ms: number) => (wallMs += ms),
    passMonotonic: (ms: number) => (monotonicMs += ms),
    member: (principalId: PrincipalId, roles: MemberChange['roles'], isOutside = false) =>
      put({ list: 'members', key: principalId, value: { principalId, roles, isOutside } }),
    standing: (principalId: PrincipalId, standing: StandingChange['standing']) =>
      put({ list: 'standings', key: principalId, value: { principalId, standing } }),
    grant: (principalId: PrincipalId, id: string, changes: Partial<Grant> = {}) =>
      put({ list: 'grants', key: id, value: { ...grantOf(principalId, id), ...changes } }),
    hold: (id: string, holdState: HoldChange['state']) => put({ list: 'holds', key: id, value: { id, state: holdState } }),
    restoreBackup(seqThen: number) {
      for (const [key, row] of rows) if (row.seq > seqThen) rows.delete(key);
      seq = seqThen;
    },
  };
}

const opened: AccessDirectory[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((directory) => directory.close()));
});

function grantOf(principalId: PrincipalId, id: string): Grant {
  return {
    id,
    applicationId: 'app_1',
    principalId,
    tier: 1,
    capabilities: ['code-review'],
    scope: { targets: [{ kind: 'host', value: 'a.example' }], excluded: [], allowedTools: null, forbiddenTools: [] },
    conditions: [],
    conditionsMet: [],
    programs: [],
    startsAtMs: 0,
    endsAtMs: DAY,
    recertifyByMs: DAY,
    state: 'active',
  };
}

function recordOf(directory: AccessDirectory, id: PrincipalId) {
  const outcome = directory.of(id);
  assert.ok(outcome.ok);
  return outcome.value;
}

test('a record joins member, standing and grants, frozen through and through', async () => {
  const world = createWorld();
  world.member(AOKI, ['defender'], true);
  world.grant(AOKI, 'grt_2');
  world.grant(AOKI, 'grt_1');
  world.standing(AOKI, 'review');
  await world.directory.start();
  const record = recordOf(world.directory, AOKI);
  assert.deepEqual(record, {
    member: { roles: new Set(['defender']), isOutside: true },
    standing: 'review',
    grants: [grantOf(AOKI, 'grt_1'), grantOf(AOKI, 'grt_2')],
  });
  for (const part of [record, record.grants, record.grants[0]!, record.grants[0]!.scope, record.grants[0]!.scope.targets[0]!]) {
    assert.ok(Object.isFrozen(part));
  }
  assert.equal(world.directory.version, 4);
});

test('somebody of whom nothing is known has a record with nothing in it', async () => {
  const world = createWorld();
  await world.directory.start();
  assert.deepEqual(recordOf(world.directory, AOKI), { member: undefined, standing: 'clear', grants: [] });
  assert.equal(world.directory.holdState('hld_1'), undefined);
});

test('a record stays the same object until something of that principal changes', async () => {
  const world = createWorld();
  world.grant(AOKI, 'grt_1');
  world.grant(BABA, 'grt_2');
  await world.directory.start();
  const [aoki, baba] = [recordOf(world.directory, AOKI), recordOf(world.directory, BABA)];
  world.standing(AOKI, 'suspended');
  world.hold('hld_1', 'approved');
  await world.directory.refresh();
  assert.notEqual(recordOf(world.directory, AOKI), aoki);
  assert.equal(recordOf(world.directory, AOKI).standing, 'suspended');
  // What has not changed is not copied either.
  assert.equal(recordOf(world.directory, AOKI).grants[0], aoki.grants[0]);
  assert.equal(recordOf(world.directory, BABA), baba);
});

test('follows grants that are revoked, and holds that are decided', async () => {
  const world = createWorld();
  world.grant(AOKI, 'grt_1');
  world.hold('hld_1', 'waiting');
  await world.directory.start();
  assert.equal(world.directory.holdState('hld_1'), 'waiting');
  world.grant(AOKI, 'grt_1', { state: 'revoked' });
  world.hold('hld_1', 'denied');
  await world.directory.refresh();
  assert.deepEqual(
    recordOf(world.directory, AOKI).grants.map(({ state }) => state),
    ['revoked'],
  );
  assert.equal(world.directory.holdState('hld_1'), 'denied');
});

test('reads page after page, and only what is new', async () => {
  const world = createWorld({ pageRows: 3 });
  for (let index = 0; index < 10; index++) world.grant(AOKI, `grt_${index}`);
  await world.directory.start();
  assert.equal(recordOf(world.directory, AOKI).grants.length, 10);
  assert.deepEqual(
    world.asked.map(({ afterSeq }) => afterSeq),
    [0, 3, 6, 9],
  );
  assert.deepEqual(world.asked[0]!.endedSince, { grantsMs: world.now() - 30 * DAY, holdsMs: world.now() - DAY });
  world.member(AOKI, ['auditor']);
  await world.directory.refresh();
  assert.deepEqual(world.asked.at(-1), { afterSeq: 10, endedSince: null });
});

test('refuses once either clock says that the copy is too old, and before there is one', async () => {
  const world = createWorld();
  world.hold('hld_1', 'approved');
  assert.deepEqual(world.directory.of(AOKI), { ok: false, error: { kind: 'stale', ageSeconds: null } });
  await world.directory.start();
  world.passWall(10_000);
  assert.ok(world.directory.of(AOKI).ok);
  world.passWall(1);
  assert.deepEqual(world.directory.of(AOKI), { ok: false, error: { kind: 'stale', ageSeconds: 10.001 } });
  assert.equal(world.directory.holdState('hld_1'), undefined);
  assert.deepEqual(world.directory.status(), { principals: 0, version: 1, ageSeconds: 10.001, stale: true });
  await world.directory.refresh();
  assert.equal(world.directory.holdState('hld_1'), 'approved');
  world.passMonotonic(10_001);
  assert.equal(world.directory.of(AOKI).ok, false);
});

test('keeps what it has while the store is out of reach, and reads everything anew afterwards', async () => {
  const world = createWorld();
  world.grant(AOKI, 'grt_1');
  await world.directory.start();
  world.state.failing = true;
  await assert.rejects(world.directory.refresh());
  assert.equal(recordOf(world.directory, AOKI).grants.length, 1);
  world.state.failing = false;
  await world.directory.refresh();
  assert.equal(world.asked.at(-1)!.afterSeq, 0);
});

test('a restored backup takes the place of everything that was held', async () => {
  const world = createWorld();
  world.member(AOKI, ['defender']);
  world.grant(AOKI, 'grt_1');
  world.hold('hld_1', 'approved');
  await world.directory.start();
  world.restoreBackup(1);
  await assert.rejects(world.directory.refresh(), /went back from change 3 to 1/);
  await world.directory.refresh();
  assert.deepEqual(recordOf(world.directory, AOKI).grants, []);
  assert.deepEqual(recordOf(world.directory, AOKI).member?.roles, new Set(['defender']));
  assert.equal(world.directory.holdState('hld_1'), undefined);
  assert.equal(world.directory.version, 1);
});

test('a copy that takes long to read is as old as the question was', async () => {
  const world = createWorld();
  const gate = Promise.withResolvers<void>();
  world.state.hold = gate.promise;
  const started = world.directory.start();
  world.passWall(11_000);
  gate.resolve();
  await started;
  assert.equal(world.directory.of(AOKI).ok, false);
});

test('remembers ten thousand holds, and forgets the ones that changed longest ago', async () => {
  const world = createWorld();
  for (let index = 0; index < 10_000; index++) world.hold(`hld_${index}`, 'approved');
  world.hold('hld_0', 'delivered');
  await world.directory.start();
  assert.deepEqual([world.directory.holdState('hld_0'), world.directory.holdState('hld_1')], ['delivered', 'approved']);
  world.hold('hld_new', 'denied');
  await world.directory.refresh();
  assert.deepEqual([world.directory.holdState('hld_1'), world.directory.holdState('hld_2')], [undefined, 'approved']);
});
