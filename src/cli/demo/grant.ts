// The demonstration's grant, and its approval of a held call: what people do with `sekisho access`, asked of the same management API with the
// keys of people who were made for it.
import { z } from 'zod';
import { createApiClient, readAnswer, type ApiClient } from '../api-client.ts';
import { expect, type Stage } from './steps.ts';

const FOR_THE_DEMONSTRATION = 'Made for the demonstration; nobody has looked at anything.';
const DAY_MS = 24 * 3_600_000;
/** Workers follow the database four times a second. */
const LOOK_AGAIN_MS = 50;
const WAIT_MS = 5_000;

export const SCOPE = { network: '10.20.0.0/16', capability: 'vulnerability-triage' } as const;

const form = () => ({
  kind: 'person',
  employer: 'DEMONSTRATION (simulated providers)',
  role: 'Demonstration',
  sector: 'electric-power',
  tier: 1,
  capabilities: [SCOPE.capability],
  purpose: FOR_THE_DEMONSTRATION,
  targets: [{ kind: 'network', value: SCOPE.network, proof: { basis: 'owned', text: FOR_THE_DEMONSTRATION } }],
  retention: 'vendor-default',
  supervisor: { name: 'Demonstration', email: 'supervisor@demo.example' },
  endDate: new Date(Date.now() + DAY_MS).toISOString().slice(0, 10),
});

const made = z.looseObject({ id: z.string(), version: z.int() });

/** Applied for, screened and approved, each by another; its id. */
export async function makeGrant(stage: Stage): Promise<string> {
  const [applicant, screener, approver] = [stage.keys.applicant, stage.keys.screener, stage.keys.approver].map((key) =>
    apiOf(stage, key),
  ) as [ApiClient, ApiClient, ApiClient];
  const reason = FOR_THE_DEMONSTRATION;
  const { id } = readAnswer(made, await applicant.call('POST', '/api/v1/applications', { body: { form: form() } }));
  const path = `/api/v1/applications/${id}`;
  await applicant.call('POST', `${path}/submit`);
  await screener.call('POST', `${path}/screening/claim`);
  const listed = z.looseObject({ checklist: z.looseObject({ items: z.array(z.looseObject({ id: z.string() })) }) });
  const { checklist } = readAnswer(listed, await screener.call('GET', '/api/v1/access/form'));
  for (const item of checklist.items)
    await screener.call('PUT', `${path}/screening/items/${item.id}`, { body: { verdict: 'pass', reason } });
  const { version } = readAnswer(made, await screener.call('POST', `${path}/screening/finish`));
  const answer = await approver.call('POST', `${path}/approve`, { body: { version, reason } });
  const { grant } = readAnswer(z.looseObject({ grant: z.looseObject({ id: z.string() }).nullable() }), answer);
  expect(grant !== null, 'one approval makes a grant of tier 1');
  return grant.id;
}

export interface ApprovedHold {
  readonly id: string;
  /** What the approver saw. */
  readonly why: string;
}

/** Looks at the call that waits, and lets it through. */
export async function approveHold(stage: Stage): Promise<ApprovedHold> {
  const api = apiOf(stage, stage.keys.approver);
  const list = z.looseObject({ holds: z.array(z.looseObject({ id: z.string() })) });
  const seen = z.looseObject({ call: z.looseObject({ reasons: z.array(z.looseObject({ text: z.string() })) }) });
  for (const until = performance.now() + WAIT_MS; performance.now() < until;) {
    const [hold] = readAnswer(list, await api.call('GET', '/api/v1/holds', { query: { status: 'waiting' } })).holds;
    if (hold === undefined) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
      continue;
    }
    const { call } = readAnswer(seen, await api.call('GET', `/api/v1/holds/${hold.id}`));
    await api.call('POST', `/api/v1/holds/${hold.id}/approve`, { body: { reason: FOR_THE_DEMONSTRATION } });
    return { id: hold.id, why: call.reasons.map(({ text }) => text).join(' ') };
  }
  expect(false, 'an ambiguous call waits for a person');
}

function apiOf({ url, signal }: Stage, key: string): ApiClient {
  return createApiClient({ base: new URL(url), key, signal });
}
