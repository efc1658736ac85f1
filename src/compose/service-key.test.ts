import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Administration } from '#identity';
import { ok, systemClock, type Clock } from '#kernel';
import { limitedBody } from './own-checkpoint.ts';
import { ServiceKey } from './service-key.ts';

function setUp(clock: Clock = systemClock) {
  const inputs: unknown[] = [];
  const made: string[] = [];
  const revoked: string[] = [];
  const key = new ServiceKey({
    administration: {
      async createKey(input) {
        inputs.push(input);
        await new Promise((resolve) => setTimeout(resolve, 5));
        made.push(`k${made.length}`);
        return ok({ record: { id: made.at(-1) }, key: `secret of ${made.at(-1)}` }) as Awaited<ReturnType<Administration['createKey']>>;
      },
      revokeKey({ key: id }) {
        revoked.push(id);
        return Promise.resolve(ok(true)) as unknown as ReturnType<Administration['revokeKey']>;
      },
    },
    owner: 'sekisho-judge',
    label: 'texts',
    roles: ['caller'],
    routes: ['r', 'r'],
    clock,
    spreadMs: 20,
  });
  return { key, inputs, made, revoked };
}

describe('a key of the checkpoint itself', () => {
  it('is for its routes and in its roles, and ends by itself', async () => {
    const { key, inputs } = setUp({ ...systemClock, now: () => 0 });
    await key.current();
    assert.deepEqual(inputs, [
      { owner: 'sekisho-judge', kind: 'service', label: 'texts', roles: ['caller'], routes: ['r'], expiresAtMs: 24 * 3_600_000 },
    ]);
  });

  it('is one, however many ask at once, and nobody has it before every worker does', async () => {
    const { key, made, revoked } = setUp();
    const startedAt = performance.now();
    const asked = [key.current(), key.current()];
    await new Promise((resolve) => setTimeout(resolve, 10));
    asked.push(key.current());
    const waited = await Promise.all(asked.map((each) => each.then((secret) => [secret, performance.now() - startedAt] as const)));
    assert.deepEqual(new Set(waited.map(([secret]) => secret)), new Set(['secret of k0']));
    assert.ok(waited.every(([, ms]) => ms >= 20));
    await key.end();
    assert.deepEqual([made, revoked], [['k0'], ['k0']]);
  });

  it('that is being made when the checkpoint stops is revoked, and no other is made', async () => {
    const { key, made, revoked } = setUp();
    const asked = key.current();
    await key.end();
    await asked;
    assert.deepEqual([made, revoked], [['k0'], ['k0']]);
  });

  it('is renewed before it ends', async () => {
    let nowMs = 0;
    const { key } = setUp({ ...systemClock, now: () => nowMs });
    assert.equal(await key.current(), 'secret of k0');
    nowMs = 22 * 3_600_000;
    assert.equal(await key.current(), 'secret of k0');
    nowMs = 23 * 3_600_000;
    assert.equal(await key.current(), 'secret of k1');
  });
});

describe('an answer to the checkpoint itself', () => {
  it('is not read beyond its limit', async () => {
    let given = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        given++;
        controller.enqueue(new Uint8Array(65_536));
      },
    });
    await assert.rejects(limitedBody(new Response(endless)), /larger than/);
    assert.ok(given < 30, `${given} pieces`);
    assert.equal((await limitedBody(new Response('small'))).toString(), 'small');
    assert.equal((await limitedBody(new Response(null))).length, 0);
  });
});
