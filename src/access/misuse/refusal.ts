// Why something about misuse was not done.
import type { MemberRole } from '#identity';
import type { CaseState } from './case.ts';
import type { Standing } from '../taxonomy.ts';

export type MisuseRefusal =
  | { readonly kind: 'unknown-case' }
  | { readonly kind: 'unknown-principal' }
  | { readonly kind: 'role-missing'; readonly roles: readonly MemberRole[] }
  /** Separation of duties: it is about the actor. */
  | { readonly kind: 'own-case' }
  /** Separation of duties: the actor put the restriction there that the appeal is about. */
  | { readonly kind: 'imposed-by-actor' }
  /** Only whom it is about appeals. */
  | { readonly kind: 'not-concerned' }
  | { readonly kind: 'invalid-text'; readonly maxBytes: number }
  | { readonly kind: 'case-state'; readonly state: CaseState }
  | { readonly kind: 'too-many-appeals'; readonly most: number }
  | { readonly kind: 'standing-unchanged'; readonly standing: Standing }
  /** The case stands for a standing that has to be changed first. */
  | { readonly kind: 'standing-in-force'; readonly standing: Standing }
  /** A text could not be masked, so it goes nowhere. */
  | { readonly kind: 'unmaskable' }
  /** A suspension that is in force and missing in the ledger. */
  | { readonly kind: 'not-recorded'; readonly standing: Standing; readonly caseId: string | null; readonly cause: unknown };
