import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Fields } from '../json-fields.ts';
import {
  continueRequest,
  customToolNames,
  groupedToolNames,
  isConversationWire,
  translateRequest,
  type ConversationWire,
  type TranslatedRequest,
  type TranslationProblem,
} from './request.ts';

const CHAT = 'openai-chat';
const RESPONSES = 'openai-responses';
const ANTHROPIC = 'anthropic-messages';
const WIRES: readonly ConversationWire[] = [CHAT, RESPONSES, ANTHROPIC];
const TARGET = { model: 'target-model', streamUsage: true, defaultMaxOutputTokens: 4096 };
const PIXEL = 'iVBORw0KGgo=';
const DATA_URL = `data:image/png;base64,${PIXEL}`;
const SCHEMA = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'], additionalProperties: false };

function run(from: ConversationWire, to: ConversationWire, request: Fields, mode: 'strict' | 'lenient' = 'strict') {
  return translateRequest({ from, to, request, mode, target: TARGET });
}

function translated(from: ConversationWire, to: ConversationWire, request: Fields, mode?: 'strict' | 'lenient'): TranslatedRequest {
  const result = run(from, to, request, mode);
  assert.ok(result.ok, JSON.stringify(result));
  // What leaves is JSON: raw numbers are read back as what they say.
  return { ...result.value, body: JSON.parse(JSON.stringify(result.value.body)) as Fields };
}

function problem(from: ConversationWire, to: ConversationWire, request: Fields, mode?: 'strict' | 'lenient'): TranslationProblem {
  const result = run(from, to, request, mode);
  assert.ok(!result.ok, JSON.stringify(result));
  return result.error;
}

function fieldsIn(found: TranslationProblem): readonly string[] {
  return found.kind === 'malformed' ? [`malformed ${found.field}`] : found.notes.map((note) => note.field);
}

/** One conversation as each format says it: instructions, a picture, two parallel calls with their results, the last question. */
const SAME: Readonly<Record<ConversationWire, Fields>> = {
  [CHAT]: {
    model: 'client-model',
    stream: true,
    messages: [
      { role: 'system', content: 'Be brief.' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'What is it?' },
          { type: 'image_url', image_url: { url: DATA_URL } },
        ],
      },
      {
        role: 'assistant',
        content: 'Let me look.',
        tool_calls: [
          { id: 'call_a', type: 'function', function: { name: 'lookup', arguments: '{"city":"東京"}' } },
          { id: 'call_b', type: 'function', function: { name: 'lookup', arguments: '{"city":"大阪"}' } },
        ],
      },
      { role: 'tool', tool_call_id: 'call_a', content: 'sun' },
      { role: 'tool', tool_call_id: 'call_b', content: 'rain' },
      { role: 'user', content: 'So?' },
    ],
    tools: [{ type: 'function', function: { name: 'lookup', description: 'Weather', parameters: SCHEMA } }],
    tool_choice: 'required',
    parallel_tool_calls: false,
    max_completion_tokens: 500,
    temperature: 0.5,
    top_p: 0.9,
  },
  [RESPONSES]: {
    model: 'client-model',
    stream: true,
    instructions: 'Be brief.',
    input: [
      {
        type: 'message',
        role: 'user',
        content: [
          { type: 'input_text', text: 'What is it?' },
          { type: 'input_image', image_url: DATA_URL, detail: 'auto' },
        ],
      },
      { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'Let me look.' }] },
      { type: 'function_call', call_id: 'call_a', name: 'lookup', arguments: '{"city":"東京"}' },
      { type: 'function_call', call_id: 'call_b', name: 'lookup', arguments: '{"city":"大阪"}' },
      { type: 'function_call_output', call_id: 'call_a', output: 'sun' },
      { type: 'function_call_output', call_id: 'call_b', output: 'rain' },
      { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'So?' }] },
    ],
    store: false,
    tools: [{ type: 'function', name: 'lookup', description: 'Weather', parameters: SCHEMA, strict: false }],
    tool_choice: 'required',
    parallel_tool_calls: false,
    max_output_tokens: 500,
    temperature: 0.5,
    top_p: 0.9,
  },
  [ANTHROPIC]: {
    model: 'client-model',
    stream: true,
    system: 'Be brief.',
    messages: [
      {
        role: 'user',
        content: [
          { type: 'text', text: 'What is it?' },
          { type: 'image', source: { type: 'base64', media_type: 'image/png', data: PIXEL } },
        ],
      },
      {
        role: 'assistant',
        content: [
          { type: 'text', text: 'Let me look.' },
          { type: 'tool_use', id: 'call_a', name: 'lookup', input: { city: '東京' } },
          { type: 'tool_use', id: 'call_b', name: 'lookup', input: { city: '大阪' } },
        ],
      },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 'call_a', content: 'sun' },
          { type: 'tool_result', tool_use_id: 'call_b', content: 'rain' },
          { type: 'text', text: 'So?' },
        ],
      },
    ],
    tools: [{ name: 'lookup', description: 'Weather', input_schema: SCHEMA }],
    tool_choice: { type: 'any', disable_parallel_tool_use: true },
    max_tokens: 500,
    temperature: 0.5,
    top_p: 0.9,
  },
};

