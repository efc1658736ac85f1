// Laws of rewriting streams: what is not changed is the same bytes, and what is changed reads, put together, as if it had come at once.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { parseFields, type Fields } from '../json-fields.ts';
import { anthropicMessages } from '../anthropic-messages/format.ts';
import { openaiChat } from '../openai-chat/format.ts';
import { openaiResponses } from '../openai-responses/format.ts';
import { EventCutter, eventData, splitEvents } from '../sse.ts';
import { mutatedStream } from '../translation/answers/testing/mutations.ts';
import type { ConversationWire } from '../translation/request.ts';
import type { ClientFormat } from '../wire-format.ts';
import type { Channels, Encoding } from './channel.ts';
import { createStreamRewriter } from './stream.ts';

const identity: Channels = { open: () => ({ push: (text) => text, end: () => '' }) };

/** Capitals, `held` characters late. */
function holding(held: number, opened: Encoding[] = []): Channels {
  return {
    open(encoding) {
      opened.push(encoding);
      let tail = '';
      return {
        push(piece) {
          const all = tail + piece.toUpperCase();
          const cut = Math.max(0, all.length - held);
          tail = all.slice(cut);
          return all.slice(0, cut);
        },
        end: () => tail,
      };
    },
  };
}

function rewritten(format: ClientFormat, stream: string | Buffer, channels: Channels, cuts: readonly number[] = []): Buffer {
  const bytes = Buffer.from(stream);
  const cutter = new EventCutter(1 << 20);
  const rewriter = createStreamRewriter(format, channels);
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  const out: Buffer[] = [];
  let from = 0;
  for (const to of [...places, bytes.length]) {
    out.push(rewriter.push(cutter.push(bytes.subarray(from, to))));
    from = to;
  }
  out.push(rewriter.push(cutter.finish()), rewriter.end());
  return Buffer.concat(out);
}

function payloads(stream: Buffer): Fields[] {
  return [...splitEvents(stream)].flatMap((event) => [parseFields(eventData(event) ?? '')].filter((payload) => payload !== undefined));
}

interface Said {
  readonly key: string;
  readonly text: string;
}

/** Every piece of text in a payload with the text that it belongs to, found without the code under test. */
type Reader = (payload: Fields) => readonly Said[];

function assembled(stream: Buffer, read: Reader): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const { key, text } of payloads(stream).flatMap(read)) texts[key] = (texts[key] ?? '') + text;
  return texts;
}

interface Delta {
  content?: string | null;
  refusal?: string | null;
  reasoning_content?: string | null;
  tool_calls?: { index: number; function?: { arguments?: string }; custom?: { input?: string } }[];
}

const readChat: Reader = (payload) =>
  ((payload['choices'] ?? []) as { index: number; delta?: Delta }[]).flatMap(({ index, delta = {} }) => [
    ...(['content', 'refusal', 'reasoning_content'] as const).map((kind) => ({ key: `${index} ${kind}`, text: delta[kind] ?? '' })),
    ...(delta.tool_calls ?? []).map((call) => ({
      key: `${index} tool ${call.index}`,
      text: call.function?.arguments ?? call.custom?.input ?? '',
    })),
  ]);

const readResponses: Reader = (payload) => {
  if (typeof payload['delta'] !== 'string' || payload['type'] === 'response.audio.delta') return [];
  const key = [payload['type'], payload['output_index'], payload['content_index'], payload['summary_index']].join(' ');
  return [{ key, text: payload['delta'] }];
};

const readMessages: Reader = (payload) => {
  if (payload['type'] !== 'content_block_delta') return [];
  const delta = payload['delta'] as Record<string, unknown>;
  const text = delta['text'] ?? delta['partial_json'] ?? delta['thinking'];
  return typeof text === 'string' ? [{ key: `${String(payload['index'])} ${String(delta['type'])}`, text }] : [];
};

const word = fc.oneof(fc.string({ maxLength: 12 }), fc.constantFrom('山田', '"', '\\', '\n', 'a\\u0041', '😀', ''));

