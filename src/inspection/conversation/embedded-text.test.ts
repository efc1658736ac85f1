import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { dataUrlType, embeddedText } from './embedded-text.ts';

test('a text file in a data URL is read and written back', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.constantFrom('text/plain', 'text/csv', 'application/json'), (text, type) => {
      const url = `data:${type};charset=utf-8;base64,${Buffer.from(text).toString('base64')}`;
      const embedded = embeddedText(url, undefined)!;
      assert.equal(embedded.text, text);
      assert.equal(embedded.encode(text), url);
      assert.equal(dataUrlType(url), type);
    }),
  );
});

test('base64 beside a media type of text is read, and in its own alphabet', () => {
  const encoded = Buffer.from('田中太郎??>>').toString('base64url');
  const embedded = embeddedText(encoded, 'text/plain')!;
  assert.equal(embedded.text, '田中太郎??>>');
  assert.equal(embedded.encode(embedded.text), encoded);
});

test('percent-encoded text is read', () => {
  assert.equal(embeddedText('data:,hello%20world', undefined)!.text, 'hello world');
});

/** Bytes of what SAYS says, as other programs write them; there is no encoder to make them here. */
const JAPANESE: readonly (readonly [charset: string, bytes: string])[] = [
  ['shift_jis', '8db293a18c9288ea2c837d8343836983938366815b0d0a'],
  ['euc-jp', 'bab4c6a3b7f2b0ec2ca5dea5a4a5caa5f3a5c7a1bc0d0a'],
  ['iso-2022-jp', '1b24423a3446233772306c1b28422c1b2442255e2524254a25732547213c1b28420d0a'],
];
const SAYS = '佐藤健一,マイナンデー\r\n';

test('Japanese charsets are read, declared or not, and what is changed is written as UTF-8', () => {
  for (const [charset, hex] of JAPANESE) {
    const bytes = Buffer.from(hex, 'hex').toString('base64');
    for (const head of ['data:text/csv;base64,', `data:text/csv;charset=${charset};base64,`, 'data:text/csv;charset=utf-8;base64,']) {
      const embedded = embeddedText(head + bytes, undefined);
      assert.equal(embedded?.text, SAYS, `${charset}: ${head}`);
      assert.equal(embedded.encode(SAYS), head + bytes);
      assert.equal(embedded.encode('甲'), `data:text/csv;charset=utf-8;base64,${Buffer.from('甲').toString('base64')}`);
    }
    assert.equal(embeddedText(bytes, 'text/csv')?.text, SAYS);
    assert.equal(embeddedText(bytes, `text/csv; charset=${charset}`)?.text, SAYS);
  }
  assert.equal(embeddedText('data:,%8d%b2%93%a1%8c%92%88%ea', undefined)?.encode('x'), 'data:text/plain;charset=utf-8,x');
});

test('UTF-16 is read where it is declared or marked', () => {
  const wide = Buffer.from('田中太郎 taro', 'utf16le');
  assert.equal(embeddedText(`data:text/plain;charset=utf-16le;base64,${wide.toString('base64')}`, undefined)?.text, '田中太郎 taro');
  const marked = Buffer.concat([Buffer.from([0xff, 0xfe]), wide]);
  assert.equal(embeddedText(marked.toString('base64'), 'text/plain')?.text, '\ufeff田中太郎 taro');
  assert.equal(embeddedText(marked.swap16().toString('base64'), 'text/plain')?.text, '\ufeff田中太郎 taro');
  assert.equal(embeddedText(wide.toString('base64'), 'text/plain'), undefined);
});

test('a file of half-width kana, as banks have them, is Shift_JIS', () => {
  const kana = Buffer.from('bbc4b320b9ddb2c12cbbc4b32cc0dbb3', 'hex').toString('base64');
  assert.equal(embeddedText(kana, 'text/csv')?.text, 'ｻﾄｳ ｹﾝｲﾁ,ｻﾄｳ,ﾀﾛｳ');
});

test('colours of a terminal do not keep a log from being read', () => {
  const log = Buffer.from('\u001b[32mok\u001b[0m 10.20.30.40').toString('base64');
  assert.equal(embeddedText(log, 'text/plain')?.text, '\u001b[32mok\u001b[0m 10.20.30.40');
});

test('pictures, documents, and bytes that no charset explains are no text', () => {
  assert.equal(embeddedText('data:image/png;base64,iVBORw0KGgo=', undefined), undefined);
  assert.equal(embeddedText('JVBERi0xLjQ=', 'application/pdf'), undefined);
  for (const hex of [
    '80ff00fe',
    '6100620063',
    '61ff62fe63',
    '1b24427f7f1b2842',
    'e96c61e87665',
    '697492732064f66e6572204dfc6c6c657220536f7265f12c',
    '4d5a90000300',
  ])
    assert.equal(embeddedText(Buffer.from(hex, 'hex').toString('base64'), 'text/plain'), undefined, hex);
  assert.equal(embeddedText('not base64!', 'text/plain'), undefined);
  assert.equal(embeddedText('data:text/plain,%E0%A4%A', undefined), undefined);
});

test('any bytes are text that is written back as it was, or no text', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), fc.constantFrom('', ';charset=shift_jis', ';charset=x;foo="b"'), (bytes, parameters) => {
      const url = `data:text/plain${parameters};base64,${Buffer.from(bytes).toString('base64')}`;
      const embedded = embeddedText(url, undefined);
      if (embedded !== undefined) assert.equal(embedded.encode(embedded.text), url);
    }),
  );
});
