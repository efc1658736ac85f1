// Remembers whom providers know by which pseudonym, so that their complaints find the person. Makes no pseudonyms.
import type { Clock, PrincipalId } from '#kernel';

export interface Pseudonymous {
  readonly principalId: PrincipalId;
  /** The end user that a service named; undefined: the principal itself. */
  readonly endUser: string | undefined;
}

export interface PseudonymStore {
  /** Keeps the first of each; a second is no error. */
  keep(entry: Pseudonymous & { readonly pseudonym: string; readonly firstAtMs: number }): Promise<void>;
  find(pseudonym: string): Promise<Pseudonymous | undefined>;
}

export interface PseudonymBook {
  /** Returns at once; what could not be kept is tried again with the next request. */
  note(pseudonym: string, who: Pseudonymous): void;
}

const MOST_REMEMBERED = 20_000;

export function createPseudonymBook({
  store,
  clock,
  onError,
}: {
  readonly store: Pick<PseudonymStore, 'keep'>;
  readonly clock: Clock;
  readonly onError: (error: unknown) => void;
}): PseudonymBook {
  const kept = new Set<string>();
  return {
    note(pseudonym, who) {
      if (kept.has(pseudonym)) return;
      if (kept.size >= MOST_REMEMBERED) kept.delete(kept.values().next().value!);
      kept.add(pseudonym);
      store.keep({ pseudonym, ...who, firstAtMs: clock.now() }).catch((error: unknown) => {
        kept.delete(pseudonym);
        onError(error);
      });
    },
  };
}