function chunk(index: number, delta: object, finish: string | null = null, more: object = {}): object {
  return {
    id: 'c1',
    object: 'chat.completion.chunk',
    created: 1732450000,
    model: 'm',
    choices: [{ index, delta, finish_reason: finish }],
    ...more,
  };
}

const chatEvents: fc.Arbitrary<readonly object[]> = fc
  .array(
    fc.record({
      index: fc.nat(1),
      kind: fc.constantFrom('content', 'content', 'refusal', 'reasoning_content', 'tool 0', 'tool 1', 'custom 2'),
      text: word,
    }),
    { maxLength: 12 },
  )
  .map((pieces) => [
    chunk(0, { role: 'assistant', content: '' }),
    ...pieces.map(({ index, kind, text }) => {
      const [name, call] = kind.split(' ');
      if (name === 'tool') return chunk(index, { tool_calls: [{ index: Number(call), function: { arguments: text } }] });
      if (name === 'custom') return chunk(index, { tool_calls: [{ index: Number(call), custom: { input: text } }] });
      return chunk(index, { [kind]: text });
    }),
    chunk(1, {}, 'stop'),
    chunk(0, { content: 'end' }, 'stop', { usage: { prompt_tokens: 3 } }),
  ]);

const responsesEvents: fc.Arbitrary<readonly object[]> = fc
  .array(fc.record({ item: fc.nat(1), text: word }), { maxLength: 12 })
  .map((pieces) => {
    const kinds = ['response.output_text', 'response.function_call_arguments'];
    const events: Record<string, unknown>[] = pieces.map(({ item, text }) => ({
      type: `${kinds[item]}.delta`,
      item_id: `i${item}`,
      output_index: item,
      ...(item === 0 ? { content_index: 0, logprobs: [] } : {}),
      delta: text,
      obfuscation: 'xY3',
    }));
    for (const item of [0, 1]) {
      const whole = pieces
        .filter((piece) => piece.item === item)
        .map((piece) => piece.text)
        .join('');
      const place = item === 0 ? { content_index: 0, text: whole } : { arguments: whole };
      events.push({ type: `${kinds[item]}.done`, item_id: `i${item}`, output_index: item, ...place });
    }
    events.push({ type: 'response.completed', response: { id: 'r', output: [] } });
    return events.map((event, sequence) => ({ ...event, sequence_number: sequence }));
  });

function responsesDeltas(...pieces: readonly string[]): object[] {
  return pieces.map((delta, sequence) => ({
    type: 'response.output_text.delta',
    output_index: 0,
    content_index: 0,
    delta,
    sequence_number: sequence,
  }));
}

const messagesEvents: fc.Arbitrary<readonly object[]> = fc
  .array(fc.record({ kind: fc.constantFrom('text', 'partial_json', 'thinking'), pieces: fc.array(word, { maxLength: 6 }) }), {
    maxLength: 4,
  })
  .map((blocks) => [
    { type: 'message_start', message: { id: 'm', content: [] } },
    ...blocks.flatMap(({ kind, pieces }, index) => {
      const type = kind === 'partial_json' ? 'input_json_delta' : `${kind}_delta`;
      return [
        { type: 'content_block_start', index, content_block: { type: 'text', text: '' } },
        ...pieces.map((text) => ({ type: 'content_block_delta', index, delta: { type, [kind]: text } })),
        ...(kind === 'thinking' ? [{ type: 'content_block_delta', index, delta: { type: 'signature_delta', signature: 'EqQBCg==' } }] : []),
        { type: 'content_block_stop', index },
      ];
    }),
    { type: 'message_stop' },
  ]);

/** The events as a stream, as some server would write it. */
function streamOf(events: readonly object[], style: { lineEnd: string; isNamed: boolean; isSplit: boolean }): string {
  const { lineEnd, isNamed, isSplit } = style;
  const written = events.map((event, position) => {
    const name = isNamed && 'type' in event ? `event: ${String(event.type)}${lineEnd}` : '';
    const json =
      isSplit && position % 3 === 0 ? JSON.stringify(event, null, 1).replaceAll('\n', `${lineEnd}data: `) : JSON.stringify(event);
    return `${position % 5 === 4 ? `: comment${lineEnd}${lineEnd}` : ''}${name}data: ${json}${lineEnd}${lineEnd}`;
  });
  return `${written.join('')}data: [DONE]${lineEnd}${lineEnd}`;
}

