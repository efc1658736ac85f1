// The inspection under test, put together from what the source tree has: the same detectors that the gateway runs, over whole texts. Says
// what is missing instead of failing, so that the rest can be measured. Measures nothing itself.
import { existsSync } from 'node:fs';
import type { Span } from './scoring.ts';

export interface Finding extends Span {
  readonly confidence: number;
  readonly rule: string;
}

export interface Inspector {
  /** Offsets in the original text (UTF-16), in order, not overlapping. */
  inspectText(text: string, hint?: string): readonly Finding[];
}

export const PARTS = ['common', 'japan', 'secrets', 'names'] as const;
export type Part = (typeof PARTS)[number];

export interface Loaded {
  readonly inspector: Inspector;
  readonly parts: readonly Part[];
  readonly missing: readonly string[];
}

/** Less sure findings are not acted upon by default, and not counted here. */
const MIN_CONFIDENCE = 0.5;

export type Finder = (subject: unknown) => readonly Finding[];

interface NowInspector {
  inspectNow(text: string, hint?: string): { readonly findings: readonly Finding[] };
}

interface TextInspectorModule {
  readonly createTextInspector: (options: {
    readonly detectors: readonly unknown[];
    readonly finders: readonly Finder[];
    readonly minConfidence: number;
    readonly off: ReadonlySet<string>;
  }) => NowInspector;
}

/** Absent: not written yet. Specifiers are not literals, because some of these files may not exist. */
async function load(path: string): Promise<Record<string, unknown> | undefined> {
  const url = new URL(`../../src/inspection/${path}`, import.meta.url);
  return existsSync(url) ? ((await import(url.href)) as Record<string, unknown>) : undefined;
}

async function call<T>(path: string, name: string, missing: string[]): Promise<T | undefined> {
  const module = await load(path);
  const make = module?.[name];
  if (typeof make !== 'function') {
    missing.push(`${name}() of src/inspection/${path}`);
    return undefined;
  }
  return (await (make as () => T | Promise<T>)()) ?? undefined;
}

const DETECTORS: Readonly<Record<Exclude<Part, 'names'>, readonly [path: string, name: string]>> = {
  common: ['detect/common/index.ts', 'commonDetectors'],
  japan: ['detect/japan/index.ts', 'japanDetectors'],
  secrets: ['detect/secrets/index.ts', 'secretDetectors'],
};

export interface Choice {
  /** Only these parts, for the cost of each. */
  readonly parts?: readonly Part[];
  /** Further finders, such as a dictionary. */
  readonly finders?: readonly Finder[];
  /** Further detectors, for how cost grows with their number. */
  readonly detectors?: readonly unknown[];
}

/** The inspector as the product makes it, and which parts the tree has. */
export async function loadInspector(): Promise<Loaded> {
  const { parts, missing, inspector: composed } = await composeInspector();
  const made = (await load('index.ts'))?.['createInspector'] as (() => { readonly value?: NowInspector }) | undefined;
  const product = made?.().value;
  if (product === undefined) return { parts, missing: [...missing, 'createInspector() of src/inspection/index.ts'], inspector: composed };
  const hasNames = product.inspectNow(PROBE).findings.some(({ type }) => type === 'person-name');
  if (parts.includes('names') && !hasNames) {
    return {
      parts,
      missing: [...missing, 'names in what createInspector() makes: the parts are measured as this benchmark puts them together'],
      inspector: composed,
    };
  }
  return { parts, missing, inspector: { inspectText: (text, hint) => product.inspectNow(text, hint).findings } };
}

/** Put together from parts, for what each of them costs. */
export async function composeInspector({
  parts: wanted = PARTS,
  finders: more = [],
  detectors: further = [],
}: Choice = {}): Promise<Loaded> {
  const missing: string[] = [];
  const parts: Part[] = [];
  const detectors: unknown[] = [...further];
  const finders: Finder[] = [...more];
  for (const part of wanted) {
    if (part === 'names') {
      const names = await nameParts(missing);
      if (names === undefined) continue;
      finders.push(names.finder);
      detectors.push(...names.detectors);
    } else {
      const found = await call<readonly unknown[]>(...DETECTORS[part], missing);
      if (found === undefined) continue;
      detectors.push(...found);
    }
    parts.push(part);
  }
  const { createTextInspector } = (await load('text-inspector.ts')) as unknown as TextInspectorModule;
  const inspector = createTextInspector({ detectors, finders, minConfidence: MIN_CONFIDENCE, off: new Set() });
  return { inspector: { inspectText: (text, hint) => inspector.inspectNow(text, hint).findings }, parts, missing };
}

interface DictionaryModules {
  readonly loadDictionary: (files: readonly string[], read: (file: string) => Uint8Array) => { readonly value?: unknown };
  readonly dictionaryMatcher: (dictionary: unknown) => { find: Finder };
  readonly memoryOf: (dictionary: unknown) => number;
}

/** From the bytes of a CSV file; undefined where the tree has no dictionary. */
export async function dictionaryFinder(csv: Uint8Array): Promise<{ readonly finder: Finder; readonly bytes: number } | undefined> {
  const modules = await Promise.all(['load.ts', 'matcher.ts', 'dictionary.ts'].map((file) => load(`dictionary/${file}`)));
  if (modules.includes(undefined)) return undefined;
  const { loadDictionary, dictionaryMatcher, memoryOf } = Object.assign({}, ...modules) as DictionaryModules;
  const { value } = loadDictionary(['terms.csv'], () => csv);
  if (value === undefined) throw new Error('the dictionary was not accepted');
  const matcher = dictionaryMatcher(value);
  return { finder: (subject) => matcher.find(subject), bytes: memoryOf(value) };
}

/** Two things of one door: the tagger of Japanese text, which is a finder, and the detector of names in Latin letters. */
async function nameParts(missing: string[]): Promise<{ readonly finder: Finder; readonly detectors: readonly unknown[] } | undefined> {
  const tagger = await call<{ tag: Finder }>('names/index.ts', 'createNameTagger', missing);
  const latin = await call<unknown>('names/index.ts', 'latinNameDetector', missing);
  return tagger === undefined || latin === undefined ? undefined : { finder: (subject) => tagger.tag(subject), detectors: [latin] };
}

/** Names stand in it in both scripts. */
const PROBE = '担当者は田中太郎様です。\nDear Mr. John Smith,\n';
