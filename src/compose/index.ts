export { leaseDatabase, ledgerDirectory, pepperOf, signerOf, withDatabase } from './foundations.ts';
export { startSupervisor, type Supervisor } from './supervisor.ts';
export { runWorker } from './worker.ts';
