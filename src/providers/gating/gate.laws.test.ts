// Laws of the gate over what the vendors' own clients make of a stream: whatever passes arrives exactly, whatever does not leaves nothing of
// itself but a notice, whichever way the stream was cut and whenever the verdicts came.
import fc from 'fast-check';
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fieldsOf, itemsOf, textOf } from '../json-fields.ts';
import { assertGrammar } from '../translation/answers/testing/grammar.ts';
import { hear, payloadsOf, streamOf, wholeOf, WIRES, type Told } from '../translation/answers/testing/answers.ts';
import { mutatedStream, mutatedWhole } from '../translation/answers/testing/mutations.ts';
import type { ConversationWire } from '../translation/request.ts';
import { gateAnswer } from './answer.ts';
import { heardIn } from './testing/heard.ts';
import { cut, gated, PASS, refuse } from './testing/harness.ts';
import type { CallReview, CallVerdict } from './types.ts';

/** Stands in every call's arguments, and nowhere else. */
const INSIDE = 'k3y-of-the-argument';

interface Planned {
  readonly passes: boolean;
  /** Turns of the event loop until the verdict is in; 0: at once. */
  readonly delay: number;
}

interface Scene {
  readonly told: Told;
  readonly plans: readonly Planned[];
}

const word = fc.oneof(
  fc.constantFrom('text', '日本語', ' ', '\n', '"', '\\', 'tool_calls', '"item"', '_call', '😀', 'content_block', '{'),
  fc.string(),
);
const plan = fc.record({ passes: fc.boolean(), delay: fc.constantFrom(0, 0, 1, 2, 5) });
const argument = fc.tuple(word, fc.array(fc.nat(), { maxLength: 6 })).map(([value, places]) => {
  const json = JSON.stringify({ target: `${INSIDE} ${value}`, n: 1 });
  const at = [0, ...places.map((place) => place % json.length).sort((a, b) => a - b), json.length];
  return at
    .slice(1)
    .map((to, index) => json.slice(at[index], to))
    .filter((piece) => piece !== '');
});

const scene: fc.Arbitrary<Scene> = fc
  .record({
    text: fc.option(
      fc.array(
        word.filter((each) => each !== ''),
        { minLength: 1, maxLength: 4 },
      ),
      { nil: undefined },
    ),
    calls: fc.array(fc.tuple(argument, plan), { maxLength: 4 }),
  })
  .map(({ text, calls }) => ({
    told: {
      ...(text === undefined ? {} : { text }),
      calls: calls.map(([pieces], index) => ({ id: `call_${index}`, name: `tool${index}`, pieces })),
    },
    plans: calls.map(([, each]) => each),
  }));

const noticeOf = (index: number): string => `[not ${index}]`;

/** Verdicts as planned, by the call's id. */
function reviewOf(plans: readonly Planned[]): CallReview {
  return ({ id }) => {
    const index = Number(id.split('_').at(-1));
    const planned = plans[index]!;
    const verdict: CallVerdict = planned.passes ? PASS : refuse(noticeOf(index));
    return planned.delay === 0 ? verdict : later(planned.delay, verdict);
  };
}

async function later(turns: number, verdict: CallVerdict): Promise<CallVerdict> {
  for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
  return verdict;
}

const cuts = fc.array(fc.nat(), { maxLength: 30 });

