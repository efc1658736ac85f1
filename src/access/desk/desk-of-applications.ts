// The desk's side of applications: finds, checks who may see, asks the state machine, records, writes.
import { err, ok, type Err, type Result } from '#kernel';
import type { Actor } from '../actor.ts';
import type { EnablementRefusal } from '../obligations/index.ts';
import { act, type Change, type Rules } from './application.ts';
import type { ApplicationDesk } from './desk.ts';
import { changedMeanwhile, readReason, recordThen } from './doing.ts';
import { createDraft, eventOf, idOf, unreadable, type ApplicationDeskOptions } from './drafting.ts';
import { readEvidence } from './evidence.ts';
import { byFacts } from './facts.ts';
import type { Act, ActRefusal, Application } from './model.ts';
import { refuse } from './separation.ts';
import type { EvidenceContent } from './store.ts';
import { concerns, outlineOf, seesAll, seesStates, shownTo, viewOf } from './views.ts';

const MOST_LISTED = 200;
const MOST_EVENTS = 1000;

interface Doing {
  readonly actor: Actor;
  readonly id: string;
  readonly version?: number | undefined;
}

export function createApplicationDesk(options: ApplicationDeskOptions): ApplicationDesk {
  const { store, record, form } = options;
  const perform = (doing: Doing, wanted: Act, content?: EvidenceContent) => performAct(options, doing, wanted, content);

  /** Acts that say nothing but why. */
  async function performWithReason(doing: Doing & { readonly reason: string }, actOf: (reason: string) => Act) {
    const reason = readReason(doing.reason);
    return reason.ok ? perform(doing, actOf(reason.value)) : reason;
  }

  return {
    createDraft: (input) => createDraft(options, input),
    async updateDraft(input) {
      const read = form.read(input.form);
      if (!read.ok) return unreadable(read.error);
      const principalId = await options.people.holderOf(read.value, input.actor.principalId);
      return applicationOf(await perform(input, { kind: 'edit', form: read.value, principalId }));
    },
    submit: async (input) => applicationOf(await perform(input, { kind: 'submit' })),
    withdraw: async (input) => applicationOf(await performWithReason(input, (reason) => ({ kind: 'withdraw', reason }))),
    appeal: async (input) => applicationOf(await performWithReason(input, (reason) => ({ kind: 'appeal', reason }))),
    async comment(input) {
      const { text, isInternal = false } = input;
      return applicationOf(await performWithReason({ ...input, reason: text }, (read) => ({ kind: 'remark', text: read, isInternal })));
    },
    async attachEvidence(input) {
      const read = readEvidence(input);
      if (!read.ok) return read;
      const evidence = { id: idOf(options, 'evi'), ...read.value };
      const done = await perform(input, { kind: 'attach', evidence }, { evidence, content: input.content });
      return done.ok ? ok(done.value.application.evidence.at(-1)!) : done;
    },
    async readEvidence({ actor, id, evidenceId }) {
      const application = await store.findApplication(id);
      if (application === undefined || !(concerns(actor, application) || seesAll(actor))) return unknownApplication();
      const known = application.evidence.find((each) => each.id === evidenceId);
      const read = known === undefined ? undefined : await store.readEvidence(id, evidenceId);
      if (read === undefined) return refuse('unknown-evidence', 'There is no such document.', 'The application lists its documents.');
      const { sha256 } = read.evidence;
      if (!concerns(actor, application)) {
        await record(id, { type: 'evidence-read', application: id, by: byFacts(actor), evidence: { id: evidenceId, sha256 } });
      }
      return ok(read);
    },
    claimScreening: async (input) => applicationOf(await perform(input, { kind: 'claim' })),
    async decideItem(input) {
      const { item, verdict } = input;
      return applicationOf(await performWithReason(input, (reason) => ({ kind: 'decide-item', item, verdict, reason })));
    },
    finishScreening: async (input) => applicationOf(await perform(input, { kind: 'finish-screening' })),
    async approve(input) {
      const grantId = idOf(options, 'grt');
      const done = await performWithReason(input, (reason) => ({ kind: 'approve', terms: input.terms ?? {}, reason, grantId }));
      return done.ok ? ok({ application: done.value.application, grant: done.value.grant }) : done;
    },
    async reject(input) {
      return applicationOf(await performWithReason(input, (reason) => ({ kind: 'reject', code: input.code, reason })));
    },
    async get({ actor, id }) {
      const application = await store.findApplication(id);
      const view = application === undefined ? undefined : viewOf(actor, application);
      return view === undefined ? unknownApplication() : ok(view);
    },
    async list({ actor, states, before, limit = MOST_LISTED }) {
      const concerning = seesStates(actor) ? undefined : actor.principalId;
      const found = await store.listApplications({ concerning, states, before, limit: Math.min(limit, MOST_LISTED) });
      return found.map(outlineOf);
    },
    async history({ actor, id }) {
      const application = await store.findApplication(id);
      if (application === undefined || !(concerns(actor, application) || seesAll(actor))) return unknownApplication();
      return ok(await store.listEvents(id, MOST_EVENTS));
    },
  };

  function applicationOf(done: Result<Change, ActRefusal>): Result<Application, ActRefusal> {
    return done.ok ? ok(done.value.application) : done;
  }
}

