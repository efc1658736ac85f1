// A schema as a GBNF grammar, the notation that llama.cpp holds a model to (llama.cpp `grammars/README.md`). Members are written in the
// schema's order and optional ones may be left out; text is compact, with at most one space after a colon or a comma. Refuses nothing: what
// cannot be written has been refused when the schema was read.
import {
  MAX_INTEGER,
  MAX_INTEGER_DIGITS,
  type DescribedSchema,
  type Literal,
  type Property,
  type Shape,
  type StringFormat,
} from './schema-shape.ts';

export const ROOT_RULE = 'root';

/**
 * Rules that every grammar may use. Text leaves out control characters, half surrogate pairs and what lies beyond Unicode, written or escaped:
 * none is valid in JSON that is also valid Unicode. (llama.cpp reads characters written in more bytes than they need as what they mean; a
 * model that writes such bytes gets replacement characters in its text, one for each byte.)
 */
const COMMON_RULES: Readonly<Record<string, string>> = {
  gap: '" "?',
  character: String.raw`[^"\\\x7F\x00-\x1F\uD800-\uDFFF\U00110000-\U001FFFFF] | "\\" (["\\/bfnrt] | "u" unit)`,
  unit: '[0-9a-cA-CefEF] hex hex hex | [dD] [0-7] hex hex',
  hex: '[0-9a-fA-F]',
  text: '"\\"" character* "\\""',
  integer: `"-"? ("0" | [1-9] [0-9]{0,${MAX_INTEGER_DIGITS - 1}})`,
  number: `"-"? ("0" | [1-9] [0-9]{0,${MAX_INTEGER_DIGITS - 1}}) ("." [0-9]{1,${MAX_INTEGER_DIGITS}})? ([eE] [-+]? [1-9] [0-9]?)?`,
  boolean: '"true" | "false"',
  null: '"null"',
  any: 'anyobject | anyarray | text | number | boolean | null',
  anyobject: '"{" (anymember ("," gap anymember)*)? "}"',
  anymember: 'text ":" gap any',
  anyarray: '"[" (any ("," gap any)*)? "]"',
  // The day is at most 28, which every month has.
  day: '[0-9] [0-9] [0-9] [0-9] "-" ("0" [1-9] | "1" [0-2]) "-" ("0" [1-9] | "1" [0-9] | "2" [0-8])',
  clock: '([01] [0-9] | "2" [0-3]) ":" [0-5] [0-9] ":" [0-5] [0-9] ("." [0-9]{1,6})? "Z"',
  octet: '[0-9] | [1-9] [0-9] | "1" [0-9] [0-9] | "2" [0-4] [0-9] | "25" [0-5]',
};

const FORMATS: Readonly<Record<StringFormat, string>> = {
  date: 'day',
  time: 'clock',
  'date-time': 'day "T" clock',
  uuid: 'hex{8} "-" hex{4} "-" hex{4} "-" hex{4} "-" hex{12}',
  ipv4: 'octet "." octet "." octet "." octet',
};

/** Any JSON object. */
export const JSON_OBJECT_GRAMMAR: string = grammarText({ [ROOT_RULE]: 'anyobject' });

/** The grammar whose texts are the values of `schema`'s shape, as JSON. Its first rule is {@link ROOT_RULE}. */
export function grammarOf({ root, definitions }: DescribedSchema): string {
  const names = new Map([...definitions.keys()].map((name, index) => [name, `definition${index}`]));
  const rules: Record<string, string> = {};
  const writer = new RuleWriter(rules, names);
  rules[ROOT_RULE] = writer.expression(root);
  for (const [name, shape] of definitions) rules[names.get(name)!] = writer.expression(shape);
  return grammarText(rules);
}

function grammarText(rules: Readonly<Record<string, string>>): string {
  return Object.entries({ ...rules, ...COMMON_RULES })
    .map(([name, expression]) => `${name} ::= ${expression}\n`)
    .join('');
}

class RuleWriter {
  readonly #rules: Record<string, string>;
  readonly #names: ReadonlyMap<string, string>;
  #count = 0;

  constructor(rules: Record<string, string>, names: ReadonlyMap<string, string>) {
    this.#rules = rules;
    this.#names = names;
  }

