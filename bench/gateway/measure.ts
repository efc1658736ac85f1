// Runs the slices: every contender has its turn in every round, in an order that rotates, so that a busy moment of the machine does not
// hit the same contender each time. One slice is one contender under one workload, started and ended with nothing in flight, so that the
// CPU between the two readings belongs to exactly the requests counted.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Child } from './children.ts';
import type { Contender, ContenderName } from './contender.ts';
import { measureFdatasyncMs } from './disk.ts';
import type { LoadFigures, LoadOrder, LoadReport, Probe } from './load-protocol.ts';
import { cpuBetween, treeCpu, treeMemory, type TreeCpu, type TreeMemory } from './process-tree.ts';
import type { CapturedRequest, UpstreamMessage } from './upstream.ts';
import { answerFault, deliveryFault, UPSTREAM_KEY, type Workload, type WorkloadId } from './workloads.ts';

export interface SliceFigures {
  readonly round: number;
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly firstByteP50Ms: number;
  /** Of the contender's process tree; NaN for direct and where the system does not tell. */
  readonly cpuMicrosPerRequest: number;
  /** The same by process. */
  readonly processes: readonly { readonly pid: number; readonly name: string; readonly cpuMicrosPerRequest: number }[];
  readonly requests: number;
  readonly errors: number;
  /** Share of one core that the load generator used: near 1, the figure is the load generator's and not the contender's. */
  readonly loaderUtilisation: number;
  readonly upstreamUtilisation: number;
}

export interface Measurements {
  readonly slices: ReadonlyMap<ContenderName, ReadonlyMap<WorkloadId, readonly SliceFigures[]>>;
  readonly fdatasyncMs: readonly number[];
  /** After the last round. */
  readonly memory: ReadonlyMap<ContenderName, TreeMemory>;
  readonly errors: readonly string[];
  /** Requests each contender answered since it started, probes and warm-up included. */
  readonly answered: ReadonlyMap<ContenderName, number>;
}

export interface Bench {
  readonly load: Child;
  readonly upstream: Child;
  readonly contenders: readonly Contender[];
  readonly scratchDirectory: string;
  readonly progress: (text: string) => void;
}

export interface Schedule {
  readonly workloads: readonly Workload[];
  readonly rounds: number;
  readonly sliceMs: number;
  readonly warmUpMs: number;
}

const FDATASYNC_SAMPLES = 200;
/** Time for work that follows the answer (outcome records, checkpoints) before the CPU is read again. */
const SETTLE_MS = 120;
const PATH = '/v1/chat/completions';

export async function measure(bench: Bench, schedule: Schedule): Promise<Measurements> {
  const { contenders, progress } = bench;
  const slices = new Map<ContenderName, Map<WorkloadId, SliceFigures[]>>();
  const answered = new Map<ContenderName, number>();
  const errors: string[] = [];
  const fdatasyncMs: number[] = [];
  const run = async (contender: Contender, workload: Workload, limits: Limits): Promise<Slice> => {
    const slice = await runSlice(bench, contender, workload, limits);
    answered.set(contender.name, (answered.get(contender.name) ?? 0) + slice.load.requests + 1);
    errors.push(...describeErrors(contender, workload, slice.load));
    return slice;
  };
  for (const workload of schedule.workloads) {
    for (const contender of contenders) {
      progress(`warm-up: ${contender.name}, ${workload.title}`);
      await checkDelivery(bench, contender, workload);
      answered.set(contender.name, (answered.get(contender.name) ?? 0) + 1);
      await run(contender, workload, { durationMs: schedule.warmUpMs, maxRequests: Number.MAX_SAFE_INTEGER });
    }
  }
  for (let round = 0; round < schedule.rounds; round++) {
    fdatasyncMs.push(measureFdatasyncMs(bench.scratchDirectory, FDATASYNC_SAMPLES));
    for (const [index, workload] of schedule.workloads.entries()) {
      progress(`round ${round + 1} of ${schedule.rounds}: ${workload.title}`);
      for (const contender of rotate(contenders, round + index)) {
        const slice = await run(contender, workload, { durationMs: schedule.sliceMs, maxRequests: Number.MAX_SAFE_INTEGER });
        listFor(slices, contender.name, workload.id).push(toFigures(round, slice));
      }
    }
  }
  return { slices, fdatasyncMs, memory: memoryOf(contenders), errors, answered };
}

export interface Limits {
  readonly durationMs: number;
  readonly maxRequests: number;
}

interface Slice {
  readonly load: LoadFigures;
  readonly contenderCpu: TreeCpu | undefined;
  readonly upstreamCpu: TreeCpu | undefined;
}

