// Laws of the way back, over the very parts that the path uses: whatever a model says with placeholders in it, in whatever format, in whatever
// pieces, cut at whatever byte, the client reads what would have been said with the values; text and arguments of tools alike.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { compilePolicy, createInspector, createRequestInspector, type Restoring } from '#inspection';
import {
  chatCompletions,
  createStreamRewriter,
  EventCutter,
  messages,
  responses,
  rewriteAnswer,
  segmentsOf,
  type ClientFormat,
} from '#providers';

const inspector = createInspector({ internalDomains: ['corp.example.co.jp'] });
assert.ok(inspector.ok);
const requests = createRequestInspector({
  inspector: inspector.value,
  secret: randomBytes(32),
  neverRestored: ['api-key'],
  levels: {},
  memoryBytes: 1 << 20,
});
const policy = compilePolicy({ mask: ['all'], refuse: [], allow: ['public-domain'] });

const VALUES = [
  'taro.tanaka@corp.example.co.jp',
  'db01.corp.example.co.jp',
  '10.20.30.40',
  '192.168.7.0/24',
  '090-1234-5678',
  '4111 1111 1111 1111',
  String.raw`\\fs01\keiri\"決算"`,
];

/** What a model that saw the masked words would say, and what the client must read. */
interface Spoken {
  readonly masked: string;
  readonly real: string;
}

async function prepared(words: readonly string[]): Promise<{ spoken: Spoken; restoring: Restoring }> {
  const real = words.join(' ');
  const body = Buffer.from(JSON.stringify({ model: 'm', messages: [{ role: 'user', content: `${VALUES.join(' , ')} . ${real}` }] }));
  const segments = segmentsOf(body, chatCompletions.format);
  assert.ok(segments.ok);
  const content = await requests.inspect({ body, segments: segments.value, tenant: ['t', undefined], named: undefined, marks: [] });
  assert.ok(content.ok);
  const spliced = await content.value.mask(policy);
  assert.ok(spliced.ok && spliced.value !== undefined);
  const masked = (JSON.parse(spliced.value.body.toString()) as { messages: { content: string }[] }).messages[0]!.content;
  for (const value of VALUES.slice(0, 3)) assert.ok(!masked.includes(value), value);
  return { spoken: { masked: masked.slice(masked.indexOf(' . ') + 3), real }, restoring: content.value.restoring()! };
}

const word = fc.oneof(
  fc.constantFrom(...VALUES),
  // Not `{` and a quote after it: that reads as JSON, in which values are written as JSON writes them.
  fc.constantFrom('PERSON', 'mail-', 'org', '10.', '田中', '😀', '\n', '"', '\\', '。', 'K7', '**', '`', '{x', '1'),
);
const words = fc.array(word, { minLength: 1, maxLength: 10 });

function cutInto(text: string, cuts: readonly number[]): string[] {
  const places = [...new Set(cuts.map((cut) => cut % (text.length + 1)))].sort((a, b) => a - b);
  return [...places, text.length].map((to, index) => text.slice(index === 0 ? 0 : places[index - 1], to)).filter((piece) => piece !== '');
}

interface StreamForm {
  readonly format: ClientFormat;
  /** Events that carry a text and, beside it, arguments of a tool, each in these pieces. */
  write(text: readonly string[], json: readonly string[]): string;
  read(events: readonly Record<string, never>[]): { text: string; json: string };
}

const line = (event: object) => `data: ${JSON.stringify(event)}\n\n`;
const typed = (event: { type: string }) => `event: ${event.type}\n${line(event)}`;

/** Text and arguments take turns. */
function mixed<Made>(
  text: readonly string[],
  json: readonly string[],
  ofText: (piece: string) => Made,
  ofJson: (piece: string) => Made,
): Made[] {
  return Array.from({ length: Math.max(text.length, json.length) }, (_, index) => [
    ...(text[index] === undefined ? [] : [ofText(text[index])]),
    ...(json[index] === undefined ? [] : [ofJson(json[index])]),
  ]).flat();
}

