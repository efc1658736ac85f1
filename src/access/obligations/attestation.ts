// What no machine can see, a person of the operator answers for: who said it, when, until when, and about which words exactly.
import type { PrincipalId } from '#kernel';
import type { Authentication } from '../taxonomy.ts';

export interface Attestation {
  /** `att_` and a ULID. */
  readonly id: string;
  readonly program: string;
  readonly obligation: string;
  /** SHA-256 in hex of the obligation's English text: an attestation is about these words, and about no later ones. */
  readonly obligationHash: string;
  /** What it rests on, in the person's own words: an agreement, a ticket, a decision. */
  readonly statement: string;
  readonly by: { readonly principal: PrincipalId; readonly name: string; readonly authentication: Authentication };
  readonly atMs: number;
  /** The first millisecond at which it no longer counts. */
  readonly untilMs: number;
  readonly withdrawnAtMs: number | null;
  readonly withdrawnBy: string | null;
  readonly withdrawnReason: string | null;
}

export function attestationCounts(attestation: Attestation, nowMs: number): boolean {
  return attestation.withdrawnAtMs === null && attestation.atMs <= nowMs && nowMs < attestation.untilMs;
}

export interface AttestationStore {
  insert(attestation: Attestation): Promise<void>;
  find(id: string): Promise<Attestation | undefined>;
  /** False: it does not exist, or was withdrawn before. */
  withdraw(withdrawal: { readonly id: string; readonly atMs: number; readonly by: string; readonly reason: string }): Promise<boolean>;
  /** Newest first. */
  list(limit: number): Promise<readonly Attestation[]>;
}
