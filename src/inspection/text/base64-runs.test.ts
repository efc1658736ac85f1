import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { base64Budget, base64RunsIn } from './base64-runs.ts';

const runsIn = (text: string) => base64RunsIn(text, base64Budget());
const READABLE = fc.string({
  unit: fc.constantFrom('a', 'bc', ' ', 'XYZ', '01', '@', '.', '\n', '?', '>', '~', 'é', '佐藤'),
  minLength: 4,
  maxLength: 80,
});

test('a text in base64 is found, in either alphabet, and all of it', () => {
  fc.assert(
    fc.property(READABLE, fc.constantFrom<BufferEncoding>('base64', 'base64url'), (text, alphabet) => {
      const encoded = Buffer.from(text).toString(alphabet);
      fc.pre(encoded.replace(/=+$/, '').length >= 16);
      const around = `key: "${encoded}", `;
      assert.deepEqual(runsIn(around), [{ start: 6, end: 6 + encoded.length, decoded: text }]);
    }),
  );
});

test('behind a path or an option, in lines as mail has them, and as PowerShell takes it', () => {
  const text = 'From: taro.tanaka@example.co.jp to all who read this: the pump stands still since the night. '.repeat(3);
  const encoded = Buffer.from(text).toString('base64');
  assert.equal(runsIn(`/v1/verify/${Buffer.from(text.slice(0, 33)).toString('base64url')}`)[0]?.decoded, text.slice(0, 33));
  const mail = `Content-Transfer-Encoding: base64\r\n\r\n${encoded.replaceAll(/(.{76})/g, '$1\r\n')}\r\n--x`;
  assert.deepEqual(
    runsIn(mail).map(({ decoded }) => decoded),
    [text],
  );
  const wide = Buffer.from(text, 'utf16le').toString('base64');
  assert.equal(runsIn(`powershell -enc ${wide}`)[0]?.decoded, text);
});

test('a piece that begins in the midst of a run is read', () => {
  const encoded = Buffer.from('佐藤健一 <k.sato@example.co.jp>, '.repeat(4)).toString('base64');
  for (let cut = 0; cut < 8; cut++) assert.match(runsIn(encoded.slice(cut))[0]?.decoded ?? '', /k\.sato@example\.co\.jp/, `${cut}`);
});

test('words, hashes, keys and pictures are no text', () => {
  const others = [
    'createConversationInspector useEffectCallbackReference src/inspection/text/subject',
    'd41d8cd98f00b204e9800998ecf8427e e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
    'sha512-q1MBXW5qTHZMK2VBcIsHGFkvRmMSR3C5iJ1F3pQhSq6Fs4tYg3vV4YgJ0n0cQYw8w1o0n6YzZx8w3yJz2y0fXw==',
    '01934567-89ab-7cde-8f01-23456789abcd 20261124135823199350001',
  ];
  for (const text of others) assert.deepEqual(runsIn(text), [], text);
});

test('a line of a block that is no text is none', () => {
  const noise = Buffer.from(Array.from({ length: 480 }, (_, index) => (index * 151) % 256));
  const text = Buffer.from('http://crl.example.com/a-revocation-list.crl ok.');
  const block = Buffer.concat([noise.subarray(0, 96), text, noise.subarray(96)]).toString('base64');
  assert.equal(runsIn(text.toString('base64')).length, 1);
  assert.deepEqual(runsIn(block.replaceAll(/(.{64})/g, '$1\n')), []);
});

test('never more than 64 KB is decoded of one text, and 256 runs', () => {
  const budget = base64Budget();
  const line = `${Buffer.from('readable text, line by line').toString('base64')} `;
  assert.equal(base64RunsIn(line.repeat(400), budget).length, 256);
  const big = base64RunsIn(Buffer.from('readable '.repeat(20_000)).toString('base64'), base64Budget());
  assert.equal(big[0]?.decoded.length, 65_536);
});

test('hostile texts take linear time', () => {
  for (const unit of [
    'QWxhZGRpbjpvcGVuIHNlc2FtZQ',
    'YWFhYWFhYWFhYWFh/////////',
    'YWFhYWFhYWFhYWFh ',
    'YWFhYWFhYWFhYWFh/',
    `${'YWFh'.repeat(19)}\n`,
    'a/'.repeat(8),
  ]) {
    const text = unit.repeat(100_000 / unit.length);
    const start = performance.now();
    runsIn(text);
    const taken = performance.now() - start;
    assert.ok(taken < 2500, `${unit.slice(0, 10)}: ${taken} ms`);
  }
});