const FORMS: Readonly<Record<string, StreamForm>> = {
  'chat completions': {
    format: chatCompletions.format,
    write: (text, json) =>
      [
        // Two choices at a time: one speaks, one calls a tool.
        line({
          id: 'c',
          object: 'chat.completion.chunk',
          choices: [{ index: 0, delta: { role: 'assistant', content: '' }, finish_reason: null }],
        }),
        line({
          id: 'c',
          choices: [
            { index: 1, delta: { tool_calls: [{ index: 0, id: 'call_a', type: 'function', function: { name: 'f', arguments: '' } }] } },
          ],
        }),
        ...mixed(
          text,
          json,
          (content) => line({ id: 'c', choices: [{ index: 0, delta: { content }, finish_reason: null }] }),
          (piece) =>
            line({
              id: 'c',
              choices: [{ index: 1, delta: { tool_calls: [{ index: 0, function: { arguments: piece } }] }, finish_reason: null }],
            }),
        ),
        line({ id: 'c', choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }),
        line({ id: 'c', choices: [{ index: 1, delta: {}, finish_reason: 'tool_calls' }] }),
        'data: [DONE]\n\n',
      ].join(''),
    read(events) {
      const read = { text: '', json: '' };
      for (const { choices } of events as unknown as {
        choices: { index: number; delta: { content?: string; tool_calls?: { function: { arguments: string } }[] } }[];
      }[])
        for (const { delta } of choices) {
          read.text += delta.content ?? '';
          for (const call of delta.tool_calls ?? []) read.json += call.function.arguments;
        }
      return read;
    },
  },
  Responses: {
    format: responses.format,
    write(text, json) {
      const events = [
        { type: 'response.created', response: { id: 'resp_1', object: 'response', output: [] } },
        ...mixed<{ type: string }>(
          text,
          json,
          (delta) =>
            ({ type: 'response.output_text.delta', item_id: 'msg_1', output_index: 0, content_index: 0, delta }) as { type: string },
          (delta) => ({ type: 'response.function_call_arguments.delta', item_id: 'fc_1', output_index: 1, delta }) as { type: string },
        ),
        { type: 'response.output_text.done', item_id: 'msg_1', output_index: 0, content_index: 0, text: text.join('') },
        { type: 'response.function_call_arguments.done', item_id: 'fc_1', output_index: 1, arguments: json.join('') },
        { type: 'response.completed', response: { id: 'resp_1', object: 'response', output: [] } },
      ];
      return events.map((event, index) => typed(Object.assign(event, { sequence_number: index }))).join('');
    },
    read(events) {
      const read = { text: '', json: '' };
      for (const [index, event] of (
        events as unknown as { type: string; sequence_number: number; delta: string; text: string; arguments: string }[]
      ).entries()) {
        assert.equal(event.sequence_number, index, 'numbers go on without a gap');
        if (event.type === 'response.output_text.delta') read.text += event.delta;
        if (event.type === 'response.function_call_arguments.delta') read.json += event.delta;
        if (event.type === 'response.output_text.done') assert.equal(event.text, read.text);
        if (event.type === 'response.function_call_arguments.done') assert.equal(event.arguments, read.json);
      }
      return read;
    },
  },
  messages: {
    format: messages.format,
    write: (text, json) =>
      [
        { type: 'message_start', message: { id: 'msg_1', type: 'message', role: 'assistant', content: [], model: 'm' } },
        { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
        { type: 'content_block_start', index: 1, content_block: { type: 'tool_use', id: 'toolu_1', name: 'f', input: {} } },
        ...mixed<object>(
          text,
          json,
          (piece) => ({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: piece } }),
          (piece) => ({ type: 'content_block_delta', index: 1, delta: { type: 'input_json_delta', partial_json: piece } }),
        ),
        { type: 'content_block_stop', index: 0 },
        { type: 'content_block_stop', index: 1 },
        { type: 'message_delta', delta: { stop_reason: 'tool_use' } },
        { type: 'message_stop' },
      ]
        .map((event) => typed(event as { type: string }))
        .join(''),
    read(events) {
      const read = { text: '', json: '' };
      for (const { delta } of events as unknown as { delta?: { text?: string; partial_json?: string } }[]) {
        read.text += delta?.text ?? '';
        read.json += delta?.partial_json ?? '';
      }
      return read;
    },
  },
};

