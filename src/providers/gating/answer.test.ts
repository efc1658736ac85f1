// The gate of whole answers: what of them changes, and what of them cannot be let through at all.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { gateAnswer } from './answer.ts';
import { AMBIGUOUS, INCOMPLETE } from './notices.ts';
import { byName, PASS, refuse } from './testing/harness.ts';
import type { CallReview, GatedAnswer } from './types.ts';

const CHAT = { wire: 'openai-chat' } as const;
const RESPONSES = { wire: 'openai-responses' } as const;
const MESSAGES = { wire: 'anthropic-messages' } as const;

async function gate(
  body: string,
  format: Parameters<typeof gateAnswer>[1],
  review: CallReview = byName,
): Promise<GatedAnswer & { text: string }> {
  const gated = await gateAnswer(Buffer.from(body), format, review);
  return { ...gated, text: gated.body?.toString() ?? 'undefined' };
}

describe('a whole answer', () => {
  test('changes where a call was, and nowhere else: numbers keep their digits, blanks stay', async () => {
    const messages = `{ "id": "m", "content": [ {"type":"tool_use","id":"t","name":"yes","input":{"n":12345678901234567890, "f":1.0}} , {"type":"tool_use","id":"u","name":"no","input":{"s":1}} ], "stop_reason": "tool_use" }`;
    assert.equal(
      (await gate(messages, MESSAGES)).text,
      `{ "id": "m", "content": [ {"type":"tool_use","id":"t","name":"yes","input":{"n":12345678901234567890, "f":1.0}} , {"type":"text","text":"[no]"} ], "stop_reason": "tool_use" }`,
    );
    const chat = `{ "choices": [ {"index":0, "message": {"role":"assistant", "content": null, "tool_calls": [ {"id":"a","type":"function","function":{"name":"no","arguments":"{}"}} , {"id":"b","type":"function","function":{"name":"yes","arguments":"{\\"n\\": 1.0}"}} ]}, "finish_reason":"tool_calls"} ], "x": 1.50 }`;
    assert.equal(
      (await gate(chat, CHAT)).text,
      `{ "choices": [ {"index":0, "message": {"role":"assistant", "content": "[no]", "tool_calls": [ {"id":"b","type":"function","function":{"name":"yes","arguments":"{\\"n\\": 1.0}"}} ]}, "finish_reason":"tool_calls"} ], "x": 1.50 }`,
    );
    const response = `{ "output": [ {"type":"reasoning","id":"r"} , {"type":"function_call","id":"fc","call_id":"c","name":"no","arguments":"{}"} ], "usage": {"cost": 1e-7} }`;
    const message = JSON.stringify({
      id: 'msg_fc',
      type: 'message',
      status: 'completed',
      content: [{ type: 'output_text', annotations: [], logprobs: [], text: '[no]' }],
      role: 'assistant',
    });
    assert.equal(
      (await gate(response, RESPONSES)).text,
      `{ "output": [ {"type":"reasoning","id":"r"} , ${message} ], "usage": {"cost": 1e-7} }`,
    );
  });

  test('ends as an answer of text ends when no call is left', async () => {
    const chat = `{"choices":[{"index":0,"message":{"content":[{"type":"text","text":"a"}],"tool_calls":[{"id":"a","function":{"name":"no","arguments":"S"}}]},"logprobs":{"content":[{"token":"S"}]},"finish_reason":"tool_calls"}]}`;
    assert.equal(
      (await gate(chat, CHAT)).text,
      `{"choices":[{"index":0,"message":{"content":[{"type":"text","text":"a"},{"type":"text","text":"[no]"}]},"logprobs":null,"finish_reason":"stop"}]}`,
    );
    const legacy = `{"choices":[{"index":0,"message":{"content":"a","function_call":{"name":"no","arguments":"S"}},"finish_reason":"function_call"}]}`;
    assert.equal((await gate(legacy, CHAT)).text, `{"choices":[{"index":0,"message":{"content":"a\\n\\n[no]"},"finish_reason":"stop"}]}`);
    const messages = `{"content":[{"type":"tool_use","id":"t","name":"no","input":{"S":1}}],"stop_reason":"tool_use"}`;
    assert.equal((await gate(messages, MESSAGES)).text, `{"content":[{"type":"text","text":"[no]"}],"stop_reason":"end_turn"}`);
  });

  test('waits for every verdict, and counts them', async () => {
    const body = `{"content":[{"type":"tool_use","id":"t","name":"no","input":{}},{"type":"tool_use","id":"u","name":"f","input":{}}],"stop_reason":"tool_use"}`;
    let asked = 0;
    const { text, counts } = await gate(body, MESSAGES, async (call) => {
      for (let turn = asked++; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
      return byName(call);
    });
    assert.ok(text.includes('[no]') && text.includes('"u"'));
    assert.deepEqual([asked, counts], [2, { reviewed: 2, replaced: 1 }]);
  });

  test('is not let through where it cannot be read and might carry a call', async () => {
    const call = '{"index":0,"message":{"tool_calls":[{"function":{"name":"f","arguments":"S"}}]}}';
    for (const [body, format] of [
      [`{"choices":[${call}]`, CHAT],
      [`{"choices":[${call}],"choices":[]}`, CHAT],
      [`[{"choices":[${call}]}]`, CHAT],
      [`data: {"choices":[${call}]}\n\n`, CHAT],
      [`{"output":[{"type":"function_call","arguments":"S"}],"Output":[]}`, RESPONSES],
      [`{"output":{"type":"function_call"}}`, RESPONSES],
      [`{"content":[{"type":"text","type":"tool_use"}]}`, MESSAGES],
      [`{"cont\\u0065nt":[{"type":"tool_use"}`, MESSAGES],
    ] as const)
      assert.equal((await gate(body, format, () => PASS)).body, undefined, body);
    const invalid = Buffer.concat([Buffer.from('{"content":[],"x":"'), Buffer.from([0xff]), Buffer.from('"}')]);
    assert.equal((await gateAnswer(invalid, MESSAGES, () => PASS)).body, undefined);
  });

  test('passes as the very buffer where there is no call, readable or not', async () => {
    for (const [body, format] of [
      ['<html>Bad gateway</html>', CHAT],
      ['{"error":{"message":"no"}}', RESPONSES],
      ['{"input_tokens":12}', MESSAGES],
      ['{"content":[{"type":"text","text":"tool_use"}],"stop_reason":"end_turn"}', MESSAGES],
      ['{"choices":[{"message":{"content":"x","tool_calls":null}}]}', CHAT],
      ['{"data":[{"embedding":[0.1]}]}', { wire: 'openai-embeddings' }],
    ] as const) {
      const bytes = Buffer.from(body);
      assert.equal((await gateAnswer(bytes, format, () => refuse('x'))).body, bytes, body);
    }
  });

  test('replaces what it cannot take for one thing, and pieces of calls in what is sent as whole', async () => {
    const both = `{"choices":[{"index":0,"message":{"tool_calls":[{"id":"a","function":{"name":"f","arguments":"S"},"custom":{"name":"g","input":"S"}}]},"finish_reason":"tool_calls"}]}`;
    assert.equal(
      (await gate(both, CHAT, () => PASS)).text,
      `{"choices":[{"index":0,"message":{"content":"${AMBIGUOUS}"},"finish_reason":"stop"}]}`,
    );
    const piece = `{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"name":"f","arguments":"S"}}]}}]}`;
    assert.equal((await gate(piece, CHAT, () => PASS)).text, `{"choices":[{"index":0,"delta":{"content":"${INCOMPLETE}"}}]}`);
  });
});
