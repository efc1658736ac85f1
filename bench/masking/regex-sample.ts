// Makes strings that a regular expression (RE2 syntax) matches: enough for patterns of keys. No look-around, no back references.
import type { Random } from './random.ts';

type Node =
  | { readonly kind: 'set'; readonly characters: string }
  | { readonly kind: 'sequence'; readonly nodes: readonly Node[] }
  | { readonly kind: 'choice'; readonly nodes: readonly Node[] }
  | { readonly kind: 'group'; readonly index: number; readonly node: Node }
  | { readonly kind: 'repeat'; readonly node: Node; readonly least: number; readonly most: number };

export interface Pattern {
  readonly root: Node;
}

const range = (from: string, to: string): string => {
  let characters = '';
  for (let code = from.charCodeAt(0); code <= to.charCodeAt(0); code++) characters += String.fromCharCode(code);
  return characters;
};

const DIGITS = range('0', '9');
const WORD = `${range('a', 'z')}${range('A', 'Z')}${DIGITS}_`;
const PRINTABLE = range(' ', '~');
const without = (characters: string): string =>
  Array.from(PRINTABLE)
    .filter((character) => !characters.includes(character))
    .join('');
const CLASSES: Readonly<Record<string, string>> = {
  d: DIGITS,
  w: WORD,
  s: ' ',
  n: '\n',
  r: '\r',
  t: '\t',
  D: without(DIGITS),
  W: without(WORD),
  S: without(' '),
};
const MORE_WITHOUT_END = 6;

const ANYTHING: Node = { kind: 'set', characters: WORD };

/** Of characters that a pattern allows, those that stand in lines of code, where there are such. */
function ordinary(characters: string): string {
  const printable = Array.from(characters)
    .filter((character) => PRINTABLE.includes(character))
    .join('');
  return printable === '' ? characters : printable;
}

class Parser {
  readonly #source: string;
  #at = 0;
  #groups = 0;

  constructor(source: string) {
    this.#source = source;
  }

  parse(): Node {
    const node = this.#choice();
    if (this.#at < this.#source.length) throw new Error(`pattern: unexpected ${this.#source[this.#at]} at ${this.#at}`);
    return node;
  }

  #choice(): Node {
    const nodes = [this.#sequence()];
    while (this.#takes('|')) nodes.push(this.#sequence());
    return nodes.length === 1 ? nodes[0]! : { kind: 'choice', nodes };
  }

  #sequence(): Node {
    const nodes: Node[] = [];
    while (this.#at < this.#source.length && !'|)'.includes(this.#source[this.#at]!)) nodes.push(this.#repeated(this.#atom()));
    return { kind: 'sequence', nodes };
  }

  #atom(): Node {
    const character = this.#source[this.#at++]!;
    if (character === '(') return this.#group();
    if (character === '[') return { kind: 'set', characters: ordinary(this.#set()) };
    if (character === '.') return ANYTHING;
    if (character === '^' || character === '$') return { kind: 'sequence', nodes: [] };
    if (character !== '\\') return { kind: 'set', characters: character };
    if (/[bBAzZ]/.test(this.#source[this.#at] ?? '')) {
      this.#at++;
      return { kind: 'sequence', nodes: [] };
    }
    return { kind: 'set', characters: this.#escape() };
  }

  #group(): Node {
    let index = 0;
    if (this.#takes('?')) {
      const head = /^(?:P?<[^>]+>|[a-zA-Z-]*[:)])/.exec(this.#source.slice(this.#at))?.[0];
      if (head === undefined) throw new Error(`pattern: a group that is not understood at ${this.#at}`);
      this.#at += head.length;
      if (head.endsWith(')')) return { kind: 'sequence', nodes: [] };
      if (head.endsWith('>')) index = ++this.#groups;
    } else index = ++this.#groups;
    const node = this.#choice();
    if (!this.#takes(')')) throw new Error('pattern: a group without an end');
    return { kind: 'group', index, node };
  }

  #set(): string {
    const isNegated = this.#takes('^');
    let characters = '';
    for (let isFirst = true; isFirst || this.#source[this.#at] !== ']'; isFirst = false) {
      if (this.#source.startsWith('[:alnum:]', this.#at)) {
        characters += WORD.slice(0, -1);
        this.#at += 9;
        continue;
      }
      const from = this.#setCharacter();
      const isRange = from.length === 1 && this.#source[this.#at] === '-' && this.#source[this.#at + 1] !== ']';
      if (!isRange) characters += from;
      else {
        this.#at++;
        characters += range(from, this.#setCharacter());
      }
    }
    this.#at++;
    return isNegated ? without(characters) : characters;
  }

  #setCharacter(): string {
    const character = this.#source[this.#at++]!;
    return character === '\\' ? this.#escape() : character;
  }

  #escape(): string {
    const character = this.#source[this.#at++]!;
    if (character === 'x') {
      const code = this.#source.slice(this.#at, this.#at + 2);
      this.#at += 2;
      return String.fromCharCode(Number.parseInt(code, 16));
    }
    return CLASSES[character] ?? character;
  }

  #repeated(node: Node): Node {
    const isDot = node === ANYTHING;
    const count = /^(?:[*+?]|\{(\d+)(,(\d*))?\})\??/.exec(this.#source.slice(this.#at));
    // A lone dot in a pattern is mostly one of a host's name that was not escaped.
    if (count === null) return isDot ? { kind: 'set', characters: '.' } : node;
    this.#at += count[0].length;
    const sign = count[0][0];
    const least = sign === '{' ? Number(count[1]) : sign === '+' ? 1 : 0;
    const end = count[3] === undefined || count[3] === '' ? least + MORE_WITHOUT_END : Number(count[3]);
    const most = sign === '?' ? 1 : sign === '{' && count[2] === undefined ? least : end;
    return { kind: 'repeat', node, least, most };
  }

  #takes(character: string): boolean {
    if (this.#source[this.#at] !== character) return false;
    this.#at++;
    return true;
  }
}

export function parsePattern(source: string): Pattern {
  return { root: new Parser(source).parse() };
}

/** A string for the whole pattern, or for its group `index`; for the whole too where there is no such group. */
export function sampleOf({ root }: Pattern, random: Random, index = 0): string {
  return generate((index === 0 ? undefined : groupOf(root, index)) ?? root, random);
}

function groupOf(node: Node, index: number): Node | undefined {
  if (node.kind === 'group' && node.index === index) return node.node;
  if (node.kind === 'set') return undefined;
  const inner = 'nodes' in node ? node.nodes : [node.node];
  for (const child of inner) {
    const found = groupOf(child, index);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Optional parts of great length (what may stand around a key) stay short. */
const MOST_REPEATS = 400;

function generate(node: Node, random: Random): string {
  switch (node.kind) {
    case 'set':
      return random.characters(node.characters, 1);
    case 'sequence':
      return node.nodes.map((child) => generate(child, random)).join('');
    case 'choice':
      return generate(random.pick(node.nodes), random);
    case 'group':
      return generate(node.node, random);
    case 'repeat': {
      const most = Math.min(node.most, node.least + Math.max(MORE_WITHOUT_END, 0), MOST_REPEATS);
      const count = random.between(Math.min(node.least, MOST_REPEATS), Math.max(most, Math.min(node.least, MOST_REPEATS)));
      return Array.from({ length: count }, () => generate(node.node, random)).join('');
    }
  }
}
