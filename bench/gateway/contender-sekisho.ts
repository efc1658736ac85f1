// Sekisho with everything on, started the way an operator starts it: `up` with a configuration file, embedded database, one worker, a key
// made with `keys create`. Its data directory lies on a real disk, because each request waits for a durable record.
import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { granted, people } from '#test/people';
import { childEnvironment, freePort, startNode, waitUntil } from './children.ts';
import { bearer, type Contender, type Setting } from './contender.ts';
import { UPSTREAM_KEY, UPSTREAM_MODEL } from './workloads.ts';

const MAIN = resolve(import.meta.dirname, '..', '..', 'src', 'main.ts');
const ROUTE = 'bench';
const CREDENTIAL_VARIABLE = 'BENCH_UPSTREAM_KEY';
const START_TIMEOUT_MS = 60_000;
/** Workers take new keys into use within a second. */
const KEY_TIMEOUT_MS = 10_000;
/** A profiled process writes its profile when it ends. */
const STOP_GRACE_MS = 20_000;
/** Longer than the interval at which checkpoints are signed. */
const SETTLING_MS = 1200;

export function startSekisho(setting: Setting): Promise<Contender> {
  return start('sekisho', setting, SMALL);
}

/** The same with 50 deployments, 200 routes, demands on origins and limits on dependence: what routing costs is the difference. */
export function startSekishoRouting(setting: Setting): Promise<Contender> {
  return start('sekisho-routing', setting, LARGE);
}

/** The same with a route that needs a grant, and a caller who has one: what trusted access costs is the difference. */
export function startSekishoAccess(setting: Setting): Promise<Contender> {
  return start('sekisho-access', setting, GOVERNED, grantedKey);
}

async function start(
  name: 'sekisho' | 'sekisho-routing' | 'sekisho-access',
  { upstreamPort, scratchDirectory, profileDirectory, progress }: Setting,
  rules: Rules,
  makeKey: (made: Made) => Promise<string> = createKey,
): Promise<Contender> {
  const port = await freePort();
  const directory = join(scratchDirectory, name);
  const configFile = join(directory, 'sekisho.config.yaml');
  // Passable for others: started by root, the embedded database runs as another account.
  for (const path of [directory, join(directory, 'data')]) mkdirSync(path, { mode: 0o711 });
  writeFileSync(configFile, configuration({ port, upstreamPort, dataDirectory: join(directory, 'data') }, rules));
  const logFile = join(scratchDirectory, `${name}.log`);
  const child = startNode({
    name,
    arguments: [MAIN, 'up', '--config', configFile],
    environment: { [CREDENTIAL_VARIABLE]: UPSTREAM_KEY, ...profiling(profileDirectory) },
    workingDirectory: directory,
    logFile,
    stopGraceMs: STOP_GRACE_MS,
  });
  progress(`starting ${name} (embedded database)`);
  await waitUntil(child, '200 from /readyz', START_TIMEOUT_MS, () => isAnswered(port, '/readyz'));
  const key = await makeKey({ port, configFile, directory, logFile });
  await waitUntil(child, 'acceptance of the new key', KEY_TIMEOUT_MS, () => isAnswered(port, '/v1/models', bearer(key)));
  return { name, port, model: ROUTE, headers: bearer(key), child, recordedEntries: () => settledTreeSize(port) };
}

interface Places {
  readonly port: number;
  readonly upstreamPort: number;
  readonly dataDirectory: string;
}

interface Made {
  readonly port: number;
  readonly configFile: string;
  readonly directory: string;
  readonly logFile: string;
}

interface Rules {
  readonly deployments: object;
  readonly dataClasses?: object;
  readonly concentration?: object;
  readonly routes: object;
}

const SMALL: Rules = {
  // At home: requests are inspected and leave as they are.
  deployments: { model: { model: UPSTREAM_MODEL, wire: 'openai-chat', origins: { hosting: { country: 'JP' }, subprocessors: [] } } },
  routes: { [ROUTE]: { candidates: ['mock/model'] } },
};

const GOVERNED: Rules = {
  deployments: SMALL.deployments,
  routes: { [ROUTE]: { candidates: ['mock/model'], access: { grant: 'required', capability: 'vulnerability-triage' } } },
};

const LARGE: Rules = largeRules(50, 200);

