// What the gate of a stream makes of the forms in which calls come, of what cannot be read, and of verdicts that take their time.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fieldsOf, itemsOf } from '../json-fields.ts';
import { payloadsOf, streamOf } from '../translation/answers/testing/answers.ts';
import { createCallGate } from './gate.ts';
import { AMBIGUOUS, FAILED, INCOMPLETE, TOO_LARGE, TOO_MANY } from './notices.ts';
import { byName, gated, PASS, refuse, type Json } from './testing/harness.ts';
import type { CallVerdict } from './types.ts';

const line = (payload: unknown): string => `data: ${typeof payload === 'string' ? payload : JSON.stringify(payload)}\n\n`;
const typed = (payload: Json): string => `event: ${String(payload['type'])}\n${line(payload)}`;
const DONE = line('[DONE]');

const chunk = (delta: Json, finish: string | null = null, index = 0): string =>
  line({ id: 'c', choices: [{ index, delta, finish_reason: finish }] });
const begin = (index: number, name: string, said: string, id = `call_${index}`): Json => ({
  tool_calls: [{ index, id, type: 'function', function: { name, arguments: said } }],
});
const more = (index: number, said: string): Json => ({ tool_calls: [{ index, function: { arguments: said } }] });

/** The chunks of a stream, choice by choice, as an accumulator sees them. */
function chatHeard(out: string): Record<number, { content: string; calls: unknown[]; finish: unknown }> {
  const heard: Record<number, { content: string; calls: { name: string; said: string }[]; finish: unknown }> = {};
  for (const payload of payloadsOf(out)) {
    for (const choice of itemsOf(payload['choices']).map(fieldsOf)) {
      const into = (heard[Number(choice['index'])] ??= { content: '', calls: [], finish: null });
      const delta = fieldsOf(choice['delta']);
      if (typeof delta['content'] === 'string') into.content += delta['content'];
      for (const entry of itemsOf(delta['tool_calls']).map(fieldsOf)) {
        const body = fieldsOf(entry['function'] ?? entry['custom']);
        const call = (into.calls[Number(entry['index'])] ??= { name: '', said: '' });
        if (typeof body['name'] === 'string') call.name = body['name'];
        call.said += String(body['arguments'] ?? body['input'] ?? '');
      }
      into.finish = choice['finish_reason'] ?? into.finish;
    }
  }
  return heard;
}

