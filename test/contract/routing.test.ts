// Who gets a request: demands of data classes and callers, refusals that say why, evidence for fallbacks, the vendor's programs, whom a
// provider is told of. Driven through the started program; what each provider received is the proof.
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { startSimulator, type Simulator } from '#simulator';
import { providerYaml, startCheckpoint, type LedgerRecord, type StartedCheckpoint } from '#test/started-checkpoint';

let us: Simulator;
let jp: Simulator;
let checkpoint: StartedCheckpoint;
let key: string;

before(async () => {
  us = await startSimulator({ name: 'us', label: 'US' });
  jp = await startSimulator({ name: 'jp', label: 'JP' });
  checkpoint = await startCheckpoint({
    yaml: `access: { enforce: off }
dataClasses:
  internal: { constraints: { maxRetentionDays: 30 } }
  restricted: { constraints: { hostingCountry: { allow: [JP] }, notSubjectTo: [US], subprocessorCountry: { allow: [JP] } } }
providers:
${providerYaml('us', { url: us.url, country: 'US', extra: 'retentionDays: 30' })}
${providerYaml('jp', { url: jp.url, country: 'JP', extra: 'retentionDays: 0' })}
${providerYaml('blue', { url: us.url, country: 'US', wire: 'openai-responses', extra: 'accessProgram: daybreak_blue' })}
${providerYaml('quiet', { url: jp.url, country: 'JP', extra: 'endUserField: none' })}
routes:
  both: { candidates: [us/d, jp/d], dataClass: internal, maxAttempts: 3 }
  abroad: { candidates: [us/d] }
  tried:
    candidates: [us/d, jp/d]
    qualification: { cases: ./cases.yaml, degraded: refuse }
  untried:
    candidates: [us/d, jp/d]
    qualification: { cases: ./cases.yaml, degraded: allow }
  cyber: { candidates: [blue/d] }
  quiet: { candidates: [quiet/d] }
`,
  });
  key = await checkpoint.createKey();
});

after(() => Promise.all([us.close(), jp.close()]));

beforeEach(() => {
  for (const simulator of [us, jp]) {
    simulator.setFault(null);
    simulator.clearRequests();
  }
});

interface Seen {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly id: string;
}

