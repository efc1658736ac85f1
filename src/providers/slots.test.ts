// Where each format's strings sit, against requests and answers whose strings say so themselves (slots-testing.ts).
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { walkSlots, type Slot, type SlotTree } from '#slots';
import { anthropicMessages } from './anthropic-messages/format.ts';
import { openaiChat } from './openai-chat/format.ts';
import { openaiEmbeddings } from './openai-embeddings/format.ts';
import { openaiResponses } from './openai-responses/format.ts';
import { rewriteAnswer } from './rewriting/answer.ts';
import { segmentsOf } from './segments.ts';
import { BLOCKS, ITEMS, JSON_ARGUMENTS, REQUESTS } from './slots-testing.ts';
import type { ClientFormat } from './wire-format.ts';

const KIND = /^(text|definition|signed|user|url|data|opaque)(?![A-Za-z/])/;

function assertKinds(value: unknown, tree: SlotTree): number {
  let count = 0;
  const walked = walkSlots(JSON.stringify(value), tree, (slot: Slot, path) => {
    if (slot.type !== 'string') return;
    count++;
    const isWord = (slot.name === 'type' || slot.name === 'role') && slot.value !== 'definition';
    const expected = slot.value === JSON_ARGUMENTS ? 'json' : isWord ? 'structural' : (KIND.exec(slot.value)?.[1] ?? 'structural');
    assert.equal(slot.kind, expected, `${path.join('.')}: ${slot.value}`);
    if (expected === 'text' || expected === 'url')
      assert.equal(slot.isTainted, /tainted/.test(slot.value), `${path.join('.')}: ${slot.value}`);
  });
  assert.ok(walked.ok);
  return count;
}

describe('the strings of a request', () => {
  for (const [format, request] of REQUESTS) {
    test(`of ${format.wire} are what the format says (${Object.keys(request).length} members)`, () => {
      assert.ok(assertKinds(request, format.requestSlots) >= 2);
    });

    test(`of ${format.wire} are found segment by segment as in the whole (${Object.keys(request).length} members)`, () => {
      const bytes = Buffer.from(JSON.stringify(request, null, 1));
      const segments = segmentsOf(bytes, format);
      assert.ok(segments.ok);
      const whole: string[] = [];
      walkSlots(bytes.toString(), format.requestSlots, (slot, path) => {
        if (path.length > 0) whole.push(`${slot.start} ${slot.kind} ${slot.value} ${slot.isTainted}`);
      });
      const found = segments.value.flatMap(({ start, end, tree }) => {
        const slots: string[] = [];
        const walked = walkSlots(bytes.toString('utf8', start, end), tree, (slot) =>
          slots.push(`${slot.start + start} ${slot.kind} ${slot.value} ${slot.isTainted}`),
        );
        assert.ok(walked.ok);
        return slots;
      });
      assert.deepEqual(found, whole);
    });
  }

  test('are no numbers where numbers are tokens', () => {
    for (const input of [
      [123456, 7_654_321],
      [[123456], [7_654_321]],
    ])
      assert.ok(
        walkSlots(JSON.stringify({ model: 'e', input }), openaiEmbeddings.requestSlots, ({ value }) => assert.equal(value, 'e')).ok,
      );
  });
});

/** The value with one of its leaves, the one at `position` in order, replaced. */
function withLeaf(value: unknown, position: { left: number }, put: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => withLeaf(item, position, put));
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([name, held]) => [name, withLeaf(held, position, put)]));
  return position.left-- === 0 ? put : value;
}

describe('words in a place where none belong', () => {
  const WORDS = '山田 太郎 03-1234-5678';
  const PASSES_UNREAD: ReadonlySet<string> = new Set(['structural', 'opaque', 'data']);
  const places = { string: WORDS, object: { [WORDS]: 1 }, 'deep array': [[{ a: [WORDS] }]], number: 123_456_789_018 };

  for (const [shape, put] of Object.entries(places)) {
    test(`are read whatever member of a request holds them: ${shape}`, () => {
      const needle = typeof put === 'number' ? String(put) : WORDS;
      for (const [format, request] of REQUESTS) {
        for (let position = 0; ; position++) {
          const left = { left: position };
          const changed = withLeaf(request, left, put);
          if (left.left >= 0) break;
          const found: Slot[] = [];
          // A long number may stand where the format has a number: counts and seeds.
          const isCount = shape === 'number' && /"(?:seed|budget_tokens|exit_code|50256)":123456789018/.test(JSON.stringify(changed));
          assert.ok(walkSlots(JSON.stringify(changed), format.requestSlots, (slot) => found.push(slot)).ok);
          const holder = found.filter((slot) => slot.value === needle);
          assert.ok(isCount || holder.length > 0, `${format.wire}, leaf ${position}`);
          for (const slot of holder)
            assert.ok(!PASSES_UNREAD.has(slot.kind), `${format.wire}, leaf ${position}: ${slot.kind} ${slot.name}`);
        }
      }
    });
  }
});

