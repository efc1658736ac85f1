import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { hasBase62Crc32 } from './checksum.ts';
import { sourceOf } from './form.ts';
import { NAMED_RULES } from './named-keys.ts';
import { reportsIn, secretsIn, valuesIn } from './test-scan.ts';
import { KEY_RULES } from './vendor-keys.ts';

const rulesIn = (text: string, hint = '') => secretsIn(text, hint).map(({ rule }) => rule);

test('there are rules for more than two hundred kinds of keys, each with an id of its own and a trigger in lower case', () => {
  assert.ok(KEY_RULES.length > 200, `${KEY_RULES.length} rules`);
  for (const rules of [KEY_RULES, NAMED_RULES]) assert.equal(new Set(rules.map(({ id }) => id)).size, rules.length);
  for (const { trigger } of KEY_RULES) {
    assert.equal(trigger, trigger.toLowerCase());
    assert.ok(trigger.length >= 2, trigger);
  }
});

test('what has the form of a key is reported by the rule of that form, whole', () => {
  for (const { id, form, near } of KEY_RULES) {
    const keys = fc.stringMatching(new RegExp(`^(?:${sourceOf(form)})$`));
    fc.assert(
      fc.property(keys, (key) => {
        const text = `// ${near[0] ?? 'settings'}\nconnect('${key}');\n`;
        const found = reportsIn(text).filter(({ rule }) => rule === `vendor-key.${id}`);
        assert.deepEqual([...new Set(found.map(({ value }) => value))], [key], id);
      }),
      { numRuns: 4, seed: 1 },
    );
  }
});

test('a value in the form of a vendor is a key where the vendor is named, and nothing elsewhere', () => {
  const value = '0f8c1d2e3b4a59687706f5e4d3c2b1a0';
  for (const text of [`TWILIO_AUTH_TOKEN=${value}`, `twilio: { token: "x" }, twilioToken: "${value}"`, `"datadog_api_key": "${value}"`])
    assert.deepEqual(valuesIn(text), [value], text);
  assert.deepEqual(rulesIn(value, 'line_channel_secret'), ['named-key.line-channel-secret']);
  for (const text of [`etag: "${value}"`, `md5 ${value}`, `twilio is a company. ${value}`, `sentry_commit: ${value}`])
    assert.deepEqual(valuesIn(text), [], text);
});

test('right check digits make a GitHub token surer, wrong ones do not hide it', () => {
  // The token of GitHub's own documentation of secret scanning cannot be used; this one was made with its rule.
  const right = ['ghp_', '0123abcdEFGH4567ijklMNOP89qrst0aJgEd'].join('');
  const body = right.slice(4, 34);
  const checked = `ghp_${body}${checkDigitsOf(body)}`;
  assert.ok(hasBase62Crc32(checked));
  assert.ok(!hasBase62Crc32(right));
  const [sure] = secretsIn(`token ${checked}`);
  const [less] = secretsIn(`token ${right}`);
  assert.ok(sure!.confidence > less!.confidence && less!.confidence >= 0.5);
});

/** CRC-32 bit by bit, against the table that node:zlib uses. */
function checkDigitsOf(body: string): string {
  let crc = 0xffffffff;
  for (const byte of Buffer.from(body)) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
  let value = (crc ^ 0xffffffff) >>> 0;
  let text = '';
  for (let at = 0; at < 6; at++) {
    text = digits[value % 62]! + text;
    value = Math.floor(value / 62);
  }
  return text;
}

test('keys of Sekisho itself are found', () => {
  const key = ['sk_0h3k5m7n9p2r4t6w_', 'AbC123dEf456GhI789jKl012MnO345pQr678StU90_-'].join('');
  assert.deepEqual(rulesIn(`curl -H "X-Key: ${key}"`), ['vendor-key.sekisho-key']);
});

test('keys of documentation and fillers are reported, but not surely enough to be acted upon', () => {
  for (const key of [['AKIA', 'IOSFODNN7EXAMPLE'].join(''), `ghp_${'x'.repeat(36)}`, `sk_live_${'0'.repeat(24)}`]) {
    const reports = reportsIn(`key: ${key}`).filter(({ rule }) => rule.startsWith('vendor-key.'));
    assert.ok(reports.length > 0, key);
    assert.deepEqual(valuesIn(`see ${key}`), [], key);
  }
});

test('a key inside a longer word is none, behind an escape it is', () => {
  const key = ['ghp_', 'wWPw5k4aXcaT4fNP0UcnZwJUVFk6LO0pINUx'].join('');
  for (const text of [`x${key}`, `${key}Z`, `4${key}`]) assert.deepEqual(valuesIn(text), [], text);
  for (const text of [`{"a":"x\\n${key}\\n"}`, `a%3D${key}`, `鍵は${key}です`, `https://${key}:x-oauth-basic@github.com/`])
    assert.ok(
      secretsIn(text).some(({ value }) => value.includes(key)),
      text,
    );
});

test('the secret half of an AWS key is found beside its id', () => {
  const secret = 'aD8Hchl4f1BrbfgFvwEBVRZ0oCXrifESaC3B0a03';
  const id = ['AKIA', '5FLZVX4OPVKKVBMX'].join('');
  assert.deepEqual(valuesIn(`${id},${secret}\n`), [id, secret]);
  assert.deepEqual(valuesIn(`commit ${'0a1b2c3d4e'.repeat(4)}`), []);
});

test('webhooks, bots and signed URLs are secrets by their form', () => {
  for (const text of [
    'https://hooks.slack.com/services/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',
    'https://discord.com/api/webhooks/123456789012345678/a8F3kd92LsmQ0zX7a8F3kd92LsmQ0zX7a8F3kd92LsmQ0zX7a8F3kd92LsmQ0zX7abcd',
    'https://api.telegram.org/bot1234567890:AAF3kd92LsmQ0zX7a8F3kd92LsmQ0zX7a8F/getMe',
    'https://a.blob.core.windows.net/c?sv=2022-11-02&se=2030-01-01&sig=a8F3kd92LsmQ0zX7a8F3kd92LsmQ0zX7a8F3kd92Lsk%3D',
  ])
    assert.equal(secretsIn(text).length, 1, text);
});
