// The real program in front of simulators, for tests that drive it as its users do: `up` as a child process with its own configuration,
// ledger and database. Import it from test files only: it registers a hook that ends what it started.
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createAdministration, type Role } from '#identity';
import { createSystemRandom, systemClock } from '#kernel';
import { directorySource, findEntry } from '#ledger';
import { createKeyStore } from '#store';
import { testDatabase, type TestDatabase } from '#test/database';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const START_TIMEOUT_MS = 60_000;

export type LedgerRecord = Readonly<Record<string, unknown>>;

export interface StartedCheckpoint {
  /** http://127.0.0.1:PORT without a path; another port after a restart. */
  readonly url: string;
  readonly port: number;
  readonly directory: string;
  readonly ledgerDirectory: string;
  readonly configPath: string;
  readonly process: ChildProcess;
  /** Log lines so far, parsed. */
  readonly logs: LedgerRecord[];
  /** What it has said to the person who started it. */
  readonly words: string;
  /** A new key, known to every worker when this resolves. */
  createKey(options?: { roles?: Role[]; routes?: string[]; owner?: string; expiresAtMs?: number }): Promise<string>;
  revokeKey(key: string): Promise<void>;
  disableOwner(owner: string): Promise<void>;
  /** The records of a request, oldest first, once one of type outcome or refusal is under a signed checkpoint. */
  recordsOf(requestId: string): Promise<LedgerRecord[]>;
  /** Every entry under the newest checkpoint. */
  entries(): Promise<LedgerRecord[]>;
  /** Starts the program again in the same directory, after it was stopped or killed. */
  restart(): Promise<void>;
  /** Graceful stop; resolves with the exit code. */
  stop(): Promise<number | null>;
}

export interface StartOptions {
  /** YAML of the sections `providers` and `routes`, and of any other but operator, server, database, identity, ledger. */
  readonly yaml: string;
  readonly workers?: number;
  /** Of another checkpoint, for two nodes of one system. Default: one of its own. */
  readonly database?: TestDatabase;
  /** Lines added under `server`, `identity` and `ledger`. */
  readonly server?: string;
  readonly identity?: string;
  readonly ledger?: string;
  /** Variables for the program, beside PATH. */
  readonly env?: Readonly<Record<string, string>>;
  /** Runs before the program's first start, when there is no ledger directory yet. */
  readonly prepare?: (ledgerDirectory: string) => Promise<void>;
}

/** Long enough for every worker's next look at the keys. */
const KEY_SPREAD_MS = 600;

const stops: (() => Promise<unknown>)[] = [];
after(async () => {
  for (const stop of stops.toReversed()) await stop();
});

