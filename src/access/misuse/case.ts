// Cases of misuse, or of what looked like it: what they hold, and what keeps them. No values: people write comments, everything else is
// codes, counts and ids.
import type { Json, PrincipalId } from '#kernel';
import type { Standing } from '../taxonomy.ts';
import type { Score } from './score.ts';
import type { SignalKind } from './signals.ts';

export type CaseState = 'open' | 'appealed' | 'closed';

/** What opened it. */
export type CaseCause = 'signals' | 'provider-notice' | 'person';

export type CaseEventKind =
  | 'opened'
  | 'standing-changed'
  | 'provider-notice'
  | 'comment'
  | 'appeal'
  | 'appeal-answered'
  | 'pack-made'
  | 'closed';

export interface CaseEvent {
  readonly atMs: number;
  readonly kind: CaseEventKind;
  /** Null: nobody, it happened by itself. */
  readonly by: { readonly principalId: PrincipalId; readonly name: string } | null;
  /** What a person wrote. */
  readonly text: string | null;
  readonly facts: Readonly<Record<string, Json>>;
}

/** What a provider said of somebody. */
export interface VendorNotice {
  readonly vendor: string;
  readonly vendorCaseId: string;
  readonly notice: 'warning' | 'deactivation';
  readonly reason: string | null;
  /** The pseudonym under which the vendor knows somebody; null: the vendor could not be asked. */
  readonly entityIdentifier: string | null;
}

export interface MisuseCase {
  /** `cas_` and a ULID. */
  readonly id: string;
  /** Null: a provider complained of somebody whom we do not know. */
  readonly principalId: PrincipalId | null;
  readonly cause: CaseCause;
  readonly state: CaseState;
  readonly openedAtMs: number;
  readonly closedAtMs: number | null;
  /** The first notice that it is about. */
  readonly vendorNotice: VendorNotice | null;
  /** People who put somebody under restriction here: they do not answer the appeal. */
  readonly imposedBy: readonly PrincipalId[];
  readonly appeals: number;
}

export interface CaseDetails extends MisuseCase {
  /** Oldest first. */
  readonly events: readonly CaseEvent[];
  /** Newest first, bounded. */
  readonly signals: readonly Signal[];
}

/** What a signal may tell: codes such as rules and reasons, numbers, and ids of a few kinds. Never a value of a request. */
export interface SignalEvidence {
  readonly codes?: readonly string[];
  readonly counts?: Readonly<Record<string, number>>;
  readonly ids?: Readonly<Partial<Record<EvidenceId, string>>>;
}

export const EVIDENCE_IDS = [
  'rule',
  'grant',
  'hold',
  'tool',
  'route',
  'deployment',
  'effectiveModel',
  'requestedProgram',
  'effectiveProgram',
  'providerRequest',
  'providerCase',
  'credential',
  'judgeRequest',
] as const;

export type EvidenceId = (typeof EVIDENCE_IDS)[number];

export interface Signal {
  /** `sig_` and a ULID. */
  readonly id: string;
  readonly principalId: PrincipalId;
  readonly kind: SignalKind;
  readonly weight: number;
  readonly requestId: string | null;
  readonly atMs: number;
  /** More than one: what came beyond the bound of a minute, of one kind, counted together. */
  readonly count: number;
  readonly evidence: SignalEvidence;
}

/** A signal, and the case that it belongs to; null: none. */
export interface ListedSignal extends Signal {
  readonly caseId: string | null;
}

export interface SignalFilter {
  readonly principalId?: PrincipalId;
  readonly kind?: SignalKind;
  /** Only signals whose id sorts before this one: the next page. */
  readonly beforeId?: string;
  readonly limit: number;
}

export const MOST_SIGNALS_PER_MINUTE = 30;

export interface StandingRecord {
  readonly principalId: PrincipalId;
  readonly standing: Standing;
  readonly score: Score;
  /** Of the standing; the score's time is in the score. */
  readonly sinceMs: number;
  readonly reason: string;
  readonly caseId: string | null;
  /** Who set it; null: signals did. */
  readonly setBy: PrincipalId | null;
}

/** What `MisuseStore.change` looks at, held still meanwhile. */
export interface MisuseState {
  /** Undefined: clear, and nothing was ever counted. */
  readonly standing: StandingRecord | undefined;
  /** The case that was asked for, or the one of the principal that is not closed. */
  readonly openCase: MisuseCase | undefined;
}

export interface MisuseChange {
  readonly signals?: readonly Signal[];
  readonly standing?: StandingRecord;
  /** New, or as it is from now on. */
  readonly case?: MisuseCase;
  readonly events?: readonly CaseEvent[];
  /** A new case takes the principal's signals that belong to none, back to then. */
  readonly signalsSinceMs?: number;
}

export interface CaseFilter {
  readonly principalId?: PrincipalId;
  readonly state?: CaseState;
  /** Only cases whose id sorts before this one: the next page. */
  readonly beforeId?: string;
  readonly limit: number;
}

/** Who or what is held still: a principal with its open case, or a case (with its principal, where it has one). */
export type MisuseSubject = { readonly principalId: PrincipalId } | { readonly caseId: string };

export interface MisuseStore {
  /**
   * Nobody else changes the subject while `work` looks at it; what it answers is done as a whole, and nothing is done when it throws.
   * Signals beyond `MOST_SIGNALS_PER_MINUTE` of a principal are counted by kind, not kept by themselves.
   */
  change<T>(
    subject: MisuseSubject,
    work: (state: MisuseState) => Promise<{ readonly change?: MisuseChange; readonly result: T }>,
  ): Promise<T>;
  hasPrincipal(principalId: PrincipalId): Promise<boolean>;
  findStanding(principalId: PrincipalId): Promise<StandingRecord | undefined>;
  /** Those that are not clear, the latest first. */
  listStandings(limit: number): Promise<readonly StandingRecord[]>;
  /** Up to `limit` principals under a review that nobody ordered, the least recently counted first. */
  reviewsToSettle(limit: number): Promise<readonly PrincipalId[]>;
  findCase(id: string): Promise<CaseDetails | undefined>;
  findCaseOfVendor(vendor: string, vendorCaseId: string): Promise<MisuseCase | undefined>;
  /** Newest first. */
  listCases(filter: CaseFilter): Promise<readonly MisuseCase[]>;
  /** Newest first, whether they belong to a case or not. */
  listSignals(filter: SignalFilter): Promise<readonly ListedSignal[]>;
  /** Deletes up to `limit` signals from before then that belong to no case. How many that were. */
  pruneSignals(beforeMs: number, limit: number): Promise<number>;
  /** False: it was taken in before. Forgets those from before `forgetBeforeMs`. */
  takeWebhook(id: string, input: { readonly atMs: number; readonly forgetBeforeMs: number }): Promise<boolean>;
  /** It could not be dealt with: it may come again. */
  releaseWebhook(id: string): Promise<void>;
}
