// Dossiers for those who apply at a vendor. Each one is recorded before it is handed out, with its hash: what left the house can be proved.
import { ok, type Clock, type Json, type Result } from '#kernel';
import type { Actor } from '../actor.ts';
import { buildDossier, type Dossier } from './dossier.ts';
import type { DossierInput } from './input.ts';

export interface DossierRefusal {
  readonly kind: 'unknown-program';
  readonly program: string;
}

export interface DossierService {
  /** `withNames`: people by name; otherwise they are counted. */
  make(actor: Actor, options: { readonly program: string; readonly withNames: boolean }): Promise<Result<Dossier, DossierRefusal>>;
}

export interface DossierPorts {
  /** `program`: by its id or by what requests name. */
  readonly gather: (program: string) => Promise<Result<DossierInput, DossierRefusal>>;
  /** Rejects when it cannot be made durable. */
  readonly record: (subject: string, facts: { readonly [name: string]: Json }) => Promise<void>;
  readonly clock: Clock;
}

export function createDossiers({ gather, record, clock }: DossierPorts): DossierService {
  return {
    async make(actor, { program, withNames }) {
      const input = await gather(program);
      if (!input.ok) return input;
      const dossier = buildDossier(input.value, { madeAtMs: clock.now(), madeBy: actor.name, withNames });
      await record(dossier.program.id, {
        type: 'dossier-made',
        program: dossier.program.id,
        sha256: dossier.sha256,
        withNames,
        by: { principal: actor.principalId, name: actor.name, authentication: actor.authentication },
      });
      return ok(dossier);
    },
  };
}