const style = fc.record({ lineEnd: fc.constantFrom('\n', '\n', '\r\n', '\r'), isNamed: fc.boolean(), isSplit: fc.boolean() });
const cuts = fc.array(fc.nat(), { maxLength: 20 });

const FORMATS: readonly (readonly [ClientFormat, fc.Arbitrary<readonly object[]>, Reader])[] = [
  [openaiChat, chatEvents, readChat],
  [openaiResponses, responsesEvents, readResponses],
  [anthropicMessages, messagesEvents, readMessages],
];

for (const [format, events, read] of FORMATS) {
  describe(`a stream of ${format.wire}`, () => {
    test('may hold any value anywhere', () => {
      fc.assert(
        fc.property(mutatedStream(format.wire as ConversationWire), cuts, (list, where) => {
          const stream = Buffer.from(list.join(''));
          assert.deepEqual(rewritten(format, stream, identity, where), stream);
          rewritten(format, stream, holding(3), where);
        }),
        { numRuns: 1000 },
      );
    });

    test('is the same bytes where nothing changes, wherever it is cut', () => {
      fc.assert(
        fc.property(events, style, cuts, (list, how, where) => {
          const stream = streamOf(list, how);
          assert.equal(rewritten(format, stream, identity, where).toString(), stream);
        }),
      );
    });

    test('reads as if each text had been rewritten at once, whatever is held back', () => {
      fc.assert(
        fc.property(events, style, cuts, fc.nat(9), (list, how, where, held) => {
          const stream = streamOf(list, how);
          const out = rewritten(format, stream, holding(held), where);
          const expected = Object.entries(assembled(Buffer.from(stream), read)).map(([key, text]) => [key, text.toUpperCase()]);
          assert.deepEqual(assembled(out, read), Object.fromEntries(expected));
        }),
        { numRuns: 300 },
      );
    });

    test('holds back nothing when the stream breaks off', () => {
      fc.assert(
        fc.property(events, style, fc.nat(9), fc.nat(), (list, how, held, cut) => {
          const whole = Buffer.from(streamOf(list, how));
          const stream = whole.subarray(0, cut % (whole.length + 1));
          const out = rewritten(format, stream, holding(held));
          for (const [key, text] of Object.entries(assembled(stream, read))) assert.equal(assembled(out, read)[key], text.toUpperCase());
        }),
      );
    });
  });
}

describe('the events of a rewritten stream', () => {
  test('carry what was held back before the event that ends the text, in the shape of the text’s own events', () => {
    const stream = [
      chunk(0, { role: 'assistant', content: 'hello' }, null, { usage: null }),
      chunk(0, { tool_calls: [{ index: 3, id: 'call_1', type: 'function', function: { name: 'f', arguments: '{"a":1}' } }] }),
      chunk(0, {}, 'tool_calls', { usage: { prompt_tokens: 1 } }),
    ];
    const out = payloads(rewritten(openaiChat, streamOf(stream, { lineEnd: '\n', isNamed: false, isSplit: false }), holding(2)));
    const frame = { id: 'c1', object: 'chat.completion.chunk', created: 1732450000, model: 'm' };
    const extra = (delta: object): object => ({ ...frame, choices: [{ index: 0, delta, logprobs: null, finish_reason: null }] });
    assert.equal(out.length, 5);
    assert.deepEqual(out[1], extra({ content: 'LO' }));
    assert.deepEqual(out[3], extra({ tool_calls: [{ index: 3, function: { arguments: '1}' } }] }));
  });

  test('put the rest of a text into the last event of that text where it is there', () => {
    const stream = streamOf([chunk(0, { content: 'hello' }, 'stop')], { lineEnd: '\n', isNamed: false, isSplit: false });
    const out = payloads(rewritten(openaiChat, stream, holding(3)));
    assert.deepEqual(out, [chunk(0, { content: 'HELLO' }, 'stop')]);
  });

  test('of Responses are numbered without a gap, and whole texts agree with their pieces', () => {
    fc.assert(
      fc.property(responsesEvents, style, fc.nat(5), (list, how, held) => {
        const out = payloads(rewritten(openaiResponses, streamOf(list, how), holding(held)));
        assert.deepEqual(
          out.map((payload) => payload['sequence_number']),
          out.map((_, position) => position),
        );
        const said = assembled(Buffer.from(streamOf(out, how)), readResponses);
        const done = out.find((payload) => payload['type'] === 'response.output_text.done');
        assert.equal(done?.['text'], said['response.output_text.delta 0 0 '] ?? '');
      }),
    );
  });
});

