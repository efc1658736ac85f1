// Enrolment links: the way in for somebody who has no passkey yet, or has lost it. A link works once, for a day, and for one member; using
// it replaces every passkey and session that the member had, and every key that acted for the member here, so that nobody can use one
// unnoticed beside the member.
import { err, ok, ulid, type Clock, type PrincipalId, type Random, type Result } from '#kernel';
import { act, byFacts, type Acting, type Confirm, type RecordAct } from '../act.ts';
import type { Member } from '../member.ts';
import type { CreationOptions, RegistrationAnswer } from '../passkeys/ceremony.ts';
import type { NewPasskey } from '../passkeys/passkey.ts';
import { passkeyFacts, type PasskeyRefusal, type Passkeys, type RegistrationFor } from '../passkeys/passkeys.ts';
import { newToken, tokenHash } from '../secret-token.ts';
import type { NewSession } from '../sessions/session-store.ts';
import type { Place, Sessions, StartedSession } from '../sessions/sessions.ts';

export type EnrolmentRefusal =
  | PasskeyRefusal
  /** Used, replaced, expired, or never made. */
  | { readonly kind: 'enrolment-unknown' }
  | { readonly kind: 'unknown-member' }
  /** Nobody makes a link for themselves: whoever is signed in registers a passkey directly. */
  | { readonly kind: 'own-enrolment' }
  /** Machines have keys. */
  | { readonly kind: 'not-a-person' };

export interface EnrolmentLink {
  readonly id: string;
  readonly member: Member;
  /** Holds the secret, behind the `#`: browsers send that part to nobody. */
  readonly url: string;
  readonly expiresAtMs: number;
}

export interface NewEnrolment {
  readonly id: string;
  readonly tokenHash: Buffer;
  readonly principalId: PrincipalId;
  readonly createdAtMs: number;
  readonly expiresAtMs: number;
}

export interface FoundEnrolment {
  readonly id: string;
  readonly member: Member;
}

/** What an enrolment takes the place of. */
export interface Replaced {
  readonly passkeys: readonly string[];
  /** API keys that acted for the member in the management API. */
  readonly keys: readonly string[];
}

export interface EnrolmentStore {
  /** Replaces the member's earlier link. */
  insert(
    enrolment: NewEnrolment,
    confirm: Confirm<Member>,
  ): Promise<Result<Member, { readonly kind: 'unknown-member' | 'member-disabled' | 'not-a-person' }>>;
  /** One that can be used at `nowMs`, by a member that may act. */
  find(input: { readonly tokenHash: Buffer; readonly nowMs: number }): Promise<FoundEnrolment | undefined>;
  /** All or nothing: the link is used up, passkey and session take the place of those before, and keys that acted for the member end. */
  redeem(
    input: { readonly id: string; readonly nowMs: number; readonly passkey: NewPasskey; readonly session: NewSession },
    confirm: Confirm<Replaced>,
  ): Promise<Result<void, { readonly kind: 'enrolment-unknown' | 'already-registered' }>>;
  /**
   * For the first start: undefined when an enabled administrator has a passkey; otherwise the enabled administrator to send a link to. Where
   * there is none, `candidate` becomes one, under the first of its names that no other principal has.
   */
  firstAdministrator(
    candidate: { readonly principalId: PrincipalId; readonly names: readonly string[]; readonly createdAtMs: number },
    confirm: Confirm<Member>,
  ): Promise<Member | undefined>;
}

export interface Enrolment {
  /** `by` undefined: whoever runs the program. */
  issue(id: PrincipalId, by: Acting | undefined): Promise<Result<EnrolmentLink, EnrolmentRefusal>>;
  /** A link for the first administrator; undefined when one can sign in already. An earlier link stops working. */
  firstEnrolment(): Promise<EnrolmentLink | undefined>;
  /** Does not use the link up. */
  options(token: string): Promise<Result<{ readonly member: Member; readonly options: CreationOptions }, EnrolmentRefusal>>;
  redeem(
    input: { readonly token: string; readonly answer: RegistrationAnswer; readonly label?: string | undefined } & Place,
  ): Promise<Result<StartedSession & { readonly member: Member }, EnrolmentRefusal>>;
}

export interface EnrolmentOptions {
  readonly store: EnrolmentStore;
  readonly passkeys: Pick<Passkeys, 'registrationOptions' | 'readRegistration'>;
  readonly sessions: Pick<Sessions, 'prepare'>;
  readonly record: RecordAct;
  readonly clock: Clock;
  readonly random: Random;
  readonly publicUrl: string;
}

