// What every refusal is put in: a status, a code for programs, and a message for people.

export interface Words {
  readonly status: number;
  /** Stable code for programs; OpenAI's own word where it has one. */
  readonly code: string;
  readonly message: string;
  readonly retryAfterSeconds?: number;
  readonly allow?: string;
}

/** A name the client sent, cut and with nothing that could disturb a terminal or a log. */
export function quoted(name: string): string {
  return JSON.stringify(name.length > 80 ? `${name.slice(0, 79)}…` : name);
}
