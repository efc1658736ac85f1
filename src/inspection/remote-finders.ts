// The finders that a configuration asks over a channel.
import type { Clock } from '#kernel';
import { createExternalDetector } from './external/detector.ts';
import { createNamePool } from './names/pool.ts';
import { externalFinder, nameFinder, type RemoteFinder } from './remote.ts';
import type { SensitiveType } from './types.ts';

export type { RemoteFinder } from './remote.ts';

export interface ExternalDetectorSettings {
  readonly url: string;
  readonly format: 'spans' | 'token-classification';
  readonly timeoutMs: number;
  readonly maxConcurrent: number;
  readonly minConfidence: number;
  readonly types: Readonly<Record<string, SensitiveType | 'ignore'>>;
  readonly token: string | undefined;
  readonly onFailure: 'refuse' | 'pass';
}

export interface RemoteFinderOptions {
  readonly clock: Clock;
  /** Types that are not looked for. */
  readonly off: readonly SensitiveType[];
  /** Of all texts of a request. */
  readonly maxTextBytes: number;
  readonly external: ExternalDetectorSettings | undefined;
}

/** Shorter Japanese texts cost less to tag at once than to hand over. */
export const INLINE_CHARACTERS = 1_000;
const MOST_QUEUED_CHARACTERS = 8_000_000;
/** For one task of some thousand characters, so only a stuck thread takes longer. */
const NAMES_TIMEOUT_MS = 10_000;

export function createRemoteFinders({ clock, off, maxTextBytes, external }: RemoteFinderOptions): readonly RemoteFinder[] {
  const finders: RemoteFinder[] = [];
  if (!off.includes('person-name')) {
    const pool = createNamePool({ workers: 1, maxQueuedCharacters: MOST_QUEUED_CHARACTERS, timeoutMs: NAMES_TIMEOUT_MS });
    finders.push(nameFinder(pool, INLINE_CHARACTERS));
  }
  if (external !== undefined) {
    const { token, onFailure, ...options } = external;
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const detector = createExternalDetector({ ...options, headers, maxTextBytes }, { clock });
    finders.push(externalFinder(detector, { isOptional: onFailure === 'pass' }));
  }
  return finders;
}
