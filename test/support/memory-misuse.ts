// A misuse store in memory: what the one on PostgreSQL does, for tests of what is built on it.
import type { CaseEvent, MisuseCase, MisuseStore, Signal, StandingRecord } from '#access';
import type { PrincipalId } from '#kernel';
import { createSerial } from './memory-holds.ts';

export interface MemoryMisuseStore extends MisuseStore {
  readonly standings: Map<string, StandingRecord>;
  readonly cases: Map<string, MisuseCase>;
  readonly events: { readonly caseId: string; readonly event: CaseEvent }[];
  readonly signals: { signal: Signal; caseId: string | null }[];
  readonly webhooks: Map<string, number>;
}

export function createMemoryMisuseStore(principals: ReadonlySet<string>): MemoryMisuseStore {
  const standings = new Map<string, StandingRecord>();
  const cases = new Map<string, MisuseCase>();
  const events: MemoryMisuseStore['events'] = [];
  const signals: MemoryMisuseStore['signals'] = [];
  const webhooks = new Map<string, number>();
  const serial = createSerial();
  const newestFirst = (): MisuseCase[] => [...cases.values()].sort((a, b) => (a.id > b.id ? -1 : 1));
  return {
    standings,
    cases,
    events,
    signals,
    webhooks,
    change(subject, work) {
      const about = 'caseId' in subject ? cases.get(subject.caseId) : undefined;
      const principalId = 'principalId' in subject ? subject.principalId : (about?.principalId ?? null);
      return serial(principalId ?? ('caseId' in subject ? subject.caseId : ''), async () => {
        const openCase =
          'caseId' in subject
            ? cases.get(subject.caseId)
            : [...cases.values()].find((each) => each.principalId === principalId && each.state !== 'closed');
        const { change, result } = await work({ standing: principalId === null ? undefined : standings.get(principalId), openCase });
        if (change === undefined) return result;
        const after = change.case ?? openCase;
        if (change.case !== undefined) cases.set(change.case.id, change.case);
        const caseId = after === undefined || after.state === 'closed' ? null : after.id;
        if (change.signalsSinceMs !== undefined)
          for (const row of signals)
            if (row.caseId === null && row.signal.principalId === principalId && row.signal.atMs >= change.signalsSinceMs)
              row.caseId = caseId;
        for (const signal of change.signals ?? []) signals.push({ signal, caseId });
        for (const event of change.events ?? []) events.push({ caseId: after!.id, event });
        if (change.standing !== undefined) standings.set(change.standing.principalId, change.standing);
        return result;
      });
    },
    hasPrincipal: async (principalId) => principals.has(principalId),
    findStanding: async (principalId) => standings.get(principalId),
    listStandings: async (limit) =>
      [...standings.values()]
        .filter(({ standing }) => standing !== 'clear')
        .sort((a, b) => b.sinceMs - a.sinceMs)
        .slice(0, limit),
    reviewsToSettle: async (limit) =>
      [...standings.values()]
        .filter(({ standing, setBy }) => standing === 'review' && setBy === null)
        .map(({ principalId }) => principalId)
        .slice(0, limit),
    async findCase(id) {
      const found = cases.get(id);
      if (found === undefined) return undefined;
      const own = events.filter(({ caseId }) => caseId === id).map(({ event }) => event);
      return { ...found, events: own, signals: signals.filter(({ caseId }) => caseId === id).map(({ signal }) => signal) };
    },
    findCaseOfVendor: async (vendor, vendorCaseId) =>
      [...cases.values()].find(({ vendorNotice }) => vendorNotice?.vendor === vendor && vendorNotice.vendorCaseId === vendorCaseId),
    listCases: async ({ principalId, state, beforeId, limit }) =>
      newestFirst()
        .filter((each) => principalId === undefined || each.principalId === principalId)
        .filter((each) => state === undefined || each.state === state)
        .filter((each) => beforeId === undefined || each.id < beforeId)
        .slice(0, limit),
    listSignals: async ({ principalId, kind, beforeId, limit }) =>
      signals
        .map(({ signal, caseId }) => ({ ...signal, caseId }))
        .filter((each) => principalId === undefined || each.principalId === principalId)
        .filter((each) => kind === undefined || each.kind === kind)
        .filter((each) => beforeId === undefined || each.id < beforeId)
        .sort((a, b) => (a.id > b.id ? -1 : 1))
        .slice(0, limit),
    pruneSignals: async () => 0,
    async takeWebhook(id, { atMs }) {
      if (webhooks.has(id)) return false;
      webhooks.set(id, atMs);
      return true;
    },
    async releaseWebhook(id) {
      webhooks.delete(id);
    },
  };
}

/** `prn_` and 26 digits, the same for the same number. */
export function principalNumber(number: number): PrincipalId {
  return `prn_${String(number).padStart(26, '0')}` as PrincipalId;
}
