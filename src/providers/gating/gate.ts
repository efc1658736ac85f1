// The gate of a stream.
import type { ClientWire } from '../wire-format.ts';
import type { CallGate, CallGateOptions } from './types.ts';

export function createCallGate(format: { readonly wire: ClientWire }, options: CallGateOptions): CallGate {
  throw new Error(`${format.wire} ${options.maxHeldBytes}`);
}
