import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { SekishoError } from '#kernel';
import { startEmbeddedPostgres, type EmbeddedPostgres } from './embedded-postgres.ts';
import { processIdentity } from './process-identity.ts';

const LINUX_ONLY = process.platform === 'linux' ? false : 'skipped: reads /proc, which only Linux has';

let base: string;
let directory: string;
let started: EmbeddedPostgres[] = [];
let children: ChildProcess[] = [];

beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'sekisho-embedded-test-'));
  // As root the server runs under another account, which has to get through here.
  await chmod(base, 0o755);
  directory = join(base, 'pg');
});

afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  await Promise.all(started.map((server) => server.stop()));
  const left = await serverPid().catch(() => undefined);
  if (left !== undefined && processIdentity(left) !== undefined) await (await startEmbeddedPostgres({ directory })).stop();
  children = [];
  started = [];
  await rm(base, { recursive: true });
});

async function start(onProgress?: (message: string) => void): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres({ directory, ...(onProgress === undefined ? {} : { onProgress }) });
  started.push(server);
  return server;
}

async function serverPid(): Promise<number> {
  return Number((await readFile(join(directory, 'data', 'postmaster.pid'), 'utf8')).split('\n')[0]);
}

async function query(url: string, statement: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 3000 });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(statement)).rows;
  } finally {
    await client.end();
  }
}

/** Another process that holds the server until it is killed or its input ends. */
async function startElsewhere(options: { readonly detached?: boolean; readonly env?: NodeJS.ProcessEnv } = {}): Promise<{
  readonly child: ChildProcess;
  readonly report: { readonly url: string; readonly alreadyRunning: boolean };
}> {
  const script = `
    import { startEmbeddedPostgres } from '#store';
    process.on('SIGINT', () => console.log('SIGINT'));
    const server = await startEmbeddedPostgres({ directory: process.argv[1] });
    console.log(JSON.stringify({ url: server.url, alreadyRunning: server.alreadyRunning }));
    process.stdin.on('end', async () => { await server.stop(); process.exit(0); }).resume();`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script, directory], {
    cwd: new URL('../../', import.meta.url),
    stdio: ['pipe', 'pipe', 'inherit'],
    detached: options.detached ?? false,
    ...(options.env === undefined ? {} : { env: options.env }),
  });
  children.push(child);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const early = new Promise<never>((_resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`ended with ${code}`)));
  });
  const line = await Promise.race([lines.next(), early]);
  return { child, report: JSON.parse(String(line.value)) as { url: string; alreadyRunning: boolean } };
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => child.once('exit', () => resolve()));
}

async function until(condition: () => boolean | Promise<boolean>, seconds: number): Promise<void> {
  for (const deadline = performance.now() + seconds * 1000; performance.now() < deadline;) {
    if (await condition()) return;
    await sleep(20);
  }
  assert.fail(`not within ${seconds} s`);
}

test('a new database is durable, checksummed, UTF-8, behind a password and a private socket, and on no network', async () => {
  const server = await start();
  assert.equal(server.alreadyRunning, false);
  const settings = await query(
    server.url,
    `select json_object_agg(name, setting) as all from pg_settings where name in
      ('fsync', 'full_page_writes', 'synchronous_commit', 'data_checksums', 'server_encoding', 'listen_addresses', 'password_encryption')`,
  );
  assert.deepEqual(settings[0]!['all'], {
    fsync: 'on',
    full_page_writes: 'on',
    synchronous_commit: 'on',
    data_checksums: 'on',
    server_encoding: 'UTF8',
    listen_addresses: '',
    password_encryption: 'scram-sha-256',
  });
  const methods = await query(server.administratorUrl, 'select distinct auth_method from pg_hba_file_rules');
  assert.deepEqual(methods, [{ auth_method: 'scram-sha-256' }]);
  await assert.rejects(query(server.url.replace(/:[^:@/]+@/, ':wrong@'), 'select 1'), /password authentication failed/);
  const role = await query(server.url, 'select rolsuper, rolcreatedb, rolcreaterole from pg_roles where rolname = current_user');
  assert.deepEqual(role, [{ rolsuper: false, rolcreatedb: false, rolcreaterole: false }]);
  assert.equal((await stat(join(directory, 'cluster.json'))).mode & 0o777, 0o600);
  assert.equal((await stat(join(directory, 'data'))).mode & 0o777, 0o700);
  assert.equal((await stat(join(directory, 'run'))).mode & 0o777, 0o700);
  assert.equal((await stat(join(directory, 'postgres.log'))).mode & 0o777, 0o600);
  const names = (await readdir(directory)).sort();
  assert.deepEqual(names, ['cluster.json', 'data', 'leases', 'lock', 'postgres.log', 'run']);
});

