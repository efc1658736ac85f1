import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isTransientStatus, providerErrorInBody, providerErrorOf, retryAfterMs } from './provider-errors.ts';

describe('providerErrorOf', () => {
  it('takes a refusal as final in every shape it comes in, whatever the status beside it', () => {
    const shapes: readonly (readonly [shape: Record<string, unknown>, kind: string, code: string])[] = [
      [{ error: { code: 'cyber_policy', type: 'invalid_request_error', message: 'no' } }, 'cyber-policy', 'cyber_policy'],
      [{ error: { type: 'cyber_policy_violation' } }, 'cyber-policy', 'cyber_policy_violation'],
      [{ type: 'error', code: 'cyber_policy', message: 'no' }, 'cyber-policy', 'cyber_policy'],
      [{ type: 'response.failed', response: { error: { code: 'cyber_policy' } } }, 'cyber-policy', 'cyber_policy'],
      [{ error: { code: 'server_error', type: 'cyber_policy' } }, 'cyber-policy', 'cyber_policy'],
      [{ error: { code: 503, type: 'cyber_policy' } }, 'cyber-policy', 'cyber_policy'],
      [{ error: { code: 'access_program_not_enabled' } }, 'access-program', 'access_program_not_enabled'],
      [{ error: { code: 'invalid_access_program' } }, 'access-program', 'invalid_access_program'],
      [{ error: { code: 'unsupported_access_program' } }, 'access-program', 'unsupported_access_program'],
      [{ error: { code: 'access_program_suspended' } }, 'access-program', 'access_program_suspended'],
      [
        { type: 'error', error: { type: 'rate_limit_error', message: 'no', details: { error_code: 'access_program_not_enabled' } } },
        'access-program',
        'access_program_not_enabled',
      ],
      [{ error: { code: '400', innererror: { code: 'ResponsibleAIPolicyViolation' } } }, 'content-filter', 'ResponsibleAIPolicyViolation'],
      [{ error: { code: 'content_filter' } }, 'content-filter', 'content_filter'],
      [{ error: { code: 'bio_policy' } }, 'content-filter', 'bio_policy'],
      [{ error: { code: 'some_new_policy_violation' } }, 'content-filter', 'some_new_policy_violation'],
    ];
    for (const [shape, kind, code] of shapes) {
      const error = providerErrorOf(shape);
      assert.deepEqual([error?.refusal, error?.isRefusal, error?.isTransient], [{ kind, code }, true, false], JSON.stringify(shape));
    }
  });

  it('takes no ordinary error for a refusal', () => {
    for (const code of [
      'rate_limit_exceeded',
      'invalid_api_key',
      'model_not_found',
      'context_length_exceeded',
      'invalid_request_error',
      'policy_engine_timeout',
    ])
      assert.equal(providerErrorOf({ error: { code } })?.refusal, undefined, code);
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
    for (const body of ['null', '[]', '7', '"error"', '[null]']) assert.equal(providerErrorInBody(Buffer.from(body)), undefined, body);
    assert.equal(providerErrorInBody(Buffer.from('[{"error":{"code":429}}]'))?.isTransient, true);
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
