// Routes of applications: from a draft to approval or rejection, appeal, documents and remarks. Who may do what is the desk's to say; the
// guards only keep out those who never may.
import { z } from 'zod';
import { GRANT_LIMITS, LONGEST_REASON, MOST_EVIDENCE_BYTES, type Application } from '#access';
import { MEMBER_ROLES } from '#identity';
import {
  applicationAnswer,
  applicationView,
  eventAnswer,
  eventView,
  evidenceAnswer,
  evidenceView,
  outlineAnswer,
  outlineView,
  viewAnswer,
  viewOf,
} from './application-views.ts';
import {
  answerTo,
  applicationState,
  deskRefusal,
  grantAnswer,
  reason,
  rejectionCode,
  termsGiven,
  termsOf,
  verdict,
  version,
} from './desk-fields.ts';
import { grantView } from './grants.ts';
import { apiRoute, type ApiRoute } from './route.ts';

const APPLICANTS = ['applicant', 'defender'] as const;
/** Everybody who may see documents. */
const READERS = ['applicant', 'defender', 'screener', 'approver', 'auditor'] as const;

const PATH = '/api/v1/applications';

/** What was typed; the desk reads it against the form's data, and says field by field what is wrong. */
const form = z.record(z.string().max(64), z.unknown());

const formRoute = apiRoute({
  method: 'GET',
  path: '/api/v1/access/form',
  guard: MEMBER_ROLES,
  summary: 'What an application says, and what screening looks at, in English and Japanese',
  answer: z.record(z.string(), z.unknown()),
  handle({ services }) {
    const { form: access, checklist, sectors, programs } = services.desk;
    const { $schema: _, ...draft } = z.toJSONSchema(access.draft, { target: 'draft-2020-12', io: 'input', unrepresentable: 'any' });
    return Promise.resolve({ status: 200, body: { ...access.definition, sectors, programs, limits: GRANT_LIMITS, checklist, draft } });
  },
});

const create = apiRoute({
  method: 'POST',
  path: PATH,
  guard: APPLICANTS,
  summary: 'Begin an application, from nothing, from what was typed, or from a grant that is to be renewed',
  body: z.strictObject({ form: form.optional(), renews: z.string().max(64).optional() }),
  answer: applicationAnswer,
  async handle({ actor, body, services }) {
    return answerTo(await services.desk.applications.createDraft({ actor, ...body }), applicationView, 201);
  },
});

const list = apiRoute({
  method: 'GET',
  path: PATH,
  guard: MEMBER_ROLES,
  summary: 'Applications, newest first: one’s own, or all for those who decide, audit or administer',
  query: z.strictObject({
    state: applicationState.optional(),
    before: z.string().max(64).optional(),
    limit: z.coerce.number().int().min(1).max(200).optional(),
  }),
  answer: z.object({ applications: z.array(outlineAnswer) }),
  async handle({ actor, query: { state, before, limit }, services }) {
    const states = state === undefined ? undefined : [state];
    const found = await services.desk.applications.list({ actor, states, before, limit });
    return { status: 200, body: { applications: found.map(outlineView) } };
  },
});

const show = apiRoute({
  method: 'GET',
  path: `${PATH}/{id}`,
  guard: MEMBER_ROLES,
  summary: 'One application; administrators see how it stands and nothing that anybody wrote',
  answer: viewAnswer,
  async handle({ actor, params, services }) {
    return answerTo(await services.desk.applications.get({ actor, id: params['id']! }), viewOf);
  },
});

const history = apiRoute({
  method: 'GET',
  path: `${PATH}/{id}/history`,
  guard: READERS,
  summary: 'What was done with an application and its grant, oldest first',
  answer: z.object({ events: z.array(eventAnswer) }),
  async handle({ actor, params, services }) {
    return answerTo(await services.desk.applications.history({ actor, id: params['id']! }), (events) => ({
      events: events.map(eventView),
    }));
  },
});

const edit = apiRoute({
  method: 'PUT',
  path: `${PATH}/{id}`,
  guard: APPLICANTS,
  summary: 'Put a whole form in the place of a draft’s',
  body: z.strictObject({ version, form }),
  answer: applicationAnswer,
  async handle({ actor, params, body, services }) {
    return answerTo(await services.desk.applications.updateDraft({ actor, id: params['id']!, ...body }), applicationView);
  },
});

const comment = apiRoute({
  method: 'POST',
  path: `${PATH}/{id}/comments`,
  guard: ['applicant', 'defender', 'screener', 'approver'],
  summary: 'Remark on an application; internal remarks are kept from the applicant',
  body: z.strictObject({ text: z.string().max(LONGEST_REASON), isInternal: z.boolean().optional(), version: version.optional() }),
  answer: applicationAnswer,
  async handle({ actor, params, body, services }) {
    return answerTo(await services.desk.applications.comment({ actor, id: params['id']!, ...body }), applicationView);
  },
});

const attach = apiRoute({
  method: 'POST',
  path: `${PATH}/{id}/evidence`,
  guard: ['applicant', 'defender', 'screener'],
  summary: 'Attach a document: its bytes as the body, its media type as the content type',
  query: z.strictObject({ name: z.string().min(1).max(150) }),
  answer: evidenceAnswer,
  maxBodyBytes: MOST_EVIDENCE_BYTES,
  rawBody: true,
  async handle({ actor, params, query, rawBody, headers, services }) {
    const given = { fileName: query.name, mediaType: headers['content-type'] ?? '', content: rawBody ?? Buffer.alloc(0) };
    return answerTo(await services.desk.applications.attachEvidence({ actor, id: params['id']!, ...given }), evidenceView, 201);
  },
});

