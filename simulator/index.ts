// The door `#simulator`: provider simulators with faults, for the demo, tests and drills; never a default of `up`.
export { FAULT_KINDS, parseFault, SSE_FORMS, type Fault, type FaultScope, type SseForm } from './faults.ts';
export type { JournalLine } from './journal.ts';
export {
  DEFAULT_BEHAVIOUR,
  SIMULATED_WIRES,
  type Behaviour,
  type RecordedRequest,
  type SimulatedWire,
  type Simulator,
  type SimulatorOptions,
  type SimulatorStats,
} from './options.ts';
export { POLICY_ERROR_MODEL, REFUSAL_MODEL, SLOW_MODEL, TRIGGER_MODELS } from './reply.ts';
export { startSimulator } from './simulator.ts';
