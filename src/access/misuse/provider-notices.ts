// Safety notices of providers: whom they mean is suspended here first, so that the provider need not suspend everybody, and a case is
// opened. A notice of somebody whom nobody knows opens a case all the same. Asks no provider anything: safety-webhooks.ts does.
import { err, ok, type Clock, type PrincipalId, type Result } from '#kernel';
import { BY_ITSELF, caseOpened, type Act, type ActRecord, type CarryOut } from './acting.ts';
import type { CaseEvent, MisuseCase, MisuseChange, MisuseState, MisuseStore, Signal, VendorNotice } from './case.ts';
import { boundedEvidence, signalFacts } from './evidence.ts';
import { clearStanding, newCase, type Moving, type NewId } from './moving.ts';
import type { MisuseRefusal } from './refusal.ts';
import type { PendingSignal } from './report-queue.ts';
import { decayed, withSignal } from './score.ts';
import type { MisuseCatalogue } from './signals.ts';

/** Types of events that OpenAI sends (developers.openai.com/api/docs/guides/safety-enforcement). */
export type ProviderNoticeType = 'safety.warning_issued' | 'safety.deactivation_issued';

export interface ProviderNotice {
  readonly vendor: string;
  readonly type: ProviderNoticeType;
  /** The pseudonym, as the vendor gives it back; null: the vendor could not be asked. */
  readonly entityIdentifier: string | null;
  /** The vendor's. */
  readonly caseId: string;
  readonly reason: string | null;
}

export interface NoticeOutcome {
  readonly caseId: string;
  /** Null: nobody is known by that pseudonym. */
  readonly principalId: PrincipalId | null;
  /** The case is closed already: somebody has decided, and nothing was done. */
  readonly isRepeated: boolean;
}

export interface ProviderNotices {
  /** Resolves when the suspension is in force; `not-recorded`: it is, and the ledger does not say so. */
  handleProviderNotice(notice: ProviderNotice): Promise<Result<NoticeOutcome, MisuseRefusal>>;
}

export interface ProviderNoticesOptions {
  readonly store: MisuseStore;
  readonly clock: Clock;
  readonly catalogue: MisuseCatalogue;
  readonly carryOut: CarryOut;
  readonly moving: Moving;
  readonly newId: NewId;
  readonly resolvePseudonym: (identifier: string) => Promise<PrincipalId | undefined>;
  signalOf(principalId: PrincipalId, pending: PendingSignal, nowMs: number): Signal;
}

const MOST = { vendor: 128, caseId: 256, reason: 512, identifier: 256 } as const;

