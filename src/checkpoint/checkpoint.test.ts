import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, beforeEach, describe, it } from 'node:test';
import type { Caller } from '#identity';
import { createSystemRandom, err, ok, systemClock, type KeyId, type PrincipalId, type RequestId } from '#kernel';
import { chatCompletions, createTransport } from '#providers';
import { createConcentration, createHealth, createRouter, EMPTY_STATE } from '#routing';
import { EVERYBODY_CLEAR, NO_ACCESS_RULES } from '#test/access';
import { deploymentOf, routeOf } from '#test/routing';
import { createCheckpoint } from './checkpoint.ts';
import type { Inbound, Reply } from './exchange.ts';
import type { Ports } from './ports.ts';
import type { FailureReason, Refusal } from './refusal.ts';

let provider: Server;
let received: string[] = [];
const answer = '{"model":"real","choices":[{"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":2}}';

before(async () => {
  provider = createServer((request, response) => {
    let body = '';
    request.on('data', (data: Buffer) => (body += data.toString()));
    request.on('end', () => {
      received.push(body);
      response.writeHead(200, { 'content-type': 'application/json' }).end(answer);
    });
  });
  await new Promise<void>((resolve) => provider.listen(0, '127.0.0.1', resolve));
});

after(() => {
  provider.closeAllConnections();
  provider.close();
});

beforeEach(() => {
  received = [];
});

const CALLER: Caller = {
  keyId: 'k' as KeyId,
  principalId: 'p' as PrincipalId,
  name: 'caller',
  kind: 'service',
  roles: new Set(['caller']),
  routes: null,
  authentication: 'none',
};

interface Written {
  readonly kind: string;
  readonly key: string;
  readonly record: Record<string, unknown>;
}

