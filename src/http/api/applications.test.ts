// Routes of applications and grants over a desk whose store is in memory: what goes in is checked, what comes out is what the schemas promise.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { z } from 'zod';
import type { Actor, ObligationAssessment } from '#access';
import type { RequestId } from '#kernel';
import {
  APPLICANT,
  APPROVER,
  createDeskWorld,
  formOf,
  NOW,
  person,
  SCREENER,
  SECOND_APPROVER,
  TIER_2,
  type DeskWorld,
} from '#test/memory-desk';
import { APPLICATION_ROUTES } from './applications.ts';
import { GRANT_ROUTES } from './grants.ts';
import { createPathTable } from './path-table.ts';
import { ApiRefusal } from './refusal.ts';
import type { ApiAnswer } from './route.ts';
import type { ApiServices } from './services.ts';

const ROUTES = [...APPLICATION_ROUTES, ...GRANT_ROUTES];
const find = createPathTable(ROUTES);
const reason = 'because';

interface Given {
  readonly body?: unknown;
  readonly query?: Readonly<Record<string, string>>;
  readonly rawBody?: Buffer;
  readonly headers?: Readonly<Record<string, string>>;
}

async function call(world: DeskWorld, actor: Actor, method: string, path: string, given: Given = {}): Promise<ApiAnswer | ApiRefusal> {
  const match = find(method, path);
  assert.ok(match.kind === 'found', `${method} ${path}`);
  const { route, params } = match;
  const answer = await route.handle({
    id: 'req_0' as RequestId,
    actor,
    params,
    query: route.query?.parse(given.query ?? {}) ?? {},
    body: route.body?.parse(given.body),
    ...(given.rawBody === undefined ? {} : { rawBody: given.rawBody }),
    headers: given.headers ?? {},
    remoteAddress: '127.0.0.1',
    nowMs: NOW,
    services: { publicUrl: 'http://localhost', desk: world.desk } as unknown as ApiServices,
  });
  if (!(answer instanceof ApiRefusal) && route.answer !== undefined) {
    const sent: unknown = JSON.parse(JSON.stringify(answer.body));
    // What the schema does not name would be stripped, and the two would differ.
    assert.deepEqual(route.answer.parse(sent), sent, `${method} ${path}`);
  }
  return answer;
}

async function bodyOf(...args: Parameters<typeof call>): Promise<Readonly<Record<string, unknown>>> {
  const answer = await call(...args);
  assert.ok(!(answer instanceof ApiRefusal), answer instanceof ApiRefusal ? `${answer.code}: ${answer.detail}` : '');
  return answer.body as Readonly<Record<string, unknown>>;
}

async function refused(...args: Parameters<typeof call>): Promise<readonly [number, string]> {
  const answer = await call(...args);
  assert.ok(answer instanceof ApiRefusal);
  assert.ok(answer.next !== undefined && answer.detail !== '');
  return [answer.status, answer.code];
}

const A = '/api/v1/applications';
const G = '/api/v1/grants';

/** The path of a screened application. */
async function screened(world: DeskWorld, form: unknown = formOf()): Promise<string> {
  const { id } = await bodyOf(world, APPLICANT, 'POST', A, { body: { form } });
  const path = `${A}/${String(id)}`;
  await bodyOf(world, APPLICANT, 'POST', `${path}/submit`);
  await bodyOf(world, SCREENER, 'POST', `${path}/screening/claim`);
  for (const { id: item } of world.desk.checklist.items) {
    await bodyOf(world, SCREENER, 'PUT', `${path}/screening/items/${item}`, { body: { verdict: 'pass', reason } });
  }
  await bodyOf(world, SCREENER, 'POST', `${path}/screening/finish`);
  return path;
}

async function versionOf(world: DeskWorld, path: string): Promise<number> {
  return Number((await bodyOf(world, APPROVER, 'GET', path))['version']);
}

