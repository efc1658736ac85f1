// Passkeys of members: registering further ones, signing in with them, naming and removing them. Which page or link a registration belongs
// to is said by what its challenge is bound to.
import { createHash } from 'node:crypto';
import { err, ok, ulid, type Clock, type PrincipalId, type Random, type Result } from '#kernel';
import { act, byFacts, type Acting, type RecordAct } from '../act.ts';
import { isPlainText } from '../plain-text.ts';
import type { InsertSessionRefusal } from '../sessions/session-store.ts';
import type { Place, Sessions, StartedSession } from '../sessions/sessions.ts';
import {
  creationOptions,
  requestOptions,
  verifyAuthentication,
  verifyRegistration,
  type AuthenticationAnswer,
  type CreationOptions,
  type NotAccepted,
  type RegistrationAnswer,
  type RequestOptions,
} from './ceremony.ts';
import { readClientData } from './client-data.ts';
import type { InsertPasskeyRefusal, NewPasskey, Passkey, PasskeyStore, RemovePasskeyRefusal } from './passkey.ts';
import { relyingPartyOf, type RelyingParty } from './relying-party.ts';

export type PasskeyRefusal =
  | NotAccepted
  | InsertPasskeyRefusal
  | InsertSessionRefusal
  | RemovePasskeyRefusal
  /** Browsers have no passkeys at this address. */
  | { readonly kind: 'address-unsuitable'; readonly publicUrl: string }
  /** Used, expired, never given out, or given out for something else. */
  | { readonly kind: 'challenge-unknown' }
  /** The page stood under another address than the one that passkeys are bound to. */
  | { readonly kind: 'wrong-origin'; readonly expected: string }
  | { readonly kind: 'label-invalid' };

/** Whose passkey is to be registered, and for what the challenge is good. */
export interface RegistrationFor {
  readonly member: { readonly principalId: PrincipalId; readonly name: string; readonly displayName: string };
  /** `session:…` or `enrolment:…` and its id. */
  readonly boundTo: string;
}

export interface Passkeys {
  registrationOptions(purpose: RegistrationFor): Promise<Result<CreationOptions, PasskeyRefusal>>;
  /** The passkey that an answer speaks of, proved but not kept yet. `label` undefined: a name of its own. */
  readRegistration(
    purpose: RegistrationFor,
    answer: RegistrationAnswer,
    label: string | undefined,
  ): Promise<Result<NewPasskey, PasskeyRefusal>>;
  add(passkey: NewPasskey, by: Acting): Promise<Result<Passkey, PasskeyRefusal>>;
  signInOptions(): Promise<Result<RequestOptions, PasskeyRefusal>>;
  signIn(answer: AuthenticationAnswer, place: Place): Promise<Result<StartedSession, PasskeyRefusal>>;
  /** Newest first. */
  list(principalId: PrincipalId): Promise<readonly Passkey[]>;
  rename(principalId: PrincipalId, id: string, label: string): Promise<Result<Passkey, PasskeyRefusal>>;
  /** Not the last one, unless the member has another way in. Ends the sessions that were begun with it. */
  remove(principalId: PrincipalId, id: string, by: Acting): Promise<Result<void, PasskeyRefusal>>;
}

export interface PasskeysOptions {
  readonly store: PasskeyStore;
  readonly sessions: Pick<Sessions, 'start'>;
  readonly record: RecordAct;
  readonly clock: Clock;
  readonly random: Random;
  readonly publicUrl: string;
  /** Can the member sign in without a passkey? Default: no. */
  readonly hasOtherWayIn?: (principalId: PrincipalId) => Promise<boolean>;
}

const CHALLENGE_BYTES = 32;
const CHALLENGE_MS = 5 * 60 * 1000;
const SIGN_IN = 'sign-in';
const LABEL_BYTES = 256;
const MOST_TRANSPORTS = 10;