/** Every deployment is the mock upstream; a third of them is not allowed to serve the route that is measured. */
function largeRules(deploymentCount: number, routeCount: number): Rules {
  const names = Array.from({ length: deploymentCount }, (_, index) => `model-${index}`);
  const deployments = Object.fromEntries(
    names.map((name, index) => [
      name,
      {
        model: UPSTREAM_MODEL,
        wire: 'openai-chat',
        origins: {
          vendor: { company: `Company ${index % 7}`, country: ['JP', 'FR', 'US'][index % 3] },
          weights: { lineage: `lineage-${index % 5}`, country: 'JP' },
          hosting: { country: 'JP' },
          subprocessors: [],
        },
        retentionDays: 0,
      },
    ]),
  );
  const candidates = names.map((name) => `mock/${name}`);
  const routes = Object.fromEntries(
    Array.from({ length: routeCount }, (_, index) => [
      index === 0 ? ROUTE : `route-${index}`,
      { candidates, dataClass: 'restricted', constraints: { hostingCountry: { allow: ['JP'] } } },
    ]),
  );
  return {
    deployments,
    dataClasses: { restricted: { constraints: { notSubjectTo: ['US'], subprocessorCountry: { allow: ['JP'] }, maxRetentionDays: 0 } } },
    // Counted and judged on every request, and never exceeded: spreading over several deployments would add the cost of their connections,
    // which is not routing's.
    concentration: [
      { by: 'company', limit: 1 },
      { by: 'vendor-country', limit: 1, window: 'hour' },
      { by: 'lineage', limit: 1, window: '30-days' },
    ],
    routes,
  };
}

/** Only what has no default: the figures are to be those of an ordinary installation. YAML is a superset of JSON. */
function configuration({ port, upstreamPort, dataDirectory }: Places, { deployments, ...rules }: Rules): string {
  return JSON.stringify(
    {
      operator: { name: 'Benchmark', homeCountry: 'JP' },
      server: { listen: `127.0.0.1:${port}`, workers: 1, dataDirectory },
      database: 'embedded',
      ledger: { origin: 'benchmark.invalid/sekisho' },
      providers: {
        mock: {
          company: 'Mock',
          country: 'JP',
          baseUrl: `http://127.0.0.1:${upstreamPort}/v1`,
          credential: `env:${CREDENTIAL_VARIABLE}`,
          deployments,
        },
      },
      ...rules,
    },
    undefined,
    2,
  );
}

function profiling(directory: string | undefined): Record<string, string> {
  return directory === undefined ? {} : { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${directory}` };
}

async function isAnswered(port: number, path: string, headers: Record<string, string> = {}): Promise<boolean> {
  try {
    return (await fetch(`http://127.0.0.1:${port}${path}`, { headers })).status === 200;
  } catch {
    return false;
  }
}

/** Of somebody who has applied, and was screened and approved by others, all through the management API. */
async function grantedKey({ port, logFile }: Made): Promise<string> {
  const everybody = await people({ port, words: readFileSync(logFile, 'utf8') });
  const applicant = await everybody.join('defender', ['applicant', 'defender']);
  const screener = await everybody.join('screener', ['screener']);
  const approver = await everybody.join('approver', ['approver']);
  const endDate = new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10);
  await granted(
    { applicant, screener, approvers: [approver] },
    {
      kind: 'person',
      employer: 'Benchmark',
      role: 'Analyst',
      sector: 'electric-power',
      tier: 1,
      capabilities: ['vulnerability-triage'],
      purpose: 'Measuring what a decision about access costs.',
      targets: [{ kind: 'network', value: '10.0.0.0/8', proof: { basis: 'owned', text: 'network plan' } }],
      exclusions: [],
      allowedTools: null,
      forbiddenTools: [],
      retention: 'vendor-default',
      supervisor: { name: 'Supervisor', email: 'supervisor@example.jp' },
      endDate,
      programs: [],
    },
  );
  return applicant.key();
}

async function createKey({ configFile, directory: workingDirectory }: Made): Promise<string> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [MAIN, 'keys', 'create', '--config', configFile, '--owner', 'bench', '--kind', 'service', '--json'],
    { cwd: workingDirectory, env: childEnvironment({ [CREDENTIAL_VARIABLE]: UPSTREAM_KEY }) },
  );
  const { key } = JSON.parse(stdout) as { key?: unknown };
  if (typeof key !== 'string') throw new Error(`keys create printed no key: ${stdout.slice(0, 200)}`);
  return key;
}

/** The ledger's number of entries once it no longer grows: checkpoints are signed a moment after the entries they cover. */
async function settledTreeSize(port: number): Promise<number> {
  for (let before = Number.NaN; ; await sleep(SETTLING_MS)) {
    const now = await treeSize(port);
    if (now === before) return now;
    before = now;
  }
}

/** Second line of the C2SP tlog-checkpoint that the ledger serves: its number of entries. */
async function treeSize(port: number): Promise<number> {
  const answer = await fetch(`http://127.0.0.1:${port}/ledger/checkpoint`);
  const size = Number((await answer.text()).split('\n')[1]);
  if (!answer.ok || !Number.isSafeInteger(size)) throw new Error(`no checkpoint from the ledger: status ${answer.status}`);
  return size;
}