const VALID_MS = 24 * 3600 * 1000;
const FIRST_NAMES = ['admin', 'administrator', 'sekisho-admin', 'first-administrator'] as const;

export function createEnrolment(options: EnrolmentOptions): Enrolment {
  const { store, passkeys, sessions, record, clock, random, publicUrl } = options;

  async function issue(principalId: PrincipalId, by: Acting | undefined): Promise<Result<EnrolmentLink, EnrolmentRefusal>> {
    if (by?.principalId === principalId) return err({ kind: 'own-enrolment' });
    const nowMs = clock.now();
    const token = newToken(random);
    const enrolment: NewEnrolment = {
      id: `enr_${ulid(nowMs, random.bytes(10))}`,
      tokenHash: tokenHash(token)!,
      principalId,
      createdAtMs: nowMs,
      expiresAtMs: nowMs + VALID_MS,
    };
    const inserted = await act<Member, Awaited<ReturnType<EnrolmentStore['insert']>>>(
      record,
      (member) => ({
        subject: enrolment.id,
        facts: {
          type: 'enrolment-issued',
          enrolment: enrolment.id,
          expires: new Date(enrolment.expiresAtMs).toISOString(),
          member: { id: member.principalId, name: member.name },
          ...byFacts(by),
        },
      }),
      (confirm) => store.insert(enrolment, confirm),
    );
    if (!inserted.ok) return inserted;
    const url = `${publicUrl.replace(/\/+$/, '')}/enrol#${token}`;
    return ok({ id: enrolment.id, member: inserted.value, url, expiresAtMs: enrolment.expiresAtMs });
  }

  async function found(token: string): Promise<(FoundEnrolment & { readonly purpose: RegistrationFor }) | undefined> {
    const hash = tokenHash(token);
    if (hash === undefined) return undefined;
    const enrolment = await store.find({ tokenHash: hash, nowMs: clock.now() });
    return enrolment === undefined
      ? undefined
      : { ...enrolment, purpose: { member: enrolment.member, boundTo: `enrolment:${enrolment.id}` } };
  }

  return {
    issue,
    async firstEnrolment() {
      const nowMs = clock.now();
      const candidate = { principalId: `prn_${ulid(nowMs, random.bytes(10))}` as PrincipalId, names: FIRST_NAMES, createdAtMs: nowMs };
      const member = await act<Member, Member | undefined>(
        record,
        (made) => ({
          subject: made.principalId,
          facts: { type: 'first-administrator-made', member: { id: made.principalId, name: made.name }, roles: made.roles },
        }),
        (confirm) => store.firstAdministrator(candidate, confirm),
      );
      if (member === undefined) return undefined;
      const issued = await issue(member.principalId, undefined);
      // Between the two, somebody else may have disabled the member: then the next start makes a link for another one.
      return issued.ok ? issued.value : undefined;
    },
    async options(token) {
      const enrolment = await found(token);
      if (enrolment === undefined) return err({ kind: 'enrolment-unknown' });
      const made = await passkeys.registrationOptions(enrolment.purpose);
      return made.ok ? ok({ member: enrolment.member, options: made.value }) : made;
    },
    async redeem({ token, answer, label, address, userAgent }) {
      const enrolment = await found(token);
      if (enrolment === undefined) return err({ kind: 'enrolment-unknown' });
      const { id, member, purpose } = enrolment;
      const passkey = await passkeys.readRegistration(purpose, answer, label);
      if (!passkey.ok) return passkey;
      const started = sessions.prepare({ member, authentication: 'passkey', passkeyId: passkey.value.id, address, userAgent });
      const by: Acting = { principalId: member.principalId, name: member.name, authentication: 'passkey' };
      const redeemed = await act<Replaced, Awaited<ReturnType<EnrolmentStore['redeem']>>>(
        record,
        (replaced) => ({
          subject: id,
          facts: {
            type: 'enrolment-redeemed',
            enrolment: id,
            ...passkeyFacts(passkey.value),
            replaced: replaced.passkeys,
            endedKeys: replaced.keys,
            session: started.session.id,
            ...byFacts(by),
          },
        }),
        (confirm) => store.redeem({ id, nowMs: clock.now(), passkey: passkey.value, session: started.session }, confirm),
      );
      if (!redeemed.ok) return redeemed;
      const { tokenHash: _, ...session } = started.session;
      return ok({ token: started.token, session: { ...session, lastSeenAtMs: session.createdAtMs }, member });
    },
  };
}
