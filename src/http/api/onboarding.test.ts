// Routes of obligations, onboarding and dossiers: what goes in is checked, what comes out is what the schemas promise, and every refusal
// has words.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  assessObligations,
  buildDossier,
  obligationsMatrix,
  programNamed,
  type Actor,
  type Attestation,
  type Onboarding,
  type OnboardingRefusal,
  type ProbeFinding,
} from '#access';
import { err, ok, type PrincipalId, type RequestId } from '#kernel';
import { OBLIGATION_ROUTES } from './obligations.ts';
import { ONBOARDING_ROUTES } from './onboarding.ts';
import { ApiRefusal } from './refusal.ts';
import type { ApiAnswer, ApiRoute } from './route.ts';
import type { ApiServices } from './services.ts';

const NOW = Date.parse('2026-11-24T00:00:00Z');
const ACTOR: Actor = { principalId: 'prn_a' as PrincipalId, name: 'tanaka', roles: new Set(['administrator']), authentication: 'passkey' };
const BY = { principal: ACTOR.principalId, name: ACTOR.name, authentication: ACTOR.authentication };

const FINDING: ProbeFinding = {
  deployment: 'openai/cyber',
  ok: true,
  isConclusive: true,
  effectiveModel: 'gpt-6-cyber',
  effectiveProgram: 'daybreak_red',
  requestId: 'req_1',
  reason: null,
  proves: true,
};

const ONBOARDING: Onboarding = {
  id: 'onb_1',
  program: 'daybreak_red',
  account: 'org-cyber',
  reference: null,
  state: 'ready',
  createdAtMs: NOW,
  changedAtMs: NOW,
  revision: 2,
  history: [
    { revision: 1, atMs: NOW, from: null, to: 'submitted', by: BY, note: '', probe: null },
    { revision: 2, atMs: NOW, from: 'provisioned', to: 'ready', by: null, note: '', probe: FINDING },
  ],
};

const ATTESTATION: Attestation = {
  id: 'att_1',
  program: 'daybreak_red',
  obligation: 'no-resale',
  obligationHash: 'ab'.repeat(32),
  statement: 'contract',
  by: BY,
  atMs: NOW,
  untilMs: NOW + 1,
  withdrawnAtMs: null,
  withdrawnBy: null,
  withdrawnReason: null,
};

function reportOf() {
  const program = programNamed(obligationsMatrix(), 'daybreak_red')!;
  const { id, vendor, en, ja, tier, apply } = program;
  const obligations = assessObligations(program, {
    atMs: NOW,
    incidentContact: null,
    access: { isEnforced: true, reviewsCalls: true, holdsCalls: true },
    signIn: { identityProviders: [] },
    deployments: [],
    grants: [],
    approvers: 1,
    ledger: { isWritten: true, origin: 'o', entries: null },
    fallback: { isRefusedAtVendor: true, isRefusalFinal: true },
    safetyNoticesFrom: [],
    attestations: [],
  });
  return { id, vendor, en, ja, tier, apply, isInUse: true, deployments: [], mayEnable: false, obligations };
}

const DOSSIER = buildDossier(
  {
    operator: { name: 'Example', homeCountry: 'JP', sector: null, incidentContact: null },
    program: reportOf(),
    matrixVersion: '2026-11-24',
    onboarding: null,
    members: [],
    grants: [],
    policies: { version: 'v', ids: [] },
    configuration: 'c',
    ledger: { origin: 'o', publicKey: 'k', checkpoint: null },
  },
  { madeAtMs: NOW, madeBy: 'tanaka', withNames: false },
);

function services(changes: { readonly refusal?: OnboardingRefusal } = {}): ApiServices {
  const outcome = async () => (changes.refusal === undefined ? ok(ONBOARDING) : err(changes.refusal));
  return {
    publicUrl: 'http://localhost',
    obligations: {
      report: async (program?: string) =>
        program === 'nothing'
          ? err({ kind: 'unknown-program', program })
          : ok({ atMs: NOW, version: '2026-11-24', programs: [reportOf()] }),
      attest: async () => ok(ATTESTATION),
      withdraw: async () => ok({ ...ATTESTATION, withdrawnAtMs: NOW, withdrawnBy: 'x', withdrawnReason: 'y' }),
      attestations: async () => [ATTESTATION],
    },
    onboarding: {
      list: async () => [ONBOARDING],
      find: async (id: string) => (id === ONBOARDING.id ? ONBOARDING : undefined),
      submit: outcome,
      advance: outcome,
      close: outcome,
      probe: async () => (changes.refusal === undefined ? ok({ onboarding: ONBOARDING, finding: FINDING }) : err(changes.refusal)),
      observe: async () => [],
    },
    dossier: { make: async () => ok(DOSSIER) },
  } as unknown as ApiServices;
}

function route(method: string, path: string): ApiRoute {
  const found = [...OBLIGATION_ROUTES, ...ONBOARDING_ROUTES].find((each) => each.method === method && each.path === path);
  assert.ok(found !== undefined, `${method} ${path}`);
  return found;
}

