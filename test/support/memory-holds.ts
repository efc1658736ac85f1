// A hold store in memory: what the one on PostgreSQL does, for tests of what is built on it.
import type { HoldStore, StoredHold } from '#access';

/** One after another, for each name. */
export function createSerial(): <T>(name: string, work: () => Promise<T>) => Promise<T> {
  const tails = new Map<string, Promise<unknown>>();
  return async (name, work) => {
    const before = tails.get(name) ?? Promise.resolve();
    const mine = before.then(work, work);
    tails.set(
      name,
      mine.catch(() => undefined),
    );
    return await mine;
  };
}

export interface MemoryHoldStore extends HoldStore {
  readonly rows: Map<string, StoredHold>;
}

/** `pause`: awaited where a database would be asked, so that a scheduler may let others in between. */
export function createMemoryHoldStore(pause: () => Promise<void> = async () => undefined): MemoryHoldStore {
  const rows = new Map<string, StoredHold>();
  const serial = createSerial();
  const ordered = (): StoredHold[] => [...rows.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  return {
    rows,
    insert: (hold, most, record) =>
      serial(`principal ${hold.principalId}`, async () => {
        await pause();
        const waiting = ordered().filter(({ status, expiresAtMs }) => status === 'waiting' && expiresAtMs > hold.createdAtMs);
        const own = waiting.filter(({ principalId }) => principalId === hold.principalId);
        const same = own.find(({ grantId, fingerprint }) => grantId === hold.grantId && fingerprint.equals(hold.fingerprint));
        if (same !== undefined) return { hold: same, isNew: false };
        if (own.length >= most.ofPrincipal) return 'too-many-of-principal';
        if (waiting.length >= most.overall) return 'too-many';
        await record();
        await pause();
        rows.set(hold.id, hold);
        return { hold, isNew: true };
      }),
    async find(id) {
      await pause();
      return rows.get(id);
    },
    async findApproved({ principalId, grantId, fingerprint, nowMs }) {
      await pause();
      return ordered().find(
        (row) =>
          row.status === 'approved' &&
          row.principalId === principalId &&
          row.grantId === grantId &&
          row.fingerprint.equals(fingerprint) &&
          row.expiresAtMs > nowMs,
      );
    },
    async list({ principalId, status, beforeId, limit }) {
      await pause();
      return ordered()
        .reverse()
        .filter((row) => principalId === undefined || row.principalId === principalId)
        .filter((row) => status === undefined || row.status === status)
        .filter((row) => beforeId === undefined || row.id < beforeId)
        .slice(0, limit);
    },
    change: (id, work) =>
      serial(id, async () => {
        await pause();
        const row = rows.get(id);
        if (row === undefined) return undefined;
        const { change, result } = await work(row);
        await pause();
        if (change?.to === 'delivered')
          rows.set(id, { ...row, status: 'delivered', deliveredAtMs: change.atMs, deliveredTo: change.requestId });
        else if (change?.to === 'approved')
          rows.set(id, { ...row, status: 'approved', decision: change.decision, expiresAtMs: change.expiresAtMs });
        else if (change !== undefined) rows.set(id, { ...row, status: 'denied', decision: change.decision });
        return result;
      }),
    async expire(nowMs) {
      const over = ordered().filter(({ status, expiresAtMs }) => ['waiting', 'approved'].includes(status) && expiresAtMs <= nowMs);
      await Promise.all(
        over.map(({ id }) =>
          serial(id, async () => {
            const row = rows.get(id)!;
            if ((row.status === 'waiting' || row.status === 'approved') && row.expiresAtMs <= nowMs)
              rows.set(id, { ...row, status: 'expired' });
          }),
        ),
      );
      return over.length;
    },
    async prune(beforeMs, limit) {
      const over = ordered().filter(
        ({ status, createdAtMs, sealedCall }) =>
          sealedCall !== null && createdAtMs < beforeMs && ['denied', 'expired', 'delivered'].includes(status),
      );
      for (const row of over.slice(0, limit)) rows.set(row.id, { ...row, sealedCall: null });
      return Math.min(over.length, limit);
    },
  };
}
