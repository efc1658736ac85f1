// How an application moves: one pure function that says what an act makes of it, or why not. Reads no clock and writes nothing; who owns
// what, and who supervises whom, comes in with the rules.
import { ok, type PrincipalId, type Result } from '#kernel';
import type { Actor } from '../actor.ts';
import type { GrantRecord } from './grant-record.ts';
import { approve, reject } from './acts-of-approvers.ts';
import { appeal, attach, edit, remark, submit, withdraw } from './acts-of-applicants.ts';
import { claim, decideItem, finishScreening } from './acts-of-screeners.ts';
import type { Checklist } from './definition.ts';
import { byFacts, scopeHash, type Facts } from './facts.ts';
import type { AccessForm } from './form.ts';
import { scopeOf } from './form-scope.ts';
import type { FormDraft } from './form-schema.ts';
import { EMPTY_ROUND, type Act, type ActRefusal, type Application } from './model.ts';

/** What an act is judged by, beside the application itself. */
export interface Rules {
  readonly form: AccessForm;
  readonly checklist: Checklist;
  /** Whose application it is in any way; see separation.ts. */
  readonly involved: ReadonlySet<PrincipalId>;
  readonly ownerEmail: string | null;
  /** The owner, or whoever would use the grant, is not the operator's own. */
  readonly isOutside: boolean;
  /** The service that the form names exists and may act. */
  readonly hasService: boolean;
}

/** What an act changes. */
export interface Change {
  readonly application: Application;
  /** What the ledger is told. */
  readonly facts: Facts;
  /** The grant that came of it; null for every act but the last approval. */
  readonly grant: GrantRecord | null;
}

/** What one kind of act changes, before everything that all acts have in common is added. */
export interface Move {
  readonly changes: Partial<Application>;
  /** With `type`. */
  readonly facts: Facts;
  readonly grant?: GrantRecord;
}

export interface Situation {
  readonly application: Application;
  readonly actor: Actor;
  readonly nowMs: number;
  readonly rules: Rules;
}

export function newApplication(input: {
  readonly id: string;
  readonly actor: Actor;
  readonly nowMs: number;
  readonly form: FormDraft;
  readonly principalId: PrincipalId | null;
  readonly renews: string | null;
  readonly rules: Pick<Rules, 'form' | 'checklist'>;
}): Change {
  const { id, actor, nowMs, form, principalId, renews, rules } = input;
  const application: Application = {
    id,
    ownerId: actor.principalId,
    ownerName: actor.name,
    principalId,
    formVersion: rules.form.definition.version,
    checklistVersion: rules.checklist.version,
    form,
    state: 'draft',
    version: 1,
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
    submittedAtMs: null,
    rounds: [EMPTY_ROUND],
    remarks: [],
    evidence: [],
    renews,
    grantId: null,
  };
  return { application, facts: factsOf({ type: 'application-created', renews }, application, actor), grant: null };
}

export function act(application: Application, wanted: Act, actor: Actor, nowMs: number, rules: Rules): Result<Change, ActRefusal> {
  const move = moveOf(wanted, { application, actor, nowMs, rules });
  if (!move.ok) return move;
  const { changes, facts, grant = null } = move.value;
  const next: Application = { ...application, ...changes, version: application.version + 1, updatedAtMs: nowMs };
  return ok({ application: next, facts: factsOf(facts, next, actor), grant });
}

function moveOf(wanted: Act, situation: Situation): Result<Move, ActRefusal> {
  switch (wanted.kind) {
    case 'edit':
      return edit(situation, wanted);
    case 'attach':
      return attach(situation, wanted);
    case 'submit':
      return submit(situation);
    case 'withdraw':
      return withdraw(situation, wanted);
    case 'appeal':
      return appeal(situation, wanted);
    case 'remark':
      return remark(situation, wanted);
    case 'claim':
      return claim(situation);
    case 'decide-item':
      return decideItem(situation, wanted);
    case 'finish-screening':
      return finishScreening(situation);
    case 'approve':
      return approve(situation, wanted);
    case 'reject':
      return reject(situation, wanted);
  }
}

function factsOf(facts: Facts, application: Application, actor: Actor): Facts {
  return {
    ...facts,
    application: application.id,
    by: byFacts(actor),
    owner: application.ownerId,
    principal: application.principalId,
    round: application.rounds.length,
    state: application.state,
    version: application.version,
    tier: application.form.tier ?? null,
    capabilities: application.form.capabilities ?? [],
    scope: scopeHash(scopeOf(application.form)),
  };
}