describe('routes of applications and grants', () => {
  test('lead from a form to a grant of tier 2 with two approvals', async () => {
    const world = createDeskWorld();
    const path = await screened(world, formOf(TIER_2));
    const terms = { endsAt: '2027-01-01T00:00:00+09:00', capabilities: ['penetration-testing'] };
    const first = await bodyOf(world, APPROVER, 'POST', `${path}/approve`, {
      body: { version: await versionOf(world, path), terms, reason },
    });
    assert.equal(first['grant'], null);
    const body = { version: await versionOf(world, path), reason };
    const second = await bodyOf(world, SECOND_APPROVER, 'POST', `${path}/approve`, { body });
    const grant = second['grant'] as Readonly<Record<string, unknown>>;
    assert.deepEqual([grant['state'], grant['tier'], grant['endsAt']], ['active', 2, '2026-12-31T15:00:00.000Z']);
    assert.deepEqual(grant['capabilities'], ['penetration-testing']);
    assert.deepEqual(await bodyOf(world, APPLICANT, 'GET', `${G}/${String(grant['id'])}`), grant);
    const { events } = (await bodyOf(world, APPLICANT, 'GET', `${path}/history`)) as { readonly events: readonly unknown[] };
    assert.equal(events.length, world.desk.checklist.items.length + 6);
    const { applications } = (await bodyOf(world, APPLICANT, 'GET', A, { query: { state: 'approved', limit: '5' } })) as {
      readonly applications: readonly { readonly grant: string }[];
    };
    assert.deepEqual(
      applications.map((each) => each.grant),
      [grant['id']],
    );
    assert.equal(((await bodyOf(world, APPROVER, 'GET', G))['grants'] as readonly unknown[]).length, 1);
  });

  test('open no vendor’s program while what it demands is not met, and say what is missing', async () => {
    const world = createDeskWorld();
    const path = await screened(world, formOf({ programs: ['daybreak_blue'] }));
    const evidence = { en: 'Nobody has attested it.', ja: '表明がない。', from: 'attestations' };
    const missing = [{ obligation: 'no-resale', hard: true, evidence: [evidence] }] as unknown as readonly ObligationAssessment[];
    world.state.unmet = ({ programs }) => programs.map((program) => ({ kind: 'obligations-unmet', program, missing }));
    const before = world.ledger.length;
    const answer = await call(world, APPROVER, 'POST', `${path}/approve`, { body: { version: await versionOf(world, path), reason } });
    assert.ok(answer instanceof ApiRefusal);
    assert.deepEqual([answer.status, answer.code], [409, 'obligations-unmet']);
    assert.match(answer.detail, /daybreak_blue are not met: no-resale/);
    assert.match(answer.next ?? '', /sekisho access obligations daybreak_blue --unmet/);
    const { en, ja } = evidence;
    assert.deepEqual(answer.facts['problems'], [
      { path: 'programs.daybreak_blue.no-resale', program: 'daybreak_blue', obligation: 'no-resale', hard: true, text: { en, ja } },
    ]);
    assert.deepEqual([world.ledger.length, world.store.grants.size], [before, 0]);
    const terms = { programs: [] };
    const less = await bodyOf(world, APPROVER, 'POST', `${path}/approve`, {
      body: { version: await versionOf(world, path), terms, reason },
    });
    assert.notEqual(less['grant'], null);
  });

  test('say what the form and the screening ask for', async () => {
    const world = createDeskWorld();
    const body = await bodyOf(world, APPLICANT, 'GET', '/api/v1/access/form');
    assert.equal(body['version'], 1);
    assert.deepEqual(body['checklist'], world.desk.checklist);
    assert.deepEqual(body['sectors'], [{ id: 'electric-power', en: 'Electric power', ja: '電力' }]);
    const draft = body['draft'] as { readonly properties: Readonly<Record<string, unknown>> };
    assert.deepEqual(draft.properties['sector'], { type: 'string', enum: ['electric-power'] });
  });

  test('tell field by field what a form lacks', async () => {
    const world = createDeskWorld();
    const { id } = await bodyOf(world, APPLICANT, 'POST', A, { body: {} });
    const answer = await call(world, APPLICANT, 'POST', `${A}/${String(id)}/submit`);
    assert.ok(answer instanceof ApiRefusal);
    assert.deepEqual([answer.status, answer.code], [422, 'form-incomplete']);
    assert.equal((answer.facts['problems'] as readonly unknown[]).length, 10);
    assert.deepEqual(await refused(world, APPLICANT, 'PUT', `${A}/${String(id)}`, { body: { version: 1, form: { tier: 7 } } }), [
      422,
      'form-incomplete',
    ]);
    assert.equal((await bodyOf(world, APPLICANT, 'PUT', `${A}/${String(id)}`, { body: { version: 1, form: formOf() } }))['version'], 2);
    assert.deepEqual(await refused(world, APPLICANT, 'PUT', `${A}/${String(id)}`, { body: { version: 1, form: {} } }), [
      409,
      'changed-meanwhile',
    ]);
  });

  test('take documents as bytes and give them back to be kept', async () => {
    const world = createDeskWorld();
    const { id } = await bodyOf(world, APPLICANT, 'POST', A, { body: {} });
    const rawBody = Buffer.from('%PDF-1.7 許可');
    const path = `${A}/${String(id)}/evidence`;
    const given = { query: { name: '許可書(1).pdf' }, headers: { 'content-type': 'application/pdf' }, rawBody };
    const evidence = await bodyOf(world, APPLICANT, 'POST', path, given);
    const answer = await call(world, APPLICANT, 'GET', `${path}/${String(evidence['id'])}`);
    assert.ok(!(answer instanceof ApiRefusal));
    assert.ok(Buffer.from(answer.body as Uint8Array).equals(rawBody));
    assert.equal(answer.contentType, 'application/pdf');
    assert.deepEqual(answer.headers, { 'content-disposition': "attachment; filename*=UTF-8''%E8%A8%B1%E5%8F%AF%E6%9B%B8%281%29.pdf" });
    assert.deepEqual(await refused(world, APPLICANT, 'POST', path, { ...given, headers: { 'content-type': 'text/html' } }), [
      422,
      'evidence-unacceptable',
    ]);
    assert.deepEqual(await refused(world, APPLICANT, 'POST', path, { query: { name: 'a' } }), [422, 'evidence-unacceptable']);
    assert.deepEqual(await refused(world, APPLICANT, 'GET', `${path}/evi_0`), [404, 'unknown-evidence']);
  });
});

