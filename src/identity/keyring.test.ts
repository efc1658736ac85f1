import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { createSystemRandom, type PrincipalId } from '#kernel';
import { createKeyMac, generateApiKey } from './api-key.ts';
import { createKeyring, type Keyring } from './keyring.ts';
import type { KeyChanges, Principal, StoredKey } from './principals.ts';

const random = createSystemRandom();
const pepper = random.bytes(32);
const macOf = createKeyMac(pepper);

/** A store in memory with change numbers, which can fail, hang and go back in time. */
function createWorld(options: { readonly pageRows?: number; readonly pollMs?: number } = {}) {
  let wallMs = 1_800_000_000_000;
  let monotonicMs = 5_000;
  let seq = 0;
  const principals = new Map<string, Principal & { seq: number }>();
  const keys = new Map<string, StoredKey & { seq: number }>();
  const asked: { afterSeq: number; endedSinceMs: number | null }[] = [];
  const errors: unknown[] = [];
  const state = { failing: false, hold: undefined as Promise<void> | undefined };

  async function changesSince(input: { readonly afterSeq: number; readonly endedSinceMs: number | null }): Promise<KeyChanges> {
    asked.push({ ...input });
    if (state.failing) throw new Error('the store is out of reach');
    const rows = [...principals.values(), ...keys.values()].filter((row) => row.seq > input.afterSeq).sort((a, b) => a.seq - b.seq);
    const page = rows.slice(0, options.pageRows ?? rows.length);
    await state.hold;
    const more = page.length < rows.length;
    return {
      principals: page.filter((row): row is Principal & { seq: number } => 'disabledAtMs' in row),
      keys: page.filter((row): row is StoredKey & { seq: number } => 'mac' in row),
      upTo: more ? page.at(-1)!.seq : seq,
      latest: seq,
      more,
    };
  }

  function addPrincipal(name: string): PrincipalId {
    const id = `prn_${name}` as PrincipalId;
    principals.set(id, { id, name, kind: 'service', createdAtMs: wallMs, disabledAtMs: null, seq: ++seq });
    return id;
  }

  function addKey(principalId: PrincipalId, change: Partial<StoredKey> = {}) {
    const { text, id } = generateApiKey(random);
    const row: StoredKey = {
      id,
      principalId,
      mac: macOf(text),
      label: '',
      roles: ['caller'],
      routes: null,
      authentication: 'none',
      createdAtMs: wallMs,
      expiresAtMs: null,
      revokedAtMs: null,
      revokedReason: null,
      ...change,
    };
    keys.set(id, { ...row, seq: ++seq });
    return { text, id };
  }

  const clock = { now: () => wallMs, monotonic: () => monotonicMs };
  const keyring = createKeyring({
    store: { changesSince },
    pepper,
    clock,
    maxStaleSeconds: 10,
    pollMs: options.pollMs ?? 3_600_000,
    onError: (error) => errors.push(error),
  });
  opened.push(keyring);
  return {
    keyring,
    asked,
    errors,
    state,
    addPrincipal,
    addKey,
    pass(ms: number) {
      wallMs += ms;
      monotonicMs += ms;
    },
    passWall: (ms: number) => (wallMs += ms),
    passMonotonic: (ms: number) => (monotonicMs += ms),
    now: () => wallMs,
    changeKey: (id: string, change: Partial<StoredKey>) => keys.set(id, { ...keys.get(id)!, ...change, seq: ++seq }),
    changePrincipal: (id: string, change: Partial<Principal>) => principals.set(id, { ...principals.get(id)!, ...change, seq: ++seq }),
    restoreBackup() {
      keys.clear();
      principals.clear();
      seq = 0;
    },
  };
}

const opened: Keyring[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((keyring) => keyring.close()));
});

function refusal(keyring: Keyring, text: string | undefined): string {
  const outcome = keyring.identify(text);
  return outcome.ok ? 'accepted' : outcome.error.kind;
}

