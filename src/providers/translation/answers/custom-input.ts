// A custom tool takes free text. Providers without custom tools got it as a function with one string parameter `input`, so its calls come
// back as JSON text `{"input":"…"}`. This reads the string out of that text while it arrives. Text of another shape is held and read at the
// end; what is no such object then is passed on as it is, because the model may have written the input itself.
import { fieldsOf, parseFields } from '../../json-fields.ts';

/** What may stand before the string's first character, and how far it is looked for. */
const OPENING = /^\s*\{\s*"input"\s*:\s*"/;
const OPENING_PREFIX = /^\s*(?:\{\s*(?:"(?:i(?:n(?:p(?:u(?:t(?:"\s*(?::\s*)?)?)?)?)?)?)?)?)?$/;

const OPENING_CHARS = 1024;

const ESCAPES: Readonly<Record<string, string>> = { '"': '"', '\\': '\\', '/': '/', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

type State = 'opening' | 'string' | 'closed' | 'held';

export class CustomInputReader {
  #state: State = 'opening';
  /** While opening or held: everything. In the string: an escape whose rest has not arrived. */
  #rest = '';

  /** The next piece of the input, maybe empty. */
  push(fragment: string): string {
    if (this.#state === 'closed') return '';
    this.#rest += fragment;
    if (this.#state === 'opening') this.#open();
    return this.#state === 'string' ? this.#readString() : '';
  }

  /** What is left when the arguments are complete. `isOdd`: they were not what the function's schema asks for. */
  end(): { readonly text: string; readonly isOdd: boolean } {
    const rest = this.#rest;
    this.#rest = '';
    if (this.#state === 'closed' || rest === '') return { text: '', isOdd: this.#state === 'string' };
    if (this.#state === 'string') return { text: rest, isOdd: true };
    const input = fieldsOf(parseFields(rest))['input'];
    return typeof input === 'string' ? { text: input, isOdd: false } : { text: rest, isOdd: true };
  }

  #open(): void {
    const opening = OPENING.exec(this.#rest);
    if (opening !== null) {
      this.#state = 'string';
      this.#rest = this.#rest.slice(opening[0].length);
    } else if (this.#rest.length > OPENING_CHARS || !OPENING_PREFIX.test(this.#rest)) this.#state = 'held';
  }

  #readString(): string {
    const text = this.#rest;
    let out = '';
    let from = 0;
    for (;;) {
      const at = nextSpecial(text, from);
      if (at < 0) {
        this.#rest = '';
        return out + text.slice(from);
      }
      out += text.slice(from, at);
      if (text[at] === '"') {
        this.#state = 'closed';
        this.#rest = '';
        return out;
      }
      const escape = readEscape(text, at);
      if (escape === undefined) {
        this.#rest = text.slice(at);
        return out;
      }
      out += escape.text;
      from = at + escape.length;
    }
  }
}

function nextSpecial(text: string, from: number): number {
  for (let at = from; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 0x22 || code === 0x5c) return at;
  }
  return -1;
}

/** The escape at `at`; undefined while it is incomplete. A senseless escape stands for itself. */
function readEscape(text: string, at: number): { readonly text: string; readonly length: number } | undefined {
  const letter = text[at + 1];
  if (letter === undefined) return undefined;
  if (letter !== 'u') return { text: ESCAPES[letter] ?? `\\${letter}`, length: 2 };
  const hex = text.slice(at + 2, at + 6);
  if (!/^[0-9a-fA-F]*$/.test(hex)) return { text: '\\u', length: 2 };
  return hex.length < 4 ? undefined : { text: String.fromCharCode(Number.parseInt(hex, 16)), length: 6 };
}
