// One call of a chat completion as its entries tell of it, piece by piece.
import type { JsonObjectScan } from '#kernel';
import { Call } from './desk.ts';
import { memberOf, type JsonReader } from './json-reader.ts';
import type { ProposedCall } from './types.ts';

const FUNCTION: ReadonlySet<string> = new Set(['name', 'arguments']);
const CUSTOM: ReadonlySet<string> = new Set(['name', 'input']);
const BLANK = /^[\t\n\r ]*$/;

/** What one entry of `tool_calls` says. */
export interface Entry {
  readonly index: number | undefined;
  readonly id: string;
  readonly type: string;
  readonly name: string;
  /** Text of the arguments or of the input; of a kind that nobody knows, the whole entry. */
  readonly text: string;
  /** Undefined: it does not say. */
  readonly kind: 'function' | 'custom' | 'other' | 'unclear' | undefined;
}

export function entryOf(json: JsonReader, scan: JsonObjectScan): Entry {
  const [ofFunction, ofCustom] = [memberOf(scan, 'function'), memberOf(scan, 'custom')];
  const id = json.text(memberOf(scan, 'id')) ?? '';
  const type = json.text(memberOf(scan, 'type')) ?? '';
  const index = json.index(memberOf(scan, 'index'));
  const kind = ofFunction === undefined ? (ofCustom === undefined ? undefined : 'custom') : 'function';
  const isUnclear = (ofFunction !== undefined && ofCustom !== undefined) || (kind !== undefined && type !== '' && type !== kind);
  if (isUnclear) return { index, id, type, name: '', text: '', kind: 'unclear' };
  if (kind === 'custom') return { index, id, type, kind, ...named(json, ofCustom!, CUSTOM, 'input') };
  if (kind === 'function') return { index, id, type, kind, ...named(json, ofFunction!, FUNCTION, 'arguments') };
  if (type === '' || type === 'function' || type === 'custom') return { index, id, type, name: '', text: '', kind: undefined };
  return { index, id, type, name: type, text: scan.bytes.toString(), kind: 'other' };
}

/** The old `function_call`. */
export function legacyEntryOf(json: JsonReader, scan: JsonObjectScan): Entry {
  return { index: undefined, id: '', type: '', kind: 'function', ...named(json, scan.bytes, FUNCTION, 'arguments') };
}

function named(
  json: JsonReader,
  bytes: Buffer,
  wanted: ReadonlySet<string>,
  member: string,
): { readonly name: string; readonly text: string } {
  const scan = json.object(bytes, wanted);
  return { name: json.text(memberOf(scan, 'name')) ?? '', text: json.text(memberOf(scan, member)) ?? '' };
}

export class ChatCall extends Call {
  readonly choice: number;
  readonly index: number | undefined;
  /** The index under which the client hears of it. */
  shownIndex: number | undefined;
  /** It came under the index of a call before it. */
  readonly isMoved: boolean;
  /** Something was said before it. */
  readonly followsText: boolean;
  #id = '';
  #name = '';
  #kind: Entry['kind'];
  readonly #pieces: string[] = [];
  #isAmbiguous = false;

  constructor(choice: number, entry: Entry, place: { readonly isMoved: boolean; readonly followsText: boolean }) {
    super();
    this.choice = choice;
    this.index = entry.index;
    this.isMoved = place.isMoved;
    this.followsText = place.followsText;
    this.join(entry);
  }

  join({ id, name, text, kind }: Entry): void {
    if (this.#id === '') this.#id = id;
    if (this.#name === '') this.#name = name;
    // Some clients take the first name, some the last, some join them.
    else if (name !== '' && name !== this.#name) this.#isAmbiguous = true;
    this.#kind ??= kind;
    if (kind === 'unclear' || (kind !== undefined && kind !== this.#kind)) this.#isAmbiguous = true;
    if (text !== '') this.#pieces.push(text);
  }

  /** Some servers give every call the same index. Others give every piece of a call another id, but not a name. */
  isOther({ id, name }: Entry): boolean {
    return this.#id !== '' && id !== '' && id !== this.#id && name !== '';
  }

  /** Whether an entry changes nothing about it. */
  isSaidBy({ name, text }: Entry): boolean {
    return BLANK.test(text) && (name === '' || name === this.#name);
  }

  /** Its arguments are a JSON object to which nothing can be added. */
  get isWhole(): boolean {
    if (this.isClosed || this.#kind !== 'function') return false;
    try {
      const value: unknown = JSON.parse(this.#pieces.join(''));
      return typeof value === 'object' && value !== null;
    } catch {
      return false;
    }
  }

  /** Undefined: readers could disagree. */
  proposed(): ProposedCall | undefined {
    if (this.#isAmbiguous) return undefined;
    const isOther = this.#kind === 'other';
    const text = isOther && this.#pieces.length > 1 ? `[${this.#pieces.join(',')}]` : this.#pieces.join('');
    return { id: this.#id, name: this.#name, encoding: this.#kind === 'custom' ? 'text' : 'json', arguments: text };
  }
}
