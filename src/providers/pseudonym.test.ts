import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { pseudonymOf } from './pseudonym.ts';

const secret = Buffer.alloc(32, 7);

describe('pseudonymOf', () => {
  it('is an HMAC over who it is, apart from other uses of the secret', () => {
    const expected = createHmac('sha256', secret).update('sekisho/provider-pseudonym/v1\0["prn_1","tanaka"]').digest('base64url');
    for (let times = 0; times < 2; times++) assert.equal(pseudonymOf({ secret, principalId: 'prn_1', endUser: 'tanaka' }), expected);
  });

  it('fits every vendor’s field, whoever it is', () => {
    fc.assert(
      fc.property(fc.string(), fc.option(fc.string({ unit: 'binary' }), { nil: undefined }), (principalId, endUser) => {
        assert.match(pseudonymOf({ secret, principalId, endUser }), /^[A-Za-z0-9_-]{43}$/);
      }),
    );
  });

  it('differs between people, services, no user and an empty one, and secrets', () => {
    const other = Buffer.alloc(32, 8);
    const names = [
      pseudonymOf({ secret, principalId: 'prn_1', endUser: undefined }),
      pseudonymOf({ secret, principalId: 'prn_1', endUser: '' }),
      pseudonymOf({ secret, principalId: 'prn_1', endUser: 'a' }),
      pseudonymOf({ secret, principalId: 'prn_2', endUser: 'a' }),
      pseudonymOf({ secret, principalId: 'prn_1","a', endUser: undefined }),
      pseudonymOf({ secret: other, principalId: 'prn_1', endUser: 'a' }),
    ];
    assert.equal(new Set(names).size, names.length);
  });

  it('stays the same after more people than it remembers', () => {
    const first = pseudonymOf({ secret, principalId: 'prn_1', endUser: 'first' });
    for (let index = 0; index < 10_000; index++) pseudonymOf({ secret, principalId: 'prn_1', endUser: `user-${index}` });
    assert.equal(pseudonymOf({ secret, principalId: 'prn_1', endUser: 'first' }), first);
    const long = { secret, principalId: 'prn_1', endUser: 'x'.repeat(100_000) };
    assert.equal(pseudonymOf(long), pseudonymOf(long));
  });
});
