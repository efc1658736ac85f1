// What is known of this checkpoint when a vendor's program asks: gathered from configuration, database and ledger for obligations and
// dossiers. Judges nothing; what cannot be found out is null, which is not the same as no.
import {
  createDossiers,
  createObligations,
  createOnboarding,
  deploymentsUnder,
  dossierGrant,
  missingOf,
  obligationsMatrix,
  programNamed,
  type DossierGrant,
  type DossierInput,
  type DossierRefusal,
  type GrantRecord,
  type ObligationFacts,
  type OnboardingService,
  type ProbeResult,
} from '#access';
import { SECTORS, type Config } from '#config';
import type { MemberRecord, Members } from '#identity';
import { err, ok, type Clock, type Random, type Result } from '#kernel';
import { treeSize, type TileSource } from '#ledger';
import { createAttestationStore, createDeskStore, createOnboardingStore, type Database } from '#store';
import type { RecordAct } from './access.ts';

export interface ProgramServicesOptions {
  readonly config: () => Config;
  readonly database: Database;
  readonly members: Members;
  readonly record: RecordAct;
  readonly clock: Clock;
  readonly random: Random;
  readonly ledgerFiles: TileSource;
  /** Verifier key of the ledger. */
  readonly vkey: string;
  /** Version and ids of the policies in force. */
  readonly policies: () => { readonly version: string; readonly ids: readonly string[] };
  readonly probe: (deployment: string) => Promise<ProbeResult>;
}

const MOST_ROWS = 500;

/** For who watches and asks nobody: what canaries find is told to the operator's applications, and makes none of them ready. */
export function createOnboardingObserver({
  config,
  database,
  record,
  clock,
  random,
}: Pick<ProgramServicesOptions, 'config' | 'database' | 'record' | 'clock' | 'random'>): Pick<OnboardingService, 'observe'> {
  return createOnboarding({
    matrix: obligationsMatrix(),
    store: createOnboardingStore(database),
    probe: () => Promise.reject(new TypeError('nobody is asked from here')),
    deploymentsOf: (program) => deploymentsUnder(program, deploymentFacts(config())).map(({ id }) => id),
    missingObligations: async (program) => [program.id],
    record,
    clock,
    random,
  });
}

export function createProgramServices(options: ProgramServicesOptions) {
  const { config, record, clock, random, database } = options;
  const matrix = obligationsMatrix();
  const attestations = createAttestationStore(database);
  const onboardings = createOnboardingStore(database);
  const ports = { matrix, facts: () => factsOf(options), store: attestations, record, clock, random };
  const obligations = createObligations(ports);
  const onboarding = createOnboarding({
    matrix,
    store: onboardings,
    probe: options.probe,
    deploymentsOf: (program) => deploymentsUnder(program, deploymentFacts(config())).map(({ id }) => id),
    missingObligations: async (program) => {
      const report = await obligations.report(program.id);
      return report.ok
        ? report.value.programs.flatMap((each) => missingOf(each.obligations).map(({ obligation }) => obligation))
        : [program.id];
    },
    record,
    clock,
    random,
  });
  const dossier = createDossiers({ gather: (program) => gather(program), record, clock });

  async function gather(name: string): Promise<Result<DossierInput, DossierRefusal>> {
    const program = programNamed(matrix, name);
    const report = program === undefined ? undefined : await obligations.report(program.id);
    const assessed = report?.ok === true ? report.value.programs[0] : undefined;
    if (program === undefined || assessed === undefined) return err({ kind: 'unknown-program', program: name });
    const { operator, ledger, version } = config();
    const sector = SECTORS.sectors.find(({ id }) => id === operator.sector);
    const members = await allMembers(options.members);
    const open = (await onboardings.list(MOST_ROWS)).find((each) => each.program === program.id);
    return ok({
      operator: { ...operator, sector: sector ?? null, incidentContact: operator.incidentContact ?? null },
      program: assessed,
      matrixVersion: matrix.version,
      onboarding: open === undefined ? null : { account: open.account, reference: open.reference, state: open.state },
      members: members.map(({ name: memberName, kind, roles, passkeys }) => ({
        name: memberName,
        kind,
        roles,
        authentication: passkeys > 0 ? 'passkey' : 'none',
      })),
      grants: await dossierGrants(database, program.id, members),
      policies: options.policies(),
      configuration: version,
      ledger: { origin: ledger.origin, publicKey: options.vkey, checkpoint: await checkpointText(options.ledgerFiles) },
    });
  }

  return { obligations, onboarding, dossier };
}

