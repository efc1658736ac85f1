// Cases and standings as the management API shows them, and what misuse refuses, in words.
import { z } from 'zod';
import {
  STANDINGS,
  type CaseDetails,
  type ListedSignal,
  type MisuseCase,
  type MisuseRefusal,
  type Signal,
  type StandingView,
} from '#access';
import { iso, isoOrNull } from './passkey-fields.ts';
import { ApiRefusal } from './refusal.ts';

const standingName = z.enum(STANDINGS as readonly [string, ...string[]]);

export const standingSchema = z.strictObject({
  principal: z.string(),
  standing: standingName,
  score: z.number().describe('Points, as of now'),
  since: z.iso.datetime().nullable(),
  reason: z.string().nullable(),
  case: z.string().nullable(),
});

export const caseSchema = z.strictObject({
  id: z.string(),
  principal: z.string().nullable().describe('null: a provider complained of somebody whom nobody knows'),
  cause: z.enum(['signals', 'provider-notice', 'person']),
  state: z.enum(['open', 'appealed', 'closed']),
  openedAt: z.iso.datetime(),
  closedAt: z.iso.datetime().nullable(),
  vendorNotice: z
    .strictObject({
      vendor: z.string(),
      case: z.string(),
      notice: z.enum(['warning', 'deactivation']),
      reason: z.string().nullable(),
      entityIdentifier: z.string().nullable(),
    })
    .nullable(),
  imposedBy: z.array(z.string()).describe('People who put a restriction there: they do not answer the appeal'),
  appeals: z.int(),
});

const signalSchema = z.strictObject({
  id: z.string(),
  kind: z.string(),
  weight: z.number(),
  request: z.string().nullable(),
  at: z.iso.datetime(),
  count: z.int(),
  evidence: z.strictObject({
    codes: z.array(z.string()).optional(),
    counts: z.record(z.string(), z.number()).optional(),
    ids: z.record(z.string(), z.string()).optional(),
  }),
});

export const listedSignalSchema = signalSchema.extend({
  principal: z.string(),
  caseId: z.string().nullable().describe('null: it belongs to no case'),
});

export const caseDetailsSchema = caseSchema.extend({
  events: z.array(
    z.strictObject({
      at: z.iso.datetime(),
      kind: z.string(),
      by: z.strictObject({ principal: z.string(), name: z.string() }).nullable(),
      text: z.string().nullable(),
      facts: z.record(z.string(), z.unknown()),
    }),
  ),
  signals: z.array(signalSchema),
});

export function shownStanding({ principalId, standing, score, sinceMs, reason, caseId }: StandingView): z.input<typeof standingSchema> {
  return { principal: principalId, standing, score, since: isoOrNull(sinceMs), reason, case: caseId };
}

export function shownCase(found: MisuseCase): z.input<typeof caseSchema> {
  const { vendorNotice } = found;
  return {
    id: found.id,
    principal: found.principalId,
    cause: found.cause,
    state: found.state,
    openedAt: iso(found.openedAtMs),
    closedAt: isoOrNull(found.closedAtMs),
    vendorNotice:
      vendorNotice === null
        ? null
        : {
            vendor: vendorNotice.vendor,
            case: vendorNotice.vendorCaseId,
            notice: vendorNotice.notice,
            reason: vendorNotice.reason,
            entityIdentifier: vendorNotice.entityIdentifier,
          },
    imposedBy: [...found.imposedBy],
    appeals: found.appeals,
  };
}

export function shownCaseDetails(found: CaseDetails): z.input<typeof caseDetailsSchema> {
  return {
    ...shownCase(found),
    events: found.events.map(({ atMs, kind, by, text, facts }) => ({
      at: iso(atMs),
      kind,
      by: by === null ? null : { principal: by.principalId, name: by.name },
      text,
      facts,
    })),
    signals: found.signals.map(shownSignal),
  };
}

export function shownListedSignal(signal: ListedSignal): z.input<typeof listedSignalSchema> {
  return { ...shownSignal(signal), principal: signal.principalId, caseId: signal.caseId };
}

function shownSignal({ id, kind, weight, requestId, atMs, count, evidence }: Signal): z.input<typeof signalSchema> {
  return {
    id,
    kind,
    weight,
    request: requestId,
    at: iso(atMs),
    count,
    evidence: {
      ...(evidence.codes && { codes: [...evidence.codes] }),
      ...(evidence.counts && { counts: evidence.counts }),
      ...(evidence.ids && { ids: evidence.ids }),
    },
  };
}

export function misuseRefusal(refusal: MisuseRefusal): ApiRefusal {
  switch (refusal.kind) {
    case 'unknown-case':
      return new ApiRefusal(404, 'unknown-case', 'There is no such case, or it is not yours to see.');
    case 'unknown-principal':
      return new ApiRefusal(404, 'unknown-principal', 'There is no such principal, or it is not yours to see.');
    case 'role-missing':
      return new ApiRefusal(403, 'role-missing', `This needs the role ${refusal.roles.join(' or ')}.`);
    case 'own-case':
      return new ApiRefusal(403, 'own-case', 'Nobody acts on a case or standing of their own; they appeal.', {
        next: 'Ask somebody else.',
      });
    case 'imposed-by-actor':
      return new ApiRefusal(403, 'imposed-by-actor', 'Who put a restriction there does not answer the appeal.', {
        next: 'Ask another approver or administrator.',
      });
    case 'not-concerned':
      return new ApiRefusal(403, 'not-concerned', 'Only whom a case is about appeals.');
    case 'invalid-text': {
      const problem = `must be 1 to ${refusal.maxBytes} bytes without control characters`;
      return new ApiRefusal(422, 'body-invalid', `The text ${problem}.`, { facts: { problems: [{ path: '', problem }] } });
    }
    case 'case-state':
      return new ApiRefusal(409, 'case-state', `The case is ${refusal.state}.`, {
        ...(refusal.state === 'appealed' ? { next: 'Answer the appeal first.' } : {}),
        facts: { state: refusal.state },
      });
    case 'too-many-appeals':
      return new ApiRefusal(409, 'too-many-appeals', `A case is appealed ${refusal.most} times at most.`);
    case 'standing-unchanged':
      return new ApiRefusal(409, 'standing-unchanged', `The standing is ${refusal.standing} already.`);
    case 'standing-in-force':
      return new ApiRefusal(409, 'standing-in-force', `The standing is ${refusal.standing}, and the case stands for it.`, {
        next: 'Set the standing to clear, which closes the case.',
      });
    case 'unmaskable':
      return new ApiRefusal(409, 'unmaskable', 'The text cannot be masked, so it does not leave.', {
        next: 'Describe the task in other words.',
      });
    case 'not-recorded':
      return new ApiRefusal(503, 'not-recorded', `The standing is ${refusal.standing}, and the ledger could not record it.`, {
        next: 'See that the ledger can be written; the suspension is in force.',
        facts: { standing: refusal.standing, case: refusal.caseId },
      });
  }
}
