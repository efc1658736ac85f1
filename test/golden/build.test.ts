// The package as it would be published: it builds, it starts, and it holds nothing that only a checkout has.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { readJson, ROOT } from '../support/repository.ts';

let out: string;

before(() => {
  out = mkdtempSync(join(tmpdir(), 'sekisho-build-'));
  execFileSync(process.execPath, [join(ROOT, 'scripts/build.ts'), out]);
  symlinkSync(join(ROOT, 'node_modules'), join(out, 'node_modules'));
});

after(() => rmSync(out, { recursive: true, force: true }));

test('the built command starts and knows its version', () => {
  const said = execFileSync(process.execPath, [join(out, 'src/main.js'), 'version', '--json'], { encoding: 'utf8' });
  assert.equal((JSON.parse(said) as { sekisho: string }).sekisho, (readJson('package.json') as { version: string }).version);
});

test('the built command checks a configuration', () => {
  const said = execFileSync(process.execPath, [join(out, 'src/main.js'), 'check', join(ROOT, 'examples/sekisho.config.yaml'), '--json'], {
    encoding: 'utf8',
    env: exampleSecrets(),
  });
  assert.equal((JSON.parse(said) as { ok: boolean }).ok, true);
});

test('the manifest points at built files and asks for nothing that only development needs', () => {
  const manifest = JSON.parse(readFileSync(join(out, 'package.json'), 'utf8')) as Record<string, Record<string, string>>;
  assert.deepEqual(
    Object.keys(manifest).filter((member) => ['private', 'scripts', 'devDependencies'].includes(member)),
    [],
  );
  for (const path of Object.values(manifest['imports']!)) assert.ok(readFileSync(join(out, path)).length > 0, path);
});

/** The variables that the example's secret references name, whatever they are. */
function exampleSecrets(): Record<string, string> {
  const names = readFileSync(join(ROOT, 'examples/sekisho.config.yaml'), 'utf8').matchAll(/env:([A-Z][A-Z0-9_]*)/g);
  return Object.fromEntries([...names].map(([, name]) => [name!, 'test-value']));
}
