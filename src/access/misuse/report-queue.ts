// Reports of one principal go one after another, and what comes in the meantime goes together: a client that is refused a thousand times a
// second costs a transaction at a time, and a bounded amount of memory. Nothing is dropped: beyond the bound it is counted.
import { MOST_SIGNALS_PER_MINUTE, type SignalEvidence } from './case.ts';
import type { SignalKind } from './signals.ts';

export interface PendingSignal {
  readonly kind: SignalKind;
  readonly requestId: string | null;
  readonly atMs: number;
  readonly evidence: SignalEvidence;
  readonly count: number;
}

interface Batch<T> {
  readonly signals: PendingSignal[];
  readonly outcome: PromiseWithResolvers<T>;
}

/** Transactions at once, for all principals together: the database has other work. */
const MOST_AT_ONCE = 2;

/** `run` gets the signals of one principal. Every report resolves or rejects as the batch that it went with. */
export function createReportQueue<Key, T>(run: (key: Key, signals: readonly PendingSignal[]) => Promise<T>) {
  const waiting = new Map<Key, Batch<T>>();
  const underWay = new Set<Key>();

  function start(): void {
    for (const [key, batch] of waiting) {
      if (underWay.size >= MOST_AT_ONCE) return;
      if (underWay.has(key)) continue;
      waiting.delete(key);
      underWay.add(key);
      void run(key, batch.signals)
        .then(batch.outcome.resolve, batch.outcome.reject)
        .finally(() => {
          underWay.delete(key);
          start();
        });
    }
  }

  return (key: Key, signal: PendingSignal): Promise<T> => {
    let batch = waiting.get(key);
    if (batch === undefined) waiting.set(key, (batch = { signals: [], outcome: Promise.withResolvers<T>() }));
    addTo(batch.signals, signal);
    start();
    return batch.outcome.promise;
  };
}

function addTo(signals: PendingSignal[], signal: PendingSignal): void {
  if (signals.length < MOST_SIGNALS_PER_MINUTE) {
    signals.push(signal);
    return;
  }
  const index = signals.findIndex(({ kind }, at) => at >= MOST_SIGNALS_PER_MINUTE && kind === signal.kind);
  const counted = { ...signal, requestId: null, evidence: {} };
  const earlier = signals[index];
  if (earlier === undefined) signals.push(counted);
  else signals[index] = { ...counted, atMs: Math.max(earlier.atMs, signal.atMs), count: earlier.count + signal.count };
}
