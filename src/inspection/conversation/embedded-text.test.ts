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

test('pictures, documents, and bytes that are no UTF-8 are no text', () => {
  assert.equal(embeddedText('data:image/png;base64,iVBORw0KGgo=', undefined), undefined);
  assert.equal(embeddedText('JVBERi0xLjQ=', 'application/pdf'), undefined);
  assert.equal(embeddedText(Buffer.from([0xff, 0xfe]).toString('base64'), 'text/plain'), undefined);
  assert.equal(embeddedText('not base64!', 'text/plain'), undefined);
  assert.equal(embeddedText('data:text/plain,%E0%A4%A', undefined), undefined);
});
