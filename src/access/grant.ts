// A grant as the checkpoint needs it: who, for what, on which targets, until when. How it came to be is desk/'s business.
import type { PrincipalId } from '#kernel';
import type { Scope } from '#scope';
import type { Capability, Tier } from './taxonomy.ts';

export type GrantState = 'active' | 'suspended' | 'revoked' | 'ended';

export type Condition = 'passkey' | 'sso-mfa' | 'training';

export interface Grant {
  /** `grt_` and a ULID. */
  readonly id: string;
  /** `app_` and a ULID. */
  readonly applicationId: string;
  /** Who may use it: a person, or a service. */
  readonly principalId: PrincipalId;
  readonly tier: Tier;
  readonly capabilities: readonly Capability[];
  readonly scope: Scope;
  /** Each must be met at every use; `training` is met once a screener has said so. */
  readonly conditions: readonly Condition[];
  readonly conditionsMet: readonly Condition[];
  /** Vendor programs that it opens, such as `daybreak_blue`. */
  readonly programs: readonly string[];
  readonly startsAtMs: number;
  /** The first millisecond at which it is no longer valid. */
  readonly endsAtMs: number;
  /** Recertification is due by then; afterwards the grant does not count until somebody has recertified it. */
  readonly recertifyByMs: number;
  readonly state: GrantState;
}

/** Why a grant does not count at a moment. */
export type GrantProblem = 'not-started' | 'ended' | 'recertification-due' | 'suspended' | 'revoked' | 'condition-unmet';
