import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { scanJsonObject, type JsonObjectScan } from '#kernel';
import { anthropicCountTokens, anthropicMessages } from './anthropic-messages/format.ts';
import { openaiChat } from './openai-chat/format.ts';
import { openaiEmbeddings } from './openai-embeddings/format.ts';
import { openaiResponses } from './openai-responses/format.ts';
import type { Observation } from './observation.ts';
import { keptPieces } from './sse.ts';
import { VENDOR_FALLBACKS } from './operator-members.ts';
import type { RequestTarget, WireFormat } from './wire-format.ts';

const TARGET: RequestTarget = { model: 'real-model', streamUsage: true, accessProgram: undefined, endUser: undefined };

function scan(format: WireFormat, text: string): JsonObjectScan {
  const scanned = scanJsonObject(Buffer.from(text), format.members);
  assert.ok(scanned.ok);
  return scanned.value;
}

function prepared(format: WireFormat, text: string, target = TARGET): { text: string; addedStreamUsage: boolean } {
  const result = format.prepare(scan(format, text), target);
  assert.ok(result.ok, JSON.stringify(result));
  return { text: result.value.body.toString(), addedStreamUsage: result.value.addedStreamUsage };
}

/** Why a request is not prepared. */
function refusedFor(format: WireFormat, text: string, target = TARGET): unknown {
  const result = format.prepare(scan(format, text), target);
  assert.ok(!result.ok, 'prepared');
  return result.error;
}

const CYBER = { kind: 'cyber-policy', code: 'cyber_policy' };

/** Feeds a stream the way the relay does: uninteresting events are never read. */
function observed(format: WireFormat, stream: string, dropUsage = false): { observation: Observation; ended: boolean; kept: string } {
  const observer = format.createStreamObserver({ dropUsage });
  const kept = Buffer.concat(keptPieces(Buffer.from(stream), observer)).toString();
  return { observation: observer.observation, ended: observer.ended, kept };
}

