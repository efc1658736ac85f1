// Accuracy on the public development sets, ours beside the peers, in one run. What is printed is report.ts's business.
import { peer, ours, type Answer, type Contender } from './contenders.ts';
import { readGitleaks, readPresidio, readSecretCases, readStockmark, type Text } from './data.ts';
import { sampleKeys } from './gitleaks.ts';
import { JAPANESE_TYPES } from './japanese-set.ts';
import { ordinaryCode } from './ordinary.ts';
import { score, type Score, type Span } from './scoring.ts';
import type { Inspector } from './inspector.ts';

export interface AccuracyRow {
  readonly set: string;
  readonly split: string;
  readonly group: string;
  readonly contender: string;
  readonly score: Score;
}

export interface KeyRow {
  readonly contender: string;
  readonly samples: number;
  readonly samplesFound: number;
  readonly rules: number;
  /** Every sample of the rule was found. */
  readonly rulesFound: number;
}

export interface AlarmRow {
  readonly contender: string;
  readonly megabytes: number;
  readonly findings: number;
}

export interface Miss {
  readonly set: string;
  readonly kind: 'missed' | 'false alarm' | 'wrong type';
  readonly type: string;
  readonly value: string;
  readonly around: string;
  readonly rule?: string;
}

export interface Accuracy {
  readonly rows: readonly AccuracyRow[];
  readonly keys: readonly KeyRow[];
  readonly keysWithoutSample: readonly string[];
  readonly alarms: readonly AlarmRow[];
  readonly notes: readonly string[];
  readonly misses: readonly Miss[];
}

const STRUCTURED = ['email', 'phone', 'credit-card', 'iban', 'us-ssn', 'ip'];
const GROUPS: readonly (readonly [name: string, types: ReadonlySet<string>])[] = [
  ['structured PII', new Set(STRUCTURED)],
  ...STRUCTURED.map((type) => [`  ${type}`, new Set([type])] as const),
];
const PERSON = new Set(['person-name']);
const SECRET = new Set(['secret']);
/** Hosts, addresses and mail in code are what they look like; these are hardly ever. */
const NOT_IN_CODE = new Set([
  'secret',
  'credit-card',
  'iban',
  'us-ssn',
  'user-name',
  'file-share',
  'internal-host',
  'person-name',
  'asset-tag',
  ...JAPANESE_TYPES,
]);
const SEED = 1;
const SAMPLES_PER_RULE = 3;

interface Run {
  readonly inspector: Inspector;
  readonly data: string;
  readonly withPeers: boolean;
  readonly progress: (text: string) => void;
}

export async function measureAccuracy(run: Run): Promise<Accuracy> {
  const notes: string[] = [];
  const misses: Miss[] = [];
  const rows: AccuracyRow[] = [];
  const mine = ours(run.inspector);
  const personal = run.withPeers
    ? (['guardrails', 'openredaction', 'redactpii', 'arcjet'] as const).map((name) => peer(name, 'personal'))
    : [];
  const secrets = run.withPeers
    ? (['secretlint', 'guardrails-secrets', 'openredaction'] as const).map((name) => peer(name, 'secrets'))
    : [];
  const persons = run.withPeers ? [peer('guardrails+person', 'personal'), ...personal.slice(1, 3)] : [];

  const presidio = readPresidio(run.data);
  const splits = [
    ['even (developed on)', presidio.filter(({ template }) => template % 2 === 0)],
    ['odd', presidio.filter(({ template }) => template % 2 === 1)],
  ] as const;
  for (const contender of [mine, ...personal]) {
    const answers = await ask(contender, presidio, 'presidio', run, notes);
    if (answers === undefined) continue;
    for (const [split, texts] of splits)
      for (const [group, types] of GROUPS) rows.push(row('presidio', split, group, contender, texts, answers, types));
    if (contender === mine) misses.push(...missesOf('presidio', splits[0][1], answers, new Set([...STRUCTURED, ...PERSON])));
  }
  for (const contender of [mine, ...persons]) {
    const answers = await ask(contender, presidio, 'presidio persons', run, notes);
    if (answers === undefined) continue;
    for (const [split, texts] of splits) rows.push(row('presidio', split, 'persons', contender, texts, answers, PERSON));
  }

  const stockmark = readStockmark(run.data);
  const answers = await ask(mine, stockmark, 'stockmark', run, notes);
  if (answers !== undefined) {
    for (const part of ['fitted', 'held out'] as const) {
      const texts = stockmark.filter((text) => text.part === part);
      rows.push(row('stockmark', part, '人名', mine, texts, answers, PERSON));
    }
    misses.push(
      ...missesOf(
        'stockmark',
        stockmark.filter(({ part }) => part === 'fitted'),
        answers,
        PERSON,
      ),
    );
  }

  const cases = readSecretCases(run.data);
  for (const contender of [mine, ...secrets]) {
    const found = await ask(contender, cases, 'secretlint cases', run, notes);
    if (found === undefined) continue;
    rows.push(row('secretlint', 'all', 'secrets', contender, cases, found, SECRET));
    if (contender === mine) misses.push(...missesOf('secretlint', cases, found, SECRET));
  }

  const { samples, without } = sampleKeys(readGitleaks(run.data), SEED, SAMPLES_PER_RULE);
  const code = ordinaryCode().map(({ path, text }) => ({ path, text, gold: [] }));
  const keys: KeyRow[] = [];
  const alarms: AlarmRow[] = [];
  for (const contender of [mine, ...secrets]) {
    const found = await ask(contender, samples, 'sample keys', run, notes);
    if (found !== undefined) keys.push(keyRow(contender, samples, found));
    const inCode = await ask(contender, code, 'ordinary code', run, notes);
    if (inCode !== undefined) alarms.push(alarmRow(contender, code, inCode));
    if (contender !== mine) continue;
    if (found !== undefined) misses.push(...missesOf('sample keys', samples, found, SECRET, ({ rule }) => rule));
    if (inCode !== undefined) misses.push(...missesOf('ordinary code', code, inCode, NOT_IN_CODE, ({ path }) => path));
  }
  return { rows, keys, keysWithoutSample: without, alarms, notes, misses };
}

