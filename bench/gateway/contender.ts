// What the benchmark knows of a contender: where it listens, how its clients address it, and which process tree to account to it.
import type { Child } from './children.ts';

export type ContenderName = 'direct' | 'reference' | 'portkey' | 'sekisho' | 'sekisho-routing' | 'sekisho-access';

export const CONTENDERS: readonly ContenderName[] = ['direct', 'reference', 'portkey', 'sekisho', 'sekisho-routing', 'sekisho-access'];

export interface Contender {
  readonly name: ContenderName;
  readonly port: number;
  /** Model name that clients send. */
  readonly model: string;
  /** Headers that clients send. */
  readonly headers: Readonly<Record<string, string>>;
  /** Root of the processes whose CPU and memory count as the contender's; undefined for direct, which has none. */
  readonly child: Child | undefined;
  /** Entries in its durable log, for a contender that keeps one: proof that the figures include the recording. */
  readonly recordedEntries?: () => Promise<number>;
}

export interface Setting {
  readonly upstreamPort: number;
  /** A directory on a real disk that is removed at the end. */
  readonly scratchDirectory: string;
  /** Where CPU profiles go; undefined: no profiling. */
  readonly profileDirectory: string | undefined;
  /** Progress for the person who waits. */
  readonly progress: (text: string) => void;
}

/** Headers as a client of the OpenAI API sends them. */
export function bearer(key: string): Record<string, string> {
  return { authorization: `Bearer ${key}` };
}
