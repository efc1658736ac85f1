// What a hunt found, on the terminal: severity, timeline, rules, hosts, techniques, and how far the hunt could see.
import { isoTime, LEVELS, severity, TACTICS, widthText, type Coverage, type HuntSummary, type Level, type Timeline } from '#hunt';
import { columns, plain, type Style } from './terminal.ts';

const SPARKS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const MOST_TECHNIQUES = 12;
const MOST_PROBLEMS = 5;
const LONGEST_TITLE = 76;

export interface SummaryView {
  readonly summary: HuntSummary;
  readonly coverage: Coverage;
  readonly style: Style;
  /** Rules and hosts to show. */
  readonly limit: number;
}

export function summaryText(view: SummaryView): string {
  const { summary } = view;
  const parts = [severityText(view)];
  if (summary.findings > 0) parts.push(timelineText(summary.timeline, view.style), rulesText(view), hostsText(view), techniquesText(view));
  parts.push(coverageText(view));
  return parts.filter((part) => part !== '').join('\n\n');
}

export function levelText(level: Level, style: Style): string {
  const rank = severity(level);
  if (rank === 4) return style('bold', style('red', level));
  return rank === 3 ? style('red', level) : rank === 2 ? style('yellow', level) : style('dim', level);
}

function severityText({ summary, style }: SummaryView): string {
  const { byLevel, findings } = summary;
  if (findings === 0) return `${style('green', '✓')} nothing found`;
  const counts = LEVELS.toReversed().map((level) =>
    byLevel[level] === 0 ? style('dim', `0 ${level}`) : `${byLevel[level]} ${levelText(level, style)}`,
  );
  return `${style('bold', `${findings} findings`)}  ${counts.join('  ')}`;
}

/** One character a bucket, its height by the root of the count, so that a few findings beside many stay visible. */
export function sparkline(timeline: Timeline, most: number): string {
  const { buckets } = timeline;
  const per = Math.max(1, Math.ceil(buckets.length / most));
  const sums: number[] = [];
  for (const [index, { counts }] of buckets.entries()) {
    const at = Math.floor(index / per);
    sums[at] = (sums[at] ?? 0) + sum(counts);
  }
  const highest = Math.sqrt(Math.max(1, ...sums));
  return sums.map((size) => (size === 0 ? ' ' : SPARKS[Math.max(0, Math.ceil((Math.sqrt(size) / highest) * SPARKS.length) - 1)]!)).join('');
}

const SPARK_WIDTH = 72;

function timelineText(timeline: Timeline, style: Style): string {
  const { buckets, widthMs, before, after, withoutTime } = timeline;
  const [first, last] = [buckets[0], buckets.at(-1)];
  if (first === undefined || last === undefined) return 'No record states a time.';
  const per = Math.max(1, Math.ceil(buckets.length / SPARK_WIDTH));
  const notes = [`one character is ${widthText(widthMs * per)}`];
  if (before + after > 0) notes.push(`${before} before and ${after} after, far away`);
  if (withoutTime > 0) notes.push(`${withoutTime} without a time`);
  const range = `${short(first.fromMs)} – ${short(last.fromMs + widthMs)} UTC`;
  return `${style('bold', 'Timeline')}  ${style('dim', `${range}; ${notes.join('; ')}`)}\n  ${style('cyan', sparkline(timeline, SPARK_WIDTH))}`;
}

function short(atMs: number): string {
  return (isoTime(atMs) ?? '?').slice(0, 16).replace('T', ' ');
}

function rulesText({ summary, style, limit }: SummaryView): string {
  const rows = summary.rules.slice(0, limit).map(({ level, count, title, hosts }) => {
    const where = hosts.length === 0 ? '' : hosts.length === 1 ? plain(hosts[0]!) : `${hosts.length} hosts`;
    return [String(count).padStart(7), levelText(level, style), cut(plain(title)), style('dim', where)];
  });
  return `${style('bold', 'Rules')}\n${columns(rows)}${moreText(summary.rules.length - rows.length, style)}`;
}

