// Commands about vendors and members: what they send, what they show, and their exit codes.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { misfits, playApi, runAccess, type AccessRun, type PlayedApi } from './access-testing.ts';
import { EXIT } from './exit-codes.ts';

let api: PlayedApi;
const directory = mkdtempSync(join(tmpdir(), 'sekisho-access-'));
const keyFile = join(directory, 'key');
writeFileSync(keyFile, 'key', { mode: 0o600 });

before(async () => {
  api = await playApi();
});
after(async () => {
  await api.close();
  rmSync(directory, { recursive: true });
});

async function run(args: readonly string[], answers: PlayedApi['answers']): Promise<AccessRun> {
  api.answers = answers;
  api.calls.length = 0;
  const done = await runAccess([...args, '--url', api.url, '--key-file', keyFile]);
  assert.deepEqual(misfits(api.calls), []);
  return done;
}

function obligation(status: string, hard: boolean): object {
  return {
    obligation: `${status}-${hard}`,
    en: 'in English',
    ja: '日本語で',
    hard,
    status,
    basis: 'official',
    isAttestable: true,
    evidence: [{ en: 'seen\u001B[2J', ja: '確認済', from: 'ledger' }],
  };
}

function program(id: string, changes: object): object {
  return {
    id,
    vendor: 'OpenAI',
    en: 'Program',
    ja: 'プログラム',
    isInUse: true,
    mayEnable: true,
    obligations: [obligation('met', true)],
    ...changes,
  };
}

