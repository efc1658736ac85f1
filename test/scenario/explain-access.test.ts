// The dry run of routes that need a grant: which grant would be used, what it takes out, and whom the policies let it reach, as the data plane
// would have it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startSimulator, type Simulator } from '#simulator';
import { sekisho, type CliRun } from '#test/cli';
import { granted, people, type Person } from '#test/people';
import { providerYaml, startCheckpoint, type StartedCheckpoint } from '#test/started-checkpoint';

const DAY_MS = 24 * 3_600_000;

let simulator: Simulator;
let checkpoint: StartedCheckpoint;
let holder: Person;
let key: string;
let grant: string;
let without: string;

const tool = (name: string) => ({ type: 'function', function: { name, parameters: { type: 'object', properties: {} } } });
const CHAT = {
  model: 'cyber',
  messages: [{ role: 'user', content: 'What does the scan of 10.20.3.4 say?' }],
  tools: [tool('shell'), tool('forbidden_tool')],
};

const FORM = {
  kind: 'person',
  employer: 'Example Electric Power',
  role: 'Red team lead',
  sector: 'electric-power',
  tier: 2,
  capabilities: ['penetration-testing'],
  purpose: 'The yearly penetration test of the plant network, as ordered by the board.',
  targets: [{ kind: 'network', value: '10.20.0.0/16', proof: { basis: 'owned', text: 'network plan' } }],
  allowedTools: null,
  forbiddenTools: ['forbidden_*'],
  retention: 'vendor-default',
  supervisor: { name: 'Kacho', email: 'kacho@example.jp' },
  endDate: new Date(Date.now() + 60 * DAY_MS).toISOString().slice(0, 10),
  programs: [],
};

before(async () => {
  simulator = await startSimulator({ name: 'only', label: 'JP' });
  checkpoint = await startCheckpoint({
    yaml: `providers:
${providerYaml('jp', { url: simulator.url, country: 'JP' })}
${providerYaml('openai', { url: simulator.url, country: 'US', extra: 'accessProgram: daybreak_blue' })}
routes:
  cyber: { candidates: [openai/d, jp/d], access: { grant: required, capability: penetration-testing } }
  blue: { candidates: [openai/d] }
  plain: { candidates: [jp/d] }
`,
  });
  const everybody = await people(checkpoint);
  holder = await everybody.join('hanako', ['applicant', 'defender']);
  const [screener, first, second] = [
    await everybody.join('saburo', ['screener']),
    await everybody.join('jiro', ['approver']),
    await everybody.join('shiro', ['approver']),
  ];
  grant = await granted({ applicant: holder, screener, approvers: [first, second] }, FORM);
  key = await holder.key();
  without = await checkpoint.createKey();
});

after(() => simulator.close());

function explain(body: object, args: readonly string[], sekishoKey?: string): Promise<CliRun> {
  return sekisho(['explain', '--operation', 'chat', '--config', checkpoint.configPath, ...args], {
    cwd: checkpoint.directory,
    input: JSON.stringify(body),
    ...(sekishoKey === undefined ? {} : { env: { SEKISHO_KEY: sekishoKey } }),
  });
}

interface View {
  readonly decision: { readonly pass: boolean; readonly rule?: string; readonly status?: number; readonly message?: string };
  readonly access: {
    readonly needsGrant: boolean;
    readonly capability: string | null;
    readonly grant: { readonly id: string; readonly tier: number } | null;
    readonly removedTools: readonly string[];
  };
  readonly candidates: readonly {
    readonly id: string;
    readonly qualifies: boolean;
    readonly access: { readonly allowed: boolean; readonly policies: readonly string[]; readonly reason: string | null } | null;
    readonly sends: { readonly bytes: number } | null;
  }[];
}

async function view(body: object, args: readonly string[], sekishoKey?: string): Promise<{ code: number | null; view: View }> {
  const { code, stdout, stderr } = await explain(body, [...args, '--json'], sekishoKey);
  assert.equal(stderr, '');
  return { code, view: JSON.parse(stdout) as View };
}

