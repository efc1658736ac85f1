import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, describe, it } from 'node:test';
import type { Caller } from '#identity';
import { createSystemRandom, ok, systemClock, type KeyId, type PrincipalId } from '#kernel';
import { chatCompletions, createTransport, messages, type Operation } from '#providers';
import { createConcentration, createHealth, createRouter, EMPTY_STATE, type Deployment, type Health, type Route } from '#routing';
import { EVERYBODY_CLEAR, NO_ACCESS_RULES } from '#test/access';
import { deploymentOf, routeOf } from '#test/routing';
import { createCheckpoint } from './checkpoint.ts';
import type { Reply } from './exchange.ts';
import type { FailureReason, Refusal } from './refusal.ts';

type Answer = (response: ServerResponse) => void;

async function deployment(id: string, answer: Answer, changes: Parameters<typeof deploymentOf>[1] = {}): Promise<Deployment> {
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
  refusal: Refusal | undefined;
  interrupted: FailureReason | undefined;
  onGone(): void {}
  onDone(listener: () => void): void {
    listener();
  }
  start(): void {}
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
  kind: 'service',
  roles: new Set(['caller']),
  routes: null,
  authentication: 'none',
};

interface Passed {
  readonly reply: KeptReply;
  readonly outcome: Record<string, unknown>;
  readonly health: Health;
}

async function pass(
  route: Route,
  body: object,
  options: { operation?: Operation; prepare?: (health: Health) => void } = {},
): Promise<Passed> {
  const random = createSystemRandom();
  const health = createHealth({ clock: systemClock, random });
  options.prepare?.(health);
  const transport = createTransport(route.candidates);
  after(() => transport.destroy());
  const records: Record<string, unknown>[] = [];
  const write = (_: string, __: string, entry: string | Buffer): void =>
    void records.push(JSON.parse(entry.toString()) as Record<string, unknown>);
  const checkpoint = createCheckpoint({
    clock: systemClock,
    random,
    keyring: { identify: () => ok(CALLER) },
    journal: { append: (...record) => Promise.resolve(write(...record)), appendLazily: write },
    health,
    observer: { passed: () => undefined, failed: (_, error) => assert.fail(String(error)) },
    rules: () => ({
      version: 'v1',
      routes: new Map([[route.name, route]]),
      limits: { maxBodyBytes: 10_000, maxConcurrentRequests: 9, maxConcurrentPerKey: 9, maxBufferedBytes: 100_000 },
      transport,
      router: createRouter({ routes: [route], dataClasses: [], clock: systemClock }),
      content: undefined,
      access: NO_ACCESS_RULES,
    }),
    concentration: createConcentration({ limits: [], routes: [route], clock: systemClock }),
    traffic: { sent: () => undefined },
    pseudonym: () => 'somebody',
    routingState: () => EMPTY_STATE,
    access: EVERYBODY_CLEAR,
  });
  const reply = new KeptReply();
  await checkpoint.pass(
    {
      operation: options.operation ?? chatCompletions,
      credential: 'sk',
      address: '127.0.0.1',
      endUserHeader: undefined,
      demands: {
        dataClass: undefined,
        jurisdiction: undefined,
        deployment: undefined,
        purpose: undefined,
        capability: undefined,
        grant: undefined,
        isCanary: false,
      },
      conversation: undefined,
      forwardHeaders: () => [],
      readBody: () => Promise.resolve(ok(Buffer.from(JSON.stringify(body)))),
    },
    reply,
  );
  return { reply, outcome: records.at(-1)!, health };
}

const ASKED = { model: 'r', messages: [{ role: 'user', content: 'hello' }], stream: true };

function breaksOff(model: string): Answer {
  return (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(`data: ${JSON.stringify({ model, choices: [{ index: 0, delta: { content: 'so far' } }] })}\n\n`);
    setTimeout(() => response.destroy(), 20);
  };
}

describe('a stream that nobody could continue', () => {
  it('is judged by what was asked of whoever began it', async () => {
    const first = await deployment('a/d', breaksOff('one'), { model: 'one' });
    const second = await deployment('b/d', (response) => response.writeHead(503).end(), { model: 'two' });
    const { reply, outcome } = await pass(routeOf('r', [first, second], { resumption: true, maxAttempts: 2 }), ASKED);
    assert.equal(reply.interrupted, 'connection-broken');
    assert.deepEqual([outcome['deployment'], outcome['effectiveModel'], outcome['mismatch']], ['a/d', 'one', null]);
    assert.doesNotMatch(reply.text, /goes on from here/);
  });

  it('because the next one declined is nobody’s failure, and nobody else is asked', async () => {
    let asked = 0;
    const first = await deployment('a/d', breaksOff('one'));
    const second = await deployment('b/d', (response) => {
      response.writeHead(403, { 'content-type': 'application/json' });
      response.end('{"error":{"code":"cyber_policy","message":"no"}}');
    });
    const third = await deployment('c/d', (response) => {
      asked++;
      response.end();
    });
    const { reply, outcome, health } = await pass(routeOf('r', [first, second, third], { resumption: true, maxAttempts: 9 }), ASKED, {
      // One more failure would open its breaker.
      prepare: (before) => {
        for (let failures = 0; failures < 4; failures++) before.failed('b/d');
      },
    });
    assert.deepEqual([reply.interrupted, asked, health.state('b/d')], ['status', 0, 'closed']);
    assert.deepEqual(outcome['providerRefusal'], { code: 'cyber_policy', kind: 'cyber-policy' });
  });
});

describe('a request that one deployment cannot be asked in its format', () => {
  const untranslatable = { model: 'r', max_tokens: 5, messages: [{ role: 'user', content: 'hello' }], top_k: 3 };
  const answers: Answer = (response) => void response.end('{}');

  it('waits for the one that rests and would understand it', async () => {
    const native = await deployment('a/d', answers, { wires: ['anthropic-messages'] });
    const other = await deployment('b/d', answers, { wires: ['openai-chat'] });
    const { reply } = await pass(routeOf('r', [native, other]), untranslatable, {
      operation: messages,
      prepare: (health) => health.askedToRest('a/d', 30_000),
    });
    assert.equal(reply.refusal?.rule, 'deployments-resting');
    assert.ok(reply.refusal.retryAfterSeconds > 20, 'as long as that one rests');
  });

  it('is refused with the fields when that is so of all of them', async () => {
    const other = await deployment('b/d', answers, { wires: ['openai-chat'] });
    const { reply } = await pass(routeOf('r', [other]), untranslatable, { operation: messages });
    assert.equal(reply.refusal?.rule, 'untranslatable');
  });
});
