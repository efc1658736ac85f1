// sekisho hunt: every rule over every log.
import { huntHtml, jsonLine, LEVELS, TIMESKETCH_HEADER, timesketchLines, type Finding, type Level } from '#hunt';
import { systemClock } from '#kernel';
import { command, JSON_FLAG, type Context } from '../command.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { usageError } from '../failure.ts';
import { LineFile, writeDocument } from '../hunt-files.ts';
import { loadIndicators } from '../hunt-indicators.ts';
import { FORMATS, readLogs } from '../hunt-logs.ts';
import { loadRules } from '../hunt-rules.ts';
import { runHunt, type HuntResult } from '../hunt-run.ts';
import { summaryText } from '../hunt-summary.ts';
import { timeFlag } from '../hunt-time.ts';
import { startProgress } from '../progress.ts';

const LANGUAGES = ['en', 'ja'] as const;
const DEFAULT_LIMIT = 20;
const MOST_IN_JSON = 10_000;

export const hunt = command({
  flags: {
    logs: { type: 'positional', required: true, repeatable: true, description: 'Log files and folders; `-` is standard input' },
    rules: {
      type: 'string',
      repeatable: true,
      valueHint: 'PATH',
      description: 'Folder or file of Sigma rules; default: the rules that come with Sekisho',
    },
    iocs: { type: 'string', repeatable: true, valueHint: 'FILE', description: 'List of indicators: CSV, STIX 2.1 or MISP JSON' },
    level: {
      type: 'enum',
      options: LEVELS,
      valueHint: 'LEVEL',
      description: `Only findings of this severity or a higher one: ${LEVELS.join(', ')}; default: low`,
    },
    since: { type: 'string', valueHint: 'TIME', description: 'Only records from then on: 2026-11-24, 2026-11-24T08:00Z, or 36h (ago)' },
    until: { type: 'string', valueHint: 'TIME', description: 'Only records up to then' },
    format: {
      type: 'enum',
      options: FORMATS,
      valueHint: 'FORMAT',
      description: `Of all logs, instead of what they look like: ${FORMATS.join(', ')}`,
    },
    jsonl: { type: 'string', valueHint: 'FILE', description: 'Write every finding, with all evidence, one a line' },
    csv: { type: 'string', valueHint: 'FILE', description: 'Write every record of evidence as CSV for Timesketch' },
    html: { type: 'string', valueHint: 'FILE', description: 'Write a report for people, in one file that loads nothing' },
    language: { type: 'enum', options: LANGUAGES, description: 'Of the HTML report: en (default) or ja' },
    limit: { type: 'string', valueHint: 'N', description: `Rules and hosts shown, findings with --json; default ${DEFAULT_LIMIT}` },
    json: JSON_FLAG,
  },
  details:
    'Reads logs record by record, whatever their size, and shows what rules found: by severity, time, rule, host and ATT&CK technique. Every ' +
    'finding carries the hash of its file, the place of the record, the rule with its hash, and the fields that matched. A coverage part says ' +
    'what could not be seen: rules that were not used and why, logs that no rule looks at, rules without logs, records that could not be ' +
    'read.\n\nNothing leaves the machine. Ctrl-C ends the hunt and shows what was found until then. Files are written when they are complete. ' +
    'The exit code is 5 when something was found, so that a job can tell.',
  examples: [
    ['sekisho hunt /var/log/export', 'A folder, with the rules that come with Sekisho'],
    ['sekisho hunt logs --rules sigma/rules --level high --html report.html', 'SigmaHQ’s collection, and a report'],
    ['sekisho hunt logs --iocs indicators.csv --iocs bundle.json', 'Known bad hashes, addresses and names in the same pass'],
    ['sekisho hunt events.jsonl --since 36h --jsonl found.jsonl --csv timesketch.csv', 'The last 36 hours, for other tools'],
    [`sekisho hunt logs --json | jq -r '.rules[] | [.count, .level, .title] | @tsv'`, 'Counts per rule'],
  ],
  async run(values, context) {
    const nowMs = systemClock.now();
    const sinceMs = timeFlag('since', values.since, nowMs);
    const untilMs = timeFlag('until', values.until, nowMs);
    if (sinceMs !== undefined && untilMs !== undefined && sinceMs > untilMs) throw usageError('--since is later than --until');
    const limit = limitOf(values.limit);
    const level = values.level ?? 'low';
    const { pack } = await loadRules(values.rules);
    if (pack.rules.length === 0) throw usageError('there is no rule that can be used', 'sekisho rules check PATH tells why.');
    const indicators = await loadIndicators(values.iocs);
    const outputs = await openOutputs(values);
    const progress = startProgress();
    progress.say(`hunting with ${pack.rules.length} rules`);
    let result: HuntResult;
    try {
      const logs = readLogs(values.logs, values.format, context.signals.first);
      const keep = values.json ? limit : 0;
      result = await runHunt({
        logs,
        pack,
        indicators,
        level,
        sinceMs,
        untilMs,
        keep,
        onFinding: outputs.write,
        signal: context.signals.first,
        progress,
      });
      progress.say('writing the results');
      await outputs.close();
      if (values.html !== undefined) {
        const { summary, coverage, interrupted } = result;
        await writeDocument(values.html, huntHtml({ summary, coverage, interrupted, madeAtMs: nowMs, language: values.language ?? 'en' }));
      }
    } catch (error) {
      await outputs.discard();
      throw error;
    } finally {
      progress.end();
    }
    show(result, { limit, level, written: [values.jsonl, values.csv, values.html].filter((path) => path !== undefined) }, context);
    return exitOf(result);
  },
});

