// The translation matrix: every client format against every provider format, whole and streamed, each feature driven by the official
// clients through the started program. The table is docs/operating/translation-matrix.md; a cell that changes shows as a diff.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { startSimulator, type Simulator } from '#simulator';
import { assertGolden } from '#test/golden';
import { ROOT } from '#test/repository';
import { providerYaml, startCheckpoint, type StartedCheckpoint } from '#test/started-checkpoint';
import { clientsOf, statusOf, type Ask, type Heard, type MatrixClient } from './clients.ts';

const WIRES = ['openai-chat', 'openai-responses', 'anthropic-messages'] as const;
type Wire = (typeof WIRES)[number];

/** One red pixel. */
const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==';
const SCHEMA = {
  type: 'object',
  properties: { severity: { enum: ['low', 'high'] }, count: { type: 'integer', minimum: 1, maximum: 9 } },
  required: ['severity', 'count'],
  additionalProperties: false,
};

interface Cell {
  readonly client: MatrixClient;
  readonly provider: Simulator;
  readonly wire: Wire;
  readonly stream: boolean;
}

let checkpoint: StartedCheckpoint;
let clients: readonly MatrixClient[];
const simulators = new Map<Wire, Simulator>();
const results = new Map<string, string>();

before(async () => {
  const providers: string[] = [];
  const routes: string[] = [];
  for (const wire of WIRES) {
    const simulator = await startSimulator({ name: wire, label: 'JP', wires: [wire] });
    simulators.set(wire, simulator);
    for (const [name, model] of [
      ['plain', 'sim-matrix'],
      ['refuses', 'sim-refusal'],
      ['blocks', 'sim-policy-error'],
    ] as const) {
      const id = `${wire}-${name}`;
      providers.push(providerYaml(id, { url: simulator.url, country: 'JP', model, wire }));
      routes.push(`  ${id}: { candidates: [${id}/d], maxAttempts: 1 }`);
    }
  }
  checkpoint = await startCheckpoint({
    yaml: `access: { enforce: off }\nproviders:\n${providers.join('\n')}\nroutes:\n${routes.join('\n')}\n`,
  });
  clients = clientsOf(checkpoint.url, await checkpoint.createKey());
});

after(() => Promise.all([...simulators.values()].map((simulator) => simulator.close())));

