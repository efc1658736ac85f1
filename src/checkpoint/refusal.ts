// Why the checkpoint did not let a request pass, as data: which rule decided and the facts behind it. Words are http/render.ts's business.
import type { IdentityRefusal } from '#identity';
import type { Wire } from '#routing';

export type Refusal =
  | { readonly rule: 'identity'; readonly reason: IdentityRefusal['kind'] }
  | { readonly rule: 'role'; readonly needed: string }
  | { readonly rule: 'route-not-granted'; readonly route: string }
  | { readonly rule: 'unknown-route'; readonly route: string; readonly suggestion: string | undefined }
  | { readonly rule: 'wire-not-served'; readonly route: string; readonly wire: Wire; readonly served: readonly Wire[] }
  | { readonly rule: 'http-malformed'; readonly reason: 'headers-too-large' | 'timeout' | 'syntax' }
  | { readonly rule: 'unknown-path' }
  | { readonly rule: 'method-not-allowed'; readonly allowed: string }
  | { readonly rule: 'body-too-large'; readonly limitBytes: number }
  | { readonly rule: 'body-unreadable'; readonly reason: 'encoding' | 'decoding' | 'aborted' }
  | { readonly rule: 'body-malformed'; readonly problem: string }
  | { readonly rule: 'end-user-malformed' }
  | { readonly rule: 'busy'; readonly scope: 'worker' | 'key' | 'memory'; readonly retryAfterSeconds: number }
  | { readonly rule: 'ledger-unwritable'; readonly retryAfterSeconds: number }
  | { readonly rule: 'deployments-resting'; readonly route: string; readonly retryAfterSeconds: number }
  | { readonly rule: 'upstream-failed'; readonly route: string; readonly attempts: readonly FailedAttempt[] }
  | { readonly rule: 'internal' };

/** What went wrong with one deployment. `status` is the provider's HTTP status where there was one. */
export interface FailedAttempt {
  readonly deployment: string;
  readonly reason: FailureReason;
  readonly status: number | undefined;
  readonly durationMs: number;
}

export type FailureReason =
  | 'send-failed'
  /** Every connection to it stayed busy: says nothing about the deployment. */
  | 'no-connection'
  | 'connect-failed'
  | 'connect-timeout'
  | 'first-byte-timeout'
  | 'idle-timeout'
  | 'connection-broken'
  | 'status'
  | 'redirect'
  | 'stream-error'
  | 'malformed-answer';
