import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Refusal } from '#checkpoint';
import type { RequestId } from '#kernel';
import { renderRefusal, renderStreamError } from './render.ts';

const ID = 'req_01JZZZZZZZZZZZZZZZZZZZZZZZ' as RequestId;

const REFUSALS = [
  [{ rule: 'identity', reason: 'missing' }, 401],
  [{ rule: 'identity', reason: 'malformed' }, 401],
  [{ rule: 'identity', reason: 'unknown' }, 401],
  [{ rule: 'identity', reason: 'revoked' }, 401],
  [{ rule: 'identity', reason: 'expired' }, 401],
  [{ rule: 'identity', reason: 'disabled' }, 401],
  [{ rule: 'identity', reason: 'stale' }, 503],
  [{ rule: 'role', needed: 'auditor' }, 403],
  [{ rule: 'route-not-granted', route: 'r' }, 403],
  [{ rule: 'unknown-route', route: 'r', suggestion: 'rr' }, 404],
  [{ rule: 'wire-not-served', route: 'r', wire: 'openai-chat', served: ['anthropic-messages'] }, 400],
  [{ rule: 'unknown-data-class', route: 'r', wire: 'openai-chat', name: 'x', known: ['restricted'] }, 400],
  [{ rule: 'jurisdiction-malformed', route: 'r', wire: 'openai-chat', problem: 'p' }, 400],
  [{ rule: 'pinned-unknown', route: 'r', wire: 'openai-chat', deployment: 'p/x' }, 400],
  [
    {
      rule: 'no-qualified-deployment',
      route: 'r',
      wire: 'openai-chat',
      pinned: undefined,
      failures: [{ constraint: 'the hosting country must be JP', from: 'route', wouldQualify: ['p/d'] }],
      nearest: undefined,
    },
    403,
  ],
  [{ rule: 'cut-off', route: 'r', wire: 'openai-chat', selectors: ['country:US'], drill: undefined }, 503],
  [{ rule: 'cut-off', route: 'r', wire: 'openai-chat', selectors: ['country:US'], drill: 'drl_1' }, 503],
  [
    {
      rule: 'not-qualified',
      route: 'r',
      wire: 'openai-chat',
      deployments: [{ deployment: 'p/d', reason: 'no-evidence' }],
      drill: undefined,
    },
    503,
  ],
  [
    {
      rule: 'concentration-exceeded',
      route: 'r',
      wire: 'openai-chat',
      breaches: [
        {
          scope: 'operator',
          by: 'company',
          window: 'day',
          weight: 'requests',
          action: 'enforce',
          limit: 0.5,
          value: 'Example',
          share: 0.75,
          deployment: 'p/d',
        },
      ],
    },
    503,
  ],
  [{ rule: 'untranslatable', route: 'r', fields: [{ field: 'logprobs', problem: 'has no place' }], passesLeniently: true }, 400],
  [{ rule: 'access-program-conflict', asked: 'daybreak_red' }, 400],
  [{ rule: 'vendor-fallback', member: 'fallbacks' }, 400],
  [{ rule: 'http-malformed', reason: 'headers-too-large' }, 431],
  [{ rule: 'http-malformed', reason: 'timeout' }, 408],
  [{ rule: 'http-malformed', reason: 'syntax' }, 400],
  [{ rule: 'unknown-path' }, 404],
  [{ rule: 'method-not-allowed', allowed: 'POST' }, 405],
  [{ rule: 'body-too-large', limitBytes: 5 }, 413],
  [{ rule: 'body-unreadable', reason: 'encoding' }, 415],
  [{ rule: 'body-unreadable', reason: 'decoding' }, 400],
  [{ rule: 'body-unreadable', reason: 'aborted' }, 400],
  [{ rule: 'body-malformed', problem: 'p' }, 400],
  [{ rule: 'end-user-malformed' }, 400],
  [{ rule: 'access-unknown', retryAfterSeconds: 2 }, 503],
  [{ rule: 'standing', standing: 'suspended' }, 403],
  [{ rule: 'unknown-capability', name: 'hacking', known: ['code-review'] }, 400],
  [{ rule: 'grant-missing', route: 'r', capability: 'general', problem: undefined }, 403],
  [{ rule: 'grant-missing', route: 'r', capability: 'red-teaming', problem: 'ended' }, 403],
  [
    {
      rule: 'access-denied',
      route: 'r',
      grant: 'grt_1',
      capability: 'red-teaming',
      policies: ['offensive-needs-tier-2'],
      reason: 'This is work of the top tier',
      next: 'Apply for it.',
    },
    403,
  ],
  [{ rule: 'tools-refused', tools: ['web_search'] }, 403],
  [{ rule: 'tool-choice-refused', tool: 'web_search' }, 403],
  [{ rule: 'background-refused' }, 400],
  [{ rule: 'stored-prompt-refused', prompt: 'pmpt_1' }, 400],
  [{ rule: 'prohibited-work', rules: ['credential-theft'] }, 403],
  [{ rule: 'content-too-large', limitBytes: 5 }, 413],
  [{ rule: 'too-many-values', limit: 5 }, 413],
  [{ rule: 'content-refused', route: 'r', types: ['my-number', 'private-key'] }, 403],
  [
    {
      rule: 'content-class',
      route: 'r',
      dataClass: 'restricted',
      because: ['type:my-number'],
      unmet: ['the hosting country must be JP'],
    },
    403,
  ],
  [{ rule: 'unreadable-content', route: 'r', level: 'confidential', mediaTypes: ['image/png', 'unknown'] }, 403],
  [{ rule: 'finder-unavailable', finder: 'external detector', retryAfterSeconds: 1 }, 503],
  [{ rule: 'unmaskable' }, 500],
  [{ rule: 'masking-memory-missing' }, 400],
  [{ rule: 'masking-memory-unreachable', retryAfterSeconds: 2 }, 503],
  [{ rule: 'busy', scope: 'worker', retryAfterSeconds: 1 }, 503],
  [{ rule: 'busy', scope: 'key', retryAfterSeconds: 1 }, 429],
  [{ rule: 'busy', scope: 'memory', retryAfterSeconds: 1 }, 503],
  [{ rule: 'ledger-unwritable', retryAfterSeconds: 1 }, 503],
  [{ rule: 'deployments-resting', route: 'r', leftOut: [{ deployment: 'p/x', reason: 'over-limit' }], retryAfterSeconds: 7 }, 503],
  [
    { rule: 'upstream-failed', route: 'r', attempts: [{ deployment: 'p/d', reason: 'connect-failed', status: undefined, durationMs: 1 }] },
    502,
  ],
  [
    {
      rule: 'upstream-failed',
      route: 'r',
      attempts: [{ deployment: 'p/d', reason: 'first-byte-timeout', status: undefined, durationMs: 1 }],
    },
    504,
  ],
  [{ rule: 'internal' }, 500],
] as const satisfies readonly (readonly [Refusal, number])[];

