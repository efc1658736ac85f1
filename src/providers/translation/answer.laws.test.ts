import fc from 'fast-check';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { assertGrammar } from './answers/testing/grammar.ts';
import { eventsOf, hear, PAIRS, payloadsOf, pushAll, streamOf, translator, WIRES, wholeOf, type Told } from './answers/testing/answers.ts';
import type { ConversationWire } from './request.ts';

const text = fc.string({ unit: 'binary', minLength: 1 });

/** JSON text of an object, cut into pieces. */
const pieces = fc
  .tuple(fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 3 }), fc.integer({ min: 1, max: 7 }))
  .map(([value, size]) => JSON.stringify(value).match(new RegExp(`[^]{1,${size}}`, 'gu')) ?? []);

const told: fc.Arbitrary<Told> = fc.record(
  {
    text: fc.array(text, { maxLength: 4 }),
    calls: fc
      .array(fc.record({ name: fc.stringMatching(/^[a-z_]{1,12}$/), pieces }), { maxLength: 3 })
      .map((calls) => calls.map((call, at) => ({ ...call, id: `call_${at}` }))),
  },
  { noNullPrototype: true },
);

const sameJson = (json: string): unknown => JSON.parse(json === '' ? '{}' : json);

describe('for every pair of formats', () => {
  for (const { from, to } of PAIRS) {
    it(`text and arguments arrive as they were sent, streamed and whole alike (${from} → ${to})`, async () => {
      await fc.assert(
        fc.asyncProperty(told, async (answer) => {
          const stream = translator(from, to).stream();
          const bytes = pushAll(stream, streamOf(from, answer));
          assertGrammar(to, bytes);
          const whole = translator(from, to).whole(Buffer.from(JSON.stringify(wholeOf(from, answer))));
          assert.ok(whole.ok);
          const sent = (answer.calls ?? []).map((call) => ({ id: call.id, name: call.name, arguments: sameJson(call.pieces.join('')) }));
          const [streamed, said] = [await hear(to, bytes, true), await hear(to, whole.value.body, false)];
          assert.deepEqual([streamed.stop, streamed.refusal, streamed.usage], [said.stop, said.refusal, said.usage]);
          for (const heard of [streamed, said]) {
            assert.equal(heard.text, (answer.text ?? []).join(''));
            assert.deepEqual(
              heard.calls.map((call) => ({ ...call, arguments: sameJson(call.arguments) })),
              sent,
            );
          }
        }),
        { numRuns: 25 },
      );
    });

    it(`the client’s bytes do not depend on how many events come at once (${from} → ${to})`, () => {
      fc.assert(
        fc.property(told, fc.array(fc.integer({ min: 1, max: 9 })), (answer, sizes) => {
          const events = streamOf(from, answer);
          const groups: string[] = [];
          for (let at = 0, turn = 0; at < events.length; turn += 1) {
            const size = sizes[turn] ?? events.length;
            groups.push(events.slice(at, at + size).join(''));
            at += size;
          }
          assert.equal(pushAll(translator(from, to).stream(), groups), pushAll(translator(from, to).stream(), events));
        }),
        { numRuns: 25 },
      );
    });

    it(`events lost, doubled, out of order or of another format never break the client’s grammar (${from} → ${to})`, () => {
      const answer: Told = {
        text: ['a', 'b'],
        refusal: 'no',
        calls: [1, 2].map((n) => ({ id: `c${n}`, name: 'f', pieces: ['{"x":', '1}'] })),
      };
      const pool = [
        ...streamOf(from, answer),
        ...streamOf(from, { text: ['c'] }),
        ...ODD_EVENTS[from],
        ...WIRES.flatMap((wire) => streamOf(wire, answer)),
      ];
      fc.assert(
        fc.property(fc.array(fc.nat(pool.length - 1), { maxLength: 60 }), (choice) => {
          const stream = translator(from, to).stream();
          const bytes = pushAll(stream, [...choice.map((at) => pool[at]!), streamOf(from, {}).at(-1)!]);
          assert.ok(stream.isComplete);
          const isFailed = payloadsOf(bytes).some((payload) => payload['error'] !== undefined);
          if (!isFailed || to === 'openai-responses') assertGrammar(to, bytes);
          assert.equal(pushAll(stream, streamOf(from, answer)), '', 'nothing follows the end');
        }),
        { numRuns: 150 },
      );
    });

    it(`a continuation at any place leaves the client’s grammar whole (${from} → ${to})`, () => {
      fc.assert(
        fc.property(told, told, fc.nat(), fc.constantFrom(...WIRES), (first, second, place, next) => {
          const stream = translator(from, to).stream();
          const events = streamOf(from, first);
          let bytes = pushAll(stream, events.slice(0, place % events.length));
          if (!stream.canResume) return;
          const before = stream.textSoFar;
          stream.resume(next);
          bytes += pushAll(stream, streamOf(next, second));
          assertGrammar(to, bytes);
          assert.equal(stream.textSoFar, `${before}${(second.text ?? []).join('')}`);
        }),
        { numRuns: 40 },
      );
    });
  }
});

/** Events that are well-formed and come at a bad time, or lack what they need. */
const ODD_EVENTS: Readonly<Record<ConversationWire, readonly string[]>> = {
  'openai-chat': eventsOf(
    'openai-chat',
    [
      {
        choices: [
          {
            index: 0,
            delta: {
              tool_calls: [
                { index: 1, function: { arguments: '}' } },
                { index: 0, id: 'c1', function: { name: 'f' } },
              ],
            },
          },
        ],
      },
      { choices: [{ index: 0, delta: { reasoning_content: 'hm', content: 'x', refusal: 'y' }, finish_reason: 'length' }] },
      { choices: [{ index: 0, delta: { tool_calls: [{ type: 'custom', id: 'k', index: 9, custom: { name: 'sql', input: 'x' } }] } }] },
    ],
    false,
  ),
  'openai-responses': eventsOf('openai-responses', [
    { type: 'response.output_item.added', output_index: 7, item: { type: 'reasoning', id: 'rs' } },
    { type: 'response.reasoning_text.delta', output_index: 7, content_index: 0, delta: 'raw' },
    { type: 'response.reasoning_summary_text.delta', output_index: 7, summary_index: 0, delta: 'sum' },
    { type: 'response.output_item.done', output_index: 7, item: { type: 'reasoning', id: 'rs', encrypted_content: 'x' } },
    { type: 'response.output_item.done', output_index: 8, item: { type: 'function_call', call_id: 'late', name: 'f', arguments: '{}' } },
    { type: 'response.output_text.delta', output_index: 0, content_index: 1, delta: 'second part' },
    { type: 'response.output_text.delta', output_index: -1, delta: 'nowhere' },
  ]),
  'anthropic-messages': eventsOf('anthropic-messages', [
    { type: 'content_block_start', index: 5, content_block: { type: 'thinking', thinking: 'hm' } },
    { type: 'content_block_delta', index: 5, delta: { type: 'thinking_delta', thinking: 'so' } },
    { type: 'content_block_delta', index: 5, delta: { type: 'signature_delta', signature: 'c2ln' } },
    { type: 'content_block_stop', index: 5 },
    { type: 'content_block_start', index: 6, content_block: { type: 'redacted_thinking', data: 'x' } },
    { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'again' } },
    { type: 'message_delta', delta: { stop_reason: 'max_tokens' }, usage: {} },
  ]),
};
