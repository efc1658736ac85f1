import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { describe, it } from 'node:test';
import { err, ok, type PrincipalId } from '#kernel';
import { createMemoryMisuseStore } from '#test/memory-misuse';
import type { ProviderNotice, ProviderNotices } from './provider-notices.ts';
import { createSafetyWebhooks, type SafetyCase, type SafetyWebhooks } from './safety-webhooks.ts';

const KEY = Buffer.alloc(32, 9);
const NOW_MS = Date.parse('2026-11-24T12:00:00Z');

function signed(content: unknown, id = 'wh_1'): Parameters<SafetyWebhooks['receive']>[0] {
  const body = Buffer.from(typeof content === 'string' ? content : JSON.stringify(content));
  const seconds = String(NOW_MS / 1000);
  const mac = createHmac('sha256', KEY).update(`${id}.${seconds}.`).update(body).digest('base64');
  return { headers: { 'webhook-id': id, 'webhook-timestamp': seconds, 'webhook-signature': `v1,${mac}` }, body };
}

const warning = { id: 'evt_1', object: 'event', created_at: 1, type: 'safety.warning_issued', data: { id: 'C-1' } };

interface World {
  readonly notices: ProviderNotice[];
  readonly webhooks: SafetyWebhooks;
  answer: () => Promise<SafetyCase | undefined>;
  handled: ReturnType<ProviderNotices['handleProviderNotice']>;
}

function createWorld(): World {
  const notices: ProviderNotice[] = [];
  const world: World = {
    notices,
    answer: async () => ({ entityIdentifier: 'pseudonym', reason: 'cyber_abuse' }),
    handled: Promise.resolve(ok({ caseId: 'cas_1', principalId: 'prn_1' as PrincipalId, isRepeated: false })),
    webhooks: createSafetyWebhooks({
      secrets: [['whsec', KEY.toString('base64')].join('_')],
      vendor: 'openai',
      clock: { now: () => NOW_MS, monotonic: () => NOW_MS },
      store: createMemoryMisuseStore(new Set()),
      misuse: {
        async handleProviderNotice(notice) {
          notices.push(notice);
          return await world.handled;
        },
      },
      fetchCase: () => world.answer(),
    }),
  };
  return world;
}

describe('a safety webhook', () => {
  it('asks for the case and hands on what it says', async () => {
    const world = createWorld();
    assert.deepEqual(await world.webhooks.receive(signed(warning)), ok({ kind: 'handled', caseId: 'cas_1' }));
    assert.deepEqual(world.notices, [
      { vendor: 'openai', type: 'safety.warning_issued', caseId: 'C-1', entityIdentifier: 'pseudonym', reason: 'cyber_abuse' },
    ]);
  });

  it('does nothing unsigned', async () => {
    const world = createWorld();
    const { headers } = signed(warning);
    assert.deepEqual(await world.webhooks.receive({ headers, body: Buffer.from('{}') }), err({ kind: 'forged' }));
    assert.equal(world.notices.length, 0);
  });

  it('does nothing twice', async () => {
    const world = createWorld();
    await world.webhooks.receive(signed(warning));
    assert.deepEqual(await world.webhooks.receive(signed(warning)), ok({ kind: 'repeated' }));
    assert.deepEqual(await world.webhooks.receive(signed({ ...warning, more: 1 })), ok({ kind: 'repeated' }));
    assert.equal(world.notices.length, 1);
  });

  it('opens a case when the vendor cannot be asked, and takes the event when it comes again', async () => {
    const world = createWorld();
    world.answer = async () => {
      throw new Error('connection refused');
    };
    assert.deepEqual(await world.webhooks.receive(signed(warning)), err({ kind: 'case-unavailable', caseId: 'cas_1' }));
    assert.deepEqual([world.notices[0]!.entityIdentifier, world.notices[0]!.reason], [null, null]);
    world.answer = async () => ({ entityIdentifier: 'pseudonym', reason: null });
    assert.deepEqual(await world.webhooks.receive(signed(warning)), ok({ kind: 'handled', caseId: 'cas_1' }));
  });

  it('may come again when it could not be dealt with, and not when only the ledger failed', async () => {
    const world = createWorld();
    world.handled = Promise.reject(new Error('database gone'));
    await assert.rejects(world.webhooks.receive(signed(warning)), /database gone/);
    const cause = new Error('disk full');
    world.handled = Promise.resolve(err({ kind: 'not-recorded', standing: 'suspended', caseId: 'cas_1', cause }));
    assert.equal((await world.webhooks.receive(signed(warning))).ok, false);
    assert.deepEqual(await world.webhooks.receive(signed(warning)), ok({ kind: 'repeated' }));
  });

  it('about something else is left alone, and what cannot be read is refused', async () => {
    const world = createWorld();
    assert.deepEqual(await world.webhooks.receive(signed({ type: 'batch.completed', data: {} })), ok({ kind: 'ignored' }));
    for (const [at, content] of [
      '{',
      '[]',
      '{"type":1}',
      { ...warning, data: {} },
      { ...warning, data: { id: 'x'.repeat(300) } },
    ].entries())
      assert.deepEqual(await world.webhooks.receive(signed(content, `wh_bad_${at}`)), err({ kind: 'unreadable' }));
    assert.equal(world.notices.length, 0);
  });
});