test('stop ends the server, and the data is there at the next start', async () => {
  const first = await start();
  await query(first.url, 'create table kept as select 42 as answer');
  const pid = await serverPid();
  await Promise.all([first.stop(), first.stop()]);
  assert.equal(processIdentity(pid), undefined);
  const second = await start();
  assert.equal(second.alreadyRunning, false);
  assert.deepEqual(await query(second.url, 'select answer from kept'), [{ answer: 42 }]);
});

test('a short command joins the running server, and whoever leaves last stops it', async () => {
  const up = await start();
  const pid = await serverPid();
  const command = await start();
  assert.deepEqual([command.alreadyRunning, command.url], [true, up.url]);
  await up.stop();
  assert.equal(await serverPid(), pid);
  assert.equal((await query(command.url, 'select 1 as one')).length, 1);
  await command.stop();
  assert.equal(processIdentity(pid), undefined);
});

test('four processes that start a new directory at once share one server', async () => {
  const all = await Promise.all([startElsewhere(), startElsewhere(), startElsewhere(), startElsewhere()]);
  assert.equal(all.filter(({ report }) => !report.alreadyRunning).length, 1);
  assert.equal(new Set(all.map(({ report }) => report.url)).size, 1);
  const pid = await serverPid();
  assert.equal((await query(all[3].report.url, 'select 1 as one')).length, 1);
  for (const { child } of all) child.stdin!.end();
  await until(() => processIdentity(pid) === undefined, 20);
});

test('a server whose parent was killed is taken over with its data, and stopped by its new holder', async () => {
  const { child, report } = await startElsewhere();
  const pid = await serverPid();
  await query(report.url, 'create table kept as select 42 as answer');
  child.kill('SIGKILL');
  await ended(child);
  assert.notEqual(processIdentity(pid), undefined);
  const next = await start();
  assert.equal(next.alreadyRunning, true);
  assert.equal(await serverPid(), pid);
  assert.deepEqual(await query(next.url, 'select answer from kept'), [{ answer: 42 }]);
  await next.stop();
  assert.equal(processIdentity(pid), undefined);
});

test('when server and parent are killed together, the next start recovers everything that was committed', async () => {
  const { child, report } = await startElsewhere();
  await query(report.url, 'create table kept (answer int)');
  const writer = new pg.Client({ connectionString: report.url });
  writer.on('error', () => undefined);
  await writer.connect();
  let committed = 0;
  const writing = (async () => {
    for (;;) {
      await writer.query('insert into kept values ($1)', [committed + 1]);
      committed += 1;
    }
  })().catch(() => undefined);
  await until(() => committed >= 50, 10);
  child.kill('SIGKILL');
  process.kill(await serverPid(), 'SIGKILL');
  await writing;
  const next = await start();
  assert.equal(next.alreadyRunning, false);
  const [row] = await query(next.url, 'select count(*)::int as count, max(answer) as last from kept');
  assert.ok(row !== undefined && (row['count'] === committed || row['count'] === committed + 1), `${JSON.stringify(row)} of ${committed}`);
  assert.equal(row['count'], row['last']);
});

test('a server that is killed under its holder is started again behind the same URL', async () => {
  const told: string[] = [];
  const server = await start((message) => told.push(message));
  await query(server.url, 'create table kept as select 42 as answer');
  const pid = await serverPid();
  process.kill(pid, 'SIGKILL');
  await until(async () => (await query(server.url, 'select answer from kept').catch(() => [])).length === 1, 20);
  assert.notEqual(await serverPid(), pid);
  assert.ok(told.some((message) => message.includes('starting it again')));
});

