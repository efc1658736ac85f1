// What the ledger is told of an act: ids, states and hashes. Free text stays in the database, with its hash here.
import { createHash } from 'node:crypto';
import { canonicalJson, type Json } from '#kernel';
import type { Scope, ScopeTarget } from '#scope';
import type { Actor } from '../actor.ts';

/** Canonical JSON values by name, with a `type` in kebab-case and who did it. */
export type Facts = { readonly type: string; readonly [name: string]: Json };

export function byFacts({ principalId, name, authentication }: Actor): Json {
  return { principal: principalId, name, authentication };
}

/** SHA-256 of UTF-8 text, lower-case hexadecimal. */
export function hashOf(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}

/** SHA-256 of the scope as canonical JSON (RFC 8785). */
export function scopeHash(scope: Scope): string {
  const target = ({ kind, value }: ScopeTarget): Json => ({ kind, value });
  return hashOf(
    canonicalJson({
      targets: scope.targets.map(target),
      excluded: scope.excluded.map(target),
      allowedTools: scope.allowedTools,
      forbiddenTools: scope.forbiddenTools,
    }),
  );
}

export function timeOf(ms: number): string {
  return new Date(ms).toISOString();
}
