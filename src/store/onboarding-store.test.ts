import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { sql } from 'kysely';
import type { Attestation, AttestationStore, Onboarding, OnboardingEvent, OnboardingStore, ProbeFinding } from '#access';
import { ulid, type PrincipalId } from '#kernel';
import { testDatabase } from '../../test/support/database.ts';
import type { Database } from './database.ts';
import { createAttestationStore, createOnboardingStore } from './onboarding-store.ts';

let db: Database;
let onboardings: OnboardingStore;
let attestations: AttestationStore;
before(async () => {
  db = (await testDatabase()).open(4);
  onboardings = createOnboardingStore(db);
  attestations = createAttestationStore(db);
});

const BY = { principal: 'prn_a' as PrincipalId, name: '田中', authentication: 'passkey' } as const;
let count = 0;

function idOf(prefix: string): string {
  count++;
  return `${prefix}_${ulid(Date.parse('2026-11-24T00:00:00Z') + count * 1000, Buffer.alloc(10, count))}`;
}

function onboarding(account = `account ${count}`): Onboarding {
  const id = idOf('onb');
  const atMs = Date.parse('2026-11-24T00:00:00Z') + count * 1000;
  const began: OnboardingEvent = { revision: 1, atMs, from: null, to: 'submitted', by: BY, note: 'sent by post', probe: null };
  return {
    id,
    program: 'daybreak_red',
    account,
    reference: null,
    state: 'submitted',
    createdAtMs: atMs,
    changedAtMs: atMs,
    revision: 1,
    history: [began],
  };
}

const PROOF: ProbeFinding = {
  deployment: 'openai/cyber',
  ok: true,
  isConclusive: true,
  effectiveModel: 'gpt-6-cyber',
  effectiveProgram: 'daybreak_red',
  requestId: 'req_1',
  reason: null,
  proves: true,
};

function event(one: Onboarding, to: OnboardingEvent['to'], changes: Partial<OnboardingEvent> = {}): OnboardingEvent {
  return {
    revision: one.revision + 1,
    atMs: one.changedAtMs + 500,
    from: one.state,
    to,
    by: BY,
    note: '',
    probe: null,
    ...changes,
  };
}

async function moved(one: Onboarding, to: OnboardingEvent['to'], changes: Partial<OnboardingEvent> = {}): Promise<Onboarding> {
  assert.equal(await onboardings.append(one.id, event(one, to, changes), {}), true);
  const found = await onboardings.find(one.id);
  assert.ok(found !== undefined);
  return found;
}

test('an onboarding and its history come back as they were, newest first', async () => {
  const first = onboarding();
  assert.equal(await onboardings.insert(first), true);
  const second = onboarding();
  assert.equal(await onboardings.insert(second), true);
  const approved = event(first, 'approved', { note: 'letter of 1 December' });
  assert.equal(await onboardings.append(first.id, approved, { reference: 'TAC-7' }), true);
  const expected = {
    ...first,
    state: 'approved',
    reference: 'TAC-7',
    changedAtMs: approved.atMs,
    revision: 2,
    history: [...first.history, approved],
  };
  assert.deepEqual(await onboardings.find(first.id), expected);
  assert.deepEqual(await onboardings.list(10), [second, expected]);
  assert.deepEqual(await onboardings.list(1), [second]);
  assert.equal(await onboardings.find(idOf('onb')), undefined);
});

test('a program and account has one that is open, and another once it is closed', async () => {
  const one = onboarding('the same');
  assert.equal(await onboardings.insert(one), true);
  assert.equal(await onboardings.insert(onboarding('the same')), false);
  await moved(one, 'closed');
  assert.equal(await onboardings.insert(onboarding('the same')), true);
});

test('of many who go on from the same place, one does', async () => {
  const one = onboarding();
  await onboardings.insert(one);
  const outcomes = await Promise.all(Array.from({ length: 8 }, () => onboardings.append(one.id, event(one, 'approved'), {})));
  assert.equal(outcomes.filter(Boolean).length, 1);
  assert.equal((await onboardings.find(one.id))?.history.length, 2);
});

