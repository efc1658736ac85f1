// What a program demands against what is known: for each obligation whether it is met, by which evidence, and whether the program may be
// enabled. Pure: the same facts always give the same answer.
import { err, ok, type Result } from '#kernel';
import { attestationCounts, type Attestation } from './attestation.ts';
import { runCheck, type CheckStatus, type Evidence } from './checks.ts';
import type { DeploymentFact, ObligationFacts } from './facts.ts';
import type { Basis, Demand, ProgramObligations } from './matrix.ts';

export interface ObligationAssessment {
  readonly obligation: string;
  readonly en: string;
  readonly ja: string;
  readonly hard: boolean;
  readonly basis: Basis;
  readonly source: { readonly url: string | null; readonly asOf: string };
  readonly status: CheckStatus;
  readonly evidence: readonly Evidence[];
  /** A person can attest it. */
  readonly isAttestable: boolean;
}

export type EnablementRefusal =
  /** Nobody has written down what it demands. */
  | { readonly kind: 'unknown-program'; readonly program: string }
  | { readonly kind: 'obligations-unmet'; readonly program: string; readonly missing: readonly ObligationAssessment[] };

/**
 * Deployments under a program: those whose requests name it; where requests name none, those of its companies that a route with grants
 * reaches.
 */
export function deploymentsUnder(program: ProgramObligations, deployments: readonly DeploymentFact[]): readonly DeploymentFact[] {
  if (program.accessProgram !== null) return deployments.filter(({ accessProgram }) => accessProgram === program.accessProgram);
  const companies = new Set(program.companies.map((name) => name.toLowerCase()));
  return deployments.filter(({ company, governedRoutes }) => companies.has(company.toLowerCase()) && governedRoutes.length > 0);
}

/** One assessment per demand, in the order of the matrix. */
export function assessObligations(program: ProgramObligations, facts: ObligationFacts): readonly ObligationAssessment[] {
  const input = {
    program,
    deployments: deploymentsUnder(program, facts.deployments),
    grants: facts.grants === null ? null : facts.grants.filter(({ programs }) => programs.includes(program.id)),
    facts,
  };
  return program.demands.map((demand) => {
    const { obligation, hard, basis, source } = demand;
    const checked = runCheck(obligation.check, input);
    const attested = attestationFor(program, demand, facts);
    const isAttested = facts.attestations === null ? undefined : attested !== undefined;
    const status = combined(checked.status, obligation.attestation, isAttested);
    return {
      obligation: obligation.id,
      en: obligation.en,
      ja: obligation.ja,
      hard,
      basis,
      source: { url: source.url, asOf: source.asOf },
      status,
      evidence: evidenceOf(checked, obligation.check === 'attested', attested),
      isAttestable: obligation.attestation !== 'none',
    };
  });
}

/** The assessments where nothing hard is missing. What is unknown counts as unmet here. `undefined`: the program is in no matrix. */
export function mayEnable(
  program: ProgramObligations | undefined,
  facts: ObligationFacts,
  named = program?.id ?? '',
): Result<readonly ObligationAssessment[], EnablementRefusal> {
  if (program === undefined) return err({ kind: 'unknown-program', program: named });
  const all = assessObligations(program, facts);
  const missing = missingOf(all);
  return missing.length === 0 ? ok(all) : err({ kind: 'obligations-unmet', program: program.id, missing });
}

export function missingOf(all: readonly ObligationAssessment[]): readonly ObligationAssessment[] {
  return all.filter(({ hard, status }) => hard && status !== 'met');
}

/** A person's word fills in for what a check cannot see; it never outweighs what the check saw. `undefined`: nobody knows whether it was given. */
function combined(checked: CheckStatus, attestation: 'none' | 'allowed' | 'required', isAttested: boolean | undefined): CheckStatus {
  if (checked === 'unmet' || attestation === 'none') return checked;
  if (isAttested === true) return 'met';
  if (attestation === 'allowed') return checked;
  return isAttested === undefined ? 'unknown' : 'unmet';
}

function attestationFor(program: ProgramObligations, { obligation }: Demand, facts: ObligationFacts): Attestation | undefined {
  if (obligation.attestation === 'none') return undefined;
  return facts.attestations
    ?.filter(
      (one) =>
        one.program === program.id &&
        one.obligation === obligation.id &&
        one.obligationHash === obligation.hash &&
        attestationCounts(one, facts.atMs),
    )
    .toSorted((a, b) => b.untilMs - a.untilMs || (a.id < b.id ? 1 : -1))[0];
}

function evidenceOf(checked: { readonly evidence: Evidence }, isOnlyAttested: boolean, attested: Attestation | undefined): Evidence[] {
  if (attested === undefined) return [checked.evidence];
  const at = new Date(attested.atMs).toISOString().slice(0, 10);
  const until = new Date(attested.untilMs).toISOString().slice(0, 10);
  const word: Evidence = {
    en: `${attested.by.name} attested it on ${at}, until ${until}: ${attested.statement}`,
    ja: `${attested.by.name} が ${at} に表明(${until} まで有効): ${attested.statement}`,
    from: `attestation ${attested.id}`,
  };
  return isOnlyAttested ? [word] : [checked.evidence, word];
}
