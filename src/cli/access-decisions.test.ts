// Commands about held calls, signals, cases and standings: every call they make is one that the management API takes.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { misfits, playApi, runAccess, type AccessRun, type PlayedApi } from './access-testing.ts';
import { EXIT } from './exit-codes.ts';

let api: PlayedApi;
const directory = mkdtempSync(join(tmpdir(), 'sekisho-decisions-'));
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

async function run(args: readonly string[], answers: PlayedApi['answers'], signal?: AbortSignal): Promise<AccessRun> {
  api.answers = answers;
  api.calls.length = 0;
  try {
    return await runAccess([...args, '--url', api.url, '--key-file', keyFile], signal);
  } finally {
    assert.deepEqual(misfits(api.calls), []);
  }
}

const AT = '2026-11-24T00:00:00.000Z';

const HOLD = {
  id: 'hld_1',
  principal: 'prn_a',
  grant: 'grt_1',
  request: 'req_1',
  route: 'red',
  deployment: 'openai/cyber',
  tool: 'bash',
  reasons: ['dynamic-command'],
  tainted: true,
  status: 'waiting',
  createdAt: AT,
  expiresAt: AT,
  decision: null,
  deliveredAt: null,
  deliveredTo: null,
};

const CALL = {
  tool: 'bash',
  encoding: 'json',
  arguments: '{"command":"ls\u001B[2J"}',
  reasons: [{ code: 'dynamic-command', text: 'The command is made when it runs.' }],
  targets: [{ kind: 'host', value: 'a.example.jp', written: 'A.example.jp', standing: 'unknown' }],
};

describe('access holds', () => {
  const holds = '/api/v1/holds';

  it('are shown with what would run, in words that steer no terminal', async () => {
    const shown = await run(['holds', 'show', 'hld_1'], { [`GET ${holds}/hld_1`]: { body: { hold: HOLD, call: CALL } } });
    assert.match(shown.out, /The command is made when it runs\. \(dynamic-command\)[\s\S]*a\.example\.jp +unknown +host +A\.example\.jp/);
    assert.match(shown.out, /\{"command":"ls\\u\{1b\}\[2J"\}/);
    const erased = await run(['holds', 'show', 'hld_1'], { [`GET ${holds}/hld_1`]: { body: { hold: HOLD, call: null } } });
    assert.match(erased.out, /erased/);
  });

  it('are let through by nobody who was not asked', async () => {
    const answers = {
      [`GET ${holds}/hld_1`]: { body: { hold: HOLD, call: CALL } },
      [`POST ${holds}/hld_1/approve`]: { body: { ...HOLD, status: 'approved' } },
      [`POST ${holds}/hld_1/deny`]: { body: { ...HOLD, status: 'denied' } },
    };
    await assert.rejects(run(['holds', 'approve', 'hld_1', '--reason', 'fine'], answers), { code: 'usage' });
    assert.deepEqual(
      api.calls.map(({ method }) => method),
      ['GET'],
    );
    const approved = await run(['holds', 'approve', 'hld_1', '--reason', 'fine', '--yes'], answers);
    assert.match(approved.out, /may be delivered once/);
    assert.deepEqual(api.calls[0]?.body, { reason: 'fine' });
    assert.match((await run(['holds', 'deny', 'hld_1', '--reason', 'not ours'], answers)).out, /denied/);
  });

  it('are watched until somebody interrupts, each told once', async () => {
    const controller = new AbortController();
    let asked = 0;
    const watched = await run(
      ['holds', 'list', '--watch'],
      {
        [`GET ${holds}`]: () => {
          if (++asked === 2) setTimeout(() => controller.abort(), 20);
          return { body: { holds: asked === 1 ? [HOLD] : [{ ...HOLD, id: 'hld_2' }, HOLD], next: null } };
        },
      },
      controller.signal,
    );
    assert.equal(watched.code, EXIT.ok);
    assert.equal(watched.out.match(/hld_1/g)?.length, 1);
    assert.match(watched.out, /hld_2/);
    assert.match(api.calls[0]!.path, /status=waiting/);
  });
});

