// What Sekisho aims at, and whether this run met it. An aim for which a contender failed to appear is not met; one that this run was not
// asked to measure is not judged. The text says why.
import type { ContenderName } from './contender.ts';
import type { Measurements, SliceFigures } from './measure.ts';
import { SOAK_VERDICT_REQUESTS } from './options.ts';
import type { SoakFigures } from './soak.ts';
import { perRound, spread, type Spread } from './statistics.ts';
import type { WorkloadId } from './workloads.ts';

export interface Aim {
  readonly title: string;
  readonly verdict: 'met' | 'not met' | 'not judged';
  /** The measured value with its spread, or why there is none. */
  readonly measured: string;
}

const CPU_LIMIT = 2;
const PORTKEY_THROUGHPUT = 8;
const STREAM_SHARE = 0.8;
const ADDED_MS = 0.3;
const ROUTING_MICROS = 20;
/** Of an access decision with a warm memory. Finding the grant, telling the model its scope and reviewing the answer come on top of it. */
const ACCESS_MICROS = 15;
/** Memory is flat when a million requests would add no more than this share. */
const MEMORY_GROWTH_SHARE = 0.1;

/** Per-round ratio of one figure between two contenders, or undefined when one of them has none. */
export function ratio(
  { slices }: Measurements,
  of: ContenderName,
  to: ContenderName,
  workload: WorkloadId,
  figure: (slice: SliceFigures) => number,
): Spread | undefined {
  const a = slices.get(of)?.get(workload);
  const b = slices.get(to)?.get(workload);
  return a === undefined || b === undefined ? undefined : spread(perRound(a.map(figure), b.map(figure), (x, y) => x / y));
}

/** `absent`: contenders that were asked for and could not take part. */
export function judge(measurements: Measurements, soak: SoakFigures | undefined, absent: readonly ContenderName[]): readonly Aim[] {
  const absence = (needed: readonly ContenderName[]): string | undefined => {
    const names = needed.filter((name) => absent.includes(name));
    return names.length === 0 ? undefined : `${names.join(' and ')} could not take part`;
  };
  const versus = (title: string, other: ContenderName, id: WorkloadId, scale: Scale): Aim => {
    const measured = ratio(measurements, 'sekisho', other, id, scale.figure);
    return measured === undefined
      ? unknown(title, absence(['sekisho', other]))
      : { title, verdict: scale.isMet(measured.median) ? 'met' : 'not met', measured: withSpread(measured, scale.format) };
  };
  return [
    versus(`CPU per request at most ${CPU_LIMIT} x the reference (JSON, concurrency 64)`, 'reference', 'json-64', CPU),
    versus(`throughput at least ${PORTKEY_THROUGHPUT} x Portkey (JSON, concurrency 64, one worker)`, 'portkey', 'json-64', THROUGHPUT),
    versus(`streams/s at least ${STREAM_SHARE * 100} % of the reference (SSE, concurrency 64)`, 'reference', 'sse-64', STREAMS),
    versus(`streams/s at least ${STREAM_SHARE * 100} % of the reference (SSE, concurrency 1)`, 'reference', 'sse-1', STREAMS),
    addedLatency(measurements, absence(['sekisho', 'direct'])),
    routingCost(measurements, absence(['sekisho', 'sekisho-routing'])),
    accessCost(measurements, absence(['sekisho', 'sekisho-access'])),
    flatMemory(soak, absence(['sekisho'])),
  ];
}

interface Scale {
  readonly figure: (slice: SliceFigures) => number;
  readonly format: (value: number) => string;
  readonly isMet: (value: number) => boolean;
}

function unknown(title: string, absence: string | undefined): Aim {
  if (absence !== undefined) return { title, verdict: 'not met', measured: absence };
  return { title, verdict: 'not judged', measured: 'left out of this run' };
}

