import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  createOnboarding,
  obligationsMatrix,
  type Actor,
  type Onboarding,
  type OnboardingEvent,
  type OnboardingState,
  type OnboardingStore,
} from '#access';
import { canaryRequest, type CanaryAnswer, type CanaryRequest } from '#continuity';
import { createSystemRandom, systemClock, type PrincipalId } from '#kernel';
import { createCanaryObservations } from './canary-observations.ts';

const ACTOR: Actor = { principalId: 'prn_a' as PrincipalId, name: 'tanaka', roles: new Set(['administrator']), authentication: 'passkey' };
const ENTITLED: CanaryAnswer = { status: 200, effectiveModel: 'gpt-6-cyber', effectiveProgram: 'daybreak_red', requestId: 'req_1' };
const NOT_ENABLED: CanaryAnswer = { status: 403, refusal: { kind: 'access-program', code: 'access_program_not_enabled' } };
const LESSER: CanaryAnswer = { status: 200, effectiveModel: 'gpt-6-cyber', effectiveProgram: 'standard' };
const NOBODY: CanaryAnswer = { status: 502, error: 'bad_gateway' };
const OWN_REFUSAL: CanaryAnswer = { status: 403, isOwnRefusal: true, reason: 'no-qualified-deployment' };

function storeInMemory(): OnboardingStore {
  const rows = new Map<string, Onboarding>();
  return {
    insert: async (one) => rows.set(one.id, one).size > 0,
    find: async (id) => rows.get(id),
    list: async () => [...rows.values()],
    async append(id, event: OnboardingEvent) {
      const row = rows.get(id)!;
      rows.set(id, { ...row, state: event.to, revision: event.revision, history: [...row.history, event] });
      return true;
    },
  };
}

/** An application that a probe has made ready, and canaries that get these answers. */
async function setUp(answer: CanaryAnswer) {
  const recorded: unknown[] = [];
  const errors: unknown[] = [];
  const state = { recordFails: false };
  const onboarding = createOnboarding({
    matrix: obligationsMatrix(),
    store: storeInMemory(),
    probe: async () => ({
      ok: true,
      isConclusive: true,
      effectiveModel: 'gpt-6-cyber',
      effectiveProgram: 'daybreak_red',
      requestId: 'req_0',
      reason: null,
    }),
    deploymentsOf: ({ id }) => (id === 'daybreak_red' ? ['openai/cyber'] : []),
    missingObligations: async () => [],
    async record(_, facts) {
      if (state.recordFails) throw new Error('the disk is full');
      recorded.push([facts['from'], facts['to']]);
    },
    clock: systemClock,
    random: createSystemRandom(),
  });
  const made = await onboarding.submit(ACTOR, { program: 'daybreak_red', account: 'org-cyber' });
  assert.ok(made.ok);
  const { id } = made.value;
  for (const to of ['approved', 'provisioned'] as const) await onboarding.advance(ACTOR, { id, to });
  assert.ok((await onboarding.probe(ACTOR, { id })).ok);
  recorded.length = 0;
  const observations = createCanaryObservations({
    ask: async () => answer,
    onboarding,
    onError: (error) => void errors.push(error),
  });
  return {
    recorded,
    errors,
    state,
    canary: async (deployment = 'openai/cyber'): Promise<OnboardingState> => {
      assert.equal(await observations.send(requestTo(deployment)), answer);
      await observations.close();
      return (await onboarding.find(id))!.state;
    },
  };
}

function requestTo(deployment: string): CanaryRequest {
  const subject = { deployment, program: 'daybreak_red', everyMinutes: 60, route: 'red', wire: 'openai-responses' } as const;
  return canaryRequest(subject, new AbortController().signal);
}

describe('what canaries find', () => {
  it('takes readiness away where the vendor no longer gives the access, and records it', async () => {
    for (const answer of [NOT_ENABLED, LESSER]) {
      const { canary, recorded } = await setUp(answer);
      assert.equal(await canary(), 'provisioned');
      assert.equal(await canary(), 'provisioned');
      assert.deepEqual(recorded, [['ready', 'provisioned']]);
    }
  });

  it('changes nothing where the access is still there, where nobody can tell, and for deployments of other programs', async () => {
    for (const answer of [ENTITLED, NOBODY, OWN_REFUSAL]) {
      const { canary, recorded } = await setUp(answer);
      assert.equal(await canary(), 'ready');
      assert.deepEqual(recorded, []);
    }
    assert.equal(await (await setUp(NOT_ENABLED)).canary('openai/other'), 'ready');
  });

  it('takes it away also where that cannot be recorded, and says so', async () => {
    const { canary, state, errors } = await setUp(NOT_ENABLED);
    state.recordFails = true;
    assert.equal(await canary(), 'provisioned');
    assert.match(String(errors[0]), /disk is full/);
  });
});
