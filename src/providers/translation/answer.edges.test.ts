// What careless servers and gateways really send, and what a hostile one might.
import fc from 'fast-check';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fieldsOf } from '../json-fields.ts';
import { LIMITS } from './answers/neutral.ts';
import { assertGrammar } from './answers/testing/grammar.ts';
import { eventsOf, hear, PAIRS, payloadsOf, pushAll, streamOf, translator, WIRES, wholeOf } from './answers/testing/answers.ts';
import { mutatedStream, mutatedWhole } from './answers/testing/mutations.ts';
import type { StreamTranslator } from './answer.ts';
import type { ConversationWire } from './request.ts';

type Json = Readonly<Record<string, unknown>>;

function streamed(from: ConversationWire, to: ConversationWire, payloads: readonly Json[]): { bytes: string; stream: StreamTranslator } {
  const stream = translator(from, to).stream();
  return { bytes: pushAll(stream, eventsOf(from, payloads)), stream };
}

const noted = (stream: { readonly notes: StreamTranslator['notes'] }): string[] => stream.notes.map(({ field }) => field);
const chunk = (delta: Json, finish: string | null = null): Json => ({ choices: [{ index: 0, delta, finish_reason: finish }] });

describe('words of the provider that are names of JavaScript', () => {
  const words = ['constructor', 'toString', '__proto__', 'hasOwnProperty'];
  for (const { from, to } of PAIRS) {
    it(`are unknown words like any other (${from} → ${to})`, () => {
      for (const word of words) {
        const payloads: Readonly<Record<ConversationWire, readonly Json[]>> = {
          'openai-chat': [chunk({ content: 'x' }), chunk({}, word)],
          'openai-responses': [
            { type: 'response.output_item.added', output_index: 0, item: { type: word } },
            { type: word },
            { type: 'response.incomplete', response: { status: 'incomplete', incomplete_details: { reason: word } } },
          ],
          'anthropic-messages': [
            { type: 'message_start', message: {} },
            { type: 'content_block_start', index: 0, content_block: { type: word } },
            { type: 'content_block_stop', index: 0 },
            { type: 'message_delta', delta: { stop_reason: word } },
            { type: 'message_stop' },
          ],
        };
        const { bytes, stream } = streamed(from, to, payloads[from]);
        assertGrammar(to, bytes);
        assert.doesNotMatch(bytes, /undefined|native code/);
        assert.ok(stream.notes.length > 0);
      }
    });

    it(`change no prototype (${from} → ${to})`, () => {
      const hostile = JSON.stringify(
        wholeOf(from, { text: ['x'], calls: [{ id: 'c', name: '__proto__', pieces: ['{"a":1}'] }] }),
      ).replaceAll('{"', '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"');
      translator(from, to).whole(Buffer.from(hostile));
      const events = streamOf(from, { text: ['x'] }).map((event) => event.replaceAll('{"', '{"__proto__":{"polluted":1},"'));
      pushAll(translator(from, to).stream(), events);
      assert.equal(({} as Json)['polluted'], undefined);
    });
  }
});

