// What one worker has handed over and no snapshot has included yet. Bounded: when nobody brings snapshots, the oldest pieces are joined.
import type { TrafficWeight } from './concentration.ts';

export interface PendingFlush {
  readonly seq: number;
  /** Wall clock. */
  readonly atMs: number;
  readonly deltas: readonly TrafficWeight[];
}

const MOST_PENDING = 64;

export class PendingFlushes {
  #flushes: PendingFlush[] = [];

  get all(): readonly PendingFlush[] {
    return this.#flushes;
  }

  /** True: pieces were joined, and what lies outside a window may be told apart less well. */
  push(flush: PendingFlush): boolean {
    this.#flushes.push(flush);
    if (this.#flushes.length <= MOST_PENDING) return false;
    this.#flushes.splice(0, 2, joined(this.#flushes[0]!, this.#flushes[1]!));
    return true;
  }

  dropUpTo(seq: number): void {
    this.#flushes = this.#flushes.filter((flush) => flush.seq > seq);
  }
}

function joined(older: PendingFlush, newer: PendingFlush): PendingFlush {
  const sums = new Map<string, { route: string; deployment: string; requests: number; tokens: number }>();
  for (const { route, deployment, requests, tokens } of [...older.deltas, ...newer.deltas]) {
    const key = `${route}\n${deployment}`;
    const sum = sums.get(key);
    if (sum === undefined) sums.set(key, { route, deployment, requests, tokens });
    else {
      sum.requests += requests;
      sum.tokens += tokens;
    }
  }
  return { ...newer, deltas: [...sums.values()] };
}