export async function startCheckpoint(options: StartOptions): Promise<StartedCheckpoint> {
  const directory = await mkdtemp(join(tmpdir(), 'sekisho-started-'));
  stops.push(() => rm(directory, { recursive: true, force: true }));
  const database = options.database ?? (await testDatabase());
  await writeFile(join(directory, 'database-url'), database.url, { mode: 0o600 });
  await writeFile(join(directory, 'pepper'), 'a pepper for tests, thirty-two bytes or more', { mode: 0o600 });
  const configPath = join(directory, 'sekisho.config.yaml');
  await writeFile(configPath, configText(options));
  const ledgerDirectory = join(directory, '.sekisho', 'ledger');
  await options.prepare?.(ledgerDirectory);

  let child: ChildProcess;
  let port = 0;
  const logs: LedgerRecord[] = [];
  let words = '';
  async function start(): Promise<void> {
    child = spawn(process.execPath, [MAIN, 'up', '--config', configPath], {
      env: { PATH: process.env['PATH'] ?? '', NODE_ENV: 'test', ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stderr!.on('data', (data: Buffer) => (words += data.toString()));
    port = await listeningPort(child, logs);
  }
  await start();

  const pool = database.open(2);
  const administration = createAdministration({
    store: createKeyStore(pool),
    pepper: await readFile(join(directory, 'pepper')),
    clock: systemClock,
    random: createSystemRandom(),
  });

  async function stop(): Promise<number | null> {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGTERM');
      await new Promise((resolve) => child.once('exit', resolve));
    }
    return child.exitCode;
  }
  stops.push(stop);

  return {
    get url() {
      return `http://127.0.0.1:${port}`;
    },
    get port() {
      return port;
    },
    directory,
    ledgerDirectory,
    configPath,
    get process() {
      return child;
    },
    logs,
    get words() {
      return words;
    },
    async createKey({ roles = ['caller'] as Role[], routes, owner = 'tester', expiresAtMs } = {}) {
      const created = await administration.createKey({
        owner,
        kind: 'service',
        roles,
        routes: routes ?? null,
        expiresAtMs: expiresAtMs ?? null,
      });
      if (!created.ok) throw new Error(JSON.stringify(created.error));
      await sleep(KEY_SPREAD_MS);
      return created.value.key;
    },
    async revokeKey(key) {
      const revoked = await administration.revokeKey({ key, reason: 'test' });
      if (!revoked.ok) throw new Error(JSON.stringify(revoked.error));
    },
    async disableOwner(owner) {
      const disabled = await administration.disablePrincipal(owner);
      if (!disabled.ok) throw new Error(JSON.stringify(disabled.error));
    },
    async recordsOf(requestId) {
      for (let tries = 0; tries < 100; tries++) {
        const found = (await readEntries(ledgerDirectory)).filter((entry) => entry['id'] === requestId);
        if (found.some((entry) => entry['type'] === 'outcome' || entry['type'] === 'refusal')) return found;
        await sleep(100);
      }
      throw new Error(`no outcome of ${requestId} in the ledger after 10 s`);
    },
    entries: () => readEntries(ledgerDirectory),
    restart: start,
    stop,
  };
}

function configText({ yaml, workers = 1, server = '', identity = '', ledger = '' }: StartOptions): string {
  return `operator: { name: Test operator, homeCountry: JP }
server:
  listen: 127.0.0.1:0
  workers: ${workers}
  logLevel: debug
${indented(server)}
database: { url: "file:database-url" }
identity:
  pepper: file:pepper
${indented(identity)}
ledger:
  origin: example.jp/sekisho-test
  checkpointIntervalMs: 100
${indented(ledger)}
${yaml}
`;
}

function indented(lines: string): string {
  return lines === '' ? '' : lines.replaceAll(/^/gm, '  ');
}

function listeningPort(child: ChildProcess, logs: LedgerRecord[]): Promise<number> {
  return new Promise((resolve, reject) => {
    let errors = '';
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`not listening after ${START_TIMEOUT_MS} ms: ${errors}`));
    }, START_TIMEOUT_MS);
    child.stderr!.on('data', (data: Buffer) => (errors += data.toString()));
    child.once('exit', (code, signal) => {
      clearTimeout(timer);
      reject(new Error(`ended with ${signal ?? code} before it listened: ${errors}`));
    });
    createInterface({ input: child.stdout! }).on('line', (line) => {
      let entry: LedgerRecord;
      try {
        entry = JSON.parse(line) as LedgerRecord;
      } catch {
        entry = { notJson: line };
      }
      logs.push(entry);
      if (entry['msg'] !== 'listening') return;
      clearTimeout(timer);
      resolve(entry['port'] as number);
    });
  });
}

async function readEntries(ledgerDirectory: string): Promise<LedgerRecord[]> {
  const source = directorySource(ledgerDirectory);
  const checkpoint = await source.read('checkpoint');
  if (checkpoint === undefined) return [];
  const size = Number(checkpoint.toString().split('\n')[1]);
  const entries: LedgerRecord[] = [];
  // A predicate that never holds visits every entry, newest first within each tile of the walk back.
  await findEntry(
    source,
    (entry) => {
      entries.push(JSON.parse(entry.toString()) as LedgerRecord);
      return false;
    },
    size,
  );
  return entries.reverse();
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** `kind: code` of the provider's refusal in an outcome record, or null. */
export function refusalOf(outcome: LedgerRecord): string | null {
  const refusal = outcome['providerRefusal'] as { kind: string; code: string } | null;
  return refusal === null ? null : `${refusal.kind}: ${refusal.code}`;
}

/** YAML of one provider entry with one deployment `d` that speaks every format (or `wire`), at a simulator's address. All origins are its country. */
export function providerYaml(
  name: string,
  options: { url: string; country: string; model?: string; wire?: string; extra?: string },
): string {
  return `  ${name}:
    company: Example ${options.country}
    country: ${options.country}
    deployments:
      d:
        model: ${options.model ?? `sim-${name}`}
        wire: ${options.wire ?? '[openai-chat, openai-responses, openai-embeddings, anthropic-messages]'}
        baseUrl: ${options.url}/v1
        origins: { weights: { lineage: ${name}, country: ${options.country} }, hosting: { country: ${options.country} }, subprocessors: [] }
${options.extra === undefined ? '' : options.extra.replaceAll(/^/gm, '        ')}
`;
}
