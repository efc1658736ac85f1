// What a grant authorises, what a tool call would touch, and what becomes of the call. Facts only: nothing here decides.

/** How targets of cyber work are named. A path is a place on the machine that the tools run on. */
export type TargetKind = 'network' | 'host' | 'url' | 'email' | 'repository' | 'path' | 'cloud-account';

export const TARGET_KINDS: readonly TargetKind[] = ['network', 'host', 'url', 'email', 'repository', 'path', 'cloud-account'];

/**
 * One authorised (or excluded) target as people write it.
 * network: an IPv4 or IPv6 address or CIDR. host: a name, or `*.name` for every name below it. url: an https or http URL whose origin and
 * path prefix are meant. email: an address, or `@domain`. repository: `host/owner/name`, or `host/owner/*`. path: an absolute path and all
 * below it. cloud-account: `aws:123456789012`, `azure:<subscription>`, `gcp:<project>`.
 */
export interface ScopeTarget {
  readonly kind: TargetKind;
  readonly value: string;
}

export interface Scope {
  readonly targets: readonly ScopeTarget[];
  /** Never authorised, whatever `targets` says. */
  readonly excluded: readonly ScopeTarget[];
  /** Names of tools, `*` as a wildcard; null: every tool that is not forbidden. */
  readonly allowedTools: readonly string[] | null;
  readonly forbiddenTools: readonly string[];
}

/** A tool call as a model proposed it, in no wire format. */
export interface ToolCall {
  readonly name: string;
  /** `json`: arguments are the text of a JSON object. `text`: the raw input of a custom tool. */
  readonly encoding: 'json' | 'text';
  readonly arguments: string;
}

/** Something a call would touch, normalised, and where in the arguments it was said. */
export interface FoundTarget {
  readonly kind: TargetKind;
  /** Canonical form: lower case, punycode, shortest address. */
  readonly value: string;
  /** As it was written. */
  readonly written: string;
  readonly standing: 'authorised' | 'excluded' | 'outside' | 'unknown';
}

export type ReasonCode =
  /** deny */
  | 'tool-forbidden'
  | 'tool-not-allowed'
  | 'target-excluded'
  | 'target-outside'
  /** hold */
  | 'target-unknown'
  | 'dynamic-command'
  | 'encoded-command'
  | 'remote-code'
  | 'unparsable-command'
  | 'unreadable-arguments'
  | 'too-complex'
  | 'sensitive-path'
  | 'destructive-command'
  | 'tainted-context';

export interface Reason {
  readonly code: ReasonCode;
  /** For people, one sentence; quotes no more of the call than 200 characters. */
  readonly text: string;
}

export interface Review {
  readonly decision: 'allow' | 'deny' | 'hold';
  /** Why not `allow`; empty exactly when the decision is allow. */
  readonly reasons: readonly Reason[];
  /** At most 100. */
  readonly targets: readonly FoundTarget[];
}
