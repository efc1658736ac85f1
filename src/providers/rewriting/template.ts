// Recognises an event that is the same as an earlier one but for its text: the events of a stream differ in little else. Comparing costs a
// fraction of parsing and is as exact: up to the hole both are the same characters, the hole is one string or number, and so on.

/** A part of an event that may differ: the text itself, a padding string, the event's number, a time. */
export interface Hole {
  readonly role: 'piece' | 'padding' | 'sequence' | 'time';
  /** Range in the event: of a string without its quotes. */
  readonly start: number;
  readonly end: number;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** `T` is what belongs to events of this shape. */
export class Template<T> {
  readonly owner: T;
  /** After a successful `match`: offsets in its text. */
  pieceStart = 0;
  pieceEnd = 0;
  pieceIsEscaped = false;
  /** -1: events of this shape have no number. */
  sequenceStart = -1;
  sequenceEnd = -1;
  end = 0;
  readonly #literals: readonly string[];
  readonly #roles: readonly Hole['role'][];

  /** `holes` in the order in which they stand. */
  constructor(event: string, holes: readonly Hole[], owner: T) {
    this.owner = owner;
    const ends = [0, ...holes.map((hole) => hole.end)];
    this.#literals = ends.map((end, index) => event.slice(end, holes[index]?.start ?? event.length));
    this.#roles = holes.map((hole) => hole.role);
  }

  /** Whether an event of this shape begins at `from`; its places are then in this object until the next call. */
  match(text: string, from: number): boolean {
    const literals = this.#literals;
    const roles = this.#roles;
    let at = from;
    for (let index = 0; index < roles.length; index++) {
      const literal = literals[index]!;
      if (!standsAt(text, literal, at)) return false;
      at += literal.length;
      const role = roles[index]!;
      const end = role === 'sequence' || role === 'time' ? digitsEnd(text, at) : this.#stringEnd(text, at, role);
      if (end < 0) return false;
      if (role === 'sequence') {
        this.sequenceStart = at;
        this.sequenceEnd = end;
      }
      at = end;
    }
    const last = literals[roles.length]!;
    this.end = at + last.length;
    return standsAt(text, last, at);
  }

  /** Offset of the quote that closes the string, or -1. */
  #stringEnd(text: string, from: number, role: Hole['role']): number {
    let isEscaped = false;
    let at = from;
    for (;;) {
      const code = text.charCodeAt(at);
      if (code === QUOTE) break;
      // NaN past the end fails every comparison but this one.
      if (!(code >= 0x20)) return -1;
      if (code === BACKSLASH) {
        isEscaped = true;
        at++;
      }
      at++;
    }
    if (role === 'piece') {
      this.pieceStart = from;
      this.pieceEnd = at;
      this.pieceIsEscaped = isEscaped;
    }
    return at;
  }
}

/** `startsWith`, which compares one character after another; this compares memory. */
function standsAt(text: string, literal: string, at: number): boolean {
  return text.slice(at, at + literal.length) === literal;
}

/** Offset past a number of at least one digit without sign or leading zero, or -1. */
function digitsEnd(text: string, from: number): number {
  let at = from;
  while (text.charCodeAt(at) >= 0x30 && text.charCodeAt(at) <= 0x39) at++;
  return at === from || (at > from + 1 && text.charCodeAt(from) === 0x30) ? -1 : at;
}