describe('the texts of a rewritten stream, event by event,', () => {
  test('of a stream that breaks off are numbered on to the end', () => {
    const events = responsesDeltas('hello', 'world');
    const stream = events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('');
    const out = payloads(rewritten(openaiResponses, stream, holding(7)));
    assert.deepEqual(
      out.map((payload) => [payload['sequence_number'], payload['delta']]),
      [
        [0, ''],
        [1, 'HEL'],
        [2, 'LOWORLD'],
      ],
    );
  });

  test('of Responses end a text with its part or its item where its own end is left out', () => {
    for (const end of [
      { type: 'response.content_part.done', output_index: 0, content_index: 0 },
      { type: 'response.output_item.done', output_index: 0 },
      { type: 'response.completed' },
      { type: 'error', code: 'server_error', message: 'busy' },
    ]) {
      const stream = [...responsesDeltas('hello'), end].map((event) => `data: ${JSON.stringify(event)}\n\n`).join('');
      const out = payloads(rewritten(openaiResponses, stream, holding(2)));
      assert.deepEqual(
        out.map((payload) => payload['delta']),
        ['HEL', 'LO', undefined],
        end.type,
      );
    }
  });

  test('carry the end of one tool’s arguments before the next tool begins, and of tools that take turns nothing is lost', () => {
    const call = (index: number, text: string): object => chunk(0, { tool_calls: [{ index, function: { arguments: text } }] });
    const stream = streamOf([call(0, 'abc'), call(1, 'def'), call(0, 'ghi'), call(1, 'jkl')], {
      lineEnd: '\n',
      isNamed: false,
      isSplit: false,
    });
    const out = payloads(rewritten(openaiChat, stream, holding(2))).flatMap(readChat);
    assert.deepEqual(
      out.filter(({ key }) => key.includes('tool')).map(({ key, text }) => `${key.at(-1)} ${text}`),
      ['0 A', '0 BC', '1 D', '0 G', '1 EFJ', '1 KL', '0 HI'],
    );
  });

  test('are read again where more than the text changes, and where only nearly the same comes', () => {
    const noted = (content: string, note: string): string => `data: ${JSON.stringify({ ...chunk(0, { content }), note })}\n\n`;
    const stream = noted('a', 'x') + noted('b', 'x') + noted('c', 'x');
    const notes = payloads(rewritten(openaiChat, stream, holding(0))).map((payload) => payload['NOTE']);
    assert.deepEqual(notes, ['X', 'X', 'X']);
    const good = `data: ${JSON.stringify(chunk(0, { content: 'ab' }))}\n\n`;
    const broken = good.replace('ab', 'a\nb');
    assert.equal(
      rewritten(openaiChat, good + broken + good, holding(0)).toString(),
      good.replace('ab', 'AB') + broken + good.replace('ab', 'AB'),
    );
  });

  test('of reasoning told twice each keep their own text', () => {
    const events = ['ab', 'cd'].map((piece) =>
      chunk(0, { reasoning: piece, reasoning_details: [{ type: 'reasoning.text', text: piece, index: 0 }] }),
    );
    const stream = streamOf([...events, chunk(0, { content: 'x' })], { lineEnd: '\n', isNamed: false, isSplit: false });
    const opened: Encoding[] = [];
    const deltas = payloads(rewritten(openaiChat, stream, holding(1, opened))).map(
      (payload) =>
        (payload['choices'] as { delta: { reasoning?: string; reasoning_details?: { text: string }[]; content?: string } }[])[0]!.delta,
    );
    assert.equal(deltas.map((delta) => delta.reasoning ?? '').join(''), 'ABCD');
    assert.equal(deltas.map((delta) => delta.reasoning_details?.[0]?.text ?? '').join(''), 'ABCD');
    assert.equal(deltas.at(-1)?.content, 'X');
    assert.equal(opened.length, 3, 'one channel for each of the texts: neither form of reasoning ends the other');
  });

  test('say of each text how it is encoded', () => {
    const opened: Encoding[] = [];
    const stream = [
      { type: 'content_block_delta', index: 0, delta: { type: 'thinking_delta', thinking: 'a' } },
      { type: 'content_block_delta', index: 1, delta: { type: 'input_json_delta', partial_json: '{' } },
      { type: 'content_block_delta', index: 2, delta: { type: 'text_delta', text: 'a' } },
    ];
    rewritten(anthropicMessages, streamOf(stream, { lineEnd: '\n', isNamed: true, isSplit: false }), holding(0, opened));
    assert.deepEqual(opened, ['signed', 'json', 'text']);
  });

  test('that nobody knows are rewritten as whole texts, and what is no JSON passes', () => {
    const stream = 'data: {"type":"response.new","words":{"a":"secret"}}\n\ndata: {"type":\n\ndata: secret\n\n: secret\n\n';
    assert.equal(
      rewritten(openaiResponses, stream, holding(3)).toString(),
      'data: {"type":"response.new","WORDS":{"A":"SECRET"}}\n\ndata: {"type":\n\ndata: secret\n\n: secret\n\n',
    );
  });

  test('are the very Buffer where nothing changes', () => {
    const rewriter = createStreamRewriter(openaiChat, identity);
    for (let round = 0; round < 3; round++) {
      const block = Buffer.from(`data: ${JSON.stringify(chunk(0, { content: 'hi' }))}\n\n`);
      assert.equal(rewriter.push(block), block);
    }
  });
});