describe('what is nowhere read', () => {
  it('is noted: members of chunks, choices, messages, blocks, items and parts', () => {
    const chat = streamed('openai-chat', 'openai-responses', [
      { citations: ['https://x.example'], choices: [{ index: 0, delta: { content: 'x' }, content_filter_results: { hate: {} } }] },
      { ...chunk({}, 'stop'), system_fingerprint: 'fp' },
    ]);
    assert.deepEqual(noted(chat.stream), ['citations', 'choices[].content_filter_results']);
    const anthropic = streamed('anthropic-messages', 'openai-responses', [
      { type: 'message_start', message: { id: 'msg_1', container: { id: 'c' } } },
      {
        type: 'content_block_start',
        index: 0,
        content_block: { type: 'tool_use', id: 't', name: 'f', input: {}, caller: { type: 'code_execution_20250825' } },
      },
      { type: 'content_block_stop', index: 0 },
      { type: 'message_delta', delta: { stop_reason: 'tool_use' }, context_management: { applied_edits: [{}] } },
      { type: 'message_stop' },
    ]);
    assert.deepEqual(noted(anthropic.stream), ['container', 'content[].caller', 'context_management']);
    const item = { type: 'message', id: 'msg_1', role: 'assistant', audience: 'x', phase: 'musing' };
    const responses = streamed('openai-responses', 'anthropic-messages', [
      { type: 'response.output_item.added', output_index: 0, item },
      {
        type: 'response.output_item.done',
        output_index: 0,
        item: { ...item, content: [{ type: 'output_text', text: 'x', mood: 'glad' }] },
      },
      { type: 'response.completed', response: { status: 'completed' } },
    ]);
    assert.deepEqual(noted(responses.stream), ['output[].phase', 'output[].audience', 'output[].content[].mood']);
  });

  it('is noted without control characters', () => {
    const { stream } = streamed('openai-chat', 'anthropic-messages', [chunk({ content: 'x' }), chunk({}, 'a\u001b[2J\u202eb')]);
    assert.deepEqual(
      stream.notes.map(({ problem }) => problem),
      ['“a?[2J?b” is unknown; taken as “stop”'],
    );
  });

  it('is not noted for facts of the machinery', () => {
    const { stream } = streamed('openai-chat', 'anthropic-messages', [
      { ...chunk({ content: 'x' }, 'stop'), system_fingerprint: 'fp', service_tier: 'default', obfuscation: 'abc' },
    ]);
    assert.deepEqual(stream.notes, []);
  });
});

describe('a failure in a careless shape', () => {
  for (const to of WIRES) {
    it(`is one nevertheless (${to})`, async () => {
      const failures: Json[] = [
        { object: 'error', message: 'out of memory', type: 'InternalServerError', code: 500 },
        { error: 'out of memory' },
        { error: { message: 'out of memory' } },
      ];
      for (const failure of failures) {
        const { bytes, stream } = streamed('openai-chat', to, [chunk({ content: 'x' }), failure]);
        assert.ok(stream.isComplete);
        await assert.rejects(hear(to, bytes, true), /out of memory/);
        const whole = translator('openai-chat', to).whole(Buffer.from(JSON.stringify(failure)));
        assert.ok(whole.ok && whole.value.errorStatus === 500);
        assert.match(whole.value.body.toString(), /out of memory/);
      }
    });

    it(`is no finished answer: “error” and “abort” as finish reasons (${to})`, async () => {
      for (const word of ['error', 'abort', 'insufficient_system_resource']) {
        const { bytes } = streamed('openai-chat', to, [chunk({ content: 'half an ans' }), chunk({}, word)]);
        await assert.rejects(hear(to, bytes, true), new RegExp(word));
      }
    });
  }

  it('keeps the parameter it names', () => {
    const { bytes } = streamed('openai-responses', 'openai-responses', [
      { type: 'error', code: 'invalid_prompt', message: 'no', param: 'input[3]' },
    ]);
    const [error, failed] = payloadsOf(bytes).slice(-2).map(fieldsOf);
    assert.deepEqual([error!['param'], fieldsOf(error!['error'])['param']], ['input[3]', 'input[3]']);
    assert.deepEqual(fieldsOf(failed!['response'])['error'], { code: 'invalid_prompt', message: 'no' });
  });

  it('a message of null is no answer', () => {
    const body = Buffer.from('{"choices":[{"index":0,"message":null,"finish_reason":"stop"}]}');
    assert.deepEqual(translator('openai-chat', 'openai-chat').whole(body), { ok: false, error: 'malformed-answer' });
  });
});