/** One contender under one workload. Throws when the answer to its probe is wrong; wrong answers under load are counted instead. */
export async function runSlice(bench: Bench, contender: Contender, workload: Workload, limits: Limits): Promise<Slice> {
  const { load, upstream } = bench;
  const probe = await prepare(load, contender, workload, workload.concurrency);
  const fault = answerFault(workload, probe.status, probe.body);
  if (fault !== undefined) throw new Error(`${contender.name}, ${workload.title}: ${fault}\n${contender.child?.logTail() ?? ''}`);
  const root = contender.child?.pid;
  await sleep(SETTLE_MS);
  const contenderBefore = root === undefined ? undefined : treeCpu(root);
  const upstreamBefore = treeCpu(upstream.pid);
  const figures = await order(load, { type: 'run', ...limits }, (report) => (report.type === 'figures' ? report.figures : undefined));
  const upstreamCpu = cpuBetween(upstreamBefore, treeCpu(upstream.pid));
  await sleep(SETTLE_MS);
  const contenderCpu = cpuBetween(contenderBefore, root === undefined ? undefined : treeCpu(root));
  await order(load, { type: 'release' }, (report) => (report.type === 'released' ? true : undefined));
  return { load: figures, contenderCpu, upstreamCpu };
}

/** Sends one request through and looks at what arrives at the upstream: the whole body, at the right place, with the operator's credential. */
async function checkDelivery({ load, upstream }: Bench, contender: Contender, workload: Workload): Promise<void> {
  const captured = upstream.message(toCaptured);
  upstream.send('capture');
  const probe = await prepare(load, contender, workload, 1);
  const fault =
    answerFault(workload, probe.status, probe.body) ?? requestFault(await captured, workload.body(contender.model)) ?? undefined;
  await order(load, { type: 'release' }, (report) => (report.type === 'released' ? true : undefined));
  if (fault !== undefined) throw new Error(`${contender.name}, ${workload.title}: ${fault}\n${contender.child?.logTail() ?? ''}`);
}

function requestFault(request: CapturedRequest, sent: Buffer): string | undefined {
  if (request.path !== PATH) return `the request reached the upstream at ${request.path}`;
  if (request.authorization !== `Bearer ${UPSTREAM_KEY}`) return 'the request reached the upstream without the operator’s credential';
  return deliveryFault(sent, request.body);
}

function toCaptured(message: unknown): CapturedRequest | undefined {
  const known = message as UpstreamMessage;
  return known.type === 'captured' ? known.request : undefined;
}

function prepare(load: Child, { port, headers, model }: Contender, workload: Workload, concurrency: number): Promise<Probe> {
  const body = workload.body(model).toString('base64');
  return order(load, { type: 'prepare', port, path: PATH, headers, body, concurrency }, (report) =>
    report.type === 'prepared' ? report.probe : undefined,
  );
}

async function order<T>(load: Child, given: LoadOrder, pick: (report: LoadReport) => T | undefined): Promise<T> {
  const answer = load.message((message) => {
    const report = message as LoadReport;
    return report.type === 'failed' ? { failed: report.reason } : wrap(pick(report));
  });
  load.send(given);
  const result = await answer;
  if ('failed' in result) throw new Error(`load generator: ${result.failed}`);
  return result.value;
}

function wrap<T>(value: T | undefined): { readonly value: T } | undefined {
  return value === undefined ? undefined : { value };
}

function toFigures(round: number, { load, contenderCpu, upstreamCpu }: Slice): SliceFigures {
  return {
    round,
    requestsPerSecond: (load.requests / load.elapsedMs) * 1000,
    p50Ms: load.p50Ms,
    p99Ms: load.p99Ms,
    firstByteP50Ms: load.firstByteP50Ms,
    cpuMicrosPerRequest: (contenderCpu?.totalMicros ?? Number.NaN) / load.requests,
    processes: (contenderCpu?.processes ?? []).map(({ pid, name, micros }) => ({ pid, name, cpuMicrosPerRequest: micros / load.requests })),
    requests: load.requests,
    errors: load.errors,
    loaderUtilisation: load.loaderCpuMicros / 1000 / load.elapsedMs,
    upstreamUtilisation: (upstreamCpu?.totalMicros ?? Number.NaN) / 1000 / load.elapsedMs,
  };
}

export function describeErrors({ name }: Contender, { title }: Workload, { errors, errorSamples }: LoadFigures): readonly string[] {
  return errors === 0 ? [] : [`${name}, ${title}: ${errors} wrong or lost answers, for example: ${errorSamples.join('; ')}`];
}

function memoryOf(contenders: readonly Contender[]): ReadonlyMap<ContenderName, TreeMemory> {
  return new Map(
    contenders.flatMap(({ name, child }) => {
      const memory = child === undefined ? undefined : treeMemory(child.pid);
      return memory === undefined ? [] : [[name, memory] as const];
    }),
  );
}

function rotate<T>(items: readonly T[], by: number): readonly T[] {
  const start = by % Math.max(1, items.length);
  return [...items.slice(start), ...items.slice(0, start)];
}

function listFor(slices: Map<ContenderName, Map<WorkloadId, SliceFigures[]>>, name: ContenderName, id: WorkloadId): SliceFigures[] {
  const ofContender = slices.get(name) ?? new Map<WorkloadId, SliceFigures[]>();
  slices.set(name, ofContender);
  const list = ofContender.get(id) ?? [];
  ofContender.set(id, list);
  return list;
}
