// For tests only: the order of events that each streaming format promises, checked strictly.
import assert from 'node:assert/strict';
import type { ConversationWire } from '../../request.ts';
import { payloadsOf } from './answers.ts';

type Json = Readonly<Record<string, unknown>>;

/** Fails unless the bytes are one complete stream of the format. */
export function assertGrammar(wire: ConversationWire, bytes: string): void {
  const events = payloadsOf(bytes);
  if (wire === 'openai-chat') chat(events, bytes);
  else if (wire === 'openai-responses') responses(events, bytes);
  else anthropic(events, bytes);
}

function namesMatch(bytes: string): void {
  for (const event of bytes.split('\n\n').filter(Boolean)) {
    const [name, data] = event.split('\n');
    assert.equal(name, `event: ${String((JSON.parse(data!.slice(6)) as Json)['type'])}`);
  }
}

function chat(events: readonly Json[], bytes: string): void {
  assert.ok(bytes.endsWith('data: [DONE]\n\n') && bytes.split('[DONE]').length === 2);
  const ids = new Set(events.map((event) => `${String(event['id'])} ${String(event['model'])} ${String(event['created'])}`));
  assert.equal(ids.size, 1);
  const choices = events.flatMap((event) => event['choices'] as { delta: Json; finish_reason: string | null }[]);
  assert.equal(choices[0]?.delta['role'], 'assistant');
  assert.ok(choices.slice(1).every(({ delta }) => delta['role'] === undefined));
  assert.deepEqual(
    choices.findIndex((choice) => choice.finish_reason !== null),
    choices.length - 1,
  );
  let next = 0;
  for (const call of choices.flatMap(({ delta }) => (delta['tool_calls'] ?? []) as { index: number; id?: string; type?: string }[])) {
    assert.equal(call.id !== undefined, call.index === next, 'a call begins with its id, in order');
    if (call.index === next) next += 1;
    assert.ok(call.index < next);
  }
}

function anthropic(events: readonly Json[], bytes: string): void {
  namesMatch(bytes);
  const types = events.map((event) => event['type']);
  assert.equal(types[0], 'message_start');
  assert.deepEqual(types.slice(-2), ['message_delta', 'message_stop']);
  let open: { index: number; type: string } | undefined;
  let next = 0;
  for (const event of events.slice(1, -2)) {
    const type = event['type'];
    if (type === 'content_block_start') {
      assert.equal(open, undefined, 'blocks never interleave');
      assert.equal(event['index'], next);
      open = { index: next++, type: (event['content_block'] as { type: string }).type };
    } else if (type === 'content_block_delta') {
      assert.equal(event['index'], open?.index);
      assert.ok(DELTAS[open!.type]!.includes((event['delta'] as { type: string }).type));
    } else {
      assert.equal(type, 'content_block_stop');
      assert.equal(event['index'], open?.index);
      open = undefined;
    }
  }
  assert.equal(open, undefined);
}

const DELTAS: Readonly<Record<string, readonly string[]>> = {
  text: ['text_delta'],
  tool_use: ['input_json_delta'],
  thinking: ['thinking_delta', 'signature_delta'],
  redacted_thinking: [],
};

interface OpenItem {
  readonly id: string;
  readonly type: string;
  readonly parts: Map<string, { text: string; isTextDone: boolean; isDone: boolean }>;
  text: string;
  isTextDone: boolean;
  isDone: boolean;
}

function responses(events: readonly Json[], bytes: string): void {
  namesMatch(bytes);
  events.forEach((event, number) => assert.equal(event['sequence_number'], number));
  assert.deepEqual(
    events.slice(0, 2).map((event) => event['type']),
    ['response.created', 'response.in_progress'],
  );
  const last = events.at(-1)!;
  const names = events.flatMap(({ response }) => (response === undefined ? [] : [response as Json]));
  for (const name of ['id', 'model', 'created_at']) assert.equal(new Set(names.map((response) => response[name])).size, 1, name);
  assert.ok(['response.completed', 'response.incomplete', 'response.failed'].includes(String(last['type'])));
  const items: OpenItem[] = [];
  const body = events.slice(2, -1).filter((event) => event['type'] !== 'error');
  for (const event of body) step(items, event);
  const { output, status } = last['response'] as { output: Json[]; status: string };
  assert.equal(`response.${status}`, last['type']);
  assert.deepEqual(
    output.map((item) => item['id']),
    items.map((item) => item.id),
  );
  if (status === 'failed') return;
  assert.ok(items.every((item) => item.isDone));
  for (const { type, output_index: index, item } of body)
    if (type === 'response.output_item.done') assert.deepEqual(output[index as number], item);
}

function step(items: OpenItem[], event: Json): void {
  const type = String(event['type']);
  const index = event['output_index'] as number;
  if (type === 'response.output_item.added') {
    assert.equal(index, items.length);
    const { id, type: kind } = event['item'] as { id: string; type: string };
    assert.ok(items.every((item) => item.id !== id));
    items.push({ id, type: kind, parts: new Map(), text: '', isTextDone: false, isDone: false });
    return;
  }
  const item = items[index]!;
  assert.ok(!item.isDone, type);
  if (type === 'response.output_item.done') {
    assert.equal((event['item'] as Json)['id'], item.id);
    assert.ok([...item.parts.values()].every((part) => part.isDone));
    if (item.type.endsWith('_call')) assert.ok(item.isTextDone);
    item.isDone = true;
    return;
  }
  assert.equal(event['item_id'], item.id);
  if (type.includes('_call')) {
    assert.ok(!item.isTextDone);
    if (type.endsWith('.delta')) item.text += String(event['delta']);
    else assert.equal(event['arguments'] ?? event['input'], item.text);
    item.isTextDone = type.endsWith('.done');
    return;
  }
  stepPart(item, type, event);
}

function stepPart(item: OpenItem, type: string, event: Json): void {
  const { content_index: content, summary_index: summary } = event as { content_index?: number; summary_index?: number };
  const key = summary === undefined ? `content ${content}` : `summary ${summary}`;
  if (type.endsWith('_part.added')) {
    assert.ok(!item.parts.has(key));
    const kind = key.split(' ')[0]!;
    assert.equal(Number(key.split(' ')[1]), [...item.parts.keys()].filter((other) => other.startsWith(kind)).length);
    item.parts.set(key, { text: '', isTextDone: false, isDone: false });
    return;
  }
  const part = item.parts.get(key)!;
  assert.ok(!part.isDone);
  if (type.endsWith('_part.done')) {
    const whole = event['part'] as Json;
    // Raw reasoning has no deltas that both descriptions name alike.
    if (whole['type'] !== 'reasoning_text') {
      assert.ok(part.isTextDone);
      assert.equal(whole['text'] ?? whole['refusal'], part.text);
    }
    part.isDone = true;
  } else if (type.endsWith('.done')) {
    assert.equal(event['text'] ?? event['refusal'], part.text);
    part.isTextDone = true;
  } else {
    assert.ok(type.endsWith('.delta') && !part.isTextDone, type);
    part.text += String(event['delta']);
  }
}
