import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import fc from 'fast-check';
import type { Json } from '#kernel';
import type { ChatAnswer } from './answer.ts';
import { caseSchema } from './case-schema.ts';
import { judgeAnswer, type Judge, type Verdict } from './checks.ts';
import { createCheckSandbox } from './sandbox.ts';

const sandbox = createCheckSandbox({ timeLimitMs: 300 });
after(() => sandbox.close());

const NO_JUDGE: Judge = () => Promise.reject(new Error('no judge was expected'));

interface Given {
  readonly text?: string;
  readonly toolCalls?: ChatAnswer['toolCalls'];
  readonly latencyMs?: number;
  readonly judge?: Judge;
}

/** Judges by checks as an operator writes them. */
function judged(checks: readonly Json[], { text = '', toolCalls = [], latencyMs = 10, judge = NO_JUDGE }: Given): Promise<Verdict> {
  const { checks: parsed } = caseSchema.parse({ id: 'a', prompt: 'b', checks });
  const answer: ChatAnswer = { text, toolCalls, isDeclined: false, model: undefined, usage: undefined };
  return judgeAnswer({ checks: parsed }, { answer, latencyMs, sandbox, judge });
}

async function passes(check: Json, given: Given): Promise<boolean> {
  return (await judged([check], given)).passed;
}

describe('exact', () => {
  test('compares the whole answer, without the white space around it', async () => {
    assert.equal(await passes({ exact: 'はい' }, { text: ' はい\n' }), true);
    assert.equal(await passes({ exact: 'はい' }, { text: 'はい。' }), false);
    assert.equal(await passes({ exact: { text: 'はい', trim: false } }, { text: 'はい\n' }), false);
  });

  test('full-width forms are the same only where NFKC is asked for', async () => {
    assert.equal(await passes({ exact: 'CVE-2026' }, { text: 'ＣＶＥ－２０２６' }), false);
    assert.equal(await passes({ exact: { text: 'CVE-2026', nfkc: true } }, { text: 'ＣＶＥ－２０２６' }), true);
    assert.equal(await passes({ exact: { text: 'ガ', nfkc: true } }, { text: 'ｶﾞ' }), true);
    assert.equal(await passes({ exact: { text: '\u3000YES', nfkc: true, ignoreCase: true } }, { text: 'ｙｅｓ' }), true);
  });
});

describe('contains and notContains', () => {
  test('a list means all of them, or none of them', async () => {
    assert.equal(await passes({ contains: ['関所', 'gate'] }, { text: '関所 is a gate' }), true);
    assert.equal(await passes({ contains: ['関所', 'gate'] }, { text: '関所' }), false);
    assert.equal(await passes({ notContains: ['password', 'token'] }, { text: 'nothing' }), true);
    assert.equal(await passes({ notContains: ['password', 'token'] }, { text: 'a token' }), false);
  });

  test('any and all, with and without case', async () => {
    assert.equal(await passes({ contains: { any: ['yes', 'no'] } }, { text: 'no' }), true);
    assert.equal(await passes({ contains: { any: ['yes', 'no'] } }, { text: 'NO' }), false);
    assert.equal(await passes({ contains: { any: ['yes', 'no'], ignoreCase: true } }, { text: 'NO' }), true);
    assert.equal(await passes({ notContains: { all: ['a', 'b'] } }, { text: 'a' }), true);
    assert.equal(await passes({ notContains: { all: ['a', 'b'] } }, { text: 'a b' }), false);
  });

  test('containing and not containing the same text never both hold', () =>
    fc.assert(
      fc.asyncProperty(fc.string({ minLength: 1 }), fc.string(), fc.boolean(), fc.boolean(), async (term, text, nfkc, ignoreCase) => {
        const options = { any: [term], nfkc, ignoreCase };
        assert.notEqual(await passes({ contains: options }, { text }), await passes({ notContains: options }, { text }));
      }),
      { numRuns: 200 },
    ));
});

describe('regex', () => {
  test('matches anywhere unless anchored', async () => {
    assert.equal(await passes({ regex: 'T\\d{4}' }, { text: 'see T1059' }), true);
    assert.equal(await passes({ regex: { pattern: '^t\\d{4}$', flags: 'iu' } }, { text: 'T1059' }), true);
    assert.equal(await passes({ regex: '^T' }, { text: 'see T1059' }), false);
  });

  test('one that does not end is a failed check with that reason', async () => {
    const { passed, score, problems } = await judged([{ regex: '^(\\w+\\s?)+$' }, { contains: 'aaa' }], { text: `${'a'.repeat(60)}!` });
    assert.equal(passed, false);
    assert.equal(score, 0.5);
    assert.deepEqual(problems, ['regex: /^(\\w+\\s?)+$/u took longer than 300 ms on this answer']);
  });

  test('text beyond 64 KiB is not tried', async () => {
    const { problems } = await judged([{ regex: 'a' }], { text: 'あ'.repeat(22_000) });
    assert.match(problems[0]!, /not tried on more than 64 KiB/);
  });
});

describe('jsonSchema', () => {
  const check = { jsonSchema: { type: 'object', required: ['severity'] } };

  test('the answer is JSON and satisfies the schema', async () => {
    assert.equal(await passes(check, { text: '{"severity":1}' }), true);
    assert.deepEqual((await judged([check], { text: '{}' })).problems, [
      'jsonSchema: the answer fails required at #/required of the schema',
    ]);
    assert.deepEqual((await judged([check], { text: 'so: {"severity":1}' })).problems, ['jsonSchema: the answer is not JSON']);
  });

  test('a member named __proto__ counts for nothing', async () => {
    assert.equal(await passes(check, { text: '{"__proto__":{"severity":1}}' }), false);
  });
});

