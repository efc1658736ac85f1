// Turns measurements into text for people and JSON for scripts. Decides nothing.
import { arch, cpus, platform, release, totalmem } from 'node:os';
import { mebibytes, percent, ratio, times, withSpread, type Aim } from './aims.ts';
import type { ContenderName } from './contender.ts';
import type { Measurements, SliceFigures } from './measure.ts';
import type { Options } from './options.ts';
import type { SoakFigures } from './soak.ts';
import { median, spread, type Spread } from './statistics.ts';
import type { Workload, WorkloadId } from './workloads.ts';

export interface Outcome {
  readonly options: Options;
  readonly measurements: Measurements;
  readonly soak: SoakFigures | undefined;
  readonly aims: readonly Aim[];
  /** Contenders that could not take part, and why. */
  readonly missing: readonly { readonly name: ContenderName; readonly reason: string }[];
  /** Entries in Sekisho's ledger at the end, with the requests it answered. */
  readonly ledger: { readonly entries: number; readonly requests: number } | undefined;
  readonly errors: readonly string[];
  readonly portkeyVersion: string;
}

type Figure = (slice: SliceFigures) => number;

const COLUMNS: readonly { readonly title: string; readonly figure: Figure; readonly digits: number; readonly streamsOnly?: true }[] = [
  { title: 'req/s', figure: (slice) => slice.requestsPerSecond, digits: 0 },
  { title: 'p50 ms', figure: (slice) => slice.p50Ms, digits: 3 },
  { title: 'p99 ms', figure: (slice) => slice.p99Ms, digits: 3 },
  { title: 'first byte ms', figure: (slice) => slice.firstByteP50Ms, digits: 3, streamsOnly: true },
  { title: 'CPU us/req', figure: (slice) => slice.cpuMicrosPerRequest, digits: 1 },
];

/** A load generator busier than this share of a core limits the figure it measures. */
const BUSY = 0.9;

/** A process below this is not worth a name of its own. */
const NEGLIGIBLE_MICROS = 1;

export function renderText(outcome: Outcome): string {
  const { options, measurements, missing, errors } = outcome;
  return [
    heading(outcome),
    ...missing.map(({ name, reason }) => `!! ${name.toUpperCase()} IS MISSING FROM THIS RUN: ${reason}\n`),
    ...options.workloads.map((workload) => `${workload.title}\n${workloadTable(outcome, workload)}${cpuByProcess(outcome, workload)}`),
    busyLoader(outcome),
    memoryTable(measurements),
    ledgerLine(outcome),
    soakText(outcome.soak),
    aimsText(outcome),
    ...errors.map((error) => `ERROR ${error}\n`),
  ]
    .filter((part) => part !== '')
    .join('\n');
}

export function renderJson(outcome: Outcome): string {
  const { options, measurements, soak, aims, missing, ledger, errors, portkeyVersion } = outcome;
  const workloads = options.workloads.map(({ id, title }) => ({
    id,
    title,
    contenders: [...measurements.slices].map(([name, slices]) => ({ name, rounds: slices.get(id) ?? [] })),
    ratios: ratios(measurements, id),
  }));
  const memory = Object.fromEntries(measurements.memory);
  const { rounds, sliceMs, warmUpMs } = options;
  const fdatasyncMs = measurements.fdatasyncMs;
  return `${JSON.stringify({ machine: machine(), portkeyVersion, rounds, sliceMs, warmUpMs, fdatasyncMs, workloads, memory, ledger, soak, aims, missing, errors }, undefined, 2)}\n`;
}

function machine(): Record<string, unknown> {
  const processors = cpus();
  return {
    cpu: processors[0]?.model ?? 'unknown',
    cores: processors.length,
    memoryBytes: totalmem(),
    system: `${platform()} ${release()} ${arch()}`,
    node: process.version,
  };
}

function heading({ options, measurements, portkeyVersion }: Outcome): string {
  const processors = cpus();
  const disk = spread(measurements.fdatasyncMs);
  return [
    `Gateway benchmark: ${processors.length} cores, ${processors[0]?.model ?? 'unknown CPU'}, Node ${process.version}, Portkey ${portkeyVersion}`,
    ...(options.workloads.length === 0
      ? []
      : [`${options.rounds} rounds of ${options.sliceMs / 1000} s slices, contenders in turn. Figures: median [lowest to highest round].`]),
    ...(disk === undefined ? [] : [`fdatasync on the ledger's disk: p50 ${withSpread(disk, (value) => `${value.toFixed(3)} ms`)}`]),
    ...(options.profileDirectory === undefined ? [] : ['Sekisho runs under the CPU profiler: its figures are worse than without.']),
    '',
  ].join('\n');
}

function workloadTable({ measurements }: Outcome, { id, stream }: Workload): string {
  const columns = COLUMNS.filter(({ streamsOnly }) => stream || streamsOnly === undefined);
  const rows = [...measurements.slices].map(([name, ofContender]) => {
    const slices = ofContender.get(id) ?? [];
    const compare = (to: ContenderName, figure: Figure): string => {
      const value = name === to || name === 'direct' ? undefined : ratio(measurements, name, to, id, figure);
      return value === undefined ? '-' : times(value.median);
    };
    return [
      name,
      ...columns.map(({ figure, digits }) => cell(spread(slices.map(figure)), digits)),
      compare('reference', (slice) => slice.requestsPerSecond),
      compare('reference', (slice) => slice.cpuMicrosPerRequest),
      compare('portkey', (slice) => slice.requestsPerSecond),
    ];
  });
  return table([['', ...columns.map(({ title }) => title), 'req/s : ref', 'CPU : ref', 'req/s : Portkey'], ...rows]);
}

