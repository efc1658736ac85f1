// Requests without a known caller are counted, and the counts are recorded once a second: one record each would let anyone who can reach
// the port fill the ledger.
import type { IdentityRefusal } from '#identity';
import type { Clock, Random } from '#kernel';
import type { Journal } from '#ledger';
import { turnedAwayRecord } from './records.ts';

const WINDOW_MS = 1_000;
const SALT_BYTES = 16;

export class TurnedAway {
  readonly #ports: { clock: Clock; random: Random; journal: Pick<Journal, 'appendLazily'> };
  #counts: Partial<Record<IdentityRefusal['kind'], number>> = {};
  #since: number | undefined;

  constructor(ports: { clock: Clock; random: Random; journal: Pick<Journal, 'appendLazily'> }) {
    this.#ports = ports;
  }

  count(reason: IdentityRefusal['kind']): void {
    this.#counts[reason] = (this.#counts[reason] ?? 0) + 1;
    if (this.#since !== undefined) return;
    this.#since = this.#ports.clock.now();
    setTimeout(() => this.write(), WINDOW_MS).unref();
  }

  /** Records the window so far; nothing when nobody was turned away. */
  write(): void {
    if (this.#since === undefined) return;
    const salt = this.#ports.random.bytes(SALT_BYTES).toString('hex');
    const now = this.#ports.clock.now();
    this.#ports.journal.appendLazily('note', 'turned-away', turnedAwayRecord(this.#since, now, this.#counts, salt));
    this.#counts = {};
    this.#since = undefined;
  }
}
