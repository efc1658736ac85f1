// How deep in strings a place of a JSON text is, while the text arrives: in `{"cmd":"{\"path\":\"HERE\"}"}` a value stands in a string within a
// string and is escaped twice. A string counts as JSON itself when it begins as an object or an array does. Validates nothing.

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const DEEPEST = 4;

export class JsonNesting {
  /** For each open string: whether it holds JSON; its first character while only that is known. */
  readonly #open: (boolean | '' | '{' | '[')[] = [];
  #backslashes = 0;

  /** Strings that are open here. */
  get depth(): number {
    return this.#open.length;
  }

  feed(text: string, from: number, to: number): void {
    for (let at = from; at < to; at++) {
      const code = text.charCodeAt(at);
      if (code === BACKSLASH) {
        this.#backslashes++;
        continue;
      }
      if (code === QUOTE) this.#quote(this.#backslashes);
      else if (code > 0x20 && !this.#isBlankEscape(code)) this.#sees(text[at]!);
      this.#backslashes = 0;
    }
  }

  /** The letter of an escaped line break or tab. */
  #isBlankEscape(code: number): boolean {
    return this.#backslashes > 0 && (code === 0x6e || code === 0x72 || code === 0x74);
  }

  /** The first two characters of a string tell whether it is JSON. */
  #sees(character: string): void {
    const last = this.#open.length - 1;
    const begun = this.#open[last];
    if (begun === '') this.#open[last] = character === '{' || character === '[' ? character : false;
    else if (begun === '{') this.#open[last] = character === '"' || character === '}';
    else if (begun === '[') this.#open[last] = /["{[\]0-9]/.test(character);
  }

  #quote(backslashes: number): void {
    const open = this.#open;
    // Quotes of a string n deep carry 2^(n-1) - 1 backslashes.
    for (let depth = 1; depth <= open.length; depth++)
      if (backslashes === 2 ** (depth - 1) - 1) {
        open.length = depth - 1;
        return;
      }
    if (open.length > 0) this.#sees('"');
    const opens = backslashes === 2 ** open.length - 1;
    if (opens && open.length < DEEPEST && (open.length === 0 || open.at(-1) === true)) open.push('');
  }
}

/** As the inside of a string so many strings deep. */
export function escapedFor(value: string, depth: number): string {
  let escaped = value;
  for (let level = 0; level < depth; level++) escaped = JSON.stringify(escaped).slice(1, -1);
  return escaped;
}
