// A held call: a tool call that a model proposed and that reaches the client only once somebody else has said so. What a hold is, what may
// go wrong with it, and what keeps it. Holds no value in the clear: the call itself is sealed.
import type { Json, PrincipalId, RequestId } from '#kernel';
import type { FoundTarget, Reason, ReasonCode, ToolCall } from '#scope';

/** Final: denied, expired, delivered. */
export const HOLD_STATUSES = ['waiting', 'approved', 'denied', 'expired', 'delivered'] as const;

export type HoldStatus = (typeof HOLD_STATUSES)[number];

export interface HoldDecision {
  readonly by: PrincipalId;
  readonly byName: string;
  readonly atMs: number;
  readonly reason: string;
}

export interface Hold {
  /** `hld_` and a ULID. */
  readonly id: string;
  readonly principalId: PrincipalId;
  readonly grantId: string;
  /** The request whose answer proposed the call. */
  readonly requestId: RequestId;
  readonly route: string;
  readonly deployment: string;
  /** As the model wrote it, without control characters, cut to 256 bytes; the whole name is sealed with the call. */
  readonly tool: string;
  readonly reasonCodes: readonly ReasonCode[];
  /** The conversation held results of tools from outside. */
  readonly isTainted: boolean;
  readonly status: HoldStatus;
  readonly createdAtMs: number;
  /** While it waits: until when somebody may decide. Once approved: until when the call may be delivered. */
  readonly expiresAtMs: number;
  readonly decision: HoldDecision | null;
  readonly deliveredAtMs: number | null;
  /** The request that got the call: another one than asked for it, when the client came back. */
  readonly deliveredTo: RequestId | null;
}

/** What is sealed: real values stand in here. */
export interface HeldCall {
  readonly call: ToolCall;
  readonly reasons: readonly Reason[];
  readonly targets: readonly FoundTarget[];
}

/** As kept. */
export interface StoredHold extends Hold {
  /** Null: erased. */
  readonly sealedCall: Buffer | null;
  readonly fingerprint: Buffer;
}

export type HoldRefusal =
  | { readonly kind: 'unknown-hold' }
  | { readonly kind: 'role-missing'; readonly role: 'approver' }
  /** Separation of duties. */
  | { readonly kind: 'own-call' }
  /** Letting a call through under tier 2 takes a passkey, or single sign-on with a second factor. */
  | { readonly kind: 'authentication-too-weak' }
  | { readonly kind: 'already-decided'; readonly status: HoldStatus }
  | { readonly kind: 'invalid-reason' }
  | { readonly kind: 'call-too-large'; readonly maxBytes: number }
  | { readonly kind: 'too-many-waiting'; readonly whose: 'principal' | 'everybody'; readonly most: number }
  | { readonly kind: 'not-approved'; readonly status: HoldStatus }
  /** What would be delivered is not what was approved. */
  | { readonly kind: 'other-call' }
  | { readonly kind: 'no-longer-granted' };

export interface HoldFilter {
  readonly principalId?: PrincipalId;
  readonly status?: HoldStatus;
  /** Only holds whose id sorts before this one: the next page. */
  readonly beforeId?: string;
  readonly limit: number;
}

export type HoldStep =
  | { readonly to: 'approved'; readonly decision: HoldDecision; readonly expiresAtMs: number }
  | { readonly to: 'denied'; readonly decision: HoldDecision }
  | { readonly to: 'delivered'; readonly atMs: number; readonly requestId: RequestId };

export interface HoldStore {
  /**
   * Adds it unless too many wait; `record` is called when it is going to be added, and nothing is added when it throws. For one principal,
   * counting and adding are one step; the bound for all may be exceeded by as many as are added at the same instant. A waiting hold of the
   * same principal, grant and fingerprint is answered instead of adding another.
   */
  insert(
    hold: StoredHold,
    most: { readonly ofPrincipal: number; readonly overall: number },
    record: () => Promise<void>,
  ): Promise<{ readonly hold: StoredHold; readonly isNew: boolean } | 'too-many-of-principal' | 'too-many'>;
  find(id: string): Promise<StoredHold | undefined>;
  /** The oldest approved one that is still valid. */
  findApproved(input: {
    readonly principalId: PrincipalId;
    readonly grantId: string;
    readonly fingerprint: Buffer;
    readonly nowMs: number;
  }): Promise<StoredHold | undefined>;
  /** Newest first. */
  list(filter: HoldFilter): Promise<readonly StoredHold[]>;
  /**
   * Nobody else changes the hold while `work` looks at it; what `work` answers is done before anybody else sees it, and nothing is done when
   * it throws. `change` undefined: nothing. Undefined answer: there is no such hold.
   */
  change<T>(id: string, work: (hold: StoredHold) => Promise<{ readonly change?: HoldStep; readonly result: T }>): Promise<T | undefined>;
  /** Ends what waits or is approved beyond its time. How many that were. */
  expire(nowMs: number): Promise<number>;
  /** Erases up to `limit` sealed calls of holds that came to their end and were made before then. How many that were. */
  prune(beforeMs: number, limit: number): Promise<number>;
}

/** Writes an act to the ledger; resolves when it is durable. `subject`: the id of what the act is about. */
export type RecordAct = (subject: string, facts: { readonly [name: string]: Json }) => Promise<void>;
