// What the section `inspection` and `masking` of routes may not say, and in which words the file is told so.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SENSITIVE_TYPES } from '#inspection';
import { MINIMAL, problemLines } from './test-files.ts';

/** MINIMAL is eleven lines long, so an `inspection` behind it begins in line 12. */
const problems = (members: string, more = '') => problemLines(`${MINIMAL}inspection: { ${members} }\n${more}`);

const NAMES = `must be one of \`all\`, \`identity\`, \`secret\`, \`operational\`, \`dictionary\`, ${SENSITIVE_TYPES.map((type) => `\`${type}\``).join(', ')}`;
const SELECTORS = `${NAMES}, or \`label:\` and a label of your dictionaries (lower-case letters, digits and hyphens)`;
const TYPES = `must be one of ${SENSITIVE_TYPES.map((type) => `\`${type}\``).join(', ')}`;
const LEVELS = 'must be one of `public`, `internal`, `confidential`, `restricted`';

interface Bad {
  readonly title: string;
  readonly members: string;
  readonly lines: readonly string[];
}

const BAD: readonly Bad[] = [
  {
    title: 'an unknown key',
    members: 'internalDomain: [a.example]',
    lines: ['12:15 inspection: unknown key `internalDomain`; did you mean `internalDomains`?'],
  },
  {
    title: 'unknown types, with what was probably meant',
    members: 'off: [emial], levels: { types: { my-numbr: internal } }',
    lines: [
      `12:21 inspection.off[0]: ${TYPES}; did you mean \`email\`?`,
      '12:48 inspection.levels.types: unknown key `my-numbr`; did you mean `my-number`?',
    ],
  },
  {
    title: 'unknown selectors and labels that are none',
    members: 'masking: [{ towards: abroad, mask: [secrets], refuse: ["label:Plant"], allow: [xxxxxxxx] }], neverRestore: [jwts]',
    lines: [
      `12:51 inspection.masking[0].mask[0]: ${SELECTORS}; did you mean \`secret\`?`,
      `12:70 inspection.masking[0].refuse[0]: ${SELECTORS}`,
      `12:94 inspection.masking[0].allow[0]: ${SELECTORS}`,
      `12:123 inspection.neverRestore[0]: ${NAMES}; did you mean \`jwt\`?`,
    ],
  },
  {
    title: 'rules towards nobody in particular',
    members: 'masking: [{ mask: [all] }, { towards: abrod }, { towards: { hostingCuntry: { allow: [US] } } }]',
    lines: [
      '12:25 inspection.masking[0].towards: is missing',
      '12:53 inspection.masking[1].towards: must be `everyone`, `abroad`, or demands on origins as in `constraints`; did you mean `abroad`?',
      '12:75 inspection.masking[2].towards: unknown key `hostingCuntry`; did you mean `hostingCountry`?',
    ],
  },
  {
    title: 'levels that are none, and labels that no dictionary can have',
    members:
      'levels: { types: { email: intern }, labels: { Plant: internal }, bulkFrom: 1, classes: { confidental: a } }, nonText: { secret: allow }',
    lines: [
      `12:41 inspection.levels.types.email: ${LEVELS}; did you mean \`internal\`?`,
      '12:61 inspection.levels.labels.Plant: must be a label of your dictionaries: lower-case letters, digits and hyphens',
      '12:90 inspection.levels.bulkFrom: must be at least 2',
      '12:104 inspection.levels.classes: unknown key `confidental`; did you mean `confidential`?',
      '12:135 inspection.nonText: unknown key `secret`; known here: public, internal, confidential, restricted',
    ],
  },
  {
    title: 'domains in capitals, and sizes out of bounds',
    members: 'internalDomains: [Corp.Example, "*.example"], maxText: 10, memory: 1MB',
    lines: [
      '12:33 inspection.internalDomains[0]: must be a domain in lower case',
      '12:47 inspection.internalDomains[1]: must be a domain in lower case',
      '12:70 inspection.maxText: must be between 1024 and 1073741824 bytes',
      '12:82 inspection.memory: must be between 1048576 and 1099511627776 bytes',
    ],
  },
  {
    title: 'choices of the external detector that are none',
    members: 'external: { url: "https://d.example", format: span, onFailure: passs, types: { PER: person-nme } }',
    lines: [
      '12:61 inspection.external.format: must be one of `spans`, `token-classification`; did you mean `spans`?',
      '12:78 inspection.external.onFailure: must be one of `refuse`, `pass`; did you mean `pass`?',
      `12:99 inspection.external.types.PER: ${TYPES}; did you mean \`person-name\`?`,
    ],
  },
  ...(
    [
      ['ftp://d.example/', 'must start with https:// or http://'],
      ['d.example', 'must start with https:// or http://'],
      ['https://d.example/#part', 'must not carry a fragment (`#…`)'],
      ['https://d.example/?key=a', 'must not carry a query (`?…`)'],
      ['https://me@d.example/', 'must not carry a user name or password; give the secret as `token: env:NAME`'],
      [
        'http://169.254.169.254/detect',
        'points at an unspecified, multicast, link-local or instance-metadata address, where no detector can be',
      ],
      [
        'http://d.example/detect',
        'is plain http to a host outside this machine and private networks; use https, or accept the risk with `allowPlainHttp: true`',
      ],
    ] as const
  ).map(([url, reason]) => ({
    title: `the external detector at ${url}`,
    members: `external: { url: "${url}" }`,
    lines: [`12:32 inspection.external.url: ${reason}`],
  })),
];

describe('refuses', () => {
  for (const { title, members, lines } of BAD) it(title, () => assert.deepEqual(problems(members), lines));

  it('labels among what is not restored, which would be restored all the same', () => {
    assert.deepEqual(problems('neverRestore: [secret, "label:plant"]'), [
      '12:38 inspection.neverRestore[1]: takes types and groups, and no labels; `dictionary-term` means the terms of all dictionaries',
    ]);
    assert.match(problems('neverRestore: [sceret]')[0] ?? '', /^12:30 inspection\.neverRestore\[0\]: .*; did you mean `secret`\?$/);
  });

  it('a dictionary that is not there', () => {
    assert.deepEqual(problems('dictionaries: [terms.csv]'), ['12:30 inspection.dictionaries[0]: names a file that does not exist']);
  });

  it('a level of a class that is not configured', () => {
    assert.deepEqual(problems('levels: { classes: { restricted: secret } }', 'dataClasses: { secrets: {} }\n'), [
      '12:48 inspection.levels.classes.restricted: unknown data class `secret`; did you mean `secrets`?',
    ]);
  });

  it('wrong rules of a route at their place', () => {
    const text = MINIMAL.replace('candidates: [one/a]', 'candidates: [one/a], masking: [{ towards: abroad, mask: [emial] }]');
    assert.deepEqual(problemLines(text), [`11:65 routes.r.masking[0].mask[0]: ${SELECTORS}; did you mean \`email\`?`]);
  });
});
