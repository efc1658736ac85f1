import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { providerErrorInBody } from '../provider-errors.ts';
import { assertGrammar } from './answers/testing/grammar.ts';
import { LIMITS } from './answers/neutral.ts';
import { eventsOf, hear, PAIRS, payloadsOf, pushAll, streamOf, translator, wholeOf, WIRES } from './answers/testing/answers.ts';
import type { ConversationWire } from './request.ts';
import { chunk, callPiece, streamed, fieldsOfNotes, type Json } from './answers/testing/pieces.ts';

describe('refusals', () => {
  const refused = [
    { type: 'message_start', message: { id: 'msg_1', model: 'm', usage: { input_tokens: 3, output_tokens: 1 } } },
    {
      type: 'message_delta',
      delta: { stop_reason: 'refusal', stop_details: { type: 'refusal', category: 'cyber', explanation: null } },
      usage: { output_tokens: 2 },
    },
    { type: 'message_stop' },
  ];

  for (const to of WIRES) {
    it(`of Anthropic keep their category (${to})`, async () => {
      const { bytes } = streamed('anthropic-messages', to, refused);
      assertGrammar(to, bytes);
      assert.match(bytes, /cyber/);
      assert.ok(['content_filter', 'refusal'].includes((await hear(to, bytes, true)).stop));
    });
  }
});