async function post(path: string, body: object, headers: Record<string, string> = {}): Promise<Seen> {
  const response = await fetch(checkpoint.url + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  return { status: response.status, headers: response.headers, text: await response.text(), id: response.headers.get('x-request-id')! };
}

const chat = (model: string, headers: Record<string, string> = {}, members: object = {}) =>
  post('/v1/chat/completions', { model, messages: [{ role: 'user', content: 'hello' }], ...members }, headers);

async function routingOf({ id }: Seen): Promise<LedgerRecord> {
  const [decision] = await checkpoint.recordsOf(id);
  return decision!['routing'] as LedgerRecord;
}

describe('a caller may tighten, never loosen', () => {
  it('goes to the first candidate when nothing else is said', async () => {
    const seen = await chat('both');
    assert.deepEqual([seen.status, seen.headers.get('x-sekisho-deployment')], [200, 'us/d']);
    assert.deepEqual((await routingOf(seen))['dataClasses'], ['internal']);
  });

  for (const [what, headers] of [
    ['a class of data', { 'x-sekisho-data-class': 'restricted' }],
    ['a jurisdiction', { 'x-sekisho-jurisdiction': 'JP' }],
    ['a deployment', { 'x-sekisho-deployment': 'jp/d' }],
  ] as const) {
    it(`${what} leaves the ones abroad out, retries included`, async () => {
      jp.setFault({ kind: 'status', status: 503 }, { times: 1 });
      const seen = await chat('both', headers);
      assert.deepEqual([seen.status, seen.headers.get('x-sekisho-deployment')], [200, 'jp/d']);
      assert.deepEqual([us.requests.length, jp.requests.length], [0, 2]);
    });
  }

  it('a class that asks for less than the route’s adds nothing and takes nothing away', async () => {
    const seen = await chat('both', { 'x-sekisho-data-class': 'restricted' });
    assert.equal(seen.headers.get('x-sekisho-data-class'), 'internal, restricted');
    const looser = await chat('both', { 'x-sekisho-data-class': 'internal' });
    assert.equal(looser.headers.get('x-sekisho-deployment'), 'us/d');
  });

  it('is refused when nobody meets the demand, with the demand, where it is from, and who would qualify without it', async () => {
    const seen = await chat('abroad', { 'x-sekisho-data-class': 'restricted' });
    assert.deepEqual([seen.status, seen.headers.get('x-sekisho-rule')], [403, 'no-qualified-deployment']);
    assert.match(seen.text, /data class restricted: the hosting country must be JP/);
    assert.match(seen.text, /must not be subject to the law of US/);
    assert.equal(us.requests.length, 0);
    const [record] = await checkpoint.recordsOf(seen.id);
    assert.deepEqual([record!['type'], record!['rule']], ['refusal', 'no-qualified-deployment']);
  });

  for (const [what, headers, status, rule] of [
    ['a class that is not configured', { 'x-sekisho-data-class': 'restrictd' }, 400, 'unknown-data-class'],
    ['an empty class', { 'x-sekisho-data-class': '' }, 400, 'unknown-data-class'],
    ['two classes at once', { 'x-sekisho-data-class': 'internal, restricted' }, 400, 'unknown-data-class'],
    ['a jurisdiction that cannot be read', { 'x-sekisho-jurisdiction': 'Japan' }, 400, 'jurisdiction-malformed'],
    ['an empty jurisdiction', { 'x-sekisho-jurisdiction': '' }, 400, 'jurisdiction-malformed'],
    ['a deployment of another route', { 'x-sekisho-deployment': 'quiet/d' }, 400, 'pinned-unknown'],
  ] as const) {
    it(`${what} is refused and not taken for no demand`, async () => {
      const seen = await chat('both', headers);
      assert.deepEqual([seen.status, seen.headers.get('x-sekisho-rule')], [status, rule]);
      assert.deepEqual([us.requests.length, jp.requests.length], [0, 0]);
    });
  }
});

describe('a fallback that was never tried', () => {
  it('is not used, and the client is told that it has no evidence', async () => {
    us.setFault({ kind: 'status', status: 503 });
    const seen = await chat('tried');
    assert.deepEqual([seen.status, jp.requests.length], [503, 0]);
  });

  it('is used where the route allows degraded service, and says so in a header and in the ledger', async () => {
    us.setFault({ kind: 'status', status: 503 });
    const seen = await chat('untried');
    assert.deepEqual([seen.status, seen.headers.get('x-sekisho-degraded')], [200, 'no-evidence']);
    const decisions = (await checkpoint.recordsOf(seen.id)).filter((record) => record['type'] === 'decision');
    const last = decisions.at(-1)!;
    assert.equal((last['routing'] as LedgerRecord)['degraded'], 'no-evidence');
    assert.equal(decisions.length, 2);
  });
});

describe('the vendor’s trusted-access program', () => {
  const respond = (members: object = {}) => post('/v1/responses', { model: 'cyber', input: 'hello', ...members });

  it('is named on every request and recorded', async () => {
    const seen = await respond();
    assert.equal(seen.status, 200);
    assert.deepEqual((us.requests.at(-1)!.json as LedgerRecord)['access_programs'], { cyber: 'daybreak_blue' });
    assert.equal((await routingOf(seen))['program'], 'daybreak_blue');
  });

  it('is named in translated requests, too', async () => {
    const seen = await chat('cyber');
    assert.deepEqual([seen.status, seen.headers.get('x-sekisho-translated')], [200, 'openai-responses']);
    assert.deepEqual((us.requests.at(-1)!.json as LedgerRecord)['access_programs'], { cyber: 'daybreak_blue' });
  });

  for (const asked of [{ cyber: 'daybreak_red' }, null, { cyber: 'standard' }]) {
    it(`is the operator's to choose: ${JSON.stringify(asked)} is refused`, async () => {
      const seen = await respond({ access_programs: asked });
      assert.deepEqual([seen.status, seen.headers.get('x-sekisho-rule'), us.requests.length], [400, 'access-program-conflict', 0]);
    });
  }

  it('that the vendor does not apply is a mismatch: in the outcome, in a log line, in a metric', async () => {
    us.setBehaviour({ effectiveProgram: 'standard' });
    try {
      const seen = await respond();
      const outcome = (await checkpoint.recordsOf(seen.id)).at(-1)!;
      assert.deepEqual(outcome['effectiveProgram'], 'standard');
      assert.deepEqual(outcome['mismatch'], { model: null, program: { asked: 'daybreak_blue', got: 'standard' } });
      const operator = await checkpoint.createKey({ roles: ['operator'] });
      const metrics = await (await fetch(`${checkpoint.url}/metrics`, { headers: { authorization: `Bearer ${operator}` } })).text();
      assert.match(metrics, /sekisho_effective_mismatches_total\{deployment="blue\/d",what="program"\} 1/);
      assert.ok(checkpoint.logs.some((line) => line['request'] === seen.id && line['mismatch'] !== undefined));
    } finally {
      us.setBehaviour({ effectiveProgram: '' });
    }
  });

  it('a vendor-side fallback would let somebody else answer, and is refused', async () => {
    const seen = await chat('both', {}, { models: ['other-model'] });
    assert.deepEqual([seen.status, seen.headers.get('x-sekisho-rule')], [400, 'vendor-fallback']);
  });
});

describe('whom a provider is told of', () => {
  const toldOf = (simulator: Simulator) => (simulator.requests.at(-1)!.json as LedgerRecord)['safety_identifier'];

  it('is a pseudonym that is the same for the same person, another for another, and no name', async () => {
    const told: unknown[] = [];
    for (const user of ['tanaka@example.jp', 'tanaka@example.jp', 'suzuki@example.jp']) {
      await chat('both', { 'x-sekisho-end-user': user });
      told.push(toldOf(us));
      assert.ok(!us.requests.at(-1)!.body.toString().includes(user));
    }
    assert.match(told[0] as string, /^[\w-]{43}$/);
    assert.equal(told[0], told[1]);
    assert.notEqual(told[1], told[2]);
  });

  it('replaces the name that a client puts into the body, in its own format and in a translated one', async () => {
    const name = 'k.tanaka-tokyo';
    await chat('both', {}, { user: name, safety_identifier: name });
    await chat('cyber', {}, { user: name, safety_identifier: name });
    await post('/v1/messages', {
      model: 'cyber',
      max_tokens: 10,
      metadata: { user_id: name },
      messages: [{ role: 'user', content: 'hi' }],
    });
    await post('/v1/embeddings', { model: 'both', input: 'hi', user: name });
    assert.equal(us.requests.length, 4);
    for (const request of us.requests) assert.ok(!request.body.toString().includes(name), request.path);
  });

  it('is nobody where the deployment says so', async () => {
    await chat('quiet', {}, { user: 'k.tanaka' });
    const body = jp.requests.at(-1)!.body.toString();
    assert.ok(!body.includes('k.tanaka') && !body.includes('safety_identifier'));
  });
});
