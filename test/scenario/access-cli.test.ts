// Trusted access by its command line, as people at their terminals use it: the real program, keys made after signing in, and the way from a
// form to a grant, through held calls and misuse, to what a vendor gets.
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { startSimulator, type Simulator } from '#simulator';
import { sekisho, type CliRun } from '#test/cli';
import { people, type Person } from '#test/people';
import { startScriptedModel, type ScriptedModel } from '#test/scripted-model';
import { providerYaml, startCheckpoint, type StartedCheckpoint } from '#test/started-checkpoint';

const DAY_MS = 24 * 3_600_000;
const PROGRAM = 'daybreak_blue';
const SPREAD_MS = 600;
const TOOLS = [{ type: 'function', function: { name: 'shell', parameters: { type: 'object', properties: {} } } }];
const REASON = ['--reason', 'as agreed on Monday'];

type Who = 'hanako' | 'saburo' | 'jiro' | 'shiro' | 'admin';
type Answer = Readonly<Record<string, unknown>>;

interface Proposed {
  readonly content: string | null;
  readonly tool_calls?: readonly { readonly function: { readonly name: string; readonly arguments: string } }[];
}

let model: ScriptedModel;
let vendor: Simulator;
let checkpoint: StartedCheckpoint;
let hanako: Person;
const keys = {} as Record<Who | 'model', string>;
let application: string;
let grant: string;

before(async () => {
  model = await startScriptedModel();
  vendor = await startSimulator({
    name: 'vendor',
    label: 'US',
    behaviour: { programs: { enabled: [PROGRAM], models: { 'sim-openai': PROGRAM } } },
  });
  checkpoint = await startCheckpoint({
    yaml: `access: { holds: { waitSeconds: 20 }, misuse: { review: 8, restricted: 20, suspended: 30 } }
providers:
${providerYaml('jp', { url: model.url.replace(/\/v1$/, ''), country: 'JP' })}
${providerYaml('openai', { url: vendor.url, country: 'US', extra: `accessProgram: ${PROGRAM}` })}
routes:
  cyber: { candidates: [jp/d], access: { grant: required, capability: penetration-testing } }
  blue: { candidates: [openai/d] }
`,
  });
  const everybody = await people(checkpoint);
  hanako = await everybody.join('hanako', ['applicant', 'defender']);
  const [saburo, jiro, shiro] = [
    await everybody.join('saburo', ['screener']),
    await everybody.join('jiro', ['approver', 'applicant']),
    await everybody.join('shiro', ['approver']),
  ];
  const made = Object.entries({ hanako, saburo, jiro, shiro, admin: everybody.administrator });
  await Promise.all([
    ...made.map(async ([name, person]) => (keys[name as Who] = await person.key({ roles: ['member'] }))),
    hanako.key().then((key) => (keys.model = key)),
  ]);
});

after(() => vendor.close());

/** What the program has compiled once is kept beside the checkpoint: there are many commands here. */
function access(who: Who, ...args: string[]): Promise<CliRun> {
  const { directory, url } = checkpoint;
  const env = { SEKISHO_KEY: keys[who], SEKISHO_URL: url, NODE_COMPILE_CACHE: join(directory, 'compiled') };
  return sekisho(['access', ...args], { cwd: directory, env });
}

/** For people: what was written, with notes, once it has ended well. */
async function said(who: Who, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await access(who, ...args);
  assert.equal(code, 0, `${args.join(' ')}: ${stdout}${stderr}`);
  return stdout + stderr;
}

/** For programs. */
async function told(who: Who, ...args: string[]): Promise<Answer> {
  const { code, stdout, stderr } = await access(who, ...args, '--json');
  assert.deepEqual([code, stderr], [0, ''], `${args.join(' ')}: ${stdout}`);
  const answer = JSON.parse(stdout) as Answer;
  assert.equal(answer['ok'], true);
  return answer;
}