describe('openai-chat', () => {
  it('drops the event that carries only usage, and no other event without choices', () => {
    const usage = 'data: {"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2}}\n\n';
    const filter = 'data: {"choices":[],"prompt_filter_results":[],"usage":null,"error":null,"finish_reason":"x"}\n\n';
    const failure = 'data: {"choices":[],"usage":{"prompt_tokens":1},"error":{"code":"server_error"}}\n\n';
    const { kept, observation } = observed(openaiChat, usage + filter + failure, true);
    assert.equal(kept, filter + failure);
    assert.equal(observation.error, 'server_error');
  });

  it('replaces only the model name and leaves every other byte alone', () => {
    const { text, addedStreamUsage } = prepared(openaiChat, '{ "messages":[{"model":"x"}], "model":"route","unknown":1.0}');
    assert.equal(text, '{ "messages":[{"model":"x"}], "model":"real-model","unknown":1.0}');
    assert.equal(addedStreamUsage, false);
  });

  it('asks streams for usage unless the client did, and keeps its other stream options', () => {
    assert.deepEqual(prepared(openaiChat, '{"model":"r","stream":true}'), {
      text: '{"stream_options":{"include_usage":true},"model":"real-model","stream":true}',
      addedStreamUsage: true,
    });
    const own = prepared(openaiChat, '{"model":"r","stream":true,"stream_options":{"include_usage":true}}');
    assert.equal(own.addedStreamUsage, false);
    const other = prepared(openaiChat, '{"model":"r","stream":true,"stream_options":{"x":1}}');
    assert.equal(other.text, '{"model":"real-model","stream":true,"stream_options":{"x":1,"include_usage":true}}');
  });

  it('does not ask a server that refuses the field', () => {
    assert.equal(prepared(openaiChat, '{"model":"r","stream":true}', { ...TARGET, streamUsage: false }).addedStreamUsage, false);
  });

  it('reads model, usage, finish and a model refusal from an answer', () => {
    const answer = {
      model: 'gpt-x-2026',
      choices: [{ finish_reason: 'stop', message: { refusal: 'I cannot' } }],
      usage: {
        prompt_tokens: 7,
        completion_tokens: 5,
        prompt_tokens_details: { cached_tokens: 3 },
        completion_tokens_details: { reasoning_tokens: 2 },
      },
    };
    assert.deepEqual(openaiChat.observeAnswer(Buffer.from(JSON.stringify(answer))), {
      effectiveModel: 'gpt-x-2026',
      usage: { inputTokens: 7, outputTokens: 5, cachedInputTokens: 3, reasoningTokens: 2 },
      finish: 'stop',
      refusal: { kind: 'model-refusal', code: 'refusal' },
    });
  });

  const STREAM =
    'data: {"model":"m1","choices":[{"delta":{"content":"a \\"usage\\":{ trick"},"finish_reason":null}],"usage":null}\n\n' +
    'data: {"model":"m1", "choices": [{"delta": {}, "finish_reason": "stop"}], "usage": null}\n\n' +
    'data: {"model":"m1","choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2}}\n\n' +
    'data: [DONE]\n\n';

  it('observes a stream and drops the usage event that only we asked for', () => {
    const { observation, ended, kept } = observed(openaiChat, STREAM, true);
    assert.deepEqual(observation, { effectiveModel: 'm1', finish: 'stop', usage: { inputTokens: 1, outputTokens: 2 } });
    assert.equal(ended, true);
    assert.equal(kept, STREAM.replace(/data: \{"model":"m1","choices":\[\],.*\n\n/, ''));
  });

  it('passes the usage event on to a client that asked for it', () => {
    assert.equal(observed(openaiChat, STREAM, false).kept, STREAM);
  });

  it('finds a policy error inside a stream', () => {
    assert.deepEqual(observed(openaiChat, 'data: {"error":{"code":"cyber_policy"}}\n\n').observation.refusal, CYBER);
  });

  it('survives chunks that are not JSON', () => {
    const broken = 'data: {"usage":{\n\ndata: [DONE]\n\n';
    assert.deepEqual(observed(openaiChat, broken), { observation: {}, ended: true, kept: broken });
  });
});

describe('openai-responses', () => {
  it('observes the last response object of a stream', () => {
    const stream =
      'event: response.created\ndata: {"type":"response.created","response":{"id":"resp_1","model":"m","status":"in_progress"}}\n\n' +
      'event: response.output_text.delta\ndata: {"type":"response.output_text.delta","delta":"\\"type\\":\\"error\\""}\n\n' +
      'event: response.completed\ndata: {"type":"response.completed","response":{"model":"m-2","status":"completed","usage":{"input_tokens":4,"output_tokens":6,"input_tokens_details":{"cached_tokens":1}}}}\n\n';
    const { observation, ended } = observed(openaiResponses, stream);
    assert.deepEqual(observation, {
      responseId: 'resp_1',
      effectiveModel: 'm-2',
      finish: 'completed',
      usage: { inputTokens: 4, outputTokens: 6, cachedInputTokens: 1 },
    });
    assert.equal(ended, true);
  });

  it('names why a response is incomplete, and refusals in its output', () => {
    const incomplete = openaiResponses.observeAnswer(
      Buffer.from('{"status":"incomplete","incomplete_details":{"reason":"max_output_tokens"}}'),
    );
    assert.equal(incomplete.finish, 'max_output_tokens');
    const refused = openaiResponses.observeAnswer(
      Buffer.from('{"status":"completed","output":[{"type":"message","content":[{"type":"refusal","refusal":"no"}]}]}'),
    );
    assert.deepEqual(refused.refusal, { kind: 'model-refusal', code: 'refusal' });
    const failed = observed(
      openaiResponses,
      'data: {"type":"response.failed","response":{"status":"failed","error":{"code":"cyber_policy"}}}\n\n',
    );
    assert.deepEqual([failed.observation.refusal, failed.observation.error, failed.ended], [CYBER, 'cyber_policy', true]);
  });
});

describe('anthropic-messages', () => {
  it('keeps the counts that a later event of the stream leaves out', () => {
    const { observation } = observed(
      anthropicMessages,
      'data: {"type":"message_start","message":{"model":"c","usage":{"input_tokens":10,"cache_read_input_tokens":90}}}\n\n' +
        'data: {"type":"message_delta","delta":{},"usage":{"input_tokens":11,"output_tokens":42}}\n\n',
    );
    assert.deepEqual(observation.usage, { inputTokens: 101, outputTokens: 42, cachedInputTokens: 90 });
  });

  it('adds cached input to the input and takes the last output count of a stream', () => {
    const stream =
      'event: message_start\ndata: {"type":"message_start","message":{"model":"c","usage":{"input_tokens":10,"cache_read_input_tokens":90,"cache_creation_input_tokens":5,"output_tokens":1}}}\n\n' +
      'event: ping\ndata: {"type": "ping"}\n\n' +
      'event: message_delta\ndata: {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 42}}\n\n' +
      'event: message_stop\ndata: {"type":"message_stop"}\n\n';
    const { observation, ended, kept } = observed(anthropicMessages, stream);
    assert.deepEqual(observation, {
      effectiveModel: 'c',
      finish: 'end_turn',
      usage: { inputTokens: 105, outputTokens: 42, cachedInputTokens: 90 },
    });
    assert.deepEqual([ended, kept], [true, stream]);
  });

  it('names the category of a refusal', () => {
    const answer = anthropicMessages.observeAnswer(
      Buffer.from('{"model":"c","stop_reason":"refusal","stop_details":{"category":"cyber"},"usage":{"input_tokens":1,"output_tokens":0}}'),
    );
    assert.deepEqual(answer.refusal, { kind: 'cyber-policy', code: 'cyber' });
  });

  it('reads the count of count_tokens, and the end user from metadata', () => {
    assert.deepEqual(anthropicMessages.observeAnswer(Buffer.from('{"input_tokens":12}')).usage, { inputTokens: 12, outputTokens: 0 });
    assert.equal(anthropicMessages.endUser(scan(anthropicMessages, '{"model":"m","metadata":{"user_id":"u-1"}}')), 'u-1');
  });
});

describe('openai-embeddings', () => {
  it('reads model and usage around the vectors', () => {
    const answer = Buffer.from(
      '{"object":"list","data":[{"embedding":[0.1,2e-3]}],"model":"e","usage":{"prompt_tokens":3,"total_tokens":3}}',
    );
    assert.deepEqual(openaiEmbeddings.observeAnswer(answer), { effectiveModel: 'e', usage: { inputTokens: 3, outputTokens: 0 } });
  });
});

const FORMATS = [openaiChat, openaiResponses, openaiEmbeddings, anthropicMessages, anthropicCountTokens];
const PSEUDONYM = { ...TARGET, endUser: 'Pseudonym_1' };

describe('the access program', () => {
  const blue = { ...TARGET, accessProgram: 'daybreak_blue' };

  it('is named on every OpenAI request of a deployment that has one', () => {
    for (const format of [openaiChat, openaiResponses]) {
      const added = '{"access_programs":{"cyber":"daybreak_blue"},"model":"real-model"}';
      assert.equal(prepared(format, '{"model":"r"}', blue).text, added);
      // The same asked for by the client is written anew, so that no second reading of its value leaves.
      const twice = '{"model":"r","access_programs":{"cyber":"daybreak_red","cyber":"daybreak_blue"}}';
      assert.equal(prepared(format, twice, blue).text, '{"model":"real-model","access_programs":{"cyber":"daybreak_blue"}}');
    }
  });

  it('is never the client’s choice', () => {
    const asked = (value: string) => `{"model":"r","access_programs":${value}}`;
    for (const format of [openaiChat, openaiResponses]) {
      for (const [value, shown] of [
        ['{"cyber":"standard"}', 'standard'],
        ['{"cyber":"daybreak_red"}', 'daybreak_red'],
        ['null', 'null'],
        ['{}', '(unreadable)'],
        ['{"cyber":"daybreak_blue","bio":"x"}', '(unreadable)'],
        ['{"cyber":"<script>\\u001b"}', '(unreadable)'],
      ] as const)
        assert.deepEqual(refusedFor(format, asked(value), blue), { kind: 'access-program-conflict', asked: shown });
    }
    for (const format of FORMATS)
      assert.deepEqual(refusedFor(format, asked('{"cyber":"standard"}')), { kind: 'access-program-conflict', asked: 'standard' });
  });

  it('in force is read from answers and streams, once', () => {
    const answer = (program: string) => Buffer.from(`{"model":"m","status":"completed","access_programs":${program}}`);
    assert.equal(openaiResponses.observeAnswer(answer('{"cyber":"daybreak_blue"}')).effectiveProgram, 'daybreak_blue');
    assert.equal(openaiResponses.observeAnswer(answer('null')).effectiveProgram, 'standard', 'the vendor’s fallback');
    assert.equal(openaiChat.observeAnswer(answer('{"cyber":{"x":1}}')).effectiveProgram, undefined);
    const created = 'data: {"type":"response.created","response":{"access_programs":{"cyber":"daybreak_red"}}}\n\n';
    assert.equal(observed(openaiResponses, created).observation.effectiveProgram, 'daybreak_red');
    const chunk = 'data: {"choices":[{"delta":{"content":"a"}}],"access_programs":{"cyber":"daybreak_blue"}}\n\n';
    assert.equal(observed(openaiChat, chunk).observation.effectiveProgram, 'daybreak_blue');
    const observer = openaiChat.createStreamObserver({ dropUsage: false });
    let read = 0;
    keptPieces(Buffer.from(chunk), observer);
    const counting = {
      interesting: observer.interesting,
      observe: () => {
        read++;
        return 'keep' as const;
      },
    };
    keptPieces(Buffer.from(chunk.repeat(5)), counting);
    assert.equal(read, 0, 'the others pass unread');
  });
});

describe('the end user', () => {
  it('is a pseudonym wherever the format has a field for it', () => {
    for (const format of [openaiChat, openaiResponses]) {
      assert.equal(prepared(format, '{"model":"r"}', PSEUDONYM).text, '{"safety_identifier":"Pseudonym_1","model":"real-model"}');
      const named = '{"user":"Tanaka","model":"r","safety_identifier":"tanaka@example.jp","x":1}';
      const expected = '{"user":"Pseudonym_1","model":"real-model","safety_identifier":"Pseudonym_1","x":1}';
      assert.equal(prepared(format, named, PSEUDONYM).text, expected);
    }
    assert.equal(prepared(openaiEmbeddings, '{"model":"r"}', PSEUDONYM).text, '{"user":"Pseudonym_1","model":"real-model"}');
    const { text } = prepared(anthropicMessages, '{"model":"r","metadata":{"user_id":"Tanaka","team":"a"}}', PSEUDONYM);
    assert.equal(text, '{"model":"real-model","metadata":{"team":"a","user_id":"Pseudonym_1"}}');
    assert.equal(
      prepared(anthropicMessages, '{"model":"r"}', PSEUDONYM).text,
      '{"metadata":{"user_id":"Pseudonym_1"},"model":"real-model"}',
    );
  });

  it('gets no field where the operation has none', () => {
    assert.equal(prepared(anthropicCountTokens, '{"model":"r"}', PSEUDONYM).text, '{"model":"real-model"}');
    const named = '{"model":"r","metadata":{"user_id":"Tanaka"}}';
    assert.equal(prepared(anthropicCountTokens, named, PSEUDONYM).text, '{"model":"real-model","metadata":{"user_id":"Pseudonym_1"}}');
  });

  it('never leaves under the name that the client gave, even where no pseudonym is sent', () => {
    const openai = ['"user":"Tanaka"', '"user":["Tanaka"],"safety_identifier":{"name":"Tanaka"}', '"\\u0075ser":"Tanaka"'];
    const anthropic = [
      '{"user_id":"Tanaka","team":"a"}',
      '{"user_id":"x","user_id":"Tanaka"}',
      '{"\\u0075ser_id":"Tanaka"}',
      '["Tanaka"]',
    ].map((metadata) => `"metadata":${metadata}`);
    const cases = [
      ...[openaiChat, openaiResponses].map((format) => ({ format, named: openai })),
      { format: openaiEmbeddings, named: ['"user":"Tanaka"'] },
      ...[anthropicMessages, anthropicCountTokens].map((format) => ({ format, named: anthropic })),
    ];
    for (const { format, named } of cases)
      for (const members of named)
        for (const target of [TARGET, PSEUDONYM]) {
          const { text } = prepared(format, `{${members},"model":"r"}`, target);
          assert.doesNotMatch(text, /Tanaka/, `${format.wire} ${members}`);
          assert.equal((JSON.parse(text) as { model: string }).model, 'real-model');
          assert.equal(text.includes('Pseudonym_1'), target === PSEUDONYM);
        }
    assert.equal(prepared(anthropicMessages, '{"model":"r","metadata":"Tanaka"}').text, '{"model":"real-model","metadata":{}}');
    assert.equal(
      prepared(anthropicMessages, '{"model":"r","metadata":{"team":"a"}}').text,
      '{"model":"real-model","metadata":{"team":"a"}}',
    );
  });
});

describe('a fallback at the vendor’s side', () => {
  it('is refused by the name of the member, in every format', () => {
    for (const format of FORMATS)
      for (const member of VENDOR_FALLBACKS.keys())
        for (const value of ['[{"model":"other"}]', '"default"', '{"order":["x"]}', 'true'])
          assert.deepEqual(refusedFor(format, `{"model":"r","${member}":${value}}`), { kind: 'vendor-fallback', member });
  });

  it('that is switched off passes as it is', () => {
    for (const value of ['null', 'false', '[ ]'])
      assert.equal(prepared(anthropicMessages, `{"model":"r","fallbacks":${value}}`).text, `{"model":"real-model","fallbacks":${value}}`);
  });
});

describe('every format', () => {
  it('says nothing about an answer it cannot read', () => {
    for (const format of [openaiChat, openaiResponses, openaiEmbeddings, anthropicMessages])
      for (const body of ['', 'null', '[]', '{', '{"usage":5,"choices":7,"model":{},"output":"x","content":null}']) {
        const { effectiveModel, usage } = format.observeAnswer(Buffer.from(body));
        assert.deepEqual([effectiveModel, usage], [undefined, undefined], `${format.wire} ${body}`);
      }
  });
});
