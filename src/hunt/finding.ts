// What the hunt found, with everything that is needed to show that it is true.
import type { Fields, Position } from './event.ts';

export type Level = 'informational' | 'low' | 'medium' | 'high' | 'critical';

export interface MatchedField {
  readonly field: string;
  /** The value in the record, cut to 4 KiB. */
  readonly value: string;
  /** What the rule looked for, as the rule writes it: `CommandLine|contains: "-enc"`. */
  readonly condition: string;
}

export interface Evidence {
  /** `evd_` and 16 hex digits: a hash of file hash, position and rule. The same find has the same id in every run. */
  readonly id: string;
  /** Hex SHA-256 of the whole file as it lies on the disk; of an archive, the archive. */
  readonly fileSha256: string;
  readonly position: Position;
  readonly matched: readonly MatchedField[];
  readonly fields: Fields;
}

export interface Finding {
  readonly rule: {
    readonly id: string;
    readonly title: string;
    readonly level: Level;
    /** `attack.t1059.001`, … */
    readonly tags: readonly string[];
    /** Hex SHA-256 of the rule's file. */
    readonly sha256: string;
    readonly kind: 'rule' | 'correlation' | 'indicator';
  };
  readonly atMs: number | undefined;
  readonly host: string | undefined;
  /** One record, or all records of a correlation (bounded, newest last). */
  readonly evidence: readonly Evidence[];
}
