// Cases of misuse, signals and standings: read, comment, appeal, answer, lift. Members see their own cases and standing; approvers, auditors
// and administrators see all.
import { z } from 'zod';
import { SIGNAL_KINDS, STANDINGS, type MisuseCase, type MisuseRefusal, type Standing, type StandingView } from '#access';
import type { PrincipalId, Result } from '#kernel';
import {
  caseDetailsSchema,
  caseSchema,
  listedSignalSchema,
  misuseRefusal,
  shownCase,
  shownCaseDetails,
  shownListedSignal,
  shownStanding,
  standingSchema,
} from './misuse-fields.ts';
import type { ApiRefusal } from './refusal.ts';
import { apiRoute, type ApiAnswer, type ApiRoute } from './route.ts';

const MOST_LISTED = 200;
const CASE_ID = /^cas_[0-9A-HJKMNP-TV-Z]{26}$/;
const SIGNAL_ID = /^sig_[0-9A-HJKMNP-TV-Z]{26}$/;
const OVERSEERS = ['approver', 'auditor', 'administrator'] as const;
const DECIDERS = ['approver', 'administrator'] as const;

const text = z.string().min(1).max(16_384);
const limit = z.coerce.number().int().min(1).max(MOST_LISTED).default(50);

const caseRoutes: readonly ApiRoute[] = [
  apiRoute({
    method: 'GET',
    path: '/api/v1/cases',
    guard: 'member',
    summary: 'Cases, newest first; one’s own, or all for approvers, auditors and administrators',
    query: z.strictObject({
      state: z.enum(['open', 'appealed', 'closed']).optional(),
      principal: z.string().max(64).optional(),
      before: z.string().regex(CASE_ID).optional().describe('The id before which to go on'),
      limit,
    }),
    answer: z.strictObject({ cases: z.array(caseSchema), next: z.string().nullable().describe('`before` of the next page') }),
    async handle({ actor, query: { state, principal, before, limit: most }, services }) {
      const cases = await services.misuse.listCases(
        {
          limit: most,
          ...(state === undefined ? {} : { state }),
          ...(principal === undefined ? {} : { principalId: principal as PrincipalId }),
          ...(before === undefined ? {} : { beforeId: before }),
        },
        actor,
      );
      return { status: 200, body: { cases: cases.map(shownCase), next: cases.length < most ? null : cases.at(-1)!.id } };
    },
  }),
  apiRoute({
    method: 'GET',
    path: '/api/v1/cases/{id}',
    guard: 'member',
    summary: 'One of them, with its timeline and its signals',
    answer: caseDetailsSchema,
    async handle({ actor, params, services }) {
      const found = await services.misuse.getCase(params['id']!, actor);
      return found.ok ? { status: 200, body: shownCaseDetails(found.value) } : misuseRefusal(found.error);
    },
  }),
  apiRoute({
    method: 'POST',
    path: '/api/v1/cases/{id}/comments',
    guard: OVERSEERS,
    summary: 'Note something; whom the case is about does not read it',
    body: z.strictObject({ text }),
    answer: caseSchema,
    handle: async ({ actor, params, body, services }) => answered(await services.misuse.comment({ caseId: params['id']!, actor, ...body })),
  }),
  apiRoute({
    method: 'POST',
    path: '/api/v1/cases/{id}/appeal',
    guard: 'member',
    summary: 'Appeal, as whom the case is about',
    body: z.strictObject({ text }),
    answer: caseSchema,
    handle: async ({ actor, params, body, services }) => answered(await services.misuse.appeal({ caseId: params['id']!, actor, ...body })),
  }),
  apiRoute({
    method: 'POST',
    path: '/api/v1/cases/{id}/appeal/answer',
    guard: DECIDERS,
    summary: 'Answer an appeal: granted lifts the restriction, upheld keeps it',
    body: z.strictObject({ outcome: z.enum(['granted', 'upheld']), text }),
    answer: caseSchema,
    handle: async ({ actor, params, body, services }) =>
      answered(await services.misuse.answerAppeal({ caseId: params['id']!, actor, ...body })),
  }),
  apiRoute({
    method: 'POST',
    path: '/api/v1/cases/{id}/close',
    guard: DECIDERS,
    summary: 'Close a case that stands for no restriction',
    body: z.strictObject({ text }),
    answer: caseSchema,
    handle: async ({ actor, params, body, services }) =>
      answered(await services.misuse.closeCase({ caseId: params['id']!, actor, ...body })),
  }),
  apiRoute({
    method: 'POST',
    path: '/api/v1/cases/{id}/false-positive-pack',
    guard: OVERSEERS,
    summary: 'What to send to the vendor about a false positive: requests, times, models and programs, the task masked',
    body: z.strictObject({
      task: text.optional().describe('What the work was; masked before it goes into the pack'),
      format: z.enum(['json', 'markdown']).default('json'),
    }),
    async handle({ actor, params, body: { task, format }, services }) {
      const made = await services.misuse.makeFalsePositivePack({ caseId: params['id']!, actor, ...(task === undefined ? {} : { task }) });
      if (!made.ok) return misuseRefusal(made.error);
      if (format === 'json') return { status: 200, body: made.value.json };
      return {
        status: 200,
        body: made.value.markdown,
        contentType: 'text/markdown; charset=utf-8',
        headers: { 'content-disposition': `attachment; filename="${made.value.json.case}.md"` },
      };
    },
  }),
];

