// For tests only: provider streams in which any value is something else, for laws about what no provider promises.
import fc from 'fast-check';
import type { ConversationWire } from '../../request.ts';
import { eventsOf, payloadsOf, streamOf, type Told } from './answers.ts';

type Json = Readonly<Record<string, unknown>>;

const TOLD: Told = {
  text: ['a', 'b'],
  refusal: 'no',
  calls: [1, 2].map((n) => ({ id: `c${n}`, name: 'f', pieces: ['{"x":', '1}'] })),
};

const replacement: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(null, '', 'constructor', '__proto__', 'x'.repeat(300), '\ud800', -1, 0.5, 2 ** 53, true, [], {}, [{}], [[]]),
  fc.constantFrom<unknown>('message', 'reasoning', 'function_call', 'text', 'tool_use', 'thinking', 'error', 'incomplete', 'failed'),
  fc.jsonValue({ maxDepth: 2 }),
);

/** A stream of the format in which some values, at any depth, are others. */
export function mutatedStream(wire: ConversationWire): fc.Arbitrary<string[]> {
  const payloads = payloadsOf(streamOf(wire, TOLD).join(''));
  const change = fc.tuple(fc.nat(payloads.length - 1), fc.nat(), replacement);
  return fc.array(change, { minLength: 1, maxLength: 6 }).map((changes) => {
    const copies = structuredClone(payloads) as Json[];
    for (const [at, place, value] of changes) {
      const holders = placesIn(copies[at]);
      const found = holders[place % Math.max(1, holders.length)];
      if (found !== undefined) Reflect.set(found.holder, found.member, structuredClone(value));
    }
    return eventsOf(wire, copies);
  });
}

function placesIn(value: unknown): { readonly holder: object; readonly member: string }[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([member, inner]) => [{ holder: value, member }, ...placesIn(inner)]);
}