describe('toolCall', () => {
  const call = (args: string) => ({
    toolCalls: [
      { name: 'other', arguments: '{}' },
      { name: 'lookup', arguments: args },
    ],
  });

  test('the tool is called, with any arguments', async () => {
    assert.equal(await passes({ toolCall: 'lookup' }, call('{}')), true);
    assert.equal(await passes({ toolCall: 'lookup' }, { toolCalls: [] }), false);
    assert.equal(await passes({ toolCall: 'lookup' }, { text: 'lookup({})' }), false);
  });

  test('partial: what is named is there, what else there is does not matter', async () => {
    const check = { toolCall: { name: 'lookup', arguments: { host: { ip: '192.0.2.1' }, tags: ['a', 'b'] } } };
    assert.equal(await passes(check, call('{"more":1,"tags":["a","b"],"host":{"ip":"192.0.2.1","name":"x"}}')), true);
    assert.equal(await passes(check, call('{"tags":["a"],"host":{"ip":"192.0.2.1"}}')), false);
    assert.equal(await passes(check, call('{"host":{"ip":"192.0.2.1"}}')), false);
  });

  test('exact: nothing else may be there', async () => {
    const check = { toolCall: { name: 'lookup', arguments: { a: 1, b: null }, match: 'exact' } };
    assert.equal(await passes(check, call('{"b":null,"a":1}')), true);
    assert.equal(await passes(check, call('{"b":null,"a":1,"c":2}')), false);
    assert.equal(await passes(check, call('{"b":0,"a":1}')), false);
  });

  test('a schema over the arguments; one call that satisfies it is enough', async () => {
    const check = { toolCall: { name: 'lookup', schema: { required: ['q'] } } };
    const calls = ['{}', '{"q":1}'].map((text) => ({ name: 'lookup', arguments: text }));
    assert.equal(await passes(check, { toolCalls: calls }), true);
    assert.match((await judged([check], call('{}'))).problems[0]!, /the arguments of lookup fails? required/);
  });

  test('arguments that are no JSON, are deep, or name inherited members are just others', async () => {
    const check = { toolCall: { name: 'lookup', arguments: { toString: 'x' } } };
    assert.equal(await passes(check, call('{')), false);
    assert.equal(await passes(check, call('{}')), false);
    assert.equal(await passes(check, call(`{"toString":${'['.repeat(50_000)}${']'.repeat(50_000)}}`)), false);
  });

  test('every JSON object matches itself, partially and exactly', () =>
    fc.assert(
      fc.asyncProperty(fc.dictionary(fc.string(), fc.jsonValue()), async (value) => {
        const text = JSON.stringify(value);
        const args = JSON.parse(text) as Json;
        // zod leaves this one member out of what it reads.
        fc.pre(!text.includes('"__proto__"'));
        assert.equal(await passes({ toolCall: { name: 'lookup', arguments: args } }, call(text)), true);
        assert.equal(await passes({ toolCall: { name: 'lookup', arguments: args, match: 'exact' } }, call(text)), true);
      }),
      { numRuns: 200 },
    ));
});

describe('judge and latency', () => {
  const graded = (grade: Awaited<ReturnType<Judge>>): Given => ({ judge: () => Promise.resolve(grade) });

  test('the grade is what counts, and the threshold says whether it passed', async () => {
    assert.deepEqual(await judged([{ judge: 'be brief' }], graded(0.6)), { passed: true, score: 0.6, problems: [] });
    const strict = await judged([{ judge: { rubric: 'be brief', atLeast: 0.7 } }], graded(0.6));
    assert.deepEqual(strict, { passed: false, score: 0.6, problems: ['judge: grade 0.60, less than 0.7'] });
  });

  test('no readable verdict is a failed check', async () => {
    assert.deepEqual((await judged([{ judge: 'x' }], graded('unreadable'))).score, 0);
    assert.deepEqual((await judged([{ judge: 'x' }], graded('declined'))).problems, ['judge: the judge declined']);
  });

  test('time', async () => {
    assert.equal(await passes({ maxLatencyMs: 100 }, { latencyMs: 100 }), true);
    assert.deepEqual((await judged([{ maxLatencyMs: 100 }], { latencyMs: 101.6 })).problems, ['maxLatencyMs: took 102 ms, more than 100']);
  });
});

test('the score is the weighted share of the checks that passed', async () => {
  const { score, passed, problems } = await judged([{ contains: 'a', weight: 3 }, { contains: 'b' }], { text: 'a' });
  assert.equal(score, 0.75);
  assert.equal(passed, false);
  assert.deepEqual(problems, ['contains: "b" is missing']);
});

test('what is wrong is said without the answer', async () => {
  const text = 'PRIVATE-ANSWER';
  const checks: Json[] = [
    { exact: 'x' },
    { regex: 'x' },
    { contains: 'x' },
    { jsonSchema: { type: 'string' } },
    { toolCall: { name: 'lookup', arguments: { a: 1 } } },
  ];
  const { problems } = await judged(checks, { text, toolCalls: [{ name: 'lookup', arguments: `{"a":"${text}"}` }] });
  assert.equal(problems.length, 5);
  assert.doesNotMatch(problems.join(), /PRIVATE/);
});
