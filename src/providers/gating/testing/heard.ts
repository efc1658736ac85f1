// For tests only: every call that some client could put together from the events of a stream, as `name arguments`. As lenient as clients
// are: they take places as they stand, and the first or the last of what is there twice.
import { fieldsOf, itemsOf } from '../../json-fields.ts';
import type { ConversationWire } from '../../translation/request.ts';
import type { Json } from './harness.ts';

interface Heard {
  name: string;
  said: string;
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

export function heardIn(wire: ConversationWire, events: readonly Json[]): string[] {
  const calls = wire === 'openai-chat' ? chat(events) : wire === 'openai-responses' ? responses(events) : messages(events);
  return calls.map(({ name, said }) => `${name} ${said}`);
}

/** By choice and index, as they stand. */
function chat(events: readonly Json[]): Heard[] {
  const calls = new Map<string, Heard>();
  for (const choice of events.flatMap((event) => itemsOf(event['choices'])).map(fieldsOf)) {
    for (const entry of itemsOf(fieldsOf(choice['delta'])['tool_calls']).map(fieldsOf)) {
      const place = JSON.stringify([choice['index'], entry['index']]);
      const call = calls.get(place) ?? { name: '', said: '' };
      calls.set(place, call);
      const body = fieldsOf(entry['function']);
      call.name = textOf(body['name']) || call.name;
      call.said += textOf(body['arguments']);
    }
  }
  return [...calls.values()].filter(({ name, said }) => name !== '' || said !== '');
}

/** By index, as it stands; a block that starts takes the place of the one before it. Of blocks of other kinds no client takes an input. */
function messages(events: readonly Json[]): Heard[] {
  const calls: Heard[] = [];
  const places = new Map<string, (Heard & { json: string }) | undefined>();
  for (const event of events) {
    const place = JSON.stringify(event['index']);
    const block = fieldsOf(event['content_block']);
    if (event['content_block'] !== undefined) places.set(place, undefined);
    if (block['type'] === 'tool_use') {
      const call = { name: textOf(block['name']), said: JSON.stringify(block['input'] ?? {}), json: '' };
      places.set(place, call);
      calls.push(call);
    }
    const piece = textOf(fieldsOf(event['delta'])['partial_json']);
    const call = places.get(place);
    if (piece === '' || (call === undefined && places.has(place))) continue;
    if (call === undefined) calls.push({ name: '', said: piece });
    else call.said = call.json += piece;
  }
  return calls;
}

/** Pieces by output index, as it stands; items as they are when done; and what the closing event repeats. */
function responses(events: readonly Json[]): Heard[] {
  const calls: Heard[] = [];
  const places = new Map<string, Heard>();
  const itemCall = (item: Json): Heard => ({ name: textOf(item['name']), said: textOf(item['arguments']) });
  const isCall = (item: Json): boolean => item['type'] === 'function_call';
  for (const event of events) {
    const place = JSON.stringify(event['output_index']);
    const item = fieldsOf(event['item']);
    if (event['type'] === 'response.output_item.added' && isCall(item)) places.set(place, itemCall(item));
    if (event['type'] === 'response.output_item.done' && isCall(item)) calls.push(itemCall(item));
    if (event['type'] === 'response.function_call_arguments.delta') {
      const call = places.get(place) ?? { name: '', said: '' };
      places.set(place, call);
      call.said += textOf(event['delta']);
    }
    calls.push(...itemsOf(fieldsOf(event['response'])['output']).map(fieldsOf).filter(isCall).map(itemCall));
  }
  // Of a call without pieces a client learns when its item is done.
  return [...calls, ...[...places.values()].filter(({ said }) => said !== '')];
}