describe('reasoning', () => {
  const thinking = [
    { type: 'message_start', message: { id: 'msg_1', model: 'm', usage: { input_tokens: 3, output_tokens: 1 } } },
    { type: 'content_block_start', index: 0, content_block: { type: 'thinking', thinking: '', signature: '' } },
    { type: 'content_block_delta', index: 0, delta: { type: 'thinking_delta', thinking: 'Let me ' } },
    { type: 'content_block_delta', index: 0, delta: { type: 'thinking_delta', thinking: 'see.' } },
    { type: 'content_block_delta', index: 0, delta: { type: 'signature_delta', signature: 'c2lnbmVk' } },
    { type: 'content_block_stop', index: 0 },
    { type: 'content_block_start', index: 1, content_block: { type: 'redacted_thinking', data: 'b3BhcXVl' } },
    { type: 'content_block_stop', index: 1 },
    { type: 'content_block_start', index: 2, content_block: { type: 'text', text: '' } },
    { type: 'content_block_delta', index: 2, delta: { type: 'text_delta', text: 'Done.' } },
    { type: 'content_block_stop', index: 2 },
    { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 9 } },
    { type: 'message_stop' },
  ];

  it('of Anthropic reaches an Anthropic client with its signature', () => {
    const { bytes, stream } = streamed('anthropic-messages', 'anthropic-messages', thinking);
    assertGrammar('anthropic-messages', bytes);
    assert.match(bytes, /"signature_delta","signature":"c2lnbmVk"/);
    assert.match(bytes, /"redacted_thinking","data":"b3BhcXVl"/);
    assert.deepEqual(stream.notes, []);
  });

  it('of Anthropic is readable elsewhere, without the signature and with a note', () => {
    const chat = streamed('anthropic-messages', 'openai-chat', thinking);
    assert.match(chat.bytes, /"reasoning_content":"Let me "/);
    assert.doesNotMatch(chat.bytes, /c2lnbmVk|b3BhcXVl/);
    assert.deepEqual(fieldsOfNotes(chat.stream), ['reasoning (signature)', 'reasoning (redacted)']);
    const responses = streamed('anthropic-messages', 'openai-responses', thinking);
    assertGrammar('openai-responses', responses.bytes);
    assert.match(responses.bytes, /"summary":\[\{"type":"summary_text","text":"Let me see."\}\]/);
    assert.doesNotMatch(responses.bytes, /c2lnbmVk|b3BhcXVl|encrypted_content/);
  });

  it('of a local server becomes a summary for Responses and is dropped with a note for Anthropic', async () => {
    const payloads = [
      chunk({ reasoning_content: 'Hm, ' }),
      chunk({ reasoning_content: 'yes.' }),
      chunk({ content: 'Yes.' }),
      chunk({}, 'stop'),
    ];
    const responses = streamed('openai-chat', 'openai-responses', payloads);
    assertGrammar('openai-responses', responses.bytes);
    assert.equal((await hear('openai-responses', responses.bytes, true)).text, 'Yes.');
    assert.match(responses.bytes, /"summary":\[\{"type":"summary_text","text":"Hm, yes."\}\]/);
    const anthropic = streamed('openai-chat', 'anthropic-messages', payloads);
    assert.doesNotMatch(anthropic.bytes, /Hm, |thinking"/);
    assert.deepEqual(fieldsOfNotes(anthropic.stream), ['reasoning']);
  });

  it('comes with whole answers in the same way', () => {
    const whole = (to: ConversationWire, from: ConversationWire, body: Json): { text: string; fields: string[] } => {
      const translated = translator(from, to).whole(Buffer.from(JSON.stringify(body)));
      assert.ok(translated.ok);
      return { text: translated.value.body.toString(), fields: translated.value.notes.map(({ field }) => field) };
    };
    const content = [
      { type: 'thinking', thinking: 'Let me see.', signature: 'c2lnbmVk' },
      { type: 'redacted_thinking', data: 'b3BhcXVl' },
      { type: 'text', text: 'Done.' },
    ];
    const anthropic = { content, stop_reason: 'end_turn' };
    const same = whole('anthropic-messages', 'anthropic-messages', anthropic);
    assert.deepEqual((JSON.parse(same.text) as Json)['content'], content);
    const chat = whole('openai-chat', 'anthropic-messages', anthropic);
    assert.match(chat.text, /"content":"Done.","refusal":null,"reasoning_content":"Let me see."/);
    assert.deepEqual(chat.fields, ['reasoning (signature)']);
    const parts = [{ type: 'thinking', thinking: [{ type: 'text', text: 'Hm.' }] }, { type: 'text', text: 'Yes.' }, { type: 'image_url' }];
    const mistral = { choices: [{ message: { role: 'assistant', content: parts }, finish_reason: 'stop' }] };
    const fromParts = whole('openai-responses', 'openai-chat', mistral);
    assert.match(fromParts.text, /"text":"Hm."[^]*"text":"Yes."/);
    assert.deepEqual(fromParts.fields, ['choices[].message.content[]']);
    const dropped = whole('anthropic-messages', 'openai-chat', mistral);
    assert.deepEqual(dropped.fields, ['choices[].message.content[]', 'reasoning']);
  });

  it('that is encrypted stays with its id where the same vendor reads it again, and goes nowhere else', () => {
    const item = {
      type: 'reasoning',
      id: 'rs_provider',
      summary: [{ type: 'summary_text', text: 'Brief.' }],
      encrypted_content: 'c2VjcmV0',
    };
    const payloads = [
      { type: 'response.created', response: { id: 'resp_1', model: 'm' } },
      { type: 'response.output_item.added', output_index: 0, item: { ...item, summary: [] } },
      { type: 'response.output_item.done', output_index: 0, item },
      { type: 'response.completed', response: { status: 'completed', output: [item] } },
    ];
    const same = streamed('openai-responses', 'openai-responses', payloads);
    assertGrammar('openai-responses', same.bytes);
    assert.match(same.bytes, /"id":"rs_provider","summary":\[\{"type":"summary_text","text":"Brief."\}\],"encrypted_content":"c2VjcmV0"/);
    for (const to of ['openai-chat', 'anthropic-messages'] as const) {
      const other = streamed('openai-responses', to, payloads);
      assert.doesNotMatch(other.bytes, /c2VjcmV0/);
      assert.ok(fieldsOfNotes(other.stream).includes('reasoning (encrypted)'));
    }
  });
});

