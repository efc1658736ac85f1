export { WIRES, type Country, type Deployment, type Origins, type Price, type Route, type Timeouts, type Wire } from './deployment.ts';
