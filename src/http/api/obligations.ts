// Routes of obligations: what vendors' programs demand, what is met by which evidence, and what people of the operator attest.
import { z } from 'zod';
import type { Attestation, AttestRefusal, ObligationReport, WithdrawRefusal } from '#access';
import { ApiRefusal } from './refusal.ts';
import { apiRoute, type ApiRoute } from './route.ts';

// Control characters but line breaks, line separators, and the marks that reorder text.
const UNSAFE_LINE = /[\p{Cc}\p{Zl}\p{Zp}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/u;
const UNSAFE_TEXT = /[^\P{Cc}\n\r\t]|[\p{Zl}\p{Zp}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/u;

/** One line that people read. */
export function plainLine(longest: number) {
  return z
    .string()
    .trim()
    .min(1)
    .max(longest)
    .refine((text) => !UNSAFE_LINE.test(text), { error: 'holds control characters, or marks that reorder text' });
}

/** Text of several lines. */
export function plainText(longest: number) {
  return z
    .string()
    .trim()
    .min(1)
    .max(longest)
    .refine((text) => !UNSAFE_TEXT.test(text), { error: 'holds control characters, or marks that reorder text' });
}

const status = z.enum(['met', 'unmet', 'unknown']);

const reportAnswer = z.object({
  at: z.iso.datetime(),
  version: z.string(),
  programs: z.array(
    z.object({
      id: z.string(),
      vendor: z.string(),
      en: z.string(),
      ja: z.string(),
      tier: z.union([z.literal(1), z.literal(2)]),
      apply: z.string().nullable(),
      isInUse: z.boolean(),
      deployments: z.array(z.string()),
      mayEnable: z.boolean(),
      obligations: z.array(
        z.object({
          obligation: z.string(),
          en: z.string(),
          ja: z.string(),
          hard: z.boolean(),
          basis: z.enum(['official', 'secondary', 'unverified']),
          source: z.object({ url: z.string().nullable(), asOf: z.iso.date() }),
          status,
          evidence: z.array(z.object({ en: z.string(), ja: z.string(), from: z.string() })),
          isAttestable: z.boolean(),
        }),
      ),
    }),
  ),
});

const attestationAnswer = z.object({
  id: z.string(),
  program: z.string(),
  obligation: z.string(),
  obligationHash: z.string(),
  statement: z.string(),
  by: z.object({ principal: z.string(), name: z.string(), authentication: z.enum(['passkey', 'sso-mfa', 'sso', 'none']) }),
  at: z.iso.datetime(),
  until: z.iso.datetime(),
  withdrawnAt: z.iso.datetime().nullable(),
  withdrawnBy: z.string().nullable(),
  withdrawnReason: z.string().nullable(),
});

const name = plainLine(64);

const report = apiRoute({
  method: 'GET',
  path: '/api/v1/obligations',
  guard: ['screener', 'approver', 'auditor', 'administrator'],
  summary: 'What vendors’ programs demand, and what of it is met',
  query: z.strictObject({ program: name.optional() }),
  answer: reportAnswer,
  async handle({ query, services }) {
    const found = await services.obligations.report(query.program);
    return found.ok ? { status: 200, body: reportView(found.value) } : unknownProgram(found.error.program);
  },
});

const attestations = apiRoute({
  method: 'GET',
  path: '/api/v1/obligations/attestations',
  guard: ['screener', 'approver', 'auditor', 'administrator'],
  summary: 'What people of the operator have attested, newest first',
  answer: z.object({ attestations: z.array(attestationAnswer) }),
  handle: async ({ services }) => ({
    status: 200,
    body: { attestations: (await services.obligations.attestations()).map(attestationView) },
  }),
});

const attest = apiRoute({
  method: 'POST',
  path: '/api/v1/obligations/attestations',
  guard: ['approver', 'administrator'],
  summary: 'Attest an obligation that no machine can see',
  body: z.strictObject({
    program: name,
    obligation: name,
    statement: plainText(2000),
    until: z.iso.datetime({ offset: true }),
  }),
  answer: attestationAnswer,
  async handle({ actor, body, services }) {
    const { until, ...input } = body;
    const made = await services.obligations.attest(actor, { ...input, untilMs: Date.parse(until) });
    return made.ok ? { status: 201, body: attestationView(made.value) } : attestRefusal(made.error);
  },
});

const withdraw = apiRoute({
  method: 'POST',
  path: '/api/v1/obligations/attestations/{id}/withdraw',
  guard: ['approver', 'administrator'],
  summary: 'Withdraw an attestation',
  body: z.strictObject({ reason: plainText(1000) }),
  answer: attestationAnswer,
  async handle({ actor, params, body, services }) {
    const done = await services.obligations.withdraw(actor, { id: params['id']!, reason: body.reason });
    return done.ok ? { status: 200, body: attestationView(done.value) } : withdrawRefusal(done.error);
  },
});

export const OBLIGATION_ROUTES: readonly ApiRoute[] = [report, attestations, attest, withdraw];

export function unknownProgram(program: string): ApiRefusal {
  return new ApiRefusal(404, 'unknown-program', `There is no program ${JSON.stringify(program)}.`, {
    next: 'GET /api/v1/obligations lists the programs that are known.',
  });
}

function attestRefusal(refusal: AttestRefusal): ApiRefusal {
  switch (refusal.kind) {
    case 'unknown-program':
      return unknownProgram(refusal.program);
    case 'unknown-obligation':
      return new ApiRefusal(404, 'unknown-obligation', `${refusal.program} has no obligation ${JSON.stringify(refusal.obligation)}.`, {
        next: `GET /api/v1/obligations?program=${refusal.program} lists its obligations.`,
      });
    case 'not-attestable':
      return new ApiRefusal(
        422,
        'not-attestable',
        `Whether ${refusal.obligation} is met is seen by Sekisho itself; nobody’s word counts.`,
        {
          next: 'Change what its evidence names.',
        },
      );
    case 'invalid-until':
      return new ApiRefusal(
        422,
        'invalid-until',
        `An attestation ends in the future, and by ${new Date(refusal.latestMs).toISOString()} at the latest.`,
        { facts: { latest: new Date(refusal.latestMs).toISOString() } },
      );
  }
}

function withdrawRefusal(refusal: WithdrawRefusal): ApiRefusal {
  return refusal.kind === 'unknown-attestation'
    ? new ApiRefusal(404, 'unknown-attestation', `There is no attestation ${JSON.stringify(refusal.id)}.`)
    : new ApiRefusal(409, 'already-withdrawn', `${refusal.id} has been withdrawn already.`);
}

function reportView({ atMs, ...rest }: ObligationReport) {
  return { at: iso(atMs), ...rest };
}

function attestationView({ atMs, untilMs, withdrawnAtMs, ...rest }: Attestation) {
  return { ...rest, at: iso(atMs), until: iso(untilMs), withdrawnAt: withdrawnAtMs === null ? null : iso(withdrawnAtMs) };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
