// The inspector of texts as a configuration asks for it: all detectors but those switched off, and the operator's dictionaries.
import { err, ok, type Result } from '#kernel';
import { commonDetectors } from './detect/common/index.ts';
import { japanDetectors } from './detect/japan/index.ts';
import { secretDetectors } from './detect/secrets/index.ts';
import { loadDictionary, type DictionaryProblem } from './dictionary/load.ts';
import { dictionaryMatcher } from './dictionary/matcher.ts';
import { createNameTagger, latinNameDetector, type NameTagger } from './names/index.ts';
import { createTextInspector, type Finder, type TextInspector } from './text-inspector.ts';
import type { SensitiveType } from './types.ts';

export interface InspectorOptions {
  readonly minConfidence?: number;
  /** Types that are not looked for. */
  readonly off?: readonly SensitiveType[];
  readonly internalDomains?: readonly string[];
  /** CSV files. */
  readonly dictionaries?: readonly string[];
  readonly readFile?: (file: string) => Uint8Array;
  /** Also what a text hides, asks for, is about and names. */
  readonly withSignals?: boolean;
  /** Japanese names are looked for in texts of up to so many characters; somebody else does it in longer ones. Default: in all. */
  readonly namesUpTo?: number;
}

/** Findings less sure than this are not acted upon. */
const DEFAULT_CONFIDENCE = 0.5;

/** Errors: every bad line of every dictionary. */
export function createInspector(options: InspectorOptions = {}): Result<TextInspector, readonly DictionaryProblem[]> {
  const {
    off = [],
    internalDomains = [],
    dictionaries = [],
    readFile,
    minConfidence = DEFAULT_CONFIDENCE,
    withSignals = false,
    namesUpTo = Infinity,
  } = options;
  const finders: Finder[] = [];
  if (dictionaries.length > 0) {
    if (readFile === undefined) throw new Error('dictionaries need a way to read them');
    const dictionary = loadDictionary(dictionaries, readFile);
    if (!dictionary.ok) return err(dictionary.error);
    const matcher = dictionaryMatcher(dictionary.value);
    finders.push((subject) => matcher.find(subject));
  }
  const isOff = new Set(off);
  if (!isOff.has('person-name')) finders.push(japaneseNames(namesUpTo));
  const detectors = [...commonDetectors({ internalDomains }), ...japanDetectors(), ...secretDetectors(), latinNameDetector()].filter(
    ({ types }) => !types.every((type) => isOff.has(type)),
  );
  return ok(createTextInspector({ detectors, finders, minConfidence, off: isOff, withSignals }));
}

const JAPANESE = /[\u3005-\u30ff\u3400-\u9fff\uf900-\ufaff]/;

/** The tagger takes a while to load and some memory: when the first Japanese text comes. */
function japaneseNames(upTo: number): Finder {
  let tagger: NameTagger | undefined;
  return (subject) => {
    if (subject.original.length > upTo || !JAPANESE.test(subject.text)) return [];
    tagger ??= createNameTagger();
    return tagger.tag(subject);
  };
}
