// A local model that says what it was told to, and so shows what becomes of its words: ends, stop texts, tools, templates, characters of
// several tokens. With the real package and models made here.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { ABSENT, completion, createModels, stream, textOf, type Models } from '#test/llama-asking';
import { scriptedModel } from '#test/llama-tiny-model';

let models: Models;
before(async () => {
  models = await createModels();
});
after(() => models.close());

describe('a local model that says what it was told to', { skip: ABSENT ?? false }, () => {
  const weather = {
    type: 'function',
    function: {
      name: 'weather',
      description: 'The weather at a place.',
      parameters: { type: 'object', properties: { city: { type: 'string' }, unit: { enum: ['C', 'F'] } }, required: ['city'] },
    },
  };
  // The template of a llama without one of its own ends in a space.
  const script = [' ', 'Let me look. ', '||call:', 'weather', '\n', '(', '{"city":', '"Nara"', ', "unit":', 'null', '}'];

  test('ends at the end of the text, or where a stop text begins', async () => {
    const model = await models.start(scriptedModel({ script: [' ', 'One. ', 'Two. ', 'Th', 'ree.'] }));
    const whole = await completion(model, { temperature: 0 });
    assert.deepEqual(
      [whole.choices[0]?.message.content, whole.choices[0]?.finish_reason, whole.usage.completion_tokens],
      ['One. Two. Three.', 'stop', 5],
    );
    const stopped = await completion(model, { temperature: 0, stop: ['Three'] });
    assert.deepEqual([stopped.choices[0]?.message.content, stopped.choices[0]?.finish_reason], ['One. Two. ', 'stop']);
    assert.equal(textOf(await stream(model, { temperature: 0, stop: 'Three' })), 'One. Two. ');
  });

  test('writes characters of several tokens whole', async () => {
    const bytes = [...Buffer.from('関所')].map((byte) => String.fromCharCode(byte));
    const model = await models.start(scriptedModel({ script: [' ', ...bytes] }));
    const chunks = await stream(model, { temperature: 0 });
    assert.equal(textOf(chunks), '関所');
    assert.ok(chunks.every((chunk) => !JSON.stringify(chunk).includes('\u{FFFD}')));
  });

  test('goes on with an answer that was begun', async () => {
    const model = await models.start(scriptedModel({ script: ['e', ' two', ' three'] }));
    const messages = [
      { role: 'user', content: 'count' },
      { role: 'assistant', content: 'zero One' },
    ];
    assert.equal((await completion(model, { temperature: 0, messages })).choices[0]?.message.content, ' two three');
  });

  test('calls a tool, whole and as a stream, without the members it left out', async () => {
    const model = await models.start(scriptedModel({ script }));
    const whole = await completion(model, { temperature: 0, tools: [weather] });
    const [choice] = whole.choices;
    assert.deepEqual([choice?.message.content, choice?.finish_reason], ['Let me look. ', 'tool_calls']);
    assert.deepEqual(
      choice?.message.tool_calls?.map((call) => call.function),
      [{ name: 'weather', arguments: '{"city":"Nara"}' }],
    );
    const chunks = await stream(model, { temperature: 0, tools: [weather] });
    const calls = chunks.flatMap((chunk) => chunk.choices[0]?.delta.tool_calls ?? []);
    assert.deepEqual(
      calls.map((call) => call.function),
      [{ name: 'weather', arguments: '{"city":"Nara"}' }],
    );
    assert.match(calls[0]?.id ?? '', /^call_/);
    assert.equal(chunks.at(-1)?.choices[0]?.finish_reason, 'tool_calls');
    const declined = await completion(model, { temperature: 0, tools: [weather], tool_choice: 'none' });
    assert.equal(declined.choices[0]?.message.tool_calls, undefined);
  });

  test('is shown tools, calls and results', async () => {
    const model = await models.start(scriptedModel({ script }));
    const messages = [
      { role: 'system', content: 'You look things up.' },
      { role: 'user', content: 'Weather?' },
      {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: 'a', type: 'function', function: { name: 'weather', arguments: '{"city":"Nara"}' } }],
      },
      { role: 'tool', tool_call_id: 'a', content: 'RESULT' },
    ];
    const promptTokens = async (members: Record<string, unknown>): Promise<number> =>
      (await completion(model, { temperature: 0, max_tokens: 1, ...members })).usage.prompt_tokens;
    const longer = messages.with(3, { role: 'tool', tool_call_id: 'a', content: 'RESULT AND MORE' });
    assert.equal(
      (await promptTokens({ messages: longer, tools: [weather] })) - (await promptTokens({ messages, tools: [weather] })),
      ' AND MORE'.length,
    );
    assert.ok((await promptTokens({ messages, tools: [weather] })) > (await promptTokens({ messages })) + 100);
  });

  test('keeps its reasoning apart from its answer', async () => {
    const chatTemplate =
      "{% for message in messages %}{{ '@' + message['role'] + ':' + message['content'] + '\\n' }}{% endfor %}@assistant:{# <think> </think> #}";
    const model = await models.start(scriptedModel({ script: [':', '<think>', 'Hm, Nara.', '</think>', 'It rains.'], chatTemplate }));
    const { choices, usage } = await completion(model, { temperature: 0 });
    assert.deepEqual([choices[0]?.message.reasoning_content, choices[0]?.message.content], ['Hm, Nara.', 'It rains.']);
    assert.ok(
      usage.completion_tokens_details.reasoning_tokens > 0 && usage.completion_tokens_details.reasoning_tokens < usage.completion_tokens,
    );
    const chunks = await stream(model, { temperature: 0 });
    assert.equal(textOf(chunks), 'It rains.');
    assert.equal(chunks.map((chunk) => chunk.choices[0]?.delta.reasoning_content ?? '').join(''), 'Hm, Nara.');
  });

  test('renders its own chat template', async () => {
    const chatTemplate =
      "{% for message in messages %}{{ '@' + message['role'] + ':' + message['content'] + '\\n' }}{% endfor %}{% if add_generation_prompt %}@assistant:{% endif %}";
    const model = await models.start(scriptedModel({ script: [':', 'From the template.'], chatTemplate }));
    const { choices, usage } = await completion(model, { temperature: 0, messages: [{ role: 'user', content: 'hello' }] });
    assert.equal(choices[0]?.message.content, 'From the template.');
    assert.ok(usage.prompt_tokens >= '@user:hello\n@assistant:'.length && usage.prompt_tokens <= '@user:hello\n@assistant:'.length + 1);
  });
});
