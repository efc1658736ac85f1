import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { canonicalJson, systemClock, type Clock, type Json, type PrincipalId } from '#kernel';
import type { Actor } from '../actor.ts';
import { obligationsMatrix } from '../obligations/index.ts';
import {
  createOnboarding,
  ONBOARDING_STATES,
  type Onboarding,
  type OnboardingEvent,
  type OnboardingPorts,
  type OnboardingService,
  type OnboardingStore,
  type ProbeResult,
} from './index.ts';
import { afterProbe, mayStep, provesAccess } from './state.ts';

const ACTOR: Actor = { principalId: 'prn_a' as PrincipalId, name: 'tanaka', roles: new Set(['administrator']), authentication: 'passkey' };
const ENTITLED: ProbeResult = {
  ok: true,
  isConclusive: true,
  effectiveModel: 'gpt-6-cyber',
  effectiveProgram: 'daybreak_red',
  requestId: 'req_1',
  reason: null,
};
const NOT_ENABLED: ProbeResult = { ...ENTITLED, ok: false, effectiveProgram: null, reason: 'access_program_not_enabled' };
const GONE: ProbeResult = { ...NOT_ENABLED, isConclusive: false, reason: 'timeout' };
const SILENT: ProbeResult = { ...ENTITLED, effectiveProgram: null };

class MemoryStore implements OnboardingStore {
  readonly rows = new Map<string, Onboarding>();
  async insert(one: Onboarding): Promise<boolean> {
    this.rows.set(one.id, one);
    return true;
  }
  async find(id: string): Promise<Onboarding | undefined> {
    return this.rows.get(id);
  }
  async list(): Promise<readonly Onboarding[]> {
    return [...this.rows.values()].reverse();
  }
  async append(id: string, event: OnboardingEvent, { reference }: { reference?: string }): Promise<boolean> {
    const row = this.rows.get(id)!;
    if (event.revision !== row.revision + 1) return false;
    this.rows.set(id, {
      ...row,
      reference: reference ?? row.reference,
      state: event.to,
      changedAtMs: event.atMs,
      revision: event.revision,
      history: [...row.history, event],
    });
    return true;
  }
}

interface World {
  readonly store: MemoryStore;
  readonly service: OnboardingService;
  readonly records: { readonly [name: string]: Json }[];
  answer: ProbeResult;
  missing: readonly string[];
  fails: boolean;
}

function createWorld(changes: Partial<OnboardingPorts> = {}): World {
  const store = new MemoryStore();
  let nowMs = Date.parse('2026-11-24T00:00:00Z');
  let seed = 0;
  const clock: Clock = { ...systemClock, now: () => (nowMs += 1000) };
  const world: World = {
    store,
    records: [],
    answer: ENTITLED,
    missing: [],
    fails: false,
    service: createOnboarding({
      matrix: obligationsMatrix(),
      store,
      probe: async () => world.answer,
      deploymentsOf: ({ id }) =>
        id === 'daybreak_red' ? ['openai/cyber', 'openai/cyber-2'] : id === 'anthropic_cvp' ? ['anthropic/a'] : [],
      missingObligations: async () => world.missing,
      async record(_, facts) {
        if (world.fails) throw new Error('the disk is full');
        world.records.push(facts);
      },
      clock,
      random: { bytes: (bytes) => Buffer.alloc(bytes, ++seed) },
      ...changes,
    }),
  };
  return world;
}

async function provisioned(world: World, program = 'daybreak_red'): Promise<string> {
  const made = await world.service.submit(ACTOR, { program, account: 'org-cyber' });
  assert.ok(made.ok);
  const { id } = made.value;
  assert.ok((await world.service.advance(ACTOR, { id, to: 'approved', reference: 'TAC-7' })).ok);
  assert.ok((await world.service.advance(ACTOR, { id, to: 'provisioned' })).ok);
  return id;
}

