// Beginning an application, from nothing or from a grant that is to be renewed; and what all acts on applications have in common.
import { err, ok, ulid, type Result } from '#kernel';
import type { Actor } from '../actor.ts';
import { newApplication, type Change } from './application.ts';
import type { Checklist } from './definition.ts';
import type { ApplicationDesk, DeskOptions } from './desk.ts';
import { recordThen } from './doing.ts';
import type { AccessForm, FieldProblem } from './form.ts';
import { MOST_APPLICATIONS, MOST_OPEN_APPLICATIONS } from './limits.ts';
import type { ActRefusal, Application } from './model.ts';
import type { People } from './people.ts';
import { refuse, roleProblem } from './separation.ts';
import type { DeskEvent, DeskStore } from './store.ts';

export interface ApplicationDeskOptions extends DeskOptions {
  readonly form: AccessForm;
  readonly checklist: Checklist;
  readonly people: People;
}

export async function createDraft(
  options: ApplicationDeskOptions,
  { actor, form: typed, renews }: Parameters<ApplicationDesk['createDraft']>[0],
): Promise<Result<Application, ActRefusal>> {
  const { store, record, clock, form, checklist, people } = options;
  const missing = roleProblem(actor, ['applicant', 'defender'], 'apply');
  if (missing !== undefined) return missing;
  const { open, all } = await store.countApplications(actor.principalId);
  if (open >= MOST_OPEN_APPLICATIONS || all >= MOST_APPLICATIONS) {
    return refuse('limit-reached', `You have ${open} open applications, and ${all} in all.`, 'Withdraw those that you do not need.');
  }
  let basis: unknown = typed ?? {};
  if (renews !== undefined) {
    const earlier = await formToRenew(store, actor, renews);
    if (!earlier.ok) return earlier;
    basis = typed ?? earlier.value;
  }
  const read = form.read(basis);
  if (!read.ok) return unreadable(read.error);
  const change = newApplication({
    id: idOf(options, 'app'),
    actor,
    nowMs: clock.now(),
    form: read.value,
    principalId: await people.holderOf(read.value, actor.principalId),
    renews: renews ?? null,
    rules: { form, checklist },
  });
  const { application } = change;
  const done = await recordThen(record, application.id, change.facts, async () => {
    await store.insertApplication(application, eventOf(change, actor, null));
    return true;
  });
  return done.ok ? ok(application) : done;
}

/** Documents belong to their application: proofs have to be attached again, and the end has to be said anew. */
async function formToRenew(store: DeskStore, actor: Actor, grantId: string): Promise<Result<unknown, ActRefusal>> {
  const grant = await store.findGrant(grantId);
  const application = grant?.ownerId === actor.principalId ? await store.findApplication(grant.applicationId) : undefined;
  if (application === undefined) return refuse('unknown-grant', 'You have no such grant.', 'Renew one of your own.');
  const { endDate: _over, targets, ...rest } = application.form;
  if (targets === undefined) return ok(rest);
  const unproven = targets.map(({ proof, ...target }) => {
    const { evidence: _document, ...said } = proof ?? {};
    return { ...target, proof: said };
  });
  return ok({ ...rest, targets: unproven });
}

export function eventOf({ application, facts }: Change, actor: Actor, reason: string | null): DeskEvent {
  const { id, version, updatedAtMs } = application;
  return {
    applicationId: id,
    grantId: null,
    version,
    atMs: updatedAtMs,
    by: actor.principalId,
    name: actor.name,
    type: facts.type,
    reason,
    facts,
  };
}

export function idOf({ clock, random }: DeskOptions, prefix: 'app' | 'evi' | 'grt'): string {
  return `${prefix}_${ulid(clock.now(), random.bytes(10))}`;
}

export function unreadable(problems: readonly FieldProblem[]): Result<never, ActRefusal> {
  const paths = problems.map(({ path }) => path).join(', ');
  return err({
    rule: 'form-incomplete',
    reason: `The form cannot be read: ${paths.slice(0, 500)}.`,
    next: 'Correct it field by field as `problems` says.',
    problems,
  });
}