const read = apiRoute({
  method: 'GET',
  path: `${PATH}/{id}/evidence/{evidence}`,
  guard: READERS,
  summary: 'A document, byte for byte',
  async handle({ actor, params, services }) {
    const found = await services.desk.applications.readEvidence({ actor, id: params['id']!, evidenceId: params['evidence']! });
    if (!found.ok) return deskRefusal(found.error);
    const { evidence, content } = found.value;
    // To be kept, and never shown as a page of ours. RFC 6266, section 4.3; RFC 8187 for names that are not ASCII.
    const name = encodeURIComponent(evidence.fileName).replaceAll(/['()*]/g, (each) => `%${each.charCodeAt(0).toString(16)}`);
    const headers = { 'content-disposition': `attachment; filename*=UTF-8''${name}` };
    return { status: 200, body: content, contentType: evidence.mediaType, headers };
  },
});

const claim = apiRoute({
  method: 'POST',
  path: `${PATH}/{id}/screening/claim`,
  guard: ['screener'],
  summary: 'Take an application for screening, also over from another screener',
  body: z.strictObject({ version: version.optional() }).optional(),
  answer: applicationAnswer,
  async handle({ actor, params, body, services }) {
    return answerTo(await services.desk.applications.claimScreening({ actor, id: params['id']!, ...body }), applicationView);
  },
});

const decide = apiRoute({
  method: 'PUT',
  path: `${PATH}/{id}/screening/items/{item}`,
  guard: ['screener'],
  summary: 'Decide one item of the checklist, with a reason',
  body: z.strictObject({ verdict, reason, version: version.optional() }),
  answer: applicationAnswer,
  async handle({ actor, params, body, services }) {
    const decided = await services.desk.applications.decideItem({ actor, id: params['id']!, item: params['item']!, ...body });
    return answerTo(decided, applicationView);
  },
});

const finish = apiRoute({
  method: 'POST',
  path: `${PATH}/{id}/screening/finish`,
  guard: ['screener'],
  summary: 'Hand an application on to approvers, once every item is decided',
  body: z.strictObject({ version: version.optional() }).optional(),
  answer: applicationAnswer,
  async handle({ actor, params, body, services }) {
    return answerTo(await services.desk.applications.finishScreening({ actor, id: params['id']!, ...body }), applicationView);
  },
});

const approve = apiRoute({
  method: 'POST',
  path: `${PATH}/{id}/approve`,
  guard: ['approver'],
  summary: 'Approve what was applied for, or less; tier 2 needs two approvers',
  body: z.strictObject({ version, reason, terms: termsGiven.optional() }),
  answer: z.object({ application: applicationAnswer, grant: grantAnswer.nullable() }),
  async handle({ actor, params, body, services }) {
    const terms = body.terms === undefined ? undefined : termsOf(body.terms);
    const outcome = await services.desk.applications.approve({ actor, id: params['id']!, ...body, terms });
    return answerTo(outcome, ({ application, grant }) => ({
      application: applicationView(application),
      grant: grant === null ? null : grantView(grant),
    }));
  },
});

const reject = apiRoute({
  method: 'POST',
  path: `${PATH}/{id}/reject`,
  guard: ['approver'],
  summary: 'Reject an application; the applicant can appeal',
  body: z.strictObject({ version, code: rejectionCode, reason }),
  answer: applicationAnswer,
  async handle({ actor, params, body, services }) {
    return answerTo(await services.desk.applications.reject({ actor, id: params['id']!, ...body }), applicationView);
  },
});

const submit = apiRoute({
  method: 'POST',
  path: `${PATH}/{id}/submit`,
  guard: APPLICANTS,
  summary: 'Submit a draft; what it lacks is said field by field',
  body: z.strictObject({ version: version.optional() }).optional(),
  answer: applicationAnswer,
  async handle({ actor, params, body, services }) {
    return answerTo(await services.desk.applications.submit({ actor, id: params['id']!, ...body }), applicationView);
  },
});

/** Acts of applicants that take nothing but a reason. */
function reasoned(act: 'withdraw' | 'appeal', summary: string): ApiRoute {
  return apiRoute({
    method: 'POST',
    path: `${PATH}/{id}/${act}`,
    guard: APPLICANTS,
    summary,
    body: z.strictObject({ reason, version: version.optional() }),
    answer: applicationAnswer,
    async handle({ actor, params, body, services }) {
      const done = await services.desk.applications[act]({ actor, id: params['id']!, ...body });
      return answerTo<Application>(done, applicationView);
    },
  });
}

export const APPLICATION_ROUTES: readonly ApiRoute[] = [
  formRoute,
  create,
  list,
  show,
  history,
  edit,
  submit,
  reasoned('withdraw', 'Withdraw an application that is not decided'),
  reasoned('appeal', 'Appeal a rejection: other people screen and decide again'),
  comment,
  attach,
  read,
  claim,
  decide,
  finish,
  approve,
  reject,
];
