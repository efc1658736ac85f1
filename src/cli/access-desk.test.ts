// Commands about applications and grants: every call they make is one that the management API takes.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { readApplicationFile } from './access-application-file.ts';
import { misfits, playApi, runAccess, type AccessRun, type PlayedApi } from './access-testing.ts';

let api: PlayedApi;
const directory = mkdtempSync(join(tmpdir(), 'sekisho-desk-'));
const keyFile = file('key', 'key');

before(async () => {
  api = await playApi();
});
after(async () => {
  await api.close();
  rmSync(directory, { recursive: true });
});

function file(name: string, content: string | Buffer): string {
  const path = join(directory, name);
  writeFileSync(path, content, { mode: 0o600 });
  return path;
}

async function run(args: readonly string[], answers: PlayedApi['answers']): Promise<AccessRun> {
  api.answers = answers;
  api.calls.length = 0;
  try {
    return await runAccess([...args, '--url', api.url, '--key-file', keyFile]);
  } finally {
    assert.deepEqual(misfits(api.calls), []);
  }
}

describe('the played API', () => {
  it('tells a call that the real one would not take', () => {
    const call = (method: string, path: string, body?: object) => ({
      method,
      path,
      headers: {},
      text: body === undefined ? '' : JSON.stringify(body),
      body,
    });
    assert.equal(misfits([call('GET', '/api/v1/grants/grt_1'), call('POST', '/api/v1/grants/grt_1/revoke', { reason: 'x' })]).length, 0);
    for (const wrong of [
      call('GET', '/api/v1/nothing'),
      call('DELETE', '/api/v1/grants/grt_1'),
      call('GET', '/api/v1/grants?colour=red'),
      call('POST', '/api/v1/grants/grt_1/revoke', { why: 'x' }),
      call('POST', '/api/v1/members/sato/disable', {}),
    ])
      assert.equal(misfits([wrong]).length, 1, `${wrong.method} ${wrong.path}`);
  });
});

const AT = '2026-11-24T00:00:00.000Z';
const ULID = '01KB0000000000000000000000';

function outline(changes: object = {}): object {
  return {
    id: 'app_1',
    owner: { id: 'prn_a', name: '山田' },
    principal: 'prn_a',
    state: 'draft',
    version: 3,
    tier: 2,
    capabilities: ['penetration-testing'],
    createdAt: AT,
    updatedAt: AT,
    submittedAt: null,
    round: 1,
    screener: null,
    approvals: 0,
    documents: 0,
    renews: null,
    grant: null,
    ...changes,
  };
}

function application(changes: object = {}): object {
  return {
    ...outline(),
    formVersion: 1,
    checklistVersion: 1,
    form: {
      purpose: 'a yearly test\u001B[2J',
      targets: [{ kind: 'network', value: '203.0.113.0/24', proof: { basis: 'owned', text: 'asset list', evidence: `evi_${ULID}` } }],
    },
    rounds: [
      {
        appeal: null,
        screener: null,
        screening: [{ name: 'sato', by: 'prn_b', at: AT, item: 'identity', verdict: 'pass', reason: 'seen the card' }],
        finishedAt: null,
        approvals: [],
        rejection: null,
      },
    ],
    remarks: [{ name: 'sato', by: 'prn_b', at: AT, text: 'please attach', isInternal: true }],
    evidence: [],
    ...changes,
  };
}

const APP = '/api/v1/applications';