describe('every pair of formats', () => {
  for (const from of WIRES) {
    for (const to of WIRES) {
      it(`says the same conversation: ${from} → ${to}`, () => {
        const { body } = translated(from, to, SAME[from]);
        const expected: Record<string, unknown> = { ...SAME[to], model: TARGET.model };
        if (to === CHAT) expected['stream_options'] = { include_usage: true };
        // An unstated `strict` stays unstated where the client's format does not need it.
        if (from === RESPONSES && to === CHAT) {
          const { parameters, name, description } = (SAME[RESPONSES]['tools'] as Fields[])[0]!;
          expected['tools'] = [{ type: 'function', function: { name, description, parameters, strict: false } }];
        }
        assert.deepEqual(body, expected);
      });
    }
  }

  it('knows the three formats and no other', () => {
    assert.deepEqual([...WIRES, 'nec-cotomi', 'openai-embeddings', ''].map(isConversationWire), [true, true, true, false, false, false]);
  });
});

describe('instructions', () => {
  it('come first for Anthropic when they lead, and later ones become text of the user with a note', () => {
    const messages = [
      { role: 'system', content: 'One.' },
      { role: 'developer', content: 'Two.' },
      { role: 'user', content: 'Hi' },
      { role: 'developer', content: 'Three.' },
    ];
    const { body, notes } = translated(CHAT, ANTHROPIC, { messages });
    assert.deepEqual(body['system'], [
      { type: 'text', text: 'One.' },
      { type: 'text', text: 'Two.' },
    ]);
    assert.deepEqual(body['messages'], [
      {
        role: 'user',
        content: [
          { type: 'text', text: 'Hi' },
          { type: 'text', text: '<system>\nThree.\n</system>' },
        ],
      },
    ]);
    assert.deepEqual(
      notes.map(({ field }) => field),
      ['messages[]'],
    );
  });

  it('are one leading system message for chat, and later ones keep their place', () => {
    const input = [
      { role: 'developer', content: 'Rules.' },
      { role: 'user', content: 'Hi' },
      { role: 'developer', content: 'More rules.' },
    ];
    assert.deepEqual(translated(RESPONSES, CHAT, { instructions: 'Base.', input }).body['messages'], [
      { role: 'system', content: 'Base.\n\nRules.' },
      { role: 'user', content: 'Hi' },
      { role: 'system', content: 'More rules.' },
    ]);
  });

  it('keep their place and role for Responses, also in the middle of an Anthropic conversation', () => {
    const messages = [
      { role: 'user', content: 'Hi' },
      { role: 'system', content: 'Reminder.' },
    ];
    const { body } = translated(ANTHROPIC, RESPONSES, { messages, max_tokens: 9 });
    assert.deepEqual(
      (body['input'] as Fields[]).map(({ role }) => role),
      ['user', 'system'],
    );
  });

  it('alone are asked as the user’s text, because Anthropic needs something to answer', () => {
    const { body } = translated(CHAT, ANTHROPIC, { messages: [{ role: 'system', content: 'Say hello.' }] });
    assert.deepEqual(body['messages'], [{ role: 'user', content: '<system>\nSay hello.\n</system>' }]);
    assert.equal(body['system'], undefined);
  });
});

