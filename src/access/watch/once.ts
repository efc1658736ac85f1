// Tells what is new from what was there before: a client sends the whole history again with every turn, and what it says in it is said once.
// Memory alone, bounded and for a time; what is forgotten counts once more.
import type { Clock } from '#kernel';

export interface OnceOptions {
  readonly clock: Clock;
  /** Keys that are remembered; the oldest are forgotten first. */
  readonly most: number;
  readonly lifetimeMs: number;
}

/** True the first time that a key comes, and again once it has been forgotten. A key that keeps coming is not remembered longer for it. */
export function createOnce({ clock, most, lifetimeMs }: OnceOptions): (key: string) => boolean {
  /** Oldest first. */
  const seen = new Map<string, number>();
  return (key) => {
    const now = clock.monotonic();
    for (const [oldest, atMs] of seen) {
      if (now - atMs < lifetimeMs) break;
      seen.delete(oldest);
    }
    if (seen.has(key)) return false;
    seen.set(key, now);
    if (seen.size > most) seen.delete(seen.keys().next().value!);
    return true;
  };
}