async function call(
  of: ApiRoute,
  given: { readonly query?: unknown; readonly body?: unknown; readonly services?: ApiServices; readonly id?: string } = {},
): Promise<ApiAnswer | ApiRefusal> {
  return await of.handle({
    id: 'req_0' as RequestId,
    actor: ACTOR,
    params: { id: given.id ?? 'onb_1' },
    query: of.query?.parse(given.query ?? {}) ?? {},
    body: of.body?.parse(given.body ?? {}),
    headers: {},
    remoteAddress: '127.0.0.1',
    nowMs: NOW,
    services: given.services ?? services(),
  });
}

const BODIES: Readonly<Record<string, unknown>> = {
  'POST /api/v1/obligations/attestations': {
    program: 'daybreak_red',
    obligation: 'no-resale',
    statement: 'contract',
    until: '2027-11-24T00:00:00+09:00',
  },
  'POST /api/v1/obligations/attestations/{id}/withdraw': { reason: 'ended' },
  'POST /api/v1/onboarding': { program: 'daybreak_red', account: 'org-cyber' },
  'POST /api/v1/onboarding/{id}/advance': { to: 'approved' },
  'POST /api/v1/onboarding/{id}/close': { note: 'refused' },
  'POST /api/v1/dossiers': { program: 'daybreak_red' },
};

describe('routes of obligations and onboarding', () => {
  it('answer what their schemas promise', async () => {
    for (const each of [...OBLIGATION_ROUTES, ...ONBOARDING_ROUTES]) {
      const answer = await call(each, { body: BODIES[`${each.method} ${each.path}`] ?? {} });
      assert.ok(!(answer instanceof ApiRefusal), `${each.method} ${each.path}`);
      const sent: unknown = JSON.parse(JSON.stringify(answer.body));
      // What the schema does not name would be stripped, and the two would differ.
      if (each.answer !== undefined) assert.deepEqual(each.answer.parse(sent), sent, each.path);
    }
  });

  it('are open to nobody who is not signed in, and change nothing for those who only look', () => {
    for (const each of [...OBLIGATION_ROUTES, ...ONBOARDING_ROUTES]) {
      assert.ok(Array.isArray(each.guard), each.path);
      if (each.method === 'POST' && each.path !== '/api/v1/dossiers')
        assert.ok(!each.guard.includes('auditor') && !each.guard.includes('defender'), each.path);
    }
  });

  it('take no text that forges a line, and no unknown member', () => {
    const submit = route('POST', '/api/v1/onboarding').body!;
    for (const account of ['', ' ', 'a\u0000b', 'a\nb', 'a\u202Eb', 'x'.repeat(300)])
      assert.equal(submit.safeParse({ program: 'p', account }).success, false, JSON.stringify(account));
    assert.equal(submit.safeParse({ program: 'p', account: 'a', key: 'x' }).success, false);
    assert.equal(route('POST', '/api/v1/onboarding/{id}/advance').body!.safeParse({ to: 'ready' }).success, false);
    assert.equal(
      route('POST', '/api/v1/obligations/attestations').body!.safeParse({
        program: 'p',
        obligation: 'o',
        statement: 's',
        until: '2027-01-01',
      }).success,
      false,
    );
  });

  it('say of every refusal what to do', async () => {
    const refusals: readonly (readonly [OnboardingRefusal, number])[] = [
      [{ kind: 'unknown-program', program: 'x' }, 404],
      [{ kind: 'unknown-onboarding', id: 'x' }, 404],
      [{ kind: 'already-open', id: 'onb_2' }, 409],
      [{ kind: 'wrong-state', state: 'submitted', wanted: 'provisioned' }, 409],
      [{ kind: 'no-deployment', program: 'x', deployments: [] }, 422],
      [{ kind: 'obligations-unmet', program: 'x', missing: ['no-resale'] }, 409],
      [{ kind: 'changed-meanwhile', id: 'onb_1' }, 409],
    ];
    for (const [refusal, status] of refusals) {
      const answer = await call(route('POST', '/api/v1/onboarding/{id}/probe'), { services: services({ refusal }) });
      assert.ok(answer instanceof ApiRefusal, refusal.kind);
      assert.deepEqual([answer.status, answer.code], [status, refusal.kind]);
      assert.ok(answer.next !== undefined && answer.detail !== '', refusal.kind);
    }
    const nothing = await call(route('GET', '/api/v1/obligations'), { query: { program: 'nothing' } });
    assert.ok(nothing instanceof ApiRefusal && nothing.status === 404);
    const nobody = await call(route('GET', '/api/v1/onboarding/{id}'), { id: 'onb_none' });
    assert.ok(nobody instanceof ApiRefusal && nobody.status === 404);
  });

  it('hand out the dossier as a page to be kept, not shown as one of ours', async () => {
    const answer = await call(route('POST', '/api/v1/dossiers'), { body: { program: 'daybreak_red', format: 'html' } });
    assert.ok(!(answer instanceof ApiRefusal));
    assert.match(String(answer.body), /^<!doctype html>/);
    assert.match(answer.headers!['content-disposition']!, /^attachment/);
  });
});
