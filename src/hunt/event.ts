// What a reader makes of one record of a log, whatever its format was: flat fields, where it belongs, and where it was found.
// Readers produce it, the engine matches it, reports cite it.

/** What a field may hold. Lists come from formats that repeat a field. */
export type FieldValue = string | number | boolean | null | readonly (string | number | boolean | null)[];

/**
 * Fields by name: `CommandLine`, `EventID`, or with dots where the format nests (`userIdentity.arn`). A name that holds nested objects
 * is not there itself; its leaves are. Only own names are fields: a flat JSON record is used as it was parsed, with its prototype.
 */
export type Fields = Readonly<Record<string, FieldValue>>;

/** Where a record lies, exactly enough to find it again. */
export interface Position {
  /** As given on the command line; inside an archive `archive.zip!inner.json`. */
  readonly file: string;
  /** Counted from 1 within the file. */
  readonly record: number;
  /** Byte offset of the record in the (unpacked) file. */
  readonly offset: number;
}

/** Sigma's own words, in lower case. Undefined: unknown. */
export interface Logsource {
  readonly product: string | undefined;
  readonly category: string | undefined;
  readonly service: string | undefined;
}

export type LogFormat =
  | 'ndjson'
  | 'json-array'
  | 'evtx'
  | 'csv'
  | 'syslog'
  | 'auditd'
  | 'access-log'
  | 'cloudtrail'
  | 'azure'
  | 'gcp-audit'
  | 'kubernetes-audit'
  | 'journald'
  | 'zeek';

export interface LogEvent {
  readonly fields: Fields;
  readonly position: Position;
  readonly format: LogFormat;
  /** One record may belong to several: a Sysmon process creation is `windows/process_creation` and `windows//sysmon`. */
  readonly logsources: readonly Logsource[];
  /** Milliseconds since the Unix epoch; undefined when the record states no time. */
  readonly atMs: number | undefined;
  readonly host: string | undefined;
  /** The record's own text, for keyword searches over the whole event; made when asked for. */
  readonly text: () => string;
}

/** A record that could not be read. It never ends a file. */
export interface BadRecord {
  readonly position: Position;
  readonly problem: string;
}
