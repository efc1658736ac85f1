// What the harness and the load generator say to each other over IPC: prepare, run, release, in this order, each answered by one report.

/** Order 1: connect and send one probe request. */
export interface PrepareOrder {
  readonly type: 'prepare';
  readonly port: number;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Base64. */
  readonly body: string;
  readonly concurrency: number;
}

/** Order 2: run until the time is over or the number of requests has been sent, then wait for the answers in flight. */
export interface RunOrder {
  readonly type: 'run';
  readonly durationMs: number;
  readonly maxRequests: number;
}

/** Order 3: close the connections. */
interface ReleaseOrder {
  readonly type: 'release';
}

export type LoadOrder = PrepareOrder | RunOrder | ReleaseOrder;

export interface Probe {
  readonly status: number;
  readonly body: string;
}

export interface LoadFigures {
  readonly requests: number;
  readonly errors: number;
  /** The first few, in words. */
  readonly errorSamples: readonly string[];
  /** First request sent to last answer complete. */
  readonly elapsedMs: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  /** Median time to the first bytes of an answer. */
  readonly firstByteP50Ms: number;
  /** CPU this process spent in the run. */
  readonly loaderCpuMicros: number;
}

export type LoadReport =
  | { readonly type: 'started' }
  | { readonly type: 'prepared'; readonly probe: Probe }
  | { readonly type: 'figures'; readonly figures: LoadFigures }
  | { readonly type: 'released' }
  | { readonly type: 'failed'; readonly reason: string };
