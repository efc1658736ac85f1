// What members need of a store.
import type { KeyId, PrincipalId, Result } from '#kernel';
import type { Confirm } from '../act.ts';
import type { Member } from '../member.ts';
import type { PrincipalKind } from '../principals.ts';

export interface MemberRecord extends Member {
  readonly kind: PrincipalKind;
  /** How many passkeys the member has. */
  readonly passkeys: number;
}

export interface NewMember extends Omit<Member, 'disabledAtMs'> {
  readonly kind: PrincipalKind;
}

export type MemberChange = Partial<Pick<Member, 'displayName' | 'email' | 'roles' | 'isOutside' | 'disabledAtMs'>>;

export type InsertMemberRefusal =
  | { readonly kind: 'already-member' }
  /** The name belongs to a principal of another kind, or to one that is disabled. */
  | { readonly kind: 'name-taken' };

export type UpdateMemberRefusal = { readonly kind: 'unknown-member' } | { readonly kind: 'last-administrator' };

/** Writes are durable when their promise resolves; changes of members are serialised. */
export interface MemberStore {
  /** By principal id or name. */
  find(nameOrId: string): Promise<MemberRecord | undefined>;
  /** By name, from the one after `after`. */
  list(page: { readonly after: string; readonly limit: number }): Promise<readonly MemberRecord[]>;
  /** The owner of a key that counts at `nowMs`, when it is a member that may act. */
  ofKey(keyId: KeyId, nowMs: number): Promise<Member | undefined>;
  /** Makes a member of the person or service of that name, which is made when there is none. */
  insert(member: NewMember, confirm: Confirm<MemberRecord>): Promise<Result<MemberRecord, InsertMemberRefusal>>;
  /**
   * `change` decides by what the member is now, while nothing can change it. Refused when it would leave no enabled administrator where
   * there was one.
   */
  update<R>(
    id: PrincipalId,
    change: (member: MemberRecord) => Result<MemberChange, R>,
    confirm: Confirm<MemberRecord>,
  ): Promise<Result<MemberRecord, R | UpdateMemberRefusal>>;
  /** Enabled administrators, oldest first. */
  administrators(): Promise<readonly MemberRecord[]>;
}