test('Ctrl-C for the whole process group reaches the parent and leaves the server to it', async () => {
  const { child, report } = await startElsewhere({ detached: true });
  const pid = await serverPid();
  process.kill(-child.pid!, 'SIGINT');
  await sleep(200);
  assert.notEqual(processIdentity(pid), undefined);
  assert.equal((await query(report.url, 'select 1 as one')).length, 1);
});

test('the server sees nothing of our environment', { skip: LINUX_ONLY }, async () => {
  await startElsewhere({ env: { SEKISHO_CANARY: 'canary-value-7f3a' } });
  const environment = await readFile(`/proc/${await serverPid()}/environ`, 'latin1');
  assert.ok(!environment.includes('canary-value-7f3a'));
  const names = environment.split('\0').map((line) => line.split('=')[0]);
  assert.deepEqual(
    names.filter((name) => name !== '' && !['PATH', 'LC_ALL', 'TZ'].includes(name!) && !/^(PG|LC_)/.test(name!)),
    [],
  );
});

test('a stale pid file whose number now belongs to some other program is no obstacle', async () => {
  await (await start()).stop();
  const path = join(directory, 'data', 'postmaster.pid');
  await writeFile(path, [process.pid, join(directory, 'data'), 1, 5432, join(directory, 'run'), '', '  1 2', 'ready   ', ''].join('\n'));
  const server = await start();
  assert.equal(server.alreadyRunning, false);
  assert.equal((await query(server.url, 'select 1 as one')).length, 1);
  assert.notEqual(processIdentity(process.pid), undefined);
});

test('a server of ours whose socket was cleared away is stopped and replaced', async () => {
  const { child } = await startElsewhere();
  const pid = await serverPid();
  child.kill('SIGKILL');
  await ended(child);
  await rm(join(directory, 'run'), { recursive: true });
  const server = await start();
  assert.equal(server.alreadyRunning, false);
  assert.equal(processIdentity(pid), undefined);
  assert.equal((await query(server.url, 'select 1 as one')).length, 1);
});

test('a directory whose path is too long for a socket, with spaces and quotes in it, works all the same', async () => {
  directory = join(base, `a "quoted", long name ${'x'.repeat(90)}`);
  const server = await start();
  assert.equal((await query(server.url, 'select 1 as one')).length, 1);
  const socket = decodeURIComponent(/host=([^&]+)/.exec(server.url)![1]!);
  assert.ok(!socket.startsWith(directory));
  assert.equal((await stat(socket)).mode & 0o777, 0o700);
  await server.stop();
  await assert.rejects(stat(socket));
  const again = await start();
  assert.equal(again.url, server.url);
});

const withCode =
  (code: string) =>
  (error: unknown): boolean =>
    error instanceof SekishoError && error.code === code && error.hint !== undefined;

test('data of another major version is refused and left alone', async () => {
  await (await start()).stop();
  await writeFile(join(directory, 'data', 'PG_VERSION'), '17\n');
  await assert.rejects(start(), withCode('embedded-database-version'));
  await writeFile(join(directory, 'data', 'PG_VERSION'), '18\n');
  await start();
});

test('passwords from another backup are refused with a hint, and the server is not left running', async () => {
  await (await start()).stop();
  const path = join(directory, 'cluster.json');
  const right = await readFile(path, 'utf8');
  await writeFile(path, right.replace(/"administratorPassword": "[^"]*"/, '"administratorPassword": "wrong"'));
  await assert.rejects(start(), withCode('embedded-database-password'));
  const pid = await serverPid().catch(() => undefined);
  assert.ok(pid === undefined || processIdentity(pid) === undefined);
  await writeFile(path, right);
  await start();
});

test('what an interrupted creation left behind is cleared away', async () => {
  await mkdir(join(directory, 'data.new-0123'), { recursive: true });
  await chmod(directory, 0o711);
  await writeFile(join(directory, 'data.new-0123.password'), 'x');
  await start();
  assert.ok((await readdir(directory)).every((name) => !name.startsWith('data.new-')));
});

test('a setting that the server does not survive is told in its own words', async () => {
  await (await start()).stop();
  await writeFile(join(directory, 'data', 'postgresql.auto.conf'), "no_such_setting = 'x'\n");
  await assert.rejects(
    start(),
    (error: unknown) => error instanceof SekishoError && /no_such_setting|configuration file/.test(error.message),
  );
});
