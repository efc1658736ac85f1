import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { assertGrammar } from './answers/testing/grammar.ts';
import { eventsOf, hear, payloadsOf, streamOf, translator, wholeOf, WIRES } from './answers/testing/answers.ts';
import { chunk, callPiece, streamed, fieldsOfNotes, type Json } from './answers/testing/pieces.ts';

describe('tool calls', () => {
  const interleaved = [
    callPiece(0, '{"a"', { id: 'call_1', name: 'first' }),
    callPiece(1, '{"b"', { id: 'call_2', name: 'second' }),
    callPiece(0, ':1}'),
    callPiece(1, ':2}'),
    chunk({}, 'tool_calls'),
  ];

  for (const to of WIRES) {
    it(`that arrive interleaved keep their arguments apart (${to})`, async () => {
      const { bytes } = streamed('openai-chat', to, interleaved);
      assertGrammar(to, bytes);
      assert.deepEqual((await hear(to, bytes, true)).calls, [
        { id: 'call_1', name: 'first', arguments: '{"a":1}' },
        { id: 'call_2', name: 'second', arguments: '{"b":2}' },
      ]);
    });

    it(`that all say they are number 0 are told apart by their ids (${to})`, async () => {
      const { bytes } = streamed('openai-chat', to, [
        callPiece(0, '{"a":1}', { id: 'call_1', name: 'first' }),
        callPiece(0, '{"b":2}', { id: 'call_2', name: 'second' }),
        chunk({}, 'stop'),
      ]);
      const heard = await hear(to, bytes, true);
      assert.deepEqual(
        heard.calls.map(({ id, arguments: json }) => [id, json]),
        [
          ['call_1', '{"a":1}'],
          ['call_2', '{"b":2}'],
        ],
      );
      // The provider said "stop"; a client acts on the word for calls.
      assert.ok(['tool_calls', 'completed', 'tool_use'].includes(heard.stop));
    });

    it(`without an id, or with one that is taken, get one (${to})`, async () => {
      const { bytes, stream } = streamed('openai-chat', to, [
        callPiece(0, '{}', { id: 'same', name: 'first' }),
        callPiece(1, '{}', { id: 'same', name: 'second' }),
        callPiece(2, '{}', { name: 'third' }),
        chunk({}, 'tool_calls'),
      ]);
      const ids = (await hear(to, bytes, true)).calls.map(({ id }) => id);
      assert.equal(ids[0], 'same');
      assert.equal(new Set(ids).size, 3);
      assert.ok(fieldsOfNotes(stream).includes('tool call id'));
    });
  }

  it('stream to an Anthropic client while they arrive, once the one before is complete', () => {
    const stream = translator('openai-chat', 'anthropic-messages').stream();
    const push = (payload: Json): string => stream.push(Buffer.from(eventsOf('openai-chat', [payload], false)[0]!)).toString();
    push(callPiece(0, '{"a":1}', { id: 'call_1', name: 'first' }));
    assert.match(push(callPiece(1, '{"b"', { id: 'call_2', name: 'second' })), /content_block_stop[^]*call_2[^]*partial_json":"\{\\"b\\""/);
  });

  it('whose name comes late wait for it; one without any name is dropped with a note', () => {
    const { bytes, stream } = streamed('openai-chat', 'openai-chat', [
      chunk({ tool_calls: [{ index: 0, id: 'call_1', function: { arguments: '{"a"' } }] }),
      chunk({ tool_calls: [{ index: 0, function: { name: 'late', arguments: ':1}' } }] }),
      chunk({ tool_calls: [{ index: 1, id: 'call_2', function: { arguments: '{}' } }] }),
      chunk({}, 'tool_calls'),
    ]);
    assert.match(bytes, /"name":"late"/);
    assert.match(bytes, /\{\\"a\\":1\}/);
    assert.doesNotMatch(bytes, /call_2/);
    assert.deepEqual(fieldsOfNotes(stream), ['choices[].message.tool_calls[].function.name']);
  });

  it('keep numbers as they were written, whole answers included', () => {
    const input = '{"serial":12345678901234567890,"ratio":1.0}';
    const anthropic = JSON.stringify(wholeOf('anthropic-messages', { calls: [{ id: 't', name: 'f', pieces: ['{"x":1}'] }] }));
    const toChat = translator('anthropic-messages', 'openai-chat').whole(Buffer.from(anthropic.replace('{"x":1}', input)));
    assert.ok(toChat.ok && toChat.value.body.includes(JSON.stringify(input)));
    const chat = JSON.stringify(wholeOf('openai-chat', { calls: [{ id: 't', name: 'f', pieces: [input] }] }));
    const toAnthropic = translator('openai-chat', 'anthropic-messages').whole(Buffer.from(chat));
    assert.ok(toAnthropic.ok && toAnthropic.value.body.includes(`"input":${input}`));
  });

  it('with broken arguments are malformed where the format wants an object, and pass as text elsewhere', () => {
    const body = Buffer.from(JSON.stringify(wholeOf('openai-chat', { calls: [{ id: 't', name: 'f', pieces: ['{"x":'] }] })));
    assert.deepEqual(translator('openai-chat', 'anthropic-messages').whole(body), { ok: false, error: 'malformed-answer' });
    assert.ok(translator('openai-chat', 'openai-responses').whole(body).ok);
  });

  it('cut by the token limit do not look whole', async () => {
    const told = { calls: [{ id: 'call_1', name: 'f', pieces: ['{"x":'] }], stop: 'length' } as const;
    const { bytes } = streamed('openai-chat', 'openai-responses', payloadsOf(streamOf('openai-chat', told).join('')));
    assert.match(bytes, /"status":"incomplete","arguments":"\{\\"x\\":"/);
    const whole = translator('openai-chat', 'anthropic-messages').whole(Buffer.from(JSON.stringify(wholeOf('openai-chat', told))));
    assert.ok(whole.ok);
    assert.deepEqual((await hear('anthropic-messages', whole.value.body, false)).calls, []);
    assert.deepEqual(
      whole.value.notes.map(({ field }) => field),
      ['tool call'],
    );
  });

  it('cut before their first argument are not made into calls without arguments', () => {
    const { bytes } = streamed('anthropic-messages', 'openai-chat', [
      { type: 'message_start', message: {} },
      { type: 'content_block_start', index: 0, content_block: { type: 'tool_use', id: 'toolu_1', name: 'wipe', input: {} } },
      { type: 'content_block_stop', index: 0 },
      { type: 'something_new' },
      { type: 'message_delta', delta: { stop_reason: 'max_tokens' }, usage: { output_tokens: 1 } },
      { type: 'message_stop' },
    ]);
    assert.match(bytes, /"name":"wipe"/);
    assert.doesNotMatch(bytes, /\{\}"/);
  });

  it('of a legacy function call come through', async () => {
    const { bytes } = streamed('openai-chat', 'anthropic-messages', [
      chunk({ function_call: { name: 'old', arguments: '{"a"' } }),
      chunk({ function_call: { arguments: ':1}' } }),
      chunk({}, 'function_call'),
    ]);
    assert.deepEqual(
      (await hear('anthropic-messages', bytes, true)).calls.map(({ name, arguments: json }) => [name, json]),
      [['old', '{"a":1}']],
    );
  });
});

describe('custom tools', () => {
  const request = {
    tools: [
      { type: 'custom', name: 'apply_patch' },
      { type: 'namespace', name: 'mail', tools: [{ type: 'function', name: 'send' }] },
    ],
  };

  it('come back to a Responses client as what it declared, streamed', async () => {
    const patch = '*** Begin\n+ "x"\\ 世\u{1f600}';
    const json = JSON.stringify({ input: patch });
    const pieces = json.split('');
    const { bytes, stream } = streamed(
      'openai-chat',
      'openai-responses',
      [callPiece(0, '', { id: 'call_1', name: 'apply_patch' }), ...pieces.map((piece) => callPiece(0, piece)), chunk({}, 'tool_calls')],
      request,
    );
    assertGrammar('openai-responses', bytes);
    const deltas = payloadsOf(bytes).filter((event) => event['type'] === 'response.custom_tool_call_input.delta');
    assert.ok(deltas.length > 10);
    assert.equal(deltas.map((event) => event['delta']).join(''), patch);
    assert.deepEqual((await hear('openai-responses', bytes, true)).calls, [{ id: 'call_1', name: 'apply_patch', arguments: patch }]);
    assert.deepEqual(stream.notes, []);
  });

  it('of a group come back with group and name', () => {
    const { bytes } = streamed(
      'anthropic-messages',
      'openai-responses',
      payloadsOf(streamOf('anthropic-messages', { calls: [{ id: 't', name: 'mail__send', pieces: ['{}'] }] }).join('')),
      request,
    );
    assert.match(bytes, /"name":"send","namespace":"mail"/);
  });

  it('whose function was called in another way are passed on as they came, with a note', async () => {
    const { bytes, stream } = streamed(
      'openai-chat',
      'openai-responses',
      [callPiece(0, '*** Begin', { id: 'call_1', name: 'apply_patch' }), chunk({}, 'tool_calls')],
      request,
    );
    assert.equal((await hear('openai-responses', bytes, true)).calls[0]?.arguments, '*** Begin');
    assert.deepEqual(fieldsOfNotes(stream), ['custom tool input']);
  });

  const providerCall = [
    { type: 'response.created', response: { id: 'resp_1' } },
    {
      type: 'response.output_item.added',
      output_index: 0,
      item: { type: 'custom_tool_call', id: 'ctc_1', call_id: 'call_1', name: 'sql', input: '' },
    },
    { type: 'response.custom_tool_call_input.delta', output_index: 0, item_id: 'ctc_1', delta: 'SELECT "' },
    { type: 'response.custom_tool_call_input.delta', output_index: 0, item_id: 'ctc_1', delta: 'é"\n' },
    {
      type: 'response.output_item.done',
      output_index: 0,
      item: { type: 'custom_tool_call', call_id: 'call_1', name: 'sql', input: 'SELECT "é"\n' },
    },
    { type: 'response.completed', response: { status: 'completed' } },
  ];

  it('of a Responses provider pass to a Responses client as they are', async () => {
    const { bytes, stream } = streamed('openai-responses', 'openai-responses', providerCall);
    assertGrammar('openai-responses', bytes);
    assert.deepEqual((await hear('openai-responses', bytes, true)).calls, [{ id: 'call_1', name: 'sql', arguments: 'SELECT "é"\n' }]);
    assert.deepEqual(stream.notes, []);
  });

  it('of a chat provider pass to a chat client as they are', async () => {
    const call = { index: 0, id: 'call_1', type: 'custom', custom: { name: 'sql', input: 'SELECT ' } };
    const more = { index: 0, custom: { input: '1' } };
    const { bytes, stream } = streamed('openai-chat', 'openai-chat', [
      chunk({ tool_calls: [call] }),
      chunk({ tool_calls: [more] }),
      chunk({}, 'tool_calls'),
    ]);
    assert.match(bytes, /"type":"custom","custom":\{"name":"sql"/);
    assert.equal((await hear('openai-chat', bytes, true)).calls[0]?.arguments, 'SELECT 1');
    assert.deepEqual(stream.notes, []);
  });

  it('reach a chat client as custom when it declared them, else as a function with one string', async () => {
    const custom = streamed('openai-responses', 'openai-chat', providerCall, { tools: [{ type: 'custom', custom: { name: 'sql' } }] });
    assert.match(custom.bytes, /"type":"custom","custom":\{"name":"sql"/);
    assert.equal((await hear('openai-chat', custom.bytes, true)).calls[0]?.arguments, 'SELECT "é"\n');
    for (const to of ['openai-chat', 'anthropic-messages'] as const) {
      const wrapped = streamed('openai-responses', to, providerCall);
      assert.deepEqual(JSON.parse((await hear(to, wrapped.bytes, true)).calls[0]!.arguments), { input: 'SELECT "é"\n' });
      assert.deepEqual(fieldsOfNotes(wrapped.stream), ['custom_tool_call']);
    }
  });
});
