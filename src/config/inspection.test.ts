// The section `inspection` and `masking` of routes: what is masked towards whom, and what the file may not say.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, it } from 'node:test';
import { DATA_LEVELS, selectTypes, SENSITIVE_TYPES, TYPE_GROUPS } from '#inspection';
import { loadConfig } from './load.ts';
import { loadGood, loadText, MINIMAL, problemLines, textLines } from './test-files.ts';

/** MINIMAL is eleven lines long, so an `inspection` behind it begins in line 12. */
function inspectionOf(members: string, more = '', around: Parameters<typeof loadText>[1] = {}) {
  const { config } = loadGood(`${MINIMAL}inspection: { ${members} }\n${more}`, around);
  assert.ok(config.inspection !== undefined);
  return config.inspection;
}

const problems = (members: string, more = '') => problemLines(`${MINIMAL}inspection: { ${members} }\n${more}`);

const provider = (name: string, country: string, origins: string) =>
  `  ${name}: { company: ${name}, country: ${country}, baseUrl: "https://${name}.example/v1", deployments: { d: { model: m, wire: openai-chat, origins: { ${origins} } } } }`;

const NOBODY_ELSE = 'subprocessors: []';

/** Deployments at home, abroad in each of the ways that there are, and not known to be at home. */
const ORIGINS = {
  home: ['JP', `hosting: { country: JP }, ${NOBODY_ELSE}`],
  helped: ['JP', 'hosting: { country: JP }, subprocessors: [{ company: Cloud, country: JP }]'],
  vendor: ['US', `hosting: { country: JP }, ${NOBODY_ELSE}`],
  hosting: ['JP', `hosting: { country: US }, ${NOBODY_ELSE}`],
  subprocessor: ['JP', 'hosting: { country: JP }, subprocessors: [{ company: Cloud, country: US }]'],
  unhosted: ['JP', NOBODY_ELSE],
  unstated: ['JP', 'hosting: { country: JP }'],
} as const;

/** The policy towards each of them on a route, with a section `inspection` and members of the route. */
function policies(section: string, ofRoute = '') {
  const text = `operator: { name: Example, homeCountry: JP }
ledger: { origin: example.jp/log }
providers:
${Object.entries(ORIGINS)
  .map(([name, [country, origins]]) => provider(name, country, origins))
  .join('\n')}
${section}
routes:
  r: { candidates: [${Object.keys(ORIGINS)
    .map((name) => `${name}/d`)
    .join(', ')}]${ofRoute} }
  other: { candidates: [home/d, vendor/d] }
`;
  const { inspection } = loadGood(text).config;
  assert.ok(inspection !== undefined);
  const maskOf = (route: string, name: string) => inspection.policies[route]?.[`${name}/d`]?.mask;
  return { inspection, maskOf, masked: (route: string) => Object.keys(ORIGINS).filter((name) => (maskOf(route, name)?.length ?? 0) > 0) };
}

const ABROAD = ['vendor', 'hosting', 'subprocessor', 'unhosted', 'unstated'];