export function createPasskeys(options: PasskeysOptions): Passkeys {
  const { store, sessions, record, clock, random, publicUrl } = options;
  const party = relyingPartyOf(publicUrl);

  async function newChallenge(boundTo: string, principalId: PrincipalId | null): Promise<Buffer> {
    // A copy: the port may give out a view of its pool.
    const challenge = Buffer.from(random.bytes(CHALLENGE_BYTES));
    const nowMs = clock.now();
    const hash = hashOf(challenge.toString('base64url'));
    await store.insertChallenge({ hash, boundTo, principalId, nowMs, expiresAtMs: nowMs + CHALLENGE_MS });
    return challenge;
  }

  /** The challenge of an answer, after it has been taken away. */
  async function takeChallenge(
    clientDataJSON: string,
    boundTo: string,
    principalId: PrincipalId | null,
  ): Promise<Result<{ readonly challenge: string; readonly party: RelyingParty }, PasskeyRefusal>> {
    if (party === undefined) return err({ kind: 'address-unsuitable', publicUrl });
    const clientData = readClientData(clientDataJSON);
    if (clientData === undefined || clientData.isCrossOrigin) return err({ kind: 'not-accepted' });
    const { challenge, origin } = clientData;
    const isKnown = await store.takeChallenge({ hash: hashOf(challenge), boundTo, principalId, nowMs: clock.now() });
    if (!isKnown) return err({ kind: 'challenge-unknown' });
    return origin === party.origin ? ok({ challenge, party }) : err({ kind: 'wrong-origin', expected: party.origin });
  }

  async function readRegistration(
    { member, boundTo }: RegistrationFor,
    answer: RegistrationAnswer,
    label: string | undefined,
  ): Promise<Result<NewPasskey, PasskeyRefusal>> {
    if (label !== undefined && !isPlainText(label, LABEL_BYTES)) return err({ kind: 'label-invalid' });
    const taken = await takeChallenge(answer.response.clientDataJSON, boundTo, member.principalId);
    if (!taken.ok) return taken;
    const verified = await verifyRegistration({ ...taken.value, answer });
    if (!verified.ok) return verified;
    const nowMs = clock.now();
    return ok({
      ...verified.value,
      id: `pky_${ulid(nowMs, random.bytes(10))}`,
      principalId: member.principalId,
      label: label ?? `Passkey ${new Date(nowMs).toISOString().slice(0, 10)}`,
      transports: transportsOf(answer),
      createdAtMs: nowMs,
    });
  }

  async function signIn(answer: AuthenticationAnswer, place: Place): Promise<Result<StartedSession, PasskeyRefusal>> {
    const taken = await takeChallenge(answer.response.clientDataJSON, SIGN_IN, null);
    if (!taken.ok) return taken;
    const passkey = await store.findCredential(Buffer.from(answer.id, 'base64url'));
    if (passkey === undefined) return err({ kind: 'unknown-passkey' });
    const verified = await verifyAuthentication({ ...taken.value, answer, passkey });
    if (!verified.ok) return verified;
    const member = { principalId: passkey.principalId, name: passkey.memberName };
    const started = await sessions.start({ ...place, member, authentication: 'passkey', passkey: { id: passkey.id, ...verified.value } });
    if (!started.ok && started.error.kind === 'counter-went-back') {
      const facts = { type: 'passkey-counter-went-back', passkey: passkey.id, signCount: verified.value.signCount };
      await record(passkey.principalId, facts);
    }
    return started;
  }

  return {
    async registrationOptions({ member, boundTo }) {
      if (party === undefined) return err({ kind: 'address-unsuitable', publicUrl });
      const known = await store.credentialsOf(member.principalId);
      const challenge = await newChallenge(boundTo, member.principalId);
      return ok(await creationOptions({ party, challenge, member, known }));
    },
    readRegistration,
    add: (passkey, by) =>
      act<void, Result<Passkey, PasskeyRefusal>>(
        record,
        () => ({ subject: passkey.id, facts: { type: 'passkey-registered', ...passkeyFacts(passkey), ...byFacts(by) } }),
        (confirm) => store.insert(passkey, confirm),
      ),
    async signInOptions() {
      if (party === undefined) return err({ kind: 'address-unsuitable', publicUrl });
      return ok(await requestOptions({ party, challenge: await newChallenge(SIGN_IN, null) }));
    },
    signIn,
    list: (principalId) => store.list(principalId),
    rename: async (principalId, id, label) =>
      isPlainText(label, LABEL_BYTES) ? store.rename({ principalId, id, label }) : err({ kind: 'label-invalid' }),
    async remove(principalId, id, by) {
      const mayBeLast = (await options.hasOtherWayIn?.(principalId)) ?? false;
      return act<void, Result<void, PasskeyRefusal>>(
        record,
        () => ({ subject: id, facts: { type: 'passkey-removed', passkey: id, owner: principalId, ...byFacts(by) } }),
        (confirm) => store.remove({ principalId, id, mayBeLast }, confirm),
      );
    },
  };
}

/** What the ledger says of a new passkey. */
export function passkeyFacts(passkey: NewPasskey) {
  return {
    passkey: passkey.id,
    owner: passkey.principalId,
    aaguid: passkey.aaguid,
    attestation: { format: passkey.attestationFormat, verified: passkey.attestationVerified },
    isBackedUp: passkey.isBackedUp,
  };
}

/** Only the challenge's text is compared: what a browser makes of it is what it was given. */
function hashOf(challenge: string): Buffer {
  return createHash('sha256').update(challenge, 'utf8').digest();
}

function transportsOf({ response }: RegistrationAnswer): readonly string[] {
  return (response.transports ?? []).filter((transport) => /^[a-z-]{1,32}$/.test(transport)).slice(0, MOST_TRANSPORTS);
}
