// Held tool calls: who waits, with what, and letting it through or not. Members see their own; approvers and auditors see all.
import { z } from 'zod';
import { HOLD_STATUSES, type HeldCall, type Hold, type HoldRefusal } from '#access';
import { iso, isoOrNull } from './passkey-fields.ts';
import { ApiRefusal } from './refusal.ts';
import { apiRoute, type ApiRoute } from './route.ts';

const MOST_LISTED = 200;
const HOLD_ID = /^hld_[0-9A-HJKMNP-TV-Z]{26}$/;

const holdSchema = z.strictObject({
  id: z.string(),
  principal: z.string().describe('Whose call it is'),
  grant: z.string(),
  request: z.string(),
  route: z.string(),
  deployment: z.string(),
  tool: z.string().describe('As the model wrote it, cut'),
  reasons: z.array(z.string()).describe('Codes of what the review found'),
  tainted: z.boolean().describe('The conversation held results of tools from outside'),
  status: z.enum(HOLD_STATUSES),
  createdAt: z.iso.datetime(),
  expiresAt: z.iso
    .datetime()
    .describe('While it waits: until when somebody may decide. Once approved: until when the call may be delivered'),
  decision: z.strictObject({ by: z.string(), name: z.string(), at: z.iso.datetime(), reason: z.string() }).nullable(),
  deliveredAt: z.iso.datetime().nullable(),
  deliveredTo: z.string().nullable().describe('The request that got the call'),
});

const heldSchema = z.strictObject({
  tool: z.string(),
  encoding: z.enum(['json', 'text']),
  arguments: z.string().describe('With real values'),
  reasons: z.array(z.strictObject({ code: z.string(), text: z.string() })),
  targets: z.array(z.strictObject({ kind: z.string(), value: z.string(), written: z.string(), standing: z.string() })),
});

const list = apiRoute({
  method: 'GET',
  path: '/api/v1/holds',
  guard: 'member',
  summary: 'Held tool calls, newest first; one’s own, or all for approvers and auditors',
  query: z.strictObject({
    status: z.enum(HOLD_STATUSES).optional(),
    principal: z.string().max(64).optional(),
    before: z.string().regex(HOLD_ID).optional().describe('The id before which to go on'),
    limit: z.coerce.number().int().min(1).max(MOST_LISTED).default(50),
  }),
  answer: z.strictObject({ holds: z.array(holdSchema), next: z.string().nullable().describe('`before` of the next page') }),
  async handle({ actor, query: { status, principal, before, limit }, services }) {
    const holds = await services.holds.list(
      {
        limit,
        ...(status === undefined ? {} : { status }),
        ...(principal === undefined ? {} : { principalId: principal as Hold['principalId'] }),
        ...(before === undefined ? {} : { beforeId: before }),
      },
      actor,
    );
    return { status: 200, body: { holds: holds.map(view), next: holds.length < limit ? null : holds.at(-1)!.id } };
  },
});

const show = apiRoute({
  method: 'GET',
  path: '/api/v1/holds/{id}',
  guard: 'member',
  summary: 'One of them, with the call in the clear',
  answer: z.strictObject({
    hold: holdSchema,
    call: heldSchema.nullable().describe('null: erased, some time after the hold came to its end'),
  }),
  async handle({ actor, params, services }) {
    const found = await services.holds.get(params['id']!, actor);
    if (!found.ok) return refusalOf(found.error);
    const { hold, held } = found.value;
    // Real values: neither browsers nor what stands in between keep them.
    return {
      status: 200,
      body: { hold: view(hold), call: held === undefined ? null : heldView(held) },
      headers: { 'cache-control': 'no-store' },
    };
  },
});

export const HOLD_ROUTES: readonly ApiRoute[] = [
  list,
  show,
  decision('approve', 'Let the call through, once; not one’s own'),
  decision('deny', 'Refuse the call'),
];

function decision(which: 'approve' | 'deny', summary: string): ApiRoute {
  return apiRoute({
    method: 'POST',
    path: `/api/v1/holds/{id}/${which}`,
    guard: ['approver'],
    summary,
    body: z.strictObject({ reason: z.string().min(1).max(4096) }),
    answer: holdSchema,
    async handle({ actor, params, body, services }) {
      const decided = await services.holds.decide({ holdId: params['id']!, actor, decision: which, reason: body.reason });
      return decided.ok ? { status: 200, body: view(decided.value) } : refusalOf(decided.error);
    },
  });
}

function view(hold: Hold): z.input<typeof holdSchema> {
  const { decision: made } = hold;
  return {
    id: hold.id,
    principal: hold.principalId,
    grant: hold.grantId,
    request: hold.requestId,
    route: hold.route,
    deployment: hold.deployment,
    tool: hold.tool,
    reasons: [...hold.reasonCodes],
    tainted: hold.isTainted,
    status: hold.status,
    createdAt: iso(hold.createdAtMs),
    expiresAt: iso(hold.expiresAtMs),
    decision: made === null ? null : { by: made.by, name: made.byName, at: iso(made.atMs), reason: made.reason },
    deliveredAt: isoOrNull(hold.deliveredAtMs),
    deliveredTo: hold.deliveredTo,
  };
}

function heldView({ call, reasons, targets }: HeldCall): z.input<typeof heldSchema> {
  return {
    tool: call.name,
    encoding: call.encoding,
    arguments: call.arguments,
    reasons: reasons.map(({ code, text }) => ({ code, text })),
    targets: targets.map(({ kind, value, written, standing }) => ({ kind, value, written, standing })),
  };
}

function refusalOf(refusal: HoldRefusal): ApiRefusal {
  switch (refusal.kind) {
    case 'unknown-hold':
      return new ApiRefusal(404, 'unknown-hold', 'There is no such held call, or it is not yours to see.');
    case 'role-missing':
      return new ApiRefusal(403, 'role-missing', `This needs the role ${refusal.role}.`);
    case 'own-call':
      return new ApiRefusal(
        403,
        'own-call',
        'Nobody decides about a call of their own, of a service of theirs or of somebody they supervise.',
        {
          next: 'Ask another approver.',
        },
      );
    case 'authentication-too-weak':
      return new ApiRefusal(403, 'authentication-too-weak', 'Letting a call through under tier 2 takes a strong sign-in.', {
        next: 'Sign in with a passkey, or by single sign-on with a second factor, and do it again.',
      });
    case 'already-decided':
      return new ApiRefusal(409, 'already-decided', `Nothing is left to decide: the call is ${refusal.status}.`, {
        facts: { status: refusal.status },
      });
    case 'invalid-reason':
      return new ApiRefusal(422, 'body-invalid', 'reason must be 1 to 4096 bytes without control characters.', {
        facts: { problems: [{ path: 'reason', problem: 'must be 1 to 4096 bytes without control characters' }] },
      });
    // What only the checkpoint asks for.
    case 'call-too-large':
    case 'too-many-waiting':
    case 'not-approved':
    case 'other-call':
    case 'no-longer-granted':
      return new ApiRefusal(409, refusal.kind, 'The held call cannot take that now.');
  }
}