describe('access obligations', () => {
  const report = (...programs: object[]) => ({ 'GET /api/v1/obligations': { body: { version: '2026-11-24', programs } } });

  it('fails exactly when a program in use, or the one that was named, lacks something hard', async () => {
    const lacking = { mayEnable: false, obligations: [obligation('unmet', true), obligation('met', false)] };
    assert.equal((await run(['obligations'], report(program('a', {})))).code, EXIT.ok);
    assert.equal((await run(['obligations'], report(program('a', {}), program('b', lacking)))).code, EXIT.failed);
    const unused = { ...lacking, isInUse: false };
    assert.equal((await run(['obligations'], report(program('b', unused)))).code, EXIT.ok);
    assert.equal((await run(['obligations', '--all'], report(program('b', unused)))).code, EXIT.ok);
    const named = await run(['obligations', 'b'], report(program('b', unused)));
    assert.equal(named.code, EXIT.failed);
    assert.equal(api.calls[0]?.path, '/api/v1/obligations?program=b');
    assert.match(named.out, /must not be enabled: 1 hard obligation not met/);
    assert.match(named.notes, /attestations add b unmet-true/);
  });

  it('shows evidence and its origin in either language, and steers no terminal', async () => {
    const english = await run(['obligations'], report(program('a', {})));
    assert.match(english.out, /met +hard +met-true +in English/);
    assert.match(english.out, /seen\\u\{1b\}\[2J \(ledger\)/);
    const japanese = await run(['obligations', '--language', 'ja'], report(program('a', {})));
    assert.match(japanese.out, /日本語で[\s\S]*確認済/);
    assert.doesNotMatch((await run(['obligations', '--unmet'], report(program('a', {})))).out, /in English/);
  });

  it('gives a program the answer and the verdict', async () => {
    const { out, code } = await run(
      ['obligations', '--json'],
      report(program('a', { mayEnable: false }), program('b', { isInUse: false })),
    );
    const answer = JSON.parse(out) as { ok: boolean; programs: { id: string }[] };
    assert.deepEqual([code, answer.ok, answer.programs.map(({ id }) => id)], [EXIT.failed, false, ['a']]);
  });
});

describe('access attestations', () => {
  const one = {
    id: 'att_1',
    program: 'daybreak_red',
    obligation: 'no-resale',
    statement: 'Contract 12',
    by: { name: 'tanaka' },
    at: '2026-11-24T00:00:00.000Z',
    until: '2027-11-24T00:00:00.000Z',
    withdrawnAt: null,
  };

  it('are given, listed and withdrawn', async () => {
    const added = await run(['attestations', 'add', 'daybreak_red', 'no-resale', '--statement', 'Contract 12', '--until', '2999-01-01'], {
      'POST /api/v1/obligations/attestations': { status: 201, body: one },
    });
    assert.match(added.out, /att_1: no-resale of daybreak_red is attested until 2027-11-24/);
    assert.deepEqual(api.calls[0]?.body, {
      program: 'daybreak_red',
      obligation: 'no-resale',
      statement: 'Contract 12',
      until: '2999-01-01T00:00:00.000Z',
    });
    const past = { ...one, id: 'att_0', until: '2020-01-01T00:00:00.000Z' };
    const listed = await run(['attestations', 'list'], { 'GET /api/v1/obligations/attestations': { body: { attestations: [one, past] } } });
    assert.match(listed.out, /att_1 +counts +daybreak_red[\s\S]*att_0 +ended/);
    const gone = await run(['attestations', 'withdraw', 'att_1', '--reason', 'ended'], {
      'POST /api/v1/obligations/attestations/att_1/withdraw': { body: { ...one, withdrawnAt: one.at } },
    });
    assert.match(gone.out, /att_1 is withdrawn/);
    assert.deepEqual(api.calls[0]?.body, { reason: 'ended' });
  });

  it('need words and an end', async () => {
    const add = ['attestations', 'add', 'daybreak_red', 'no-resale'];
    await assert.rejects(run([...add, '--statement', ' ', '--until', '1y'], {}), { code: 'usage' });
    await assert.rejects(run([...add, '--statement', 'x', '--until', 'for ever'], {}), /--until is a span/);
    assert.equal(api.calls.length, 0);
  });
});

const FINDING = {
  deployment: 'openai/cyber',
  proves: true,
  isConclusive: true,
  effectiveModel: 'gpt-6-cyber',
  effectiveProgram: 'daybreak_red',
  requestId: 'req_1',
  reason: null,
};

function onboarding(state: string): object {
  return {
    id: 'onb_1',
    program: 'daybreak_red',
    account: 'org-cyber',
    reference: null,
    state,
    createdAt: '2026-11-24T00:00:00.000Z',
    changedAt: '2026-11-25T00:00:00.000Z',
    history: [
      { at: '2026-11-24T00:00:00.000Z', from: null, to: 'submitted', by: { name: 'tanaka' }, note: 'by post', probe: null },
      { at: '2026-11-25T00:00:00.000Z', from: 'provisioned', to: 'ready', by: null, note: '', probe: FINDING },
    ],
  };
}

describe('access onboarding', () => {
  it('walks the states and says each', async () => {
    const submitted = await run(['onboarding', 'submit', 'daybreak_red', '--account', 'org-cyber'], {
      'POST /api/v1/onboarding': { status: 201, body: onboarding('submitted') },
    });
    assert.match(submitted.out, /onb_1: submitted/);
    assert.deepEqual(api.calls[0]?.body, { program: 'daybreak_red', account: 'org-cyber' });
    await run(['onboarding', 'advance', 'onb_1', '--to', 'approved', '--reference', 'TAC-7'], {
      'POST /api/v1/onboarding/onb_1/advance': { body: onboarding('approved') },
    });
    assert.deepEqual(api.calls[0]?.body, { to: 'approved', reference: 'TAC-7' });
    await assert.rejects(run(['onboarding', 'advance', 'onb_1', '--to', 'ready'], {}), { code: 'usage' });
    const shown = await run(['onboarding', 'show', 'onb_1'], { 'GET /api/v1/onboarding/onb_1': { body: onboarding('ready') } });
    assert.match(shown.out, /2026-11-24 00:00Z +submitted +tanaka +by post/);
    assert.match(shown.out, /ready +a canary +gpt-6-cyber answered under daybreak_red/);
    const closed = await run(['onboarding', 'close', 'onb_1', '--reason', 'declined'], {
      'POST /api/v1/onboarding/onb_1/close': { body: onboarding('closed') },
    });
    assert.match(closed.out, /closed/);
  });

  it('fails when a probe does not prove the access', async () => {
    const probe = (finding: object, state: string) =>
      run(['onboarding', 'probe', 'onb_1', '--deployment', 'openai/cyber'], {
        'POST /api/v1/onboarding/onb_1/probe': { body: { onboarding: onboarding(state), finding: { ...FINDING, ...finding } } },
      });
    assert.equal((await probe({}, 'ready')).code, EXIT.ok);
    const refused = await probe({ proves: false, reason: 'access_program_not_enabled' }, 'provisioned');
    assert.equal(refused.code, EXIT.failed);
    assert.match(refused.out, /provisioned[\s\S]*refused: access_program_not_enabled/);
    assert.match((await probe({ proves: false, isConclusive: false, reason: 'timeout' }, 'ready')).out, /nothing can be said: timeout/);
    assert.match((await probe({ proves: false, effectiveProgram: null }, 'ready')).out, /under no program that it names/);
    assert.deepEqual(api.calls[0]?.body, { deployment: 'openai/cyber' });
  });
});

describe('access dossier', () => {
  it('writes a page for its owner alone, and never over another file', async () => {
    const file = join(directory, 'dossier.html');
    const answers = { 'POST /api/v1/dossiers': { body: '<!doctype html>', headers: { 'content-type': 'text/html' } } };
    const written = await run(['dossier', 'daybreak_red', '--html', file], answers);
    assert.equal(written.out, '');
    assert.equal(readFileSync(file, 'utf8'), '<!doctype html>');
    assert.equal(statSync(file).mode & 0o077, 0);
    assert.deepEqual(api.calls[0]?.body, { program: 'daybreak_red', names: false, format: 'html' });
    await assert.rejects(run(['dossier', 'daybreak_red', '--html', file], answers), { code: 'EEXIST' });
  });

  it('gives a program the dossier as it is, so that its hash can be checked', async () => {
    const dossier = { format: 1, sha256: 'ab' };
    const { out } = await run(['dossier', 'daybreak_red', '--json', '--names'], { 'POST /api/v1/dossiers': { body: dossier } });
    assert.deepEqual(JSON.parse(out), dossier);
    assert.deepEqual(api.calls[0]?.body, { program: 'daybreak_red', names: true, format: 'json' });
    await assert.rejects(run(['dossier', 'daybreak_red'], {}), { code: 'usage' });
  });
});

describe('access members', () => {
  const member = (name: string, changes: object = {}) => ({
    id: `prn_${name}`,
    name,
    displayName: name,
    kind: 'person',
    roles: ['defender'],
    isOutside: false,
    passkeys: 1,
    createdAt: '2026-11-24T00:00:00.000Z',
    disabledAt: null,
    ...changes,
  });

  it('are listed over all pages', async () => {
    const listed = await run(['members', 'list'], {
      'GET /api/v1/members': ({ path }) =>
        path.includes('after=abe')
          ? { body: { members: [member('sato', { disabledAt: '2026-11-24T00:00:00.000Z' })], next: null } }
          : { body: { members: [member('abe', { isOutside: true })], next: 'abe' } },
    });
    assert.match(listed.out, /abe +outside[\s\S]*sato +disabled/);
    assert.equal(api.calls.length, 2);
  });

  it('are added, with the link alone on standard output', async () => {
    const answers = {
      'POST /api/v1/members': { status: 201, body: member('山田') },
      'POST /api/v1/members/prn_%E5%B1%B1%E7%94%B0/enrolment': {
        status: 201,
        body: { id: 'enr_1', url: 'https://sekisho.example.jp/enrol#token', expiresAt: '2026-11-25T00:00:00.000Z' },
      },
    };
    const added = await run(['members', 'add', '山田', '--role', 'defender', '--role', 'applicant', '--enrol'], answers);
    assert.equal(added.out, 'https://sekisho.example.jp/enrol#token');
    assert.deepEqual(api.calls[0]?.body, { name: '山田', kind: 'person', roles: ['defender', 'applicant'] });
    await assert.rejects(run(['members', 'add', '山田'], answers), /at least one --role/);
  });

  it('get exactly the roles that are named', async () => {
    const answers = { 'PUT /api/v1/members/sato/roles': { body: member('sato', { roles: [] }) } };
    await run(['members', 'roles', 'sato', '--none'], answers);
    assert.deepEqual(api.calls[0]?.body, { roles: [] });
    await assert.rejects(run(['members', 'roles', 'sato'], answers), { code: 'usage' });
    await assert.rejects(run(['members', 'roles', 'sato', '--none', '--role', 'auditor'], answers), { code: 'usage' });
    const disabled = await run(['members', 'disable', 'sato'], { 'POST /api/v1/members/sato/disable': { body: member('sato') } });
    assert.match(disabled.out, /may not act any more/);
  });
});
