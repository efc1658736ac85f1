// What an evaluation case is, once its file has been read: what is asked, and the checks that judge the answer. Types only; the form in
// which operators write cases is case-schema.ts.
import type { Json } from '#kernel';

/** How two texts are compared. */
export interface TextOptions {
  /** Unicode NFKC first, so that full-width and half-width forms are the same (UAX #15). */
  readonly nfkc: boolean;
  readonly ignoreCase: boolean;
}

export type Check = { readonly weight: number } & (
  | ({ readonly kind: 'exact'; readonly text: string; readonly trim: boolean } & TextOptions)
  | { readonly kind: 'regex'; readonly pattern: string; readonly flags: string }
  /** `notContains` fails when any of `any` is there, or all of `all` together. */
  | ({ readonly kind: 'contains' | 'notContains'; readonly all: readonly string[]; readonly any: readonly string[] } & TextOptions)
  | { readonly kind: 'jsonSchema'; readonly schema: Json }
  | { readonly kind: 'toolCall'; readonly name: string; readonly expects: ToolArguments | undefined }
  /** `atLeast`: from which grade on the check counts as passed; the grade itself is what the score gets. */
  | { readonly kind: 'judge'; readonly rubric: string; readonly atLeast: number }
  | { readonly kind: 'maxLatencyMs'; readonly ms: number }
);

export type ToolArguments =
  /** The same value, whatever the order of members. */
  | { readonly by: 'exact'; readonly value: Json }
  /** Every member named here is there and has this value; further ones may be. Lists have the same length. */
  | { readonly by: 'partial'; readonly value: Json }
  | { readonly by: 'schema'; readonly schema: Json };

export type CaseMessage = { readonly role: string; readonly [member: string]: Json | undefined };

export interface EvaluationCase {
  readonly id: string;
  /** As a chat completion's `messages`; the system message, where there is one, comes first. */
  readonly messages: readonly CaseMessage[];
  readonly tools: readonly Json[];
  readonly maxTokens: number | undefined;
  readonly temperature: number | undefined;
  readonly weight: number;
  /** At least one. */
  readonly checks: readonly Check[];
}

export interface CaseSet {
  readonly cases: readonly EvaluationCase[];
  /** Hex SHA-256 over what the cases say; comments, layout and file format do not change it. */
  readonly hash: string;
}

export function needsJudge(cases: readonly EvaluationCase[]): boolean {
  return cases.some(({ checks }) => checks.some(({ kind }) => kind === 'judge'));
}
