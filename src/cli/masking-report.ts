// What `sekisho inspect` shows of texts: as data for programs, as a table for people. Values are obscured unless they were asked for.
import {
  DATA_LEVELS,
  namesOf,
  type DataLevel,
  type Examination,
  type LevelDecision,
  type SensitiveType,
  type SignalSummary,
} from '#inspection';
import { count } from './configuration.ts';
import { codePointsIn, obscured, ofTypes, placesIn } from './masking-places.ts';
import { columns, plain, type Terminal } from './terminal.ts';

export interface InspectedFile {
  readonly file: string;
  readonly text: string;
  readonly examination: Examination;
  readonly level: LevelDecision;
}

export interface Showing {
  readonly types: ReadonlySet<SensitiveType>;
  readonly showsValues: boolean;
}

export interface FindingView {
  readonly line: number;
  readonly column: number;
  readonly start: number;
  readonly end: number;
  readonly type: SensitiveType;
  readonly label?: string;
  readonly rule: string;
  readonly confidence: number;
  readonly obscured: string;
  readonly value?: string;
}

export function viewOfFile({ file, text, examination, level }: InspectedFile, showing: Showing) {
  const findings = findingViews(text, examination, showing);
  const place = placesIn(text);
  return {
    file,
    level,
    types: countsOf(findings),
    findings,
    markings: examination.markings.map(({ level: asked, rule, start }) => ({ ...place(start), rule, level: asked })),
    signals: signalsView(examination.signals, showing.showsValues),
  };
}

export type FileView = ReturnType<typeof viewOfFile>;

function findingViews(text: string, { findings }: Examination, { types, showsValues }: Showing): FindingView[] {
  const place = placesIn(text);
  const points = codePointsIn(text);
  return ofTypes(findings, types).map(({ start, end, type, label, rule, confidence }) => {
    const value = text.slice(start, end);
    const shown = showsValues ? { value } : {};
    const labelled = label === undefined ? {} : { label };
    const [from, to] = [points(start), points(end)];
    return { ...place(start), start: from, end: to, type, ...labelled, rule, confidence, obscured: obscured(value, type), ...shown };
  });
}

/** Places by type, most first. */
function countsOf(findings: readonly { readonly type: SensitiveType }[]): Partial<Record<SensitiveType, number>> {
  const counts = new Map<SensitiveType, number>();
  for (const { type } of findings) counts.set(type, (counts.get(type) ?? 0) + 1);
  return Object.fromEntries([...counts].toSorted(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)));
}

/** Targets are hosts, addresses and URLs: values like others. */
function signalsView(signals: SignalSummary, showsValues: boolean) {
  const kinds = new Map<string, number>();
  for (const { kind } of signals.targets) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  return {
    hidden: signals.hidden,
    encoded: signals.encoded.count,
    instructions: { score: signals.instructions.score, rules: signals.instructions.rules },
    cyber: signals.cyber,
    tags: signals.tags.map(({ tag, score }) => ({ tag, score })),
    prohibited: signals.prohibited.map(({ rule, score }) => ({ rule, score })),
    targets: Object.fromEntries(kinds),
    ...(showsValues ? { targetValues: signals.targets.map(({ kind, value }) => ({ kind, value })) } : {}),
  };
}

export function summaryOf(files: readonly FileView[]) {
  const findings = files.flatMap((file) => file.findings);
  const level = DATA_LEVELS[Math.max(0, ...files.map((file) => DATA_LEVELS.indexOf(file.level.level)))]!;
  const because = new Set(files.flatMap((file) => (file.level.level === level ? file.level.because : [])));
  return { findings: findings.length, types: countsOf(findings), level, because: [...because] };
}

/** So many rows share the widths of their columns. */
const ROWS_AT_A_TIME = 5_000;
const LONGEST_VALUE = 120;

export function printFile(terminal: Terminal, view: FileView, showing: Showing): void {
  const { style } = terminal;
  const name = plain(view.file);
  for (let from = 0; from < view.findings.length; from += ROWS_AT_A_TIME) {
    const rows = view.findings.slice(from, from + ROWS_AT_A_TIME).map((finding) => {
      const type = finding.label === undefined ? finding.type : `${finding.type} (${finding.label})`;
      const value = plain(showing.showsValues ? shortened(finding.value!) : finding.obscured);
      return [`${name}:${finding.line}:${finding.column}`, style('cyan', type), finding.rule, finding.confidence.toFixed(2), value];
    });
    terminal.out(columns(rows));
  }
  const markings = view.markings.map(
    ({ line, column, rule, level }) => `${name}:${line}:${column}  ${style('yellow', 'marking')} ${plain(rule)} → ${level}`,
  );
  if (markings.length > 0) terminal.out(markings.join('\n'));
  const signals = signalTexts(view.signals);
  if (signals.length > 0) terminal.out(signals.map((text) => `${name}  ${style('yellow', 'signal')} ${plain(text)}`).join('\n'));
}

function shortened(value: string): string {
  return value.length > LONGEST_VALUE ? `${value.slice(0, LONGEST_VALUE)}…` : value;
}

/** Weaker ones are noise to a person; `--json` has them all. */
const LEAST_SHOWN = 0.3;

function signalTexts({ hidden, encoded, instructions, prohibited, tags, targets }: FileView['signals']): string[] {
  const texts = Object.entries(hidden).map(([kind, number]) => `hidden text: ${kind}, ${count(number, 'run')}`);
  if (encoded > 0) texts.push(`encoded text: ${count(encoded, 'payload')}`);
  if (instructions.score >= LEAST_SHOWN)
    texts.push(`reads like instructions to a model: ${instructions.score.toFixed(2)} (${instructions.rules.join(', ')})`);
  for (const { rule } of prohibited) texts.push(`asks for barred work: ${rule}`);
  for (const { tag, score } of tags) if (score >= LEAST_SHOWN) texts.push(`is about ${tag}: ${score.toFixed(2)}`);
  const named = Object.entries(targets).map(([kind, number]) => `${number} ${kind}`);
  if (named.length > 0) texts.push(`names targets: ${named.join(', ')}`);
  return texts;
}

export function printSummary(terminal: Terminal, files: readonly FileView[]): void {
  const { style } = terminal;
  const { findings, types, level, because } = summaryOf(files);
  terminal.out('');
  if (findings > 0)
    terminal.out(
      columns(
        Object.entries(types).map(([type, number]) => [style('cyan', type), String(number)]),
        '  ',
      ),
    );
  const where = files.length === 1 ? '' : ` in ${count(files.length, 'file')}`;
  terminal.out(
    `${style('bold', count(findings, 'finding'))}${where}; level of data ${style('bold', level)} (${namesOf(level, 'kimitsusei')})${reasonsText(level, because)}`,
  );
}

const MOST_REASONS = 8;

function reasonsText(level: DataLevel, because: readonly string[]): string {
  if (because.length === 0) return level === 'public' ? ': nothing in it asks for a higher one' : '';
  const more = because.length > MOST_REASONS ? `, and ${because.length - MOST_REASONS} more` : '';
  return `, because of ${because.slice(0, MOST_REASONS).map(plain).join(', ')}${more}`;
}