/** Through the parts of the path, in pieces of bytes. */
function restored(stream: Buffer, cuts: readonly number[], { format }: StreamForm, restoring: Restoring): Record<string, never>[] {
  const cutter = new EventCutter(1 << 20);
  const rewriter = createStreamRewriter(format, { open: (encoding) => restoring.open(encoding === 'json' ? 'json' : 'text') });
  let out = '';
  let from = 0;
  const emit = (block: Buffer) => (out += block.length === 0 ? '' : rewriter.push(block).toString());
  for (const cut of [...cuts, stream.length]) {
    emit(cutter.push(stream.subarray(from, cut)));
    from = cut;
  }
  emit(cutter.finish());
  out += rewriter.end().toString();
  return out
    .split('\n')
    .filter((text) => text.startsWith('data: {'))
    .map((text) => JSON.parse(text.slice(6)) as Record<string, never>);
}

for (const [name, form] of Object.entries(FORMS)) {
  describe(name, () => {
    it('streams restore to what was meant, in text and in arguments, in pieces of any size', async () => {
      await fc.assert(
        fc.asyncProperty(
          words,
          words,
          fc.array(fc.nat(500), { maxLength: 40 }),
          fc.array(fc.nat(), { maxLength: 20 }),
          async (said, argued, pieces, cuts) => {
            const { spoken, restoring } = await prepared(said);
            const called = await prepared(argued);
            // One conversation is enough for both: the second knows nothing of the first's values but those they share.
            const args = JSON.stringify({ path: called.spoken.masked, nested: [{ [called.spoken.masked]: 1 }] });
            const text = cutInto(spoken.masked, pieces);
            const [ofText, ofJson] = [form.write(text, []), form.write([], cutInto(args, pieces))];
            for (const [stream, way, expected] of [
              [ofText, restoring, { text: spoken.real, json: '' }],
              [
                ofJson,
                called.restoring,
                { text: '', json: JSON.stringify({ path: called.spoken.real, nested: [{ [called.spoken.real]: 1 }] }) },
              ],
            ] as const) {
              const bytes = Buffer.from(stream);
              const places = cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b);
              assert.deepEqual(form.read(restored(bytes, places, form, way)), expected);
            }
          },
        ),
        { numRuns: 150 },
      );
    });

    it('a stream cut at every single byte boundary restores to the same', async () => {
      const { spoken, restoring } = await prepared(VALUES);
      const args = JSON.stringify({ where: spoken.masked });
      const every = (text: string) =>
        cutInto(
          text,
          Array.from(text, (_, index) => index),
        );
      const bytes = Buffer.from(form.write(every(spoken.masked), every(args)));
      const expected = { text: spoken.real, json: JSON.stringify({ where: spoken.real }) };
      for (let cut = 1; cut < bytes.length; cut += bytes.length > 20_000 ? 7 : 1)
        assert.deepEqual(form.read(restored(bytes, [cut], form, restoring)), expected, `cut at byte ${cut}`);
    });

    it('a whole answer restores, in text and in arguments', async () => {
      await fc.assert(
        fc.asyncProperty(words, async (said) => {
          const { spoken, restoring } = await prepared(said);
          const answerOf = (text: string) => ({
            choices: [{ message: { content: text, tool_calls: [{ function: { name: 'f', arguments: JSON.stringify({ a: text }) } }] } }],
            output: [
              { type: 'message', content: [{ type: 'output_text', text }] },
              { type: 'function_call', arguments: JSON.stringify({ a: text }) },
            ],
            content: [
              { type: 'text', text },
              { type: 'tool_use', id: 't', name: 'f', input: { [text]: [text] } },
            ],
          });
          const member = { 'openai-chat': 'choices', 'openai-responses': 'output', 'anthropic-messages': 'content' }[
            form.format.wire as 'openai-chat'
          ];
          const only = (text: string) => ({ id: 'x', [member]: answerOf(text)[member as 'choices'] });
          const body = rewriteAnswer(Buffer.from(JSON.stringify(only(spoken.masked))), form.format, (text, { encoding }) =>
            restoring.whole(text, encoding === 'json' ? 'json' : 'text'),
          );
          assert.deepEqual(JSON.parse(body.toString()), only(spoken.real));
        }),
        { numRuns: 150 },
      );
    });
  });
}