/** The code of the refusal; the words for people are asserted where they matter. */
async function refused(who: Who, ...args: string[]): Promise<readonly [code: string, message: string]> {
  const { code, stdout, stderr } = await access(who, ...args, '--json');
  assert.deepEqual([code, stderr], [1, ''], `${args.join(' ')}: ${stdout}`);
  const { error } = JSON.parse(stdout) as { readonly error: { readonly code: string; readonly message: string; readonly hint: string } };
  return [error.code, `${error.message} ${error.hint}`];
}

async function file(name: string, content: string): Promise<string> {
  await writeFile(join(checkpoint.directory, name), content);
  return name;
}

/** As somebody fills in a template: each line by another. */
function filledIn(template: string, lines: Readonly<Record<string, string>>): string {
  return Object.entries(lines).reduce((text, [line, filled]) => {
    assert.ok(text.includes(`\n${line}\n`), `the template has no line ${line}: ${text}`);
    return text.replace(`\n${line}\n`, `\n${filled}\n`);
  }, template);
}

const endDate = new Date(Date.now() + 60 * DAY_MS).toISOString().slice(0, 10);
const FILLED_IN = {
  'kind: ""': 'kind: person',
  'employer: ""': 'employer: Example Electric Power',
  'role: ""': 'role: Red team lead',
  'sector: ""': 'sector: electric-power',
  'tier: 1': 'tier: 2',
  'capabilities: []': 'capabilities: [penetration-testing, vulnerability-triage]',
  '  ': '  The yearly penetration test of the plant network, as ordered by the board.',
  '# - kind: network': '  - kind: network',
  '#   value: 192.0.2.0/24': '    value: 10.20.0.0/16',
  '#   proof: { basis: owned, text: "", file: ./assets.pdf }':
    '    proof: { basis: owned, text: network plan, file: ./assets.pdf }\n  - { kind: host, value: "*.plant.example.jp", proof: { basis: owned, text: register } }',
  'retention: ""': 'retention: vendor-default',
  '  name: ""': '  name: Kacho',
  '  email: ""': '  email: kacho@example.jp',
  'endDate: ""': `endDate: ${endDate}`,
  '# programs: []': `programs: [${PROGRAM}]`,
};