describe('chat completions', () => {
  test('choices are gated one by one, and what one says waits behind the call of another', async () => {
    const stream = [
      chunk(begin(0, 'no', '{'), null, 1),
      chunk({ content: 'one' }, null, 0),
      chunk(more(0, '}'), null, 1),
      chunk(begin(0, 'yes', '{}'), null, 0),
      chunk({}, 'tool_calls', 1),
      chunk({}, 'tool_calls', 0),
      DONE,
    ];
    const { out } = await gated('openai-chat', stream, byName);
    assert.deepEqual(chatHeard(out), {
      0: { content: 'one', calls: [{ name: 'yes', said: '{}' }], finish: 'tool_calls' },
      1: { content: '[no]', calls: [], finish: 'stop' },
    });
  });

  test('calls that take turns are whole when the choice has finished', async () => {
    const stream = [
      chunk(begin(0, 'a', '{"x":')),
      chunk(begin(1, 'no', '{"y":')),
      chunk(more(0, '1}')),
      chunk(more(1, '2}')),
      chunk(begin(2, 'b', '{}')),
      chunk({}, 'tool_calls'),
      DONE,
    ];
    const { out, asked } = await gated('openai-chat', stream, byName);
    assert.deepEqual(
      asked.map(({ name, arguments: said }) => `${name} ${said}`),
      ['no {"y":2}', 'a {"x":1}', 'b {}'],
    );
    assert.deepEqual(chatHeard(out)[0], {
      content: '[no]',
      calls: [
        { name: 'a', said: '{"x":1}' },
        { name: 'b', said: '{}' },
      ],
      finish: 'tool_calls',
    });
  });

  test('a call that is whole goes out when the next one begins, and nothing is added to it then', async () => {
    const gate = createCallGate({ wire: 'openai-chat' }, { review: () => PASS, onReady: () => undefined, maxHeldBytes: 1e6 });
    const first = chunk(begin(0, 'a', '{"x":1}'));
    assert.equal(gate.push(Buffer.from(first)).length, 0);
    assert.equal(gate.push(Buffer.from(chunk(begin(1, 'b', '{')))).toString(), first);
    assert.equal(
      gate.push(Buffer.from(chunk(more(0, 'rm -rf')) + chunk(more(1, '}')) + chunk({}, 'tool_calls'))).includes('rm -rf'),
      false,
    );
  });

  test('the old function_call, custom tools, and calls without an index', async () => {
    const legacy = [
      chunk({ function_call: { name: 'no', arguments: '{"a":' } }),
      chunk({ function_call: { arguments: '1}' } }),
      chunk({}, 'function_call'),
    ];
    const old = await gated('openai-chat', legacy, byName);
    assert.deepEqual(old.asked, [{ id: '', name: 'no', encoding: 'json', arguments: '{"a":1}' }]);
    assert.deepEqual(chatHeard(old.out)[0], { content: '[no]', calls: [], finish: 'stop' });
    assert.ok(!old.out.includes('function_call'));

    const custom = [
      chunk({ tool_calls: [{ index: 0, id: 'c', type: 'custom', custom: { name: 'patch', input: '*** Be' } }] }),
      chunk({ tool_calls: [{ index: 0, custom: { input: 'gin' } }] }),
      chunk({}, 'tool_calls'),
    ];
    const own = await gated('openai-chat', custom, byName);
    assert.deepEqual(own.asked, [{ id: 'c', name: 'patch', encoding: 'text', arguments: '*** Begin' }]);
    assert.equal(own.out, custom.join(''));

    const bare = (name: string | undefined, said: string): string =>
      chunk({
        tool_calls: [
          { ...(name === undefined ? {} : { id: name }), function: { ...(name === undefined ? {} : { name }), arguments: said } },
        ],
      });
    const stream = [bare('a', '{'), bare(undefined, '}'), bare('no', '{"secret":1}'), chunk({}, 'stop')];
    const without = await gated('openai-chat', stream, byName);
    assert.deepEqual(
      without.asked.map(({ name, arguments: said }) => name + said),
      ['a{}', 'no{"secret":1}'],
    );
    assert.ok(!without.out.includes('secret'));
  });

  test('calls under one index are two calls where the second has an id and a name of its own', async () => {
    const stream = [chunk(begin(0, 'no', '{"s":1}', 'x')), chunk(begin(0, 'yes', '{}', 'y')), chunk({}, 'tool_calls'), DONE];
    const { out, asked } = await gated('openai-chat', stream, byName);
    assert.deepEqual(
      asked.map(({ id, name }) => `${id} ${name}`),
      ['x no', 'y yes'],
    );
    assert.deepEqual(chatHeard(out)[0], { content: '[no]', calls: [{ name: 'yes', said: '{}' }], finish: 'tool_calls' });
  });

  test('a whole answer in one chunk keeps its role, its text and its end', async () => {
    const delta = { role: 'assistant', content: 'Well.', ...begin(0, 'no', '{"s":1}') };
    const tokens = { content: [{ token: 's', logprob: 0 }] };
    const stream = line({ choices: [{ index: 0, delta, logprobs: tokens, finish_reason: 'tool_calls' }] }) + DONE;
    const { out } = await gated('openai-chat', [stream], byName);
    const said = { role: 'assistant', content: 'Well.\n\n[no]' };
    assert.equal(out, line({ choices: [{ index: 0, delta: said, logprobs: null, finish_reason: 'stop' }] }) + DONE);
  });

  test('a call whose name readers could take for two is refused without a review', async () => {
    const stream = [
      chunk(begin(0, 'ls', '{')),
      chunk({ tool_calls: [{ index: 0, function: { name: 'rm', arguments: '}' } }] }),
      chunk({}, 'tool_calls'),
    ];
    const { out, asked, counts } = await gated('openai-chat', stream, () => PASS);
    assert.deepEqual([asked, counts], [[], { reviewed: 0, replaced: 1 }]);
    assert.equal(chatHeard(out)[0]!.content, AMBIGUOUS);
  });

  test('arguments that are no JSON are reviewed as they are', async () => {
    const { asked } = await gated('openai-chat', [chunk(begin(0, 'f', 'rm -rf {')), chunk({}, 'length')], byName);
    assert.equal(asked[0]?.arguments, 'rm -rf {');
  });

  test('members of other spellings, twice, or where no call can be, carry none past the gate', async () => {
    const entry = '[{"index":0,"id":"c","function":{"name":"f","arguments":"SECRET"}}]';
    for (const delta of [
      String.raw`{"tool_c\u0061lls":${entry}}`,
      `{"Tool_Calls":${entry}}`,
      `{"tool_calls":null,"tool_calls":${entry}}`,
      `{"tool_calls":{"0":${entry}}}`,
      `{"tool_calls":[${entry}]}`,
      `{"content":"x","tool_calls":${entry},"tool_calls":[]}`,
      `{"tool_calls":[{"index":0,"function":{"name":"f","arguments":"a","Arguments":"SECRET"}}]}`,
      `[{"tool_calls":${entry}}]`,
    ]) {
      const stream = [line(`{"choices":[{"index":0,"delta":${delta},"finish_reason":null}]}`), chunk({}, 'tool_calls'), DONE];
      const { out } = await gated('openai-chat', stream, () => refuse('[no]'));
      assert.ok(!out.includes('SECRET'), delta);
    }
    const odd = [
      line(`{"choices":{"0":{"delta":{"tool_calls":${entry}}}}}`),
      line(`[{"tool_calls":${entry}}]`),
      line(`{"choices":[[{"tool_calls":${entry}}]]}`),
    ];
    assert.ok(!(await gated('openai-chat', odd, () => PASS)).out.includes('SECRET'));
  });

  test('what cannot be read passes only where it can belong to no call', async () => {
    const [broken, brokenCall] = [line('{"choices":[{"delta":{"content":"x'), line('{"choices":[{"delta":{"tool_calls":[{"SECRET')];
    assert.equal((await gated('openai-chat', [broken, brokenCall, DONE], () => PASS)).out, broken + DONE);
    const within = [
      chunk(begin(0, 'f', '{"a":')),
      broken,
      Buffer.from([...Buffer.from('data: "'), 0xff, ...Buffer.from('"\n\n')]),
      chunk(more(0, '1}')),
      chunk({}, 'tool_calls'),
    ];
    const { out } = await gated('openai-chat', within, () => PASS);
    assert.equal(out, [within[0], within[3], within[4]].join(''));
  });

  test('events in other dress are read as clients read them', async () => {
    const call = JSON.stringify({ choices: [{ index: 0, delta: begin(0, 'no', '{"SECRET":1}') }] });
    const end = chunk({}, 'tool_calls');
    for (const event of [
      `\ufeffdata: ${call}\n\n`,
      `data:${call}\r\n\r\n`,
      `: note\rid: 1\rdata: ${call}\r\r`,
      `data: ${call.slice(0, 12)}\ndata: ${call.slice(12)}\n\n`,
    ]) {
      const { out, asked } = await gated('openai-chat', [event, end], byName);
      assert.deepEqual([asked.length, out.includes('SECRET'), out.includes('[no]')], [1, false, true], event);
      const passed = await gated('openai-chat', [event, end], () => PASS);
      assert.equal(passed.out, event + end);
    }
  });
});

