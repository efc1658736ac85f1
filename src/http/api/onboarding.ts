// Routes of the operator's own applications to vendors' programs, and of the dossier that goes with them.
import { z } from 'zod';
import { dossierHtml, ONBOARDING_STATES, type Onboarding, type OnboardingRefusal } from '#access';
import { plainLine, plainText, unknownProgram } from './obligations.ts';
import { ApiRefusal } from './refusal.ts';
import { apiRoute, type ApiRoute } from './route.ts';

const state = z.enum(ONBOARDING_STATES);

const finding = z.object({
  deployment: z.string(),
  ok: z.boolean(),
  isConclusive: z.boolean(),
  effectiveModel: z.string().nullable(),
  effectiveProgram: z.string().nullable(),
  requestId: z.string().nullable(),
  reason: z.string().nullable(),
  proves: z.boolean(),
});

const onboardingAnswer = z.object({
  id: z.string(),
  program: z.string(),
  account: z.string(),
  reference: z.string().nullable(),
  state,
  createdAt: z.iso.datetime(),
  changedAt: z.iso.datetime(),
  revision: z.int(),
  history: z.array(
    z.object({
      revision: z.int(),
      at: z.iso.datetime(),
      from: state.nullable(),
      to: state,
      by: z.object({ principal: z.string(), name: z.string(), authentication: z.enum(['passkey', 'sso-mfa', 'sso', 'none']) }).nullable(),
      note: z.string(),
      probe: finding.nullable(),
    }),
  ),
});

const READERS = ['screener', 'approver', 'auditor', 'administrator'] as const;

const reference = plainLine(256);
const note = plainText(2000);
const name = plainLine(64);

const list = apiRoute({
  method: 'GET',
  path: '/api/v1/onboarding',
  guard: READERS,
  summary: 'Applications to vendors’ programs, newest first',
  answer: z.object({ onboardings: z.array(onboardingAnswer) }),
  handle: async ({ services }) => ({ status: 200, body: { onboardings: (await services.onboarding.list()).map(view) } }),
});

const show = apiRoute({
  method: 'GET',
  path: '/api/v1/onboarding/{id}',
  guard: READERS,
  summary: 'One of them, with its history',
  answer: onboardingAnswer,
  async handle({ params, services }) {
    const found = await services.onboarding.find(params['id']!);
    return found === undefined ? refusalOf({ kind: 'unknown-onboarding', id: params['id']! }) : { status: 200, body: view(found) };
  },
});

const submit = apiRoute({
  method: 'POST',
  path: '/api/v1/onboarding',
  guard: ['administrator'],
  summary: 'Note that an application has gone to a vendor',
  body: z.strictObject({
    program: name,
    account: plainLine(256).describe('Account, organisation or project at the vendor; a name, never a key'),
    reference: reference.optional(),
    note: note.optional(),
  }),
  answer: onboardingAnswer,
  async handle({ actor, body, services }) {
    const made = await services.onboarding.submit(actor, body);
    return made.ok ? { status: 201, body: view(made.value) } : refusalOf(made.error);
  },
});

const advance = apiRoute({
  method: 'POST',
  path: '/api/v1/onboarding/{id}/advance',
  guard: ['administrator'],
  summary: 'Note what the vendor said: approved, then provisioned',
  body: z.strictObject({ to: z.enum(['approved', 'provisioned']), reference: reference.optional(), note: note.optional() }),
  answer: onboardingAnswer,
  async handle({ actor, params, body, services }) {
    const moved = await services.onboarding.advance(actor, { id: params['id']!, ...body });
    return moved.ok ? { status: 200, body: view(moved.value) } : refusalOf(moved.error);
  },
});

const probe = apiRoute({
  method: 'POST',
  path: '/api/v1/onboarding/{id}/probe',
  guard: ['administrator'],
  summary: 'Ask a deployment now; an answer under the program makes it ready',
  body: z.strictObject({ deployment: plainLine(256).optional() }),
  answer: z.object({ onboarding: onboardingAnswer, finding }),
  async handle({ actor, params, body, services }) {
    const probed = await services.onboarding.probe(actor, { id: params['id']!, ...body });
    if (!probed.ok) return refusalOf(probed.error);
    return { status: 200, body: { onboarding: view(probed.value.onboarding), finding: probed.value.finding } };
  },
});

