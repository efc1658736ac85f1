// Members: making them, giving them roles, letting them act. Separation of duties begins here: nobody decides about their own rights, and
// the last administrator stays one. Who may call this at all is the management API's business.
import { err, ok, ulid, type Clock, type Json, type KeyId, type PrincipalId, type Random, type Result } from '#kernel';
import { act, byFacts, type Acting, type ActFacts, type RecordAct } from '../act.ts';
import { MEMBER_ROLES, type Member, type MemberRole } from '../member.ts';
import { isPlainText } from '../plain-text.ts';
import type { PrincipalKind } from '../principals.ts';
import type { InsertMemberRefusal, MemberChange, MemberRecord, MemberStore, UpdateMemberRefusal } from './member-store.ts';

export interface AddMemberInput {
  /** Unique; 1 to 128 bytes. A person or service of that name which has keys already becomes the member. */
  readonly name: string;
  readonly kind: 'person' | 'service';
  /** Default: the name. */
  readonly displayName?: string | undefined;
  readonly email?: string | null | undefined;
  readonly roles: readonly MemberRole[];
  /** Default: false. */
  readonly isOutside?: boolean | undefined;
}

export interface MemberProfile {
  readonly displayName?: string | undefined;
  readonly email?: string | null | undefined;
  readonly isOutside?: boolean | undefined;
}

export type MemberRefusal =
  | InsertMemberRefusal
  | UpdateMemberRefusal
  | { readonly kind: 'invalid-input'; readonly field: 'name' | 'displayName' | 'email' | 'roles'; readonly problem: string }
  /** Somebody tried to change their own roles, or whether they are the operator's. */
  | { readonly kind: 'own-rights' }
  /** These roles need a person: machines do not decide about access. */
  | { readonly kind: 'person-needed'; readonly roles: readonly MemberRole[] };

type Changed = Promise<Result<MemberRecord, MemberRefusal>>;

/** `by` undefined: whoever runs the program. Every change is in the ledger before it takes effect. */
export interface Members {
  find(nameOrId: string): Promise<MemberRecord | undefined>;
  /** At most 200, by name. */
  list(page?: { readonly after?: string | undefined; readonly limit?: number | undefined }): Promise<readonly MemberRecord[]>;
  /** Undefined: the key does not count, or its owner is no member, or may not act. */
  ofKey(keyId: KeyId): Promise<Member | undefined>;
  add(input: AddMemberInput, by: Acting | undefined): Changed;
  change(id: PrincipalId, profile: MemberProfile, by: Acting | undefined): Changed;
  setRoles(id: PrincipalId, roles: readonly MemberRole[], by: Acting | undefined): Changed;
  /** Ends sessions, enrolment links and keys at once. */
  disable(id: PrincipalId, by: Acting | undefined): Changed;
  enable(id: PrincipalId, by: Acting | undefined): Changed;
}

export interface MembersOptions {
  readonly store: MemberStore;
  readonly record: RecordAct;
  readonly clock: Clock;
  readonly random: Random;
}

const MOST_LISTED = 200;
const NAME_BYTES = 128;
const DISPLAY_NAME_BYTES = 256;
/** RFC 5321, section 4.5.3.1: 64 for the local part, 255 for the domain. */
const EMAIL_BYTES = 320;
const EMAIL = /^[^\s@]+@[^\s@]+$/;
const FOR_PERSONS: ReadonlySet<MemberRole> = new Set(['screener', 'approver', 'administrator']);