async function factsOf({
  config,
  database,
  members,
  ledgerFiles,
  clock,
}: ProgramServicesOptions): Promise<Omit<ObligationFacts, 'atMs' | 'attestations'>> {
  const { operator, access, ledger } = config();
  const isEnforced = access.enforce !== 'off';
  const everybody = await allMembers(members).catch(() => null);
  const grants = await activeGrants(database, clock.now()).catch(() => null);
  const checkpoint = await checkpointText(ledgerFiles);
  return {
    incidentContact: operator.incidentContact ?? null,
    access: { isEnforced, reviewsCalls: isEnforced, holdsCalls: isEnforced },
    signIn: { identityProviders: access.oidc.map(({ id }) => id) },
    deployments: deploymentFacts(config()),
    grants:
      grants?.map(({ id, principalId, programs, conditions, scope }) => {
        const holder = everybody?.find((member) => member.principalId === principalId);
        return {
          id,
          // Whoever is not known as a member is taken for the worst.
          holderKind: holder?.kind ?? 'agent',
          isOutside: holder?.isOutside ?? true,
          programs,
          conditions,
          targetCount: scope.targets.length,
        };
      }) ?? null,
    approvers: everybody?.filter(({ roles, disabledAtMs }) => disabledAtMs === null && roles.includes('approver')).length ?? null,
    ledger: { isWritten: true, origin: ledger.origin, entries: checkpoint === null ? null : (treeSize(Buffer.from(checkpoint)) ?? null) },
    fallback: { isRefusedAtVendor: true, isRefusalFinal: true },
    safetyNoticesFrom: access.webhooks.openai === undefined ? [] : ['OpenAI'],
  };
}

function deploymentFacts({ deployments, routes, canaries }: Config): ObligationFacts['deployments'] {
  return deployments.map((deployment) => {
    const { id, origins, accessProgram, endUserField, retentionDays } = deployment;
    const using = routes.filter(({ candidates }) => candidates.some((candidate) => candidate.id === id));
    return {
      id,
      company: origins.vendor.company,
      accessProgram: accessProgram ?? null,
      tellsEndUser: endUserField !== 'none',
      retentionDays: retentionDays ?? null,
      hasCanary: canaries.some((canary) => canary.deployment === id),
      governedRoutes: using.filter(({ isGoverned }) => isGoverned).map(({ name }) => name),
      openRoutes: using.filter(({ isGoverned }) => !isGoverned).map(({ name }) => name),
    };
  });
}

async function allMembers(members: Members): Promise<readonly MemberRecord[]> {
  const all: MemberRecord[] = [];
  for (let after: string | undefined; ;) {
    const page = await members.list({ after });
    all.push(...page);
    after = page.at(-1)?.name;
    if (page.length === 0 || after === undefined || all.length >= 100_000) return all;
  }
}

async function activeGrants(database: Database, nowMs: number): Promise<readonly GrantRecord[]> {
  const store = createDeskStore(database);
  const all: GrantRecord[] = [];
  for (let before: string | undefined; ;) {
    const page = await store.listGrants({ states: ['active'], before, limit: MOST_ROWS });
    all.push(...page.filter(({ endsAtMs }) => endsAtMs > nowMs));
    before = page.at(-1)?.id;
    if (page.length < MOST_ROWS) return all;
  }
}

async function dossierGrants(database: Database, program: string, members: readonly MemberRecord[]): Promise<readonly DossierGrant[]> {
  const store = createDeskStore(database);
  const opened = (await store.listGrants({ states: ['active', 'suspended'], limit: MOST_ROWS })).filter(({ programs }) =>
    programs.includes(program),
  );
  const made: DossierGrant[] = [];
  for (const grant of opened) {
    const application = await store.findApplication(grant.applicationId);
    if (application === undefined) continue;
    const holder = members.find(({ principalId }) => principalId === grant.principalId);
    made.push(dossierGrant(grant, application, { name: holder?.name ?? grant.principalId, kind: holder?.kind ?? 'agent' }));
  }
  return made;
}

async function checkpointText(files: TileSource): Promise<string | null> {
  return (await files.read('checkpoint'))?.toString('utf8') ?? null;
}
