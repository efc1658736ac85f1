// Routes of held calls, cases, signals, standings and webhooks over the domain itself: what each shows to whom, and how refusals read.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { describe, it } from 'node:test';
import { createHolds, createMisuse, createSafetyWebhooks, loadMisuseCatalogue, type Actor, type SignalKind } from '#access';
import type { MemberRole } from '#identity';
import { createSystemRandom, type PrincipalId, type RequestId } from '#kernel';
import { createMemoryHoldStore } from '#test/memory-holds';
import { createMemoryMisuseStore, principalNumber } from '#test/memory-misuse';
import { CASE_ROUTES } from './cases.ts';
import { HOLD_ROUTES } from './holds.ts';
import { ApiRefusal } from './refusal.ts';
import type { ApiAnswer, ApiRoute } from './route.ts';
import type { ApiServices } from './services.ts';
import { WEBHOOK_ROUTES } from './webhooks.ts';

const NOW_MS = Date.parse('2026-11-24T00:00:00Z');
const ROUTES = [...HOLD_ROUTES, ...CASE_ROUTES, ...WEBHOOK_ROUTES];
const KEY = Buffer.alloc(32, 4);

const [DEFENDER, APPROVER, OTHER, ADMINISTRATOR] = [1, 2, 3, 4].map(principalNumber) as [
  PrincipalId,
  PrincipalId,
  PrincipalId,
  PrincipalId,
];

function actor(principalId: PrincipalId, ...roles: MemberRole[]): Actor {
  return { principalId, name: principalId.slice(-1), roles: new Set(roles), authentication: 'passkey' };
}

const defender = actor(DEFENDER, 'defender');
const approver = actor(APPROVER, 'approver');
const other = actor(OTHER, 'defender', 'screener', 'applicant');
const administrator = actor(ADMINISTRATOR, 'administrator');

interface Given {
  readonly as?: Actor;
  readonly query?: Record<string, string>;
  readonly body?: unknown;
  readonly rawBody?: Buffer;
  readonly headers?: Record<string, string>;
}

interface World {
  readonly services: ApiServices;
  /** A held call of the defender; answers its id. */
  hold(): Promise<string>;
  /** Suspends the defender; answers the case's id. */
  suspend(): Promise<string>;
  call(route: string, given?: Given): Promise<ApiAnswer | ApiRefusal>;
}

function createWorld(): World {
  const clock = { now: () => NOW_MS, monotonic: () => NOW_MS };
  const random = createSystemRandom();
  const record = async (): Promise<void> => undefined;
  const concerned = {
    ofGrant: async () => ({ people: new Set([DEFENDER]), tier: 1 as const }),
    ofPrincipal: async (principalId: PrincipalId) => new Set([principalId]),
  };
  const store = createMemoryMisuseStore(new Set([DEFENDER, APPROVER, OTHER, ADMINISTRATOR]));
  const holds = createHolds({ store: createMemoryHoldStore(), record, clock, random, secret: KEY, concerned, stillGranted: () => true });
  const misuse = createMisuse({
    concerned,
    store,
    record,
    clock,
    random,
    catalogue: loadMisuseCatalogue(),
    resolvePseudonym: async () => DEFENDER,
    mask: async (text) => text.replaceAll('192.0.2.7', '[IP_1]'),
  });
  const safetyWebhooks = createSafetyWebhooks({
    secrets: [['whsec', KEY.toString('base64')].join('_')],
    vendor: 'openai',
    clock,
    store,
    misuse,
    fetchCase: async () => ({ entityIdentifier: 'pseudonym', reason: 'cyber_abuse' }),
  });
  const services = { holds, misuse, safetyWebhooks } as unknown as ApiServices;
  return {
    services,
    async hold() {
      const opened = await holds.open({
        principalId: DEFENDER,
        grantId: 'grt_1',
        requestId: 'req_1' as RequestId,
        route: 'defender',
        deployment: 'openai/sol',
        call: { name: 'shell', encoding: 'json', arguments: '{"command":"nmap 192.0.2.7"}' },
        reasons: [{ code: 'target-unknown', text: '192.0.2.7 is not known' }],
        targets: [{ kind: 'network', value: '192.0.2.7/32', written: '192.0.2.7', standing: 'unknown' }],
        isTainted: false,
      });
      assert.ok(opened.ok);
      return opened.value.id;
    },
    async suspend() {
      const set = await misuse.setStanding({ principalId: DEFENDER, actor: approver, standing: 'suspended', reason: 'report of the SOC' });
      assert.ok(set.ok);
      return set.value.caseId!;
    },
    call: (name, given = {}) => callRoute(services, name, given),
  };
}

