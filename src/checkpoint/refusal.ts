// Why the checkpoint did not let a request pass, as data: which rule decided and the facts behind it. Words are http/render.ts's business.
import type { GrantProblem, Standing } from '#access';
import type { IdentityRefusal } from '#identity';
import type { DataLevel, SensitiveType } from '#inspection';
import type { TranslationNote } from '#providers';
import type { LeftOut, SelectionRefusal, Wire } from '#routing';

export type Refusal =
  | { readonly rule: 'identity'; readonly reason: IdentityRefusal['kind'] }
  | { readonly rule: 'role'; readonly needed: string }
  | { readonly rule: 'route-not-granted'; readonly route: string }
  | { readonly rule: 'unknown-route'; readonly route: string; readonly suggestion: string | undefined }
  | Selected<SelectionRefusal>
  | {
      readonly rule: 'untranslatable';
      readonly route: string;
      readonly fields: readonly TranslationNote[];
      readonly passesLeniently: boolean;
    }
  | { readonly rule: 'access-program-conflict'; readonly asked: string }
  | { readonly rule: 'vendor-fallback'; readonly member: string }
  | { readonly rule: 'http-malformed'; readonly reason: 'headers-too-large' | 'timeout' | 'syntax' }
  | { readonly rule: 'unknown-path' }
  | { readonly rule: 'method-not-allowed'; readonly allowed: string }
  | { readonly rule: 'body-too-large'; readonly limitBytes: number }
  | { readonly rule: 'body-unreadable'; readonly reason: 'encoding' | 'decoding' | 'aborted' }
  | { readonly rule: 'body-malformed'; readonly problem: string }
  | { readonly rule: 'end-user-malformed' }
  | { readonly rule: 'content-too-large'; readonly limitBytes: number }
  /** No deployment that could serve the request may get values of these types, not even masked. */
  | { readonly rule: 'content-refused'; readonly route: string; readonly types: readonly SensitiveType[] }
  /** What the request holds, as it would leave, makes it data of a class that no deployment of the route may have. */
  | {
      readonly rule: 'content-class';
      readonly route: string;
      readonly dataClass: string;
      readonly because: readonly string[];
      readonly unmet: readonly string[];
    }
  /** Pictures, recordings or documents in data of a level at which they may not leave unread. */
  | { readonly rule: 'unreadable-content'; readonly route: string; readonly level: DataLevel; readonly mediaTypes: readonly string[] }
  | { readonly rule: 'unmaskable' }
  /** More distinct values would have to be masked than are in one request. */
  | { readonly rule: 'too-many-values'; readonly limit: number }
  /** Somebody who has to look at the request did not answer. */
  | { readonly rule: 'finder-unavailable'; readonly finder: string; readonly retryAfterSeconds: number }
  /** It continues from an answer, and what was masked up to that answer is not known. */
  | { readonly rule: 'masking-memory-missing' }
  | { readonly rule: 'masking-memory-unreachable'; readonly retryAfterSeconds: number }
  /** The copy of grants and standings is too old. */
  | { readonly rule: 'access-unknown'; readonly retryAfterSeconds: number }
  /** Misuse has closed everything, or this, to the principal. */
  | { readonly rule: 'standing'; readonly standing: Standing }
  | { readonly rule: 'unknown-capability'; readonly name: string; readonly known: readonly string[] }
  /** The route needs a grant for this work, and the caller has none that counts. */
  | {
      readonly rule: 'grant-missing';
      readonly route: string;
      readonly capability: string;
      readonly problem: GrantProblem | undefined;
    }
  /** Policy lets nobody who qualifies get this work. */
  | {
      readonly rule: 'access-denied';
      readonly route: string;
      readonly grant: string;
      readonly capability: string;
      readonly policies: readonly string[];
      readonly reason: string;
      readonly next: string;
    }
  /** Tools that the grant does not allow, where they are not just taken out. */
  | { readonly rule: 'tools-refused'; readonly tools: readonly string[] }
  /** `tool_choice` asks for a tool that the grant does not allow. */
  | { readonly rule: 'tool-choice-refused'; readonly tool: string }
  /** Its answer would not pass here. */
  | { readonly rule: 'background-refused' }
  /** A prompt kept at the vendor brings tools that nobody here can see. */
  | { readonly rule: 'stored-prompt-refused'; readonly prompt: string }
  | { readonly rule: 'prohibited-work'; readonly rules: readonly string[] }
  | { readonly rule: 'busy'; readonly scope: 'worker' | 'key' | 'memory'; readonly retryAfterSeconds: number }
  | { readonly rule: 'ledger-unwritable'; readonly retryAfterSeconds: number }
  | {
      readonly rule: 'deployments-resting';
      readonly route: string;
      /** Fallbacks that are not asked, and why. */
      readonly leftOut: readonly LeftOut[];
      readonly retryAfterSeconds: number;
    }
  | { readonly rule: 'upstream-failed'; readonly route: string; readonly attempts: readonly FailedAttempt[] }
  | { readonly rule: 'internal' };

/** Routing's own reasons, each a rule of its own. */
type Selected<Reason> = Reason extends { readonly kind: infer Kind }
  ? Omit<Reason, 'kind'> & { readonly rule: Kind; readonly route: string; readonly wire: Wire }
  : never;

export function selectionRefusal({ kind, ...facts }: SelectionRefusal, route: string, wire: Wire): Refusal {
  return { ...facts, rule: kind, route, wire } as Selected<SelectionRefusal>;
}

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
  | 'malformed-answer'
  /** The request cannot be put in its format. */
  | 'untranslatable'
  /** It must not get what the request holds. */
  | 'content-refused'
  /** An operator cut it off while this request was under way. */
  | 'cut-off'
  /** The grant came to an end, or something was closed to its holder, while this request was under way. */
  | 'access-withdrawn'
  /** One of these two while the request waited for a connection to it: it had been handed over and did not leave. */
  | 'cut-off-waiting';
