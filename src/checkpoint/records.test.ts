import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Caller } from '#identity';
import { canonicalJson, type Json, type KeyId, type PrincipalId, type RequestId } from '#kernel';
import { chatCompletions } from '#providers';
import type { Deployment } from '#routing';
import { deploymentOf } from '#test/routing';
import { decisionRecord, interruptedRecord, outcomeRecord, refusalRecord, saltedHash, turnedAwayRecord } from './records.ts';

const ID = 'req_01JZZZZZZZZZZZZZZZZZZZZZZZ' as RequestId;

function caller(name: string): Caller {
  const roles = new Set(['caller' as const]);
  return { keyId: 'k1' as KeyId, principalId: 'prn_1' as PrincipalId, name, kind: 'service', roles, routes: null, authentication: 'none' };
}

function deployment(text: string): Deployment {
  return deploymentOf(`p/${text}`, {
    model: text,
    credential: 'a-credential',
    authentication: 'bearer',
    headers: { 'x-secret': 'a-header-secret' },
    origins: {
      vendor: { company: text, country: 'US', subjectTo: ['GB'] },
      weights: { lineage: text, country: 'CN' },
      hosting: { country: 'JP' },
      subprocessors: [{ company: text, country: 'FR' }],
    },
  });
}

function decision(text: string, endUser: string | undefined): string {
  return decisionRecord({
    id: ID,
    atMs: 1_800_000_000_123,
    attempt: 1,
    caller: caller(text),
    endUser,
    operation: chatCompletions,
    route: text,
    deployment: deployment(text),
    content: undefined,
    access: { grant: text, tier: 2, capability: text, policies: [text], removedTools: [text] },
    routing: {
      dataClasses: ['restricted'],
      jurisdiction: text,
      drill: text,
      degraded: { reason: 'stale-evidence' },
      breaches: [],
      leftOut: [{ deployment: text, reason: 'below-bar' }],
      translatedTo: 'openai-chat',
      notes: [{ field: text, problem: text }],
      program: text,
      resumes: false,
    },
    isStream: true,
    receivedBytes: 3,
    sentBytes: 4,
    sentHash: 'bb',
    salt: 'cc',
    policyVersion: 'sha256:dd',
  });
}

function outcome(text: string): string {
  return outcomeRecord({
    id: ID,
    atMs: 1_800_000_000_123,
    salt: 'cc',
    deployment: text,
    result: {
      kind: 'answered',
      status: 200,
      ended: 'complete',
      failure: undefined,
      observation: {
        effectiveModel: text,
        effectiveProgram: text,
        finish: text,
        refusal: { kind: 'cyber-policy', code: text },
        usage: { inputTokens: 1, outputTokens: 2 },
      },
      answerBytes: 5,
      firstByteMs: 1.23456,
      upstreamRequestId: text,
      notes: [{ field: text, problem: text }],
    },
    failures: [{ deployment: text, reason: 'status', status: 429, durationMs: 0.1 + 0.2 }],
    refusal: undefined,
    mismatch: { model: { asked: text, got: text }, program: undefined },
    maskingMemory: 'failed',
    restored: { restored: 3, altered: 1, ambiguous: 0 },
    calls: [{ name: text, decision: 'approved', reasons: [text], hold: text }],
    unreadCalls: 1,
    totalMs: 9.87654,
    recordMs: 0.5,
  });
}

describe('ledger records', () => {
  it('are canonical JSON, whatever the names in them', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 20 }),
        fc.option(fc.string({ unit: 'binary' }), { nil: undefined }),
        (text, endUser) => {
          const made = [
            decision(text, endUser),
            outcome(text),
            refusalRecord({
              id: ID,
              atMs: 0,
              salt: 'cc',
              caller: caller(text),
              endUser,
              operation: chatCompletions,
              route: text,
              drill: text,
              refusal: { rule: 'unknown-path' },
              policyVersion: 'v',
            }),
            refusalRecord({
              id: ID,
              atMs: 0,
              salt: 'cc',
              caller: caller(text),
              endUser,
              operation: chatCompletions,
              route: text,
              drill: text,
              refusal: { rule: 'access-denied', route: text, grant: text, capability: text, policies: [text], reason: text, next: text },
              policyVersion: 'v',
            }),
            interruptedRecord(ID, 0, 'cc'),
            turnedAwayRecord(0, 1, { unknown: 2, missing: 1 }, 'cc'),
          ];
          for (const record of made) assert.equal(canonicalJson(JSON.parse(record) as Json), record);
        },
      ),
    );
  });

  it('say who, where and under which jurisdictions, and hold no credential', () => {
    const record = decision('name', 'user-1');
    const { caller: who, endUser, deployment: where, policy } = JSON.parse(record) as Record<string, Record<string, unknown>>;
    assert.deepEqual(who, { key: 'k1', kind: 'service', name: 'name', principal: 'prn_1' });
    assert.equal(endUser, 'user-1');
    assert.equal(policy, 'sha256:dd');
    assert.deepEqual(where?.['origins'], {
      hosting: { country: 'JP' },
      subprocessors: [{ company: 'name', country: 'FR' }],
      vendor: { company: 'name', country: 'US', subjectTo: ['GB'] },
      weights: { country: 'CN', lineage: 'name' },
    });
    assert.ok(!record.includes('a-credential') && !record.includes('a-header-secret'));
  });

  it('hash a body with its salt, so that a guess cannot be confirmed without it', () => {
    const salt = Buffer.from('0123456789abcdef');
    for (const body of ['body', 'x'.repeat(100_000)]) {
      const expected = createHash('sha256').update(salt).update(body).digest('hex');
      assert.equal(saltedHash(salt, Buffer.from(body)), expected);
    }
  });
});