/** As the dispatcher does it, but for the guard; every answer is what its schema promises. */
async function callRoute(services: ApiServices, name: string, given: Given): Promise<ApiAnswer | ApiRefusal> {
  const [method, path] = name.split(' ') as [string, string];
  const { route, params } = find(method, path);
  const answer = await route.handle({
    id: 'req_1' as RequestId,
    actor: given.as ?? defender,
    params,
    query: route.query?.parse(given.query ?? {}),
    body: route.body?.parse(given.body),
    ...(given.rawBody === undefined ? {} : { rawBody: given.rawBody }),
    headers: given.headers ?? {},
    remoteAddress: '127.0.0.1',
    nowMs: NOW_MS,
    services,
  });
  if (!(answer instanceof ApiRefusal) && route.answer !== undefined) route.answer.parse(answer.body);
  return answer;
}

function find(method: string, path: string): { readonly route: ApiRoute; readonly params: Record<string, string> } {
  for (const route of ROUTES.filter((each) => each.method === method)) {
    const match = new RegExp(`^${route.path.replaceAll(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`).exec(path);
    if (match !== null) return { route, params: { ...match.groups } };
  }
  throw new Error(`no route ${method} ${path}`);
}

function codeOf(answer: ApiAnswer | ApiRefusal): string {
  return answer instanceof ApiRefusal ? `${answer.status} ${answer.code}` : String(answer.status);
}

/** What is looked at of any answer. */
interface Body {
  readonly call: { readonly arguments: string; readonly targets: readonly unknown[] };
  readonly holds: readonly unknown[];
  readonly cases: readonly unknown[];
  readonly signals: readonly { readonly id: string; readonly caseId: string | null; readonly principal: string }[];
  readonly standings: readonly unknown[];
  readonly next: string | null;
  readonly status: string;
  readonly state: string;
  readonly standing: string;
  readonly task: string | null;
}

function bodyOf(answer: ApiAnswer | ApiRefusal): Body {
  assert.ok(!(answer instanceof ApiRefusal), answer instanceof ApiRefusal ? answer.detail : '');
  return answer.body as Body;
}

describe('routes of held calls', () => {
  it('show a call in the clear to approvers, auditors and whom it concerns, and nothing to anybody else', async () => {
    const world = createWorld();
    const id = await world.hold();
    for (const as of [approver, actor(OTHER, 'auditor'), defender]) {
      const answer = await world.call(`GET /api/v1/holds/${id}`, { as });
      const { call } = bodyOf(answer);
      assert.equal(call.arguments, '{"command":"nmap 192.0.2.7"}');
      assert.equal(call.targets.length, 1);
      assert.deepEqual((answer as ApiAnswer).headers, { 'cache-control': 'no-store' });
      assert.equal(bodyOf(await world.call('GET /api/v1/holds', { as })).holds.length, 1);
    }
    assert.equal(codeOf(await world.call(`GET /api/v1/holds/${id}`, { as: other })), '404 unknown-hold');
    for (const query of [{}, { principal: DEFENDER }])
      assert.deepEqual(bodyOf(await world.call('GET /api/v1/holds', { as: other, query })), { holds: [], next: null });
  });

  it('list without values, in pages', async () => {
    const world = createWorld();
    const id = await world.hold();
    const listed = await world.call('GET /api/v1/holds', { as: approver, query: { limit: '1', status: 'waiting' } });
    assert.ok(!JSON.stringify(listed).includes('192.0.2.7'));
    assert.equal(bodyOf(listed).next, id);
    const rest = await world.call('GET /api/v1/holds', { as: approver, query: { before: id } });
    assert.deepEqual(bodyOf(rest), { holds: [], next: null });
  });

  it('let an approver decide once, and never about a call of their own', async () => {
    const world = createWorld();
    const id = await world.hold();
    const body = { reason: 'part of the exercise' };
    assert.equal(codeOf(await world.call(`POST /api/v1/holds/${id}/approve`, { as: actor(DEFENDER, 'approver'), body })), '403 own-call');
    assert.equal(codeOf(await world.call(`POST /api/v1/holds/${id}/approve`, { as: administrator, body })), '403 role-missing');
    assert.equal(
      codeOf(await world.call(`POST /api/v1/holds/${id}/approve`, { as: approver, body: { reason: '\u{7}' } })),
      '422 body-invalid',
    );
    const approved = await world.call(`POST /api/v1/holds/${id}/approve`, { as: approver, body });
    assert.equal(bodyOf(approved).status, 'approved');
    assert.equal(codeOf(await world.call(`POST /api/v1/holds/${id}/deny`, { as: approver, body })), '409 already-decided');
  });
});