describe('access apply', () => {
  it('sends the form, attaches the documents that proofs name, and submits', async () => {
    file('assets.pdf', '%PDF-assets');
    file('letter.txt', 'letter');
    const path = file(
      'application.yaml',
      `kind: person
employer: ""
purpose: a yearly test of our own portal
targets:
  - { kind: network, value: 203.0.113.0/24, proof: { basis: owned, file: ./assets.pdf } }
  - { kind: host, value: scada.example.jp, proof: { basis: authorised, text: letter, file: letter.txt } }
  - { kind: host, value: two.example.jp, proof: { basis: owned, file: assets.pdf } }
supervisor: { name: sato, email: }
programs:
`,
    );
    const sha256 = createHash('sha256').update('letter').digest('hex');
    const known = { id: 'evi_known', name: 'x', by: 'y', at: AT, fileName: 'letter.txt', mediaType: 'text/plain', bytes: 6, sha256 };
    const answers: PlayedApi['answers'] = {
      [`POST ${APP}`]: { status: 201, body: application({ evidence: [known] }) },
      [`POST ${APP}/app_1/evidence`]: { status: 201, body: { id: 'evi_new' } },
      [`GET ${APP}/app_1`]: { body: application({ version: 4 }) },
      [`PUT ${APP}/app_1`]: { body: application({ version: 5 }) },
      [`POST ${APP}/app_1/submit`]: { body: application({ state: 'submitted', version: 6 }) },
    };
    const done = await run(['apply', path, '--submit'], answers);
    assert.match(done.out, /app_1: submitted/);
    assert.deepEqual(
      api.calls.map(({ method, path: at }) => `${method} ${at}`),
      [`POST ${APP}`, `POST ${APP}/app_1/evidence?name=assets.pdf`, `GET ${APP}/app_1`, `PUT ${APP}/app_1`, `POST ${APP}/app_1/submit`],
      'one document is known by its bytes, the other is sent once',
    );
    assert.equal(api.calls[1]?.headers['content-type'], 'application/pdf');
    const { version, form } = api.calls[3]!.body as { version: number; form: { targets: { proof: object }[]; supervisor: object } };
    assert.equal(version, 4);
    assert.deepEqual(
      form.targets.map(({ proof }) => proof),
      [
        { basis: 'owned', evidence: 'evi_new' },
        { basis: 'authorised', text: 'letter', evidence: 'evi_known' },
        { basis: 'owned', evidence: 'evi_new' },
      ],
    );
    assert.deepEqual([form.supervisor, 'employer' in form, 'programs' in form], [{ name: 'sato' }, false, false]);
    assert.deepEqual(api.calls[4]?.body, { version: 5 });
  });

  it('keeps the draft when it lacks something, and says where', async () => {
    const path = file('short.yaml', 'kind: person\n');
    const answers: PlayedApi['answers'] = {
      [`POST ${APP}`]: { status: 201, body: application() },
      [`POST ${APP}/app_1/submit`]: {
        status: 422,
        body: {
          code: 'form-incomplete',
          detail: 'The form lacks something.',
          problems: [{ field: 'employer', path: 'employer', code: 'required', text: { en: 'This is required.', ja: '必須' } }],
        },
      },
    };
    await assert.rejects(run(['apply', path, '--submit'], answers), /employer: This is required\./);
    const draft = await run(['apply', path], answers);
    assert.match(draft.out, /app_1: a draft/);
    assert.match(draft.notes, /--update app_1 --submit/);
    await run(['apply', path, '--update', 'app_1'], {
      [`GET ${APP}/app_1`]: { body: application() },
      [`PUT ${APP}/app_1`]: { body: application() },
    });
    assert.deepEqual(api.calls[1]?.body, { version: 3, form: { kind: 'person' } });
  });

  it('sends nothing when a document cannot be read or is of a kind that is not taken', async () => {
    for (const name of ['none.pdf', 'macro.docm']) {
      const path = file('bad.yaml', `targets: [{ kind: host, value: a.example, proof: { file: ${name} } }]\n`);
      await assert.rejects(run(['apply', path], {}));
      assert.equal(api.calls.length, 0, name);
    }
    await assert.rejects(run(['apply', file('list.yaml', '- a\n')], {}), { code: 'usage' });
    await assert.rejects(run(['apply', file('broken.yaml', 'a: [')], {}), { code: 'usage' });
  });
});