/** What one feature demands of a cell; throws where it does not hold. */
const FEATURES: Readonly<Record<string, (cell: Cell) => Promise<void>>> = {
  async text(cell) {
    const heard = await ask(cell, { text: 'こんにちは' });
    assert.match(heard.text, /^\[simulated JP provider\] 模擬応答。5 characters received/);
    assert.ok(!cell.stream || heard.pieces > 3, `${heard.pieces} pieces`);
    assert.deepEqual([heard.calls, heard.refused], [[], false]);
  },
  async tools(cell) {
    await roundTrip(cell, 'Use the tool lookup please.', ['lookup', 'other'], ['lookup']);
  },
  async 'parallel tools'(cell) {
    await roundTrip(cell, 'Use the tools.', ['lookup', 'other'], ['lookup', 'other']);
  },
  async 'structured output'(cell) {
    const heard = await ask(cell, { text: 'How bad is it?', schema: SCHEMA });
    const { severity, count, ...rest } = JSON.parse(heard.text) as Record<string, unknown>;
    assert.ok(['low', 'high'].includes(severity as string) && Number.isInteger(count));
    assert.deepEqual(rest, {});
  },
  async image(cell) {
    const heard = await ask(cell, { text: 'What is in it?', image: PNG });
    assert.match(heard.text, /^\[simulated/);
    const sent = received(cell, heard).body.toString();
    assert.ok(sent.includes(PNG) && sent.includes('image/png'), 'the provider got the picture and its type');
  },
  async refusal(cell) {
    const heard = await ask(cell, { text: 'Hello' }, 'refuses');
    assert.ok(heard.refused, 'the client is told that the model declined');
    const outcome = (await checkpoint.recordsOf(heard.requestId)).at(-1)!;
    assert.equal(
      (outcome['providerRefusal'] as { kind: string } | null)?.kind,
      cell.wire === 'anthropic-messages' ? 'cyber-policy' : 'model-refusal',
    );
  },
  async error(cell) {
    cell.provider.setFault({ kind: 'status', status: 400, message: 'a field is wrong (simulated)' }, { times: 1 });
    const error = await failing(ask(cell, { text: 'Hello' }));
    assert.equal(statusOf(error), 400);
    assert.match(String(error), /a field is wrong/);
    const blocked = await failing(ask(cell, { text: 'Hello' }, 'blocks'));
    assert.match(String(blocked) + JSON.stringify(blocked), /cyber_policy|access_program_not_enabled|access program|policy|safety/i);
  },
  async usage(cell) {
    const heard = await ask(cell, { text: 'Count this.' });
    assert.ok(heard.usage !== undefined && heard.usage.input > 0 && heard.usage.output > 0);
    const outcome = (await checkpoint.recordsOf(heard.requestId)).at(-1)!;
    const { inputTokens, outputTokens } = outcome['usage'] as { inputTokens: number; outputTokens: number };
    assert.deepEqual(heard.usage, { input: inputTokens, output: outputTokens }, 'the client reads what the ledger says');
  },
};

function ask({ client, wire, stream }: Cell, asked: Omit<Ask, 'route' | 'stream'>, kind = 'plain'): Promise<Heard> {
  return client.ask({ ...asked, stream, route: `${wire}-${kind}` });
}

async function failing(request: Promise<unknown>): Promise<unknown> {
  return await request.then(
    () => assert.fail('the request succeeded'),
    (error: unknown) => error,
  );
}

function received({ provider }: Cell, heard: Heard) {
  const found = provider.requests.findLast((request) => request.requestId === heard.requestId);
  assert.ok(found !== undefined, 'the provider received the request');
  return found;
}

async function roundTrip(cell: Cell, text: string, tools: readonly string[], expected: readonly string[]): Promise<void> {
  const proposal = await ask(cell, { text, tools });
  assert.deepEqual(
    proposal.calls.map(({ name }) => name),
    expected,
  );
  for (const call of proposal.calls) {
    const { city, ...rest } = call.arguments as Record<string, unknown>;
    assert.deepEqual([typeof city, rest], ['string', {}]);
  }
  assert.equal(new Set(proposal.calls.map(({ id }) => id)).size, expected.length, 'every call has an id of its own');
  const answer = await ask(cell, { text, tools, after: { heard: proposal, results: expected.map((name) => `result of ${name}`) } });
  assert.match(answer.text, new RegExp(`${expected.length} tool result`));
}

for (const wire of WIRES) {
  for (const [index, clientName] of WIRES.entries()) {
    for (const stream of [false, true]) {
      describe(`a client of ${clientName} and a provider of ${wire}, ${stream ? 'streamed' : 'whole'}`, () => {
        for (const [feature, check] of Object.entries(FEATURES)) {
          it(feature, async () => {
            const key = `${clientName} ${wire} ${stream} ${feature}`;
            results.set(key, 'FAILS');
            await check({ client: clients[index]!, provider: simulators.get(wire)!, wire, stream });
            results.set(key, 'passes');
          });
        }
      });
    }
  }
}

describe('the matrix', () => {
  it('is what docs/operating/translation-matrix.md says', () => {
    const names = Object.keys(FEATURES);
    const rows = WIRES.flatMap((client) =>
      WIRES.flatMap((wire) =>
        [false, true].map((stream) => {
          const cells = names.map((feature) => results.get(`${client} ${wire} ${stream} ${feature}`) ?? 'not run');
          return `| ${client} | ${wire} | ${stream ? 'stream' : 'JSON'} | ${cells.join(' | ')} |`;
        }),
      ),
    );
    const head = [`| client | provider | | ${names.join(' | ')} |`, `|---|---|---|${names.map(() => '---').join('|')}|`];
    assertGolden(join(ROOT, 'docs', 'operating', 'translation-matrix.md'), [...head, ...rows], import.meta.filename);
  });
});