/** Median CPU of each process of contenders that have several; processes of one name that hardly count are added up. */
function cpuByProcess({ measurements }: Outcome, { id }: Workload): string {
  const lines = [...measurements.slices].flatMap(([name, ofContender]) => {
    const all = (ofContender.get(id) ?? []).flatMap((slice) => slice.processes);
    const byPid = [...Map.groupBy(all, ({ pid }) => pid)].map(([pid, list]) => ({
      pid,
      name: list[0]?.name ?? '',
      micros: median(list.map(({ cpuMicrosPerRequest }) => cpuMicrosPerRequest)),
    }));
    if (byPid.length < 2) return [];
    const byName = Map.groupBy(byPid, (process) =>
      process.micros < NEGLIGIBLE_MICROS ? `other ${process.name}` : `${process.name} ${process.pid}`,
    );
    const parts = [...byName].map(([title, list]) => `${title}: ${list.reduce((sum, { micros }) => sum + micros, 0).toFixed(1)}`);
    return [`  CPU us/req of ${name} by process: ${parts.join(', ')}\n`];
  });
  return lines.join('');
}

function ratios(measurements: Measurements, id: WorkloadId): Record<string, Spread | undefined> {
  return {
    throughputToReference: ratio(measurements, 'sekisho', 'reference', id, (slice) => slice.requestsPerSecond),
    cpuToReference: ratio(measurements, 'sekisho', 'reference', id, (slice) => slice.cpuMicrosPerRequest),
    throughputToPortkey: ratio(measurements, 'sekisho', 'portkey', id, (slice) => slice.requestsPerSecond),
    cpuToPortkey: ratio(measurements, 'sekisho', 'portkey', id, (slice) => slice.cpuMicrosPerRequest),
  };
}

function busyLoader({ measurements, options }: Outcome): string {
  const busy = [...measurements.slices].flatMap(([name, ofContender]) =>
    options.workloads
      .filter(
        ({ id }) => name !== 'direct' && (spread((ofContender.get(id) ?? []).map((slice) => slice.loaderUtilisation))?.median ?? 0) > BUSY,
      )
      .map(({ id }) => `${name} ${id}`),
  );
  return busy.length === 0 ? '' : `The load generator was the limit, so these are lower bounds: ${busy.join(', ')}\n`;
}

function memoryTable({ memory }: Measurements): string {
  if (memory.size === 0) return '';
  const rows = [...memory].map(([name, tree]) => {
    const byName = Map.groupBy(tree.processes, (process) => process.name);
    const parts = [...byName].map(
      ([process, list]) => `${list.length} ${process} ${mebibytes(list.reduce((sum, { rssBytes }) => sum + rssBytes, 0))}`,
    );
    return [
      name,
      mebibytes(tree.rssBytes),
      tree.pssBytes === undefined ? '-' : mebibytes(tree.pssBytes),
      mebibytes(tree.peakBytes),
      parts.join(', '),
    ];
  });
  return `Memory of the process tree after the last round (resident; proportional: shared pages once; peak: sum of each process's peak)\n${table([['', 'resident', 'proportional', 'peak', 'resident by process'], ...rows])}`;
}

function ledgerLine({ ledger }: Outcome): string {
  if (ledger === undefined) return '';
  const perRequest = (ledger.entries / ledger.requests).toFixed(3);
  return `Sekisho's ledger holds ${ledger.entries} entries for ${ledger.requests} answered requests (${perRequest} per request; a decision and an outcome make 2)\n`;
}

function soakText(soak: SoakFigures | undefined): string {
  if (soak === undefined) return '';
  const every = Math.max(1, Math.ceil(soak.samples.length / 12));
  const shown = soak.samples.filter((_, index) => index % every === 0 || index === soak.samples.length - 1);
  const rows = shown.map(({ requests, rssBytes, pssBytes }) => [
    String(requests),
    mebibytes(rssBytes),
    pssBytes === undefined ? '-' : mebibytes(pssBytes),
  ]);
  const slope = `slope after the first third: ${soak.slopeBytesPerRequest.toFixed(2)} bytes per request (Theil-Sen), ${percent((soak.slopeBytesPerRequest * 1e6) / soak.medianBytes)} per million`;
  return `Memory run of ${soak.contender}, JSON 0.8 KB, concurrency 64\n${table([['requests', 'resident', 'proportional'], ...rows])}${slope}\n`;
}

function aimsText({ aims }: Outcome): string {
  const lines = aims.map(({ title, verdict, measured }) => `  ${verdict.toUpperCase().padEnd(13)} ${title}\n                ${measured}`);
  return `Aims\n${lines.join('\n')}\n`;
}

function cell(value: Spread | undefined, digits: number): string {
  if (value === undefined) return '-';
  const format = (number: number): string => number.toFixed(digits);
  return withSpread(value, format).replace(' to ', '..');
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    row.map((text, column) => (column === 0 ? text.padEnd(widths[column] ?? 0) : text.padStart(widths[column] ?? 0))).join('  ');
  return `${rows.map((row) => `  ${line(row)}`.trimEnd()).join('\n')}\n`;
}
