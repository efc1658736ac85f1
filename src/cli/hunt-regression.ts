// The tests beside rules, in the form of the Sigma project's regression data: an info.yml that names a rule, files of events, and how many
// of them it has to find. Zero is a number, too: events that the rule must not find.
import { readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import {
  Hunter,
  jsonEvent,
  matchEvent,
  openLogs,
  timeOf,
  type CompiledPack,
  type CorrelationRule,
  type DetectionRule,
  type LogEvent,
  type Logsource,
  type Position,
} from '#hunt';
import { describeError } from '#kernel';
import { filesBelow } from './hunt-rules.ts';

export interface RuleTestResult {
  readonly ruleId: string;
  readonly title: string;
  readonly test: string;
  readonly path: string;
  readonly events: number;
  readonly expected: number;
  readonly found: number;
  readonly verdict: 'passed' | 'failed' | 'not-run';
  /** Why it was not run. */
  readonly reason: string | undefined;
}

const MOST_BYTES = 64 * 1024 * 1024;

const infoSchema = z.object({
  rule_metadata: z.array(z.object({ id: z.string().max(200), title: z.string().max(500).optional() })).min(1),
  regression_tests_info: z
    .array(
      z.object({
        name: z.string().max(200).optional(),
        type: z.string().max(40).optional(),
        match_count: z.number().int().min(0).optional(),
        path: z.string().max(1_000),
      }),
    )
    .max(1_000)
    .optional(),
});

/** Runs every test below the folder. */
export async function runRuleTests(directory: string, pack: CompiledPack): Promise<readonly RuleTestResult[]> {
  const results: RuleTestResult[] = [];
  for (const info of await filesBelow(directory, (path) => basename(path) === 'info.yml')) {
    const text = await readFile(info, 'utf8');
    const read = infoSchema.safeParse(safely(() => parse(text, { maxAliasCount: 0 }) as unknown));
    if (!read.success) {
      results.push(notRun({ ruleId: '', title: '', test: '', path: info }, 'the description is not in the form of a regression test'));
      continue;
    }
    const { id, title = '' } = read.data.rule_metadata[0]!;
    for (const { name = '', match_count: expected = 1, path } of read.data.regression_tests_info ?? []) {
      const about = { ruleId: id, title, test: name, path };
      results.push(await runOne({ about, expected, file: await locate(directory, info, path) }, pack));
    }
  }
  return results;
}

type About = Pick<RuleTestResult, 'ruleId' | 'title' | 'test' | 'path'>;

async function runOne(
  { about, expected, file }: { readonly about: About; readonly expected: number; readonly file: string | undefined },
  pack: CompiledPack,
): Promise<RuleTestResult> {
  const index = pack.rules.findIndex(({ id }) => id === about.ruleId);
  const correlation = pack.correlations.find(({ rule }) => rule.id === about.ruleId)?.rule;
  const rule = pack.rules[index] ?? correlation;
  if (rule === undefined) {
    const skipped = pack.skipped.find(({ id }) => id === about.ruleId);
    return notRun(about, skipped === undefined ? 'there is no rule of this id' : `the rule is not used: ${skipped.reason}`);
  }
  if (file === undefined) return notRun(about, 'the file of events is missing, or is in a form that cannot be tested (JSON and EVTX can)');
  if ((await stat(file)).size > MOST_BYTES) return notRun(about, `the file of events is larger than ${MOST_BYTES} bytes`);
  const assumed = logsourcesOf(rule, pack);
  let events: readonly LogEvent[];
  try {
    events = await readEvents(file, assumed);
  } catch (error) {
    return notRun(about, `the events cannot be read: ${describeError(error)}`);
  }
  const found =
    rule.kind === 'correlation' ? correlated(events, pack, rule.id) : events.filter((event) => matches(event, pack, index)).length;
  // Upstream's counts are minima, because its recordings hold more than the act itself; zero means none.
  const passed = expected === 0 ? found === 0 : found >= expected;
  return { ...about, title: rule.title, events: events.length, expected, found, verdict: passed ? 'passed' : 'failed', reason: undefined };
}

function matches(event: LogEvent, pack: CompiledPack, index: number): boolean {
  return matchEvent(pack, event).some((match) => match.index === index);
}

function correlated(events: readonly LogEvent[], pack: CompiledPack, id: string): number {
  const hunter = new Hunter(pack);
  for (const event of events) hunter.push(event);
  return hunter.finish().filter(({ rule }) => rule.id === id).length;
}

async function readEvents(file: string, assumed: readonly Logsource[]): Promise<readonly LogEvent[]> {
  if (!/\.evtx$/i.test(file)) {
    return splitJson(await readFile(file, 'utf8')).map((record, at) => testEvent(record, { file, record: at + 1, offset: 0 }, assumed));
  }
  const events: LogEvent[] = [];
  for await (const batch of openLogs([file], { format: 'evtx' })) {
    const [bad] = batch.bad;
    if (bad !== undefined) throw new SyntaxError(`record ${bad.position.record}: ${bad.problem}`);
    events.push(...batch.events);
  }
  return events;
}

/** As a hunt would read it where it says itself where it belongs; else as from where the rule looks. */
function testEvent(record: unknown, position: Position, assumed: readonly Logsource[]): LogEvent {
  const event = jsonEvent(record, position, 'ndjson');
  if (event === undefined) throw new SyntaxError(`record ${position.record} is not an object`);
  const isServed = event.logsources.some((given) => assumed.some((asked) => serves(given, asked)));
  if (isServed) return event;
  const { fields, format, host } = event;
  const atMs = event.atMs ?? timeOf(fields['at']) ?? timeOf(fields['from']);
  return { fields, position, format, logsources: assumed, atMs, host, text: () => event.text() };
}

function serves(given: Logsource, asked: Logsource): boolean {
  return (['product', 'category', 'service'] as const).every((part) => asked[part] === undefined || asked[part] === given[part]);
}

/** For events that do not say themselves where they belong: the logsource of the rule, or of the rules that it correlates. */
function logsourcesOf(rule: DetectionRule | CorrelationRule, pack: CompiledPack): readonly Logsource[] {
  if (rule.kind === 'rule') return [rule.logsource];
  const named = new Set(rule.rules);
  const bases = pack.rules.filter(({ id, name }) => named.has(id) || (name !== undefined && named.has(name)));
  const distinct = new Map(bases.map(({ logsource }) => [JSON.stringify(logsource), logsource]));
  return [...distinct.values()];
}

/** As the description has it, from the folder given or from its own; a recording may lie beside it as JSON. */
async function locate(directory: string, info: string, path: string): Promise<string | undefined> {
  const names = [path.replace(/\.evtx$/i, '.json'), path].filter((name) => /\.(json|jsonl|ndjson|evtx)$/i.test(name));
  for (const name of names) {
    // Only files below the folder that was named: descriptions come with rules of strangers.
    if (name.split(/[\\/]/).includes('..') || name.startsWith('/')) continue;
    for (const candidate of [join(directory, name), join(dirname(info), basename(name))]) {
      const isFile = await stat(candidate).then(
        (found) => found.isFile(),
        () => false,
      );
      if (isFile) return candidate;
    }
  }
  return undefined;
}

/** Objects one after the other, with or without an array around them. */
function splitJson(text: string): readonly unknown[] {
  const records: unknown[] = [];
  let depth = 0;
  let start = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (quoted) {
      if (character === '\\') at++;
      else if (character === '"') quoted = false;
    } else if (character === '"') quoted = true;
    else if (character === '{' && depth++ === 0) start = at;
    else if (character === '}' && --depth === 0) records.push(JSON.parse(text.slice(start, at + 1)));
  }
  if (depth !== 0 || quoted) throw new SyntaxError('the last object does not end');
  return records;
}

function notRun(about: About, reason: string): RuleTestResult {
  return { ...about, events: 0, expected: 0, found: 0, verdict: 'not-run', reason };
}

function safely(read: () => unknown): unknown {
  try {
    return read();
  } catch {
    return undefined;
  }
}
