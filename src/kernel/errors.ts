// The one exception class: a bug or failed I/O with a stable code a script can match. Refusals are `Result` values instead.

export class SekishoError extends Error {
  /** Stable, kebab-case identifier such as `database-unreachable`. */
  readonly code: string;
  /** What the reader can do next, as one sentence; shown by the CLI below the message. */
  readonly hint: string | undefined;

  constructor(code: string, message: string, options: { cause?: unknown; hint?: string } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'SekishoError';
    this.code = code;
    this.hint = options.hint;
  }
}

/** The `code` of a Node system error (`ENOSPC`, `EPIPE`, …), or undefined for anything else. */
export function systemErrorCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** A one-line description of any thrown value, without its stack. */
export function describeError(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
