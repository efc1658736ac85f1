// Where applications and grants live. Declared here, implemented by the store; decides nothing.
import type { PrincipalId } from '#kernel';
import type { GrantState } from '../grant.ts';
import type { Facts } from './facts.ts';
import type { GrantRecord } from './grant-record.ts';
import type { Application, ApplicationState, Evidence } from './model.ts';

/** What was done, as the timeline shows it. */
export interface DeskEvent {
  readonly applicationId: string;
  /** Null: done with the application. */
  readonly grantId: string | null;
  /** Of the application, or the grant, after it. */
  readonly version: number;
  readonly atMs: number;
  readonly by: PrincipalId;
  readonly name: string;
  readonly type: string;
  /** What the person wrote; null: nothing. */
  readonly reason: string | null;
  /** As the ledger has them. */
  readonly facts: Facts;
}

export interface EvidenceContent {
  readonly evidence: Pick<Evidence, 'id' | 'fileName' | 'mediaType' | 'sha256'>;
  readonly content: Uint8Array;
}

/** Newest first; `before` goes on below the last id of the page before. */
export interface ApplicationFilter {
  /** Applications of these, or for them. */
  readonly concerning?: PrincipalId | undefined;
  readonly states?: readonly ApplicationState[] | undefined;
  readonly before?: string | undefined;
  readonly limit: number;
}

export interface GrantFilter {
  /** Grants of these, or that they answer for. */
  readonly concerning?: PrincipalId | undefined;
  readonly states?: readonly GrantState[] | undefined;
  readonly before?: string | undefined;
  readonly limit: number;
}

export interface DeskMember {
  readonly principalId: PrincipalId;
  readonly email: string | null;
  readonly isOutside: boolean;
}

/** Every write is durable when its promise resolves. */
export interface DeskStore {
  insertApplication(application: Application, event: DeskEvent): Promise<void>;
  /**
   * All or nothing. False: the application's version is no longer the one before this one, and nothing was written. `content`: the
   * document that the act attaches; `grant`: the one that it makes.
   */
  saveApplication(input: {
    readonly application: Application;
    readonly event: DeskEvent;
    readonly content?: EvidenceContent | undefined;
    readonly grant?: GrantRecord | undefined;
  }): Promise<boolean>;
  findApplication(id: string): Promise<Application | undefined>;
  /** As much of each as an outline shows: of its form the tier and the capabilities, and no remarks. People wrote the rest, and a lot of it. */
  listApplications(filter: ApplicationFilter): Promise<readonly Application[]>;
  countApplications(ownerId: PrincipalId): Promise<{ readonly open: number; readonly all: number }>;
  readEvidence(applicationId: string, evidenceId: string): Promise<EvidenceContent | undefined>;
  /** Of the application and its grant, oldest first, at most `limit`. */
  listEvents(applicationId: string, limit: number): Promise<readonly DeskEvent[]>;
  saveGrant(input: { readonly grant: GrantRecord; readonly event: DeskEvent }): Promise<boolean>;
  findGrant(id: string): Promise<GrantRecord | undefined>;
  listGrants(filter: GrantFilter): Promise<readonly GrantRecord[]>;
  /** Active grants that have not ended, and end or have to be recertified before a moment; the most urgent first. */
  listDue(input: {
    readonly nowMs: number;
    readonly beforeMs: number;
    readonly concerning?: PrincipalId | undefined;
    readonly limit: number;
  }): Promise<readonly GrantRecord[]>;
  /** Everybody who has ever submitted an application for this principal. */
  applicantsFor(principalId: PrincipalId): Promise<readonly PrincipalId[]>;
  findMember(principalId: PrincipalId): Promise<DeskMember | undefined>;
  /** Members with this address, in whatever case. */
  membersByEmail(email: string): Promise<readonly PrincipalId[]>;
}
