// The door of signals: what a text hides, asks a model to do, is about and names. Signals for decisions, not decisions.
export { mergeSignals, type OwnScores, type SignalSummary } from './merge.ts';
export { signalsIn, type Signals } from './signals.ts';
export { SignalTotals, type SignalTotal } from './total.ts';