describe('sekisho access, from a form to a grant', () => {
  it('gives a template that becomes an application with its document', async () => {
    const template = await said('hanako', 'form', '--template');
    await file('empty.yaml', template);
    const lacking = await access('hanako', 'apply', 'empty.yaml', '--submit');
    assert.equal(lacking.code, 1);
    assert.match(lacking.stderr, /is kept as a draft[\s\S]*employer/);
    await file('assets.pdf', '%PDF-1.7 the network plan');
    await file('application.yaml', filledIn(template, FILLED_IN));
    const applied = await told('hanako', 'apply', 'application.yaml', '--submit');
    application = applied['id'] as string;
    const { targets } = applied['form'] as { readonly targets: readonly { readonly proof: { readonly evidence?: string } }[] };
    const [evidence] = applied['evidence'] as readonly { readonly id: string; readonly fileName: string }[];
    assert.deepEqual([applied['state'], evidence?.fileName, targets[0]?.proof.evidence], ['submitted', 'assets.pdf', evidence?.id]);
    await said('saburo', 'applications', 'evidence', 'get', application, evidence!.id, '-o', 'seen.pdf');
    assert.equal(await readFile(join(checkpoint.directory, 'seen.pdf'), 'utf8'), '%PDF-1.7 the network plan');
  });

  it('is screened by somebody with the role, item by item', async () => {
    const [form, [code]] = await Promise.all([
      told('saburo', 'form', '--checklist'),
      refused('hanako', 'applications', 'screen', application, '--claim'),
    ]);
    assert.equal(code, 'role-missing');
    const { items } = form['checklist'] as { readonly items: readonly { readonly id: string }[] };
    await file('checked.yaml', items.map(({ id }) => `${id}: { verdict: pass, reason: seen }\n`).join(''));
    const screened = await said('saburo', 'applications', 'screen', application, '--claim', '--decisions', 'checked.yaml', '--finish');
    assert.match(screened, new RegExp(`✓ ${application}: screened, ${items.length} items decided`));
  });

  it('is approved by two others, and by nobody whose it is, who lacks the role, or who saw another version', async () => {
    const own = await told('jiro', 'apply', 'application.yaml');
    const [mine, role, unseen, changed] = await Promise.all([
      refused('jiro', 'applications', 'approve', own['id'] as string, '--yes', ...REASON),
      refused('saburo', 'applications', 'approve', application, '--yes', ...REASON),
      access('jiro', 'applications', 'approve', application, ...REASON),
      refused('jiro', 'applications', 'approve', application, '--seen', '1', '--yes', ...REASON),
    ]);
    assert.deepEqual([mine[0], role[0], changed[0]], ['own-application', 'role-missing', 'changed-meanwhile']);
    assert.equal(unseen.code, 2);
    assert.match(unseen.stderr, /Example Electric Power[\s\S]*10\.20\.0\.0\/16[\s\S]*then give --yes/);
  });

  it('opens no vendor’s program while hard obligations of it are not met', async () => {
    const [code, words] = await refused('jiro', 'applications', 'approve', application, '--yes', ...REASON);
    assert.equal(code, 'obligations-unmet');
    assert.match(words, /terms-accepted.*no-customer-use.*no-resale/);
    assert.match(words, /phishing-resistant-sign-in.*demand a passkey/, 'the grant that would be made counts as well');
    assert.match(words, /sekisho access obligations daybreak_blue --unmet/);
    const missing = await access('jiro', 'obligations', PROGRAM, '--unmet');
    assert.equal(missing.code, 1, missing.stdout);
    assert.match(missing.stdout, /must not be enabled: 3 hard obligations not met/);
    const statement = ['--statement', 'Contract 12, section 3', '--until', '1y'];
    const attested = ['terms-accepted', 'no-customer-use', 'no-resale'].map((name) =>
      said('jiro', 'attestations', 'add', PROGRAM, name, ...statement),
    );
    assert.match((await Promise.all(attested)).join(''), /att_\w+: no-resale of daybreak_blue is attested until/);
    const [met, listed] = await Promise.all([told('jiro', 'obligations'), said('shiro', 'attestations', 'list')]);
    assert.deepEqual(
      (met['programs'] as readonly { readonly id: string; readonly mayEnable: boolean }[]).map(({ id, mayEnable }) => [id, mayEnable]),
      [[PROGRAM, true]],
    );
    assert.match(listed, /counts +daybreak_blue +no-resale +jiro/);
  });

  it('becomes a grant with the second approval', async () => {
    await file('terms.yaml', 'conditions: [passkey, sso-mfa]');
    const first = await said('jiro', 'applications', 'approve', application, '--terms', 'terms.yaml', '--yes', ...REASON);
    assert.match(first, /approved by you; somebody else has to approve it as well/);
    const [again] = await refused('jiro', 'applications', 'approve', application, '--yes', ...REASON);
    assert.equal(again, 'one-approval-each');
    const second = await told('shiro', 'applications', 'approve', application, '--yes', ...REASON);
    grant = (second['grant'] as { readonly id: string }).id;
    const [listed, history] = await Promise.all([
      said('hanako', 'applications', 'list'),
      said('hanako', 'applications', 'show', application, '--history'),
    ]);
    assert.match(listed, new RegExp(`${application} +approved +hanako +2 .*${grant}`));
    assert.match(history, /application-approved-in-part[\s\S]*application-approved +\d+ +shiro/);
  });
});