export function createMembers({ store, record, clock, random }: MembersOptions): Members {
  async function add(input: AddMemberInput, by: Acting | undefined): Changed {
    const name = input.name.normalize('NFC');
    const displayName = input.displayName ?? name;
    const email = input.email ?? null;
    const roles = inOrder(input.roles);
    const problem = nameProblem(name) ?? profileProblem({ displayName, email }) ?? rolesProblem(roles, input.kind);
    if (problem !== undefined) return err(problem);
    const nowMs = clock.now();
    const principalId = `prn_${ulid(nowMs, random.bytes(10))}` as PrincipalId;
    const { kind, isOutside = false } = input;
    const member = { principalId, name, kind, displayName, email, roles, isOutside, createdAtMs: nowMs };
    const actOf = (made: MemberRecord) => ({
      subject: made.principalId,
      facts: { type: 'member-added', ...memberFacts(made), ...byFacts(by) },
    });
    return act(record, actOf, (confirm) => store.insert(member, confirm));
  }

  function change(
    id: PrincipalId,
    facts: (member: MemberRecord) => ActFacts,
    decide: (member: MemberRecord) => Result<MemberChange, MemberRefusal>,
  ): Changed {
    const actOf = (made: MemberRecord) => ({ subject: made.principalId, facts: facts(made) });
    return act(record, actOf, (confirm) => store.update<MemberRefusal>(id, decide, confirm));
  }

  return {
    find: (nameOrId) => (isPlainText(nameOrId, NAME_BYTES) ? store.find(nameOrId.normalize('NFC')) : Promise.resolve(undefined)),
    list: ({ after = '', limit = MOST_LISTED } = {}) => store.list({ after, limit: Math.min(limit, MOST_LISTED) }),
    ofKey: (keyId) => store.ofKey(keyId, clock.now()),
    add,
    change: (id, { displayName, email, isOutside }, by) =>
      change(
        id,
        (member) => ({ type: 'member-changed', ...memberFacts(member), ...byFacts(by) }),
        (member) => {
          const problem = profileProblem({ displayName, email });
          if (problem !== undefined) return err(problem);
          if (isOutside !== undefined && isOutside !== member.isOutside && by?.principalId === id) return err({ kind: 'own-rights' });
          return ok({
            ...(displayName === undefined ? {} : { displayName }),
            ...(email === undefined ? {} : { email }),
            ...(isOutside === undefined ? {} : { isOutside }),
          });
        },
      ),
    setRoles(id, given, by) {
      const roles = inOrder(given);
      let before: readonly MemberRole[] = [];
      return change(
        id,
        (member) => ({ type: 'member-roles-set', ...memberFacts(member), before, ...byFacts(by) }),
        (member) => {
          before = member.roles;
          if (by?.principalId === id) return err({ kind: 'own-rights' });
          const problem = rolesProblem(roles, member.kind);
          return problem === undefined ? ok({ roles }) : err(problem);
        },
      );
    },
    disable: (id, by) =>
      change(
        id,
        (member) => ({ type: 'member-disabled', ...memberFacts(member), ...byFacts(by) }),
        ({ disabledAtMs }) => ok({ disabledAtMs: disabledAtMs ?? clock.now() }),
      ),
    enable: (id, by) =>
      change(
        id,
        (member) => ({ type: 'member-enabled', ...memberFacts(member), ...byFacts(by) }),
        () => ok({ disabledAtMs: null }),
      ),
  };
}

/** Without display name and e-mail: the ledger forgets nothing. */
function memberFacts({ principalId, name, kind, roles, isOutside }: MemberRecord): { readonly [name: string]: Json } {
  return { isOutside, member: { id: principalId, kind, name }, roles };
}

/** Each once, always in the same order. */
function inOrder(roles: readonly MemberRole[]): readonly MemberRole[] {
  return MEMBER_ROLES.filter((role) => roles.includes(role));
}

function nameProblem(name: string): MemberRefusal | undefined {
  if (!isPlainText(name, NAME_BYTES) || name.trim() !== name) {
    return invalid('name', `must be 1 to ${NAME_BYTES} bytes without control characters or surrounding spaces`);
  }
  // Two names that look the same are a second person behind the first: Unicode, DerivedCoreProperties, Default_Ignorable_Code_Point.
  if (/\p{Default_Ignorable_Code_Point}/u.test(name)) return invalid('name', 'must not hold characters that nobody sees');
  // An id-shaped name would make "name or id" ambiguous.
  return name.startsWith('prn_') ? invalid('name', 'must not begin with prn_, which is how principal ids begin') : undefined;
}

function profileProblem({ displayName, email }: MemberProfile): MemberRefusal | undefined {
  if (displayName !== undefined && (!isPlainText(displayName, DISPLAY_NAME_BYTES) || displayName.trim() === '')) {
    return invalid('displayName', `must be 1 to ${DISPLAY_NAME_BYTES} bytes without control characters`);
  }
  if (email !== undefined && email !== null && (!isPlainText(email, EMAIL_BYTES) || !EMAIL.test(email))) {
    return invalid('email', 'must be an e-mail address');
  }
  return undefined;
}

function rolesProblem(roles: readonly MemberRole[], kind: PrincipalKind): MemberRefusal | undefined {
  const forPersons = kind === 'person' ? [] : roles.filter((role) => FOR_PERSONS.has(role));
  return forPersons.length === 0 ? undefined : { kind: 'person-needed', roles: forPersons };
}

function invalid(field: Extract<MemberRefusal, { kind: 'invalid-input' }>['field'], problem: string): MemberRefusal {
  return { kind: 'invalid-input', field, problem };
}