type Answers = ReadonlyMap<Text, readonly Span[]>;

/** Undefined: the contender could not take part; the notes say why. */
async function ask(contender: Contender, texts: readonly Text[], set: string, run: Run, notes: string[]): Promise<Answers | undefined> {
  run.progress(`${set}: ${contender.name}`);
  let answer: Answer;
  try {
    answer = await contender.ask(texts.map(({ text }) => text));
  } catch (error) {
    notes.push(`${contender.name} is missing from ${set}: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
  if (answer.note !== '') notes.push(`${contender.name}, ${set}: ${answer.note}`);
  return new Map(texts.map((text, index) => [text, answer.found[index] ?? []]));
}

function row(
  set: string,
  split: string,
  group: string,
  contender: Contender,
  texts: readonly Text[],
  answers: Answers,
  types: ReadonlySet<string>,
): AccuracyRow {
  const scored = texts.map((text) => ({ text: text.text, gold: text.gold, found: answers.get(text) ?? [] }));
  return { set, split, group, contender: contender.name, score: score(scored, types) };
}

function keyRow(contender: Contender, samples: readonly (Text & { readonly rule: string })[], answers: Answers): KeyRow {
  const isFound = (sample: Text): boolean => score([{ gold: sample.gold, found: answers.get(sample) ?? [] }], SECRET).overlappedByType > 0;
  const rules = Map.groupBy(samples, ({ rule }) => rule);
  return {
    contender: contender.name,
    samples: samples.length,
    samplesFound: samples.filter(isFound).length,
    rules: rules.size,
    rulesFound: [...rules.values()].filter((group) => group.every(isFound)).length,
  };
}

function alarmRow(contender: Contender, code: readonly Text[], answers: Answers): AlarmRow {
  const findings = code.flatMap((file) => answers.get(file) ?? []).filter(({ type }) => type === 'secret');
  return { contender: contender.name, megabytes: code.reduce((sum, { text }) => sum + text.length, 0) / 1e6, findings: findings.length };
}

const AROUND = 30;

/** What our detectors' authors want to see. */
export function missesOf<T extends Text>(
  set: string,
  texts: readonly T[],
  answers: ReadonlyMap<T, readonly Span[]> | Answers,
  types: ReadonlySet<string>,
  about: (text: T) => string = () => '',
): Miss[] {
  return texts.flatMap((item) => {
    const { text, gold } = item;
    const found = answers.get(item) ?? [];
    const show = (span: Span, kind: Miss['kind']): Miss => ({
      set: about(item) === '' ? set : `${set} (${about(item)})`,
      kind,
      type: span.type,
      value: text.slice(span.start, span.end),
      around: text.slice(Math.max(0, span.start - AROUND), span.end + AROUND),
      ...('rule' in span ? { rule: String(span.rule) } : {}),
    });
    const missed = gold.flatMap((span) => {
      if (!types.has(span.type)) return [];
      const over = found.filter((finding) => finding.start < span.end && span.start < finding.end);
      if (over.some(({ type }) => type === span.type)) return [];
      return [
        over.length > 0
          ? {
              ...show(span, 'wrong type'),
              rule: over.map((finding) => ('rule' in finding ? String(finding.rule) : finding.type)).join(', '),
            }
          : show(span, 'missed'),
      ];
    });
    const alarms = found.filter(
      (finding) => types.has(finding.type) && !gold.some((span) => finding.start < span.end && span.start < finding.end),
    );
    return [...missed, ...alarms.map((finding) => show(finding, 'false alarm'))];
  });
}
