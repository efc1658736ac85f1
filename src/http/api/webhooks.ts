// Where providers tell of safety notices. Anyone may call it; only what the provider has signed is listened to. An answer other than 2xx
// asks the provider to send it again.
import { z } from 'zod';
import type { SafetyWebhookRefusal } from '#access';
import { misuseRefusal } from './misuse-fields.ts';
import { ApiRefusal } from './refusal.ts';
import { apiRoute, type ApiRoute } from './route.ts';

/** An event names a case, and little else. */
const MOST_BODY_BYTES = 64 * 1024;

export const WEBHOOK_ROUTES: readonly ApiRoute[] = [
  apiRoute({
    method: 'POST',
    path: '/api/v1/webhooks/openai',
    guard: 'public',
    summary: 'Safety events of OpenAI, signed by its webhook secret',
    answer: z.strictObject({ outcome: z.enum(['handled', 'repeated', 'ignored']) }),
    maxBodyBytes: MOST_BODY_BYTES,
    rawBody: true,
    async handle({ headers, rawBody, services }) {
      if (services.safetyWebhooks === undefined || rawBody === undefined) return NOT_CONFIGURED;
      const received = await services.safetyWebhooks.receive({ headers, body: rawBody });
      return received.ok ? { status: 200, body: { outcome: received.value.kind } } : refusalOf(received.error);
    },
  }),
];

const NOT_CONFIGURED = new ApiRefusal(404, 'webhook-not-configured', 'No webhook of this provider is configured here.');

/** Tells a stranger nothing but that it was not listened to. */
const NOT_SIGNED = new ApiRefusal(401, 'webhook-not-signed', 'The signature is missing, too old, or not of the configured secret.');

function refusalOf(refusal: SafetyWebhookRefusal): ApiRefusal {
  switch (refusal.kind) {
    case 'unsigned':
    case 'too-old':
    case 'too-new':
    case 'forged':
      return NOT_SIGNED;
    case 'unreadable':
      return new ApiRefusal(422, 'webhook-unreadable', 'The event is not what safety events look like.');
    case 'case-unavailable':
      return new ApiRefusal(503, 'case-unavailable', 'The provider could not be asked about the case; a case is open here.', {
        next: 'Send the event again.',
      });
    case 'not-recorded':
      return misuseRefusal(refusal);
  }
}