const item = (output_index: number, whole: Json, bare: Json = whole): string[] => [
  typed({ type: 'response.output_item.added', sequence_number: 0, output_index, item: bare }),
  typed({ type: 'response.output_item.done', sequence_number: 1, output_index, item: whole }),
];
const completed = (...output: Json[]): string =>
  typed({ type: 'response.completed', sequence_number: 2, response: { id: 'r', status: 'completed', output } });

describe('Responses', () => {
  test('whatever the client would have to do is a call, under the name of its kind', async () => {
    const action = { type: 'exec', command: ['rm', '-rf', '/'] };
    const patch = { type: 'delete_file', path: 'a' };
    for (const [whole, name, said] of [
      [{ type: 'local_shell_call', id: 'l', call_id: 'call_l', action }, 'local_shell_call', action],
      [
        { type: 'shell_call', id: 's', call_id: 'call_s', action: { commands: ['ls'] }, environment: null },
        'shell_call',
        { commands: ['ls'] },
      ],
      [{ type: 'apply_patch_call', id: 'p', call_id: 'call_p', operation: patch }, 'apply_patch_call', patch],
      [{ type: 'computer_call', id: 'k', call_id: 'call_k', action: { type: 'click', x: 1 } }, 'computer_call', { type: 'click', x: 1 }],
      [{ type: 'computer_call', id: 'k', call_id: 'call_k', actions: [{ type: 'wait' }] }, 'computer_call', undefined],
      [{ type: 'mcp_approval_request', id: 'm', name: 'drop', server_label: 'db', arguments: '{}' }, 'mcp_approval_request', undefined],
      [{ type: 'tool_search_call', id: 't', call_id: 'call_t', execution: 'client', arguments: {} }, 'tool_search_call', undefined],
      [{ type: 'teleport_call', id: 'x', where: 'out' }, 'teleport_call', undefined],
      [{ id: 'y' }, '', undefined],
    ] as const) {
      const stream = [...item(0, whole), completed(whole)];
      const passed = await gated('openai-responses', stream, () => PASS);
      assert.equal(passed.out, stream.join(''), name);
      assert.deepEqual(passed.asked, [
        {
          id: ('call_id' in whole ? whole.call_id : undefined) ?? whole.id,
          name,
          encoding: 'json',
          arguments: JSON.stringify(said ?? whole),
        },
      ]);
      const refused = await gated('openai-responses', stream, () => refuse('[no]'));
      assert.deepEqual(
        payloadsOf(refused.out).map(({ type, sequence_number: number }) => `${String(number)} ${String(type)}`),
        [
          '0 response.output_item.added',
          '1 response.content_part.added',
          '2 response.output_text.delta',
          '3 response.output_text.done',
          '4 response.content_part.done',
          '5 response.output_item.done',
          '6 response.completed',
        ],
      );
      const [last] = payloadsOf(refused.out).slice(-1);
      assert.equal(fieldsOf(itemsOf(fieldsOf(last!['response'])['output'])[0])['id'], `msg_${whole.id}`);
    }
  });

  test('what the provider has done itself passes, byte for byte and unasked', async () => {
    const hosted = [
      'web_search_call',
      'file_search_call',
      'code_interpreter_call',
      'image_generation_call',
      'mcp_call',
      'mcp_list_tools',
      'shell_call_output',
      'reasoning',
    ];
    const items = hosted.map((type, n): Json => ({ type, id: `i${n}`, arguments: '{}', name: 'x' }));
    const search: Json = { type: 'tool_search_call', id: 'ts', execution: 'server' };
    const stream = [
      ...[...items, search].flatMap((each, index) => item(index, each)),
      typed({ type: 'response.web_search_call.searching', sequence_number: 5, output_index: 0, item_id: 'i0' }),
      typed({ type: 'response.mcp_call_arguments.delta', sequence_number: 6, output_index: 4, item_id: 'i4', delta: '{}' }),
      completed(...items, search),
    ];
    const { out, asked } = await gated('openai-responses', stream, () => refuse('[no]'));
    assert.deepEqual([out, asked], [stream.join(''), []]);
  });

  const call = (said: string, more: Json = {}): Json => ({
    type: 'function_call',
    id: 'fc',
    call_id: 'call',
    name: 'f',
    arguments: said,
    ...more,
  });
  const delta = (said: string): string =>
    typed({ type: 'response.function_call_arguments.delta', output_index: 0, item_id: 'fc', delta: said });
  const done = (said: string): string =>
    typed({ type: 'response.function_call_arguments.done', output_index: 0, item_id: 'fc', arguments: said });

  test('events of a call that disagree are refused without a review', async () => {
    const [added, end] = item(0, call('{"a":1}'), call(''));
    for (const [between, last] of [
      [[delta('{"a":2}')], end!],
      [[delta('{"a":1}'), done('{"a":2}')], end!],
      [[delta('{"a":1}')], item(0, call('{"a":1}', { name: 'g' }))[1]!],
      [[delta('{"a":1}')], item(0, call('{"a":1}', { call_id: 'other' }))[1]!],
      [[delta('{"a":1}')], item(0, call('{"a":1}', { type: 'custom_tool_call', input: '' }))[1]!],
    ] as const) {
      const { out, asked } = await gated('openai-responses', [added!, ...between, last], () => PASS);
      assert.deepEqual(asked, []);
      assert.ok(out.includes(AMBIGUOUS) && !out.includes('function_call'));
    }
    const agreeing = [added!, delta('{"a"'), delta(':1}'), done('{"a":1}'), end!];
    assert.equal((await gated('openai-responses', agreeing, () => PASS)).out, agreeing.join(''));
  });

  test('a tool in a namespace is named with it; custom input is text', async () => {
    const custom = { type: 'custom_tool_call', id: 'ctc', call_id: 'c', name: 'patch', namespace: 'repo', input: '*** Begin' };
    const { asked } = await gated('openai-responses', item(0, custom), () => PASS);
    assert.deepEqual(asked, [{ id: 'c', name: 'repo.patch', encoding: 'text', arguments: '*** Begin' }]);
  });

  test('a call that only the last event completes is reviewed by it, and one that a failure cuts off is not', async () => {
    const [added] = item(0, call(''));
    const whole = await gated('openai-responses', [added!, delta('{}'), completed(call('{}'))], () => PASS);
    assert.deepEqual(
      whole.asked.map(({ arguments: said }) => said),
      ['{}'],
    );
    assert.equal(whole.out, added! + delta('{}') + completed(call('{}')));
    const failed = typed({ type: 'response.failed', response: { id: 'r', output: [call('{"SECRET"', { status: 'incomplete' })] } });
    const cutOff = await gated('openai-responses', [added!, delta('{"SECRET"'), failed], () => PASS);
    assert.deepEqual([cutOff.asked, cutOff.out.includes('SECRET'), cutOff.out.includes(INCOMPLETE)], [[], false, true]);
  });

  test('events of a call that was never opened, and events that say two things at once, are left out', async () => {
    const stream = [
      delta('SECRET'),
      typed({ type: 'response.function_call_arguments.delta', output_index: 3, item: { type: 'message' }, delta: 'SECRET' }),
      typed({ type: 'response.output_item.done', output_index: 4, item: call('SECRET'), response: { output: [] } }),
    ];
    assert.equal((await gated('openai-responses', stream, () => PASS)).out, '');
  });
});

