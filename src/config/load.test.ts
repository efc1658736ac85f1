import assert from 'node:assert/strict';
import test from 'node:test';
import { MINIMAL, problemLines } from './test-files.ts';

/** MINIMAL with one text in place of another, which must be there. */
function minimal(from: string, to: string): string {
  assert.ok(MINIMAL.includes(from), `MINIMAL has no ${from}`);
  return MINIMAL.replace(from, to);
}

const DEPLOYMENT = '{ model: m, wire: openai-chat }';
const NOT_A_REFERENCE =
  'must be a reference to a secret, and nothing else (the value is not shown here); write `env:NAME` (upper case) or `file:/path` and keep the secret there';
const IN_CLEAR =
  'holds a secret in clear (not shown here); take it out of this file, replace it at its issuer if others could read the file, and write a reference: `env:NAME` or `file:/path`';
const WIRES = '`openai-chat`, `openai-responses`, `openai-embeddings`, `anthropic-messages`, `nec-cotomi`';

interface Bad {
  readonly title: string;
  readonly text: string;
  /** Every problem, as line:column path: reason; suggestion. */
  readonly lines: readonly string[];
}

const BAD: readonly Bad[] = [
  {
    title: 'an unknown key in a provider, with a suggestion',
    text: minimal('baseUrl:', 'basUrl:'),
    lines: [
      '7:5 providers.one: unknown key `basUrl`; did you mean `baseUrl`?',
      '9:7 providers.one.deployments.a.baseUrl: is missing, here and in the provider; add the address of the API, such as `https://api.example.com/v1`',
    ],
  },
  {
    title: 'an unknown key at the top',
    text: `${MINIMAL}rotues: {}\n`,
    lines: ['12:1: unknown key `rotues`; did you mean `routes`?'],
  },
  {
    title: 'an unknown key that is like no other, with what is known there',
    text: minimal('{ origin: example.jp/log }', '{ origin: example.jp/log, colour: red }'),
    lines: ['2:35 ledger: unknown key `colour`; known here: origin, signingKey, checkpointIntervalMs'],
  },
  {
    title: 'a YAML merge key',
    text: minimal(DEPLOYMENT, '{ model: m, wire: openai-chat, <<: { streamUsage: false } }'),
    lines: [
      '9:41 providers.one.deployments.a: unknown key `<<`; YAML merge keys are not supported; values of a provider are the defaults of its deployments',
    ],
  },
  {
    title: 'missing sections',
    text: 'operator: { name: Example, homeCountry: JP }\n',
    lines: ['1:1 ledger: is missing', '1:1 providers: is missing', '1:1 routes: is missing'],
  },
  {
    title: 'missing keys, at the key of the part that lacks them',
    text: minimal(DEPLOYMENT, '{ model: m }').replace('    country: JP\n', ''),
    lines: ['4:3 providers.one.country: is missing', '8:7 providers.one.deployments.a.wire: is missing'],
  },
  {
    title: 'an empty value',
    text: `${MINIMAL}limits:\nserver:\n  workers:\n`,
    lines: [
      '12:1 limits: is empty; give it a value, or remove the key',
      '14:3 server.workers: is empty; give it a value, or remove the key',
    ],
  },
  {
    title: 'a list at the top',
    text: '- a\n- b\n',
    lines: ['1:1: must be a mapping of keys to values, not a list'],
  },
  {
    title: 'wrong types and bounds',
    text: `${MINIMAL}server:
  listen: 8787
  workers: 1.5
  shutdownDeadlineSeconds: -1
  logLevel: verbose
limits:
  maxConcurrentRequests: .inf
  maxConcurrentPerKey: '5'
  maxBody: 10
  maxBuffered: 5 apples
ledger2: 1
`,
    lines: [
      '13:11 server.listen: must be text, not a number',
      '14:12 server.workers: must be `auto` or a whole number from 1 to 256',
      '15:28 server.shutdownDeadlineSeconds: must be at least 0',
      '16:13 server.logLevel: must be one of `trace`, `debug`, `info`, `warn`, `error`, `fatal`',
      '18:26 limits.maxConcurrentRequests: must be a whole number, not an infinite number',
      '19:24 limits.maxConcurrentPerKey: must be a whole number, not text',
      '20:12 limits.maxBody: must be between 1024 and 1073741824 bytes',
      '21:16 limits.maxBuffered: must be a size such as `32MB`, `32MiB` or a whole number of bytes',
      '22:1: unknown key `ledger2`; did you mean `ledger`?',
    ],
  },
  {
    title: 'a size beyond the bounds',
    text: `${MINIMAL}limits: { maxBody: 2GB, maxBuffered: 1MB }\n`,
    lines: ['12:20 limits.maxBody: must be between 1024 and 1073741824 bytes'],
  },
  {
    title: 'a buffer smaller than a body',
    text: `${MINIMAL}limits: { maxBuffered: 1MB }\n`,
    lines: ['12:24 limits.maxBuffered: is 1000000 bytes, less than maxBody (32000000), so a body of the allowed size could never be taken'],
  },
  {
    title: 'a port that is none',
    text: `${MINIMAL}server: { listen: '127.0.0.1:99999' }\n`,
    lines: ['12:19 server.listen: must be `host:port`, such as `127.0.0.1:8787`, `0.0.0.0:8787` or `[::1]:8787`'],
  },
  {
    title: 'countries that are not codes',
    text: minimal('homeCountry: JP', 'homeCountry: jp').replace('    country: JP', '    country: EU'),
    lines: [
      '1:41 operator.homeCountry: must be an ISO 3166-1 alpha-2 country code in upper case, such as `JP`; did you mean `JP`?',
      '6:14 providers.one.country: must be an ISO 3166-1 alpha-2 country code in upper case, such as `JP`, or `unknown`; the European Union is not a country: name the member state, such as `FR` or `DE`',
    ],
  },
  {
    title: 'an unknown home country',
    text: minimal('homeCountry: JP', 'homeCountry: unknown'),
    lines: ['1:41 operator.homeCountry: must be an ISO 3166-1 alpha-2 country code in upper case, such as `JP`'],
  },
  {
    title: 'an unknown sector',
    text: minimal('homeCountry: JP }', 'homeCountry: JP, sector: railway }'),
    lines: [
      '1:53 operator.sector: must be one of `information-and-communication`, `finance`, `aviation`, `airports`, `railways`, `electric-power`, `gas`, `government`, `medical`, `water`, `logistics`, `chemical`, `credit-cards`, `petroleum`, `ports`; did you mean `railways`?',
    ],
  },
  {
    title: 'an unknown wire format',
    text: minimal('wire: openai-chat', 'wire: opena-chat'),
    lines: [`9:28 providers.one.deployments.a.wire: must be one of ${WIRES}; did you mean \`openai-chat\`?`],
  },
  {
    title: 'an unknown wire format in a list, at its entry, and one given twice',
    text: minimal(
      `a: ${DEPLOYMENT}`,
      `a: { model: m, wire: [openai-chat, openai-rsponses] }
      b: { model: m, wire: [openai-chat, openai-chat] }`,
    ),
    lines: [
      `9:42 providers.one.deployments.a.wire[1]: must be one of ${WIRES}; did you mean \`openai-responses\`?`,
      '10:22 providers.one.deployments.b.wire: names a wire format twice',
    ],
  },
  {
    title: 'names that cannot be used',
    text: minimal('      a:', '      A:').replace('  r: {', '  "two words": {'),
    lines: [
      '9:7 providers.one.deployments.A: is not a usable name; use 1 to 64 lower-case letters, digits, dots, hyphens and underscores, starting with a letter or digit',
      '11:3 routes.(key not shown): is not a usable route name; use 1 to 128 letters, digits and any of . _ : / @ + -, starting with a letter or digit',
      '11:31 routes.(key not shown).candidates[0]: unknown deployment `one/a`; did you mean `one/A`?',
    ],
  },
  {
    title: 'a key given twice',
    text: minimal('    country: JP\n', '    country: JP\n    country: US\n'),
    lines: ['7:5 providers.one.country: key `country` is already given in line 6; keep one of them'],
  },
  {
    title: 'a deployment given twice',
    text: minimal(`      a: ${DEPLOYMENT}\n`, `      a: ${DEPLOYMENT}\n      a: ${DEPLOYMENT}\n`),
    lines: ['10:7 providers.one.deployments.a: key `a` is already given in line 9; keep one of them'],
  },
  {
    title: 'a key that objects treat specially',
    text: minimal('  one:', '  __proto__:'),
    lines: [
      '3:1 providers: must have at least one entry',
      '4:3 providers.__proto__: is not a usable key',
      '11:21 routes.r.candidates[0]: unknown deployment `one/a`; there are `__proto__/a`',
    ],
  },
  {
    title: 'a route to unknown deployments, with a suggestion',
    text: minimal('[one/a]', '[one/a, one/b, other, "two words"]'),
    lines: [
      '11:28 routes.r.candidates[1]: unknown deployment `one/b`; did you mean `one/a`?',
      '11:35 routes.r.candidates[2]: unknown deployment `other`; there are `one/a`',
      '11:42 routes.r.candidates[3]: unknown deployment (not shown); there are `one/a`',
    ],
  },
  {
    title: 'a route that names a deployment twice, and one that names none',
    text: minimal('[one/a] }', '[one/a, one/a] }\n  s: { candidates: [] }'),
    lines: [
      '11:28 routes.r.candidates[1]: names a deployment for the second time; repeated attempts are `maxAttempts`',
      '12:8 routes.s.candidates: must have at least 1 entry',
    ],
  },
  {
    title: 'no providers and no routes',
    text: 'operator: { name: Example, homeCountry: JP }\nledger: { origin: example.jp/log }\nproviders: {}\nroutes: {}\n',
    lines: ['3:1 providers: must have at least one entry', '4:1 routes: must have at least one entry'],
  },
  {
    title: 'too many attempts, together with an unknown deployment in the same route',
    text: minimal('[one/a]', '[one/x], maxAttempts: 11'),
    lines: [
      '11:21 routes.r.candidates[0]: unknown deployment `one/x`; did you mean `one/a`?',
      '11:42 routes.r.maxAttempts: must be at most 10',
    ],
  },
  {
    title: 'plain http to a public host, once for all deployments that inherit it',
    text: minimal('https://one.example/v1', 'http://one.example/v1').replace(
      `a: ${DEPLOYMENT}`,
      `a: ${DEPLOYMENT}\n      b: ${DEPLOYMENT}`,
    ),
    lines: [
      '7:14 providers.one.baseUrl: is plain http to a host outside this machine and private networks; use https, or accept the risk with `allowPlainHttp: true`',
    ],
  },
  {
    title: 'a base URL with a password, and one at instance metadata',
    text: minimal('https://one.example/v1', 'https://me:pass@one.example/v1').replace(
      DEPLOYMENT,
      '{ model: m, wire: openai-chat, baseUrl: "http://169.254.169.254/v1" }',
    ),
    lines: [
      '7:14 providers.one.baseUrl: must not carry a user name or password; give the secret as `credential: env:NAME`',
      '9:50 providers.one.deployments.a.baseUrl: points at an unspecified, multicast, link-local or instance-metadata address, where no model can be',
    ],
  },
  {
    title: 'literal secrets in every field for secrets',
    text: `operator: { name: Example, homeCountry: JP }
database: { url: "postgres://host/db" }
identity: { pepper: pepper-in-clear }
ledger: { origin: example.jp/log, signingKey: key-in-clear }
providers:
  one:
    company: One
    country: JP
    baseUrl: https://one.example/v1
    credential: credential-in-clear
    headers: { X-Auth-Token: token-in-clear }
    deployments:
      a: { model: m, wire: openai-chat, credential: 12345, headers: { X-Trace: "env:lower-case" } }
routes:
  r: { candidates: [one/a] }
`,
    lines: [
      `2:18 database.url: ${NOT_A_REFERENCE}`,
      `3:21 identity.pepper: ${NOT_A_REFERENCE}`,
      `4:47 ledger.signingKey: ${NOT_A_REFERENCE}`,
      `10:17 providers.one.credential: ${NOT_A_REFERENCE}`,
      `11:30 providers.one.headers.X-Auth-Token: ${NOT_A_REFERENCE}`,
      `13:53 providers.one.deployments.a.credential: ${NOT_A_REFERENCE}`,
      `13:80 providers.one.deployments.a.headers.X-Trace: ${NOT_A_REFERENCE}`,
    ],
  },
  {
    title: 'a secret in a known format anywhere else',
    text: minimal('name: Example', `name: sk-proj-${'abcdefghij'.repeat(3)}`),
    lines: [`1:19 operator.name: ${IN_CLEAR}`],
  },
  {
    title: 'references to what is not there',
    text: minimal('baseUrl:', 'credential: env:NOT_SET\n    baseUrl:').replace(
      DEPLOYMENT,
      '{ model: m, wire: openai-chat, headers: { X-Token: "file:/nowhere/token" } }',
    ),
    lines: [
      '7:17 providers.one.credential: the environment variable NOT_SET is not set',
      '10:61 providers.one.deployments.a.headers.X-Token: the file /nowhere/token does not exist',
    ],
  },
  {
    title: 'authentication that does not fit the credential',
    text: minimal(
      `a: ${DEPLOYMENT}`,
      `a: { model: m, wire: openai-chat, authentication: bearer }
      b: { model: m, wire: openai-chat, authentication: none, credential: "env:KEY" }`,
    ),
    lines: [
      '9:57 providers.one.deployments.a.authentication: authentication `bearer` needs a `credential`, here or in the provider; add `credential: env:NAME`',
      '10:57 providers.one.deployments.b.authentication: is `none`, so the credential given beside it would never be sent; remove one of the two',
      '10:75 providers.one.deployments.b.credential: the environment variable KEY is not set',
    ],
  },
  {
    title: 'a credential that the provider’s authentication would never send',
    text: minimal('baseUrl:', 'authentication: none\n    baseUrl:').replace(
      DEPLOYMENT,
      '{ model: m, wire: openai-chat, credential: env:KEY }',
    ),
    lines: [
      '10:53 providers.one.deployments.a.credential: the environment variable KEY is not set',
      '10:53 providers.one.deployments.a.credential: would never be sent: the provider says `authentication: none`; set `authentication` here as well',
    ],
  },
  {
    title: 'a header name that is none',
    text: minimal(DEPLOYMENT, '{ model: m, wire: openai-chat, headers: { "bad name": x } }'),
    lines: ['9:52 providers.one.deployments.a.headers.(key not shown): is not a valid header name'],
  },
  {
    title: 'headers that the gateway sets, that repeat, or that cannot be sent',
    text: minimal(
      DEPLOYMENT,
      `
        model: m
        wire: openai-chat
        headers:
          Host: example.com
          X-One: " padded"
          x-one: again`,
    ),
    lines: [
      '13:17 providers.one.deployments.a.headers.Host: is a header that the gateway sets itself; leave it out',
      '14:18 providers.one.deployments.a.headers.X-One: must be visible ASCII characters, without space at the ends',
      '15:18 providers.one.deployments.a.headers.x-one: is the same header as one above; header names do not differ by case',
    ],
  },
  {
    title: 'a fixed header that would displace the credential',
    text: minimal('baseUrl:', 'headers: { Authorization: env:KEY }\n    baseUrl:').replace(
      DEPLOYMENT,
      '{ model: m, wire: openai-chat, authentication: bearer }',
    ),
    lines: [
      '7:31 providers.one.headers.Authorization: the environment variable KEY is not set',
      '7:31 providers.one.headers.Authorization: is the header that carries the credential (authentication `bearer`); remove it, or use `authentication: none`',
      '10:57 providers.one.deployments.a.authentication: authentication `bearer` needs a `credential`, here or in the provider; add `credential: env:NAME`',
    ],
  },
  {
    title: 'an end-user header that has a meaning of its own',
    text: `${MINIMAL}identity: { endUserHeader: Authorization }\n`,
    lines: ['12:28 identity.endUserHeader: is a header with a meaning of its own; choose another, such as `x-sekisho-end-user`'],
  },
  {
    title: 'a ledger origin with a scheme',
    text: minimal('origin: example.jp/log', 'origin: "https://example.jp/log"'),
    lines: ['2:19 ledger.origin: must be a URL without scheme and port, such as `example.jp/sekisho`'],
  },
  {
    title: 'checkpoints less often than every second',
    text: minimal('origin: example.jp/log', 'origin: example.jp/log, checkpointIntervalMs: 1001'),
    lines: ['2:57 ledger.checkpointIntervalMs: must be at most 1000'],
  },
  {
    title: 'prices in no currency, below zero, and missing',
    text: minimal(DEPLOYMENT, '{ model: m, wire: openai-chat, price: { currency: YEN, inputPerMillionTokens: -1 } }'),
    lines: [
      '9:41 providers.one.deployments.a.price.outputPerMillionTokens: is missing',
      '9:60 providers.one.deployments.a.price.currency: must be an ISO 4217 currency code, such as `JPY`',
      '9:88 providers.one.deployments.a.price.inputPerMillionTokens: must be at least 0',
    ],
  },
  {
    title: 'a database that is neither embedded nor a mapping',
    text: `${MINIMAL}database: embeded\n`,
    lines: ['12:11 database: must be `embedded`, or a mapping with `url: env:NAME` or `url: file:/path`'],
  },
  {
    title: 'an unknown key in the database mapping',
    text: `${MINIMAL}database:\n  ulr: env:DATABASE_URL\n`,
    lines: ['12:1 database.url: is missing', '13:3 database: unknown key `ulr`; did you mean `url`?'],
  },
  {
    title: 'a model name with a control character',
    text: minimal('model: m,', 'model: "m\\x1b[2J",'),
    lines: ['9:19 providers.one.deployments.a.model: must be a single line without control characters'],
  },
];

for (const { title, text, lines } of BAD) {
  test(`refuses ${title}`, () => assert.deepEqual(problemLines(text), lines));
}
