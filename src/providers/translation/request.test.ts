import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Fields } from '../json-fields.ts';
import { continueRequest, isConversationWire, translateRequest } from './request.ts';
import { ANTHROPIC, CHAT, fieldsIn, problem, RESPONSES, SAME, SCHEMA, TARGET, translated, WIRES } from './request-testing.ts';

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
  it('come first for Anthropic when they lead, and later ones become text of the user where the route is lenient', () => {
    const messages = [
      { role: 'system', content: 'One.' },
      { role: 'developer', content: 'Two.' },
      { role: 'user', content: 'Hi' },
      { role: 'developer', content: 'Three.' },
    ];
    assert.deepEqual(fieldsIn(problem(CHAT, ANTHROPIC, { messages })), ['messages[3]']);
    const { body, notes } = translated(CHAT, ANTHROPIC, { messages }, 'lenient');
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
      ['messages[3]'],
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
    const { body } = translated(CHAT, ANTHROPIC, { messages: [{ role: 'system', content: 'Say hello.' }] }, 'lenient');
    assert.deepEqual(body['messages'], [{ role: 'user', content: '<system>\nSay hello.\n</system>' }]);
    assert.equal(body['system'], undefined);
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
    const local = {
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'x' },
            { type: 'image_url', image_url: { url: 'file:///etc/passwd' } },
          ],
        },
      ],
    };
    assert.deepEqual(fieldsIn(problem(CHAT, ANTHROPIC, local)), ['messages[0].content[1].image_url.url']);
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

  it('joins it in other formats as well, and keeps messages of the assistant apart', () => {
    const input = [
      { role: 'user', content: 'x' },
      { role: 'assistant', content: 'First.' },
      { role: 'assistant', content: 'Once' },
    ];
    const result = continueRequest({ from: RESPONSES, to: CHAT, request: { input }, mode: 'strict', target: TARGET, textSoFar: ' upon' });
    assert.ok(result.ok);
    assert.deepEqual((result.value.body['messages'] as Fields[])[1], { role: 'assistant', content: 'First.\n\nOnce upon' });
  });

  it('is the same request again when there is no visible text yet', () => {
    const input = { from: CHAT, to: ANTHROPIC, request: SAME[CHAT], mode: 'strict', target: TARGET } as const;
    assert.deepEqual(continueRequest({ ...input, textSoFar: ' \n' }), translateRequest(input));
  });
});
