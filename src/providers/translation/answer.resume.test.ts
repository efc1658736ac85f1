import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { assertGrammar } from './answers/testing/grammar.ts';
import { LIMITS } from './answers/neutral.ts';
import { eventsOf, hear, PAIRS, pushAll, streamOf, translator, WIRES } from './answers/testing/answers.ts';

const push = (stream: { push(events: Buffer): Buffer }, events: readonly string[]): string =>
  events.map((event) => stream.push(Buffer.from(event)).toString()).join('');

/** The events of a stream up to and including the text `upTo`. */
function upTo(events: readonly string[], text: string): string[] {
  return events.slice(0, events.findIndex((event) => event.includes(`"${text}"`)) + 1);
}

describe('a stream that another deployment continues', () => {
  for (const { from, to } of PAIRS) {
    for (const next of WIRES) {
      it(`is one answer for the client: ${from}, then ${next}, for ${to}`, async () => {
        const stream = translator(from, to).stream();
        const first = push(stream, upTo(streamOf(from, { text: ['The harbour', ' lies', ' in the north'] }), ' lies'));
        assert.ok(stream.canResume && !stream.isComplete);
        assert.equal(stream.textSoFar, 'The harbour lies');
        stream.resume(next);
        const second = pushAll(stream, streamOf(next, { text: [' in', ' the west.'], calls: [{ id: 'c', name: 'f', pieces: ['{}'] }] }));
        assert.ok(stream.isComplete && !stream.canResume);
        assertGrammar(to, first + second);
        const heard = await hear(to, first + second, true);
        assert.equal(heard.text, 'The harbour lies in the west.');
        assert.deepEqual(heard.calls, [{ id: 'c', name: 'f', arguments: '{}' }]);
        // Anthropic tells at the beginning what was read, so the first deployment's share is known.
        const share = from === 'anthropic-messages' ? { input: 20, output: 1 } : { input: 0, output: 0 };
        assert.equal(heard.usage?.input, share.input + 20);
        assert.equal(heard.usage?.output, share.output + 5);
      });
    }
  }

  it('can be continued more than once', async () => {
    const stream = translator('openai-chat', 'openai-responses').stream();
    let bytes = push(stream, upTo(streamOf('openai-chat', { text: ['a', 'z'] }), 'a'));
    stream.resume('anthropic-messages');
    bytes += push(stream, upTo(streamOf('anthropic-messages', { text: ['b', 'z'] }), 'b'));
    assert.ok(stream.canResume);
    stream.resume('openai-responses');
    bytes += pushAll(stream, streamOf('openai-responses', { text: ['c'] }));
    assertGrammar('openai-responses', bytes);
    assert.equal((await hear('openai-responses', bytes, true)).text, 'abc');
    assert.equal(bytes.split('response.output_item.added"').length, 2, 'one item holds it all');
  });

  it('can be continued before its first text', async () => {
    const stream = translator('openai-responses', 'anthropic-messages').stream();
    const opening = push(stream, streamOf('openai-responses', { text: ['x'] }).slice(0, 2));
    assert.ok(stream.canResume);
    stream.resume('openai-chat');
    const bytes = opening + pushAll(stream, streamOf('openai-chat', { text: ['y'] }));
    assertGrammar('anthropic-messages', bytes);
    assert.equal((await hear('anthropic-messages', bytes, true)).text, 'y');
  });

  it('knows the client’s custom tools by the names that the next deployment was given', async () => {
    const request = { tools: [{ type: 'custom', name: 'patch' }] };
    const stream = translator('openai-responses', 'openai-responses', request).stream();
    const first = push(stream, upTo(streamOf('openai-responses', { text: ['a', 'z'] }), 'a'));
    stream.resume('openai-chat');
    const rest = pushAll(stream, streamOf('openai-chat', { calls: [{ id: 'c', name: 'patch', pieces: ['{"input":"x"}'] }] }));
    assertGrammar('openai-responses', first + rest);
    assert.match(rest, /"type":"custom_tool_call"/);
    assert.deepEqual((await hear('openai-responses', first + rest, true)).calls, [{ id: 'c', name: 'patch', arguments: 'x' }]);
  });

  it('does not show the reasoning of the deployment that continues', () => {
    const stream = translator('openai-chat', 'openai-chat').stream();
    push(stream, upTo(streamOf('openai-chat', { text: ['a', 'z'] }), 'a'));
    stream.resume('openai-chat');
    const thought = eventsOf('openai-chat', [{ choices: [{ index: 0, delta: { reasoning_content: 'hm' } }] }], false);
    assert.equal(push(stream, thought), '');
    assert.deepEqual(
      stream.notes.map(({ field }) => field),
      ['reasoning'],
    );
  });
});

describe('a stream cannot be continued', () => {
  for (const { from, to } of PAIRS) {
    it(`inside or after a tool call, after a refusal, after its stop (${from}, ${to})`, () => {
      const calls = streamOf(from, { text: ['x'], calls: [{ id: 'c', name: 'f', pieces: ['{"a":', '1}'] }] });
      const inside = translator(from, to).stream();
      push(inside, upTo(calls, 'c').concat(calls[upTo(calls, 'c').length]!));
      assert.equal(inside.canResume, false);

      const refused = streamOf(from, { refusal: 'No.', text: ['x'] });
      const stopped = translator(from, to).stream();
      push(stopped, refused.slice(0, -1));
      assert.equal(stopped.canResume, false);

      const ended = translator(from, to).stream();
      push(ended, streamOf(from, { text: ['x'] }));
      assert.equal(ended.canResume, false);
    });
  }

  it('while it reasons', () => {
    const stream = translator('openai-chat', 'openai-chat').stream();
    push(stream, eventsOf('openai-chat', [{ choices: [{ index: 0, delta: { reasoning_content: 'hm' } }] }], false));
    assert.equal(stream.canResume, false);
    push(stream, eventsOf('openai-chat', [{ choices: [{ index: 0, delta: { content: 'Yes' } }] }], false));
    assert.equal(stream.canResume, true);
  });

  it('when its text must follow a schema', () => {
    const format = { type: 'json_schema', json_schema: { name: 'x', schema: {} } };
    const requests = [{ response_format: format }, { text: { format } }, { output_config: { format } }];
    for (const request of requests) {
      const stream = translator('openai-chat', 'openai-chat', request).stream();
      assert.equal(stream.canResume, true);
      push(stream, upTo(streamOf('openai-chat', { text: ['{', '}'] }), '{'));
      assert.equal(stream.canResume, false);
    }
  });

  it('when its text is longer than may be kept', () => {
    const stream = translator('openai-chat', 'openai-chat').stream();
    const piece = eventsOf(
      'openai-chat',
      [{ choices: [{ index: 0, delta: { content: 'x'.repeat(LIMITS.resumableTextChars / 2 + 1) } }] }],
      false,
    );
    push(stream, piece);
    assert.equal(stream.canResume, true);
    push(stream, piece);
    assert.equal(stream.textSoFar, undefined);
    assert.equal(stream.canResume, false);
  });
});
