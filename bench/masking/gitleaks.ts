// Sample keys of the vendors that gitleaks has rules for: made from its patterns, set into an ordinary line of code, and checked with the
// pattern itself. Rules whose pattern no line of ours meets are named, not left out silently.
import { randomOf, type Random } from './random.ts';
import { parsePattern, sampleOf } from './regex-sample.ts';
import type { Span } from './scoring.ts';

export interface GitleaksRule {
  readonly id: string;
  readonly pattern: string;
  readonly entropy: number;
  readonly keywords: readonly string[];
  readonly secretGroup: number;
}

export interface KeySample {
  readonly rule: string;
  readonly text: string;
  readonly gold: readonly Span[];
}

/** Reads the tables `[[rules]]` and of them only what is needed here. Not a TOML reader. */
export function parseRules(toml: string): readonly GitleaksRule[] {
  return toml
    .split(/^\[\[rules\]\]$/m)
    .slice(1)
    .flatMap((table) => {
      const own = table.split(/^\[\[rules\.allowlists\]\]$|^\[rules\.allowlist\]$/m)[0] ?? '';
      const id = /^id = "([^"]+)"/m.exec(own)?.[1];
      const pattern = /^regex = '''([^]*?)'''/m.exec(own)?.[1] ?? /^regex = "((?:[^"\\]|\\.)*)"/m.exec(own)?.[1];
      if (id === undefined || pattern === undefined) return [];
      const keywords =
        /^keywords = \[([^\]]*)\]/m
          .exec(own)?.[1]
          ?.match(/"[^"]+"/g)
          ?.map((word) => word.slice(1, -1)) ?? [];
      const number = (key: string) => Number(new RegExp(`^${key} = ([0-9.]+)`, 'm').exec(own)?.[1] ?? 0);
      return [{ id, pattern, entropy: number('entropy'), keywords, secretGroup: number('secretGroup') || 1 }];
    });
}

/** Go (RE2) to JavaScript. Inline flags reach to the end of their group. */
export function toJavaScript(pattern: string): RegExp {
  let source = pattern
    .replaceAll('(?P<', '(?<')
    .replaceAll(String.raw`\z`, '$')
    .replaceAll(String.raw`\A`, '^')
    .replaceAll('[:alnum:]', 'A-Za-z0-9');
  for (let at = source.search(/\(\?[is]+\)/); at !== -1; at = source.search(/\(\?[is]+\)/)) {
    const close = source.indexOf(')', at);
    const end = endOfGroup(source, close + 1);
    source = `${source.slice(0, close)}:${source.slice(close + 1, end)})${source.slice(end)}`;
  }
  return new RegExp(source, 'd');
}

function endOfGroup(source: string, from: number): number {
  let depth = 0;
  let inClass = false;
  for (let at = from; at < source.length; at++) {
    const character = source[at];
    if (character === '\\') at++;
    else if (inClass) inClass = character !== ']';
    else if (character === '[') inClass = true;
    else if (character === '(') depth++;
    else if (character === ')' && depth-- === 0) return at;
  }
  return source.length;
}

/** Shannon's, in bits a character. */
export function entropyOf(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  return [...counts.values()].reduce((sum, count) => sum - (count / text.length) * Math.log2(count / text.length), 0);
}

type Context = (secret: string, keyword: string) => readonly [before: string, after: string];

const CONTEXTS: readonly Context[] = [
  () => ['export const client = connect({ region: "eu", token: "', '" });\n'],
  (_, keyword) => [`const ${keyword.replaceAll(/\W+/g, '_')}_api_key = "`, '";\n'],
  (_, keyword) => [`${keyword.toUpperCase().replaceAll(/\W+/g, '_')}_SECRET=`, '\n'],
  (_, keyword) => [`  ${keyword}: "`, '"\n'],
  (_, keyword) => [`${keyword}_token = '`, "'\n"],
  () => ['', '\n'],
];

const ATTEMPTS = 60;

/** Undefined: no line of ours is one that the rule itself finds. */
export function sampleKey(rule: GitleaksRule, random: Random): KeySample | undefined {
  const check = toJavaScript(rule.pattern);
  const tree = parsePattern(rule.pattern);
  for (const context of CONTEXTS) {
    for (let attempt = 0; attempt < ATTEMPTS / CONTEXTS.length; attempt++) {
      const secret = sampleOf(tree, random, context === CONTEXTS.at(-1) ? 0 : rule.secretGroup);
      const keyword = random.pick(rule.keywords.length === 0 ? ['service'] : rule.keywords);
      const [before, after] = context(secret, keyword);
      const head = '// settings of the connection\n';
      const text = `${head}${before}${secret}${after}export const retries = 3;\n`;
      const match = check.exec(text);
      const range = keyIn(match?.indices, rule.secretGroup);
      if (range === undefined || range[0] === range[1]) continue;
      if (entropyOf(text.slice(...range)) < rule.entropy) continue;
      return { rule: rule.id, text, gold: [{ type: 'secret', start: range[0], end: range[1] }] };
    }
  }
  return undefined;
}

/** The group that holds the key; the whole match where that group is a mere part of one. */
function keyIn(indices: RegExpIndicesArray | undefined, group: number): readonly [number, number] | undefined {
  const part = indices?.[group];
  return part !== undefined && part[1] - part[0] >= SHORTEST_KEY ? part : indices?.[0];
}

const SHORTEST_KEY = 8;

export interface KeySamples {
  readonly samples: readonly KeySample[];
  /** Rules without a sample. */
  readonly without: readonly string[];
}

export function sampleKeys(toml: string, seed: number, perRule: number): KeySamples {
  const samples: KeySample[] = [];
  const without: string[] = [];
  for (const [index, rule] of parseRules(toml).entries()) {
    const random = randomOf(seed * 7919 + index);
    const made = Array.from({ length: perRule }, () => sampleKey(rule, random)).filter((sample) => sample !== undefined);
    if (made.length === 0) without.push(rule.id);
    samples.push(...made);
  }
  return { samples, without };
}
