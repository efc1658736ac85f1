// One setting of the benchmark in a process of its own, so that memory and compiled code are its own. Prints one line of JSON.
// Timed: lines of bytes to findings with evidence, one core. Not timed: unpacking of archives, loading of rules.
import { compileRules, Hunter, matchEvent, windowsEvent, type LogEvent } from '#hunt';

import { findData, readLogs, readRules } from './data.ts';

export interface Setting {
  readonly data: string;
  readonly rules: 'all' | 'windows' | number;
  readonly events: 'mixed' | 'process_creation';
  readonly rounds: number;
}

export interface Figures {
  readonly rules: number;
  readonly compileMs: number;
  readonly events: number;
  readonly megabytes: number;
  readonly findings: number;
  /** Events per second of wall time, one entry a round. */
  readonly hunt: readonly number[];
  /** Events per second of this process's CPU time. */
  readonly huntPerCpuSecond: readonly number[];
  readonly parse: readonly number[];
  readonly matchPerCpuSecond: readonly number[];
  readonly peakMegabytes: number;
  /** Pack, automata and hunt after a collection of garbage, without the benchmark's own buffers. */
  readonly liveMegabytes: number;
  readonly candidatesPerEvent: number;
  readonly alwaysEvaluated: number;
}

const REPEAT_SMALL = 40;
const SAMPLE_PER_FILE = 400;

interface Clocked {
  wallMs: number;
  cpuMs: number;
}

function clock<T>(total: Clocked, work: () => T): T {
  const cpu = process.cpuUsage();
  const wall = performance.now();
  const result = work();
  total.wallMs += performance.now() - wall;
  const used = process.cpuUsage(cpu);
  total.cpuMs += (used.user + used.system) / 1000;
  return result;
}

function* lines(bytes: Buffer): Generator<string> {
  for (let start = 0; start < bytes.length;) {
    const end = bytes.indexOf(10, start);
    const stop = end === -1 ? bytes.length : end;
    if (stop > start + 1) yield bytes.toString('utf8', start, stop);
    start = stop + 1;
  }
}

function toEvent(line: string, file: string, record: number): LogEvent | undefined {
  return windowsEvent(JSON.parse(line) as unknown, { file, record, offset: 0 });
}

function isProcessCreation(event: LogEvent | undefined): boolean {
  return event?.logsources.some(({ category }) => category === 'process_creation') === true;
}

/** Files of lines; process creations are gathered into one file and repeated, because the recordings hold few of them. */
function* inputs(setting: Setting): Generator<{ readonly name: string; readonly bytes: Buffer }> {
  if (setting.events === 'mixed') {
    yield* readLogs(setting.data);
    return;
  }
  const chosen: string[] = [];
  for (const { name, bytes } of readLogs(setting.data)) {
    for (const line of lines(bytes)) if (isProcessCreation(toEvent(line, name, 1))) chosen.push(line);
  }
  const bytes = Buffer.from(`${chosen.join('\n')}\n`);
  yield { name: 'process creations', bytes: Buffer.concat(Array.from({ length: REPEAT_SMALL }, () => bytes)) };
}

/** Needs --expose-gc. */
function liveMegabytes(): number {
  const { gc } = globalThis as { gc?: () => void };
  // Twice: buffers are given back after the collection that found them unused.
  gc?.();
  gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return (heapUsed + arrayBuffers) / 1e6;
}

function measure(setting: Setting): Figures {
  const before = liveMegabytes();
  const sources = readRules(setting.data, setting.rules);
  const compile = { wallMs: 0, cpuMs: 0 };
  const pack = clock(compile, () => compileRules(sources));
  const hunter = new Hunter(pack);
  const rounds = { hunt: [] as number[], huntCpu: [] as number[], parse: [] as number[], match: [] as number[] };
  let events = 0;
  let bytesRead = 0;
  let findings = 0;
  for (let round = 0; round < setting.rounds; round++) {
    const hunting = { wallMs: 0, cpuMs: 0 };
    const parsing = { wallMs: 0, cpuMs: 0 };
    const matching = { wallMs: 0, cpuMs: 0 };
    let matched = 0;
    [events, bytesRead, findings] = [0, 0, 0];
    for (const { name, bytes } of inputs(setting)) {
      bytesRead += bytes.length;
      clock(parsing, () => {
        for (const line of lines(bytes)) JSON.parse(line);
      });
      clock(hunting, () => {
        let record = 0;
        for (const line of lines(bytes)) {
          const event = toEvent(line, name, ++record);
          if (event !== undefined) findings += hunter.push(event).length;
        }
        events += record;
      });
      const sample: LogEvent[] = [];
      for (const line of lines(bytes)) {
        const event = toEvent(line, name, 1);
        if (event !== undefined && sample.push(event) >= SAMPLE_PER_FILE) break;
      }
      clock(matching, () => {
        for (const event of sample) matchEvent(pack, event);
      });
      matched += sample.length;
    }
    rounds.hunt.push((events / hunting.wallMs) * 1000);
    rounds.huntCpu.push((events / hunting.cpuMs) * 1000);
    rounds.parse.push((events / parsing.wallMs) * 1000);
    rounds.match.push((matched / matching.cpuMs) * 1000);
  }
  const live = liveMegabytes() - before;
  const { routes } = hunter.report();
  const records = routes.reduce((sum, route) => sum + route.records, 0);
  return {
    rules: pack.stats.rules,
    compileMs: compile.wallMs,
    events,
    megabytes: bytesRead / 1e6,
    findings,
    hunt: rounds.hunt,
    huntPerCpuSecond: rounds.huntCpu,
    parse: rounds.parse,
    matchPerCpuSecond: rounds.match,
    peakMegabytes: process.resourceUsage().maxRSS / 1024,
    liveMegabytes: live,
    candidatesPerEvent: routes.reduce((sum, route) => sum + route.evaluated, 0) / records,
    alwaysEvaluated: Math.max(0, ...routes.map((route) => route.alwaysEvaluated)),
  };
}

const [given, rules = 'windows', events = 'mixed', rounds = '3'] = process.argv.slice(2);
const data = findData(given);
if (data === undefined) throw new Error('the data is absent');
const which = rules === 'all' || rules === 'windows' ? rules : Number(rules);
process.stdout.write(
  `${JSON.stringify(measure({ data, rules: which, events: events === 'mixed' ? 'mixed' : 'process_creation', rounds: Number(rounds) }))}\n`,
);
