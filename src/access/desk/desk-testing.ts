// The state machine of applications for tests: brings an application into any state with a few words. Not for production code.
import type { Actor } from '../actor.ts';
import { act, newApplication, type Change, type Rules } from './application.ts';
import { loadChecklist, loadFormDefinition } from './definition.ts';
import { createAccessForm } from './form.ts';
import type { FormDraft } from './form-schema.ts';
import type { Act, Application } from './model.ts';

export const CHECKLIST = loadChecklist();
export const FORM = createAccessForm({
  definition: loadFormDefinition(),
  sectors: ['electric-power', 'water'],
  programs: [
    { id: 'daybreak_blue', allowsZeroRetention: true },
    { id: 'cvp', allowsZeroRetention: false },
  ],
});

export const APPLICATION_ID = `app_${'0'.repeat(26)}`;
export const GRANT_ID = `grt_${'0'.repeat(26)}`;

export interface Cast {
  readonly applicant: Actor;
  readonly screener: Actor;
  readonly nowMs: number;
  readonly formOf: (changes?: Partial<FormDraft>) => FormDraft;
}

interface Circumstances {
  readonly nowMs?: number;
  readonly rules?: Rules;
}

export function approval(changes: Partial<Extract<Act, { kind: 'approve' }>> = {}): Act {
  return { kind: 'approve', terms: {}, reason: 'needed', grantId: GRANT_ID, ...changes };
}

export function createMachine({ applicant, screener: usual, nowMs: now, formOf }: Cast) {
  function rulesOf(changes: Partial<Rules> = {}): Rules {
    return {
      form: FORM,
      checklist: CHECKLIST,
      involved: new Set([applicant.principalId]),
      ownerEmail: 'aoki@plant.example',
      isOutside: false,
      hasService: true,
      ...changes,
    };
  }

  function draftOf(changes: Partial<FormDraft> = {}, actor = applicant): Application {
    const form = formOf(changes);
    const { principalId } = actor;
    return newApplication({ id: APPLICATION_ID, actor, nowMs: now, form, principalId, renews: null, rules: rulesOf() }).application;
  }

  /** Does an act that must succeed. */
  function done(application: Application, wanted: Act, actor: Actor, { nowMs = now, rules = rulesOf() }: Circumstances = {}): Change {
    const outcome = act(application, wanted, actor, nowMs, rules);
    if (!outcome.ok) throw new Error(`${wanted.kind} by ${actor.name}: ${outcome.error.rule}: ${outcome.error.reason}`);
    return outcome.value;
  }

  /** The rule that refuses an act; `done` where none does. */
  function refusal(application: Application, wanted: Act, actor: Actor, { nowMs = now, rules = rulesOf() }: Circumstances = {}): string {
    const outcome = act(application, wanted, actor, nowMs, rules);
    return outcome.ok ? 'done' : outcome.error.rule;
  }

  function submitted(changes: Partial<FormDraft> = {}): Application {
    return done(draftOf(changes), { kind: 'submit' }, applicant).application;
  }

  /** Screened by `screener`, every item passed unless `verdicts` says otherwise. */
  function screened(application: Application, verdicts: Readonly<Record<string, 'fail'>> = {}, screener = usual): Application {
    let next = done(application, { kind: 'claim' }, screener).application;
    for (const { id } of CHECKLIST.items) {
      next = done(next, { kind: 'decide-item', item: id, verdict: verdicts[id] ?? 'pass', reason: 'seen' }, screener).application;
    }
    return done(next, { kind: 'finish-screening' }, screener).application;
  }

  return { rulesOf, draftOf, done, refusal, submitted, screened };
}
