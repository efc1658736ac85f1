// What the pages say is true: README.md, and every other Markdown file of the repository.
//
// Convention for fenced blocks:
//   ```yaml config   a complete configuration file; loaded as the program loads it
//   ```yaml, ```json parsed
//   ```sh            checked for syntax; every `npm run …`, `npm test`, `sekisho …` and every flag of `sekisho` in it exists
// In running text the same commands are checked inside `code`, as are paths of this repository. Links that stay inside it lead somewhere.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, posix } from 'node:path';
import { describe, test } from 'node:test';
import { parse } from 'yaml';
import { formatProblems, loadConfig } from '#config';
import { readPage, type Page } from '../support/markdown.ts';
import { readJson, readText, repositoryFiles, ROOT } from '../support/repository.ts';

const files = repositoryFiles();
const pages = new Map(files.filter((file) => file.endsWith('.md')).map((file) => [file, readPage(readText(file))] as const));
const scripts = (readJson('package.json') as { scripts: Readonly<Record<string, string>> }).scripts;

/** `sekisho keys create` is commands/keys.ts; one file per command. */
const COMMANDS_FOLDER = 'src/cli/commands/';
const commands = new Map(
  files
    .filter((file) => file.startsWith(COMMANDS_FOLDER) && /^[a-z-]+\.ts$/.test(file.slice(COMMANDS_FOLDER.length)))
    .filter((file) => basename(file) !== 'index.ts')
    .map((file) => [basename(file, '.ts'), readText(file)] as const),
);
const cliText = files
  .filter((file) => file.startsWith('src/cli/') && file.endsWith('.ts') && !file.endsWith('.test.ts'))
  .map((file) => readText(file))
  .join('\n');

/** Folders whose paths, when a page names them in `code`, must exist. */
const OWN_PATH = /^(?:src|simulator|test|bench|docs|examples|scripts|schema|\.ci)\/[\w./@-]*[\w/]$/;
const SHELLS = new Set(['sh', 'bash', 'shell', 'console']);

interface Shell {
  readonly text: string;
  readonly line: number;
}