const start = (index: number, content_block: Json): string => typed({ type: 'content_block_start', index, content_block });
const json = (index: number, partial_json: string): string =>
  typed({ type: 'content_block_delta', index, delta: { type: 'input_json_delta', partial_json } });
const stop = (index: number): string => typed({ type: 'content_block_stop', index });
const end = (stop_reason: string): string =>
  typed({ type: 'message_delta', delta: { stop_reason }, usage: { output_tokens: 1 } }) + typed({ type: 'message_stop' });

describe('messages', () => {
  test('blocks that no client is known to run are calls; what the provider runs is none', async () => {
    const odd = { type: 'teleport_use', id: 't', to: 'x' };
    const hosted = [start(0, { type: 'server_tool_use', id: 's', name: 'web_search', input: {} }), json(0, '{"q":1}'), stop(0)];
    const stream = [...hosted, start(1, odd), json(1, '{}'), stop(1), end('tool_use')];
    const { out, asked } = await gated('anthropic-messages', stream, () => refuse('[no]'));
    const deltas = '{"type":"input_json_delta","partial_json":"{}"}';
    assert.deepEqual(asked, [
      { id: 't', name: 'teleport_use', encoding: 'json', arguments: `{"content_block":${JSON.stringify(odd)},"deltas":[${deltas}]}` },
    ]);
    assert.ok(out.startsWith(hosted.join('')) && out.includes('end_turn') && !out.includes('teleport'));
  });

  test('an input comes in the block or in its deltas, not in both', async () => {
    const use = (input: Json): Json => ({ type: 'tool_use', id: 't', name: 'f', input });
    const said = async (...events: string[]): Promise<string> => {
      const { asked, out } = await gated('anthropic-messages', [...events, stop(0)], () => PASS);
      return (
        asked[0]?.arguments ??
        String(
          payloadsOf(out)
            .map((payload) => fieldsOf(payload['delta'])['text'])
            .filter(Boolean)[0],
        )
      );
    };
    assert.equal(await said(start(0, use({ a: 1 }))), '{"a":1}');
    assert.equal(await said(start(0, use({}))), '{}');
    assert.equal(await said(start(0, use({})), json(0, ''), json(0, '{"b"'), json(0, ':2}')), '{"b":2}');
    assert.equal(await said(start(0, use({ a: 1 })), json(0, '{"b":2}')), AMBIGUOUS);
  });

  test('a block that a message ends without is not complete', async () => {
    const { out, asked } = await gated(
      'anthropic-messages',
      [start(0, { type: 'tool_use', id: 't', name: 'f', input: {} }), json(0, '{"SECRET"'), end('tool_use')],
      () => PASS,
    );
    assert.deepEqual([asked.length, out.includes('SECRET'), out.includes(INCOMPLETE), out.includes('end_turn')], [0, false, true, true]);
  });

  test('input without a block, behind its end, or in a block that started twice, does not pass', async () => {
    const use = { type: 'tool_use', id: 't', name: 'f', input: {} };
    const stream = [
      json(0, 'SECRET'),
      start(0, use),
      json(0, '{}'),
      stop(0),
      json(0, 'SECRET'),
      start(0, { ...use, name: 'SECRET' }),
      end('tool_use'),
    ];
    const { out } = await gated('anthropic-messages', stream, () => PASS);
    assert.equal(out, [stream[1], stream[2], stream[3], stream[6]].join(''));
  });
});