export function createProviderNotices(options: ProviderNoticesOptions): ProviderNotices {
  const { store, clock, catalogue, carryOut, moving, newId } = options;

  async function handleProviderNotice(notice: ProviderNotice): Promise<Result<NoticeOutcome, MisuseRefusal>> {
    const given = bounded(notice);
    const { entityIdentifier } = given;
    const principalId = entityIdentifier === null ? undefined : await options.resolvePseudonym(entityIdentifier);
    const known = await store.findCaseOfVendor(given.vendor, given.vendorCaseId);
    if (known?.state === 'closed' && known.vendorNotice?.notice === given.notice && known.principalId === (principalId ?? null))
      return ok({ caseId: known.id, principalId: known.principalId, isRepeated: true });
    if (principalId === undefined) return await ofNobody(given, known);
    const outcome = await carryOut<NoticeOutcome>({ principalId }, (state) => ok(suspending(given, principalId, state, known)));
    if (outcome.ok && known !== undefined && known.principalId === null && known.state !== 'closed')
      await handOver(known, outcome.value.caseId);
    return outcome;
  }

  function suspending(
    notice: VendorNotice,
    principalId: PrincipalId,
    state: MisuseState,
    known: MisuseCase | undefined,
  ): Act<NoticeOutcome> {
    const nowMs = clock.now();
    const evidence = boundedEvidence({ codes: [notice.notice, notice.reason ?? 'no-reason'], ids: { providerCase: notice.vendorCaseId } });
    const signal = options.signalOf(principalId, { kind: 'provider-notice', requestId: null, atMs: nowMs, evidence, count: 1 }, nowMs);
    const present = state.standing ?? clearStanding(principalId);
    const score = decayed(withSignal(present.score, signal, catalogue), nowMs, catalogue);
    const reason = `${notice.vendor} issued a ${notice.notice} (case ${notice.vendorCaseId})`;
    const moved: Pick<Act<unknown>, 'change' | 'records'> = present.standing === 'suspended'
      ? { change: { standing: { ...present, score } }, records: [] }
      : moving({ principalId, state, present, score, to: 'suspended', reason, actor: null, nowMs });
    const isNew = state.openCase === undefined;
    // Suspended, and no case of it is open: only by hand, in the database.
    const about =
      moved.change.case ?? state.openCase ?? newCase({ id: newId('cas', nowMs), principalId, cause: 'provider-notice', atMs: nowMs });
    const isTaken = known !== undefined && known.id !== about.id;
    const after: MisuseCase = {
      ...about,
      cause: isNew ? 'provider-notice' : about.cause,
      vendorNotice: about.vendorNotice ?? (isTaken ? null : notice),
    };
    const change: MisuseChange = {
      ...moved.change,
      signals: [signal],
      case: after,
      events: [...(moved.change.events ?? []), noticeEvent(notice, nowMs)],
    };
    const records: ActRecord[] = [
      ...moved.records.filter(({ facts }) => facts['type'] !== 'case-opened'),
      ...(isNew ? [caseOpened(after, BY_ITSELF)] : []),
      noticeRecord(notice, after),
      { subject: principalId, facts: signalFacts(signal) },
    ];
    return { change, records, result: { caseId: after.id, principalId, isRepeated: false } };
  }

  async function ofNobody(notice: VendorNotice, known: MisuseCase | undefined): Promise<Result<NoticeOutcome, MisuseRefusal>> {
    const nowMs = clock.now();
    const about = known ?? {
      ...newCase({ id: newId('cas', nowMs), principalId: null, cause: 'provider-notice', atMs: nowMs }),
      vendorNotice: notice,
    };
    return await carryOut<NoticeOutcome>({ caseId: about.id }, () => {
      const result = { caseId: about.id, principalId: about.principalId, isRepeated: known !== undefined };
      const said = noticeEvent(notice, nowMs);
      if (known !== undefined) return ok({ change: { events: [said] }, records: [noticeRecord(notice, known)], result });
      const opened: CaseEvent = { atMs: nowMs, kind: 'opened', by: null, text: null, facts: {} };
      return ok({
        change: { case: about, events: [opened, said] },
        records: [caseOpened(about, BY_ITSELF), noticeRecord(notice, about)],
        result,
      });
    });
  }

  /** The case of nobody is over once somebody is known. */
  async function handOver(known: MisuseCase, to: string): Promise<void> {
    await carryOut({ caseId: known.id }, ({ openCase }): Result<Act<undefined>, MisuseRefusal> => {
      if (openCase === undefined || openCase.state === 'closed') return err({ kind: 'unknown-case' });
      const atMs = clock.now();
      return ok({
        change: {
          case: { ...openCase, state: 'closed', closedAtMs: atMs },
          events: [{ atMs, kind: 'closed', by: null, text: null, facts: { continuedAs: to } }],
        },
        records: [{ subject: known.id, facts: { type: 'case-closed', by: BY_ITSELF, case: known.id, principal: null, continuedAs: to } }],
        result: undefined,
      });
    });
  }

  return { handleProviderNotice };
}

/** Of whatever a vendor sends, what fits; never less than something. */
function bounded({ vendor, type, entityIdentifier, caseId, reason }: ProviderNotice): VendorNotice {
  const fit = (text: string, most: number): string => {
    const plain = text.slice(0, most).replace(/[^\x20-\x7E]/g, '?');
    return plain === '' ? '?' : plain;
  };
  return {
    vendor: fit(vendor, MOST.vendor),
    vendorCaseId: fit(caseId, MOST.caseId),
    notice: type === 'safety.warning_issued' ? 'warning' : 'deactivation',
    reason: reason === null ? null : fit(reason, MOST.reason),
    entityIdentifier: entityIdentifier === null ? null : fit(entityIdentifier, MOST.identifier),
  };
}

function noticeFacts({ vendor, vendorCaseId, notice, reason, entityIdentifier }: VendorNotice) {
  return { vendor, vendorCase: vendorCaseId, notice, reason, entityIdentifier };
}

function noticeEvent(notice: VendorNotice, atMs: number): CaseEvent {
  return { atMs, kind: 'provider-notice', by: null, text: null, facts: noticeFacts(notice) };
}

function noticeRecord(notice: VendorNotice, { id, principalId }: MisuseCase): ActRecord {
  return { subject: id, facts: { type: 'provider-notice', by: BY_ITSELF, case: id, principal: principalId, ...noticeFacts(notice) } };
}