async function performAct(
  options: ApplicationDeskOptions,
  { actor, id, version }: Doing,
  wanted: Act,
  content: EvidenceContent | undefined,
): Promise<Result<Change, ActRefusal>> {
  const { store, record, clock } = options;
  const application = await store.findApplication(id);
  if (application === undefined || !(concerns(actor, application) || seesStates(actor))) return unknownApplication();
  if (version !== undefined && version !== application.version) return changedMeanwhile();
  const outcome = act(application, wanted, actor, clock.now(), await rulesFor(options, application));
  if (!outcome.ok) return outcome;
  const change = outcome.value;
  const unmet = wanted.kind === 'approve' ? await unmetObligations(options, change.application) : undefined;
  if (unmet !== undefined) return unmet;
  const event = eventOf(change, actor, reasonOf(wanted));
  const done = await recordThen(record, id, change.facts, () =>
    store.saveApplication({ application: change.application, event, content, grant: change.grant ?? undefined }),
  );
  return done.ok ? ok({ ...change, application: shownTo(actor, change.application) }) : done;
}

/** About what was approved last, which is the least of what the approvers of a round approve. Undefined: nothing stands against it. */
async function unmetObligations(
  { unmetObligations: unmetWith }: ApplicationDeskOptions,
  { form, rounds }: Application,
): Promise<Err<ActRefusal> | undefined> {
  const { programs, conditions, scope } = rounds.at(-1)!.approvals.at(-1)!.terms;
  const holderKind = form.kind === 'person' ? 'person' : 'service';
  const unmet = await unmetWith({ holderKind, isOutside: false, programs, conditions, targetCount: scope.targets.length });
  if (unmet.length === 0) return undefined;
  const [{ program }] = unmet as [EnablementRefusal];
  return err({
    rule: 'obligations-unmet',
    reason: unmet.map(unmetText).join(' '),
    next: `Meet them, or approve without the program. \`sekisho access obligations ${program} --unmet\` says what is missing, and what to do.`,
    unmet,
  });
}

function unmetText(refusal: EnablementRefusal): string {
  if (refusal.kind === 'unknown-program') return `Nobody has written down what ${refusal.program} demands.`;
  return `Hard obligations of ${refusal.program} are not met: ${refusal.missing.map(({ obligation }) => obligation).join(', ')}.`;
}

async function rulesFor({ form, checklist, people }: ApplicationDeskOptions, application: Application): Promise<Rules> {
  const [involved, isOutside, ownerEmail, holder] = await Promise.all([
    people.involved(application),
    people.isOutside(application),
    people.emailOf(application.ownerId),
    people.holderOf(application.form, application.ownerId),
  ]);
  return { form, checklist, involved, isOutside, ownerEmail, hasService: holder !== null && holder === application.principalId };
}

/** What stays in the timeline for everybody who sees the application. */
function reasonOf(wanted: Act): string | null {
  if (wanted.kind === 'remark') return wanted.isInternal ? null : wanted.text;
  return 'reason' in wanted ? wanted.reason : null;
}

function unknownApplication(): Result<never, ActRefusal> {
  return refuse('unknown-application', 'There is no such application.', 'Look for it in the list of applications.');
}
