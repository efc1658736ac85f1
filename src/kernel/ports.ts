// Time and chance come in through these ports below the composition root, so that tests decide both.
import { randomFillSync } from 'node:crypto';

export interface Clock {
  /** Wall clock in milliseconds since the Unix epoch. */
  now(): number;
  /** Monotonic clock in milliseconds, for durations only. */
  monotonic(): number;
}

export interface Random {
  /** `count` unpredictable bytes. */
  bytes(count: number): Buffer;
}

export const systemClock: Clock = { now: () => Date.now(), monotonic: () => performance.now() };

const POOL_BYTES = 4096;

/** The operating system's generator, drawn in blocks: one system call per 4 KiB and not per request. */
export function createSystemRandom(): Random {
  let pool = Buffer.alloc(0);
  let offset = 0;
  return {
    bytes(count) {
      if (count > POOL_BYTES) return randomFillSync(Buffer.allocUnsafe(count));
      if (offset + count > pool.length) {
        pool = randomFillSync(Buffer.allocUnsafeSlow(POOL_BYTES));
        offset = 0;
      }
      const slice = pool.subarray(offset, offset + count);
      offset += count;
      return slice;
    },
  };
}