function exitOf({ interrupted, summary }: HuntResult): ExitCode {
  if (interrupted) return EXIT.interrupted;
  return summary.findings > 0 ? EXIT.found : EXIT.ok;
}

function limitOf(text: string | undefined): number {
  if (text === undefined) return DEFAULT_LIMIT;
  const limit = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (limit < 1) throw usageError('--limit is a whole number from 1');
  return Math.min(limit, MOST_IN_JSON);
}

interface Outputs {
  readonly write: (finding: Finding) => Promise<void> | undefined;
  readonly close: () => Promise<void>;
  readonly discard: () => Promise<void>;
}

/** Opened before the hunt: a folder that cannot be written shows at once and not after hours. */
async function openOutputs({ jsonl, csv }: { readonly jsonl: string | undefined; readonly csv: string | undefined }): Promise<Outputs> {
  const lines = jsonl === undefined ? undefined : await LineFile.open(jsonl);
  let table: LineFile | undefined;
  try {
    table = csv === undefined ? undefined : await LineFile.open(csv);
    await table?.write(TIMESKETCH_HEADER);
  } catch (error) {
    await lines?.discard();
    throw error;
  }
  const files = [lines, table].filter((file) => file !== undefined);
  const write = async (finding: Finding): Promise<void> => {
    await lines?.write(jsonLine(finding));
    await table?.write(timesketchLines(finding));
  };
  return {
    write: (finding) => (files.length === 0 ? undefined : write(finding)),
    close: async () => void (await Promise.all(files.map((file) => file.close()))),
    discard: async () => void (await Promise.all(files.map((file) => file.discard()))),
  };
}

interface Shown {
  readonly limit: number;
  readonly level: Level;
  readonly written: readonly string[];
}

function show(result: HuntResult, { limit, level, written }: Shown, { terminal, json }: Context): void {
  const { summary, coverage, report, interrupted, seconds, kept } = result;
  if (json) {
    const { samples: _samples, ...counts } = summary;
    terminal.out(
      JSON.stringify({
        ok: true,
        interrupted,
        level,
        seconds: Math.round(seconds * 1000) / 1000,
        events: report.events,
        outside: report.outside,
        ...counts,
        coverage,
        found: kept,
      }),
    );
    return;
  }
  terminal.out(summaryText({ summary, coverage, style: terminal.style, limit }));
  if (interrupted) terminal.note(`${terminal.noteStyle('yellow', '!')} interrupted: this is what was found until then, not all there is`);
  for (const path of written) terminal.note(`${terminal.noteStyle('green', '✓')} written to ${path}`);
  const rate = seconds > 0 ? Math.round(report.events / seconds) : 0;
  const left = report.outside === 0 ? '' : `, ${report.outside} outside of the time asked for`;
  terminal.note(`${report.events} events in ${seconds.toFixed(1)} s (${rate} events/s)${left}`);
}