/** Rules that are not listed above: none, or this file does not compile. */
type Unlisted = Exclude<Refusal['rule'], (typeof REFUSALS)[number][0]['rule']>;
const ALL_LISTED: [Unlisted] extends [never] ? true : Unlisted = true;

describe('renderRefusal', () => {
  it('is shown every rule that there is', () => assert.ok(ALL_LISTED));

  it('gives every refusal its status, its rule, the request id and words, in both dialects', () => {
    for (const [refusal, status] of REFUSALS)
      for (const dialect of ['openai', 'anthropic'] as const) {
        const rendered = renderRefusal(refusal, dialect, ID);
        assert.equal(rendered.status, status, JSON.stringify(refusal));
        const { error } = JSON.parse(rendered.body.toString()) as { error: { message: string; type: string; code?: string } };
        assert.ok(error.message.includes(`rule ${refusal.rule}`) && error.message.includes(ID), error.message);
        assert.ok(error.message.length > 40 && error.type.length > 0);
        assert.ok(rendered.headers.includes('x-sekisho-rule'));
        if (status === 503 || status === 429) assert.ok(rendered.headers.includes('retry-after'), refusal.rule);
      }
  });

  it('has the shape each SDK parses', () => {
    const openai: unknown = JSON.parse(
      renderRefusal({ rule: 'unknown-route', route: 'gpt', suggestion: undefined }, 'openai', ID).body.toString(),
    );
    assert.deepEqual((openai as { error: { code: string; param: null } }).error.code, 'model_not_found');
    const anthropic = JSON.parse(renderRefusal({ rule: 'identity', reason: 'missing' }, 'anthropic', ID).body.toString()) as Record<
      string,
      unknown
    >;
    assert.equal(anthropic['type'], 'error');
    assert.equal(anthropic['request_id'], ID);
    assert.equal((anthropic['error'] as { type: string }).type, 'authentication_error');
  });

  it('quotes hostile names harmlessly and briefly', () => {
    const { body } = renderRefusal({ rule: 'unknown-route', route: `\u001b[31m"${'x'.repeat(500)}`, suggestion: undefined }, 'openai', ID);
    assert.ok(!body.includes(0x1b) && body.length < 500);
  });
});

describe('renderStreamError', () => {
  it('is one event that both SDK families raise as an error', () => {
    for (const dialect of ['openai', 'anthropic'] as const) {
      const text = renderStreamError('idle-timeout', dialect, ID).toString();
      assert.match(text, /^event: error\ndata: \{.*\}\n\n$/);
      assert.ok((JSON.parse(text.split('data: ')[1]!) as { error: { message: string } }).error.message.includes(ID));
    }
  });
});