  expression(shape: Shape): string {
    switch (shape.kind) {
      case 'any':
      case 'null':
      case 'boolean':
      case 'number':
        return shape.kind;
      case 'integer':
        return integers(shape.minimum, shape.maximum);
      case 'string':
        return `"\\"" ${shape.format === undefined ? `character${times(shape.minLength, shape.maxLength)}` : FORMATS[shape.format]} "\\""`;
      case 'literals':
        return shape.values.map(literal).join(' | ');
      case 'reference':
        return this.#names.get(shape.name)!;
      case 'choice':
        return shape.shapes.map((alternative) => this.#rule(alternative)).join(' | ');
      case 'array':
        return this.#array(shape.items, shape.minItems, shape.maxItems);
      case 'object':
        if (shape.properties.length > 0) return `"{" ${this.#first(shape.properties)} "}"`;
        return shape.others === undefined ? '"{}"' : this.#map(shape.others);
    }
  }

  #rule(shape: Shape): string {
    if (shape.kind === 'reference') return this.#names.get(shape.name)!;
    return this.#named(this.expression(shape));
  }

  #named(expression: string): string {
    const name = `part${this.#count++}`;
    this.#rules[name] = expression;
    return name;
  }

  #array(items: Shape, minItems: number, maxItems: number | undefined): string {
    if (maxItems === 0) return '"[]"';
    const item = this.#rule(items);
    const further = times(Math.max(0, minItems - 1), maxItems === undefined ? undefined : maxItems - 1);
    const list = `${item} ("," gap ${item})${further}`;
    return minItems === 0 ? `"[" (${list})? "]"` : `"[" ${list} "]"`;
  }

  #map(others: Shape): string {
    const member = this.#named(`text ":" gap ${this.#rule(others)}`);
    return `"{" (${member} ("," gap ${member})*)? "}"`;
  }

  /** The members from here on, when none has been written yet: the next one that is written has no comma before it. */
  #first(properties: readonly Property[]): string {
    const members = properties.map((property) => this.#named(`${literal(property.name)} ":" gap ${this.#rule(property.shape)}`));
    // From the last to the first: what may follow once something has been written, and what may stand here when nothing has.
    let further = '';
    let first = '';
    for (const [index, property] of [...properties.entries()].toReversed()) {
      const member = members[index]!;
      const isOptional = !property.isRequired;
      first = isOptional
        ? this.#named(first === '' ? `(${member} ${further})?` : `${member} ${further} | ${first}`)
        : this.#named(`${member} ${further}`);
      further = this.#named(isOptional ? `("," gap ${member})? ${further}` : `"," gap ${member} ${further}`);
    }
    return first;
  }
}

function times(least: number, most: number | undefined): string {
  if (most === undefined) return least === 0 ? '*' : `{${least},}`;
  return `{${least},${most}}`;
}

function literal(value: Literal): string {
  const escaped = JSON.stringify(value).replaceAll(/[\\"]/g, String.raw`\$&`);
  // JSON text of a value has no line break of its own.
  return `"${escaped}"`;
}

/** The integers from `minimum` to `maximum`, written without leading zeros. */
function integers(minimum: number | undefined, maximum: number | undefined): string {
  if (minimum === undefined && maximum === undefined) return 'integer';
  const low = minimum ?? -MAX_INTEGER;
  const high = maximum ?? MAX_INTEGER;
  const parts: string[] = [];
  if (low < 0) parts.push(`"-" (${naturals(Math.max(1, -Math.min(high, -1)), -low)})`);
  if (high >= 0) parts.push(naturals(Math.max(0, low), high));
  return parts.join(' | ');
}

/** The integers from `low` to `high`, both at least 0: split where the number of digits changes, then digit by digit. */
function naturals(low: number, high: number): string {
  const parts: string[] = [];
  for (let from = low; from <= high;) {
    const length = String(from).length;
    const to = Math.min(high, 10 ** length - 1);
    parts.push(digits(String(from), String(to)));
    from = to + 1;
  }
  return parts.join(' | ');
}

/** Numbers of equally many digits, from `low` to `high`. */
function digits(low: string, high: string): string {
  if (low === high) return `"${low}"`;
  if (low.length === 1) return `[${low}-${high}]`;
  const [a, b] = [Number(low[0]), Number(high[0])];
  const [lowRest, highRest] = [low.slice(1), high.slice(1)];
  const [zeros, nines] = ['0'.repeat(lowRest.length), '9'.repeat(lowRest.length)];
  if (a === b) return `"${a}" (${digits(lowRest, highRest)})`;
  const parts: string[] = [];
  const isWholeLow = lowRest === zeros;
  const isWholeHigh = highRest === nines;
  if (!isWholeLow) parts.push(`"${a}" (${digits(lowRest, nines)})`);
  const [from, to] = [isWholeLow ? a : a + 1, isWholeHigh ? b : b - 1];
  if (from <= to) parts.push(`${from === to ? `"${from}"` : `[${from}-${to}]`} [0-9]{${lowRest.length}}`);
  if (!isWholeHigh) parts.push(`"${b}" (${digits(zeros, highRest)})`);
  return parts.join(' | ');
}