/** A checkpoint over a real transport with everything else in the test's hands. */
function setUp(changed: Partial<Ports> & { caller?: Caller; limits?: object } = {}) {
  const deployment = deploymentOf('p/d', {
    model: 'real',
    baseUrl: `http://127.0.0.1:${(provider.address() as AddressInfo).port}/v1`,
    timeouts: { connectSeconds: 1, firstByteSeconds: 1, idleSeconds: 1 },
    maxConnections: 4,
  });
  const route = routeOf('r', [deployment], { maxAttempts: 1 });
  const transport = createTransport([deployment]);
  after(() => transport.destroy());
  const written: Written[] = [];
  const write = (kind: string, key: string, entry: string | Buffer) => {
    written.push({ kind, key, record: JSON.parse(entry.toString()) as Record<string, unknown> });
  };
  const failures: unknown[] = [];
  const random = createSystemRandom();
  const ports: Ports = {
    clock: systemClock,
    random,
    keyring: { identify: () => ok(changed.caller ?? CALLER) },
    journal: {
      append: (kind, key, entry) => Promise.resolve(write(kind, key, entry)),
      appendLazily: write,
    },
    health: createHealth({ clock: systemClock, random }),
    observer: { passed: () => undefined, failed: (_, error) => failures.push(error) },
    rules: () => ({
      version: 'v1',
      routes: new Map([['r', route]]),
      limits: { maxBodyBytes: 1000, maxConcurrentRequests: 2, maxConcurrentPerKey: 2, maxBufferedBytes: 10_000, ...changed.limits },
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
    ...changed,
  };
  const checkpoint = createCheckpoint(ports);
  return { checkpoint, written, failures };
}

function inbound(body: string | Promise<string>, changed: Partial<Inbound> = {}): Inbound {
  return {
    operation: chatCompletions,
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
    readBody: async (_, claim) => {
      const bytes = Buffer.from(await body);
      return claim(bytes.length) ? ok(bytes) : err({ rule: 'busy', scope: 'memory', retryAfterSeconds: 1 });
    },
    ...changed,
  };
}

class FakeReply implements Reply {
  isClosed = false;
  status = 0;
  text = '';
  refusal: Refusal | undefined;
  requestId: RequestId | undefined;
  interrupted: FailureReason | undefined;
  #gone: (() => void) | undefined;
  onGone(listener: () => void): void {
    this.#gone = listener;
  }
  onDone(listener: () => void): void {
    listener();
  }
  leave(): void {
    this.isClosed = true;
    this.#gone?.();
  }
  start(status: number): void {
    this.status = status;
  }
  write(chunk: Buffer): boolean {
    this.text += chunk.toString();
    return true;
  }
  trailer(): void {}
  onDrain(): void {
    assert.fail('nothing here makes it wait');
  }
  end(chunk?: Buffer): void {
    this.text += chunk?.toString() ?? '';
    this.isClosed = true;
  }
  refuse(refusal: Refusal, requestId: RequestId): void {
    this.refusal = refusal;
    this.requestId = requestId;
    this.isClosed = true;
  }
  interrupt(reason: FailureReason): void {
    this.interrupted = reason;
  }
}

const BODY = '{"model":"r","messages":[]}';

describe('the checkpoint', () => {
  it('writes the decision before the provider sees anything, and the outcome after', async () => {
    let seenAtDecision = -1;
    const order: string[] = [];
    const { checkpoint } = setUp({
      journal: {
        async append(kind) {
          await new Promise((resolve) => setTimeout(resolve, 20));
          seenAtDecision = received.length;
          order.push(kind);
        },
        appendLazily: (kind) => void order.push(kind),
      },
    });
    const reply = new FakeReply();
    await checkpoint.pass(inbound(BODY), reply);
    assert.deepEqual([reply.status, reply.text, seenAtDecision, received], [200, answer, 0, ['{"model":"real","messages":[]}']]);
    assert.deepEqual(order, ['decision', 'outcome']);
  });

  it('sends nothing when the decision cannot be recorded', async () => {
    const { checkpoint } = setUp({
      journal: { append: () => Promise.reject(new Error('disk full')), appendLazily: () => undefined },
    });
    const reply = new FakeReply();
    await checkpoint.pass(inbound(BODY), reply);
    assert.deepEqual([reply.refusal?.rule, received.length, checkpoint.inProgress], ['ledger-unwritable', 0, 0]);
  });

  it('sends nothing when the client left while the decision was being recorded', async () => {
    const reply = new FakeReply();
    const records: string[] = [];
    const { checkpoint } = setUp({
      journal: {
        append: () => Promise.resolve(reply.leave()),
        appendLazily: (_, __, entry) => void records.push(entry.toString()),
      },
    });
    await checkpoint.pass(inbound(BODY), reply);
    assert.equal(received.length, 0);
    assert.equal((JSON.parse(records[0]!) as { ended: string }).ended, 'client-gone');
  });

  it('does not change what happens when observers fail', async () => {
    const { checkpoint, failures } = setUp({
      observer: {
        passed() {
          throw new Error('metrics broke');
        },
        failed: (_, error) => failures.push(error),
      },
    });
    const reply = new FakeReply();
    await checkpoint.pass(inbound(BODY), reply);
    assert.deepEqual([reply.status, reply.text, checkpoint.inProgress], [200, answer, 0]);
    assert.deepEqual(failures.map(String), ['Error: metrics broke']);
  });

  it('records a refusal of a known caller and only counts unknown ones', async () => {
    const known = setUp();
    await known.checkpoint.pass(inbound('{"model":"other"}'), new FakeReply());
    assert.deepEqual(
      known.written.map(({ kind, record }) => [kind, record['type'], record['rule'], record['route']]),
      [['note', 'refusal', 'unknown-route', 'other']],
    );

    const unknown = setUp({ keyring: { identify: () => err({ kind: 'unknown' }) } });
    for (let count = 0; count < 3; count++) await unknown.checkpoint.pass(inbound(BODY), new FakeReply());
    assert.deepEqual(unknown.written, []);
    unknown.checkpoint.close();
    assert.deepEqual(
      unknown.written.map(({ record }) => record['counts']),
      [{ unknown: 3 }],
    );
    unknown.checkpoint.close();
    assert.equal(unknown.written.length, 1, 'a window is recorded once');
  });

  it('does not read a body before it knows the caller', async () => {
    const { checkpoint } = setUp({ keyring: { identify: () => err({ kind: 'unknown' }) } });
    const reply = new FakeReply();
    await checkpoint.pass(inbound(BODY, { readBody: () => assert.fail('the body was read') }), reply);
    assert.deepEqual(reply.refusal, { rule: 'identity', reason: 'unknown' });
  });
});

describe('what the checkpoint lets in', () => {
  it('keeps keys without the role caller, and routes that a key may not use, out', async () => {
    const auditor = setUp({ caller: { ...CALLER, roles: new Set(['auditor']) } });
    const reply = new FakeReply();
    await auditor.checkpoint.pass(inbound(BODY), reply);
    assert.equal(reply.refusal?.rule, 'role');
    const elsewhere = setUp({ caller: { ...CALLER, routes: new Set(['else']) } });
    const second = new FakeReply();
    await elsewhere.checkpoint.pass(inbound(BODY), second);
    assert.equal(second.refusal?.rule, 'route-not-granted');
    assert.equal(received.length, 0);
  });

  it('bounds requests and bytes in progress and gives every place back', async () => {
    const { checkpoint } = setUp();
    let release = (_: string): void => undefined;
    const held = new Promise<string>((resolve) => (release = resolve));
    const waiting = [new FakeReply(), new FakeReply()].map((reply) => checkpoint.pass(inbound(held), reply));
    const third = new FakeReply();
    await checkpoint.pass(inbound(BODY), third);
    assert.deepEqual(third.refusal, { rule: 'busy', scope: 'worker', retryAfterSeconds: 1 });
    release(BODY);
    await Promise.all(waiting);
    assert.equal(checkpoint.inProgress, 0);
    const fourth = new FakeReply();
    await checkpoint.pass(inbound(BODY), fourth);
    assert.equal(fourth.status, 200);

    const small = setUp({ limits: { maxBufferedBytes: 5 } });
    const fifth = new FakeReply();
    await small.checkpoint.pass(inbound(BODY), fifth);
    assert.deepEqual([fifth.refusal, small.checkpoint.inProgress], [{ rule: 'busy', scope: 'memory', retryAfterSeconds: 1 }, 0]);
  });

  it('answers a bug with the request id and nothing of its insides', async () => {
    const { checkpoint, failures } = setUp();
    const reply = new FakeReply();
    await checkpoint.pass(inbound(BODY, { readBody: () => Promise.reject(new Error('secret insides')) }), reply);
    assert.deepEqual(reply.refusal, { rule: 'internal' });
    assert.match(reply.requestId!, /^req_[0-9A-HJKMNP-TV-Z]{26}$/);
    assert.equal(failures.length, 1);
  });

  it('never rejects, even when the ledger takes nothing any more', async () => {
    const { checkpoint, failures } = setUp({
      journal: {
        append: () => Promise.resolve(),
        appendLazily() {
          throw new Error('closed');
        },
      },
      caller: { ...CALLER, roles: new Set(['auditor']) },
    });
    await checkpoint.pass(inbound(BODY), new FakeReply());
    assert.equal(failures.length > 0, true);
  });

  it('keeps the place until the answer has left', async () => {
    const { checkpoint } = setUp();
    const reply = new FakeReply();
    let done = (): void => undefined;
    reply.onDone = (listener) => void (done = listener);
    await checkpoint.pass(inbound(BODY), reply);
    assert.equal(checkpoint.inProgress, 1);
    done();
    assert.equal(checkpoint.inProgress, 0);
  });

  it('refuses bodies on which parsers could disagree', async () => {
    const { checkpoint } = setUp();
    for (const body of [
      '[]',
      '{"model":"r","model":"x"}',
      '{"model":"r","MODEL":"x"}',
      '{"model":7}',
      '{"model":"r","stream":"yes"}',
      '{"model":"r"',
    ]) {
      const reply = new FakeReply();
      await checkpoint.pass(inbound(body), reply);
      assert.equal(reply.refusal?.rule, 'body-malformed', body);
    }
    assert.equal(received.length, 0);
  });
});

describe('a deployment that is cut off while a request is under way', () => {
  const CUT = { ...EMPTY_STATE, version: 2, cuts: [{ id: 'cut_1', selector: 'deployment:p/d', reason: 'now', atMs: 0 }] };

  it('is not asked any more, not even when the decision was recorded already, and the refusal says so', async () => {
    let state = EMPTY_STATE;
    const written: Record<string, unknown>[] = [];
    const write = (entry: string | Buffer): void => void written.push(JSON.parse(entry.toString()) as Record<string, unknown>);
    const sent: string[] = [];
    const { checkpoint } = setUp({
      routingState: () => state,
      journal: {
        append: (_, __, entry) => {
          state = CUT;
          return Promise.resolve(write(entry));
        },
        appendLazily: (_, __, entry) => write(entry),
      },
      traffic: { sent: (_, deployment) => void sent.push(deployment) },
    });
    const reply = new FakeReply();
    await checkpoint.pass(inbound(BODY), reply);
    assert.deepEqual([received, sent, reply.refusal?.rule], [[], [], 'cut-off']);
    assert.deepEqual(
      written.map((record) => [
        record['type'],
        record['refusal'],
        (record['failures'] as { reason: string }[] | undefined)?.map((each) => each.reason),
      ]),
      [
        ['decision', undefined, undefined],
        ['outcome', 'cut-off', ['cut-off']],
      ],
    );
  });
});

describe('an attempt that ends in a bug', () => {
  it('gives back the right to ask the deployment', async () => {
    const claims: string[] = [];
    const health = createHealth({ clock: systemClock, random: createSystemRandom() });
    const watched = new Proxy(health, {
      get: (target, name: keyof typeof health) =>
        ['claim', 'released', 'failed', 'succeeded'].includes(name)
          ? (id: string) => {
              claims.push(name);
              return (target[name] as (id: string) => unknown)(id);
            }
          : target[name],
    });
    const { checkpoint, failures } = setUp({ health: watched });
    const reply = new FakeReply();
    await checkpoint.pass(inbound(BODY, { forwardHeaders: () => assert.fail('a bug') }), reply);
    assert.deepEqual([claims, reply.refusal?.rule, failures.length], [['claim', 'released'], 'internal', 1]);
  });
});
