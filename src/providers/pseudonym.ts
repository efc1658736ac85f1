// The name under which a provider knows a person or a service: stable, so that the provider can act against one of them and not against
// the whole organisation, and meaningless to everyone who has not the secret. Keeps no list of who is behind a name: whoever has the
// secret and a candidate can check it.
import { createHmac } from 'node:crypto';

/** Separates these names from every other use of the same secret. */
const DOMAIN = 'sekisho/provider-pseudonym/v1\0';
/** People and services that a worker remembers; others cost one HMAC, some 10 µs. */
const MOST_REMEMBERED = 4096;
/** Past this, a name is not worth remembering: it comes from the caller and may be large. */
const LONGEST_REMEMBERED = 512;

export interface PseudonymInput {
  /** At least 32 random bytes that stay the same for as long as providers should recognise people. */
  readonly secret: Buffer;
  readonly principalId: string;
  /** Whom a service names as its user; undefined: the principal acts for itself. Two services' users of one name are two people. */
  readonly endUser: string | undefined;
}

const remembered = new WeakMap<Buffer, Map<string, string>>();

/** HMAC-SHA-256 in base64url, 43 characters; fits OpenAI's `safety_identifier` (64) and Anthropic's `metadata.user_id` (256). */
export function pseudonymOf({ secret, principalId, endUser }: PseudonymInput): string {
  // JSON tells a missing user from an empty one, and no two pairs make the same text.
  const who = JSON.stringify(endUser === undefined ? [principalId] : [principalId, endUser]);
  const names = remembered.get(secret) ?? new Map<string, string>();
  if (names.size === 0) remembered.set(secret, names);
  const known = names.get(who);
  if (known !== undefined) return known;
  const made = createHmac('sha256', secret).update(DOMAIN).update(who).digest('base64url');
  if (who.length > LONGEST_REMEMBERED) return made;
  // The one remembered longest goes first. Asking does not move anybody: that would cost every request what a miss costs a few.
  if (names.size >= MOST_REMEMBERED) for (const oldest of names.keys()) if (names.delete(oldest)) break;
  names.set(who, made);
  return made;
}
