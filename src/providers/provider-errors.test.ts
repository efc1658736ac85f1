import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isTransientStatus, providerErrorInBody, providerErrorOf, retryAfterMs } from './provider-errors.ts';

describe('providerErrorOf', () => {
  it('takes policy refusals as final in every shape they come in', () => {
    const shapes: Record<string, unknown>[] = [
      { error: { code: 'cyber_policy', type: 'invalid_request_error', message: 'no' } },
      { error: { type: 'cyber_policy_violation' } },
      { type: 'error', code: 'cyber_policy', message: 'no' },
      { type: 'response.failed', response: { error: { code: 'cyber_policy' } } },
      { error: { code: 'access_program_not_enabled' } },
      { type: 'error', error: { type: 'invalid_request_error', message: 'no', details: { error_code: 'access_program_not_enabled' } } },
    ];
    for (const shape of shapes) {
      const error = providerErrorOf(shape);
      assert.deepEqual([error?.isRefusal, error?.isTransient], [true, false], JSON.stringify(shape));
    }
  });

  it('takes overload and server errors as transient', () => {
    for (const shape of [
      { type: 'error', error: { type: 'overloaded_error' } },
      { error: { code: 'server_error' } },
      { error: { code: 503 } },
      { error: { type: 'rate_limit_error' } },
    ])
      assert.equal(providerErrorOf(shape)?.isTransient, true, JSON.stringify(shape));
  });

  it('finds nothing in payloads that are no errors', () => {
    for (const shape of [{}, { error: null }, { type: 'response.created', response: { error: null } }, { choices: [] }])
      assert.equal(providerErrorOf(shape), undefined);
  });

  it('reads an error whatever it looks like', () => {
    assert.equal(providerErrorOf({ error: 'text' })?.code, 'unknown');
    assert.equal(providerErrorInBody(Buffer.from('<html>')), undefined);
    assert.equal(providerErrorInBody(Buffer.from('{"error":{"type":"x"}}'))?.code, 'x');
  });
});

describe('isTransientStatus', () => {
  it('moves on for 429 and 5xx and for nothing else', () => {
    for (const status of [200, 301, 400, 401, 403, 404, 408, 413, 422]) assert.equal(isTransientStatus(status), false);
    for (const status of [429, 500, 502, 503, 504, 529]) assert.equal(isTransientStatus(status), true);
  });
});

describe('retryAfterMs', () => {
  const now = Date.parse('2026-11-24T00:00:00Z');

  it('reads seconds, dates and milliseconds', () => {
    assert.equal(retryAfterMs({ 'retry-after': '2' }, now), 2000);
    assert.equal(retryAfterMs({ 'retry-after': 'Tue, 24 Nov 2026 00:00:05 GMT' }, now), 5000);
    assert.equal(retryAfterMs({ 'retry-after-ms': '15', 'retry-after': '2' }, now), 15);
  });

  it('bounds what it reads and ignores nonsense', () => {
    assert.equal(retryAfterMs({ 'retry-after': '999999999' }, now), 3_600_000);
    assert.equal(retryAfterMs({ 'retry-after': 'Tue, 24 Nov 2020 00:00:05 GMT' }, now), 0);
    for (const value of ['soon', '-1', '']) assert.equal(retryAfterMs({ 'retry-after': value }, now), undefined);
    assert.equal(retryAfterMs({}, now), undefined);
  });
});