describe('what a client’s format expects', () => {
  it('usage comes to a chat client only when it asked for it', () => {
    const told = streamOf('anthropic-messages', { text: ['x'] });
    assert.doesNotMatch(pushAll(translator('anthropic-messages', 'openai-chat', {}).stream(), told), /usage/);
    const asked = pushAll(translator('anthropic-messages', 'openai-chat', { stream_options: { include_usage: true } }).stream(), told);
    assert.match(asked, /"choices":\[\],"usage":\{"prompt_tokens":20,"completion_tokens":5,"total_tokens":25/);
  });

  it('a Responses object repeats the request’s settings', () => {
    const request = {
      instructions: 'Be brief.',
      temperature: 0.2,
      tools: [{ type: 'function', name: 'f', parameters: {} }],
      tool_choice: { type: 'function', name: 'f' },
      metadata: { team: 'soc' },
      parallel_tool_calls: false,
      text: { format: { type: 'json_schema', name: 'r', schema: { type: 'object' }, strict: true } },
    };
    const whole = translator('openai-chat', 'openai-responses', request).whole(
      Buffer.from(JSON.stringify(wholeOf('openai-chat', { text: ['x'] }))),
    );
    assert.ok(whole.ok);
    const response = JSON.parse(whole.value.body.toString()) as Json;
    for (const name of ['instructions', 'temperature', 'tool_choice', 'metadata', 'parallel_tool_calls']) {
      assert.deepEqual(response[name], (request as Json)[name]);
    }
    assert.deepEqual(response['tools'], [{ type: 'function', name: 'f', parameters: {}, description: null, strict: null }]);
    assert.equal(response['top_p'], 1);
  });

  it('what a Responses object cannot repeat validly, it states as not set', () => {
    const request = { temperature: 'hot', store: 1, instructions: null, tools: 'none', tool_choice: { type: 'allowed_tools', tools: [] } };
    const format = { type: 'json_schema', name: 'r', schema: { type: 'object' } };
    const { bytes } = streamed('openai-chat', 'openai-responses', [chunk({}, 'stop')], { ...request, text: { format, verbosity: 'low' } });
    const response = payloadsOf(bytes)[0]!['response'] as Json;
    assert.equal(response['temperature'], 1);
    assert.equal(response['store'], false);
    assert.deepEqual(response['tools'], []);
    assert.deepEqual(response['tool_choice'], { mode: 'auto', type: 'allowed_tools', tools: [] });
    // The specification has no place for the schema itself.
    const echoed = { description: null, type: 'json_schema', name: 'r', schema: null, strict: false };
    assert.deepEqual(response['text'], { format: echoed, verbosity: 'low' });
  });

  it('items of a provider keep their ids, unless two have the same', () => {
    const item = (output_index: number): Json => ({
      type: 'response.output_item.added',
      output_index,
      item: { type: 'message', id: 'msg_same' },
    });
    const text = (output_index: number): Json => ({ type: 'response.output_text.delta', output_index, content_index: 0, delta: 'x' });
    const end = { type: 'response.completed', response: { status: 'completed' } };
    const { bytes } = streamed('openai-responses', 'openai-responses', [item(0), text(0), item(1), text(1), end]);
    assertGrammar('openai-responses', bytes);
    const output = (payloadsOf(bytes).at(-1)!['response'] as { output: Json[] }).output;
    assert.equal(output[0]?.['id'], 'msg_same');
    assert.match(String(output[1]?.['id']), /^msg_made/);
  });

  it('the effective model is stated, else the one asked for', () => {
    for (const { from, to } of PAIRS) {
      assert.match(pushAll(translator(from, to).stream(), streamOf(from, { text: ['x'] })), /"model":"effective-model"/);
    }
    assert.match(streamed('openai-chat', 'openai-responses', [chunk({ content: 'x' }, 'stop')]).bytes, /"model":"stated-model"/);
  });

  it('ids look like those of the client’s format', () => {
    const prefixes = { 'openai-chat': 'chatcmpl-', 'openai-responses': 'resp_', 'anthropic-messages': 'msg_' };
    for (const { from, to } of PAIRS) {
      const bytes = pushAll(translator(from, to).stream(), streamOf(from, { text: ['x'] }));
      assert.match(bytes, new RegExp(`"id":"${prefixes[to]}${from === to ? 'provider' : 'made'}`));
    }
  });

  it('a stop sequence is named to an Anthropic client', () => {
    const { bytes } = streamed('anthropic-messages', 'anthropic-messages', [
      { type: 'message_start', message: {} },
      { type: 'message_delta', delta: { stop_reason: 'stop_sequence', stop_sequence: 'END' } },
      { type: 'message_stop' },
    ]);
    assert.match(bytes, /"stop_reason":"stop_sequence","stop_sequence":"END"/);
  });
});

describe('what has no place', () => {
  it('is dropped with a note that names it', () => {
    const chat = streamed('openai-chat', 'anthropic-messages', [
      { choices: [{ index: 0, delta: { content: 'x', audio: { id: 'a' }, annotations: [{}] }, logprobs: { content: [] } }] },
      { choices: [{ index: 1, delta: { content: 'other' } }] },
      chunk({}, 'strange'),
    ]);
    assert.deepEqual(fieldsOfNotes(chat.stream), [
      'choices[].message.audio',
      'choices[].message.annotations',
      'choices[].logprobs',
      'choices',
      'choices[].finish_reason',
    ]);
    assert.doesNotMatch(chat.bytes, /other/);
    const responses = streamed('openai-responses', 'openai-chat', [
      { type: 'response.output_item.added', output_index: 0, item: { type: 'web_search_call', id: 'ws_1' } },
      { type: 'response.web_search_call.searching', output_index: 0 },
      { type: 'response.output_item.done', output_index: 0, item: { type: 'web_search_call', id: 'ws_1' } },
      { type: 'response.output_text.annotation.added', output_index: 1 },
      { type: 'response.brand_new', x: 1 },
      { type: 'response.completed', response: { status: 'completed' } },
    ]);
    assert.deepEqual(fieldsOfNotes(responses.stream), [
      'output[].web_search_call',
      'output[].content[].annotations',
      'event response.brand_new',
    ]);
  });

  it('is named in printable characters, whatever the provider calls it', () => {
    const { stream } = streamed('openai-chat', 'openai-chat', [chunk({ ['x\u001b[31m' + 'y'.repeat(4000)]: 'z' })]);
    assert.match(stream.notes[0]!.field, /^choices\[\]\.message\.x\?\[31my+$/);
    assert.equal(stream.notes[0]!.field.length, 128);
  });

  it('leaves notes without repetition and in bounded number', () => {
    const payloads = Array.from({ length: 500 }, (_, at) => ({ type: `response.new_${at % 200}`, value: 'x'.repeat(500) }));
    const { stream } = streamed('openai-responses', 'openai-chat', payloads);
    assert.equal(stream.notes.length, LIMITS.noteCount);
    assert.equal(new Set(fieldsOfNotes(stream)).size, LIMITS.noteCount);
  });
});

describe('hostile and careless providers', () => {
  it('broken JSON, comments, pings and senseless events change nothing else', async () => {
    const noise = [
      ': ping\n\n',
      'data: {"choices":[{"del\n\n',
      'data: 7\n\n',
      'data: null\n\n',
      'data: []\n\n',
      'event: x\n\n',
      'data: {"type":5}\n\n',
    ];
    for (const { from, to } of PAIRS) {
      const clean = streamOf(from, { text: ['one', ' two'], calls: [{ id: 'c', name: 'f', pieces: ['{"x":', '1}'] }] });
      const noisy = clean.flatMap((event) => [event, ...noise]);
      assert.equal(pushAll(translator(from, to).stream(), noisy), pushAll(translator(from, to).stream(), clean), `${from} → ${to}`);
    }
  });

  it('JSON nested a hundred thousand levels deep is no exception', () => {
    const deep = `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`;
    const body = Buffer.from(`{"content":[{"type":"tool_use","id":"t","name":"f","input":${deep}}],"stop_reason":"tool_use"}`);
    for (const to of WIRES) translator('anthropic-messages', to).whole(body);
    const event = `data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":${deep}}}]}}]}\n\n`;
    for (const to of WIRES) translator('openai-chat', to).stream().push(Buffer.from(event));
  });

  it('arguments without end fail the answer and take no more memory', () => {
    for (const to of WIRES) {
      const stream = translator('openai-chat', to).stream();
      const piece = Buffer.from(eventsOf('openai-chat', [callPiece(0, 'x'.repeat(1024 * 1024))], false)[0]!);
      stream.push(Buffer.from(eventsOf('openai-chat', [callPiece(0, '{"a":"', { id: 'c', name: 'f' })], false)[0]!));
      let bytes = '';
      for (let at = 0; at < 12; at += 1) bytes = stream.push(piece).toString() || bytes;
      assert.ok(stream.isComplete);
      assert.match(bytes, /answer_too_large/);
    }
  });

  it('arguments of calls without a name are not gathered without end', () => {
    const stream = translator('openai-chat', 'openai-chat').stream();
    const piece = (index: number): Buffer => Buffer.from(eventsOf('openai-chat', [callPiece(index, 'x'.repeat(1024 * 1024))], false)[0]!);
    for (let at = 0; at < 40; at += 1) stream.push(piece(at));
    assert.ok(stream.isComplete);
  });

  it('an incomplete call is not parsed again whenever something else begins', () => {
    const stream = translator('openai-chat', 'openai-chat').stream();
    const send = (payload: Json): Buffer => stream.push(Buffer.from(eventsOf('openai-chat', [payload], false)[0]!));
    send(callPiece(0, `{"a":[${'{},'.repeat(300_000)}{}`, { id: 'c', name: 'f' }));
    const start = process.cpuUsage().user;
    for (let at = 0; at < 2000; at += 1) {
      send(callPiece(0, ',{}'));
      send(chunk(at % 2 === 0 ? { content: 'x' } : { reasoning_content: 'y' }));
    }
    assert.ok(process.cpuUsage().user - start < 5_000_000);
  });

  it('sealed reasoning beyond the limit fails the answer', () => {
    const block = {
      type: 'content_block_start',
      index: 0,
      content_block: { type: 'redacted_thinking', data: 'x'.repeat(LIMITS.sealedChars + 1) },
    };
    assert.match(streamed('anthropic-messages', 'anthropic-messages', [block]).bytes, /answer_too_large/);
  });

  it('parts without end fail the answer', () => {
    const stream = translator('anthropic-messages', 'openai-responses').stream();
    const block = eventsOf('anthropic-messages', [
      { type: 'content_block_start', index: 0, content_block: { type: 'text', text: 'x' } },
      { type: 'content_block_stop', index: 0 },
    ]).join('');
    const bytes = stream.push(Buffer.from(block.repeat(LIMITS.partCount + 1))).toString();
    assert.match(bytes, /answer_too_large/);
    assert.ok(stream.isComplete);
  });

  it('an answer that begins again inside a tool call is an error; a repeated opening is not', () => {
    const start = { type: 'message_start', message: { id: 'msg_1', model: 'm', usage: { input_tokens: 1, output_tokens: 1 } } };
    const call = { type: 'content_block_start', index: 0, content_block: { type: 'tool_use', id: 't', name: 'f', input: {} } };
    assert.match(streamed('anthropic-messages', 'openai-chat', [start, call, start]).bytes, /stream_restarted/);
    const events = payloadsOf(streamOf('anthropic-messages', { text: ['x'] }).join(''));
    assert.equal(streamed('anthropic-messages', 'openai-chat', [start, ...events]).bytes.split('"content":"x"').length, 2);
  });

  it('a stream that says everything only at its end is heard', async () => {
    for (const to of WIRES) {
      const told = { text: ['all at once'], calls: [{ id: 'c', name: 'f', pieces: ['{"x":1}'] }] };
      const { bytes } = streamed('openai-responses', to, [{ type: 'response.completed', response: wholeOf('openai-responses', told) }]);
      assertGrammar(to, bytes);
      const heard = await hear(to, bytes, true);
      assert.equal(heard.text, 'all at once');
      assert.deepEqual(heard.calls, [{ id: 'c', name: 'f', arguments: '{"x":1}' }]);
    }
  });

  it('whole answers that are none are malformed', () => {
    const bodies = [
      '',
      '<html>',
      '[]',
      '7',
      'null',
      '{}',
      '{"choices":[]}',
      '{"choices":[{}]}',
      '{"output":7}',
      '{"content":"x"}',
      '{"status":"in_progress","output":[]}',
    ];
    for (const from of WIRES)
      for (const body of bodies) {
        assert.deepEqual(
          translator(from, 'openai-chat').whole(Buffer.from(body)),
          { ok: false, error: 'malformed-answer' },
          `${from} ${body}`,
        );
      }
  });
});

describe('failures', () => {
  const bodies: readonly (readonly [number, string, boolean])[] = [
    [400, '{"error":{"message":"Blocked","type":"invalid_request_error","param":null,"code":"cyber_policy"}}', true],
    [
      403,
      '{"type":"error","error":{"type":"permission_error","message":"No","details":{"error_code":"access_program_not_enabled"}}}',
      true,
    ],
    [400, '{"error":{"code":"content_filter","message":"Azure","innererror":{}}}', true],
    [429, '{"error":{"message":"Slow down","type":"rate_limit_error","code":"rate_limit_exceeded"}}', false],
    [529, '{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"},"request_id":"r"}', false],
    [404, '{"error":"model not found"}', false],
    [422, '{"detail":[{"loc":["body"],"msg":"field required"}]}', false],
    [400, '{"object":"error","message":"too long","type":"BadRequestError","code":400}', false],
    [500, '[{"error":{"code":500,"message":"Internal","status":"INTERNAL"}}]', false],
    [502, '<html><body>Bad gateway</body></html>', false],
    [503, '', false],
    [500, 'upstream connect error', false],
  ];

  for (const { from, to } of PAIRS) {
    it(`${from} error bodies take the shape of ${to}, and refusals stay refusals`, () => {
      for (const [status, body, isRefusal] of bodies) {
        const out = translator(from, to).error(status, Buffer.from(body));
        const { error, type } = JSON.parse(out.toString()) as { error: Json; type?: string };
        assert.equal(type, to === 'anthropic-messages' ? 'error' : undefined);
        assert.ok(typeof error['message'] === 'string' && error['message'] !== '');
        assert.ok(typeof error['type'] === 'string' && error['type'] !== '');
        if (to !== 'anthropic-messages') assert.deepEqual(Object.keys(error).sort(), ['code', 'message', 'param', 'type']);
        assert.equal(providerErrorInBody(out)?.isRefusal, isRefusal, body);
        assert.doesNotMatch(out.toString(), /<html>/);
      }
    });
  }

  it('keep the provider’s words', () => {
    const body = Buffer.from('{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}');
    assert.deepEqual(JSON.parse(translator('anthropic-messages', 'openai-chat').error(529, body).toString()), {
      error: { message: 'Overloaded', type: 'overloaded_error', param: null, code: null },
    });
  });

  it('inside a whole answer come with a status; a Responses object says them itself', () => {
    const failed = { ...wholeOf('openai-responses', {}), status: 'failed', error: { code: 'cyber_policy', message: 'Blocked' } };
    const body = Buffer.from(JSON.stringify(failed));
    const toChat = translator('openai-responses', 'openai-chat').whole(body);
    assert.ok(toChat.ok && toChat.value.errorStatus === 400);
    assert.equal(providerErrorInBody(toChat.value.body)?.code, 'cyber_policy');
    const same = translator('openai-responses', 'openai-responses').whole(body);
    assert.ok(same.ok && same.value.errorStatus === undefined);
    assert.equal((JSON.parse(same.value.body.toString()) as Json)['status'], 'failed');
  });
});
