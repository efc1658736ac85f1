// Asks OpenAI what a safety case is about: whose pseudonym, and why. The one thing that is asked of a provider beside the checkpoint; it
// carries no data of anybody but the case's own id.
import { z } from 'zod';
import type { SafetyCase } from '#access';
import type { Config } from '#config';
import { limitedBody } from './own-checkpoint.ts';

/** As vendors' companies are written in configurations. */
const COMPANY = /^openai\b/i;
const TIMEOUT_MS = 10_000;

/** developers.openai.com/api/docs/guides/safety-enforcement: `entity_identifier`, `reason`. Loose: it is the vendor's to add members. */
const caseSchema = z.looseObject({ entity_identifier: z.string().min(1).max(512), reason: z.string().max(4096).nullish() });

/** Undefined: there is no deployment of the vendor with a key to ask with, or the answer is none. */
export async function fetchSafetyCase({ deployments }: Pick<Config, 'deployments'>, caseId: string): Promise<SafetyCase | undefined> {
  const asked = deployments.filter(({ origins, credential }) => COMPANY.test(origins.vendor.company) && credential !== undefined);
  // Cases belong to the project that has the entitlement.
  const deployment = asked.find(({ accessProgram }) => accessProgram !== undefined) ?? asked[0];
  if (deployment === undefined) return undefined;
  const answer = await fetch(`${deployment.baseUrl}/safety/cases/${encodeURIComponent(caseId)}`, {
    headers: { authorization: `Bearer ${deployment.credential}`, accept: 'application/json' },
    redirect: 'error',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const body = await limitedBody(answer);
  if (!answer.ok) return undefined;
  const read = caseSchema.safeParse(JSON.parse(body.toString('utf8')));
  return read.success ? { entityIdentifier: read.data.entity_identifier, reason: read.data.reason ?? null } : undefined;
}