describe('tools', () => {
  it('of type custom are functions with one string input where there are only functions, in calls as well', () => {
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

  it('of type custom stay custom between the two OpenAI formats, and their results too', () => {
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

  it('keep numbers that JavaScript would round', () => {
    const call = { type: 'function_call', call_id: 'a', name: 'f', arguments: '{"id":12345678901234567890,"x":1.0}' };
    const result = run(RESPONSES, ANTHROPIC, { input: [call] });
    assert.ok(result.ok);
    assert.match(JSON.stringify(result.value.body), /"input":\{"id":12345678901234567890,"x":1\.0\}/);
  });

  it('are malformed when their arguments are no JSON object, and never replaced', () => {
    for (const text of ['{"a":', '[1]', '"x"', 'null', '{'.repeat(50_000), `{"a":${'['.repeat(5_000)}${']'.repeat(5_000)}}`]) {
      const call = { type: 'function_call', call_id: 'a', name: 'f', arguments: text };
      assert.deepEqual(fieldsIn(problem(RESPONSES, ANTHROPIC, { input: [call] }, 'lenient')), ['malformed input[0].arguments']);
      const { body } = translated(RESPONSES, CHAT, { input: [call] });
      assert.match(JSON.stringify(body['messages']), /"arguments":/, 'chat takes the text as the model wrote it');
    }
  });

  it('without any argument text are calls without arguments, with a note', () => {
    const call = { type: 'function_call', call_id: 'a', name: 'f', arguments: '' };
    const { body, notes } = translated(RESPONSES, ANTHROPIC, { input: [call] });
    assert.match(JSON.stringify(body['messages']), /"input":\{\}/);
    assert.deepEqual(
      notes.map(({ field }) => field),
      ['input[].arguments'],
    );
  });

  it('that failed say so in their text, and pictures of a result follow the results in chat', () => {
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

describe('pictures and files', () => {
  it('by URL stay URLs', () => {
    const url = 'https://example.invalid/a.png';
    const request = { messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url, detail: 'high' } }] }] };
    assert.match(
      JSON.stringify(translated(CHAT, RESPONSES, request).body),
      /"image_url":"https:\/\/example.invalid\/a.png","detail":"high"/,
    );
    const anthropic = translated(CHAT, ANTHROPIC, request);
    assert.match(JSON.stringify(anthropic.body), /"source":\{"type":"url","url":"https:\/\/example.invalid\/a.png"\}/);
    assert.deepEqual(
      anthropic.notes.map(({ field }) => field),
      ['messages[].content[].detail'],
    );
  });

  it('that only their own provider could resolve are refused by name', () => {
    const request = { input: [{ role: 'user', content: [{ type: 'input_image', file_id: 'file_1' }] }] };
    assert.deepEqual(fieldsIn(problem(RESPONSES, CHAT, request)), ['input[0].content[0].file_id']);
    const local = { messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'file:///etc/passwd' } }] }] };
    assert.deepEqual(fieldsIn(problem(CHAT, ANTHROPIC, local)), ['messages[0].content[0].image_url.url']);
  });

  it('of type PDF go everywhere as data, and to chat not as a URL', () => {
    const pdf = { type: 'document', title: 'a.pdf', source: { type: 'base64', media_type: 'application/pdf', data: 'JVBERi0=' } };
    const asked = (document: Fields): Fields => ({
      messages: [{ role: 'user', content: [document, { type: 'text', text: 'x' }] }],
      max_tokens: 1,
    });
    const data = 'data:application/pdf;base64,JVBERi0=';
    const chat = translated(ANTHROPIC, CHAT, asked(pdf)).body['messages'] as { content: Fields[] }[];
    assert.deepEqual(chat[0]!.content[0], { type: 'file', file: { filename: 'a.pdf', file_data: data } });
    const responses = translated(ANTHROPIC, RESPONSES, asked(pdf)).body;
    assert.match(JSON.stringify(responses['input']), new RegExp(`"filename":"a.pdf","file_data":"${data}"`));
    const back = translated(RESPONSES, ANTHROPIC, { input: responses['input'] }).body['messages'] as { content: Fields[] }[];
    assert.deepEqual(back[0]!.content[0], pdf);
    const linked = { type: 'document', source: { type: 'url', url: 'https://example.invalid/a.pdf' } };
    assert.deepEqual(fieldsIn(problem(ANTHROPIC, CHAT, asked(linked))), ['messages[0].content[0]']);
    assert.match(JSON.stringify(translated(ANTHROPIC, RESPONSES, asked(linked)).body), /"file_url":"https:\/\/example.invalid\/a.pdf"/);
  });
});

