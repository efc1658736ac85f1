// The memory run: many requests through one contender, its memory read between portions with nothing in flight. The slope over the later
// part tells a leak from a heap that finds its size. It judges only a run long enough to be judged.
import type { Contender } from './contender.ts';
import { describeErrors, runSlice, type Bench } from './measure.ts';
import { treeMemory } from './process-tree.ts';
import { median, theilSenSlope } from './statistics.ts';
import { WORKLOADS } from './workloads.ts';

export interface SoakSample {
  /** Requests answered so far. */
  readonly requests: number;
  readonly rssBytes: number;
  readonly pssBytes: number | undefined;
}

export interface SoakFigures {
  readonly contender: string;
  readonly requests: number;
  readonly samples: readonly SoakSample[];
  /** Theil-Sen slope over the samples after the first third, in bytes per request. NaN where the system does not tell. */
  readonly slopeBytesPerRequest: number;
  readonly medianBytes: number;
  readonly errors: readonly string[];
}

const WORKLOAD_ID = 'json-64';
/** The heap finds its size in the first third. */
const SKIPPED_SHARE = 1 / 3;

export async function soak(bench: Bench, contender: Contender, requests: number): Promise<SoakFigures> {
  const workload = WORKLOADS.find(({ id }) => id === WORKLOAD_ID);
  const root = contender.child?.pid;
  if (workload === undefined || root === undefined) throw new Error(`${contender.name} has no process whose memory could be read`);
  const portion = Math.max(1000, Math.ceil(requests / 100));
  const samples: SoakSample[] = [];
  const errors: string[] = [];
  for (let done = 0; done < requests && errors.length === 0;) {
    const { load } = await runSlice(bench, contender, workload, {
      durationMs: Number.MAX_SAFE_INTEGER,
      maxRequests: Math.min(portion, requests - done),
    });
    done += load.requests + load.errors;
    errors.push(...describeErrors(contender, workload, load));
    const memory = treeMemory(root);
    if (memory !== undefined) samples.push({ requests: done, rssBytes: memory.rssBytes, pssBytes: memory.pssBytes });
    const megabytes = memory === undefined ? 'unknown' : `${(memory.rssBytes / 2 ** 20).toFixed(1)} MiB`;
    bench.progress(
      `memory run: ${done} of ${requests} requests, resident ${megabytes}, ${Math.round((load.requests / load.elapsedMs) * 1000)} req/s`,
    );
  }
  const later = samples.filter((sample) => sample.requests > requests * SKIPPED_SHARE);
  return {
    contender: contender.name,
    requests: samples.at(-1)?.requests ?? 0,
    samples,
    slopeBytesPerRequest: theilSenSlope(later.map((sample) => ({ x: sample.requests, y: sample.pssBytes ?? sample.rssBytes }))),
    medianBytes: median(later.map((sample) => sample.pssBytes ?? sample.rssBytes)),
    errors,
  };
}
