// The forms in which calls come in chunks of chat completions, and what passes for a call or for none.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fieldsOf, itemsOf, textOf } from '../json-fields.ts';
import { payloadsOf } from '../translation/answers/testing/answers.ts';
import { createCallGate } from './gate.ts';
import { AMBIGUOUS } from './notices.ts';
import { byName, gated, line, PASS, refuse, type Json } from './testing/harness.ts';

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
        call.said += textOf(body['arguments'] ?? body['input']) ?? '';
      }
      into.finish = choice['finish_reason'] ?? into.finish;
    }
  }
  return heard;
}

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
  assert.equal(gate.push(Buffer.from(chunk(more(0, 'rm -rf')) + chunk(more(1, '}')) + chunk({}, 'tool_calls'))).includes('rm -rf'), false);
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
      tool_calls: [{ ...(name === undefined ? {} : { id: name }), function: { ...(name === undefined ? {} : { name }), arguments: said } }],
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
