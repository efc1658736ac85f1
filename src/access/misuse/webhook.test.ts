import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { describe, it } from 'node:test';
import OpenAI from 'openai';
import { createWebhookVerifier, type WebhookHeaders } from './webhook.ts';

const SECRET = ['whsec', Buffer.alloc(24, 5).toString('base64')].join('_');
const OTHER = ['whsec', Buffer.alloc(24, 6).toString('base64')].join('_');
const NOW_MS = Date.parse('2026-11-24T12:00:00Z');
const SECONDS = String(NOW_MS / 1000);
const BODY = Buffer.from('{"type":"safety.warning_issued","data":{"id":"C-1"}}');

function signature(id: string, timestamp: string, body: Buffer, secret = SECRET): string {
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
  return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body.toString()}`).digest('base64')}`;
}

function headers(changes: WebhookHeaders = {}): WebhookHeaders {
  return {
    'webhook-id': 'wh_1',
    'webhook-timestamp': SECONDS,
    'webhook-signature': signature('wh_1', SECONDS, BODY),
    ...changes,
  };
}

const verify = createWebhookVerifier([SECRET]);

function outcome(given: WebhookHeaders, body = BODY, nowMs = NOW_MS): string {
  const verified = verify({ headers: given, body }, nowMs);
  return verified.ok ? verified.value.id : verified.error.kind;
}

describe('the signature of a webhook', () => {
  it('is accepted from who has the secret', () => {
    assert.deepEqual(verify({ headers: headers(), body: BODY }, NOW_MS), { ok: true, value: { id: 'wh_1', sentAtMs: NOW_MS } });
  });

  it('is the one of the specification’s example', () => {
    const key = ['whsec', 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'].join('_');
    const example = {
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    };
    assert.ok(createWebhookVerifier([key])({ headers: example, body: Buffer.from('{"test": 2432232314}') }, 1_614_265_330_000).ok);
  });

  it('is what the vendor’s own library accepts', async (t) => {
    t.mock.timers.enable({ apis: ['Date'], now: NOW_MS });
    const client = new OpenAI({ apiKey: 'none', webhookSecret: SECRET });
    await client.webhooks.verifySignature(BODY.toString(), headers());
    assert.equal(outcome(headers()), 'wh_1');
    const forged = headers({ 'webhook-signature': signature('wh_1', SECONDS, BODY, OTHER) });
    await assert.rejects(client.webhooks.verifySignature(BODY.toString(), forged));
    assert.equal(outcome(forged), 'forged');
  });

  it('covers the id, the time and every byte of the body', () => {
    assert.equal(outcome(headers({ 'webhook-id': 'wh_2' })), 'forged');
    assert.equal(outcome(headers({ 'webhook-timestamp': String(Number(SECONDS) + 1) })), 'forged');
    for (let at = 0; at < BODY.length; at++) {
      const changed = Buffer.from(BODY);
      changed[at] = changed[at]! ^ 1;
      assert.equal(outcome(headers(), changed), 'forged');
    }
    assert.equal(outcome(headers(), Buffer.concat([BODY, Buffer.from(' ')])), 'forged');
  });

  it('is good for five minutes, either way', () => {
    assert.equal(outcome(headers(), BODY, NOW_MS + 300_000), 'wh_1');
    assert.equal(outcome(headers(), BODY, NOW_MS + 301_000), 'too-old');
    assert.equal(outcome(headers(), BODY, NOW_MS - 300_000), 'wh_1');
    assert.equal(outcome(headers(), BODY, NOW_MS - 301_000), 'too-new');
  });

  it('may be one of several, and other versions count for nothing', () => {
    const good = signature('wh_1', SECONDS, BODY);
    const bad = signature('wh_1', SECONDS, BODY, OTHER);
    assert.equal(outcome(headers({ 'webhook-signature': `v2,abc ${bad} ${good}` })), 'wh_1');
    assert.equal(outcome(headers({ 'webhook-signature': good.replace('v1,', 'v1a,') })), 'unsigned');
    assert.equal(
      outcome(headers({ 'webhook-signature': Array.from({ length: 11 }, (_, at) => (at === 10 ? good : bad)).join(' ') })),
      'forged',
    );
    const rotating = createWebhookVerifier([OTHER, SECRET]);
    assert.ok(rotating({ headers: headers(), body: BODY }, NOW_MS).ok);
  });

  it('is missing when a header is missing, doubled or unreadable', () => {
    for (const name of ['webhook-id', 'webhook-timestamp', 'webhook-signature']) {
      assert.equal(outcome(headers({ [name]: undefined })), 'unsigned');
      assert.equal(outcome(headers({ [name]: ['a', 'b'] })), 'unsigned');
      assert.equal(outcome(headers({ [name]: '' })), 'unsigned');
    }
    for (const timestamp of ['1e9', '-1', '0x5', ' 1', '9'.repeat(13)])
      assert.equal(outcome(headers({ 'webhook-timestamp': timestamp })), 'unsigned');
    assert.equal(outcome(headers({ 'webhook-signature': `v1,${'A'.repeat(4000)}` })), 'unsigned');
  });

  it('needs a secret that somebody can have been given', () => {
    for (const secret of ['', 'whsec_', 'secret', 'whsec_***', 'whsec_AAAA'])
      assert.throws(() => createWebhookVerifier([secret]), { code: 'webhook-secret-invalid' });
  });
});