const close = apiRoute({
  method: 'POST',
  path: '/api/v1/onboarding/{id}/close',
  guard: ['administrator'],
  summary: 'Note that it was refused, withdrawn or ended',
  body: z.strictObject({ note }),
  answer: onboardingAnswer,
  async handle({ actor, params, body, services }) {
    const closed = await services.onboarding.close(actor, { id: params['id']!, note: body.note });
    return closed.ok ? { status: 200, body: view(closed.value) } : refusalOf(closed.error);
  },
});

const dossier = apiRoute({
  method: 'POST',
  path: '/api/v1/dossiers',
  guard: ['administrator', 'auditor'],
  summary: 'The dossier for an application to a vendor; its hash goes into the ledger',
  body: z.strictObject({
    program: name,
    format: z.enum(['json', 'html']).default('json'),
    names: z.boolean().default(false).describe('Users by name; otherwise they are counted'),
  }),
  async handle({ actor, body, services }) {
    const made = await services.dossier.make(actor, { program: body.program, withNames: body.names });
    if (!made.ok) return unknownProgram(made.error.program);
    if (body.format === 'json') return { status: 200, body: made.value };
    return {
      status: 200,
      body: dossierHtml(made.value),
      contentType: 'text/html; charset=utf-8',
      headers: { 'content-disposition': `attachment; filename="dossier-${made.value.program.id}.html"` },
    };
  },
});

export const ONBOARDING_ROUTES: readonly ApiRoute[] = [list, show, submit, advance, probe, close, dossier];

function refusalOf(refusal: OnboardingRefusal): ApiRefusal {
  switch (refusal.kind) {
    case 'unknown-program':
      return unknownProgram(refusal.program);
    case 'unknown-onboarding':
      return new ApiRefusal(404, 'unknown-onboarding', `There is no onboarding ${JSON.stringify(refusal.id)}.`, {
        next: 'GET /api/v1/onboarding lists them.',
      });
    case 'already-open':
      return new ApiRefusal(409, 'already-open', `${refusal.id} is about the same program and account and is not closed.`, {
        next: 'Go on with that one, or close it.',
        facts: { onboarding: refusal.id },
      });
    case 'wrong-state':
      return new ApiRefusal(409, 'wrong-state', `It is ${refusal.state}; from there it does not become ${refusal.wanted}.`, {
        next: 'The way is submitted, approved, provisioned, and ready by a probe.',
        facts: { state: refusal.state },
      });
    case 'no-deployment':
      return new ApiRefusal(422, 'no-deployment', `No such deployment is under ${refusal.program}.`, {
        next:
          refusal.deployments.length === 0
            ? 'Configure a deployment under the program first.'
            : `There are: ${refusal.deployments.slice(0, 20).join(', ')}.`,
        facts: { deployments: refusal.deployments },
      });
    case 'obligations-unmet':
      return new ApiRefusal(
        409,
        'obligations-unmet',
        `Hard obligations of ${refusal.program} are not met: ${refusal.missing.join(', ')}.`,
        {
          next: `GET /api/v1/obligations?program=${refusal.program} says what is missing.`,
          facts: { missing: refusal.missing },
        },
      );
    case 'changed-meanwhile':
      return new ApiRefusal(409, 'changed-meanwhile', 'Somebody else has changed it at the same time.', {
        next: 'Look at it again, then decide.',
      });
  }
}

function view({ createdAtMs, changedAtMs, history, ...rest }: Onboarding) {
  return {
    ...rest,
    createdAt: iso(createdAtMs),
    changedAt: iso(changedAtMs),
    history: history.map(({ atMs, ...event }) => ({ ...event, at: iso(atMs) })),
  };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