describe('a Responses stream whose closing list says more than its events', () => {
  const message = {
    type: 'message',
    id: 'msg_1',
    role: 'assistant',
    status: 'completed',
    content: [{ type: 'output_text', text: 'I look.' }],
  };
  const call = { type: 'function_call', id: 'fc_1', call_id: 'call_1', name: 'f', arguments: '{"a":1}', status: 'completed' };
  const opened = { type: 'response.output_item.added', output_index: 0, item: { ...message, content: [] } };
  const completed = (output: readonly Json[]): Json => ({ type: 'response.completed', response: { status: 'completed', output } });

  for (const to of WIRES) {
    it(`has its calls heard (${to})`, async () => {
      const { bytes } = streamed('openai-responses', to, [
        opened,
        { type: 'response.output_text.delta', output_index: 0, content_index: 0, delta: 'I look.' },
        { type: 'response.output_item.done', output_index: 0, item: message },
        completed([message, call]),
      ]);
      assertGrammar(to, bytes);
      const heard = await hear(to, bytes, true);
      assert.equal(heard.text, 'I look.');
      assert.deepEqual(heard.calls, [{ id: 'call_1', name: 'f', arguments: '{"a":1}' }]);
    });

    it(`has the text of an item heard that was only opened (${to})`, async () => {
      const { bytes } = streamed('openai-responses', to, [opened, completed([message])]);
      assertGrammar(to, bytes);
      assert.equal((await hear(to, bytes, true)).text, 'I look.');
    });

    it(`calls nothing twice, whatever ids the list has (${to})`, async () => {
      const { bytes } = streamed('openai-responses', to, [
        { type: 'response.output_item.added', output_index: 4, item: { ...call, arguments: '' } },
        { type: 'response.function_call_arguments.delta', output_index: 4, delta: '{"a":1}' },
        { type: 'response.output_item.done', output_index: 4, item: { ...call, id: 'other' } },
        completed([{ ...call, id: 'third', call_id: 'call_rotated' }]),
      ]);
      assertGrammar(to, bytes);
      assert.equal((await hear(to, bytes, true)).calls.length, 1);
    });
  }

  it('has only the calls heard that it has more of', async () => {
    const rotated = { ...call, id: 'third', call_id: 'call_rotated' };
    const { bytes } = streamed('openai-responses', 'openai-chat', [
      { type: 'response.output_item.done', output_index: 0, item: call },
      completed([rotated, { ...call, id: 'fc_2', call_id: 'call_2', name: 'g' }]),
    ]);
    assert.deepEqual(
      (await hear('openai-chat', bytes, true)).calls.map(({ id, name }) => [id, name]),
      [
        ['call_1', 'f'],
        ['call_2', 'g'],
      ],
    );
  });

  it('has arguments noted that differ from their deltas', () => {
    const { bytes, stream } = streamed('openai-responses', 'anthropic-messages', [
      { type: 'response.output_item.added', output_index: 0, item: { ...call, arguments: '' } },
      { type: 'response.function_call_arguments.delta', output_index: 0, delta: '{"a":2,"b":3}' },
      { type: 'response.output_item.done', output_index: 0, item: call },
      completed([call]),
    ]);
    assert.match(bytes, /\{\\"a\\":2,\\"b\\":3\}/);
    assert.deepEqual(noted(stream), ['output[].arguments']);
  });
});