/** Everything a reader may type, from fenced blocks and from inline code. */
function typed(page: Page): Shell[] {
  const fenced = page.fences
    .filter((fence) => SHELLS.has(fence.language))
    .flatMap((fence) =>
      fence.text
        .replaceAll('\\\n', ' ')
        .split('\n')
        .map((text) => ({ text, line: fence.line })),
    );
  return [...fenced, ...page.inlineCode].map(({ text, line }) => ({
    text: text.replace(/(?:^|\s)#\s.*$/, '').replace(/^\$\s+/, ''),
    line,
  }));
}

/** Paths of this repository in one line of shell or inline code that do not exist. Patterns and placeholders are no paths. */
function missingPaths(text: string): string[] {
  return text.split(/\s+/).filter((word) => OWN_PATH.test(word) && !existsSync(join(ROOT, word)));
}

/** What is wrong with the commands in one line of shell. */
function wrongCommands(text: string): string[] {
  const wrong: string[] = [];
  for (const [, name] of text.matchAll(/\bnpm run ([\w:-]+)/g))
    if (scripts[name!] === undefined) wrong.push(`package.json has no script "${name}"`);
  if (/\bnpm test\b/.test(text) && scripts['test'] === undefined) wrong.push('package.json has no script "test"');
  for (const [, rest] of text.matchAll(/(?:^|\bnpx |[;&|(]\s*|\bnpm run )sekisho(?: --)? ([^;&|)#]*)/g)) wrong.push(...wrongSekisho(rest!));
  for (const [, rest] of text.matchAll(/\bnpm run demo -- ([^;&|)#]*)/g)) wrong.push(...wrongSekisho(`demo ${rest}`));
  return wrong;
}

function wrongSekisho(rest: string): string[] {
  const words = rest.trim().split(/\s+/);
  const wrong = words.flatMap((word) => {
    const flag = /^--([a-z][a-z-]*)/.exec(word)?.[1];
    if (flag === undefined || flag === 'help' || flag === 'version') return [];
    const camel = flag.replaceAll(/-([a-z])/g, (_whole, letter: string) => letter.toUpperCase());
    return new RegExp(`\\b${flag}\\b|\\b${camel}\\b`).test(cliText) ? [] : [`sekisho has no flag --${flag}`];
  });
  const [name, subcommand] = words.filter((word) => /^[a-z][a-z-]*$/.test(word));
  if (name === undefined || !words[0]!.startsWith(name)) return wrong;
  const command = commands.get(name);
  if (command === undefined) return [...wrong, `there is no command "sekisho ${name}" (${COMMANDS_FOLDER}${name}.ts)`];
  if (
    subcommand === words[1] &&
    subcommand !== undefined &&
    /subCommands/.test(command) &&
    !new RegExp(`\\b${subcommand}\\b`).test(command)
  ) {
    return [...wrong, `there is no command "sekisho ${name} ${subcommand}"`];
  }
  return wrong;
}

/** Loads a configuration whose references to secrets all resolve, to values of the right kind. */
function configProblems(text: string): string {
  const pem = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const secretFor = (name: string): string => (/sign|ed25519|\.pem$/i.test(name) ? pem : randomBytes(32).toString('base64url'));
  const env = Object.fromEntries([...text.matchAll(/\benv:(\w+)/g)].map(([, name]) => [name!, secretFor(name!)]));
  const source = join(ROOT, 'snippet.config.yaml');
  const loaded = loadConfig(source, {
    env,
    usableCores: 2,
    readFile: (path) => ({ bytes: Buffer.from(path === source ? text : secretFor(path)), mode: 0o600 }),
  });
  return loaded.ok ? '' : formatProblems(loaded.error, 'the snippet');
}

/** What is wrong with a link from `file`; undefined for links to elsewhere, which are not followed. */
function brokenLink(file: string, target: string): string | undefined {
  if (/^[a-z][a-z0-9+.-]*:/i.test(target)) return undefined;
  const [path = '', anchor] = decodeURI(target).split('#');
  const resolved = path === '' ? file : posix.normalize(path.startsWith('/') ? path.slice(1) : posix.join(dirname(file), path));
  if (resolved.startsWith('..')) return `${target} leads out of the repository`;
  if (!existsSync(join(ROOT, resolved))) return `${target} leads nowhere`;
  const page = pages.get(resolved);
  if (anchor !== undefined && page !== undefined && !page.anchors.has(anchor)) return `${target}: no such heading`;
  return undefined;
}

test('there is a README, and it has a configuration and commands to check', () => {
  const readme = pages.get('README.md');
  assert.ok(readme !== undefined, 'README.md is missing');
  assert.ok(
    readme.fences.some((fence) => SHELLS.has(fence.language)),
    'README.md shows no commands (```sh)',
  );
  assert.ok(
    readme.fences.some((fence) => fence.language === 'yaml' && fence.marks.includes('config')),
    'README.md shows no complete configuration (```yaml config)',
  );
});

for (const [file, page] of pages) {
  describe(file, () => {
    test('links to places that exist', () => {
      const broken = page.links
        .map(({ target, line }) => [line, brokenLink(file, target)] as const)
        .filter(([, problem]) => problem !== undefined);
      assert.deepEqual(broken, []);
    });

    test('names files that exist', () => {
      const missing = typed(page).flatMap(({ text, line }) => missingPaths(text).map((path) => `line ${line}: ${path}`));
      assert.deepEqual(missing, []);
    });

    test('names commands that exist', () => {
      const wrong = typed(page).flatMap(({ text, line }) => wrongCommands(text).map((problem) => `line ${line}: ${problem}`));
      assert.deepEqual(wrong, []);
    });

    for (const fence of page.fences) {
      if (SHELLS.has(fence.language)) {
        test(`shell of line ${fence.line} has no syntax error`, () => {
          const script = fence.text.replaceAll(/^\$ /gm, '');
          const run = spawnSync('bash', ['-n'], { input: script, encoding: 'utf8' });
          assert.equal(run.status, 0, run.stderr);
        });
      } else if (fence.language === 'yaml' && fence.marks.includes('config')) {
        test(`configuration of line ${fence.line} loads`, () => {
          assert.equal(configProblems(fence.text), '');
        });
      } else if (fence.language === 'yaml' || fence.language === 'json') {
        test(`${fence.language} of line ${fence.line} can be parsed`, () => {
          if (fence.language === 'json') JSON.parse(fence.text);
          else parse(fence.text);
        });
      }
    }
  });
}

describe('the checks of this file', () => {
  const anyCommand = [...commands.keys()][0];
  test('find scripts, commands and flags that do not exist', () => {
    assert.deepEqual(wrongCommands('npm ci && npm run no-such-script -- --once'), ['package.json has no script "no-such-script"']);
    for (const line of ['npx sekisho no-such-command', 'npm run sekisho -- no-such-command --help', 'sekisho no-such-command']) {
      assert.deepEqual(wrongCommands(line), [`there is no command "sekisho no-such-command" (${COMMANDS_FOLDER}no-such-command.ts)`], line);
    }
    assert.deepEqual(wrongCommands('npm ci && npm test; npm run check'), []);
    assert.deepEqual(wrongCommands('cat sekisho.config.yaml'), []);
  });

  test('know the commands that exist', () => {
    assert.ok(anyCommand !== undefined, `${COMMANDS_FOLDER} holds no command`);
    assert.deepEqual(wrongCommands(`npm run sekisho -- ${anyCommand} --help`), []);
    assert.deepEqual(wrongCommands(`sekisho ${anyCommand} --no-such-flag`), ['sekisho has no flag --no-such-flag']);
  });

  test('find paths and links that lead nowhere', () => {
    assert.deepEqual(missingPaths('node src/no-such-file.ts package.json src/**/*.test.ts'), ['src/no-such-file.ts']);
    assert.equal(brokenLink('docs/decisions/README.md', '../../LICENSE'), undefined);
    assert.equal(brokenLink('docs/decisions/README.md', 'https://example.com/'), undefined);
    assert.equal(brokenLink('docs/decisions/README.md', '#records'), undefined);
    assert.equal(brokenLink('docs/decisions/README.md', '#no-such-heading'), '#no-such-heading: no such heading');
    assert.equal(brokenLink('docs/decisions/README.md', 'no-such.md'), 'no-such.md leads nowhere');
    assert.equal(brokenLink('README.md', '../x'), '../x leads out of the repository');
  });

  test('find a configuration that does not load', () => {
    assert.match(configProblems('operator:\n  no-such-key: 1\n'), /no-such-key/);
  });
});

describe('the example configurations', () => {
  for (const file of files.filter((path) => /^examples\/.*\.config\.yaml$/.test(path))) {
    test(`${file} loads`, () => {
      assert.equal(configProblems(readText(file)), '');
    });
  }
});

describe('.ci/run', () => {
  /** What `.ci/run --show` does beside a README with this text; undefined: beside none. */
  function show(readme: string | undefined): { status: number | null; out: string; error: string } {
    const root = mkdtempSync(join(tmpdir(), 'sekisho-ci-'));
    try {
      if (readme !== undefined) writeFileSync(join(root, 'README.md'), readme);
      const setUp = 'mkdir "$1/.ci" && cp "$2" "$1/.ci/run" && exec bash "$1/.ci/run" --show';
      const run = spawnSync('bash', ['-c', setUp, 'bash', root, join(ROOT, '.ci', 'run')], { encoding: 'utf8' });
      return { status: run.status, out: run.stdout, error: run.stderr };
    } finally {
      rmSync(root, { recursive: true });
    }
  }

  test("runs this README's own test command", () => {
    const run = spawnSync('bash', [join(ROOT, '.ci', 'run'), '--show'], { encoding: 'utf8' });
    assert.equal(run.status, 0, run.stderr);
    assert.match(run.stdout, /^npm ci .*npm test\n$/);
  });

  const block = (text: string): string => `# Title\n\n\`\`\`sh\n${text}\n\`\`\`\n`;
  for (const [text, command] of [
    ['npm ci && npm test', 'npm ci && npm test'],
    ['  $ npm ci && npm test   # about two minutes', 'npm ci && npm test'],
    ['git clone x\nnpm ci && npm run demo\nnpm ci && npm test', 'npm ci && npm test'],
    ['npm ci --include=optional && npm test', 'npm ci --include=optional && npm test'],
  ] as const) {
    test(`reads ${JSON.stringify(command)} from ${JSON.stringify(text)}`, () => {
      assert.deepEqual(show(block(text)), { status: 0, out: `${command}\n`, error: '' });
    });
  }

  for (const [why, readme] of [
    ['there is no README', undefined],
    ['the README has no test command', block('npm ci && npm run demo')],
    ['the command stands outside a fenced block', 'npm ci && npm test\n'],
    ['the command is another', block('npm ci && npm testing')],
    ['there are two', block('npm ci && npm test\nnpm ci --offline && npm test')],
  ] as const) {
    test(`fails loudly when ${why}`, () => {
      const { status, out, error } = show(readme);
      assert.equal(status, 2);
      assert.equal(out, '');
      assert.match(error, /^\.ci\/run: README\.md /);
    });
  }
});
