import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MEMBER_ROLES } from '#identity';
import { rolesInForce } from './actor.ts';

test('every role counts for those of the operator who are not suspended', () => {
  for (const standing of ['clear', 'review', 'restricted'] as const)
    assert.deepEqual(rolesInForce(MEMBER_ROLES, { standing, isOutside: false }), [...MEMBER_ROLES]);
});

test('who is suspended decides about nobody, and the last administrator is not locked out', () => {
  assert.deepEqual(rolesInForce(MEMBER_ROLES, { standing: 'suspended', isOutside: false }), ['administrator']);
});

test('who is not the operator’s screens, approves and administers nothing', () => {
  assert.deepEqual(rolesInForce(MEMBER_ROLES, { standing: 'clear', isOutside: true }), ['applicant', 'defender', 'auditor']);
  assert.deepEqual(rolesInForce(MEMBER_ROLES, { standing: 'suspended', isOutside: true }), []);
});
