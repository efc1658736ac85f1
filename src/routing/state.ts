// What operators decided and found out while the checkpoint runs: cuts, live drills, evidence. Plain JSON, because it travels between
// processes; where it is kept and how it gets here is not routing's business.

/** An emergency cut in force. */
export interface Cut {
  readonly id: string;
  /** As selectors.ts reads it. */
  readonly selector: string;
  readonly reason: string;
  readonly atMs: number;
}

/** A drill that has not ended. It ends by its own time, whatever becomes of whoever started it. */
export interface LiveDrill {
  readonly id: string;
  readonly selectors: readonly string[];
  /** Share of the requests, 0 to 1, for which the selected deployments count as gone. */
  readonly share: number;
  /** Only requests that say they are canaries take part. */
  readonly canariesOnly: boolean;
  /** Wall clock, milliseconds. */
  readonly startsAtMs: number;
  readonly endsAtMs: number;
}

/** The newest result of an evaluation of one deployment for one route. */
export interface Evidence {
  readonly route: string;
  readonly deployment: string;
  /** The model name that was asked for; evidence of another model is no evidence. */
  readonly model: string;
  /** 0 to 1. */
  readonly score: number;
  readonly latencyMsP50: number;
  /** In the currency of the deployment's price; null when unknown. */
  readonly costPerCase: number | null;
  readonly effectiveModel: string | null;
  readonly atMs: number;
  /** Hex SHA-256 of the cases. */
  readonly casesHash: string;
}

export interface RoutingState {
  /** Rises with every change; equal versions mean equal states. */
  readonly version: number;
  readonly cuts: readonly Cut[];
  readonly drills: readonly LiveDrill[];
  readonly evidence: readonly Evidence[];
}

export const EMPTY_STATE: RoutingState = { version: 0, cuts: [], drills: [], evidence: [] };