describe('access signals', () => {
  const signal = {
    id: 'sig_1',
    principal: 'prn_a',
    kind: 'probing',
    weight: 10,
    request: 'req_1',
    at: AT,
    count: 3,
    evidence: { codes: ['scope-refused', 'key\u001B[2J'], ids: { grant: 'grt_1' } },
    caseId: null,
  };
  const listed = { 'GET /api/v1/signals': { body: { signals: [signal, { ...signal, caseId: 'cas_1' }], next: 'sig_1' } } };

  it('are listed with what they stand on, in words that steer no terminal', async () => {
    const shown = await run(['signals'], listed);
    assert.match(shown.out, /probing +10 +3 +prn_a +req_1 +– +scope-refused, key\\u\{1b\}\[2J\n.*prn_a +req_1 +cas_1 /);
    assert.equal(api.calls[0]!.path, '/api/v1/signals?limit=50');
    const json = await run(['signals', '--json'], listed);
    assert.deepEqual((JSON.parse(json.out) as { signals: unknown[] }).signals[0], signal);
    const none = await run(['signals'], { 'GET /api/v1/signals': { body: { signals: [], next: null } } });
    assert.deepEqual([none.out, none.notes], ['', 'No signals.']);
  });

  it('of one principal, by name or id, or of one kind', async () => {
    const answers = { ...listed, 'GET /api/v1/members/sato': { body: { id: 'prn_a' } } };
    await run(['signals', '--principal', 'sato', '--kind', 'burst', '--limit', '200'], answers);
    assert.deepEqual(
      api.calls.map(({ path }) => path),
      ['/api/v1/members/sato', '/api/v1/signals?principal=prn_a&kind=burst&limit=200'],
    );
    await run(['signals', '--principal', 'prn_b'], answers);
    assert.deepEqual(
      api.calls.map(({ path }) => path),
      ['/api/v1/signals?principal=prn_b&limit=50'],
    );
    for (const wrong of [...['0', '201', '1.5', 'all'].map((limit) => ['--limit', limit]), ['--kind', 'rumour']]) {
      await assert.rejects(run(['signals', ...wrong], answers), { code: 'usage' });
      assert.deepEqual(api.calls, []);
    }
  });
});

describe('access cases and standing', () => {
  const cases = '/api/v1/cases';
  const found = {
    id: 'cas_1',
    principal: null,
    cause: 'provider-notice',
    state: 'open',
    openedAt: AT,
    closedAt: null,
    vendorNotice: { vendor: 'openai', case: 'vc_1', notice: 'warning', reason: null, entityIdentifier: 'x' },
    imposedBy: [],
    appeals: 0,
  };

  it('shows cases with timeline and signals', async () => {
    const listed = await run(['cases', 'list', '--state', 'open'], { [`GET ${cases}`]: { body: { cases: [found], next: null } } });
    assert.match(listed.out, /cas_1 +open .*nobody known +openai: warning/);
    const details = {
      ...found,
      events: [{ at: AT, kind: 'comment', by: { principal: 'p', name: 'sato' }, text: 'called', facts: {} }],
      signals: [
        { id: 'sig_1', kind: 'provider-refusal', weight: 3, request: 'req_1', at: AT, count: 2, evidence: { codes: ['cyber_policy'] } },
      ],
    };
    const shown = await run(['cases', 'show', 'cas_1'], { [`GET ${cases}/cas_1`]: { body: details } });
    assert.match(shown.out, /comment +sato +called[\s\S]*provider-refusal +3 +2 .*req_1 +cyber_policy/);
  });

  it('acts on cases, and makes the pack for the vendor', async () => {
    for (const [args, part, body] of [
      [['comment', 'cas_1', '--text', 'x'], 'comments', { text: 'x' }],
      [['appeal', 'cas_1', '--text', 'x'], 'appeal', { text: 'x' }],
      [['answer', 'cas_1', '--outcome', 'granted', '--text', 'x'], 'appeal/answer', { outcome: 'granted', text: 'x' }],
      [['close', 'cas_1', '--text', 'x'], 'close', { text: 'x' }],
    ] as const) {
      await run(['cases', ...args], { [`POST ${cases}/cas_1/${part}`]: { body: found } });
      assert.deepEqual(api.calls[0]?.body, body);
    }
    const output = join(directory, 'pack.md');
    await run(['cases', 'pack', 'cas_1', '--task', 'a test', '-o', output], {
      [`POST ${cases}/cas_1/false-positive-pack`]: { body: '# Pack' },
    });
    assert.equal(readFileSync(output, 'utf8'), '# Pack');
    assert.deepEqual(api.calls[0]?.body, { task: 'a test', format: 'markdown' });
    const json = await run(['cases', 'pack', 'cas_1', '--json'], { [`POST ${cases}/cas_1/false-positive-pack`]: { body: { version: 1 } } });
    assert.deepEqual(JSON.parse(json.out), { ok: true, version: 1 });
  });

  it('reads and sets standings by name or id', async () => {
    const standing = { principal: 'prn_a', standing: 'review', score: 12.34, since: AT, reason: 'the score', case: 'cas_1' };
    assert.match((await run(['standing'], { 'GET /api/v1/standing': { body: standing } })).out, /review[\s\S]*12\.3/);
    assert.match(
      (await run(['standing', '--list'], { 'GET /api/v1/standings': { body: { standings: [standing] } } })).out,
      /prn_a +review/,
    );
    const set = await run(['standing', 'sato', '--set', 'suspended', '--reason', 'stolen'], {
      'GET /api/v1/members/sato': { body: { id: 'prn_a' } },
      'PUT /api/v1/standings/prn_a': { body: { ...standing, standing: 'suspended' } },
    });
    assert.match(set.out, /sato is suspended/);
    assert.deepEqual(api.calls[1]?.body, { standing: 'suspended', reason: 'stolen' });
    await run(['standing', 'prn_a'], { 'GET /api/v1/standings/prn_a': { body: standing } });
    assert.equal(api.calls.length, 1, 'an id needs no look at the members');
    for (const args of [
      ['--set', 'clear', '--reason', 'x'],
      ['sato', '--set', 'clear'],
      ['sato', '--list'],
    ])
      await assert.rejects(run(['standing', ...args], {}), { code: 'usage' });
  });
});
