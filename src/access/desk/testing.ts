// People, forms and rules for tests of the desk. Not for production code.
import type { MemberRole } from '#identity';
import type { PrincipalId } from '#kernel';
import type { Actor } from '../actor.ts';
import type { Authentication } from '../taxonomy.ts';
import { act, newApplication, type Change, type Rules } from './application.ts';
import { loadChecklist, loadFormDefinition } from './definition.ts';
import { createAccessForm } from './form.ts';
import type { FormDraft } from './form-schema.ts';
import type { Act, Application } from './model.ts';

export const DAY = 24 * 3600 * 1000;
/** 2026-11-24T00:00:00Z */
export const NOW = Date.UTC(2026, 10, 24);

export const CHECKLIST = loadChecklist();
export const FORM = createAccessForm({
  definition: loadFormDefinition(),
  sectors: ['electric-power', 'water'],
  programs: [
    { id: 'daybreak_blue', allowsZeroRetention: true },
    { id: 'cvp', allowsZeroRetention: false },
  ],
});

/** The principal id of a test person: 26 characters made of the name. */
export function idOfPerson(name: string): PrincipalId {
  const letters = name.toUpperCase().replaceAll(/[^0-9A-HJKMNP-TV-Z]/g, 'X');
  return `prn_${letters.padStart(26, '0')}` as PrincipalId;
}

export function person(name: string, roles: readonly MemberRole[], authentication: Authentication = 'passkey'): Actor {
  return { principalId: idOfPerson(name), name, roles: new Set(roles), authentication };
}

export const APPLICANT = person('aoki', ['applicant']);
export const SCREENER = person('sato', ['screener']);
export const APPROVER = person('abe', ['approver']);
export const SECOND_APPROVER = person('baba', ['approver']);

export function formOf(changes: Partial<FormDraft> = {}): FormDraft {
  return {
    kind: 'person',
    employer: '東都電力株式会社',
    role: 'CSIRT analyst',
    sector: 'electric-power',
    tier: 1,
    capabilities: ['vulnerability-triage', 'code-review'],
    purpose: 'Triage of vulnerabilities in our substation gateways.',
    targets: [
      { kind: 'network', value: '10.20.0.0/16', proof: { basis: 'owned', text: 'Address plan of the plant network.' } },
      { kind: 'host', value: '*.plant.example', proof: { basis: 'owned', text: 'Our domain.' } },
    ],
    exclusions: [{ kind: 'network', value: '10.20.99.0/24' }],
    forbiddenTools: ['ssh*'],
    retention: 'up-to-30-days',
    supervisor: { name: '上野', email: 'ueno@plant.example' },
    endDate: '2027-03-31',
    programs: ['daybreak_blue'],
    ...changes,
  };
}

export const TIER_2: Partial<FormDraft> = { tier: 2, capabilities: ['penetration-testing', 'exploit-validation'] };

export function rulesOf(changes: Partial<Rules> = {}): Rules {
  return {
    form: FORM,
    checklist: CHECKLIST,
    involved: new Set([APPLICANT.principalId]),
    ownerEmail: 'aoki@plant.example',
    isOutside: false,
    hasService: true,
    ...changes,
  };
}

export const APPLICATION_ID = `app_${'0'.repeat(26)}`;
export const GRANT_ID = `grt_${'0'.repeat(26)}`;

export function draftOf(changes: Partial<FormDraft> = {}, actor = APPLICANT): Application {
  const { application } = newApplication({
    id: APPLICATION_ID,
    actor,
    nowMs: NOW,
    form: formOf(changes),
    principalId: actor.principalId,
    renews: null,
    rules: rulesOf(),
  });
  return application;
}

export function approval(changes: Partial<Extract<Act, { kind: 'approve' }>> = {}): Act {
  return { kind: 'approve', terms: {}, reason: 'needed', grantId: GRANT_ID, ...changes };
}

/** Does an act that must succeed. */
export function done(application: Application, wanted: Act, actor: Actor, options: { nowMs?: number; rules?: Rules } = {}): Change {
  const outcome = act(application, wanted, actor, options.nowMs ?? NOW, options.rules ?? rulesOf());
  if (!outcome.ok) throw new Error(`${wanted.kind} by ${actor.name}: ${outcome.error.rule}: ${outcome.error.reason}`);
  return outcome.value;
}

/** The rule that refuses an act; `done` where none does. */
export function refusal(application: Application, wanted: Act, actor: Actor, options: { nowMs?: number; rules?: Rules } = {}): string {
  const outcome = act(application, wanted, actor, options.nowMs ?? NOW, options.rules ?? rulesOf());
  return outcome.ok ? 'done' : outcome.error.rule;
}

export function submitted(changes: Partial<FormDraft> = {}): Application {
  return done(draftOf(changes), { kind: 'submit' }, APPLICANT).application;
}

/** Screened by `screener`, every item passed unless `verdicts` says otherwise. */
export function screened(application: Application, verdicts: Readonly<Record<string, 'fail'>> = {}, screener = SCREENER): Application {
  let next = done(application, { kind: 'claim' }, screener).application;
  for (const { id } of CHECKLIST.items) {
    next = done(next, { kind: 'decide-item', item: id, verdict: verdicts[id] ?? 'pass', reason: 'seen' }, screener).application;
  }
  return done(next, { kind: 'finish-screening' }, screener).application;
}