/** What the data plane says to the same. */
async function asked(body: object, sekishoKey: string): Promise<{ status: number; text: string; deployment: string | null }> {
  const response = await fetch(`${checkpoint.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${sekishoKey}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: response.status, text: await response.text(), deployment: response.headers.get('x-sekisho-deployment') };
}

test('with a key: the grant, the tools that it takes out, and for each deployment whether and by which policies', async () => {
  const { code, view: shown } = await view(CHAT, [], key);
  assert.equal(code, 0);
  const { needsGrant, capability, grant: used, removedTools } = shown.access;
  assert.deepEqual(
    [needsGrant, capability, used?.id, used?.tier, removedTools],
    [true, 'penetration-testing', grant, 2, ['forbidden_tool']],
  );
  const [jp, openai] = ['jp/d', 'openai/d'].map((id) => shown.candidates.find((candidate) => candidate.id === id)!);
  assert.deepEqual([jp!.qualifies, jp!.access?.allowed, jp!.access?.policies], [true, true, ['offensive-work']]);
  assert.deepEqual([openai!.qualifies, openai!.access?.allowed, openai!.access?.policies], [false, false, ['program-not-opened']]);
  assert.match(openai!.access!.reason!, /your grant does not open that program/);
  const answered = await asked(CHAT, key);
  assert.deepEqual([answered.status, answered.deployment], [200, 'jp/d']);
  assert.equal(simulator.requests.at(-1)!.body.length, jp!.sends!.bytes, 'to the byte, with what the model is told of the scope');
});

test('in words', async () => {
  const { code, stdout } = await explain(CHAT, [], key);
  assert.equal(code, 0);
  assert.match(
    stdout,
    new RegExp(`^grant +${grant}, tier 2: penetration-testing, until \\d{4}-\\d\\d-\\d\\d; used for penetration-testing$`, 'm'),
  );
  assert.match(stdout, /^tools +taken out: forbidden_tool$/m);
  assert.match(stdout, /^1 jp\/d .*\n {4}the grant opens it \(offensive-work\)\n {4}would get/m);
  assert.match(stdout, /^– openai\/d .*\n {4}the grant does not open it \(program-not-opened\): The deployment is part of .*$/m);
  assert.ok(!stdout.includes('does not qualify'));
});

test('without a grant it is refused in the words of the data plane, and as anyone it is said that one is needed', async () => {
  const [{ code, view: refused }, { code: anyone, view: assumed }, words, answered] = await Promise.all([
    view(CHAT, [], without),
    view(CHAT, ['--anyone']),
    explain(CHAT, ['--anyone']),
    asked(CHAT, without),
  ]);
  assert.deepEqual([code, refused.decision.rule, refused.decision.status], [3, 'grant-missing', answered.status]);
  assert.ok(answered.text.includes(JSON.stringify(refused.decision.message).slice(1, 80)), answered.text);
  assert.deepEqual([refused.access.needsGrant, refused.access.grant, refused.candidates], [true, null, []]);
  assert.equal(anyone, 0);
  assert.deepEqual([assumed.access.needsGrant, assumed.access.grant, assumed.candidates.length], [true, null, 2]);
  assert.ok(assumed.candidates.every(({ access }) => access === null));
  assert.match(words.stdout, /^grant +one is needed that covers penetration-testing; whether somebody has one is said with a key$/m);
});

test('a route whose only deployment the grant does not open is refused with the policy, as the data plane does', async () => {
  const body = { ...CHAT, model: 'blue' };
  const [{ code, view: shown }, answered] = await Promise.all([view(body, [], key), asked(body, key)]);
  assert.deepEqual([code, shown.decision.rule, shown.decision.status], [3, 'access-denied', answered.status]);
  assert.match(answered.text, /program-not-opened|does not open that program/);
  assert.deepEqual(
    shown.candidates.map(({ id, access }) => [id, access?.policies]),
    [['openai/d', ['program-not-opened']]],
  );
});

test('other work is judged as other work, and a route that needs no grant says so', async () => {
  const [other, unknown, open] = await Promise.all([
    view(CHAT, ['--capability', 'malware-analysis'], key),
    view(CHAT, ['--capability', 'mischief'], key),
    view({ ...CHAT, model: 'plain' }, [], without),
  ]);
  assert.deepEqual([other.code, other.view.decision.rule], [3, 'grant-missing']);
  assert.deepEqual([unknown.code, unknown.view.decision.rule], [3, 'unknown-capability']);
  assert.deepEqual([open.code, open.view.access.needsGrant], [0, false]);
});
