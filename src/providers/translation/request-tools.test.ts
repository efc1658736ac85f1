import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Fields } from '../json-fields.ts';
import { customToolNames, groupedToolNames } from './request.ts';
import { ANTHROPIC, CHAT, DATA_URL, fieldsIn, PIXEL, problem, RESPONSES, run, SCHEMA, translated } from './request-testing.ts';

describe('custom tools', () => {
  it('are functions with one string input where there are only functions, in calls as well', () => {
    const request = {
      input: [
        { role: 'user', content: 'Patch it' },
        { type: 'custom_tool_call', call_id: 'c1', name: 'apply_patch', input: '*** "Begin"\n' },
        { type: 'custom_tool_call_output', call_id: 'c1', output: 'done' },
      ],
      tools: [{ type: 'custom', name: 'apply_patch', description: 'Edits files' }],
      tool_choice: { type: 'custom', name: 'apply_patch' },
    };
    const chat = translated(RESPONSES, CHAT, request).body;
    const [, call, result] = chat['messages'] as Fields[];
    assert.deepEqual(call!['tool_calls'], [
      { id: 'c1', type: 'function', function: { name: 'apply_patch', arguments: '{"input":"*** \\"Begin\\"\\n"}' } },
    ]);
    assert.deepEqual(result, { role: 'tool', tool_call_id: 'c1', content: 'done' });
    assert.deepEqual(chat['tool_choice'], { type: 'function', function: { name: 'apply_patch' } });
    const { parameters } = ((chat['tools'] as Fields[])[0]!['function'] ?? {}) as { parameters: Fields };
    assert.deepEqual([parameters['required'], Object.keys(parameters['properties'] as Fields)], [['input'], ['input']]);
    const anthropic = translated(RESPONSES, ANTHROPIC, request).body;
    const [, assistant] = anthropic['messages'] as { content: Fields[] }[];
    assert.deepEqual(assistant!.content[0]!['input'], { input: '*** "Begin"\n' });
    assert.deepEqual(anthropic['tool_choice'], { type: 'tool', name: 'apply_patch' });
  });

  it('stay custom between the two OpenAI formats, and their results too', () => {
    const format = { type: 'grammar', grammar: { syntax: 'lark', definition: 'start: "a"' } };
    const { body } = translated(CHAT, RESPONSES, {
      messages: [
        { role: 'assistant', content: null, tool_calls: [{ id: 'c1', type: 'custom', custom: { name: 'patch', input: 'raw' } }] },
        { role: 'tool', tool_call_id: 'c1', content: 'done' },
      ],
      tools: [{ type: 'custom', custom: { name: 'patch', format } }],
    });
    assert.deepEqual(body['input'], [
      { type: 'custom_tool_call', call_id: 'c1', name: 'patch', input: 'raw' },
      { type: 'custom_tool_call_output', call_id: 'c1', output: 'done' },
    ]);
    assert.deepEqual(body['tools'], [
      { type: 'custom', name: 'patch', format: { type: 'grammar', syntax: 'lark', definition: 'start: "a"' } },
    ]);
  });

  it('tell a grammar to the model that nobody can enforce, and strict mode refuses it by name', () => {
    const request = {
      input: 'Patch it',
      tools: [{ type: 'custom', name: 'patch', format: { type: 'grammar', syntax: 'lark', definition: 'start: "a"' } }],
    };
    assert.deepEqual(fieldsIn(problem(RESPONSES, CHAT, request)), ['tools[0].format']);
    assert.match(JSON.stringify(translated(RESPONSES, CHAT, request, 'lenient').body['tools']), /lark grammar:\\nstart: /);
  });
});

