// What a dossier is made of, as plain data that the composition root gathers, and how grants of the desk become part of it.
import type { PrincipalId } from '#kernel';
import type { ScopeTarget, TargetKind } from '#scope';
import type { GrantRecord } from '../desk/grant-record.ts';
import type { Application } from '../desk/model.ts';
import { targetWithin } from '../desk/scope-within.ts';
import type { Condition, GrantState } from '../grant.ts';
import type { ProgramReport } from '../obligations/index.ts';
import type { OnboardingState } from '../onboarding/index.ts';
import type { Authentication, Capability, Tier } from '../taxonomy.ts';

export interface DossierInput {
  readonly operator: {
    readonly name: string;
    readonly homeCountry: string;
    readonly sector: { readonly id: string; readonly en: string; readonly ja: string } | null;
    readonly incidentContact: string | null;
  };
  /** The obligations of the program, assessed. */
  readonly program: ProgramReport;
  /** Version of the obligations matrix. */
  readonly matrixVersion: string;
  /** The application to the vendor, where one is kept. */
  readonly onboarding: { readonly account: string; readonly reference: string | null; readonly state: OnboardingState } | null;
  readonly members: readonly DossierMember[];
  /** Every grant that opens the program and is not over. */
  readonly grants: readonly DossierGrant[];
  /** Policies in force. */
  readonly policies: { readonly version: string; readonly ids: readonly string[] };
  /** Version of the configuration. */
  readonly configuration: string;
  readonly ledger: {
    readonly origin: string;
    /** Verifier key as in C2SP signed-note. */
    readonly publicKey: string;
    /** The newest signed checkpoint, whole; null: none yet. */
    readonly checkpoint: string | null;
  };
}

export interface DossierMember {
  readonly name: string;
  readonly kind: 'person' | 'service' | 'agent';
  readonly roles: readonly string[];
  /** The strongest that they can show. */
  readonly authentication: Authentication;
}

export interface DossierTarget {
  readonly kind: TargetKind;
  readonly value: string;
  /** On what the authorisation rests; null: nobody said. */
  readonly basis: 'owned' | 'authorised' | null;
  /** In the applicant's words; empty where there are none. */
  readonly proof: string;
  /** SHA-256 in hex of the document that proves it; null: none is attached. */
  readonly evidenceSha256: string | null;
}

export interface DossierGrant {
  readonly id: string;
  readonly holder: string;
  readonly holderKind: 'person' | 'service' | 'agent';
  readonly tier: Tier;
  readonly capabilities: readonly Capability[];
  readonly purpose: string;
  readonly targets: readonly DossierTarget[];
  readonly excludedCount: number;
  readonly conditions: readonly Condition[];
  readonly approvals: number;
  readonly startsAtMs: number;
  readonly endsAtMs: number;
  readonly recertifyByMs: number;
  readonly state: GrantState;
}

/**
 * A grant and the application that it was made of. Targets are the grant's; the proof of each is that of the same target in the
 * application, or of the one that it was narrowed from.
 */
export function dossierGrant(
  grant: GrantRecord,
  application: Application,
  holder: { readonly name: string; readonly kind: DossierGrant['holderKind'] },
): DossierGrant {
  const proven = application.form.targets ?? [];
  const hashes = new Map(application.evidence.map(({ id, sha256 }) => [id, sha256]));
  return {
    id: grant.id,
    holder: holder.name,
    holderKind: holder.kind,
    tier: grant.tier,
    capabilities: grant.capabilities,
    purpose: application.form.purpose ?? '',
    targets: grant.scope.targets.map((target) => {
      const proof = (proven.find((each) => isSame(each, target)) ?? proven.find((each) => targetWithin(target, each)))?.proof;
      return {
        kind: target.kind,
        value: target.value,
        basis: proof?.basis ?? null,
        proof: proof?.text ?? '',
        evidenceSha256: (proof?.evidence === undefined ? undefined : hashes.get(proof.evidence)) ?? null,
      };
    }),
    excludedCount: grant.scope.excluded.length,
    conditions: grant.conditions,
    approvals: new Set<PrincipalId>(grant.approvedBy).size,
    startsAtMs: grant.startsAtMs,
    endsAtMs: grant.endsAtMs,
    recertifyByMs: grant.recertifyByMs,
    state: grant.state,
  };
}

function isSame(one: ScopeTarget, other: ScopeTarget): boolean {
  return one.kind === other.kind && one.value === other.value;
}
