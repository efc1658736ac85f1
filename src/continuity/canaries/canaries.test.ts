import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { canonicalJson, type Clock, type Random } from '#kernel';
import {
  alertFacts,
  changeOf,
  judge,
  stateOf,
  type CanaryAlert,
  type CanaryAnswer,
  type CanaryRecord,
  type CanaryRequest,
  type CanarySubject,
  type CanaryVerdict,
} from './canary.ts';
import { canaryRequest } from './request.ts';
import { createCanaryRunner, type CanaryPorts, type CanaryStore } from './runner.ts';

const SUBJECT: CanarySubject = {
  deployment: 'openai/sol',
  program: 'daybreak_blue',
  everyMinutes: 60,
  route: 'defender',
  wire: 'openai-responses',
};
const MINUTE = 60_000;
const ENTITLED: CanaryAnswer = { status: 200, effectiveModel: 'gpt-6-sol', effectiveProgram: 'daybreak_blue', requestId: 'req_1' };
const NOT_ENABLED: CanaryAnswer = { status: 403, refusal: { kind: 'access-program', code: 'access_program_not_enabled' } };
const GONE: CanaryAnswer = { status: undefined, reason: 'connection refused' };

/** Records in memory, and leases by a clock that the test moves. */
class MemoryStore implements CanaryStore {
  readonly records: CanaryRecord[] = [];
  readonly leases = new Map<string, number>();
  readonly pruned: number[] = [];
  readonly #now: () => number;
  constructor(now: () => number) {
    this.#now = now;
  }
  async insert(record: CanaryRecord): Promise<void> {
    this.records.unshift(record);
  }
  async latest({ deployment, program }: { deployment: string; program: string | null }, limit: number): Promise<readonly CanaryRecord[]> {
    return this.records.filter((record) => record.deployment === deployment && record.program === program).slice(0, limit);
  }
  async list({ limit }: { limit: number }): Promise<readonly CanaryRecord[]> {
    return this.records.slice(0, limit);
  }
  async tryLease(name: string, forMs: number): Promise<boolean> {
    if ((this.leases.get(name) ?? 0) > this.#now()) return false;
    this.leases.set(name, this.#now() + forMs);
    return true;
  }
  async prune(beforeMs: number): Promise<number> {
    this.pruned.push(beforeMs);
    return 0;
  }
}

interface World {
  nowMs: number;
  readonly store: MemoryStore;
  readonly alerts: CanaryAlert[];
  readonly sent: CanaryRequest[];
  readonly errors: unknown[];
  /** Moves time on, and lets everything that comes due happen. */
  advance(ms: number): Promise<void>;
  /** Another node on the same store. */
  node(changes?: Partial<CanaryPorts>): ReturnType<typeof createCanaryRunner>;
}

function createWorld(answers: readonly CanaryAnswer[] = [ENTITLED]): World {
  const timers = new Set<{ readonly atMs: number; readonly run: () => void }>();
  let seed = 1;
  const clock: Clock = { now: () => world.nowMs, monotonic: () => world.nowMs };
  const random: Random = {
    bytes: (count) => Buffer.from(Array.from({ length: count }, () => (seed = (seed * 16_807) % 2_147_483_647) % 256)),
  };
  const world: World = {
    nowMs: Date.parse('2026-11-24T00:00:00Z'),
    store: new MemoryStore(() => world.nowMs),
    alerts: [],
    sent: [],
    errors: [],
    node: (changes = {}) =>
      createCanaryRunner({
        schedule: [SUBJECT],
        async send(request) {
          world.sent.push(request);
          return answers[Math.min(world.sent.length, answers.length) - 1]!;
        },
        store: world.store,
        clock,
        random,
        onAlert: (alert) => void world.alerts.push(alert),
        onError: (_, error) => void world.errors.push(error),
        later(delayMs, run) {
          const timer = { atMs: world.nowMs + delayMs, run };
          timers.add(timer);
          return () => timers.delete(timer);
        },
        ...changes,
      }),
    async advance(ms) {
      const untilMs = world.nowMs + ms;
      for (;;) {
        const due = [...timers].filter(({ atMs }) => atMs <= untilMs).sort((a, b) => a.atMs - b.atMs)[0];
        if (due === undefined) break;
        timers.delete(due);
        world.nowMs = due.atMs;
        due.run();
        await new Promise((resolve) => setImmediate(resolve));
        await new Promise((resolve) => setImmediate(resolve));
      }
      world.nowMs = untilMs;
    },
  };
  return world;
}

describe('judge', () => {
  it('says what an answer means for the entitlement', () => {
    const cases: readonly (readonly [CanaryAnswer, CanaryVerdict])[] = [
      [ENTITLED, { result: 'entitled', kind: null, code: null }],
      [{ status: 200 }, { result: 'entitled', kind: null, code: null }],
      [NOT_ENABLED, { result: 'refused', kind: 'access-program', code: 'access_program_not_enabled' }],
      [
        { status: 200, refusal: { kind: 'cyber-policy', code: 'cyber' } },
        { result: 'refused', kind: 'cyber-policy', code: 'cyber' },
      ],
      [
        { status: 503, refusal: { kind: 'cyber-policy', code: 'cyber_policy' } },
        { result: 'refused', kind: 'cyber-policy', code: 'cyber_policy' },
      ],
      [
        { status: 404, error: 'model_not_found' },
        { result: 'refused', kind: 'denied', code: 'model_not_found' },
      ],
      [{ status: 401 }, { result: 'refused', kind: 'denied', code: 'status-401' }],
      [
        { status: 400, error: 'unknown_parameter' },
        { result: 'refused', kind: 'request', code: 'unknown_parameter' },
      ],
      [
        { status: 403, isOwnRefusal: true, reason: 'jurisdiction' },
        { result: 'unreachable', kind: 'checkpoint', code: 'jurisdiction' },
      ],
      [
        { status: 429, error: 'rate_limit_exceeded' },
        { result: 'unreachable', kind: null, code: 'rate_limit_exceeded' },
      ],
      [{ status: 502 }, { result: 'unreachable', kind: null, code: 'status-502' }],
      [{ status: 302 }, { result: 'unreachable', kind: null, code: 'status-302' }],
      [GONE, { result: 'unreachable', kind: null, code: 'connection refused' }],
      [
        { status: 200, effectiveProgram: 'standard', mismatch: { program: {}, model: {} } },
        { result: 'program-mismatch', kind: null, code: 'standard' },
      ],
      [
        { status: 200, effectiveModel: 'other', mismatch: { model: {} } },
        { result: 'model-mismatch', kind: null, code: 'other' },
      ],
    ];
    for (const [answer, verdict] of cases) assert.deepEqual(judge(answer), verdict, JSON.stringify(answer));
  });

  it('keeps no text of unbounded length', () => {
    const long = 'x'.repeat(100_000);
    const { kind, code } = judge({ status: 403, refusal: { kind: long, code: long } });
    assert.deepEqual([kind?.length, code?.length], [128, 128]);
  });
});

describe('changes of state', () => {
  const verdict = fc.constantFrom<CanaryVerdict>(
    { result: 'entitled', kind: null, code: null },
    { result: 'refused', kind: 'access-program', code: 'access_program_not_enabled' },
    { result: 'refused', kind: 'cyber-policy', code: 'cyber_policy' },
    { result: 'program-mismatch', kind: null, code: 'standard' },
    { result: 'unreachable', kind: null, code: 'status-502' },
    { result: 'unreachable', kind: null, code: 'timeout' },
  );
  const record = (found: CanaryVerdict): CanaryRecord => ({
    id: 'cnr_x',
    deployment: 'd',
    program: 'p',
    route: 'r',
    atMs: 0,
    effectiveModel: null,
    effectiveProgram: null,
    requestId: null,
    latencyMs: 1,
    ...found,
  });

  it('are told once each: no two alerts in a row end in the same state, whatever the sequence', () => {
    fc.assert(
      fc.property(fc.array(verdict, { maxLength: 30 }), (verdicts) => {
        const before: CanaryRecord[] = [];
        let told: string | undefined;
        for (const found of verdicts) {
          const change = changeOf(record(found), before.slice(0, 2));
          before.unshift(record(found));
          if (change === undefined) continue;
          const { result, kind } = change.to;
          const state = `${result} ${kind} ${result === 'unreachable' ? '' : change.to.code}`;
          assert.notEqual(state, told);
          told = state;
        }
        // Whatever is bad and confirmed now has been told, and nothing else was told after it.
        const now = stateOf(before.slice(0, 2));
        if (now !== undefined && now.result !== 'entitled')
          assert.equal(told, `${now.result} ${now.kind} ${now.result === 'unreachable' ? '' : now.code}`);
      }),
    );
  });

  it('are not made by a single run that nobody answered', () => {
    const entitled = record({ result: 'entitled', kind: null, code: null });
    const gone = record({ result: 'unreachable', kind: null, code: 'timeout' });
    assert.equal(changeOf(gone, [entitled, entitled]), undefined);
    assert.equal(changeOf(gone, []), undefined);
    assert.equal(changeOf(gone, [gone, entitled])?.to.result, 'unreachable');
    assert.equal(changeOf(entitled, [gone, entitled]), undefined);
    assert.equal(changeOf(entitled, [gone, gone])?.to.result, 'entitled', 'and its end is told too');
  });
});

describe('a canary request', () => {
  it('is pinned to its deployment, says what it is, and holds nothing but the least', () => {
    for (const [wire, path] of [
      ['openai-chat', '/v1/chat/completions'],
      ['openai-responses', '/v1/responses'],
      ['anthropic-messages', '/v1/messages'],
    ] as const) {
      const request = canaryRequest({ ...SUBJECT, wire }, new AbortController().signal);
      assert.equal(request.path, path);
      assert.deepEqual([request.headers['x-sekisho-deployment'], request.headers['x-sekisho-canary']], ['openai/sol', '1']);
      assert.equal((JSON.parse(request.body) as { model: string }).model, 'defender');
      assert.ok(!request.body.includes('access_programs'), 'the operator’s program is the checkpoint’s to name');
    }
  });
});

describe('a canary runner', () => {
  it('keeps a history, and tells a lost entitlement and its return once', async () => {
    const world = createWorld([ENTITLED, ENTITLED, NOT_ENABLED, NOT_ENABLED, ENTITLED, ENTITLED]);
    const runner = world.node();
    runner.start();
    await world.advance(6 * 60 * MINUTE);
    await runner.stop();
    assert.deepEqual(
      world.alerts.map(({ from, to }) => [from?.result, to.result, to.code]),
      [
        ['entitled', 'refused', 'access_program_not_enabled'],
        ['refused', 'entitled', null],
      ],
    );
    assert.ok(world.store.records.length >= 5);
    assert.equal(new Set(world.store.records.map(({ id }) => id)).size, world.store.records.length);
    for (const { id } of world.store.records) assert.match(id, /^cnr_[0-9A-HJKMNP-TV-Z]{26}$/);
    assert.ok(canonicalJson(alertFacts(world.alerts[0]!)).includes('"type":"canary"'));
  });

  it('tells at once that something was never ours to use', async () => {
    const world = createWorld([NOT_ENABLED]);
    await world.node().run(SUBJECT);
    assert.deepEqual(
      world.alerts.map(({ from, to }) => [from, to.result]),
      [[undefined, 'refused']],
    );
  });

  it('sends one request per interval, however many nodes there are, and none in step with the clock', async () => {
    const world = createWorld();
    const nodes = [world.node(), world.node(), world.node()];
    for (const node of nodes) node.start();
    await world.advance(24 * 60 * MINUTE);
    await Promise.all(nodes.map((node) => node.stop()));
    assert.ok(world.sent.length >= 20 && world.sent.length <= 28, String(world.sent.length));
    const times = world.store.records.map(({ atMs }) => atMs).reverse();
    const gaps = times.slice(1).map((atMs, index) => (atMs - times[index]!) / MINUTE);
    assert.ok(
      gaps.every((gap) => gap >= 51 && gap <= 75),
      String(gaps),
    );
    assert.ok(new Set(gaps.map((gap) => gap.toFixed(1))).size > 5, 'every interval is its own');
  });
});

describe('a canary runner in trouble', () => {
  it('goes on from another node when the one that sent is gone', async () => {
    const world = createWorld();
    const [first, second] = [world.node(), world.node()];
    first.start();
    second.start();
    await world.advance(3 * 60 * MINUTE);
    await first.stop();
    const before = world.sent.length;
    await world.advance(3 * 60 * MINUTE);
    await second.stop();
    assert.ok(world.sent.length - before >= 2);
  });

  it('takes an error of its sender for silence', async () => {
    const world = createWorld();
    const failing = world.node({ send: () => Promise.reject(new Error('socket closed')) });
    const record = await failing.run(SUBJECT);
    assert.deepEqual([record?.result, record?.code], ['unreachable', 'socket closed']);
  });

  it('does not keep a change that it could not tell, and tells it at the next run', async () => {
    const world = createWorld([NOT_ENABLED]);
    let fails = true;
    const runner = world.node({
      onAlert(alert) {
        if (fails) throw new Error('the ledger cannot be written');
        world.alerts.push(alert);
      },
    });
    runner.start();
    await world.advance(30 * MINUTE);
    assert.deepEqual([world.store.records.length, world.errors.length], [0, 1]);
    fails = false;
    await world.advance(120 * MINUTE);
    await runner.stop();
    assert.ok(world.store.records.length >= 1);
    assert.equal(world.alerts.length, 1);
  });

  it('survives a store that fails, and says so', async () => {
    const world = createWorld();
    world.store.tryLease = () => Promise.reject(new Error('database gone'));
    const runner = world.node();
    runner.start();
    await world.advance(3 * 60 * MINUTE);
    await runner.stop();
    assert.ok(world.errors.length >= 2);
    assert.equal(world.sent.length, 0);
  });

  it('runs two at a time at most', async () => {
    const world = createWorld();
    const subjects = Array.from({ length: 6 }, (_, index): CanarySubject => ({ ...SUBJECT, deployment: `p/${index}` }));
    const open: (() => void)[] = [];
    let most = 0;
    const runner = world.node({
      schedule: subjects,
      async send() {
        await new Promise<void>((resolve) => (most = Math.max(most, open.push(resolve))));
        return ENTITLED;
      },
    });
    runner.start();
    await world.advance(5 * MINUTE);
    assert.equal(most, 2);
    while (open.length > 0) {
      open.shift()!();
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    await runner.stop();
    assert.equal(most, 2);
    assert.equal(world.store.records.length, 6);
  });

  it('cuts what is under way when it stops, and keeps nothing of it', async () => {
    const world = createWorld();
    const runner = world.node({
      send: ({ signal }) =>
        new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('aborted')), { once: true })),
    });
    runner.start();
    await world.advance(2 * MINUTE);
    await runner.stop();
    assert.deepEqual([world.store.records.length, world.alerts.length, world.errors.length], [0, 0, 0]);
  });

  it('forgets what is older than its history, once a day', async () => {
    const world = createWorld();
    const runner = world.node();
    runner.start();
    await world.advance(50 * 60 * MINUTE);
    await runner.stop();
    assert.ok(world.store.pruned.length >= 2 && world.store.pruned.length <= 3, String(world.store.pruned.length));
  });
});
