// The forms in which calls come in events of Responses, and what passes for a call or for none.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fieldsOf, itemsOf } from '../json-fields.ts';
import { payloadsOf } from '../translation/answers/testing/answers.ts';
import { AMBIGUOUS, INCOMPLETE } from './notices.ts';
import { gated, PASS, refuse, typed, type Json } from './testing/harness.ts';

const item = (output_index: number, whole: Json, bare: Json = whole): string[] => [
  typed({ type: 'response.output_item.added', sequence_number: 0, output_index, item: bare }),
  typed({ type: 'response.output_item.done', sequence_number: 1, output_index, item: whole }),
];
const completed = (...output: Json[]): string =>
  typed({ type: 'response.completed', sequence_number: 2, response: { id: 'r', status: 'completed', output } });

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

test('several responses in one stream count their items anew', async () => {
  const created = typed({ type: 'response.created', response: { id: 'r', output: [] } });
  const turn = (n: number): string[] => [
    created,
    ...item(0, call(`{"n":${n}}`, { id: `fc_${n}` })),
    completed(call(`{"n":${n}}`, { id: `fc_${n}` })),
  ];
  const { out, asked } = await gated('openai-responses', [...turn(1), ...turn(2)], () => PASS);
  assert.equal(asked.length, 2);
  assert.equal(out, [...turn(1), ...turn(2)].join(''));
});