const ARCHIVE = new URL('../../../../shared/data/wire/vercel-ai-fixtures.tar.gz', import.meta.url);

/** Chunk files of an archive of plain tar headers, by path. */
function chunkFiles(): Map<string, string> {
  const tar = gunzipSync(readFileSync(ARCHIVE));
  const files = new Map<string, string>();
  for (let at = 0; at + 512 <= tar.length;) {
    const field = (from: number, length: number): string => tar.toString('latin1', at + from, at + from + length).replace(/\0.*$/s, '');
    const size = Number.parseInt(field(124, 12), 8) || 0;
    const path = `${field(345, 155)}/${field(0, 100)}`;
    if (path.endsWith('.chunks.txt')) files.set(path, tar.toString('utf8', at + 512, at + 512 + size));
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return files;
}

describe('recorded streams', { skip: existsSync(ARCHIVE) ? false : 'the recordings are not here' }, () => {
  test('pass unchanged, and read the same when their texts are rewritten', () => {
    const files = existsSync(ARCHIVE) ? chunkFiles() : new Map<string, string>();
    assert.ok(files.size > 50);
    let texts = 0;
    for (const [path, chunks] of files) {
      const [format, , read] = FORMATS[path.includes('/anthropic/') ? 2 : chunks.includes('"choices"') ? 0 : 1]!;
      const stream = chunks
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => `data: ${line}\n\n`)
        .join('');
      assert.equal(rewritten(format, stream, identity, [99, 1234]).toString(), stream, path);
      const expected = assembled(Buffer.from(stream), read);
      const out = assembled(rewritten(format, stream, holding(7)), read);
      for (const [key, text] of Object.entries(expected)) assert.equal(out[key], text.toUpperCase(), `${path}: ${key}`);
      texts += Object.keys(expected).length;
    }
    assert.ok(texts > 100, `${texts} texts`);
  });
});