describe('the states', () => {
  it('let a person report one step after the other, and never readiness', () => {
    for (const from of ONBOARDING_STATES)
      for (const to of ['approved', 'provisioned'] as const)
        assert.equal(mayStep(from, to), `${from} ${to}` === 'submitted approved' || `${from} ${to}` === 'approved provisioned');
  });

  it('become ready by a probe that proves it alone, and lose it by one that disproves it alone', () => {
    for (const state of ONBOARDING_STATES)
      for (const result of [ENTITLED, NOT_ENABLED, GONE, SILENT]) {
        const proves = provesAccess(result, 'daybreak_red');
        const to = afterProbe(state, { ...result, deployment: 'd', proves });
        if (to === 'ready') assert.ok(state === 'provisioned' && result === ENTITLED);
        if (to === 'provisioned') assert.ok(state === 'ready' && (result === NOT_ENABLED || result === SILENT));
        assert.ok(to === undefined || to === 'ready' || to === 'provisioned');
      }
  });

  it('want the program named where requests name one', () => {
    assert.equal(provesAccess(SILENT, 'daybreak_red'), false);
    assert.equal(provesAccess({ ...ENTITLED, effectiveProgram: 'daybreak_blue' }, 'daybreak_red'), false);
    assert.equal(provesAccess(SILENT, null), true);
    assert.equal(provesAccess(GONE, null), false);
  });
});

describe('an onboarding', () => {
  it('goes from the application to a proved access, each step recorded first', async () => {
    const world = createWorld();
    const id = await provisioned(world);
    const probed = await world.service.probe(ACTOR, { id });
    assert.ok(probed.ok && probed.value.onboarding.state === 'ready' && probed.value.finding.deployment === 'openai/cyber');
    assert.deepEqual(
      world.records.map(({ type, from, to }) => [type, from, to]),
      [
        ['onboarding-submitted', null, 'submitted'],
        ['onboarding-moved', 'submitted', 'approved'],
        ['onboarding-moved', 'approved', 'provisioned'],
        ['onboarding-probed', 'provisioned', 'ready'],
      ],
    );
    for (const facts of world.records) assert.ok(canonicalJson(facts).includes('"name":"tanaka"'));
    const found = await world.service.find(id);
    assert.deepEqual([found?.reference, found?.history.length, found?.revision], ['TAC-7', 4, 4]);
    assert.deepEqual(
      found?.history.map(({ revision }) => revision),
      [1, 2, 3, 4],
    );
  });

  it('falls back when a later probe is refused, and when a canary finds it lost; silence changes nothing', async () => {
    const world = createWorld();
    const id = await provisioned(world);
    await world.service.probe(ACTOR, { id });
    world.answer = GONE;
    const silent = await world.service.probe(ACTOR, { id });
    assert.ok(silent.ok && silent.value.onboarding.state === 'ready' && !silent.value.finding.proves);
    world.answer = NOT_ENABLED;
    const lost = await world.service.probe(ACTOR, { id });
    assert.ok(lost.ok && lost.value.onboarding.state === 'provisioned');
    world.answer = ENTITLED;
    await world.service.probe(ACTOR, { id });
    assert.deepEqual(await world.service.observe('openai/cyber', GONE), []);
    assert.deepEqual(await world.service.observe('other/deployment', NOT_ENABLED), []);
    const [changed] = await world.service.observe('openai/cyber-2', NOT_ENABLED);
    assert.deepEqual([changed?.state, changed?.history.at(-1)?.by], ['provisioned', null]);
    assert.deepEqual(await world.service.observe('openai/cyber', ENTITLED), [], 'what comes by itself makes nothing ready');
  });

  it('does not become ready while hard obligations are unmet, and asks nobody then', async () => {
    let asked = 0;
    const world = createWorld({
      async probe() {
        asked++;
        return ENTITLED;
      },
    });
    const id = await provisioned(world);
    world.missing = ['no-resale'];
    assert.deepEqual(await world.service.probe(ACTOR, { id }), {
      ok: false,
      error: { kind: 'obligations-unmet', program: 'daybreak_red', missing: ['no-resale'] },
    });
    assert.equal(asked, 0);
  });

  it('is refused where it cannot be', async () => {
    const world = createWorld();
    const { service } = world;
    const kind = async (attempt: Promise<{ ok: true } | { ok: false; error: { kind: string } }>) => {
      const result = await attempt;
      return result.ok ? 'done' : result.error.kind;
    };
    assert.equal(await kind(service.submit(ACTOR, { program: 'unheard_of', account: 'a' })), 'unknown-program');
    const made = await service.submit(ACTOR, { program: 'daybreak_blue', account: 'a' });
    assert.ok(made.ok);
    const { id } = made.value;
    assert.equal(await kind(service.submit(ACTOR, { program: 'daybreak_blue', account: 'a' })), 'already-open');
    assert.equal(await kind(service.advance(ACTOR, { id, to: 'provisioned' })), 'wrong-state');
    assert.equal(await kind(service.probe(ACTOR, { id })), 'wrong-state');
    assert.equal(await kind(service.advance(ACTOR, { id: 'onb_none', to: 'approved' })), 'unknown-onboarding');
    await service.advance(ACTOR, { id, to: 'approved' });
    await service.advance(ACTOR, { id, to: 'provisioned' });
    assert.equal(await kind(service.probe(ACTOR, { id })), 'no-deployment');
    const red = await provisioned(world);
    assert.equal(await kind(service.probe(ACTOR, { id: red, deployment: 'anthropic/a' })), 'no-deployment');
    assert.equal(await kind(service.close(ACTOR, { id, note: 'withdrawn' })), 'done');
    assert.equal(await kind(service.close(ACTOR, { id, note: 'again' })), 'wrong-state');
    assert.equal(await kind(service.submit(ACTOR, { program: 'daybreak_blue', account: 'a' })), 'done', 'again after it was closed');
  });
});