test('a known key gives its caller with roles and routes', async () => {
  const world = createWorld();
  const owner = world.addPrincipal('soc');
  const key = world.addKey(owner, { roles: ['caller', 'auditor'], routes: ['fast'], authentication: 'passkey' });
  await world.keyring.start();
  const outcome = world.keyring.identify(key.text);
  assert.ok(outcome.ok);
  assert.deepEqual(outcome.value, {
    keyId: key.id,
    principalId: owner,
    name: 'soc',
    kind: 'service',
    roles: new Set(['caller', 'auditor']),
    routes: new Set(['fast']),
    authentication: 'passkey',
  });
});

test('refuses a missing, a malformed and an unknown key, each by its own name', async () => {
  const world = createWorld();
  const key = world.addKey(world.addPrincipal('soc'));
  await world.keyring.start();
  assert.equal(refusal(world.keyring, undefined), 'missing');
  assert.equal(refusal(world.keyring, ''), 'missing');
  assert.equal(refusal(world.keyring, key.text.slice(0, -1)), 'malformed');
  assert.equal(refusal(world.keyring, 'sk-proj-abc'), 'malformed');
  assert.equal(refusal(world.keyring, generateApiKey(random).text), 'unknown');
});

test('a right id with a wrong secret is unknown, also when the key is revoked, expired or disabled', async () => {
  const world = createWorld();
  const owner = world.addPrincipal('soc');
  const off = world.addPrincipal('off');
  world.changePrincipal(off, { disabledAtMs: world.now() });
  const keys = [
    world.addKey(owner),
    world.addKey(owner, { revokedAtMs: world.now(), revokedReason: 'lost' }),
    world.addKey(owner, { expiresAtMs: world.now() }),
    world.addKey(off),
  ];
  await world.keyring.start();
  const expected = ['accepted', 'revoked', 'expired', 'disabled'];
  for (const [index, key] of keys.entries()) {
    assert.equal(refusal(world.keyring, key.text), expected[index]);
    const last = key.text.endsWith('A') ? 'B' : 'A';
    assert.equal(refusal(world.keyring, key.text.slice(0, -1) + last), 'unknown');
    assert.equal(refusal(world.keyring, `${key.text.slice(0, 20)}${generateApiKey(random).text.slice(20)}`), 'unknown');
  }
});

test('an unknown id whose MAC slot is all zero is never accepted', async () => {
  const world = createWorld();
  await world.keyring.start();
  for (let count = 0; count < 100; count++) assert.equal(refusal(world.keyring, generateApiKey(random).text), 'unknown');
});

test('a key ends at the very millisecond of its expiry', async () => {
  const world = createWorld();
  const key = world.addKey(world.addPrincipal('soc'), { expiresAtMs: world.now() + 5_000 });
  await world.keyring.start();
  world.pass(4_999);
  assert.equal(refusal(world.keyring, key.text), 'accepted');
  world.pass(1);
  assert.equal(refusal(world.keyring, key.text), 'expired');
});

test('a revocation and a disabled owner take effect at the next poll, and an enabled owner too', async () => {
  const world = createWorld();
  const owner = world.addPrincipal('soc');
  const [first, second] = [world.addKey(owner), world.addKey(owner)];
  await world.keyring.start();
  world.changeKey(first.id, { revokedAtMs: world.now(), revokedReason: 'lost' });
  await world.keyring.refresh();
  assert.deepEqual([refusal(world.keyring, first.text), refusal(world.keyring, second.text)], ['revoked', 'accepted']);
  world.changePrincipal(owner, { disabledAtMs: world.now() });
  await world.keyring.refresh();
  assert.equal(refusal(world.keyring, second.text), 'disabled');
  world.changePrincipal(owner, { disabledAtMs: null });
  await world.keyring.refresh();
  assert.deepEqual([refusal(world.keyring, first.text), refusal(world.keyring, second.text)], ['revoked', 'accepted']);
});

test('refuses everyone before the first copy and when the copy is older than allowed, and recovers with the store', async () => {
  const world = createWorld();
  const key = world.addKey(world.addPrincipal('soc'));
  assert.deepEqual(world.keyring.identify(key.text), { ok: false, error: { kind: 'stale', ageSeconds: null } });
  await world.keyring.start();
  world.state.failing = true;
  await assert.rejects(world.keyring.refresh());
  world.pass(10_000);
  assert.equal(refusal(world.keyring, key.text), 'accepted');
  world.pass(1);
  assert.deepEqual(world.keyring.identify(key.text), { ok: false, error: { kind: 'stale', ageSeconds: 10.001 } });
  assert.equal(world.keyring.status().stale, true);
  world.state.failing = false;
  await world.keyring.refresh();
  assert.equal(refusal(world.keyring, key.text), 'accepted');
});