describe('sekisho access, with a grant', () => {
  it('shows it, and what is due', async () => {
    const [shown, due, month] = await Promise.all([
      said('hanako', 'grants', 'show', grant),
      said('jiro', 'calendar', '--days', '60'),
      told('jiro', 'calendar', '--days', '7'),
    ]);
    assert.match(shown, /state +active[\s\S]*programs +daybreak_blue[\s\S]*10\.20\.0\.0\/16 +network +authorised/);
    assert.match(due, new RegExp(`recertification +${grant}`));
    assert.deepEqual(month['due'], []);
  });

  it('holds an ambiguous call until somebody else lets it through', async () => {
    const args = JSON.stringify({ command: 'H=$(cat targets.txt); nmap $H' });
    const asked = ask(`call shell ${args}`);
    const hold = await heldCall();
    const [[own], shown] = await Promise.all([
      refused('hanako', 'holds', 'approve', hold, '--yes', ...REASON),
      said('jiro', 'holds', 'show', hold),
    ]);
    assert.equal(own, 'role-missing');
    assert.match(shown, /status +waiting[\s\S]*arguments[\s\S]*nmap \$H/);
    assert.match(await said('jiro', 'holds', 'approve', hold, '--yes', ...REASON), /may be delivered once, until/);
    assert.equal((await asked).tool_calls?.[0]?.function.arguments, args);
    const listed = await told('shiro', 'holds', 'list', '--status', 'delivered');
    assert.deepEqual(
      (listed['holds'] as readonly { readonly id: string }[]).map(({ id }) => id),
      [hold],
    );
  });

  it('is narrowed, recertified, suspended, resumed and revoked', async () => {
    const narrowed = await told('jiro', 'grants', 'narrow', grant, '--without-target', '*.plant.example.jp', '--until', '30d', ...REASON);
    const { targets } = narrowed['scope'] as { readonly targets: readonly { readonly value: string }[] };
    assert.deepEqual(targets, [{ kind: 'network', value: '10.20.0.0/16' }]);
    assert.match(await said('jiro', 'grants', 'recertify', grant, ...REASON), /active until .*, recertify by/);
    const [mine] = await refused('hanako', 'grants', 'recertify', grant, ...REASON);
    assert.equal(mine, 'role-missing');
    assert.match(await said('saburo', 'grants', 'suspend', grant, ...REASON), /: suspended until/);
    await assert.rejects(ask('hello'), /suspended/);
    assert.match(await said('shiro', 'grants', 'resume', grant, ...REASON), /: active until/);
    assert.equal((await ask('hello')).content, 'Here you are.');
  });

  it('leads to a case where it is misused, and an appeal leads back', async () => {
    for (let index = 0; index < 12; index++)
      await ask(`call shell {"command":"curl http://203.0.113.${index}/"}`, 0).catch(() => undefined);
    const stands = await said('hanako', 'standing');
    assert.match(stands, /standing +suspended/);
    const list = await told('hanako', 'cases', 'list');
    const [{ id } = { id: '' }] = list['cases'] as readonly { readonly id: string }[];
    const [shown, everybody, appealed] = await Promise.all([
      said('jiro', 'cases', 'show', id),
      said('jiro', 'standing', '--list'),
      said('hanako', 'cases', 'appeal', id, '--text', 'The addresses were those of the documentation.'),
    ]);
    assert.match(shown, /target-outside-scope/);
    assert.match(everybody, new RegExp(`${hanako.id} +suspended`));
    assert.match(appealed, /appealed/);
    const pack = await said('jiro', 'cases', 'pack', id, '--task', 'the yearly test of db01.plant.example.jp');
    assert.match(pack, /the yearly test of (?!db01)\S+[\s\S]*req_/);
    assert.match(await said('jiro', 'cases', 'answer', id, '--outcome', 'granted', '--text', 'in scope indeed'), /the appeal is granted/);
    const clear = await told('hanako', 'standing');
    assert.equal(clear['standing'], 'clear');
  });

  it('ends for good when it is revoked', async () => {
    assert.match(await said('jiro', 'grants', 'revoke', grant, ...REASON), /: revoked until/);
    await assert.rejects(ask('hello'), /revoked/);
    assert.match(await said('hanako', 'grants', 'list', '--state', 'revoked'), new RegExp(grant));
  });
});