describe('an onboarding in trouble', () => {
  it('does not move when the step cannot be recorded; only a loss takes effect all the same', async () => {
    const world = createWorld();
    const id = await provisioned(world);
    world.fails = true;
    await assert.rejects(world.service.probe(ACTOR, { id }), /disk is full/);
    assert.equal((await world.service.find(id))?.state, 'provisioned');
    await assert.rejects(world.service.submit(ACTOR, { program: 'anthropic_cvp', account: 'b' }), /disk is full/);
    assert.equal(world.store.rows.size, 1);
    world.fails = false;
    await world.service.probe(ACTOR, { id });
    world.fails = true;
    await assert.rejects(world.service.observe('openai/cyber', NOT_ENABLED), /disk is full/);
    assert.equal((await world.service.find(id))?.state, 'provisioned');
  });

  it('loses its access although somebody else changes it at the same time', async () => {
    const world = createWorld();
    const id = await provisioned(world);
    await world.service.probe(ACTOR, { id });
    const original = world.store.append.bind(world.store);
    let failures = 2;
    world.store.append = async (...given) => (failures-- > 0 ? false : await original(...given));
    assert.equal((await world.service.observe('openai/cyber', NOT_ENABLED)).length, 1);
    assert.equal((await world.service.find(id))?.state, 'provisioned');
  });

  it('is ready only right after a probe that proved it, whatever is done in whatever order', async () => {
    const act = fc.constantFrom('approved', 'provisioned', 'close', 'probe', 'observe');
    const answer = fc.constantFrom(ENTITLED, NOT_ENABLED, GONE, SILENT);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(act, answer), { maxLength: 12 }), async (acts) => {
        const world = createWorld();
        const id = await provisioned(world);
        for (const [what, given] of acts) {
          world.answer = given;
          if (what === 'approved' || what === 'provisioned') await world.service.advance(ACTOR, { id, to: what });
          else if (what === 'close') await world.service.close(ACTOR, { id, note: '' });
          else if (what === 'probe') await world.service.probe(ACTOR, { id });
          else await world.service.observe('openai/cyber', given);
        }
        const { state, history } = (await world.service.find(id))!;
        const proof = history.findLast(({ probe }) => probe !== null && probe.isConclusive)?.probe;
        if (state === 'ready') assert.ok(proof?.proves === true);
        for (const [index, event] of history.entries()) assert.equal(event.from, index === 0 ? null : history[index - 1]!.to);
        assert.equal(world.records.length, history.length);
      }),
      { numRuns: 60 },
    );
  });
});