/** Sekisho's p50 less that of direct, against one fdatasync on the same disk in the same round. */
function addedLatency({ slices, fdatasyncMs }: Measurements, absence: string | undefined): Aim {
  const p50 = (name: ContenderName): readonly number[] =>
    slices
      .get(name)
      ?.get('json-1')
      ?.map((slice) => slice.p50Ms) ?? [];
  const subtract = (a: number, b: number): number => a - b;
  const added = perRound(p50('sekisho'), p50('direct'), subtract);
  const beyond = spread(perRound(added, fdatasyncMs, subtract));
  const total = spread(added);
  const disk = spread(fdatasyncMs);
  const overReference = spread(perRound(p50('sekisho'), p50('reference'), subtract));
  const title = `p50 over direct at most one fdatasync + ${ADDED_MS} ms (JSON, concurrency 1)`;
  if (beyond === undefined || total === undefined || disk === undefined) return unknown(title, absence);
  const parts = [
    `adds ${withSpread(total, milliseconds)}`,
    `fdatasync ${withSpread(disk, milliseconds)}`,
    `difference ${withSpread(beyond, milliseconds)}`,
  ];
  if (overReference !== undefined) parts.push(`over the reference ${withSpread(overReference, milliseconds)}`);
  return { title, verdict: beyond.median <= ADDED_MS ? 'met' : 'not met', measured: parts.join('; ') };
}

/** CPU of the one with 50 deployments, 200 routes, demands and limits, less that of the one with a single route. */
function routingCost({ slices }: Measurements, absence: string | undefined): Aim {
  const title = `routing over 50 deployments and 200 routes costs at most ${ROUTING_MICROS} us CPU (JSON, concurrency 64)`;
  return addedCost({ title, of: 'sekisho-routing', most: ROUTING_MICROS }, slices, absence);
}

/** CPU of the one whose route needs a grant, less that of the one whose route needs none. */
function accessCost({ slices }: Measurements, absence: string | undefined): Aim {
  const title = `a route that needs a grant costs at most ${ACCESS_MICROS} us CPU more (JSON, concurrency 64)`;
  return addedCost({ title, of: 'sekisho-access', most: ACCESS_MICROS }, slices, absence);
}

function addedCost(
  { title, of, most }: { readonly title: string; readonly of: ContenderName; readonly most: number },
  slices: Measurements['slices'],
  absence: string | undefined,
): Aim {
  const cpu = (name: ContenderName): readonly number[] =>
    slices
      .get(name)
      ?.get('json-64')
      ?.map((slice) => slice.cpuMicrosPerRequest) ?? [];
  const added = spread(perRound(cpu(of), cpu('sekisho'), (a, b) => a - b));
  if (added === undefined || !Number.isFinite(added.median)) return unknown(title, absence);
  return { title, verdict: added.median <= most ? 'met' : 'not met', measured: withSpread(added, micros) };
}

function flatMemory(soak: SoakFigures | undefined, absence: string | undefined): Aim {
  const title = `memory flat over a million requests (grows by at most ${MEMORY_GROWTH_SHARE * 100} %)`;
  if (soak === undefined) return unknown(title, absence);
  if (!Number.isFinite(soak.slopeBytesPerRequest))
    return { title, verdict: 'not judged', measured: 'this system does not tell the memory of a process' };
  const perMillion = soak.slopeBytesPerRequest * 1e6;
  const value = `${soak.contender}: slope ${soak.slopeBytesPerRequest.toFixed(2)} bytes/request over ${soak.requests} requests, median ${mebibytes(soak.medianBytes)}`;
  if (soak.requests < SOAK_VERDICT_REQUESTS || soak.contender !== 'sekisho') {
    return { title, verdict: 'not judged', measured: `${value}; an indication only, a verdict takes --soak ${SOAK_VERDICT_REQUESTS}` };
  }
  const share = perMillion / soak.medianBytes;
  return { title, verdict: share <= MEMORY_GROWTH_SHARE ? 'met' : 'not met', measured: `${value}: ${percent(share)} per million requests` };
}

export function withSpread({ median, min, max }: Spread, format: (value: number) => string): string {
  return `${format(median)} [${format(min)} to ${format(max)}]`;
}

export const times = (value: number): string => `${value.toFixed(value < 10 ? 2 : 1)} x`;
export const percent = (value: number): string => `${(value * 100).toFixed(1)} %`;
export const milliseconds = (value: number): string => `${value.toFixed(3)} ms`;
const micros = (value: number): string => `${value.toFixed(1)} us`;
export const mebibytes = (value: number): string => `${(value / 2 ** 20).toFixed(1)} MiB`;

const requestRate = (slice: SliceFigures): number => slice.requestsPerSecond;
const CPU: Scale = { figure: (slice) => slice.cpuMicrosPerRequest, format: times, isMet: (value) => value <= CPU_LIMIT };
const THROUGHPUT: Scale = { figure: requestRate, format: times, isMet: (value) => value >= PORTKEY_THROUGHPUT };
const STREAMS: Scale = { figure: requestRate, format: percent, isMet: (value) => value >= STREAM_SHARE };
