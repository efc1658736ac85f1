import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readChatRequest, type ChatRequest, type RequestProblem } from './chat-request.ts';

const hello = [{ role: 'user', content: 'hello' }];

function read(members: Record<string, unknown>): ChatRequest {
  const result = readChatRequest(Buffer.from(JSON.stringify({ model: 'tiny', messages: hello, ...members })));
  assert.ok(result.ok, result.ok ? '' : result.error.message);
  return result.value;
}

function refusal(members: Record<string, unknown>): RequestProblem {
  const result = readChatRequest(Buffer.from(JSON.stringify({ model: 'tiny', messages: hello, ...members })));
  assert.ok(!result.ok, 'it was accepted');
  assert.ok(result.error.message.includes(result.error.param ?? ''), 'the words name the member');
  return result.error;
}

const call = (id: string, args = '{}'): unknown => ({ id, type: 'function', function: { name: 'look', arguments: args } });
const tool = (parameters: unknown, more: Record<string, unknown> = {}): unknown => ({
  type: 'function',
  function: { name: 'look', parameters, ...more },
});

describe('a request to a local model', () => {
  test('is refused by the name of a member that would change the answer and is not offered', () => {
    const declined = {
      audio: { voice: 'x' },
      frequency_penalty: 0.5,
      function_call: 'auto',
      functions: [],
      logit_bias: { '5': 1 },
      logprobs: true,
      modalities: ['audio'],
      n: 2,
      presence_penalty: -1,
      top_logprobs: 3,
      web_search_options: {},
      guided_regex: 'x',
    };
    for (const [name, value] of Object.entries(declined)) assert.deepEqual(refusal({ [name]: value }).param, name);
  });

  test('may carry the values that ask for nothing, and members that change nothing here', () => {
    read({ n: 1, logprobs: false, logit_bias: {}, presence_penalty: 0, frequency_penalty: null, modalities: ['text'], audio: null });
    read({
      metadata: { a: 'b' },
      store: true,
      service_tier: 'auto',
      reasoning_effort: 'low',
      verbosity: 'low',
      prompt_cache_key: 'k',
      prediction: {},
    });
  });

  test('is refused by the name of a member with a value it cannot have', () => {
    const wrong: [string, unknown, string][] = [
      ['temperature', 2.5, 'temperature'],
      ['temperature', '1', 'temperature'],
      ['top_p', 0, 'top_p'],
      ['max_tokens', 0, 'max_tokens'],
      ['seed', 1.5, 'seed'],
      ['stop', ['a', 'b', 'c', 'd', 'e'], 'stop'],
      ['stop', '', 'stop'],
      ['messages', [], 'messages'],
      ['tool_choice', 'required', 'tool_choice'],
      ['tool_choice', { type: 'function', function: { name: 'look' } }, 'tool_choice'],
      ['tools', [{ type: 'web_search' }], 'tools[0].type'],
      ['tools', [tool({}, { name: '__proto__' })], 'tools[0].function.name'],
      ['tools', [tool({}), tool({})], 'tools[1].function.name'],
      [
        'tools',
        [tool({ type: 'object', properties: { a: { type: 'string', pattern: 'x' } } }, { strict: true })],
        'tools[0].function.parameters.properties.a.pattern',
      ],
      ['response_format', { type: 'grammar' }, 'response_format.type'],
      ['response_format', { type: 'json_schema', json_schema: { name: 'x' } }, 'response_format.json_schema.schema'],
      ['messages', [{ role: 'function', content: '' }], 'messages[0].role'],
      ['messages', [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'data:' } }] }], 'messages[0].content[0]'],
      ['messages', [{ role: 'user' }], 'messages[0].content'],
      ['messages', [...hello, { role: 'assistant', content: null, audio: { id: 'x' } }], 'messages[1].audio'],
    ];
    for (const [name, value, param] of wrong) assert.equal(refusal({ [name]: value }).param, param, JSON.stringify(value));
  });

  test('is refused when it is no JSON', () => {
    const result = readChatRequest(Buffer.from('{'));
    assert.deepEqual(result.ok ? undefined : result.error.code, 'invalid_json');
  });

  test('cannot have both a format and tools', () => {
    const both = { tools: [tool({})], response_format: { type: 'json_object' } };
    assert.equal(refusal(both).param, 'response_format');
    assert.deepEqual(read({ ...both, tool_choice: 'none' }).tools, []);
  });

  test('keeps what it says about sampling and length', () => {
    const request = read({
      temperature: 0,
      top_p: 0.5,
      top_k: 7,
      min_p: 0,
      seed: -1,
      max_tokens: 5,
      max_completion_tokens: 6,
      stop: 'x',
      stream: true,
    });
    assert.deepEqual(request.sampling, { temperature: 0, topP: 0.5, topK: 7, minP: 0, seed: -1 });
    assert.deepEqual([request.maxTokens, request.stop, request.isStream, request.includeUsage], [6, ['x'], true, false]);
  });
});

describe('the messages of a request', () => {
  test('become turns, with every call beside its result', () => {
    const { history } = read({
      messages: [
        { role: 'developer', content: 'be brief' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'a' },
            { type: 'text', text: 'b' },
          ],
          name: 'ana',
        },
        { role: 'assistant', content: 'let me see', tool_calls: [call('1', '{"x":1}'), call('2')] },
        { role: 'tool', tool_call_id: '2', content: 'second' },
        { role: 'tool', tool_call_id: '1', content: 'first' },
        { role: 'assistant', content: 'done', reasoning_content: 'hm' },
      ],
    });
    assert.deepEqual(history, [
      { type: 'system', text: 'be brief' },
      { type: 'user', text: 'ab' },
      {
        type: 'model',
        response: [
          'let me see',
          { type: 'functionCall', name: 'look', params: { x: 1 }, result: 'first', startsNewChunk: true },
          { type: 'functionCall', name: 'look', params: {}, result: 'second', startsNewChunk: false },
          'done',
        ],
      },
    ]);
  });

  test('may use an id again once its call has its result', () => {
    const round = (result: string): unknown[] => [
      { role: 'assistant', content: null, tool_calls: [call('1')] },
      { role: 'tool', tool_call_id: '1', content: result },
    ];
    const { history } = read({ messages: [...hello, ...round('a'), ...round('b')] });
    const results = history
      .flatMap((item) => (item.type === 'model' ? item.response : []))
      .map((part) => (typeof part === 'string' ? part : part.result));
    assert.deepEqual(results, ['a', 'b']);
  });

  test('are refused where a call and its result do not meet, or arguments cannot be read', () => {
    const asks = (...calls: unknown[]): unknown => ({ role: 'assistant', content: null, tool_calls: calls });
    assert.equal(refusal({ messages: [...hello, asks(call('1'))] }).param, 'messages[1].tool_calls[0]');
    assert.equal(refusal({ messages: [...hello, { role: 'tool', tool_call_id: '1', content: '' }] }).param, 'messages[1].tool_call_id');
    const answered = [asks(call('1', '[1]')), { role: 'tool', tool_call_id: '1', content: '' }];
    assert.equal(refusal({ messages: [...hello, ...answered] }).param, 'messages[1].tool_calls[0].function.arguments');
  });
});
