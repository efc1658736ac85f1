import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chmod, mkdtemp, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, test } from 'node:test';
import { SekishoError } from '#kernel';
import { loadOrCreateSecret } from './secret-file.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sekisho-secret-'));
});
afterEach(async () => {
  await rm(directory, { recursive: true });
});

const unusable = (error: unknown): boolean => error instanceof SekishoError && error.code === 'secret-file-unusable';

test('a secret is made once with mode 0600 and read again afterwards, directories included', async () => {
  const path = join(directory, 'deep', 'er', 'pepper');
  const made = await loadOrCreateSecret(path);
  assert.equal(made.length, 32);
  assert.equal((await stat(path)).mode & 0o777, 0o600);
  assert.equal((await stat(join(directory, 'deep'))).mode & 0o777, 0o700);
  assert.deepEqual(await loadOrCreateSecret(path), made);
  assert.notDeepEqual(await loadOrCreateSecret(join(directory, 'other')), made);
});

test('processes and calls that race all get the same bytes and leave no drafts behind', async () => {
  const path = join(directory, 'pepper');
  const script = `
    import { loadOrCreateSecret } from '#store';
    const all = await Promise.all(Array.from({ length: 8 }, () => loadOrCreateSecret(process.argv[1])));
    console.log(all.map((secret) => secret.toString('hex')).join('\\n'));`;
  const outputs = await Promise.all(
    Array.from({ length: 4 }, () => {
      const child = spawn(process.execPath, ['--input-type=module', '--eval', script, path], { cwd: new URL('../../', import.meta.url) });
      child.stderr.pipe(process.stderr);
      return text(child.stdout);
    }),
  );
  const secrets = outputs.join('').trim().split('\n');
  assert.equal(secrets.length, 32);
  assert.equal(new Set(secrets).size, 1);
  assert.deepEqual(await readdir(directory), ['pepper']);
});

test('a file that others can read, that is a link, or that holds something else is refused and left alone', async () => {
  const path = join(directory, 'pepper');
  await loadOrCreateSecret(path);
  await chmod(path, 0o640);
  await assert.rejects(loadOrCreateSecret(path), unusable);
  await chmod(path, 0o600);
  await symlink(path, join(directory, 'link'));
  await assert.rejects(loadOrCreateSecret(join(directory, 'link')), unusable);
  for (const content of ['', 'ab', `${'0'.repeat(64)}\n\n`, `${'G'.repeat(64)}\n`]) {
    await writeFile(path, content);
    await assert.rejects(loadOrCreateSecret(path), unusable, JSON.stringify(content));
  }
});