describe('waiting', () => {
  const told = { text: ['before'], calls: [{ id: 'call_0', name: 'f', pieces: ['{}'] }] };

  test('what was said before goes out, what comes after waits, and the end waits with it', async () => {
    for (const wire of ['openai-chat', 'openai-responses', 'anthropic-messages'] as const) {
      const stream = streamOf(wire, told).join('');
      const { promise, resolve } = Promise.withResolvers<CallVerdict>();
      let ready = 0;
      const gate = createCallGate({ wire }, { review: () => promise, onReady: () => ready++, maxHeldBytes: 1e6 });
      let out = gate.push(Buffer.from(stream)).toString() + gate.end().toString();
      assert.ok(out.includes('before') && !out.includes('call_0') && stream.startsWith(out), wire);
      assert.deepEqual([gate.isWaiting, gate.isHolding, gate.isOverfull, ready], [true, true, false, 0]);
      resolve(PASS);
      await promise;
      await Promise.resolve();
      assert.equal(ready, 1);
      out += gate.take().toString();
      assert.equal(out, stream);
      assert.deepEqual([gate.isWaiting, gate.isHolding, gate.hasCalls, gate.counts], [false, false, true, { reviewed: 1, replaced: 0 }]);
    }
  });

  test('a review that throws or rejects refuses', async () => {
    const stream = streamOf('anthropic-messages', told);
    const late = await gated('anthropic-messages', stream, () => Promise.reject(new Error('no')));
    const atOnce = await gated('anthropic-messages', stream, () => {
      throw new Error('no');
    });
    assert.ok(late.out.includes(FAILED) && late.out === atOnce.out);
  });

  test('more than may be held: a call that is not complete is given up, one that waits for its verdict makes the provider wait', async () => {
    const use = start(0, { type: 'tool_use', id: 't', name: 'f', input: {} });
    const long = Array.from({ length: 100 }, () => json(0, 'SECRET'.repeat(10)));
    const given = await gated('anthropic-messages', [use, ...long, stop(0), end('tool_use')], () => PASS, 4096);
    assert.deepEqual(
      [given.asked.length, given.out.includes('SECRET'), given.out.includes(TOO_LARGE), given.out.includes('end_turn')],
      [0, false, true, true],
    );
    const gate = createCallGate(
      { wire: 'anthropic-messages' },
      { review: () => new Promise(() => undefined), onReady: () => undefined, maxHeldBytes: 4096 },
    );
    gate.push(Buffer.from(use + stop(0)));
    assert.equal(gate.isOverfull, false);
    gate.push(Buffer.from(start(1, { type: 'text', text: 'x'.repeat(4096) })));
    assert.equal(gate.isOverfull, true);
  });

  test('an event longer than may be held is left out, in pieces of any size, and the next one is read', async () => {
    const long = Buffer.from(start(0, { type: 'tool_use', id: 't', name: 'f', input: { a: 'SECRET'.repeat(2000) } }));
    const pieces = Array.from({ length: 13 }, (_, index) => long.subarray(index * 1000, (index + 1) * 1000));
    const rest = start(1, { type: 'text', text: '' }) + end('end_turn');
    const { out } = await gated('anthropic-messages', [...pieces, rest], () => PASS, 4096);
    assert.equal(out, rest);
  });

  test('an answer with calls without end is cut off from calls', async () => {
    const calls = Array.from(
      { length: 1100 },
      (_, index) => start(index, { type: 'tool_use', id: `t${index}`, name: 'f', input: {} }) + stop(index),
    );
    const { asked, out } = await gated('anthropic-messages', calls, () => PASS);
    assert.equal(asked.length, 1024);
    assert.equal(out.split(TOO_MANY).length, 2);
    assert.ok(!out.includes('"t1025"'));
  });

  test('streams without calls pass as the very buffers that came, and embeddings always', () => {
    for (const wire of ['openai-chat', 'openai-responses', 'anthropic-messages', 'openai-embeddings'] as const) {
      const gate = createCallGate({ wire }, { review: () => refuse('x'), onReady: () => undefined, maxHeldBytes: 1e6 });
      for (const event of streamOf(wire === 'openai-embeddings' ? 'openai-chat' : wire, { text: ['a', 'b'] })) {
        const block = Buffer.from(event);
        assert.equal(gate.push(block), block);
      }
      assert.deepEqual([gate.hasCalls, gate.end().length], [false, 0]);
    }
  });
});
