export { createAttempts, qualifiedFor, type Attempt, type Attempts } from './attempts.ts';
export { WIRES, type Country, type Deployment, type Origins, type Price, type Route, type Timeouts, type Wire } from './deployment.ts';
export { createHealth, type Health, type HealthState } from './health.ts';
