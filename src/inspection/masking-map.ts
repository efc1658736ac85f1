// The map of a masked document: which placeholder stands for which value. As sensitive as the document itself. Reads and writes its text;
// where it is kept is the business of whoever keeps it.
import { err, ok, type Result } from '#kernel';
import { parseIpv4, parseIpv6 } from './mask/addresses.ts';
import { isToken } from './mask/suffix.ts';
import { childrenOf, Vocabulary, type Entry, type Node } from './mask/vocabulary.ts';

export interface MaskingMap {
  /** Placeholder → value. */
  readonly values: ReadonlyMap<string, string>;
  /** Placeholders that stand for numbers of JSON. */
  readonly numbers: ReadonlySet<string>;
}

const VERSION = 1;
/** Marks the value of a JSON number in a vocabulary: the string of the same digits has a placeholder of its own. */
export const NUMBER_MARK = '\0number';

export function mapOf(vocabulary: Vocabulary): MaskingMap {
  const values = new Map<string, string>();
  const numbers = new Set<string>();
  for (const { placeholder, value } of entriesOf(vocabulary)) {
    const isNumber = value.endsWith(NUMBER_MARK);
    values.set(placeholder, isNumber ? value.slice(0, -NUMBER_MARK.length) : value);
    if (isNumber) numbers.add(placeholder);
  }
  return { values, numbers };
}

function* entriesOf(vocabulary: Vocabulary): Iterable<Entry> {
  const nodes: Node[] = [vocabulary.root];
  for (let node = nodes.pop(); node !== undefined; node = nodes.pop()) {
    yield* node.entries ?? [];
    yield* node.restEntries ?? [];
    nodes.push(...childrenOf(node));
  }
}

export function mapText({ values, numbers }: MaskingMap): string {
  const placeholders = Object.fromEntries([...values].toSorted(([a], [b]) => (a < b ? -1 : 1)));
  return `${JSON.stringify({ version: VERSION, placeholders, numbers: [...numbers].toSorted() }, null, 2)}\n`;
}

/** Error: what is wrong with it, as one sentence without a full stop. */
export function parseMap(text: string): Result<MaskingMap, string> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return err('it is not JSON');
  }
  if (typeof parsed !== 'object' || parsed === null) return err('it is not a map of `sekisho mask`');
  const { version, placeholders, numbers } = parsed as Readonly<Record<string, unknown>>;
  if (version !== VERSION) return err(`it is not a map of version ${VERSION}`);
  if (typeof placeholders !== 'object' || placeholders === null || Array.isArray(placeholders)) return err('it has no `placeholders`');
  const values = new Map<string, string>();
  for (const [placeholder, value] of Object.entries(placeholders)) {
    if (placeholder === '' || typeof value !== 'string') return err('a placeholder in it stands for something that is no text');
    values.set(placeholder, value);
  }
  if (!Array.isArray(numbers) || numbers.some((each) => typeof each !== 'string')) return err('it has no list `numbers`');
  return ok({ values, numbers: new Set(numbers as readonly string[]) });
}

/** Error: a placeholder that stands for two values. */
export function joinMaps(maps: readonly MaskingMap[]): Result<MaskingMap, string> {
  const values = new Map<string, string>();
  const numbers = new Set<string>();
  for (const map of maps) {
    for (const [placeholder, value] of map.values) {
      if ((values.get(placeholder) ?? value) !== value) return err(placeholder);
      values.set(placeholder, value);
    }
    for (const placeholder of map.numbers) numbers.add(placeholder);
  }
  return ok({ values, numbers });
}

export function vocabularyOf({ values }: MaskingMap): Vocabulary {
  const vocabulary = new Vocabulary();
  for (const [placeholder, value] of values) {
    const isBounded = parseIpv4(placeholder) !== undefined || parseIpv6(placeholder) !== undefined;
    const entry: Entry = { placeholder, value, isBounded };
    vocabulary.add(entry);
    // A model that translates the word of a token keeps the rest.
    if (isToken(placeholder)) vocabulary.addSpelling(placeholder.slice(placeholder.indexOf('_') + 1), entry);
  }
  return vocabulary;
}
