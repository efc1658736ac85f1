// The door of signals: what a text hides, asks a model to do, is about and names. Signals for decisions, not decisions.
export { mergeSignals, type SignalSummary } from './merge.ts';
export { signalsIn, type EncodedSignal, type HiddenSignal, type SignalContext, type Signals } from './signals.ts';
export { INSTRUCTION_THRESHOLD, type Evidence } from './instructions.ts';
export type { Capabilities, TagScore } from './capabilities.ts';
export type { HiddenKind } from './hidden.ts';
export type { Target, TargetKind } from './targets.ts';
export type { CapabilityTag } from './words-of-capabilities.ts';
export { SignalTotals, type SignalTotal } from './total.ts';