describe('what is masked towards whom', () => {
  it('is everything but public domains, towards everybody who is not known to be at home, where the file says nothing', () => {
    const { inspection, masked } = policies('');
    assert.deepEqual(masked('r'), ABROAD);
    assert.deepEqual(inspection.policies['r']?.['vendor/d'], { mask: ['all'], refuse: [], allow: ['public-domain'] });
    assert.deepEqual(inspection.policies['r']?.['home/d'], { mask: [], refuse: [], allow: [] });
  });

  it('follows `everyone`, `abroad` and demands on origins', () => {
    const towards = (whom: string) => policies(`inspection: { masking: [{ towards: ${whom} }] }`).masked('r');
    assert.deepEqual(towards('everyone'), Object.keys(ORIGINS));
    assert.deepEqual(towards('abroad'), ABROAD);
    assert.deepEqual(towards('{ vendorCountry: { allow: [US] } }'), ['vendor']);
    assert.deepEqual(towards('{ vendorCountry: { allow: [US] }, hostingCountry: { allow: [US] } }'), [], 'all demands must hold');
    assert.deepEqual(towards('{ anyOf: [{ vendorCountry: { allow: [US] } }, { hostingCountry: { allow: [US] } }] }'), [
      'vendor',
      'hosting',
    ]);
    // What is unknown satisfies no demand, so a rule for foreigners by `deny` would miss it: `abroad` does not.
    assert.deepEqual(towards('{ hostingCountry: { deny: [JP] } }'), ['hosting']);
  });

  it('is decided by the first rule that fits', () => {
    const { maskOf } = policies(`inspection:
  masking:
    - { towards: { vendorCountry: { allow: [US] } }, mask: [secret] }
    - { towards: abroad, mask: [identity] }
    - { towards: everyone, mask: [operational] }`);
    assert.deepEqual(maskOf('r', 'vendor'), ['secret']);
    assert.deepEqual(maskOf('r', 'hosting'), ['identity']);
    assert.deepEqual(maskOf('r', 'home'), ['operational']);
  });

  it('is what the route says, where it has rules of its own, and on no other route', () => {
    const { maskOf, masked } = policies(
      'inspection: { masking: [{ towards: everyone, mask: [identity] }] }',
      ', masking: [{ towards: abroad, mask: [secret] }]',
    );
    assert.deepEqual([maskOf('r', 'vendor'), maskOf('r', 'home')], [['secret'], []]);
    assert.deepEqual([maskOf('other', 'vendor'), maskOf('other', 'home')], [['identity'], ['identity']]);
    assert.deepEqual(masked('other'), ['home', 'vendor']);
    assert.deepEqual(policies('', ', masking: []').masked('r'), [], 'no rules: nothing is masked on this route');
  });

  it('names types, groups and labels of dictionaries', () => {
    const { inspection } = policies(
      'inspection: { masking: [{ towards: everyone, mask: [secret, email, "label:plant-2"], refuse: ["label:code-name"], allow: ["label:public"] }] }',
    );
    assert.deepEqual(inspection.policies['r']?.['home/d'], {
      mask: ['secret', 'email', 'label:plant-2'],
      refuse: ['label:code-name'],
      allow: ['label:public'],
    });
  });
});

