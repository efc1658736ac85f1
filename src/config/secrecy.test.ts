// The law of this folder: no secret leaves it in a message, a warning, the version or an exception, however wrong the file is.
import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import test from 'node:test';
import fc from 'fast-check';
import { FULL, FULL_AROUND, loadText, MINIMAL, TEST_SIGNING_KEY, textLines } from './test-files.ts';

/** Everything that loading says to people. */
function said(text: string, around: Parameters<typeof loadText>[1] = {}): string {
  const loaded = loadText(text, around);
  return loaded.ok ? textLines(loaded.value.warnings).join('\n') + loaded.value.config.version : JSON.stringify(loaded.error);
}

/** Secrets without a telling format: only their place says what they are. */
const anonymous = fc.stringMatching(/^[A-Za-z0-9!$%()*+.;<=>?@^_~-]{20,40}$/);

/** Places for secrets, each with the value still to be put in. */
const PLACES: readonly ((value: string) => object)[] = [
  (value) => ({ ...FULL, database: { url: value } }),
  (value) => ({ ...FULL, database: value }),
  (value) => ({ ...FULL, database: { url: { nested: value } } }),
  (value) => ({ ...FULL, identity: { pepper: value } }),
  (value) => ({ ...FULL, identity: { pepper: [value] } }),
  (value) => ({ ...FULL, inspection: { external: { url: 'https://detector.example', token: value } } }),
  (value) => ({ ...FULL, inspection: { external: { url: 'https://detector.example', token: `Bearer ${value}` } } }),
  (value) => ({ ...FULL, inspection: { external: { url: `https://user:${value}@detector.example` } } }),
  (value) => ({ ...FULL, access: { ...FULL.access, webhooks: { openai: value } } }),
  (value) => ({ ...FULL, access: { oidc: { corp: { ...FULL.access.oidc.corp, clientSecret: value } } } }),
  (value) => ({ ...FULL, access: { oidc: { corp: { ...FULL.access.oidc.corp, issuer: `https://user:${value}@login.example` } } } }),
  (value) => ({ ...FULL, access: { publicUrl: `https://user:${value}@sekisho.example` } }),
  (value) => ({ ...FULL, ledger: { origin: 'example.jp/log', signingKey: value } }),
  (value) => ({ ...FULL, providers: { one: { ...FULL.providers.one, credential: value } } }),
  (value) => ({ ...FULL, providers: { one: { ...FULL.providers.one, credential: { [value]: value } } } }),
  (value) => ({ ...FULL, providers: { one: { ...FULL.providers.one, headers: { Authorization: `Bearer ${value}`, 'X-Key': value } } } }),
  (value) => ({ ...FULL, providers: { one: { ...FULL.providers.one, baseUrl: `https://user:${value}@one.example/v1` } } }),
  (value) => ({ ...FULL, providers: { one: { ...FULL.providers.one, baseUrl: `https://one.example/v1?key=${value}` } } }),
  (value) => ({
    ...FULL,
    providers: { one: { ...FULL.providers.one, deployments: { a: { model: 'm', wire: 'openai-chat', credential: `env:${value}!` } } } },
  }),
];

test('a secret in clear in a place for references is refused and never repeated', () => {
  fc.assert(
    fc.property(anonymous, fc.nat({ max: PLACES.length - 1 }), fc.boolean(), (secret, place, asJson) => {
      const file = PLACES[place]?.(secret) ?? {};
      const text = asJson ? JSON.stringify(file) : JSON.stringify(file, null, 2);
      const loaded = loadText(text, FULL_AROUND);
      assert.equal(loaded.ok, false, `place ${place} accepted a literal`);
      assert.ok(!said(text, FULL_AROUND).includes(secret), `place ${place} repeated it`);
    }),
  );
});

const formatted = fc
  .tuple(fc.constantFrom('sk-', 'sk-proj-', 'sk-ant-api03-', 'sk_live_', 'rk_'), fc.stringMatching(/^[A-Za-z0-9]{24,48}$/))
  .map(([prefix, rest]) => prefix + rest);

test('a secret in a known format is refused and never repeated, wherever it was pasted', () => {
  fc.assert(
    fc.property(formatted, fc.nat({ max: MINIMAL.length }), fc.constantFrom('', ' ', '"', ': ', '\n  '), (secret, at, glue) => {
      const text = MINIMAL.slice(0, at) + glue + secret + glue + MINIMAL.slice(at);
      const loaded = loadText(text);
      // Glued to a word it is no longer in that format; it may pass as part of a name, and still is not repeated.
      if (glue !== '') assert.equal(loaded.ok, false, text);
      assert.ok(!said(text).includes(secret), text);
    }),
    { numRuns: 400 },
  );
});

test('a secret that stands as the name of a provider is not offered as a suggestion', () => {
  const secret = `sk-proj-${'a1b2c3d4'.repeat(4)}`;
  const text = MINIMAL.replace('  one:', `  ${secret}:`);
  assert.ok(said(text).includes('unknown deployment `one/a`'));
  assert.ok(!said(text).includes(secret));
});

test('a secret in clear is not repeated by messages about YAML that does not parse', () => {
  fc.assert(
    fc.property(
      anonymous,
      fc.constantFrom('"', "'", ': ', '\t', '\n', '{', '[', '|', '!', '*', '&', '- ', '\n---\n', '%'),
      (secret, noise) => {
        const broken = MINIMAL.replace('baseUrl:', `credential: ${noise}${secret}${noise}\n    credential${noise}${secret}\n    baseUrl:`);
        assert.ok(!said(broken).includes(secret), broken);
      },
    ),
  );
});

test('a resolved secret is in no message, no warning and not in the version, whether the file is good or bad', () => {
  const secret = fc.stringMatching(/^[A-Za-z0-9]{32,40}$/);
  fc.assert(
    fc.property(secret, fc.constantFrom('', ' ', '\n', 'ü'), fc.boolean(), (value, spoiler, bad) => {
      const env = {
        DATABASE_URL: `${spoiler}postgres://user:${value}@db/x`,
        PEPPER: value,
        ONE_KEY: value + spoiler,
        B_KEY: spoiler + value,
        TRACE: value + spoiler + value,
        DETECTOR_TOKEN: spoiler + value,
        OIDC_SECRET: spoiler + value,
        WEBHOOK_SECRET: spoiler + value,
      };
      const files = { [resolve('/etc/sekisho/ledger.pem')]: { text: `${TEST_SIGNING_KEY.slice(0, 40)}${value}`, mode: 0o644 } };
      const text = JSON.stringify(bad ? { ...FULL, server: { listen: 1 } } : FULL);
      const everything = said(text, { env, files });
      assert.ok(!everything.includes(value));
    }),
  );
});