describe('how to answer', () => {
  it('with a JSON schema is said in all three formats', () => {
    const chat = {
      messages: [{ role: 'user', content: 'x' }],
      response_format: { type: 'json_schema', json_schema: { name: 'place', schema: SCHEMA, strict: true } },
    };
    assert.deepEqual(translated(CHAT, RESPONSES, chat).body['text'], {
      format: { type: 'json_schema', name: 'place', schema: SCHEMA, strict: true },
    });
    assert.deepEqual(translated(CHAT, ANTHROPIC, chat).body['output_config'], { format: { type: 'json_schema', schema: SCHEMA } });
    const anthropic = {
      messages: [{ role: 'user', content: 'x' }],
      max_tokens: 1,
      output_config: { format: { type: 'json_schema', schema: SCHEMA } },
    };
    assert.deepEqual(translated(ANTHROPIC, CHAT, anthropic).body['response_format'], {
      type: 'json_schema',
      json_schema: { name: 'response', schema: SCHEMA, strict: true },
    });
    const { output_config: _, ...before } = anthropic;
    const older = { ...before, output_format: { type: 'json_schema', schema: SCHEMA } };
    assert.deepEqual(translated(ANTHROPIC, CHAT, older).body, translated(ANTHROPIC, CHAT, anthropic).body);
  });

  it('with a schema that OpenAI does not enforce is refused, or asked for without `strict`', () => {
    const schema = { ...SCHEMA, required: [] };
    const request = {
      messages: [{ role: 'user', content: 'x' }],
      max_tokens: 1,
      output_config: { format: { type: 'json_schema', schema } },
    };
    assert.deepEqual(fieldsIn(problem(ANTHROPIC, RESPONSES, request)), ['output_config.format.schema']);
    const { format } = translated(ANTHROPIC, RESPONSES, request, 'lenient').body['text'] as { format: Fields };
    assert.equal(format['strict'], false);
  });

  it('with JSON but no schema is refused by name for Anthropic', () => {
    const request = { input: 'x', text: { format: { type: 'json_object' } } };
    assert.deepEqual(fieldsIn(problem(RESPONSES, ANTHROPIC, request)), ['text.format']);
    assert.deepEqual(translated(RESPONSES, CHAT, request).body['response_format'], { type: 'json_object' });
  });

  it('with an effort is said in all three formats', () => {
    const request = { input: 'x', reasoning: { effort: 'high' } };
    assert.equal(translated(RESPONSES, CHAT, request).body['reasoning_effort'], 'high');
    assert.deepEqual(translated(RESPONSES, ANTHROPIC, request).body['output_config'], { effort: 'high' });
    const none = translated(RESPONSES, ANTHROPIC, { input: 'x', reasoning: { effort: 'none' } }).body;
    assert.deepEqual([none['thinking'], none['output_config']], [{ type: 'disabled' }, undefined]);
    const efforts = [1024, 16_384, 60_000].map((budget) => {
      const thinking = { type: 'enabled', budget_tokens: budget };
      const { body, notes } = translated(ANTHROPIC, RESPONSES, {
        messages: [{ role: 'user', content: 'x' }],
        max_tokens: 99_999,
        thinking,
      });
      assert.deepEqual(
        notes.map(({ field }) => field),
        ['thinking.budget_tokens'],
      );
      return (body['reasoning'] as Fields)['effort'];
    });
    assert.deepEqual(efforts, ['low', 'medium', 'high']);
  });

  it('without a limit gets the deployment’s, where the format demands one', () => {
    assert.equal(translated(CHAT, ANTHROPIC, { messages: [{ role: 'user', content: 'x' }] }).body['max_tokens'], 4096);
    assert.equal(translated(CHAT, RESPONSES, { messages: [{ role: 'user', content: 'x' }] }).body['max_output_tokens'], undefined);
  });

  it('at a temperature above 1 is refused for Anthropic, or asked for at 1', () => {
    const request = { messages: [{ role: 'user', content: 'x' }], temperature: 1.5 };
    assert.deepEqual(fieldsIn(problem(CHAT, ANTHROPIC, request)), ['temperature']);
    assert.equal(translated(CHAT, ANTHROPIC, request, 'lenient').body['temperature'], 1);
  });

  it('until a stop sequence is said by chat and Anthropic, and refused by name for Responses', () => {
    const request = { messages: [{ role: 'user', content: 'x' }], stop: 'END' };
    assert.deepEqual(translated(CHAT, ANTHROPIC, request).body['stop_sequences'], ['END']);
    assert.deepEqual(fieldsIn(problem(CHAT, RESPONSES, request)), ['stop']);
    const anthropic = { messages: [{ role: 'user', content: 'x' }], max_tokens: 1, stop_sequences: ['a', 'b'] };
    assert.deepEqual(translated(ANTHROPIC, CHAT, anthropic).body['stop'], ['a', 'b']);
  });

  it('from the client’s own beginning is refused where the answer would not go on from it', () => {
    const request = {
      messages: [
        { role: 'user', content: 'x' },
        { role: 'assistant', content: '{' },
      ],
      max_tokens: 1,
    };
    assert.deepEqual(fieldsIn(problem(ANTHROPIC, CHAT, request)), ['messages[1]']);
  });

  it('never leaves the answer with a provider of Responses, which keeps it by default', () => {
    for (const from of [CHAT, ANTHROPIC] as const) assert.equal(translated(from, RESPONSES, SAME[from]).body['store'], false);
  });
});

