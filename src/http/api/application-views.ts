// Applications as the management API shows them.
import { z } from 'zod';
import type { Application, ApplicationEvidence, ApplicationOutline, ApplicationView, DeskEvent, Round } from '#access';
import {
  applicationState,
  capability,
  rejectionCode,
  termsAnswer,
  termsView,
  tier,
  time,
  timeOf,
  verdict,
  version,
} from './desk-fields.ts';

const deed = { by: z.string(), name: z.string(), at: time };

const person = z.object({ id: z.string(), name: z.string() });

export const outlineAnswer = z.object({
  id: z.string(),
  owner: person,
  principal: z.string().nullable(),
  state: applicationState,
  version,
  tier: tier.nullable(),
  capabilities: z.array(capability),
  createdAt: time,
  updatedAt: time,
  submittedAt: time.nullable(),
  round: z.int(),
  screener: person.nullable(),
  approvals: z.int(),
  documents: z.int(),
  renews: z.string().nullable(),
  grant: z.string().nullable(),
});

export const evidenceAnswer = z.object({
  id: z.string(),
  ...deed,
  fileName: z.string(),
  mediaType: z.string(),
  bytes: z.int(),
  sha256: z.string(),
});

const roundAnswer = z.object({
  appeal: z.object({ ...deed, reason: z.string() }).nullable(),
  screener: z.object(deed).nullable(),
  screening: z.array(z.object({ ...deed, item: z.string(), verdict, reason: z.string() })),
  finishedAt: time.nullable(),
  approvals: z.array(z.object({ ...deed, reason: z.string(), terms: termsAnswer })),
  rejection: z.object({ ...deed, code: rejectionCode, reason: z.string() }).nullable(),
});

/** `form` and what follows it is left out for administrators. */
export const applicationAnswer = outlineAnswer.extend({
  formVersion: z.int(),
  checklistVersion: z.int(),
  form: z.record(z.string(), z.unknown()),
  rounds: z.array(roundAnswer),
  remarks: z.array(z.object({ ...deed, text: z.string(), isInternal: z.boolean() })),
  evidence: z.array(evidenceAnswer),
});

export const viewAnswer = z.union([applicationAnswer, outlineAnswer]);

export const eventAnswer = z.object({
  ...deed,
  grant: z.string().nullable(),
  version,
  type: z.string(),
  reason: z.string().nullable(),
  facts: z.record(z.string(), z.unknown()),
});

export function outlineView(outline: ApplicationOutline) {
  const { principalId, grantId, createdAtMs, updatedAtMs, submittedAtMs, ...rest } = outline;
  return { ...rest, principal: principalId, grant: grantId, ...timesOf(createdAtMs, updatedAtMs, submittedAtMs) };
}

export function applicationView(application: Application) {
  const { id, ownerId, ownerName, principalId, state, renews, grantId, formVersion, checklistVersion, form, rounds } = application;
  const { screener, approvals } = rounds.at(-1)!;
  return {
    id,
    owner: { id: ownerId, name: ownerName },
    principal: principalId,
    state,
    version: application.version,
    tier: form.tier ?? null,
    capabilities: form.capabilities ?? [],
    ...timesOf(application.createdAtMs, application.updatedAtMs, application.submittedAtMs),
    round: rounds.length,
    screener: screener === null ? null : { id: screener.by, name: screener.name },
    approvals: approvals.length,
    documents: application.evidence.length,
    renews,
    grant: grantId,
    formVersion,
    checklistVersion,
    form,
    rounds: rounds.map(roundView),
    remarks: application.remarks.map(deedView),
    evidence: application.evidence.map(evidenceView),
  };
}

export function viewOf(view: ApplicationView) {
  return view.detail === 'full' ? applicationView(view.application) : outlineView(view.application);
}

export function evidenceView(evidence: ApplicationEvidence) {
  return deedView(evidence);
}

export function eventView({ by, name, atMs, grantId, version: after, type, reason, facts }: DeskEvent) {
  return { by, name, at: timeOf(atMs), grant: grantId, version: after, type, reason, facts };
}

function roundView({ appeal, screener, screening, finishedAtMs, approvals, rejection }: Round) {
  return {
    appeal: appeal === null ? null : deedView(appeal),
    screener: screener === null ? null : deedView(screener),
    screening: screening.map(deedView),
    finishedAt: finishedAtMs === null ? null : timeOf(finishedAtMs),
    approvals: approvals.map(({ terms, ...rest }) => ({ ...deedView(rest), terms: termsView(terms) })),
    rejection: rejection === null ? null : deedView(rejection),
  };
}

function deedView<T extends { readonly atMs: number }>({ atMs, ...rest }: T) {
  return { ...rest, at: timeOf(atMs) };
}

function timesOf(createdAtMs: number, updatedAtMs: number, submittedAtMs: number | null) {
  return {
    createdAt: timeOf(createdAtMs),
    updatedAt: timeOf(updatedAtMs),
    submittedAt: submittedAtMs === null ? null : timeOf(submittedAtMs),
  };
}
