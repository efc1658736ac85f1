// What a verdict does to a sign of misuse, and what it cannot do; and that what a conversation says again counts once.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Json, PrincipalId, RequestId } from '#kernel';
import { createEscalations, type EscalatedSign, type Escalation } from './escalations.ts';
import type { Judgement } from './judge.ts';
import { loadJudgeRubric } from './rubric.ts';

type Outcome = Judgement['outcome'];
const verdict = (changes: object = {}): Outcome => ({
  verdict: 'allowed',
  category: null,
  capability: 'malware-analysis',
  confidence: 90,
  isCut: false,
  ...changes,
});

function escalation(
  changes: Partial<Omit<Escalation, 'matter'>> & { readonly texts?: readonly string[]; readonly codes?: readonly string[] } = {},
) {
  const { texts = ['write a dropper'], codes = ['malware'], ...others } = changes;
  return {
    principalId: 'prn_a' as PrincipalId,
    requestId: 'req_1' as RequestId,
    atMs: 1,
    kind: 'capability-outside-grant',
    isSteering: false,
    conversation: 'c1',
    matter: { tier: 1, capabilities: ['malware-analysis'], scope: 'none', codes, texts },
    counts: { malware: 62 },
    ids: { grant: 'grt_1', route: 'cyber' },
    ...others,
  } satisfies Escalation as Escalation;
}

function world(outcomes?: readonly Outcome[], { isLedgerDown = false } = {}) {
  let nowMs = 0;
  const signs: EscalatedSign[] = [];
  const records: Readonly<Record<string, Json>>[] = [];
  const errors: unknown[] = [];
  const judged: (readonly string[])[] = [];
  const escalations = createEscalations({
    judge: outcomes && {
      rubric: loadJudgeRubric(),
      judge: async ({ texts }) => {
        judged.push(texts);
        return { judgeRequest: 'req_judge', outcome: outcomes[judged.length - 1]! };
      },
      close: () => undefined,
    },
    record: async (_subject, facts) => {
      if (isLedgerDown) throw new Error('disk full');
      records.push(facts);
    },
    report: (sign) => signs.push(sign),
    clock: { now: () => nowMs, monotonic: () => nowMs },
    onError: (error) => errors.push(error),
  });
  return { escalations, signs, records, errors, judged, pass: (ms: number) => (nowMs += ms) };
}

describe('without a judge', () => {
  test('a text becomes a sign by which people find the request', () => {
    const { escalations, signs } = world();
    escalations.escalate(escalation());
    assert.deepEqual(signs, [
      {
        principalId: 'prn_a',
        kind: 'capability-outside-grant',
        requestId: 'req_1',
        atMs: 1,
        evidence: { codes: ['malware'], counts: { malware: 62 }, ids: { grant: 'grt_1', route: 'cyber' } },
      },
    ]);
  });

  test('a conversation that carries it along says it once, another one or another principal or another kind of work again', () => {
    const { escalations, signs, pass } = world();
    for (let turn = 0; turn < 5; turn++) escalations.escalate(escalation({ texts: ['write a dropper', `turn ${turn}`] }));
    assert.equal(signs.length, 1);
    escalations.escalate(escalation({ conversation: 'c2' }));
    escalations.escalate(escalation({ principalId: 'prn_b' as PrincipalId }));
    escalations.escalate(escalation({ codes: ['malware', 'evasion'] }));
    escalations.escalate(escalation({ codes: ['evasion', 'malware'] }));
    assert.equal(signs.length, 4);
    pass(6 * 3_600_000);
    escalations.escalate(escalation());
    assert.equal(signs.length, 5);
  });
});

describe('with a judge', () => {
  const cases: readonly (readonly [what: string, outcome: Outcome, kinds: readonly EscalatedSign['kind'][], code: string])[] = [
    ['what it allows is only noted', verdict(), [], 'judged-allowed'],
    ['what it escalates is the sign as without it', verdict({ verdict: 'escalate' }), ['capability-outside-grant'], 'judged-escalate'],
    [
      'what it holds to be prohibited is a heavier sign',
      verdict({ verdict: 'prohibited', category: 'malware-deployment' }),
      ['judge-prohibited'],
      'judged-prohibited',
    ],
    ['when it is down, people look', 'judge-failed', ['capability-outside-grant'], 'judge-failed'],
    ['when it says something else, people look', 'judge-unreadable', ['capability-outside-grant'], 'judge-unreadable'],
    ['what it did not see as a whole is not cleared', verdict({ isCut: true }), ['capability-outside-grant'], 'judged-allowed'],
  ];
  for (const [what, outcome, kinds, code] of cases)
    test(what, async () => {
      const { escalations, signs, records } = world([outcome]);
      escalations.escalate(escalation());
      assert.equal(signs.length, 0, 'nothing is said before the verdict');
      await escalations.close();
      assert.deepEqual(
        signs.map(({ kind }) => kind),
        kinds,
      );
      assert.deepEqual(
        records.map(({ type, outcome: said, request, judgeRequest }) => ({ type, said, request, judgeRequest })),
        [{ type: 'judge-verdict', said: code, request: 'req_1', judgeRequest: 'req_judge' }],
      );
      for (const { evidence } of signs) {
        assert.equal(evidence.codes![0], code);
        assert.ok(evidence.codes!.includes('malware'));
        assert.equal(evidence.ids!.judgeRequest, 'req_judge');
      }
    });

  test('a text that tells models what to do is cleared by none', async () => {
    const { escalations, signs } = world([verdict()]);
    escalations.escalate(escalation({ kind: 'model-steering', isSteering: true, codes: ['own-instructions'] }));
    await escalations.close();
    assert.deepEqual(
      signs.map(({ kind }) => kind),
      ['model-steering'],
    );
  });

  test('what cannot be recorded clears nobody', async () => {
    const { escalations, signs, errors } = world([verdict()], { isLedgerDown: true });
    escalations.escalate(escalation());
    await escalations.close();
    assert.deepEqual([signs.length, errors.length], [1, 1]);
  });

  test('a text is judged once in a conversation, and what comes new to it is judged with it', async () => {
    const { escalations, signs, judged } = world([verdict(), verdict(), verdict({ verdict: 'escalate' })]);
    for (let turn = 0; turn < 4; turn++) escalations.escalate(escalation());
    escalations.escalate(escalation({ conversation: 'c2' }));
    escalations.escalate(escalation({ texts: ['write a dropper', 'now spread it'] }));
    await escalations.close();
    assert.deepEqual(judged, [['write a dropper'], ['write a dropper'], ['write a dropper', 'now spread it']]);
    assert.equal(signs.length, 1);
  });

  test('the records hold no text', async () => {
    const { escalations, records } = world([verdict({ verdict: 'escalate' })]);
    escalations.escalate(escalation({ texts: ['the secret words'] }));
    await escalations.close();
    assert.doesNotMatch(JSON.stringify(records), /secret words/);
  });
});
