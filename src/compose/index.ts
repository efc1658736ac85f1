export { withAdministration, type AdministrationTask } from './administration.ts';
export { withContinuity, type ContinuityControl, type ContinuityTask } from './continuity.ts';
export type { Administrator, Facts } from './diary.ts';
export { leaseDatabase, ledgerDirectory, pepperOf, signerOf, withDatabase } from './foundations.ts';
export { withMembers, type MembershipTask } from './membership.ts';
export { startSupervisor, type Supervisor } from './supervisor.ts';
export { runWorker } from './worker.ts';
export { explain, type Asker, type ConsideredDeployment, type DryRun, type Explanation } from './explanation.ts';
export { discardEmbeddedDatabase, holdEmbeddedDatabase, type HeldDatabase } from './throwaway-database.ts';