describe('routes of what is there already', () => {
  test('do not tell of somebody else’s application or grant', async () => {
    const world = createDeskWorld();
    const path = await screened(world);
    const body = { version: await versionOf(world, path), reason };
    const { grant } = await bodyOf(world, APPROVER, 'POST', `${path}/approve`, { body });
    const grantPath = `${G}/${(grant as { readonly id: string }).id}`;
    const stranger = person('stranger', ['applicant', 'defender']);
    for (const [method, of, given] of [
      ['GET', path, {}],
      ['GET', `${path}/history`, {}],
      ['GET', `${path}/evidence/evi_0`, {}],
      ['PUT', path, { body: { version: 1, form: {} } }],
      ['POST', `${path}/submit`, {}],
      ['POST', `${path}/withdraw`, { body: { reason } }],
      ['POST', `${path}/appeal`, { body: { reason } }],
      ['POST', `${path}/comments`, { body: { text: 'x' } }],
    ] as const) {
      assert.deepEqual(await refused(world, stranger, method, of, given), [404, 'unknown-application'], `${method} ${of}`);
    }
    assert.deepEqual(await refused(world, stranger, 'GET', grantPath), [404, 'unknown-grant']);
    assert.deepEqual(await refused(world, stranger, 'POST', `${grantPath}/end`, { body: { reason } }), [404, 'unknown-grant']);
    assert.deepEqual(await refused(world, stranger, 'POST', `${grantPath}/renew`), [404, 'unknown-grant']);
    for (const list of [A, G]) assert.deepEqual(Object.values(await bodyOf(world, stranger, 'GET', list)), [[]]);
    assert.deepEqual(await bodyOf(world, stranger, 'GET', '/api/v1/access/calendar', { query: { days: '400' } }), { due: [] });
  });

  test('show administrators how an application stands and nothing more', async () => {
    const world = createDeskWorld();
    const path = await screened(world);
    const seen = await bodyOf(world, person('admin', ['administrator']), 'GET', path);
    assert.equal(seen['state'], 'screened');
    assert.ok(!('form' in seen) && !('rounds' in seen));
  });

  test('let an approver take away, stop and recertify a grant, and its holder renew it or give it back', async () => {
    const world = createDeskWorld();
    const path = await screened(world, formOf());
    const made = await bodyOf(world, APPROVER, 'POST', `${path}/approve`, { body: { version: await versionOf(world, path), reason } });
    const grant = `${G}/${(made['grant'] as { readonly id: string }).id}`;
    const changes = { capabilities: ['code-review'], endsAt: '2027-01-01T00:00:00Z', conditions: ['training'] };
    const narrowed = await bodyOf(world, APPROVER, 'POST', `${grant}/narrow`, { body: { version: 1, changes, reason } });
    assert.deepEqual([narrowed['capabilities'], narrowed['conditions']], [['code-review'], ['training']]);
    assert.deepEqual(await refused(world, APPROVER, 'POST', `${grant}/narrow`, { body: { version: 1, changes, reason } }), [
      409,
      'changed-meanwhile',
    ]);
    await bodyOf(world, SCREENER, 'POST', `${grant}/conditions`, { body: { condition: 'training', reason } });
    await bodyOf(world, SCREENER, 'POST', `${grant}/suspend`, { body: { reason } });
    await bodyOf(world, APPROVER, 'POST', `${grant}/resume`, { body: { version: 4, reason } });
    const recertified = await bodyOf(world, APPROVER, 'POST', `${grant}/recertify`, { body: { version: 5, reason } });
    assert.deepEqual(recertified['recertified'], { by: APPROVER.principalId, at: new Date(NOW).toISOString() });
    const { due } = await bodyOf(world, APPLICANT, 'GET', '/api/v1/access/calendar', { query: { days: '60' } });
    assert.equal((due as readonly unknown[]).length, 1);
    const renewal = await bodyOf(world, APPLICANT, 'POST', `${grant}/renew`);
    assert.deepEqual([renewal['state'], renewal['renews']], ['draft', grant.slice(G.length + 1)]);
    assert.equal((await bodyOf(world, APPLICANT, 'POST', `${grant}/end`, { body: { reason } }))['state'], 'ended');
    assert.deepEqual(await refused(world, APPROVER, 'POST', `${grant}/revoke`, { body: { reason } }), [409, 'wrong-state']);
  });

  test('reject with a code, hear an appeal, and take remarks', async () => {
    const world = createDeskWorld();
    const path = await screened(world);
    const body = { version: await versionOf(world, path), code: 'purpose-not-sufficient', reason };
    assert.equal((await bodyOf(world, APPROVER, 'POST', `${path}/reject`, { body }))['state'], 'rejected');
    await bodyOf(world, APPLICANT, 'POST', `${path}/comments`, { body: { text: 'why?' } });
    assert.equal((await bodyOf(world, APPLICANT, 'POST', `${path}/appeal`, { body: { reason } }))['state'], 'appealed');
    assert.deepEqual(await refused(world, SCREENER, 'POST', `${path}/screening/claim`), [403, 'decided-before']);
    assert.equal((await bodyOf(world, APPLICANT, 'POST', `${path}/withdraw`, { body: { reason } }))['state'], 'withdrawn');
  });

  test('are guarded by roles, and take no member and no value that they do not know', () => {
    for (const { method, path, guard } of ROUTES) {
      assert.ok(Array.isArray(guard) && guard.length > 0, path);
      // Whoever only reads changes nothing; an administrator decides nothing.
      const isHolders = path === `${G}/{id}/end`;
      if (method !== 'GET' && !isHolders) assert.ok(!guard.includes('auditor') && !guard.includes('administrator'), `${method} ${path}`);
    }
    const bodies = (path: string): z.ZodType => ROUTES.find((each) => each.path === path && each.method === 'POST')!.body!;
    for (const body of [{ version: 1 }, { reason }, { version: 1, reason, state: 'approved' }, { version: 0, reason }]) {
      assert.equal(bodies(`${A}/{id}/approve`).safeParse(body).success, false, JSON.stringify(body));
    }
    for (const terms of [{ tier: 3 }, { capabilities: ['all'] }, { endsAt: '2027-01-01' }, { grantId: 'grt_0' }, { endsAtMs: 1 }]) {
      assert.equal(bodies(`${A}/{id}/approve`).safeParse({ version: 1, reason, terms }).success, false, JSON.stringify(terms));
    }
    assert.equal(bodies(`${A}/{id}/reject`).safeParse({ version: 1, reason, code: 'mood' }).success, false);
    assert.equal(bodies(`${G}/{id}/narrow`).safeParse({ version: 1, reason, changes: { tier: 2 } }).success, false);
    assert.equal(bodies(`${G}/{id}/revoke`).safeParse({ reason: 'x'.repeat(4001) }).success, false);
  });
});
