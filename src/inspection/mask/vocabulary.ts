// Which placeholders stand for which values in one conversation, arranged so that a text that arrives in pieces can be searched for all of
// them at once, also where a model changed their spelling. Holds no placeholder of another conversation, so what a model invents stands
// for nothing.

export interface Entry {
  readonly placeholder: string;
  readonly value: string;
  /** Counts only where no letter, digit or dot continues it: an address inside a longer one is another address. */
  readonly isBounded: boolean;
  /** The value in a text that this one was derived from: the address of a network, the host of a domain. */
  readonly origin?: string;
}

/** A place in the tree of spellings. Where only one way goes on, the way is kept as text. */
export interface Node {
  /** Where one character goes on, folded; most places have one way on or none, and a map is large. */
  code: number;
  child: Node | undefined;
  /** Where several do. */
  children: Map<number, Node> | undefined;
  /** What is spelled when this place is reached. */
  entries: Entry[] | undefined;
  /** The only way on, folded, and what is spelled at its end; then there are no children. */
  rest: string;
  restEntries: Entry[] | undefined;
}

/** Of the first two characters of all spellings. */
const PAIRS = 1 << 13;

export class Vocabulary {
  readonly root: Node = newNode();
  #pairs: Uint8Array | undefined;
  readonly #byPlaceholder = new Map<string, string>();
  #longest = 0;

  get isEmpty(): boolean {
    return this.#byPlaceholder.size === 0;
  }

  get size(): number {
    return this.#byPlaceholder.size;
  }

  /** Length of the longest placeholder. */
  get longest(): number {
    return this.#longest;
  }

  valueOf(placeholder: string): string | undefined {
    return this.#byPlaceholder.get(placeholder);
  }

  /** False, and nothing changes, when the placeholder stands for another value already. */
  add(entry: Entry): boolean {
    const known = this.#byPlaceholder.get(entry.placeholder);
    if (known !== undefined) return known === entry.value;
    this.#byPlaceholder.set(entry.placeholder, entry.value);
    this.#insert(entry.placeholder, entry);
    return true;
  }

  /** A further spelling under which the entry is recognised. */
  addSpelling(spelling: string, entry: Entry): void {
    this.#insert(spelling, entry);
  }

  /** False: no spelling begins with these two characters, folded, one right behind the other. */
  mayBegin(first: number, second: number): boolean {
    const pair = pairOf(first, second);
    return this.#pairs !== undefined && (this.#pairs[pair >> 3]! & (1 << (pair & 7))) !== 0;
  }

  #insert(spelling: string, entry: Entry): void {
    const folded = fold(spelling);
    this.#pairs ??= new Uint8Array(PAIRS >> 3);
    const pair = pairOf(folded.charCodeAt(0), folded.charCodeAt(1));
    this.#pairs[pair >> 3]! |= 1 << (pair & 7);
    let node = this.root;
    let at = 0;
    for (; at < folded.length; at++) {
      if (node.rest !== '') split(node);
      if (!goesOn(node) && node.entries === undefined && at > 0) break;
      const code = folded.charCodeAt(at);
      node = childOf(node, code) ?? addChild(node, code);
    }
    if (at < folded.length) {
      node.rest = folded.slice(at);
      node.restEntries = [entry];
    } else (node.entries ??= []).push(entry);
    this.#longest = Math.max(this.#longest, folded.length);
  }
}

function pairOf(first: number, second: number): number {
  return (Math.imul(first, 0x9e3779b1) ^ Math.imul(second, 0x85ebca6b)) >>> 19;
}

function newNode(): Node {
  return { code: 0, child: undefined, children: undefined, entries: undefined, rest: '', restEntries: undefined };
}

export function childOf(node: Node, code: number): Node | undefined {
  if (node.children !== undefined) return node.children.get(code);
  return node.code === code ? node.child : undefined;
}

export function goesOn(node: Node): boolean {
  return node.child !== undefined || node.children !== undefined;
}

export function childrenOf({ child, children }: Node): Iterable<Node> {
  return children?.values() ?? (child === undefined ? [] : [child]);
}

function addChild(node: Node, code: number): Node {
  const next = newNode();
  if (node.children !== undefined) node.children.set(code, next);
  else if (node.child === undefined) {
    node.code = code;
    node.child = next;
  } else {
    node.children = new Map([
      [node.code, node.child],
      [code, next],
    ]);
    node.child = undefined;
  }
  return next;
}

/** The first step of the way on becomes a place of its own. */
function split(node: Node): void {
  const next = addChild(node, node.rest.charCodeAt(0));
  if (node.rest.length === 1) next.entries = node.restEntries;
  else {
    next.rest = node.rest.slice(1);
    next.restEntries = node.restEntries;
  }
  node.rest = '';
  node.restEntries = undefined;
}

const UNDERSCORE = 0x5f;
const HYPHEN = 0x2d;

/** Case, full width and kinds of hyphens do not tell placeholders apart. */
export function foldCode(code: number): number {
  const ascii = code >= 0xff01 && code <= 0xff5e ? code - 0xfee0 : code === 0x2010 || code === 0x2011 ? HYPHEN : code;
  return ascii >= 0x41 && ascii <= 0x5a ? ascii + 32 : ascii;
}

function fold(spelling: string): string {
  let folded = '';
  for (let at = 0; at < spelling.length; at++) folded += String.fromCharCode(foldCode(spelling.charCodeAt(at)));
  return folded;
}

/** What a model may write where a placeholder has an underscore. */
export function isUnderscoreLike(code: number): boolean {
  return code === UNDERSCORE || code === HYPHEN || code === 0x20 || code === 0x3000;
}

/** Escapes of Markdown, and characters that nobody sees: they may stand inside a placeholder. */
export function isIgnorable(code: number): boolean {
  return code === 0x5c || code === 0x200b || code === 0x200c || code === 0x200d || code === 0x2060 || code === 0xfeff || code === 0xad;
}
