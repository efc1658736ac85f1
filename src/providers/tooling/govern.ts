// What of a request's tools may be offered.
import { ok, type Result } from '#kernel';
import type { ClientWire } from '../wire-format.ts';
import type { GovernedRequest, GovernProblem, OfferedTool } from './types.ts';

export interface GovernOptions {
  readonly body: Buffer;
  readonly format: { readonly wire: ClientWire };
  readonly isAllowed: (tool: OfferedTool) => boolean;
  /** Put into the prompt as the operator's words; undefined: nothing is. */
  readonly statement: string | undefined;
}

export function governRequest(options: GovernOptions): Result<GovernedRequest, GovernProblem> {
  return ok({ body: options.body, removed: [] });
}