function hostsText({ summary, style, limit }: SummaryView): string {
  if (summary.hosts.length === 0) return '';
  const rows = summary.hosts.slice(0, Math.min(limit, 10)).map(({ host, count, worst, byLevel }) => {
    const grave = byLevel.high + byLevel.critical;
    return [String(count).padStart(7), levelText(worst, style), plain(host), style('dim', grave === 0 ? '' : `${grave} high or critical`)];
  });
  return `${style('bold', 'Hosts')}\n${columns(rows)}${moreText(summary.hosts.length - rows.length, style)}`;
}

function techniquesText({ summary, style }: SummaryView): string {
  const rows = TACTICS.filter(({ id }) => Object.hasOwn(summary.tactics, id)).map(({ id, name }) => {
    const techniques = summary.techniques
      .flatMap((technique) => (technique.byTactic[id] === undefined ? [] : [{ id: technique.id, count: technique.byTactic[id] }]))
      .toSorted((a, b) => b.count - a.count);
    const shown = techniques.slice(0, MOST_TECHNIQUES).map((technique) => `${technique.id}${style('dim', `×${technique.count}`)}`);
    if (techniques.length > shown.length) shown.push(style('dim', `+${techniques.length - shown.length}`));
    return [String(summary.tactics[id]).padStart(7), name, shown.join(' ')];
  });
  return rows.length === 0 ? '' : `${style('bold', 'ATT&CK')}\n${columns(rows)}`;
}

function coverageText({ coverage, style }: SummaryView): string {
  const { files, logsources, withoutRules, withoutLogs, skipped, limited, badRecords, undecided, correlationGaps, indicators } = coverage;
  const events = sum(logsources.map((each) => each.events));
  const unseen = sum(withoutRules.map((each) => each.events));
  const unused = sum(withoutLogs.map((each) => each.rules));
  const damaged = files.filter(({ problem }) => problem !== undefined);
  const lines = [
    `${coverage.rulesLoaded} rules and ${coverage.correlationsLoaded} correlations over ${events} events of ${files.length} files`,
    ...(indicators === undefined ? [] : [`${indicators.loaded} indicators`]),
    ...warning(style, indicators?.skippedTotal ?? 0, 'entries of lists could not be used (--json tells why)'),
    ...warning(style, indicators?.limited ?? 0, 'comparisons of lists were left out: too many that cannot be looked up'),
    ...warning(style, skipped.length, 'rules were not used (sekisho rules check tells why)'),
    ...warning(style, limited.length, 'rules were used with a limit'),
    ...warning(style, Object.keys(undecided).length, 'patterns could not be decided on some values'),
    ...warning(style, badRecords.total, 'records could not be read'),
    ...badRecords.shown
      .filter(({ position }) => position.record > 0)
      .slice(0, MOST_PROBLEMS)
      .map(({ position, problem }) =>
        style('dim', `  ${plain(position.file)}, record ${position.record}, byte ${position.offset}: ${plain(problem)}`),
      ),
    ...damaged.slice(0, MOST_PROBLEMS).map(({ file, problem }) => `${style('yellow', '!')} ${plain(file)}: ${plain(problem ?? '')}`),
    ...warning(style, damaged.length - MOST_PROBLEMS, 'more files were not, or not wholly, read'),
    ...warning(style, unseen, `events are of logsources that no rule looks at: ${listed(withoutRules.map((each) => each.logsource))}`),
    ...correlationGaps.map((gap) => `${style('yellow', '!')} ${plain(gap)}`),
  ];
  if (unused > 0) lines.push(style('dim', `${unused} rules had no logs: ${listed(withoutLogs.map((each) => each.logsource))}`));
  return `${style('bold', 'Coverage')}\n${lines.map((line) => `  ${line}`).join('\n')}`;
}

function warning(style: Style, count: number, text: string): readonly string[] {
  return count <= 0 ? [] : [`${style('yellow', '!')} ${count} ${text}`];
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, 4).map(plain).join(', ');
  return names.length > 4 ? `${shown} and ${names.length - 4} more` : shown;
}

function moreText(count: number, style: Style): string {
  return count > 0 ? `\n  ${style('dim', `and ${count} more (--limit, --json, --html)`)}` : '';
}

function cut(text: string): string {
  return text.length > LONGEST_TITLE ? `${text.slice(0, LONGEST_TITLE - 1)}…` : text;
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