test('ready needs a probe that proves it, and is kept by one that does not disprove it', async () => {
  let one = onboarding();
  await onboardings.insert(one);
  one = await moved(one, 'approved');
  one = await moved(one, 'provisioned');
  await assert.rejects(onboardings.append(one.id, event(one, 'ready'), {}), /check constraint/);
  await assert.rejects(onboardings.append(one.id, event(one, 'ready', { probe: { ...PROOF, proves: false } }), {}), /check constraint/);
  one = await moved(one, 'ready', { probe: PROOF, by: null });
  assert.deepEqual([one.state, one.history.at(-1)?.probe], ['ready', PROOF]);
  one = await moved(one, 'ready', { probe: { ...PROOF, ok: false, isConclusive: false, proves: false } });
  one = await moved(one, 'provisioned', { probe: { ...PROOF, ok: false, proves: false }, by: null });
  assert.equal(one.state, 'provisioned');
});

test('history is not rewritten, and no state comes from anywhere else', async () => {
  const one = onboarding();
  await assert.rejects(onboardings.insert({ ...one, state: 'ready' }), /begins by being submitted/);
  await onboardings.insert(one);
  const update = (text: string) => sql.raw(text).execute(db);
  await assert.rejects(
    update(`update sekisho.onboarding set state = 'ready', revision = 2 where id = '${one.id}'`),
    /follows from its history/,
  );
  await assert.rejects(update(`update sekisho.onboarding set account = 'other' where id = '${one.id}'`), /never changes/);
  await assert.rejects(update(`update sekisho.onboarding_events set note = 'x' where onboarding_id = '${one.id}'`), /neither changed/);
  await assert.rejects(update(`delete from sekisho.onboarding_events`), /neither changed/);
  await assert.rejects(update(`delete from sekisho.onboarding`), /neither changed/);
  await assert.rejects(
    onboardings.append(one.id, event({ ...one, state: 'approved' }, 'provisioned'), {}),
    /follows from its history/,
    'from where it is not',
  );
  const closed = await moved(one, 'closed');
  await assert.rejects(onboardings.append(one.id, event(closed, 'approved'), {}), /stays closed/);
});

function attestation(changes: Partial<Attestation> = {}): Attestation {
  const id = idOf('att');
  const atMs = Date.parse('2026-11-24T00:00:00Z') + count * 1000;
  return {
    id,
    program: 'daybreak_red',
    obligation: 'no-resale',
    obligationHash: 'ab'.repeat(32),
    statement: '契約書 第3条による',
    by: BY,
    atMs,
    untilMs: atMs + 1000,
    withdrawnAtMs: null,
    withdrawnBy: null,
    withdrawnReason: null,
    ...changes,
  };
}

test('an attestation is kept as it was given, and withdrawn once', async () => {
  const [first, second] = [attestation(), attestation()];
  for (const one of [first, second]) await attestations.insert(one);
  assert.deepEqual(await attestations.find(first.id), first);
  assert.deepEqual(await attestations.list(10), [second, first]);
  const withdrawal = { id: first.id, atMs: first.atMs + 10, by: '佐藤', reason: 'the contract ended' };
  assert.equal(await attestations.withdraw(withdrawal), true);
  assert.equal(await attestations.withdraw({ ...withdrawal, reason: 'again' }), false);
  assert.equal(await attestations.withdraw({ ...withdrawal, id: idOf('att') }), false);
  const found = await attestations.find(first.id);
  assert.deepEqual([found?.withdrawnBy, found?.withdrawnReason, found?.withdrawnAtMs], ['佐藤', 'the contract ended', first.atMs + 10]);
  const change = sql`update sekisho.attestations set until = until + interval '1 year' where id = ${second.id}`.execute(db);
  await assert.rejects(change, /never changes/);
  await assert.rejects(sql`delete from sekisho.attestations`.execute(db), /neither changed/);
});
