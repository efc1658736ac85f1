// Turns measurements into text for people. Decides nothing.
import { median, perRound } from '../gateway/statistics.ts';
import type { Accuracy, Miss } from './accuracy.ts';
import type { Forwarding } from './forwarding.ts';
import type { Japanese } from './japanese.ts';
import { f1, share, type Score } from './scoring.ts';
import type { HostileFigures, Rate } from './speed-child.ts';
import type { Speed } from './speed.ts';

const ratio = (value: number): string => (Number.isNaN(value) ? '-' : value.toFixed(3));
const whole = (value: number): string => Math.round(value).toLocaleString('en');

/** Median (lowest-highest). */
function spread(values: readonly number[], digits: number): string {
  const show = (value: number): string => value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return values.length === 0 ? '-' : `${show(median(values))} (${show(Math.min(...values))}-${show(Math.max(...values))})`;
}

/** Columns as wide as their widest cell; the first is aligned to the left, as are those of text. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((cell, column) => Math.max(...[cell, ...rows.map((row) => row[column] ?? '')].map(({ length }) => length)));
  const isText = head.map((_, column) => rows.some((row) => !/^[\d.,-]*$/.test(row[column] ?? '')));
  const line = (cells: readonly string[]): string =>
    `  ${cells.map((cell, column) => (isText[column] ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!))).join('  ')}`.trimEnd();
  return [line(head), ...rows.map(line)].join('\n');
}

const SCORE_HEAD = ['gold', 'recall any', 'recall typed', 'covered', 'found', 'prec. typed', 'prec. place'];

function scoreCells(score: Score): readonly string[] {
  return [
    whole(score.gold),
    ratio(share(score.overlappedByAny, score.gold)),
    ratio(share(score.overlappedByType, score.gold)),
    ratio(share(score.covered, score.gold)),
    whole(score.findings),
    ratio(share(score.rightType, score.findings)),
    ratio(share(score.rightPlace, score.findings)),
  ];
}

export function renderAccuracy({ rows, keys, keysWithoutSample, alarms, notes }: Accuracy): string {
  const blocks: string[] = ['ACCURACY on public development sets'];
  for (const [block, inBlock] of Map.groupBy(rows, ({ set, group }) => `${set}: ${group.trim()}`)) {
    const isPersons = /persons|人名/.test(block);
    const cells = inBlock.map((row) => [
      row.contender,
      row.split,
      ...scoreCells(row.score),
      ...(isPersons ? [ratio(f1(row.score.exact, row.score.findings, row.score.gold))] : []),
    ]);
    blocks.push(`\n${block}\n${table(['', 'split', ...SCORE_HEAD, ...(isPersons ? ['exact F1'] : [])], cells)}`);
  }
  blocks.push(
    `\nkeys of vendors, made from the rules of gitleaks\n${table(
      ['', 'samples', 'share found', 'rules', 'share found whole'],
      keys.map((row) => [
        row.contender,
        whole(row.samples),
        ratio(share(row.samplesFound, row.samples)),
        whole(row.rules),
        ratio(share(row.rulesFound, row.rules)),
      ]),
    )}`,
    ...(keysWithoutSample.length > 0 ? [`  no sample for: ${keysWithoutSample.join(', ')}`] : []),
    `\nfindings of secrets in ordinary code\n${table(
      ['', 'MB', 'findings', 'per MB'],
      alarms.map((row) => [row.contender, row.megabytes.toFixed(2), whole(row.findings), (row.findings / row.megabytes).toFixed(2)]),
    )}`,
    ...notes.map((note) => `!! ${note}`),
  );
  return blocks.join('\n');
}

export function renderJapanese({ documents, characters, rows, decoys, notes }: Japanese): string {
  return [
    `JAPANESE, generated set: ${whole(documents)} documents, ${whole(characters)} characters`,
    table(
      ['', 'type', ...SCORE_HEAD],
      rows.map((row) => [row.contender, row.type, ...scoreCells(row.score)]),
    ),
    '',
    table(
      ['decoy documents', 'documents', 'with a finding'],
      decoys.map((row) => [row.contender, whole(row.documents), whole(row.withFinding)]),
    ),
    ...notes.map((note) => `!! ${note}`),
  ].join('\n');
}

const SMALL = / 10000$/;

export function renderSpeed({ pipeline, parts, triggers, japanese, hostile, request, dictionaries }: Speed): string {
  const rateRows = (rates: readonly Rate[], digits: number): readonly (readonly string[])[] =>
    rates.map(({ name, wall, cpu }) => [name, spread(wall, digits), spread(cpu, digits)]);
  const grown = (name: string, rates: readonly Rate[]): readonly string[] => [
    name,
    ...rates.filter((rate) => SMALL.test(rate.name)).map(({ cpu }) => spread(cpu, 1)),
  ];
  return [
    'SPEED, one core; median (lowest-highest) of the rounds',
    `\nall detectors, ASCII, by length of the text in bytes\n${table(['', 'MB/s', 'MB per CPU second'], rateRows(pipeline, 1))}`,
    `\nMB per CPU second by what takes part, texts of 10 KB\n${table(
      ['', 'logs', 'code'],
      parts.map(({ name, rates }) => grown(name, rates)),
    )}`,
    `\nMB per CPU second by further triggers, texts of 10 KB\n${table(
      ['', 'logs', 'code'],
      triggers.map(({ count, rates }) => grown(`+ ${count}`, rates)),
    )}`,
    ...japanese.map(({ name, rates }) => `\nJapanese, ${name}\n${table(['', 'characters/s', 'per CPU second'], rateRows(rates, 0))}`),
    `\nhostile texts of 100 KB\n${table(['', 'first CPU ms', 'CPU ms', 'wall ms'], hostile.map(hostileCells))}`,
    `  worst of all: ${Math.max(...hostile.flatMap(({ first, later }) => [first, ...later].map(({ cpu }) => cpu))).toFixed(1)} ms CPU`,
    `\nrequest of ${whole(request.characters)} characters with ${request.findings} findings: ${spread(request.micros, 1)} us CPU`,
    `\ndictionary\n${table(
      ['entries', 'CSV MB', 'load ms', 'live MB', 'of that tables', 'throughput with / without'],
      dictionaries.map((row) =>
        row.isAbsent === true
          ? [whole(row.entries), 'the tree has no dictionary']
          : [
              whole(row.entries),
              row.csvMegabytes.toFixed(1),
              spread(row.loadMs, 0),
              row.liveMegabytes.toFixed(0),
              row.tableMegabytes.toFixed(0),
              spread(row.ratios, 2),
            ],
      ),
    )}`,
  ].join('\n');
}

export function renderForwarding(figures: Forwarding): string {
  const { plain, masked, plainCold, maskedCold } = figures;
  const line = (name: string, without: readonly number[], withMask: readonly number[]): readonly string[] => [
    name,
    spread(without, 0),
    spread(withMask, 0),
    spread(
      perRound(withMask, without, (a, b) => a / b),
      2,
    ),
  ];
  return [
    `FORWARDING the 50th turn of a conversation of ${whole(figures.bytes)} bytes; microseconds of CPU a request, median (lowest-highest)`,
    table(
      ['', 'inspection off', 'everything masked', 'ratio'],
      [line('49 turns seen before', plain, masked), line('nothing seen before', plainCold, maskedCold)],
    ),
    `  values of the conversation at the upstream: inspection off ${figures.plainLeaks ? 'yes' : 'NO'}, everything masked ${figures.maskedLeaks ? 'YES' : 'none'}`,
  ].join('\n');
}

function hostileCells({ name, first, later }: HostileFigures): readonly string[] {
  return [
    name,
    first.cpu.toFixed(1),
    spread(
      later.map(({ cpu }) => cpu),
      1,
    ),
    spread(
      later.map(({ wall }) => wall),
      1,
    ),
  ];
}

const MOST_OF_A_KIND = 40;

/** Grouped as the detectors' folders are: common, japan, secrets, names. */
export function renderMisses(misses: readonly Miss[]): string {
  const folders = Map.groupBy(misses, folderOf);
  return [...folders]
    .map(([folder, all]) => {
      const kinds = Map.groupBy(all, ({ set, kind, type }) => `${set.replace(/ \(.*/, '')}, ${kind}: ${type}`);
      const blocks = [...kinds].map(([kind, found]) => {
        const lines = found
          .slice(0, MOST_OF_A_KIND)
          .map(
            ({ value, around, rule, set }) =>
              `- ${JSON.stringify(value)} in ${JSON.stringify(around)}${rule === undefined ? '' : ` [${rule}]`}${set.includes('(') ? ` ${set.slice(set.indexOf('('))}` : ''}`,
          );
        return `### ${kind} (${found.length})\n${lines.join('\n')}${found.length > MOST_OF_A_KIND ? '\n- …' : ''}`;
      });
      return `## ${folder}\n\n${blocks.join('\n\n')}\n`;
    })
    .join('\n');
}

const JAPAN =
  /^(?:my-number|corporate-number|drivers-licence|insurer-number|pension-number|passport|residence-card|bank-account|postal-code|address|date-of-birth)$/;

function folderOf({ set, type }: Miss): string {
  if (type === 'secret') return 'secrets';
  if (type === 'person-name') return 'names';
  return JAPAN.test(type) || set.startsWith('japanese') ? 'japan' : 'common';
}
