// Signatures of webhooks after the Standard Webhooks scheme, which OpenAI uses (standardwebhooks.com, "Signature scheme";
// developers.openai.com/api/docs/guides/webhooks): HMAC-SHA-256 over `id.timestamp.body`. Checks who sent it and how old it is. Remembering
// which ids were taken in already is its caller's.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { err, ok, SekishoError, type Result } from '#kernel';

export type WebhookHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

/** `unsigned`: a header is missing, or cannot be read. */
export type WebhookRefusal = { readonly kind: 'unsigned' | 'too-old' | 'too-new' | 'forged' };

export interface VerifiedWebhook {
  /** The same for every attempt to deliver the same event. */
  readonly id: string;
  /** Of this attempt. */
  readonly sentAtMs: number;
}

export type WebhookVerifier = (
  input: { readonly headers: WebhookHeaders; readonly body: Buffer },
  nowMs: number,
) => Result<VerifiedWebhook, WebhookRefusal>;

/** How far the sender's time may lie from ours, either way. */
export const WEBHOOK_TOLERANCE_MS = 5 * 60_000;

const ID = /^[\x21-\x7E]{1,256}$/;
const SECONDS = /^[0-9]{1,12}$/;
const PREFIX = 'whsec_';
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;
/** A sender that rotates its secret signs with both; more than a handful is no sender. */
const MOST_SIGNATURES = 10;
const LONGEST_SIGNATURES = 2048;
const LEAST_KEY_BYTES = 16;

/**
 * `secret`: as the provider shows it, `whsec_` and base64. Throws `webhook-secret-invalid` for anything else. While a secret is being
 * replaced, either of several is good.
 */
export function createWebhookVerifier(secrets: readonly string[]): WebhookVerifier {
  const keys = secrets.map(keyOf);
  return ({ headers, body }, nowMs) => {
    const id = headers['webhook-id'];
    const timestamp = headers['webhook-timestamp'];
    const given = headers['webhook-signature'];
    if (typeof id !== 'string' || typeof timestamp !== 'string' || typeof given !== 'string') return err({ kind: 'unsigned' });
    if (!ID.test(id) || !SECONDS.test(timestamp) || given.length > LONGEST_SIGNATURES) return err({ kind: 'unsigned' });
    const signatures = given.split(' ', MOST_SIGNATURES).flatMap(signatureOf);
    if (signatures.length === 0) return err({ kind: 'unsigned' });
    const sentAtMs = Number(timestamp) * 1000;
    if (nowMs - sentAtMs > WEBHOOK_TOLERANCE_MS) return err({ kind: 'too-old' });
    if (sentAtMs - nowMs > WEBHOOK_TOLERANCE_MS) return err({ kind: 'too-new' });
    const expected = keys.map((key) => createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest());
    // Every pair is compared, whatever came out of those before.
    const matches = expected.flatMap((right) => signatures.map((signature) => timingSafeEqual(right, signature)));
    return matches.includes(true) ? ok({ id, sentAtMs }) : err({ kind: 'forged' });
  };
}

function keyOf(secret: string): Buffer {
  const encoded = secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : '';
  const key = Buffer.from(encoded, 'base64');
  if (!BASE64.test(encoded) || key.length < LEAST_KEY_BYTES)
    throw new SekishoError('webhook-secret-invalid', 'the signing secret of a webhook cannot be read', {
      hint: 'It is shown once when the endpoint is made: whsec_ and base64.',
    });
  return key;
}

const SIGNATURE = /^v1,([A-Za-z0-9+/]{43}=)$/;

/** Other versions are other schemes: they are left out, as the specification asks. */
function signatureOf(text: string): readonly Buffer[] {
  const encoded = SIGNATURE.exec(text)?.[1];
  return encoded === undefined ? [] : [Buffer.from(encoded, 'base64')];
}