describe('the end of a stream', () => {
  for (const to of WIRES) {
    it(`may lack its mark where the provider said why it stopped (${to})`, async () => {
      const told = streamOf('openai-chat', { text: ['a', 'b'] }).slice(0, -1);
      const stream = translator('openai-chat', to).stream();
      const bytes = pushAll(stream, told);
      assertGrammar(to, bytes);
      assert.ok(stream.isComplete);
      assert.deepEqual((await hear(to, bytes, true)).usage?.output, 5);
    });
  }

  for (const { from, to } of PAIRS) {
    it(`may be its first event, an error (${from} → ${to})`, async () => {
      const { bytes, stream } = streamed(from, to, [
        { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded', code: 'overloaded' } },
      ]);
      assert.ok(stream.isComplete);
      assert.equal(bytes.includes('[DONE]'), false);
      await assert.rejects(hear(to, bytes, true), /[Oo]verloaded/);
    });
  }
});

describe('usage', () => {
  for (const { from, to } of PAIRS) {
    it(`tells what was cached and what went into reasoning (${from} → ${to})`, () => {
      const usage = { input: 30, cached: 10, output: 9, reasoning: 4 };
      const told = streamOf(from, { text: ['x'], usage }).map((event) =>
        event.replace('"usage":{"output_tokens":9}', '"usage":{"output_tokens":9,"output_tokens_details":{"thinking_tokens":4}}'),
      );
      const events = payloadsOf(pushAll(translator(from, to).stream(), told));
      const last = events
        .map((event) => fieldsOf(event['usage'] ?? fieldsOf(event['response'])['usage']))
        .findLast((one) => one !== undefined && Object.keys(one).length > 0)!;
      const details = [last['completion_tokens_details'], last['output_tokens_details']].map(fieldsOf);
      assert.ok(
        details.some((one) => (one['reasoning_tokens'] ?? one['thinking_tokens']) === 4),
        JSON.stringify(last),
      );
      assert.equal(
        last['cache_read_input_tokens'] ?? fieldsOf(last['prompt_tokens_details'] ?? last['input_tokens_details'])['cached_tokens'],
        10,
      );
    });
  }
});

describe('the largest answer', () => {
  for (const to of WIRES) {
    it(`of characters that JSON writes longest is said, a larger one fails, and neither throws (${to})`, () => {
      const piece = '\u0001'.repeat(LIMITS.answerChars / 8);
      const events = streamOf('openai-chat', { text: Array.from({ length: 9 }, () => piece) });
      const large = translator('openai-chat', to).stream();
      const isOver = (event: string, at: number): boolean => at === events.findLastIndex((one) => one.length > piece.length);
      for (const [at, event] of events.entries()) if (!isOver(event, at)) large.push(Buffer.from(event));
      assert.ok(large.isComplete);
      const larger = translator('openai-chat', to).stream();
      const last = events.map((event) => larger.push(Buffer.from(event))).findLast((bytes) => bytes.length > 0);
      assert.match(last!.toString('utf8', 0, 1000) + last!.toString('utf8', last!.length - 1000), /answer_too_large/);
    });
  }
});

describe('a provider that sends any value anywhere', () => {
  for (const { from, to } of PAIRS) {
    it(`breaks neither the client’s grammar nor the translator (${from} → ${to})`, () => {
      fc.assert(
        fc.property(mutatedStream(from), (events) => {
          const stream = translator(from, to).stream();
          const bytes = pushAll(stream, events);
          const isFailed = payloadsOf(bytes).some((payload) => payload['error'] !== undefined);
          if (stream.isComplete && (!isFailed || to === 'openai-responses')) assertGrammar(to, bytes);
        }),
        { numRuns: 300 },
      );
    });

    it(`as a whole answer gets an answer or a refusal (${from} → ${to})`, () => {
      fc.assert(
        fc.property(fc.oneof(mutatedWhole(from), fc.jsonValue()), (answer) => {
          const body = Buffer.from(JSON.stringify(answer));
          const whole = translator(from, to).whole(body);
          if (whole.ok) JSON.parse(whole.value.body.toString());
          JSON.parse(translator(from, to).error(500, body).toString());
        }),
        { numRuns: 200 },
      );
    });
  }
});

describe('text that goes on after a call has begun', () => {
  it('becomes a message of its own (anthropic-messages → openai-responses)', () => {
    const { bytes } = streamed('anthropic-messages', 'openai-responses', [
      { type: 'message_start', message: { id: 'm', role: 'assistant', content: [], usage: { input_tokens: 1, output_tokens: 1 } } },
      { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
      { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'before' } },
      { type: 'content_block_start', index: 1, content_block: { type: 'tool_use', id: 'c1', name: 'f', input: {} } },
      { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'after' } },
      { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 2 } },
      { type: 'message_stop' },
    ]);
    assertGrammar('openai-responses', bytes);
    assert.deepEqual(
      payloadsOf(bytes).flatMap((payload) => (payload['type'] === 'response.output_text.done' ? [payload['text']] : [])),
      ['before', 'after'],
    );
  });
});
