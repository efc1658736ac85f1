// A checkpoint with one governed route for tests, where everything but the provider's connection is in the test's hands, and what a provider
// of chat completions may say. Import it from test files only.
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after } from 'node:test';
import type { AccessRecord, Grant } from '#access';
import {
  createCheckpoint,
  type AccessPorts,
  type AccessRules,
  type FailureReason,
  type MisuseSign,
  type Refusal,
  type Reply,
} from '#checkpoint';
import type { Caller } from '#identity';
import { createSystemRandom, err, ok, systemClock, type KeyId, type PrincipalId } from '#kernel';
import { chatCompletions, createTransport, type Operation } from '#providers';
import { createConcentration, createHealth, createRouter, EMPTY_STATE, type Deployment } from '#routing';
import { EVERYBODY_CLEAR, NO_ACCESS_RULES } from '#test/access';
import { deploymentOf, routeOf } from '#test/routing';

type Answer = (response: ServerResponse) => void;

export async function deployment(id: string, answer: Answer, changes: Parameters<typeof deploymentOf>[1] = {}): Promise<Deployment> {
  const server = createServer((request, response) => {
    request.resume();
    request.on('end', () => answer(response));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  return deploymentOf(id, { baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, ...changes });
}

class KeptReply implements Reply {
  isClosed = false;
  text = '';
  status = 0;
  refusal: Refusal | undefined;
  interrupted: FailureReason | undefined;
  #gone: () => void = () => undefined;
  #done: () => void = () => undefined;
  onGone(listener: () => void): void {
    this.#gone = listener;
  }
  onDone(listener: () => void): void {
    this.#done = listener;
    if (this.isClosed) listener();
  }
  leave(): void {
    this.isClosed = true;
    this.#gone();
    this.#done();
  }
  start(status: number): void {
    this.status = status;
  }
  write(chunk: Buffer): boolean {
    this.text += chunk.toString();
    return true;
  }
  onDrain(): void {}
  trailer(): void {}
  end(chunk?: Buffer): void {
    this.text += chunk?.toString() ?? '';
    this.isClosed = true;
  }
  refuse(refusal: Refusal): void {
    this.refusal = refusal;
    this.isClosed = true;
  }
  interrupt(reason: FailureReason): void {
    this.interrupted = reason;
    this.isClosed = true;
  }
}

const CALLER: Caller = {
  keyId: 'k' as KeyId,
  principalId: 'p' as PrincipalId,
  name: 'caller',
  kind: 'person',
  roles: new Set(['caller']),
  routes: null,
  authentication: 'passkey',
};
const DAY_MS = 24 * 3_600_000;
export const GRANT: Grant = {
  id: 'grt_1',
  applicationId: 'app_1',
  principalId: CALLER.principalId,
  tier: 2,
  capabilities: ['penetration-testing'],
  scope: { targets: [{ kind: 'network', value: '10.20.0.0/16' }], excluded: [], allowedTools: null, forbiddenTools: [] },
  conditions: ['passkey'],
  conditionsMet: [],
  programs: [],
  startsAtMs: Date.now() - DAY_MS,
  endsAtMs: Date.now() + DAY_MS,
  recertifyByMs: Date.now() + DAY_MS,
  state: 'active',
};
export const RECORD: AccessRecord = { member: { roles: new Set(), isOutside: false }, standing: 'clear', grants: [GRANT] };

/** What is known, and may change while a request is under way. */
export interface World {
  record: AccessRecord | 'stale';
  readonly access?: Partial<AccessPorts>;
  readonly rules?: Partial<AccessRules>;
}

export interface Passed {
  readonly reply: KeptReply;
  readonly records: readonly Record<string, unknown>[];
  readonly suspected: readonly MisuseSign[];
  readonly refused: readonly string[];
  readonly failures: readonly unknown[];
  readonly done: Promise<void>;
  readonly outcome: () => Record<string, unknown>;
}

interface PassOptions {
  readonly operation?: Operation;
  readonly route?: Parameters<typeof routeOf>[2];
}

/** `done` settles when the request has ended. */
export function begin(
  deployments: readonly Deployment[],
  body: object,
  world: World,
  { operation = chatCompletions, route: changes }: PassOptions = {},
): Passed {
  const random = createSystemRandom();
  const route = routeOf('r', deployments, { isGoverned: true, ...changes });
  const transport = createTransport(route.candidates);
  after(() => transport.destroy());
  const records: Record<string, unknown>[] = [];
  const write = (_: string, __: string, entry: string | Buffer): void => {
    if (Buffer.byteLength(entry) > 65_535) throw new Error('ledger-entry-invalid');
    records.push(JSON.parse(entry.toString()) as Record<string, unknown>);
  };
  const suspected: MisuseSign[] = [];
  const refused: string[] = [];
  const failures: unknown[] = [];
  const checkpoint = createCheckpoint({
    clock: systemClock,
    random,
    keyring: { identify: () => ok(CALLER) },
    journal: { append: async (...record) => write(...record), appendLazily: write },
    health: createHealth({ clock: systemClock, random }),
    observer: { passed: () => undefined, failed: (_, error) => failures.push(error) },
    rules: () => ({
      version: 'v1',
      routes: new Map([[route.name, route]]),
      limits: { maxBodyBytes: 100_000, maxConcurrentRequests: 9, maxConcurrentPerKey: 9, maxBufferedBytes: 1_000_000 },
      transport,
      router: createRouter({ routes: [route], dataClasses: [], clock: systemClock }),
      content: undefined,
      access: {
        ...NO_ACCESS_RULES,
        policy: {
          decide: ({ principal: { standing } }) =>
            standing === 'clear' ? { allowed: true, policies: ['all'] } : { allowed: false, policies: ['none'], reason: 'no', next: 'no' },
        },
        ...world.rules,
      },
    }),
    concentration: createConcentration({ limits: [], routes: [route], clock: systemClock }),
    traffic: { sent: () => undefined },
    pseudonym: () => 'somebody',
    routingState: () => EMPTY_STATE,
    access: {
      ...EVERYBODY_CLEAR,
      suspect: (sign) => suspected.push(sign),
      watch: { ...EVERYBODY_CLEAR.watch, refused: ({ what }) => refused.push(what) },
      ...world.access,
      directory: {
        holdState: () => undefined,
        ...world.access?.directory,
        of: () => (world.record === 'stale' ? err({ kind: 'stale', ageSeconds: 99 }) : ok(world.record)),
      },
    },
  });
  const reply = new KeptReply();
  const demands = {
    dataClass: undefined,
    jurisdiction: undefined,
    deployment: undefined,
    purpose: undefined,
    capability: undefined,
    grant: undefined,
    isCanary: false,
  };
  const done = checkpoint.pass(
    {
      operation,
      credential: 'sk',
      address: '127.0.0.1',
      endUserHeader: undefined,
      demands,
      conversation: undefined,
      forwardHeaders: () => [],
      readBody: () => Promise.resolve(ok(Buffer.from(JSON.stringify(body)))),
    },
    reply,
  );
  return { reply, records, suspected, refused, failures, done, outcome: () => records.findLast(({ type }) => type === 'outcome')! };
}

export async function pass(...args: Parameters<typeof begin>): Promise<Passed> {
  const passed = begin(...args);
  await passed.done;
  return passed;
}

export const TOOLS = [{ type: 'function', function: { name: 'shell', parameters: {} } }];
export const ASKED = { model: 'r', messages: [{ role: 'user', content: 'hello' }], tools: TOOLS };
export const INSIDE = JSON.stringify({ command: 'ping 10.20.3.4' });
export const AMBIGUOUS = JSON.stringify({ command: 'H=$(cat x); nmap $H' });
export const callOf = (args: string, name = 'shell', index = 0) => ({
  id: `call_${index}`,
  index,
  type: 'function',
  function: { name, arguments: args },
});
export const wholeOf = (...calls: readonly ReturnType<typeof callOf>[]): string =>
  JSON.stringify({
    id: 'c',
    object: 'chat.completion',
    model: 'm',
    choices: [{ index: 0, message: { role: 'assistant', content: 'x', tool_calls: calls }, finish_reason: 'tool_calls' }],
  });
export const says =
  (body: string | Buffer, status = 200, headers: Readonly<Record<string, string>> = {}): Answer =>
  (response) =>
    void response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
export const chunk = (delta: object, finish: string | null = null): string =>
  `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', model: 'm', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
export const soon = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