describe('tools', () => {
  it('of a group get its name in front, in definitions and in calls, and the name can be led back', () => {
    const request = {
      input: [
        { role: 'user', content: 'Hi' },
        { type: 'function_call', call_id: 'c1', namespace: 'agents', name: 'spawn', arguments: '{}' },
        { type: 'function_call_output', call_id: 'c1', output: '' },
      ],
      tools: [
        {
          type: 'namespace',
          name: 'agents',
          description: 'Sub-agents.',
          tools: [
            { type: 'function', name: 'spawn', description: 'Begins one.', parameters: SCHEMA, strict: false },
            { type: 'custom', name: 'tell' },
          ],
        },
      ],
    };
    const { body } = translated(RESPONSES, CHAT, request);
    const functions = (body['tools'] as { function: Fields }[]).map((tool) => tool.function);
    assert.deepEqual(
      functions.map(({ name, description }) => [name, description]),
      [
        ['agents__spawn', 'Sub-agents.\n\nBegins one.'],
        ['agents__tell', 'Sub-agents.'],
      ],
    );
    assert.match(JSON.stringify(body['messages']), /"name":"agents__spawn"/);
    assert.deepEqual(groupedToolNames(request).get('agents__spawn'), { namespace: 'agents', name: 'spawn' });
    assert.deepEqual([...customToolNames(request)], ['agents__tell']);
  });

  it('of a group that would get the name of another tool are refused', () => {
    const inner = { type: 'function', name: 'b', parameters: SCHEMA };
    const request = {
      input: 'x',
      tools: [
        { type: 'namespace', name: 'a', tools: [inner] },
        { ...inner, name: 'a__b' },
      ],
    };
    assert.deepEqual(fieldsIn(problem(RESPONSES, CHAT, request)), ['tools[1]']);
  });

  it('are not strict for Responses unless the client said so, because there strict is the default', () => {
    const { body } = translated(CHAT, RESPONSES, {
      messages: [{ role: 'user', content: 'x' }],
      tools: [
        { type: 'function', function: { name: 'a' } },
        { type: 'function', function: { name: 'b', strict: true, parameters: SCHEMA } },
      ],
    });
    assert.deepEqual(
      (body['tools'] as Fields[]).map(({ strict }) => strict),
      [false, true],
    );
  });

  it('allowed by name are all that Anthropic is told of', () => {
    const tools = ['a', 'b'].map((name) => ({ type: 'function', name, parameters: SCHEMA }));
    const choice = { type: 'allowed_tools', mode: 'required', tools: [{ type: 'function', name: 'b' }] };
    const { body } = translated(RESPONSES, ANTHROPIC, { input: 'x', tools, tool_choice: choice });
    assert.deepEqual([(body['tools'] as Fields[]).map(({ name }) => name), body['tool_choice']], [['b'], { type: 'any' }]);
    const chat = translated(RESPONSES, CHAT, { input: 'x', tools, tool_choice: choice }).body;
    const named = { type: 'function', function: { name: 'b' } };
    assert.deepEqual(chat['tool_choice'], { type: 'allowed_tools', allowed_tools: { mode: 'required', tools: [named] } });
  });

  it('that are demanded but could not be translated are named', () => {
    const request = { input: 'x', tools: [{ type: 'web_search' }], tool_choice: 'required' };
    assert.deepEqual(fieldsIn(problem(RESPONSES, CHAT, request)), ['tools[0].web_search', 'tool_choice']);
    const { body, notes } = translated(RESPONSES, CHAT, request, 'lenient');
    assert.deepEqual([body['tools'], body['tool_choice'], notes.length], [undefined, undefined, 2]);
  });
});

