// Safety events that OpenAI sends (developers.openai.com/api/docs/guides/safety-enforcement): an event names a case only, so the case is
// asked for, and what it says is handled. An event that could not be dealt with is answered with an error: the vendor sends it again.
import { z } from 'zod';
import { err, ok, type Clock, type Result } from '#kernel';
import type { MisuseStore } from './case.ts';
import type { MisuseRefusal } from './refusal.ts';
import type { ProviderNotices, ProviderNoticeType } from './provider-notices.ts';
import { createWebhookVerifier, WEBHOOK_TOLERANCE_MS, type WebhookHeaders, type WebhookRefusal } from './webhook.ts';

/** What `GET /v1/safety/cases/{id}` says. */
export interface SafetyCase {
  readonly entityIdentifier: string;
  readonly reason: string | null;
}

export interface SafetyWebhooksOptions {
  /** Signing secrets of the endpoint, `whsec_…`; two while one is being replaced. */
  readonly secrets: readonly string[];
  readonly vendor: string;
  readonly clock: Clock;
  readonly store: Pick<MisuseStore, 'takeWebhook' | 'releaseWebhook'>;
  readonly misuse: ProviderNotices;
  /** Asks the vendor. Undefined, or a rejection: it could not be asked. */
  readonly fetchCase: (caseId: string) => Promise<SafetyCase | undefined>;
}

export type WebhookOutcome =
  | { readonly kind: 'handled'; readonly caseId: string }
  /** Taken in before: nothing was done. */
  | { readonly kind: 'repeated' }
  /** Signed by the vendor, and about something else. */
  | { readonly kind: 'ignored' };

export type SafetyWebhookRefusal =
  | WebhookRefusal
  | { readonly kind: 'unreadable' }
  /** A case is open, and nobody is suspended: whom it is about is not known yet. */
  | { readonly kind: 'case-unavailable'; readonly caseId: string }
  | Extract<MisuseRefusal, { kind: 'not-recorded' }>;

export interface SafetyWebhooks {
  receive(input: { readonly headers: WebhookHeaders; readonly body: Buffer }): Promise<Result<WebhookOutcome, SafetyWebhookRefusal>>;
}

const TYPES = ['safety.warning_issued', 'safety.deactivation_issued'] as const satisfies readonly ProviderNoticeType[];

// Loose: it is the vendor's to add members.
const eventSchema = z.looseObject({ type: z.string().max(256) });
const noticeSchema = z.looseObject({ type: z.enum(TYPES), data: z.looseObject({ id: z.string().min(1).max(256) }) });

/** Ids are remembered for longer than any signature is good for, so that no clock among the nodes opens a gap. */
const REMEMBER_MS = 4 * WEBHOOK_TOLERANCE_MS;

export function createSafetyWebhooks(options: SafetyWebhooksOptions): SafetyWebhooks {
  const { vendor, clock, store, misuse, fetchCase } = options;
  const verify = createWebhookVerifier(options.secrets);

  async function handle(body: Buffer): Promise<Result<WebhookOutcome, SafetyWebhookRefusal>> {
    const content = parsed(body);
    const event = eventSchema.safeParse(content);
    if (!event.success) return err({ kind: 'unreadable' });
    if (!(TYPES as readonly string[]).includes(event.data.type)) return ok({ kind: 'ignored' });
    const notice = noticeSchema.safeParse(content);
    if (!notice.success) return err({ kind: 'unreadable' });
    const { type, data } = notice.data;
    const found = await fetchCase(data.id).catch(() => undefined);
    const handled = await misuse.handleProviderNotice({
      vendor,
      type,
      caseId: data.id,
      entityIdentifier: found?.entityIdentifier ?? null,
      reason: found?.reason ?? null,
    });
    if (!handled.ok) {
      if (handled.error.kind === 'not-recorded') return err(handled.error);
      throw new Error(`a safety notice was refused: ${handled.error.kind}`);
    }
    const { caseId } = handled.value;
    return found === undefined ? err({ kind: 'case-unavailable', caseId }) : ok({ kind: 'handled', caseId });
  }

  return {
    async receive(input) {
      const nowMs = clock.now();
      const verified = verify(input, nowMs);
      if (!verified.ok) return verified;
      const { id } = verified.value;
      if (!(await store.takeWebhook(id, { atMs: nowMs, forgetBeforeMs: nowMs - REMEMBER_MS }))) return ok({ kind: 'repeated' });
      let isDone = false;
      try {
        const outcome = await handle(input.body);
        isDone = outcome.ok || outcome.error.kind === 'not-recorded';
        return outcome;
      } finally {
        if (!isDone) await store.releaseWebhook(id);
      }
    },
  };
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}