describe('routes of cases', () => {
  it('show a case to overseers and whom it is about, and nothing to anybody else', async () => {
    const world = createWorld();
    const id = await world.suspend();
    await world.call(`POST /api/v1/cases/${id}/comments`, { as: administrator, body: { text: 'a drill, I believe' } });
    const [all, own] = [await world.call(`GET /api/v1/cases/${id}`, { as: approver }), await world.call(`GET /api/v1/cases/${id}`)];
    assert.ok(JSON.stringify(all).includes('a drill') && !JSON.stringify(own).includes('a drill'));
    assert.equal(codeOf(await world.call(`GET /api/v1/cases/${id}`, { as: other })), '404 unknown-case');
    for (const query of [{}, { principal: DEFENDER }])
      assert.deepEqual(bodyOf(await world.call('GET /api/v1/cases', { as: other, query })), { cases: [], next: null });
    assert.equal(bodyOf(await world.call('GET /api/v1/cases', { query: { state: 'open' } })).cases.length, 1);
  });

  it('take an appeal of whom it is about, and an answer of somebody else', async () => {
    const world = createWorld();
    const id = await world.suspend();
    const text = 'it was an exercise';
    const appeal = (as: Actor) => world.call(`POST /api/v1/cases/${id}/appeal`, { as, body: { text } });
    const answer = (as: Actor) => world.call(`POST /api/v1/cases/${id}/appeal/answer`, { as, body: { text, outcome: 'granted' } });
    assert.equal(codeOf(await appeal(other)), '404 unknown-case');
    assert.equal(codeOf(await appeal(administrator)), '403 not-concerned');
    assert.equal(codeOf(await answer(administrator)), '409 case-state');
    assert.equal(bodyOf(await appeal(defender)).state, 'appealed');
    assert.equal(codeOf(await answer(approver)), '403 imposed-by-actor');
    assert.equal(bodyOf(await answer(administrator)).state, 'closed');
    assert.equal(bodyOf(await world.call('GET /api/v1/standing')).standing, 'clear');
    assert.equal(codeOf(await world.call(`POST /api/v1/cases/${id}/close`, { as: approver, body: { text } })), '409 case-state');
  });

  it('make a pack for the vendor, as JSON or Markdown', async () => {
    const world = createWorld();
    const id = await world.suspend();
    const make = (body: unknown, as = approver) => world.call(`POST /api/v1/cases/${id}/false-positive-pack`, { as, body });
    assert.equal(bodyOf(await make({ task: 'triage of 192.0.2.7' })).task, 'triage of [IP_1]');
    const markdown = (await make({ format: 'markdown' })) as ApiAnswer;
    assert.match(markdown.body as string, /^# Request for review/);
    assert.equal(markdown.contentType, 'text/markdown; charset=utf-8');
    assert.equal(codeOf(await make({}, other)), '403 role-missing');
  });
});

describe('the route of signals', () => {
  const report = ({ services }: World, principalId: PrincipalId, kind: SignalKind, atMs: number) =>
    services.misuse.report({ principalId, kind, requestId: `req_${atMs}`, atMs, evidence: { codes: ['a-code'], ids: { grant: 'grt_1' } } });

  it('shows overseers those of the clear and those of cases, newest first, in pages, and nobody else any', async () => {
    const world = createWorld();
    await report(world, DEFENDER, 'burst', NOW_MS - 3000);
    await report(world, OTHER, 'many-holds', NOW_MS - 2000);
    await report(world, OTHER, 'prohibited-work', NOW_MS - 1000);
    const list = (query: Record<string, string> = {}, as = approver) => world.call('GET /api/v1/signals', { as, query });
    for (const as of [approver, administrator, actor(OTHER, 'auditor')]) assert.equal(bodyOf(await list({}, as)).signals.length, 3);
    for (const as of [defender, other]) assert.equal(codeOf(await list({}, as)), '403 role-missing');
    const { signals } = bodyOf(await list());
    const caseId = bodyOf(await world.call('GET /api/v1/cases', { as: approver })).cases.map((each) => (each as { id: string }).id)[0];
    assert.deepEqual(
      signals.map((each) => [each.principal, each.caseId]),
      [
        [OTHER, caseId],
        [OTHER, caseId],
        [DEFENDER, null],
      ],
    );
    assert.deepEqual(signals[2], {
      id: signals[2]!.id,
      principal: DEFENDER,
      kind: 'burst',
      weight: 2,
      request: `req_${NOW_MS - 3000}`,
      at: '2026-11-23T23:59:57.000Z',
      count: 1,
      evidence: { codes: ['a-code'], ids: { grant: 'grt_1' } },
      caseId: null,
    });
    const page = bodyOf(await list({ limit: '2' }));
    assert.deepEqual([page.signals, page.next], [signals.slice(0, 2), signals[1]!.id]);
    assert.deepEqual(bodyOf(await list({ before: page.next! })), { signals: [signals[2]], next: null });
    assert.deepEqual(bodyOf(await list({ principal: DEFENDER })).signals, [signals[2]]);
    assert.deepEqual(bodyOf(await list({ kind: 'many-holds' })).signals, [signals[1]]);
    assert.deepEqual(bodyOf(await list({ principal: DEFENDER, kind: 'many-holds' })).signals, []);
    assert.deepEqual(bodyOf(await list({ principal: principalNumber(77) })), { signals: [], next: null });
    for (const query of [{ limit: '201' }, { limit: '0' }, { kind: 'rumour' }, { before: 'sig_1' }, { case: 'x' }])
      await assert.rejects(list(query), { name: 'ZodError' });
  });
});

describe('routes of standings', () => {
  it('show everybody their own, and others to overseers only', async () => {
    const world = createWorld();
    await world.suspend();
    assert.equal(bodyOf(await world.call('GET /api/v1/standing')).standing, 'suspended');
    assert.equal(bodyOf(await world.call('GET /api/v1/standing', { as: other })).standing, 'clear');
    assert.equal(bodyOf(await world.call('GET /api/v1/standings', { as: approver })).standings.length, 1);
    assert.equal(codeOf(await world.call('GET /api/v1/standings', { as: other })), '403 role-missing');
    assert.equal(codeOf(await world.call(`GET /api/v1/standings/${DEFENDER}`, { as: other })), '404 unknown-principal');
    assert.equal(codeOf(await world.call(`GET /api/v1/standings/${DEFENDER}`, { as: administrator })), '200');
  });

  it('let nobody change their own', async () => {
    const world = createWorld();
    const put = (principal: string, as: Actor, standing = 'suspended') =>
      world.call(`PUT /api/v1/standings/${principal}`, { as, body: { standing, reason: 'because' } });
    assert.equal(codeOf(await put(APPROVER, approver)), '403 own-case');
    assert.equal(codeOf(await put(DEFENDER, other)), '403 role-missing');
    assert.equal(codeOf(await put(principalNumber(77), approver)), '404 unknown-principal');
    assert.equal(codeOf(await put(DEFENDER, approver)), '200');
    assert.equal(codeOf(await put(DEFENDER, administrator)), '409 standing-unchanged');
    assert.equal(codeOf(await put(DEFENDER, administrator, 'clear')), '200');
  });
});

describe('the webhook of OpenAI', () => {
  const event = { id: 'evt_1', type: 'safety.deactivation_issued', data: { id: 'C-1' } };

  function signed(content: unknown, key = KEY): Given {
    const rawBody = Buffer.from(JSON.stringify(content));
    const seconds = String(NOW_MS / 1000);
    const mac = createHmac('sha256', key).update(`wh_1.${seconds}.`).update(rawBody).digest('base64');
    return { rawBody, headers: { 'webhook-id': 'wh_1', 'webhook-timestamp': seconds, 'webhook-signature': `v1,${mac}` } };
  }

  const post = (world: World, given: Given) => world.call('POST /api/v1/webhooks/openai', given);

  it('suspends whom a signed event means, once', async () => {
    const world = createWorld();
    assert.deepEqual(bodyOf(await post(world, signed(event))), { outcome: 'handled' });
    assert.equal(bodyOf(await world.call('GET /api/v1/standing')).standing, 'suspended');
    assert.deepEqual(bodyOf(await post(world, signed(event))), { outcome: 'repeated' });
  });

  it('says nothing but that to whoever has not signed', async () => {
    const world = createWorld();
    for (const given of [signed(event, Buffer.alloc(32)), { rawBody: Buffer.from('{}') }, { ...signed(event), rawBody: Buffer.from('{}') }])
      assert.equal(codeOf(await post(world, given)), '401 webhook-not-signed');
    assert.equal(codeOf(await post(world, signed({ type: 'safety.warning_issued' }))), '422 webhook-unreadable');
    assert.equal(bodyOf(await world.call('GET /api/v1/standing')).standing, 'clear');
  });

  it('is not there when none is configured', async () => {
    const { services } = createWorld();
    const answer = await callRoute({ ...services, safetyWebhooks: undefined }, 'POST /api/v1/webhooks/openai', signed(event));
    assert.equal(codeOf(answer), '404 webhook-not-configured');
  });
});

describe('guards', () => {
  it('are as the handlers check them again', () => {
    assert.deepEqual(
      ROUTES.filter(({ guard }) => guard === 'public').map(({ path }) => path),
      ['/api/v1/webhooks/openai'],
    );
    assert.deepEqual(
      ROUTES.filter(({ guard }) => guard === 'member').map(({ method, path }) => `${method} ${path}`),
      [
        'GET /api/v1/holds',
        'GET /api/v1/holds/{id}',
        'GET /api/v1/cases',
        'GET /api/v1/cases/{id}',
        'POST /api/v1/cases/{id}/appeal',
        'GET /api/v1/standing',
      ],
    );
  });
});
