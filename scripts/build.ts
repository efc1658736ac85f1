// `npm run build`: the package as it is published, under dist/ or the folder named on the command line. The checkout runs from source; this is for those who install it, because
// Node strips no types below node_modules. Publishes nothing.
import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '..');
const OUT = resolve(process.argv[2] ?? join(ROOT, 'dist'));
const ENTRY = 'src/main.js';

interface Manifest {
  readonly exports: Readonly<Record<string, string>>;
  readonly imports: Readonly<Record<string, string>>;
  readonly [member: string]: unknown;
}

rmSync(OUT, { recursive: true, force: true });
mkdirSync(OUT);
execFileSync(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', join(ROOT, 'tsconfig.build.json'), '--outDir', OUT], {
  stdio: 'inherit',
});
for (const path of ['src/store/migrations', 'data', 'rules', 'schema', 'examples', 'LICENSE', 'README.md', 'CHANGELOG.md'])
  cpSync(join(ROOT, path), join(OUT, path), { recursive: true });
chmodSync(join(OUT, ENTRY), 0o755);

const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Manifest;
const {
  private: _private,
  scripts: _scripts,
  devDependencies: _devDependencies,
  knip: _knip,
  allowScripts: _allowScripts,
  exports: exported,
  imports,
  ...kept
} = manifest;
const doors = Object.entries(imports).filter(([name]) => !name.startsWith('#test/'));
const published = {
  ...kept,
  // Built files need the Node that runs them; the platform packages are for checkouts.
  engines: { node: '>=24' },
  optionalDependencies: Object.fromEntries(
    Object.entries(manifest['optionalDependencies'] as Record<string, string>).filter(([name]) => !name.startsWith('node-')),
  ),
  bin: { sekisho: `./${ENTRY}` },
  exports: Object.fromEntries(Object.entries(exported).map(([name, path]) => [name, path.replace(/\.ts$/, '.js')])),
  imports: Object.fromEntries(doors.map(([name, path]) => [name, path.replace(/\.ts$/, '.js')])),
};
writeFileSync(join(OUT, 'package.json'), `${JSON.stringify(published, null, 2)}\n`);