for (const wire of WIRES) {
  describe(wire, () => {
    const bytesOf = (told: Told): Buffer => Buffer.from(streamOf(wire, told).join(''));

    test('a stream of which every call passes is the same, byte for byte, in any pieces', async () => {
      await fc.assert(
        fc.asyncProperty(scene, cuts, async ({ told, plans }, places) => {
          const bytes = bytesOf(told);
          const { out, counts } = await gated(wire, cut(bytes, places), reviewOf(plans.map(({ delay }) => ({ passes: true, delay }))));
          assert.equal(out, bytes.toString());
          assert.deepEqual(counts, { reviewed: plans.length, replaced: 0 });
        }),
        { numRuns: 150 },
      );
    });

    test('clients hear exactly the calls that passed, and the notices of the others', async () => {
      await fc.assert(
        fc.asyncProperty(scene, cuts, async ({ told, plans }, places) => {
          const { out, asked } = await gated(wire, cut(bytesOf(told), places), reviewOf(plans));
          assert.deepEqual(
            asked.map(({ id, name, encoding, arguments: said }) => ({ id, name, encoding, said })),
            told.calls!.map(({ id, name, pieces }) => ({ id, name, encoding: 'json', said: pieces.join('') })),
          );
          assertGrammar(wire, out.replace('event: ping\ndata: {"type":"ping"}\n\n', ''));
          const before = await hear(wire, bytesOf(told), true);
          const heard = await hear(wire, out, true);
          assert.deepEqual(
            heard.calls,
            before.calls.filter((_, index) => plans[index]!.passes),
          );
          const notices = plans.flatMap(({ passes }, index) => (passes ? [] : [noticeOf(index)]));
          // In the one text of a chat message each notice is a paragraph of its own.
          const said =
            wire === 'openai-chat' ? [before.text, ...notices].filter((text) => text !== '').join('\n\n') : before.text + notices.join('');
          assert.equal(heard.text, said);
          const isOver = plans.length > 0 && plans.every(({ passes }) => !passes);
          const stops = { 'openai-chat': 'stop', 'openai-responses': 'completed', 'anthropic-messages': 'end_turn' };
          assert.equal(heard.stop, isOver ? stops[wire] : before.stop);
          assert.deepEqual(heard.usage, before.usage);
          if (plans.every(({ passes }) => !passes)) assert.ok(!out.includes(INSIDE));
        }),
        { numRuns: 150 },
      );
    });

    test('the same bytes leave whichever way the stream was cut, and whenever the verdicts came', async () => {
      await fc.assert(
        fc.asyncProperty(scene, cuts, async ({ told, plans }, places) => {
          const bytes = bytesOf(told);
          const atOnce = await gated(wire, [bytes], reviewOf(plans.map(({ passes }) => ({ passes, delay: 0 }))));
          assert.equal((await gated(wire, cut(bytes, places), reviewOf(plans))).out, atOnce.out);
        }),
        { numRuns: 100 },
      );
    });

    test('a stream that breaks off at any byte delivers no call that was not complete, and no part of one', async () => {
      const told: Told = {
        text: ['a'],
        calls: [0, 1].map((n) => ({ id: `call_${n}`, name: `tool${n}`, pieces: [`{"k${n}":`, `"${INSIDE}"`, '}'] })),
      };
      const bytes = bytesOf(told);
      for (let end = 0; end < bytes.length; end++) {
        const { out, asked } = await gated(wire, [bytes.subarray(0, end)], () => PASS);
        for (const [index] of told.calls!.entries()) {
          const isIn = out.includes(`"tool${index}"`) || out.includes(String.raw`k${index}\"`) || out.includes(`"k${index}"`);
          if (isIn)
            assert.ok(
              asked.some(({ name, arguments: said }) => name === `tool${index}` && said === `{"k${index}":"${INSIDE}"}`),
              `cut at ${end}`,
            );
        }
      }
    });

    test('whole answers: exactly the calls that passed, and the notices of the others', async () => {
      await fc.assert(
        fc.asyncProperty(scene, async ({ told, plans }) => {
          const body = Buffer.from(JSON.stringify(wholeOf(wire, told)));
          const gate = await gateAnswer(body, { wire }, reviewOf(plans));
          const before = await hear(wire, body, false);
          const heard = await hear(wire, gate.body!, false);
          assert.deepEqual(
            heard.calls,
            before.calls.filter((_, index) => plans[index]!.passes),
          );
          for (const [index, { passes }] of plans.entries()) assert.equal(heard.text.includes(noticeOf(index)), !passes);
          if (plans.every(({ passes }) => passes)) assert.equal(gate.body, body);
          assert.equal(gate.counts.replaced, plans.filter(({ passes }) => !passes).length);
        }),
        { numRuns: 150 },
      );
    });
  });
}

for (const wire of WIRES) {
  describe(`${wire}, as no provider promises it`, () => {
    test('what no provider promises breaks nothing and lets no refused call through', async () => {
      await fc.assert(
        fc.asyncProperty(mutatedStream(wire), async (events) => {
          const { out } = await gated(wire, [events.join('')], () => refuse('[no]'));
          for (const payload of payloadsOf(out)) assert.ok(!callsIn(wire, payload), JSON.stringify(payload));
        }),
        { numRuns: 1500 },
      );
    });

    test('of what no provider promises, clients hear no call that was not reviewed, word for word, and passed', async () => {
      await fc.assert(
        fc.asyncProperty(mutatedStream(wire), cuts, fc.nat(3), async (events, places, salt) => {
          const passed = new Set<string>();
          const bytes = Buffer.from(events.join(''));
          const { out } = await gated(wire, cut(bytes, places), ({ id, name, arguments: said }) => {
            if ((id.length + said.length + salt) % 3 === 0) return refuse('[no]');
            passed.add(`${name} ${said}`);
            return PASS;
          });
          for (const call of heardIn(wire, payloadsOf(out)))
            assert.ok(passed.has(call), `“${call}” was not among ${JSON.stringify([...passed])}`);
        }),
        { numRuns: 1500 },
      );
    });

    test('whole answers that no provider promises break nothing and let no refused call through', () => {
      fc.assert(
        fc.property(mutatedWhole(wire), (answer) => {
          const gate = gateAnswer(Buffer.from(JSON.stringify(answer)), { wire }, () => refuse('[no]'));
          assert.ok(!(gate instanceof Promise));
          if (gate.body !== undefined) assert.ok(!callsIn(wire, JSON.parse(gate.body.toString()) as Json), gate.body.toString());
        }),
        { numRuns: 1500 },
      );
    });
  });
}

/** Whether a client of the format could see a call in an event or an answer. */
function callsIn(wire: ConversationWire, payload: Json): boolean {
  if (wire === 'openai-chat') {
    const said = itemsOf(payload['choices'])
      .flatMap((choice) => [fieldsOf(choice)['delta'], fieldsOf(choice)['message']])
      .map(fieldsOf);
    return said.some(
      ({ tool_calls: tools, function_call: legacy }) => itemsOf(tools).length > 0 || Object.keys(fieldsOf(legacy)).length > 0,
    );
  }
  const isCall = (each: unknown): boolean => /^(?:function_call|tool_use)$/.test(textOf(fieldsOf(each)['type']) ?? '');
  if (wire === 'openai-responses') {
    const items = [payload['item'], ...itemsOf(payload['output']), ...itemsOf(fieldsOf(payload['response'])['output'])];
    return items.some(isCall) || JSON.stringify(payload['type'] ?? '').includes('response.function_call');
  }
  const blocks = [payload['content_block'], ...itemsOf(payload['content']), ...itemsOf(fieldsOf(payload['message'])['content'])];
  return blocks.some(isCall) || textOf(fieldsOf(payload['delta'])['partial_json']) !== undefined;
}

type Json = Readonly<Record<string, unknown>>;