describe('a request that goes on', () => {
  for (const from of WIRES) {
    for (const to of WIRES) {
      it(`carries the text so far and what to do with it: ${from} → ${to}`, () => {
        const input = { from, to, request: SAME[from], mode: 'strict', target: TARGET, textSoFar: 'It is a pix' } as const;
        const [result, plain] = [continueRequest(input), translateRequest(input)];
        assert.ok(result.ok && plain.ok, JSON.stringify(result));
        const member = to === RESPONSES ? 'input' : 'messages';
        const [list, before] = [result.value.body[member] as Fields[], plain.value.body[member] as Fields[]];
        assert.deepEqual(list.slice(0, -2), before);
        assert.match(JSON.stringify(list.at(-2)), /"role":"assistant".*It is a pix/);
        assert.match(JSON.stringify(list.at(-1)), /"role":"user".*exactly where it stopped/);
        assert.equal(result.value.body['model'], TARGET.model);
      });
    }
  }

  it('joins the text so far to an answer that the client began', () => {
    const request = {
      messages: [
        { role: 'user', content: 'x' },
        { role: 'assistant', content: 'Once' },
      ],
      max_tokens: 1,
    };
    const result = continueRequest({ from: ANTHROPIC, to: ANTHROPIC, request, mode: 'strict', target: TARGET, textSoFar: ' upon' });
    assert.ok(result.ok);
    assert.deepEqual((result.value.body['messages'] as Fields[])[1], { role: 'assistant', content: 'Once upon' });
  });

  it('is the same request again when there is no visible text yet', () => {
    const input = { from: CHAT, to: ANTHROPIC, request: SAME[CHAT], mode: 'strict', target: TARGET } as const;
    assert.deepEqual(continueRequest({ ...input, textSoFar: ' \n' }), translateRequest(input));
  });
});