describe('sekisho access, for administrators', () => {
  it('keeps members', async () => {
    const [added, [code]] = await Promise.all([
      told('admin', 'members', 'add', 'goro', '--role', 'auditor', '--enrol'),
      refused('jiro', 'members', 'add', 'rokuro', '--role', 'administrator'),
    ]);
    assert.equal(code, 'role-missing');
    const { url } = added['enrolment'] as { readonly url: string };
    assert.match(url, /^http:\/\/localhost:\d+\/enrol#/);
    assert.match(await said('admin', 'members', 'roles', 'goro', '--role', 'screener'), /goro is screener/);
    assert.match(await said('admin', 'members', 'disable', 'goro'), /goro may not act any more/);
    assert.match(await said('admin', 'members', 'list'), /goro +disabled +person +screener/);
  });

  it('leads to a vendor’s program, which a live answer proves and nothing else', async () => {
    const submitted = await told('admin', 'onboarding', 'submit', PROGRAM, '--account', 'org-cyber');
    const id = submitted['id'] as string;
    const [early] = await refused('admin', 'onboarding', 'probe', id);
    assert.equal(early, 'wrong-state');
    await said('admin', 'onboarding', 'advance', id, '--to', 'approved', '--reference', 'TAC-7');
    assert.match(await said('admin', 'onboarding', 'advance', id, '--to', 'provisioned'), /: provisioned/);
    vendor.setBehaviour({ effectiveProgram: 'standard' });
    const lesser = await access('admin', 'onboarding', 'probe', id);
    assert.equal(lesser.code, 1);
    assert.match(lesser.stdout, /✗ onb_\w+: provisioned[\s\S]*answered under standard/);
    vendor.setBehaviour({ effectiveProgram: '' });
    assert.match(await said('admin', 'onboarding', 'probe', id), /✓ onb_\w+: ready[\s\S]*answered under daybreak_blue/);
    assert.match(await said('jiro', 'onboarding', 'list'), new RegExp(`${id} +ready +${PROGRAM} +org-cyber +TAC-7`));
  });

  it('makes the dossier as a page and as data', async () => {
    assert.match(await said('admin', 'dossier', PROGRAM, '--html', 'dossier.html'), /written to dossier\.html/);
    const page = await readFile(join(checkpoint.directory, 'dossier.html'), 'utf8');
    assert.match(page, /^<!doctype html>[\s\S]*Test operator[\s\S]*Contract 12, section 3/i);
    assert.ok(!page.includes('hanako'), 'people are counted unless names are asked for');
    const { code, stdout } = await access('admin', 'dossier', PROGRAM, '--names', '--json');
    assert.equal(code, 0);
    assert.match(JSON.stringify((JSON.parse(stdout) as Answer)['members']), /hanako/);
  });
});

async function ask(text: string, waitMs = SPREAD_MS): Promise<Proposed> {
  // What a command has just changed reaches every worker within half a second.
  await new Promise((resolve) => setTimeout(resolve, waitMs));
  const response = await fetch(`${checkpoint.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${keys.model}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'cyber', messages: [{ role: 'user', content: text }], tools: TOOLS }),
  });
  const body = await response.text();
  assert.equal(response.status, 200, body);
  return (JSON.parse(body) as { readonly choices: readonly { readonly message: Proposed }[] }).choices[0]!.message;
}

async function heldCall(): Promise<string> {
  for (let tries = 0; tries < 20; tries++) {
    const { holds } = (await told('jiro', 'holds', 'list', '--status', 'waiting')) as {
      readonly holds?: readonly { readonly id: string }[];
    };
    if (holds?.[0] !== undefined) return holds[0].id;
  }
  throw new Error('no call is held');
}