test('a copy is stale by either clock: a machine that slept, or a wall clock that was set back', async () => {
  const asleep = createWorld();
  const key = asleep.addKey(asleep.addPrincipal('soc'));
  await asleep.keyring.start();
  asleep.passWall(10_001);
  assert.equal(refusal(asleep.keyring, key.text), 'stale');
  const setBack = createWorld();
  const other = setBack.addKey(setBack.addPrincipal('soc'));
  await setBack.keyring.start();
  setBack.passWall(-3_600_000);
  setBack.passMonotonic(10_001);
  assert.equal(refusal(setBack.keyring, other.text), 'stale');
});

test('the age counts from when the store was asked, not from when it answered', async () => {
  const world = createWorld();
  const key = world.addKey(world.addPrincipal('soc'));
  await world.keyring.start();
  world.pass(9_000);
  let answer: () => void = () => undefined;
  world.state.hold = new Promise((resolve) => (answer = resolve));
  const refreshing = world.keyring.refresh();
  world.pass(9_000);
  answer();
  await refreshing;
  assert.equal(world.keyring.status().ageSeconds, 9);
  assert.equal(refusal(world.keyring, key.text), 'accepted');
});

test('reads page after page and shows nothing of it before the last', async () => {
  const world = createWorld({ pageRows: 3 });
  const owner = world.addPrincipal('soc');
  const keys = Array.from({ length: 10 }, () => world.addKey(owner));
  // The owner's row now stands after its keys.
  world.changePrincipal(owner, { name: 'soc-renamed' });
  await world.keyring.start();
  assert.equal(world.keyring.status().keys, 10);
  const outcome = world.keyring.identify(keys[9]!.text);
  assert.ok(outcome.ok && outcome.value.name === 'soc-renamed');
});

test('asks one question per poll, only for what is new, and never two at a time', async () => {
  const world = createWorld({ pollMs: 5 });
  world.addKey(world.addPrincipal('soc'));
  await world.keyring.start();
  await sleep(60);
  assert.ok(world.asked.length >= 3);
  assert.deepEqual(world.asked[0]!.afterSeq, 0);
  assert.ok(world.asked.slice(1).every((question) => question.afterSeq === 2 && question.endedSinceMs === null));
  let answer: () => void = () => undefined;
  world.state.hold = new Promise((resolve) => (answer = resolve));
  await sleep(20);
  const before = world.asked.length;
  await sleep(30);
  assert.equal(world.asked.length, before);
  answer();
});

test('a store that went back in time is read anew: keys it no longer knows are refused', async () => {
  const world = createWorld();
  const key = world.addKey(world.addPrincipal('soc'));
  await world.keyring.start();
  world.restoreBackup();
  await assert.rejects(world.keyring.refresh(), /went back/);
  await world.keyring.refresh();
  assert.equal(refusal(world.keyring, key.text), 'unknown');
});

test('after a failed poll everything is read again, because the store may have come back from a backup', async () => {
  const world = createWorld();
  const key = world.addKey(world.addPrincipal('soc'));
  await world.keyring.start();
  world.state.failing = true;
  await assert.rejects(world.keyring.refresh());
  world.state.failing = false;
  world.restoreBackup();
  const owner = world.addPrincipal('other');
  for (let count = 0; count < 5; count++) world.addKey(owner);
  await world.keyring.refresh();
  assert.equal(refusal(world.keyring, key.text), 'unknown');
});

test('a failing poll is told and the next one follows', async () => {
  const world = createWorld({ pollMs: 5 });
  await world.keyring.start();
  world.state.failing = true;
  await sleep(40);
  assert.ok(world.errors.length >= 2);
  world.state.failing = false;
  const count = world.asked.length;
  await sleep(40);
  assert.ok(world.asked.length > count + 1);
});

test('close ends the polling', async () => {
  const world = createWorld({ pollMs: 5 });
  await world.keyring.start();
  await world.keyring.close();
  const count = world.asked.length;
  await sleep(30);
  assert.equal(world.asked.length, count);
});