describe('calls and results', () => {
  const CALLS = [
    { type: 'function_call', call_id: 'a', name: 'f', arguments: '{}' },
    { type: 'function_call', call_id: 'b', name: 'f', arguments: '{}' },
  ];
  const results = ['b', 'a'].map((id) => ({ type: 'function_call_output', call_id: id, output: `of ${id}` }));

  it('stand directly after their calls where the format demands it, whatever came between', () => {
    const input = [{ role: 'user', content: 'go' }, ...CALLS, { role: 'user', content: 'wait' }, ...results];
    const chat = translated(RESPONSES, CHAT, { input });
    assert.deepEqual(
      (chat.body['messages'] as Fields[]).map(({ role, content }) => [role, content]),
      [
        ['user', 'go'],
        ['assistant', null],
        ['tool', 'of b'],
        ['tool', 'of a'],
        ['user', 'wait'],
      ],
    );
    assert.deepEqual(
      chat.notes.map(({ field }) => field),
      ['input[]'],
    );
    const anthropic = translated(RESPONSES, ANTHROPIC, { input }).body['messages'] as { role: string; content: Fields[] }[];
    assert.deepEqual(
      anthropic.map(({ role }) => role),
      ['user', 'assistant', 'user'],
    );
    assert.deepEqual(
      anthropic[2]!.content.map(({ type }) => type),
      ['tool_result', 'tool_result', 'text'],
    );
  });

  it('with the same id twice are matched in order', () => {
    const call = { type: 'function_call', call_id: 'a', name: 'f', arguments: '{}' };
    const result = (output: string) => ({ type: 'function_call_output', call_id: 'a', output });
    const { body } = translated(RESPONSES, CHAT, { input: [call, result('1'), call, result('2')] });
    assert.deepEqual(
      (body['messages'] as Fields[]).map(({ content }) => content),
      [null, '1', null, '2'],
    );
  });

  it('get ids that the format accepts, each its own', () => {
    const messages = [
      {
        role: 'assistant',
        content: null,
        tool_calls: ['functions.f:0', 'functions.f:1', 'call_0'].map((id) => ({
          id,
          type: 'function',
          function: { name: 'f', arguments: '{}' },
        })),
      },
      ...['functions.f:0', 'functions.f:1', 'call_0'].map((id) => ({ role: 'tool', tool_call_id: id, content: id })),
    ];
    const { body } = translated(CHAT, ANTHROPIC, { messages });
    const [assistant, user] = body['messages'] as { content: Fields[] }[];
    const ids = assistant!.content.map(({ id }) => id as string);
    assert.deepEqual(
      ids,
      user!.content.map((block) => block['tool_use_id']),
    );
    assert.equal(new Set(ids).size, 3);
    assert.ok(ids.every((id) => /^[\w-]+$/.test(id)) && ids[2] === 'call_0');
  });
});

describe('arguments and outcomes', () => {
  it('of calls keep numbers that JavaScript would round', () => {
    const call = { type: 'function_call', call_id: 'a', name: 'f', arguments: '{"id":12345678901234567890,"x":1.0}' };
    const result = run(RESPONSES, ANTHROPIC, { input: [call] });
    assert.ok(result.ok);
    assert.match(JSON.stringify(result.value.body), /"input":\{"id":12345678901234567890,"x":1\.0\}/);
  });

  it('of calls are refused in both modes when they are no JSON object, and never replaced', () => {
    for (const text of ['{"a":', '[1]', '"x"', 'null', '{'.repeat(50_000), `{"a":${'['.repeat(5_000)}${']'.repeat(5_000)}}`]) {
      const call = { type: 'function_call', call_id: 'a', name: 'f', arguments: text };
      assert.deepEqual(fieldsIn(problem(RESPONSES, ANTHROPIC, { input: [call] }, 'lenient')), ['input[0].arguments']);
      const { body } = translated(RESPONSES, CHAT, { input: [call] });
      assert.match(JSON.stringify(body['messages']), /"arguments":/, 'chat takes the text as the model wrote it');
    }
  });

  it('without any text are an object without members, with a note', () => {
    const call = { type: 'function_call', call_id: 'a', name: 'f', arguments: '' };
    const { body, notes } = translated(RESPONSES, ANTHROPIC, { input: [call] });
    assert.match(JSON.stringify(body['messages']), /"input":\{\}/);
    assert.deepEqual(
      notes.map(({ field }) => field),
      ['input[].arguments'],
    );
  });

  it('of failure say so in their text, and pictures of a result follow the results in chat', () => {
    const picture = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: PIXEL } };
    const messages = [
      { role: 'assistant', content: [{ type: 'tool_use', id: 'a', name: 'f', input: {} }] },
      {
        role: 'user',
        content: [{ type: 'tool_result', tool_use_id: 'a', is_error: true, content: [{ type: 'text', text: 'no' }, picture] }],
      },
    ];
    const chat = translated(ANTHROPIC, CHAT, { messages, max_tokens: 1 });
    const [, result, shown] = chat.body['messages'] as Fields[];
    assert.equal(result!['content'], 'Error: no');
    assert.equal(shown!['role'], 'user');
    assert.match(JSON.stringify(shown), new RegExp(PIXEL));
    const responses = translated(ANTHROPIC, RESPONSES, { messages, max_tokens: 1 }).body['input'] as Fields[];
    assert.deepEqual(responses[1]!['output'], [
      { type: 'input_text', text: 'Error:' },
      { type: 'input_text', text: 'no' },
      { type: 'input_image', image_url: DATA_URL, detail: 'auto' },
    ]);
  });
});
