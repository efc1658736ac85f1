// For tests only: provider streams in which any value is something else, for laws about what no provider promises.
import fc from 'fast-check';
import type { ConversationWire } from '../../request.ts';
import { eventsOf, payloadsOf, streamOf, wholeOf, type Told } from './answers.ts';

type Json = Readonly<Record<string, unknown>>;

const TOLD: Told = {
  text: ['a', 'b'],
  refusal: 'no',
  calls: [1, 2].map((n) => ({ id: `c${n}`, name: 'f', pieces: ['{"x":', '1}'] })),
};

const replacement: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(null, '', 'constructor', '__proto__', 'x'.repeat(300), '\ud800', -1, 0.5, 2 ** 53, true, [], {}, [{}], [[]]),
  fc.constantFrom<unknown>('message', 'reasoning', 'function_call', 'text', 'tool_use', 'thinking', 'error', 'incomplete', 'failed'),
  // Has no text: whoever makes one of it throws.
  fc.constant({ toString: '', valueOf: '' }),
  fc.jsonValue({ maxDepth: 2 }),
);

const changes = fc.array(fc.tuple(fc.nat(), fc.nat(), replacement), { minLength: 1, maxLength: 6 });
type Changes = typeof changes extends fc.Arbitrary<infer T> ? T : never;

/** The values with some of what they hold, at any depth, replaced. */
function changed(values: readonly Json[], list: Changes): Json[] {
  const copies = structuredClone(values) as Json[];
  for (const [at, place, value] of list) {
    const places = placesIn(copies[at % copies.length]);
    const found = places[place % Math.max(1, places.length)];
    if (found !== undefined) Reflect.set(found.holder, found.member, structuredClone(value));
  }
  return copies;
}

function placesIn(value: unknown): { readonly holder: object; readonly member: string }[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([member, inner]) => [{ holder: value, member }, ...placesIn(inner)]);
}

/** A stream of the format in which some values are others. */
export function mutatedStream(wire: ConversationWire): fc.Arbitrary<string[]> {
  const payloads = payloadsOf(streamOf(wire, TOLD).join(''));
  return changes.map((list) => eventsOf(wire, changed(payloads, list)));
}

/** A whole answer in which some values are others. */
export function mutatedWhole(wire: ConversationWire): fc.Arbitrary<Json> {
  return changes.map((list) => changed([wholeOf(wire, TOLD)], list)[0]!);
}

const REQUEST: Json = {
  previous_response_id: 'resp_1',
  instructions: 'x',
  tools: [
    { type: 'function', name: 'f', description: 'd', parameters: { type: 'object' }, strict: true },
    { type: 'custom', name: 'patch' },
  ],
  tool_choice: { type: 'allowed_tools', mode: 'auto', tools: [{ type: 'function', name: 'f' }] },
  text: { format: { type: 'json_schema', name: 'r', schema: { type: 'object' }, strict: true, description: 'd' }, verbosity: 'low' },
  reasoning: { effort: 'high', summary: 'auto' },
  metadata: { a: 'b' },
  max_output_tokens: 9,
  max_tool_calls: 2,
  top_logprobs: 1,
  temperature: 0,
  top_p: 0.5,
  presence_penalty: 0,
  frequency_penalty: 0,
  store: true,
  background: false,
  safety_identifier: 's',
  prompt_cache_key: 'k',
  truncation: 'auto',
  service_tier: 'flex',
  parallel_tool_calls: false,
};

/** A Responses request in which some values are others. */
export const mutatedRequest: fc.Arbitrary<Json> = changes.map((list) => changed([REQUEST], list)[0]!);