describe('inspection', () => {
  it('can be switched off as a whole, and only so', () => {
    assert.equal(loadGood(`${MINIMAL}inspection: off\n`).config.inspection, undefined);
    for (const other of ['on', 'false', '1'])
      assert.deepEqual(problemLines(`${MINIMAL}inspection: ${other}\n`), ['12:13 inspection: must be `off` or a mapping'], other);
  });

  it('does not bring back secrets, unless the file says something else', () => {
    assert.deepEqual(inspectionOf('neverRestore: []').neverRestored, []);
    assert.deepEqual(inspectionOf('neverRestore: [my-number, secret]').neverRestored, [
      'my-number',
      'api-key',
      'private-key',
      'jwt',
      'connection-string',
      'credential',
    ]);
    assert.deepEqual(inspectionOf('neverRestore: [all]').neverRestored, SENSITIVE_TYPES);
  });

  it('has dictionaries beside the file', () => {
    const paths = ['/etc/sekisho/a.csv', '/etc/b.csv', '/srv/c.csv'].map((path) => resolve(path));
    const files = Object.fromEntries(paths.map((path) => [path, { text: `term\n${path}\n` }]));
    assert.deepEqual(inspectionOf('dictionaries: [a.csv, "../b.csv", "/srv/c.csv"]', '', { files }).dictionaries, paths);
  });

  it('knows the bytes of dictionaries by their hash, also of those that are read in many pieces', () => {
    const folder = mkdtempSync(join(tmpdir(), 'sekisho-dictionary-'));
    try {
      const bytes = Buffer.alloc(3_000_001, 'term\n');
      writeFileSync(join(folder, 'terms.csv'), bytes);
      writeFileSync(join(folder, 'c.yaml'), `${MINIMAL}inspection: { dictionaries: [terms.csv] }\n`);
      const loaded = loadConfig(join(folder, 'c.yaml'), { env: {} });
      assert.ok(loaded.ok);
      assert.deepEqual(loaded.value.config.inspection?.dictionaryHashes, {
        [join(folder, 'terms.csv')]: createHash('sha256').update(bytes).digest('hex'),
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('warns of rules that do nothing because it is off', () => {
    const text = MINIMAL.replace('candidates: [one/a]', 'candidates: [one/a], masking: [{ towards: abroad }]');
    const warned = (more: string) => textLines(loadGood(text + more).warnings).filter((line) => line.includes('masking'));
    assert.deepEqual(warned('inspection: off\n'), [
      '11:29 routes.r.masking: does nothing, because `inspection` is `off`; everything leaves as it comes',
    ]);
    assert.deepEqual(warned(''), []);
  });

  it('asks an external detector over plain http on this machine and in private networks, and elsewhere where that is accepted', () => {
    const external = (members: string) => loadGood(`${MINIMAL}inspection: { external: { ${members} } }\n`);
    for (const url of ['http://127.0.0.1:9000/detect/', 'http://10.0.0.5/detect', 'http://detector.internal/detect']) {
      const { config, warnings } = external(`url: "${url}"`);
      assert.equal(config.inspection?.external?.url, url);
      assert.deepEqual(warnings, []);
    }
    assert.deepEqual(textLines(external('url: "http://d.example/", allowPlainHttp: true').warnings), [
      '12:32 inspection.external.url: sends all texts, unmasked, over plain http',
    ]);
  });

  it('takes for a level the class of the same name, or the one it names', () => {
    const classes = 'dataClasses: { restricted: {}, internal: {}, secret: {} }\n';
    assert.deepEqual(inspectionOf('', classes).levels.classes, { internal: 'internal', restricted: 'restricted' });
    assert.deepEqual(inspectionOf('levels: { classes: { restricted: secret, public: internal } }', classes).levels.classes, {
      public: 'internal',
      internal: 'internal',
      restricted: 'secret',
    });
  });

  it('refuses images and documents from confidential on, and keeps what the file leaves out', () => {
    assert.deepEqual(inspectionOf('nonText: { confidential: allow, public: refuse }').nonText, {
      public: 'refuse',
      internal: 'allow',
      confidential: 'allow',
      restricted: 'refuse',
    });
  });
});

describe('the token of the external detector', () => {
  const external = (token: string) => `external: { url: "https://d.example/detect", token: ${token} }`;
  const token = 'a1b2c3d4-the-token';

  it('is looked up and takes no part in the version', () => {
    const load = (value: string) =>
      loadGood(`${MINIMAL}inspection: { ${external('env:DETECTOR')} }\n`, { env: { DETECTOR: value } }).config;
    assert.equal(load(token).inspection?.external?.token, token);
    assert.equal(load(token).version, load('another').version);
  });

  it('can be sent in a header', () => {
    const lines = problemLines(`${MINIMAL}inspection: { ${external('env:DETECTOR')} }\n`, { env: { DETECTOR: 'two\nlines-of-it' } });
    assert.equal(lines.length, 1);
    assert.match(lines[0]!, /^12:67 inspection\.external\.token: refers to something that cannot be sent as a credential/);
    assert.ok(!lines[0]!.includes('lines-of-it'));
  });

  it('must exist, must be a reference, and is never repeated', () => {
    assert.deepEqual(problems(external('env:NOT_SET')), ['12:67 inspection.external.token: the environment variable NOT_SET is not set']);
    const literal = loadText(`${MINIMAL}inspection: { ${external(token)} }\n`);
    assert.ok(!literal.ok);
    assert.match(textLines(literal.error).join('\n'), /^12:67 inspection\.external\.token: must be a reference to a secret/);
    assert.ok(!JSON.stringify(literal.error).includes(token));
    const inUrl = loadText(`${MINIMAL}inspection: { external: { url: "https://me:${token}@d.example/" } }\n`);
    assert.ok(!inUrl.ok);
    assert.ok(!JSON.stringify(inUrl.error).includes(token));
  });
});

describe('the version', () => {
  const version = (more: string, route = '', terms = '') =>
    loadGood(MINIMAL.replace('candidates: [one/a]', `candidates: [one/a]${route}`) + more, {
      files: { [resolve('/etc/sekisho/terms.csv')]: { text: terms } },
    }).config.version;
  const usual = version('');

  it('changes with what is masked towards whom, and with every byte of a dictionary', () => {
    const others = [
      version('inspection: off\n'),
      version('inspection: { masking: [] }\n'),
      version('inspection: { masking: [{ towards: abroad, mask: [secret] }] }\n'),
      version('inspection: { masking: [{ towards: abroad, refuse: [secret] }] }\n'),
      version('inspection: { masking: [{ towards: abroad, allow: [] }] }\n'),
      version('', ', masking: [{ towards: abroad, mask: [email] }]'),
      version('inspection: { neverRestore: [] }\n'),
      ...['term\nPX-4711\n', 'term\nPX-4712\n'].map((text) => version('inspection: { dictionaries: [terms.csv] }\n', '', text)),
    ];
    assert.equal(new Set([usual, ...others]).size, others.length + 1);
  });

  it('stays where the file says in words what holds anyway', () => {
    assert.equal(version('inspection: {}\n'), usual);
    assert.equal(version('inspection: { masking: [{ towards: abroad }], neverRestore: [secret] }\n'), usual);
    assert.equal(version('', ', masking: [{ towards: abroad }]'), usual);
  });
});

describe('the pages', () => {
  const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

  it('the how-to lists every type in its group, and every level', () => {
    const page = read('docs/how-to/mask-what-must-not-leave.md');
    const namesBehind = (first: string): readonly string[] => {
      const row = page.split('\n').find((line) => line.startsWith(`| \`${first}\` |`));
      return [...(row ?? '').matchAll(/`([a-z0-9-]+)`/g)].map(([, name]) => name!).slice(1);
    };
    for (const group of TYPE_GROUPS) assert.deepEqual(namesBehind(group).toSorted(), selectTypes([group]).types.toSorted(), group);
    for (const level of DATA_LEVELS) assert.ok(page.includes(`\n| \`${level}\` |`), level);
  });

  it('the example names the defaults of what has one', () => {
    const example = new URL('../../examples/sekisho.config.yaml', import.meta.url);
    const env = { EXAMPLE_US_API_KEY: 'a', EXAMPLE_JP_API_KEY: 'b', EXAMPLE_EU_API_KEY: 'c', EXAMPLE_CLOUD_API_KEY: 'd' };
    const loaded = loadConfig(decodeURIComponent(example.pathname), { env });
    const bare = loadConfig('bare.yaml', {
      env,
      readFile: () => ({ bytes: Buffer.from(read('examples/sekisho.config.yaml').replace(/^inspection:\n(?: .*\n)+/m, '')), mode: 0o600 }),
    });
    assert.ok(loaded.ok && bare.ok);
    const [named, usual] = [loaded.value.config.inspection!, bare.value.config.inspection!];
    assert.deepEqual([named.internalDomains, usual.internalDomains], [['corp.example.jp'], []], 'the section was cut out');
    // Of these the example shows values of its own.
    const { internalDomains } = named;
    const { types, classes } = named.levels;
    assert.deepEqual(named, { ...usual, internalDomains, levels: { ...usual.levels, types, classes } });
  });
});