const listSignals = apiRoute({
  method: 'GET',
  path: '/api/v1/signals',
  guard: OVERSEERS,
  summary: 'Signs of misuse, newest first, of everybody: those of the clear belong to no case',
  query: z.strictObject({
    principal: z.string().max(64).optional(),
    kind: z.enum(SIGNAL_KINDS).optional(),
    before: z.string().regex(SIGNAL_ID).optional().describe('The id before which to go on'),
    limit,
  }),
  answer: z.strictObject({ signals: z.array(listedSignalSchema), next: z.string().nullable().describe('`before` of the next page') }),
  async handle({ actor, query: { principal, kind, before, limit: most }, services }) {
    const listed = await services.misuse.listSignals(
      {
        limit: most,
        ...(principal === undefined ? {} : { principalId: principal as PrincipalId }),
        ...(kind === undefined ? {} : { kind }),
        ...(before === undefined ? {} : { beforeId: before }),
      },
      actor,
    );
    if (!listed.ok) return misuseRefusal(listed.error);
    const signals = listed.value;
    return { status: 200, body: { signals: signals.map(shownListedSignal), next: signals.length < most ? null : signals.at(-1)!.id } };
  },
});

const standingRoutes: readonly ApiRoute[] = [
  apiRoute({
    method: 'GET',
    path: '/api/v1/standing',
    guard: 'member',
    summary: 'One’s own standing',
    answer: standingSchema,
    handle: async ({ actor, services }) => standing(await services.misuse.standingOf(actor.principalId, actor)),
  }),
  apiRoute({
    method: 'GET',
    path: '/api/v1/standings',
    guard: OVERSEERS,
    summary: 'Standings that are not clear, the latest first',
    query: z.strictObject({ limit }),
    answer: z.strictObject({ standings: z.array(standingSchema) }),
    async handle({ actor, query, services }) {
      const listed = await services.misuse.listStandings(query.limit, actor);
      return listed.ok ? { status: 200, body: { standings: listed.value.map(shownStanding) } } : misuseRefusal(listed.error);
    },
  }),
  apiRoute({
    method: 'GET',
    path: '/api/v1/standings/{principal}',
    guard: OVERSEERS,
    summary: 'The standing of one principal, by id',
    answer: standingSchema,
    handle: async ({ actor, params, services }) => standing(await services.misuse.standingOf(params['principal'] as PrincipalId, actor)),
  }),
  apiRoute({
    method: 'PUT',
    path: '/api/v1/standings/{principal}',
    guard: DECIDERS,
    summary: 'Restrict, suspend or restore somebody else, with a reason',
    body: z.strictObject({ standing: z.enum(STANDINGS as readonly [Standing, ...Standing[]]), reason: z.string().min(1).max(4096) }),
    answer: standingSchema,
    handle: async ({ actor, params, body, services }) =>
      standing(await services.misuse.setStanding({ principalId: params['principal'] as PrincipalId, actor, ...body })),
  }),
];

export const CASE_ROUTES: readonly ApiRoute[] = [...caseRoutes, listSignals, ...standingRoutes];

function answered(result: Result<MisuseCase, MisuseRefusal>): ApiAnswer | ApiRefusal {
  return result.ok ? { status: 200, body: shownCase(result.value) } : misuseRefusal(result.error);
}

function standing(result: Result<StandingView, MisuseRefusal>): ApiAnswer | ApiRefusal {
  return result.ok ? { status: 200, body: shownStanding(result.value) } : misuseRefusal(result.error);
}
