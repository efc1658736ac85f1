import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { parseBaseUrl } from './base-url.ts';

const ACCEPTED: readonly (readonly [string, string, boolean])[] = [
  ['https://api.example.com/v1', 'https://api.example.com/v1', false],
  ['https://api.example.com/v1/', 'https://api.example.com/v1', false],
  ['https://api.example.com', 'https://api.example.com', false],
  ['HTTPS://API.Example.com:443/v1///', 'https://api.example.com/v1', false],
  ['https://例え.jp/v1', 'https://xn--r8jz45g.jp/v1', false],
  ['http://127.0.0.1:8000/v1', 'http://127.0.0.1:8000/v1', true],
  ['http://[::1]:8000/v1', 'http://[::1]:8000/v1', true],
  ['http://[::ffff:127.0.0.1]/v1', 'http://[::ffff:7f00:1]/v1', true],
  ['http://localhost/v1', 'http://localhost/v1', true],
  ['http://vllm:8000/v1', 'http://vllm:8000/v1', true],
  ['http://models.svc.cluster.local/v1', 'http://models.svc.cluster.local/v1', true],
  ['http://10.0.0.1/v1', 'http://10.0.0.1/v1', true],
  ['http://172.31.255.255/v1', 'http://172.31.255.255/v1', true],
  ['http://172.32.0.1/v1', 'http://172.32.0.1/v1', false],
  ['http://192.168.1.1/v1', 'http://192.168.1.1/v1', true],
  ['http://[fd12::1]/v1', 'http://[fd12::1]/v1', true],
  ['http://[2001:db8::1]/v1', 'http://[2001:db8::1]/v1', false],
  ['http://[::ffff:8.8.8.8]/v1', 'http://[::ffff:808:808]/v1', false],
  ['http://8.8.8.8/v1', 'http://8.8.8.8/v1', false],
  ['https://metadata.example.com/v1', 'https://metadata.example.com/v1', false],
];

for (const [text, url, privateNetwork] of ACCEPTED) {
  test(`accepts ${text} as ${url}, ${privateNetwork ? 'private' : 'public'}`, () => {
    const parsed = parseBaseUrl(text);
    assert.ok(parsed.ok, parsed.ok ? '' : parsed.error);
    assert.equal(parsed.value.url, url);
    assert.equal(parsed.value.privateNetwork, privateNetwork);
    assert.equal(parsed.value.plainHttp, url.startsWith('http:'));
  });
}

const REFUSED: readonly (readonly [string, RegExp])[] = [
  ['ftp://example.com', /https:\/\/ or http:\/\//],
  ['file:///etc/passwd', /https:\/\/ or http:\/\//],
  ['https:example.com', /https:\/\/ or http:\/\//],
  ['api.example.com/v1', /https:\/\/ or http:\/\//],
  ['https://', /valid URL/],
  ['https://exa mple.com', /white space/],
  ['https://example.com\\@evil.example/', /backslashes/],
  ['https://exam\u0000ple.com', /control characters/],
  ['https://user:password@example.com/v1', /user name or password/],
  ['https://user@example.com/v1', /user name or password/],
  ['https://@example.com/v1', /user name or password/],
  ['https://example.com/v1?key=1', /query/],
  ['https://example.com/v1?', /query/],
  ['https://example.com/v1#x', /fragment/],
  ['https://example.com/v1#', /fragment/],
  ...[
    'http://169.254.169.254/latest',
    'http://169.254.169.254./latest',
    'http://2852039166/latest',
    'http://0xa9fea9fe/latest',
    'http://0251.0376.0251.0376/latest',
    'http://169.254.43518/latest',
    'http://[::ffff:169.254.169.254]/latest',
    'http://[::ffff:a9fe:a9fe]/latest',
    'http://[::a9fe:a9fe]/latest',
    'http://[64:ff9b::a9fe:a9fe]/latest',
    'http://[2002:a9fe:a9fe::1]/latest',
    'http://１６９.254.169.254/latest',
    'http://169。254。169。254/latest',
    'http://[fe80::1]/v1',
    'http://[febf::1]/v1',
    'http://[fd00:ec2::254]/latest',
    'http://[fd00:0ec2:0:0:0:0:0:0254]/latest',
    'http://[fd20:ce::254]/latest',
    'http://0.0.0.0/v1',
    'http://0/v1',
    'http://0.1.2.3/v1',
    'http://[::]/v1',
    'http://[::ffff:0.0.0.0]/v1',
    'http://224.0.0.1/v1',
    'http://255.255.255.255/v1',
    'http://[ff02::1]/v1',
    'http://100.100.100.200/latest',
    'http://168.63.129.16/machine',
    'http://metadata.google.internal/computeMetadata',
    'http://METADATA.google.internal./computeMetadata',
    'http://metadata/computeMetadata',
    'http://metadata.goog/',
    'http://instance-data/latest',
  ].map((text): [string, RegExp] => [text, /instance-metadata/]),
];

for (const [text, reason] of REFUSED) {
  test(`refuses ${JSON.stringify(text)}`, () => {
    const parsed = parseBaseUrl(text);
    assert.ok(!parsed.ok, 'was accepted');
    assert.match(parsed.error, reason);
  });
}

test('refuses every link-local address in every way of writing it', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 0xffff }), fc.integer({ min: 0, max: 8 }), (low, form) => {
      const value = 0xa9fe0000 + low;
      const octets = [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256);
      const hex = `a9fe:${low.toString(16)}`;
      const hosts = [
        octets.join('.'),
        String(value),
        `0x${value.toString(16)}`,
        `0${value.toString(8)}`,
        octets.map((octet) => `0x${octet.toString(16)}`).join('.'),
        octets.map((octet) => `0${octet.toString(8)}`).join('.'),
        `[::ffff:${octets.join('.')}]`,
        `[::${hex}]`,
        `[64:ff9b::${hex}]`,
      ];
      assert.equal(parseBaseUrl(`https://${hosts[form]}/v1`).ok, false, hosts[form]);
    }),
  );
});

test('a reason never repeats the address', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[a-z0-9]{20}$/), fc.constantFrom('user:', 'user', ''), (secret, user) => {
      for (const text of [
        `https://${user}${secret}@example.com`,
        `https://example.com/v1?key=${secret}`,
        `${secret}://x`,
        `https://${secret} x`,
      ]) {
        const parsed = parseBaseUrl(text);
        assert.ok(!parsed.ok && !parsed.error.includes(secret));
      }
    }),
  );
});