describe('the segments of a request', () => {
  const segmentTexts = (text: string, format: ClientFormat = openaiChat): string[] => {
    const bytes = Buffer.from(text);
    const segments = segmentsOf(bytes, format);
    assert.ok(segments.ok);
    return segments.value.map(
      ({ start, end, member, isUnknown }) => `${member}${isUnknown ? '?' : ''} ${bytes.toString('utf8', start, end)}`,
    );
  };

  test('are the top-level values and the elements of what a conversation repeats', () => {
    assert.deepEqual(segmentTexts('{ "model" : "m", "messages": [ {"a":"]"} , {"b":1} ], "x": [1, 2], "tools":[] }'), [
      'model "m"',
      'messages {"a":"]"}',
      'messages {"b":1}',
      'x? [1, 2]',
    ]);
    assert.deepEqual(segmentTexts('{"system":"s","messages":"odd"}', anthropicMessages), ['system "s"', 'messages "odd"']);
  });

  test('are one where an array has more elements than a conversation has messages', () => {
    assert.equal(segmentTexts(`{"messages":[${'1,'.repeat(40_000)}1]}`).length, 1);
    assert.equal(segmentTexts(`{"messages":[${'1,'.repeat(1000)}1]}`).length, 1001);
  });

  test('leave nothing but punctuation and top-level names between them', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom('messages', 'tools', 'model', 'x', 'system'), fc.jsonValue()),
        fc.constantFrom('', ' '),
        (request, space) => {
          const text = JSON.stringify(request, null, space);
          const bytes = Buffer.from(text);
          const segments = segmentsOf(bytes, openaiChat);
          assert.ok(segments.ok);
          let between = '';
          let from = 0;
          for (const { start, end } of segments.value) {
            assert.ok(start >= from && end > start);
            between += bytes.toString('utf8', from, start);
            from = end;
          }
          assert.match(between + bytes.toString('utf8', from), /^(?:[{}[\],:\s]|"(?:messages|tools|model|x|system)")*$/);
        },
      ),
    );
  });

  test('are refused where the bytes are no UTF-8 or no object', () => {
    const broken = segmentsOf(Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xc0, 0x80]), Buffer.from('"}')]), openaiChat);
    assert.deepEqual(broken, { ok: false, error: { kind: 'not-utf8' } });
    for (const text of ['[]', '{"a":', '{"messages":[1}', '']) assert.ok(!segmentsOf(Buffer.from(text), openaiChat).ok, text);
  });
});

describe('a whole answer', () => {
  const chat = {
    id: 'c1',
    model: 'm',
    created: 1_732_450_000,
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: 'text: a',
          refusal: 'text: no',
          reasoning_content: 'text: r',
          tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'f', arguments: JSON_ARGUMENTS } }],
        },
        logprobs: { content: [{ token: 'text', logprob: -0.1234567, bytes: [104], top_logprobs: [{ token: 'text' }] }] },
        finish_reason: 'stop',
      },
    ],
    usage: { prompt_tokens: 1_234_567 },
  };
  const responses = {
    id: 'resp_1',
    object: 'response',
    status: 'completed',
    output: ITEMS,
    instructions: 'text: i',
    metadata: { a: 'text: m' },
    error: { code: 'server_error', message: 'text: e' },
  };
  const messages = {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'claude',
    content: BLOCKS,
    stop_reason: 'end_turn',
    stop_sequence: 'text: s',
  };
  const answers: readonly (readonly [ClientFormat, object])[] = [
    [openaiChat, chat],
    [openaiChat, { error: { message: 'text: e', type: 'invalid_request_error', code: 'x', param: 'text: p' } }],
    [openaiResponses, responses],
    [anthropicMessages, messages],
    [anthropicMessages, { type: 'error', error: { type: 'overloaded_error', message: 'text: e' } }],
  ];

  for (const [format, answer] of answers) {
    test(`of ${format.wire} (${Object.keys(answer).length} members): its strings are what the format says, and only they are rewritten`, () => {
      assertKinds(answer, format.answerSlots);
      const body = Buffer.from(JSON.stringify(answer, null, 1));
      assert.equal(
        rewriteAnswer(body, format, (text) => text),
        body,
      );
      const encodings = new Set<string>();
      const out = rewriteAnswer(body, format, (text, { encoding }) => {
        encodings.add(`${text.split(/[^a-z]/)[0]} ${encoding}`);
        return encoding === 'json' ? text.replace('arguments', '\\"quoted\\"') : text.replace(/^(text|signed):/, '<$1>"');
      });
      for (const seen of encodings) assert.match(seen, /^(?:(?:text|url|definition|\w*) text| json|signed signed)$/);
      const expected = body
        .toString()
        .replaceAll(String.raw`"{\"json\":\"arguments\"}"`, String.raw`"{\"json\":\"\\\"quoted\\\"\"}"`)
        .replaceAll(/"(text|signed):/g, String.raw`"<$1>\"`);
      assert.equal(out.toString(), expected);
    });
  }

  test('that is no JSON is left alone', () => {
    const body = Buffer.from('<html>busy</html>');
    assert.equal(
      rewriteAnswer(body, openaiChat, () => 'x'),
      body,
    );
  });
});
