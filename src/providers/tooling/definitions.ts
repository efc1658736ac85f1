// The tools that a request offers.
import type { ClientWire } from '../wire-format.ts';
import type { OfferedTool } from './types.ts';

export function toolDefinitionsOf(request: unknown, format: { readonly wire: ClientWire }): readonly OfferedTool[] {
  throw new Error(`${format.wire} ${typeof request}`);
}
