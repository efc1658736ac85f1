// Every pair of formats, whole and streamed, as the vendors' own clients hear it.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { assertGrammar } from './answers/testing/grammar.ts';
import { hear, PAIRS, pushAll, streamOf, translator, wholeOf, type Heard, type Told } from './answers/testing/answers.ts';
import type { ConversationWire } from './request.ts';

interface Case {
  readonly name: string;
  readonly told: Told;
  readonly heard: Omit<Heard, 'stop' | 'usage'>;
  readonly stops: Readonly<Record<ConversationWire, string>>;
}

const CALLS = [
  { id: 'call_A', name: 'weather', pieces: ['{"ci', 'ty":"大阪', '"}'] },
  { id: 'toolu_B', name: 'time', pieces: [] },
  { id: 'call_C', name: 'weather', pieces: ['{"city":"Köln \\u00e9 \\"x\\""}'] },
];

const HEARD_CALLS = [
  { id: 'call_A', name: 'weather', arguments: '{"city":"大阪"}' },
  { id: 'toolu_B', name: 'time', arguments: '{}' },
  { id: 'call_C', name: 'weather', arguments: '{"city":"Köln é \\"x\\""}' },
];

const CASES: readonly Case[] = [
  {
    name: 'text',
    told: { text: ['Grüß ', 'dich, 世', '界 ', '👩‍💻\n"\\'] },
    heard: { text: 'Grüß dich, 世界 👩‍💻\n"\\', refusal: '', calls: [] },
    stops: { 'openai-chat': 'stop', 'openai-responses': 'completed', 'anthropic-messages': 'end_turn' },
  },
  {
    name: 'text that ran out of tokens',
    told: { text: ['one', ' two'], stop: 'length' },
    heard: { text: 'one two', refusal: '', calls: [] },
    stops: { 'openai-chat': 'length', 'openai-responses': 'max_output_tokens', 'anthropic-messages': 'max_tokens' },
  },
  {
    name: 'parallel tool calls after text, one without arguments',
    told: { text: ['I look.'], calls: CALLS },
    heard: { text: 'I look.', refusal: '', calls: HEARD_CALLS },
    stops: { 'openai-chat': 'tool_calls', 'openai-responses': 'completed', 'anthropic-messages': 'tool_use' },
  },
  {
    name: 'a tool call alone',
    told: { calls: CALLS.slice(0, 1) },
    heard: { text: '', refusal: '', calls: HEARD_CALLS.slice(0, 1) },
    stops: { 'openai-chat': 'tool_calls', 'openai-responses': 'completed', 'anthropic-messages': 'tool_use' },
  },
  {
    name: 'structured output',
    told: { text: ['{"risk":', '3,"why":"x"}'] },
    heard: { text: '{"risk":3,"why":"x"}', refusal: '', calls: [] },
    stops: { 'openai-chat': 'stop', 'openai-responses': 'completed', 'anthropic-messages': 'end_turn' },
  },
];

const sameArguments = (calls: Heard['calls']): object[] =>
  calls.map((call) => ({ ...call, arguments: JSON.parse(call.arguments) as unknown }));

for (const { from, to } of PAIRS) {
  describe(`an answer in ${from} for a client of ${to}`, () => {
    for (const { name, told, heard, stops } of CASES) {
      it(`streams ${name}`, async () => {
        const stream = translator(from, to).stream();
        const bytes = pushAll(stream, streamOf(from, told));
        assertGrammar(to, bytes);
        assert.ok(stream.isComplete);
        const { stop, usage, ...said } = await hear(to, bytes, true);
        assert.deepEqual({ ...said, calls: sameArguments(said.calls) }, { ...heard, calls: sameArguments(heard.calls) });
        assert.equal(stop, stops[to]);
        assert.deepEqual(usage, { input: 20, cached: 8, output: 5 });
        assert.deepEqual(stream.notes, []);
        assert.equal(stream.textSoFar, heard.text);
      });

      it(`says ${name} as a whole`, async () => {
        const whole = translator(from, to).whole(Buffer.from(JSON.stringify(wholeOf(from, told))));
        assert.ok(whole.ok);
        const { stop, usage, ...said } = await hear(to, whole.value.body, false);
        assert.deepEqual({ ...said, calls: sameArguments(said.calls) }, { ...heard, calls: sameArguments(heard.calls) });
        assert.equal(stop, stops[to]);
        assert.deepEqual(usage, { input: 20, cached: 8, output: 5 });
        assert.deepEqual(whole.value.notes, []);
      });
    }

    it('keeps a refusal a refusal', async () => {
      const told: Told = { refusal: 'I cannot help with that.' };
      const bytes = pushAll(translator(from, to).stream(), streamOf(from, told));
      assertGrammar(to, bytes);
      const whole = translator(from, to).whole(Buffer.from(JSON.stringify(wholeOf(from, told))));
      assert.ok(whole.ok);
      for (const heard of [await hear(to, bytes, true), await hear(to, whole.value.body, false)]) {
        assert.equal(heard.refusal, 'I cannot help with that.');
        assert.equal(heard.text, '');
        if (to === 'anthropic-messages') assert.equal(heard.stop, 'refusal');
      }
    });

    it('keeps an answer that a filter stopped one', async () => {
      const told: Told = { text: ['It begins'], stop: 'filter' };
      const bytes = pushAll(translator(from, to).stream(), streamOf(from, told));
      assertGrammar(to, bytes);
      const stops = { 'openai-chat': 'content_filter', 'openai-responses': 'content_filter', 'anthropic-messages': 'refusal' };
      assert.equal((await hear(to, bytes, true)).stop, stops[to]);
    });

    it('says an error inside the stream once, in the client’s way, and nothing after it', async () => {
      const [first, second, third] = streamOf(from, { text: ['so far', ' so good'] });
      const errors = {
        'openai-chat': 'data: {"error":{"message":"blocked","type":"invalid_request_error","code":"cyber_policy"}}\n\n',
        'openai-responses': 'event: error\ndata: {"type":"error","code":"cyber_policy","message":"blocked","param":null}\n\n',
        'anthropic-messages':
          'event: error\ndata: {"type":"error","error":{"type":"invalid_request_error","message":"blocked","details":{"error_code":"cyber_policy"}}}\n\n',
      };
      const stream = translator(from, to).stream();
      const bytes = pushAll(stream, [first!, second!, third!, errors[from], ...streamOf(from, { text: ['more'] })]);
      assert.ok(stream.isComplete);
      assert.equal(bytes.split('cyber_policy').length > 1, true);
      assert.ok(!bytes.includes('more'));
      await assert.rejects(hear(to, bytes, true), /cyber_policy|blocked/);
    });

    it('leaves a stream that broke off unfinished', async () => {
      const events = streamOf(from, { text: ['one', ' two'], calls: CALLS });
      // The last three: why it stopped, what it cost, the end mark.
      for (const cut of [2, 4, events.length - 3]) {
        const stream = translator(from, to).stream();
        const bytes = pushAll(stream, events.slice(0, cut));
        assert.ok(!stream.isComplete);
        assert.doesNotMatch(bytes, /\[DONE\]|message_stop|response\.(completed|incomplete|failed)|finish_reason":"/);
      }
    });
  });
}
