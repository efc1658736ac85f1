// Whether the answer came from what was asked for. Compares claims of the provider with what the request said; it proves nothing about
// which weights ran.
import type { Observation } from './observation.ts';

export interface Requested {
  /** The model name that the request carried. */
  readonly model: string;
  /** The trusted-access program that the request named; undefined: none. */
  readonly program: string | undefined;
  /** Other names under which this deployment may answer, where the request names no model (Azure deployments, routers). */
  readonly answersAs?: readonly string[];
}

export interface ProgramMismatch {
  readonly model?: { readonly asked: string; readonly got: string } | undefined;
  /** `asked` null: none was named, and one was in force. */
  readonly program?: { readonly asked: string | null; readonly got: string } | undefined;
}

/** Undefined: what the answer says of itself agrees, or it says nothing. */
export function mismatchOf(
  requested: Requested,
  { effectiveModel, effectiveProgram }: Pick<Observation, 'effectiveModel' | 'effectiveProgram'>,
): ProgramMismatch | undefined {
  const isOtherModel =
    effectiveModel !== undefined &&
    effectiveModel !== requested.model &&
    ![requested.model, ...(requested.answersAs ?? [])].some((name) => isSameModel(name, effectiveModel));
  // Nothing named and the standard program in force is what nothing means.
  const isOtherProgram = effectiveProgram !== undefined && effectiveProgram !== (requested.program ?? 'standard');
  if (!isOtherModel && !isOtherProgram) return undefined;
  return {
    ...(isOtherModel ? { model: { asked: requested.model, got: effectiveModel } } : {}),
    ...(isOtherProgram ? { program: { asked: requested.program ?? null, got: effectiveProgram } } : {}),
  };
}

/** `-2026-11-01`, `-20261101`, `@20261101`, `-261101`, `-2611`: the release that an undated name stands for at the moment. */
const RELEASE = /^[-@](?:\d{4}-\d{2}-\d{2}|\d{8}|\d{6}|\d{4})$/;
const LATEST = /[-:]latest$/;

/**
 * A name without a date stands for its releases; a name with one stands for itself alone. A name that ends in `latest` says that the
 * vendor chooses: any model of the same make (first part of the name) is what was asked for.
 */
function isSameModel(requested: string, effective: string): boolean {
  const [asked, got] = [requested.toLowerCase(), effective.toLowerCase()];
  if (LATEST.test(asked)) return makeOf(got) === makeOf(asked);
  return got === asked || (got.startsWith(asked) && RELEASE.test(got.slice(asked.length)));
}

function makeOf(name: string): string {
  return /^[^-:/@.\d]*/.exec(name)![0];
}