describe('access form', () => {
  const words = (en: string) => ({ en, ja: `${en} 日本語` });
  const field = (id: string, required = 'always', options?: readonly string[]) => ({
    id,
    required,
    label: words(id),
    help: words('help'),
    ...(options === undefined ? {} : { options: options.map((each) => ({ id: each, label: words(each) })) }),
  });
  const form = {
    version: 1,
    fields: [
      field('kind', 'always', ['person', 'service']),
      field('service', 'service'),
      field('sector'),
      field('tier'),
      field('capabilities', 'always', ['code-review']),
      field('purpose'),
      field('targets', 'tier-2'),
      field('proof', 'tier-2'),
      field('allowedTools', 'never'),
      field('supervisor'),
      field('endDate'),
      field('programs', 'never'),
    ],
    sectors: [{ id: 'gas', en: 'Gas', ja: 'ガス' }],
    programs: [{ id: 'daybreak_blue' }],
    checklist: { items: [{ id: 'identity', blocking: true, label: words('Identity'), help: words('seen') }] },
  };
  const answers = { 'GET /api/v1/access/form': { body: form } };

  it('makes a template that is a draft as it stands', async () => {
    const { out } = await run(['form', '--template', '--language', 'ja'], answers);
    assert.match(out, /# kind 日本語 \(always\)/);
    assert.match(out, /# gas\n/);
    const path = file('template.yaml', out);
    assert.deepEqual(
      readApplicationFile(path).form(() => undefined),
      { tier: 1, capabilities: [], supervisor: {} },
    );
  });

  it('lists fields, choices and the checklist', async () => {
    const { out } = await run(['form'], answers);
    assert.match(out, /sector +always +sector +help/);
    assert.match(out, /programs: daybreak_blue/);
    assert.match((await run(['form', '--checklist'], answers)).out, /identity +blocking +Identity +seen/);
  });
});

describe('access applications', () => {
  it('are listed and shown, and steer no terminal', async () => {
    const listed = await run(['applications', 'list', '--state', 'draft'], { [`GET ${APP}`]: { body: { applications: [outline()] } } });
    assert.match(listed.out, /app_1 +draft +山田 +2 +penetration-testing/);
    const shown = await run(['applications', 'show', 'app_1'], { [`GET ${APP}/app_1`]: { body: application() } });
    for (const part of [
      /app_1, version 3/,
      /a yearly test\\u\{1b\}\[2J/,
      /203\.0\.113\.0\/24 +network +owned: asset list/,
      /identity +pass +sato/,
      /internal: please attach/,
    ])
      assert.match(shown.out, part);
    const bare = await run(['applications', 'show', 'app_1'], { [`GET ${APP}/app_1`]: { body: outline() } });
    assert.match(bare.out, /app_1, version 3/, 'administrators get no form');
    const event = { by: 'prn_b', name: 'sato', at: AT, grant: null, version: 2, type: 'application-submitted', reason: null, facts: {} };
    const history = await run(['applications', 'show', 'app_1', '--history'], {
      [`GET ${APP}/app_1/history`]: { body: { events: [event] } },
    });
    assert.match(history.out, /application-submitted +2 +sato/);
  });

  it('are screened in one call or several', async () => {
    const path = file('checked.yaml', 'employment: { verdict: pass, reason: asked }\n');
    const args = ['applications', 'screen', 'app_1', '--claim', '--item', 'identity', '--verdict', 'pass', '--reason', 'seen', '--finish'];
    const done = await run([...args, '--decisions', path], {
      [`POST ${APP}/app_1/screening/claim`]: { body: application() },
      [`PUT ${APP}/app_1/screening/items/identity`]: { body: application() },
      [`PUT ${APP}/app_1/screening/items/employment`]: { body: application() },
      [`POST ${APP}/app_1/screening/finish`]: { body: application({ state: 'screened' }) },
    });
    assert.match(done.out, /app_1: screened, 1 items decided/);
    assert.equal(api.calls.length, 4);
    await assert.rejects(run(['applications', 'screen', 'app_1', '--item', 'identity'], {}), { code: 'usage' });
    const wrong = file('wrong.yaml', 'identity: { verdict: maybe, reason: x }\n');
    await assert.rejects(run(['applications', 'screen', 'app_1', '--decisions', wrong], {}), { code: 'usage' });
    const looked = await run(['applications', 'screen', 'app_1'], { [`GET ${APP}/app_1`]: { body: application() } });
    assert.match(looked.out, /identity +pass/);
  });

  it('are approved as they were seen, and never by accident', async () => {
    const answers: PlayedApi['answers'] = {
      [`GET ${APP}/app_1`]: { body: application({ state: 'screened', version: 7 }) },
      [`POST ${APP}/app_1/approve`]: { body: { application: application({ state: 'approved' }), grant: { id: 'grt_1' } } },
      [`POST ${APP}/app_1/reject`]: { body: application({ state: 'rejected' }) },
    };
    const approve = ['applications', 'approve', 'app_1', '--reason', 'needed'];
    await assert.rejects(run(approve, answers), /nobody can be asked/);
    await assert.rejects(run([...approve, '--seen', '6', '--yes'], answers), { code: 'changed-meanwhile' });
    assert.equal(api.calls.length, 1, 'nothing but a look');
    const terms = file('terms.yaml', 'capabilities: [code-review]\nendsAt: 2026-12-01T00:00:00+09:00\n');
    const done = await run([...approve, '--seen', '7', '--yes', '--terms', terms], answers);
    assert.match(done.out, /approved, grt_1/);
    assert.deepEqual(api.calls[1]?.body, {
      version: 7,
      reason: 'needed',
      terms: { capabilities: ['code-review'], endsAt: '2026-12-01T00:00:00+09:00' },
    });
    const half = {
      [`GET ${APP}/app_1`]: answers[`GET ${APP}/app_1`]!,
      [`POST ${APP}/app_1/approve`]: { body: { application: application(), grant: null } },
    };
    assert.match((await run([...approve, '--yes'], half)).out, /somebody else has to approve/);
    await run(['applications', 'reject', 'app_1', '--code', 'sanctions', '--reason', 'listed', '--yes'], answers);
    assert.deepEqual(api.calls[1]?.body, { version: 7, code: 'sanctions', reason: 'listed' });
  });

  it('are submitted, withdrawn, appealed and remarked on', async () => {
    for (const [args, part, body] of [
      [['submit', 'app_1'], 'submit', {}],
      [['withdraw', 'app_1', '--reason', 'off'], 'withdraw', { reason: 'off' }],
      [['appeal', 'app_1', '--reason', 'again'], 'appeal', { reason: 'again' }],
      [['comment', 'app_1', '--text', 'hello', '--internal'], 'comments', { text: 'hello', isInternal: true }],
    ] as const) {
      await run(['applications', ...args], { [`POST ${APP}/app_1/${part}`]: { body: application() } });
      assert.deepEqual(api.calls[0]?.body, body);
    }
    await assert.rejects(run(['applications', 'withdraw', 'app_1', '--reason', '  '], {}), { code: 'usage' });
  });

  it('get documents, and give them back byte for byte, over no other file', async () => {
    const letter = file('owner.pdf', '%PDF-owner');
    const added = await run(['applications', 'evidence', 'add', 'app_1', letter], {
      [`POST ${APP}/app_1/evidence`]: { status: 201, body: { id: 'evi_1' } },
    });
    assert.match(added.out, /evi_1 is attached to app_1/);
    assert.equal(api.calls[0]?.text, '%PDF-owner');
    const output = join(directory, 'back.pdf');
    const answers = { [`GET ${APP}/app_1/evidence/evi_1`]: { body: '%PDF-back' } };
    await run(['applications', 'evidence', 'get', 'app_1', 'evi_1', '-o', output], answers);
    assert.equal(readFileSync(output, 'utf8'), '%PDF-back');
    await assert.rejects(run(['applications', 'evidence', 'get', 'app_1', 'evi_1', '-o', output], answers), { code: 'EEXIST' });
  });
});

const GRANT = {
  id: 'grt_1',
  application: 'app_1',
  principal: 'prn_a',
  owner: 'prn_a',
  state: 'active',
  stateReason: null,
  version: 2,
  tier: 2,
  capabilities: ['code-review', 'penetration-testing'],
  scope: {
    targets: [
      { kind: 'network', value: '203.0.113.0/24' },
      { kind: 'host', value: 'a.example.jp' },
    ],
    excluded: [],
    allowedTools: null,
    forbiddenTools: ['rm'],
  },
  conditions: ['passkey'],
  conditionsMet: [],
  programs: ['daybreak_red'],
  startsAt: AT,
  endsAt: '2027-01-01T00:00:00.000Z',
  recertifyBy: '2026-12-24T00:00:00.000Z',
  recertified: null,
  approvedBy: [],
  createdAt: AT,
  updatedAt: AT,
};

describe('access grants', () => {
  const grantAnswers = { 'GET /api/v1/grants/grt_1': { body: GRANT } };

  it('are listed, shown and due', async () => {
    const listed = await run(['grants', 'list', '--state', 'active'], { 'GET /api/v1/grants': { body: { grants: [GRANT] } } });
    assert.match(listed.out, /grt_1 +active +prn_a +2/);
    const shown = await run(['grants', 'show', 'grt_1'], grantAnswers);
    assert.match(shown.out, /every tool that is not forbidden[\s\S]*203\.0\.113\.0\/24 +network +authorised/);
    const due = { grant: 'grt_1', application: 'app_1', principal: 'prn_a', tier: 2, what: 'recertification', at: AT, isOverdue: true };
    const calendar = await run(['calendar', '--days', '7'], { 'GET /api/v1/access/calendar': { body: { due: [due] } } });
    assert.match(calendar.out, /2026-11-24 overdue +recertification +grt_1/);
    await assert.rejects(run(['calendar', '--days', 'many'], {}), { code: 'usage' });
  });

  it('are narrowed to what is left, from the version that was read', async () => {
    const answers = { ...grantAnswers, 'POST /api/v1/grants/grt_1/narrow': { body: GRANT } };
    const narrow = ['grants', 'narrow', 'grt_1', '--reason', 'less'];
    await run(
      [...narrow, '--without-capability', 'penetration-testing', '--without-target', 'a.example.jp', '--condition', 'training'],
      answers,
    );
    assert.deepEqual(api.calls[1]?.body, {
      version: 2,
      reason: 'less',
      changes: {
        capabilities: ['code-review'],
        conditions: ['training'],
        scope: { ...GRANT.scope, targets: [GRANT.scope.targets[0]] },
      },
    });
    await assert.rejects(run([...narrow, '--without-target', 'b.example.jp'], answers), { code: 'usage' });
    await assert.rejects(run(narrow, answers), { code: 'usage' });
    const path = file('narrow.yaml', 'programs: []\n');
    await run([...narrow, '--changes', path], answers);
    assert.deepEqual(api.calls[1]?.body, { version: 2, reason: 'less', changes: { programs: [] } });
  });

  it('are stopped whatever they are now, and go on as they were seen', async () => {
    for (const part of ['suspend', 'revoke', 'end']) {
      await run(['grants', part, 'grt_1', '--reason', 'why'], { [`POST /api/v1/grants/grt_1/${part}`]: { body: GRANT } });
      assert.deepEqual(
        api.calls.map(({ body }) => body),
        [{ reason: 'why' }],
      );
    }
    for (const part of ['resume', 'recertify']) {
      await run(['grants', part, 'grt_1', '--reason', 'why'], { ...grantAnswers, [`POST /api/v1/grants/grt_1/${part}`]: { body: GRANT } });
      assert.deepEqual(api.calls[1]?.body, { reason: 'why', version: 2 });
    }
    await run(['grants', 'meet', 'grt_1', '--condition', 'training', '--reason', 'trained'], {
      'POST /api/v1/grants/grt_1/conditions': { body: GRANT },
    });
    const renewed = await run(['grants', 'renew', 'grt_1'], { 'POST /api/v1/grants/grt_1/renew': { status: 201, body: application() } });
    assert.match(renewed.out, /app_1: a draft that renews grt_1/);
  });
});
