// What browsers and authenticators send, and how passkeys, sessions and members are shown. Browsers send more than is read: unknown members
// of their answers are dropped and not refused.
import { z } from 'zod';
import { AUTHENTICATIONS, MEMBER_ROLES, type Member, type MemberRecord, type Passkey, type Session } from '#identity';

/** Larger than any honest answer: an attestation object with its certificates has some kilobytes. */
export const MOST_ANSWER_BYTES = 64 * 1024;

const base64url = (longest: number) =>
  z
    .string()
    .regex(/^[A-Za-z0-9_-]+$/, { error: 'must be base64url' })
    .max(longest);

export const labelSchema = z.string().min(1).max(256);

const shared = { id: base64url(1400), rawId: base64url(1400), type: z.literal('public-key') };

export const registrationAnswerSchema = z.object({
  ...shared,
  response: z.object({
    clientDataJSON: base64url(4096),
    attestationObject: base64url(48 * 1024),
    transports: z.array(z.string().max(64)).max(20).optional(),
  }),
});

export const authenticationAnswerSchema = z.object({
  ...shared,
  response: z.object({
    clientDataJSON: base64url(4096),
    authenticatorData: base64url(4096),
    signature: base64url(2048),
    userHandle: base64url(128).optional(),
  }),
});

/** For `parseCreationOptionsFromJSON` and `parseRequestOptionsFromJSON`. */
export const optionsSchema = z.looseObject({ challenge: z.string() });

const time = z.iso.datetime();
export const roleSchema = z.enum(MEMBER_ROLES);

export const memberSchema = z.strictObject({
  id: z.string(),
  name: z.string(),
  displayName: z.string(),
  email: z.string().nullable(),
  roles: z.array(roleSchema),
  isOutside: z.boolean(),
  createdAt: time,
  disabledAt: time.nullable(),
});

export const memberRecordSchema = memberSchema.extend({ kind: z.enum(['person', 'service', 'agent']), passkeys: z.int() });

export const sessionSchema = z.strictObject({
  id: z.string(),
  authentication: z.enum(AUTHENTICATIONS),
  createdAt: time,
  lastSeenAt: time,
  expiresAt: time,
  address: z.string(),
  userAgent: z.string(),
});

export const passkeySchema = z.strictObject({
  id: z.string(),
  label: z.string(),
  transports: z.array(z.string()),
  aaguid: z.string(),
  attestation: z.strictObject({ format: z.string(), verified: z.boolean() }),
  isBackedUp: z.boolean(),
  createdAt: time,
  lastUsedAt: time.nullable(),
});

export function shownMember(member: Member): z.output<typeof memberSchema> {
  const { principalId, name, displayName, email, roles, isOutside, createdAtMs, disabledAtMs } = member;
  return {
    id: principalId,
    name,
    displayName,
    email,
    roles: [...roles],
    isOutside,
    createdAt: iso(createdAtMs),
    disabledAt: isoOrNull(disabledAtMs),
  };
}

export function shownMemberRecord(member: MemberRecord): z.output<typeof memberRecordSchema> {
  return { ...shownMember(member), kind: member.kind, passkeys: member.passkeys };
}

export function shownSession(session: Session): z.output<typeof sessionSchema> {
  const { id, authentication, createdAtMs, lastSeenAtMs, expiresAtMs, address, userAgent } = session;
  return {
    id,
    authentication,
    createdAt: iso(createdAtMs),
    lastSeenAt: iso(lastSeenAtMs),
    expiresAt: iso(expiresAtMs),
    address,
    userAgent,
  };
}

export function shownPasskey(passkey: Passkey): z.output<typeof passkeySchema> {
  const { id, label, transports, aaguid, attestationFormat, attestationVerified, isBackedUp, createdAtMs, lastUsedAtMs } = passkey;
  return {
    id,
    label,
    transports: [...transports],
    aaguid,
    attestation: { format: attestationFormat, verified: attestationVerified },
    isBackedUp,
    createdAt: iso(createdAtMs),
    lastUsedAt: isoOrNull(lastUsedAtMs),
  };
}

export function iso(ms: number): string {
  return new Date(ms).toISOString();
}

export function isoOrNull(ms: number | null): string | null {
  return ms === null ? null : iso(ms);
}
