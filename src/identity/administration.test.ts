// What is refused before the store is asked. What the store does with accepted input is tested beside the store.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSystemRandom, type Clock } from '#kernel';
import { createAdministration, type CreateKeyInput } from './administration.ts';
import type { KeyStore, PrincipalKind, Role } from './principals.ts';

const untouched = (): never => assert.fail('the store was asked');
const store: KeyStore = {
  changesSince: untouched,
  insertKey: untouched,
  revokeKey: untouched,
  listKeys: untouched,
  findPrincipal: untouched,
  setPrincipalDisabled: untouched,
};
const clock: Clock = { now: () => 1_800_000_000_000, monotonic: () => 0 };
const random = createSystemRandom();
const administration = createAdministration({ store, pepper: random.bytes(32), clock, random });
const valid: CreateKeyInput = { owner: 'soc-team', kind: 'service' };

const refused: readonly (readonly [string, string, Partial<CreateKeyInput>])[] = [
  ['an empty owner', 'owner', { owner: '' }],
  ['an owner of more than 128 bytes', 'owner', { owner: '関'.repeat(43) }],
  ['an owner with a line break', 'owner', { owner: 'a\nb' }],
  ['an owner with surrounding spaces', 'owner', { owner: ' a' }],
  ['an owner that looks like a principal id', 'owner', { owner: 'prn_x' }],
  ['an owner that is the checkpoint itself', 'owner', { owner: 'sekisho-canary' }],
  ['an unknown kind', 'kind', { kind: 'robot' as PrincipalKind }],
  ['a label with an escape sequence', 'label', { label: '\u001b[2J' }],
  ['no role at all', 'roles', { roles: [] }],
  ['an unknown role', 'roles', { roles: ['caller', 'root' as Role] }],
  ['an empty list of routes', 'routes', { routes: [] }],
  ['an empty route name', 'routes', { routes: ['fast', ''] }],
  ['an expiry in the past', 'expires', { expiresAtMs: clock.now() }],
  ['an expiry that is no instant', 'expires', { expiresAtMs: Number.NaN }],
];

for (const [what, field, change] of refused) {
  test(`refuses ${what} and names the field`, async () => {
    const outcome = await administration.createKey({ ...valid, ...change });
    assert.ok(!outcome.ok && outcome.error.kind === 'invalid-input');
    assert.equal(outcome.error.field, field);
  });
}

test('revoking something that is no id repeats no more of it than an id is long', async () => {
  const outcome = await administration.revokeKey({ key: `sk_0123456789abcdef_${'S'.repeat(42)}`, reason: 'leaked' });
  assert.ok(!outcome.ok && outcome.error.kind === 'unknown-key');
  assert.ok(!outcome.error.given.includes('S'));
});

test('a revocation needs a reason', async () => {
  const outcome = await administration.revokeKey({ key: '0123456789abcdef', reason: '' });
  assert.ok(!outcome.ok && outcome.error.kind === 'invalid-input' && outcome.error.field === 'reason');
});
