import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { deflateSync } from 'node:zlib';
import { createPdfReader, type PdfProblem, type PdfReader, type PdfReaderOptions } from './pdf-text.ts';
import { bombOf, HELVETICA, japanesePdf, linesOf, pagesOf, pdfOf, shown, streamOf } from './pdfs-testing.ts';

const LIMITS = { timeoutMs: 20_000, maxBytes: 20_000_000, maxPages: 200, maxCharacters: 100_000, workers: 1 };
const readers: PdfReader[] = [];
function reader(limits: Partial<PdfReaderOptions> = {}): PdfReader {
  const made = createPdfReader({ ...LIMITS, ...limits });
  readers.push(made);
  return made;
}
after(async () => {
  await Promise.all(readers.map((each) => each.close()));
});

const common = reader();
async function textOf(pdf: Buffer): Promise<string> {
  const outcome = await common.read(pdf);
  assert.ok(outcome.ok, JSON.stringify(outcome));
  return outcome.value.text;
}
async function problemOf(pdf: Buffer, from: PdfReader = common): Promise<PdfProblem> {
  const outcome = await from.read(pdf);
  assert.ok(!outcome.ok, 'it was read');
  return outcome.error;
}
const letter = pagesOf({ contents: [linesOf(['Dear Taro', 'call 090-1234-5678'])] });

describe('the text of a PDF', () => {
  test('comes line by line and page by page, and the bytes stay the caller’s', async () => {
    const pdf = pagesOf({ contents: [linesOf(['one', 'two']), linesOf(['three'])] });
    const before = Buffer.from(pdf);
    assert.deepEqual(await common.read(pdf), { ok: true, value: { text: 'one\ntwo\n\nthree', pages: 2 } });
    assert.deepEqual(pdf, before);
  });

  test('is Japanese by the map that a font carries', async () => {
    const toUnicode = { '0001': '山', '0002': '田', '0003': '様', '0004': '𠮷' };
    for (const ordering of ['Identity', 'Japan1'])
      assert.equal(await textOf(japanesePdf('0001000200030004', { encoding: 'Identity-H', ordering, toUnicode })), '山田様𠮷');
  });

  test('is Japanese by the predefined maps', async () => {
    const named = (encoding: string, hex: string) => textOf(japanesePdf(hex, { encoding, ordering: 'Japan1' }));
    // 山田 in Shift_JIS, EUC-JP, JIS X 0208 and UTF-16.
    assert.equal(await named('90ms-RKSJ-H', '8e529363'), '山田');
    assert.equal(await named('EUC-H', 'bbb3c5c4'), '山田');
    assert.equal(await named('H', '3b334544'), '山田');
    assert.equal(await named('UniJIS-UTF16-H', '5c717530'), '山田');
    assert.equal(await named('UniJIS-UCS2-H', '5c717530'), '山田');
    // Glyphs of Adobe-Japan1 by number: 34 is A, 843 is あ.
    assert.equal(await named('Identity-H', '0022034b'), 'Aあ');
  });

  test('holds what is filled into forms, and notes', async () => {
    const pdf = pagesOf({
      contents: [linesOf(['Application'])],
      more: [
        '<< /Type /Annot /Subtype /Widget /FT /Tx /T (applicant) /V (Hanako Suzuki) /Rect [0 0 100 20] >>',
        '<< /Type /Annot /Subtype /FreeText /Contents (urgent) /Rect [0 0 100 20] /DA (/F1 0 Tf) >>',
        '<< /Type /Annot /Subtype /Widget /FT /Tx /T (empty) /V () /Rect [0 0 100 20] >>',
      ],
      page: '/Annots [4 0 R 5 0 R 6 0 R]',
    });
    assert.equal(await textOf(pdf), 'Application\nurgent\napplicant: Hanako Suzuki');
  });

  test('holds text that is drawn invisibly, as scanners add it', async () => {
    assert.equal(await textOf(pagesOf({ contents: [streamOf('BT /F1 10 Tf 3 Tr 72 700 Td (recognised) Tj ET')] })), 'recognised');
  });

  test('is read as far as a damaged table of objects allows', async () => {
    const damaged = Buffer.from(letter.toString('latin1').replace(/startxref\n\d+/, 'startxref\n7'), 'latin1');
    assert.equal(await textOf(damaged), 'Dear Taro\ncall 090-1234-5678');
  });

  test('holds no control character', async () => {
    const text = await textOf(pagesOf({ contents: [shown([`(${'plain '.repeat(20)}\\000\\001)`])] }));
    assert.match(text, /^plain plain/);
    assert.doesNotMatch(text, /[^\P{Cc}\n\t]/u);
  });
});

describe('a PDF without text that could be trusted', () => {
  test('is no-text where it holds pictures only, or nothing', async () => {
    assert.equal((await problemOf(pagesOf({ contents: [streamOf('q 1 0 0 1 0 0 cm Q')] }))).kind, 'no-text');
    assert.equal((await problemOf(pdfOf(['<< /Type /Catalog /Pages 2 0 R >>', '<< /Type /Pages /Kids [] /Count 0 >>']))).kind, 'no-text');
  });

  test('is unreadable where glyph numbers stand in place of characters', async () => {
    // As many fonts number them: the code of ASCII less 29. The second comes out as letters only.
    for (const word of ['Hello 2026', 'suzuki']) {
      const hex = Array.from(Buffer.from(word), (code) => (code - 29).toString(16).padStart(4, '0')).join('');
      const problem = await problemOf(japanesePdf(hex, { encoding: 'Identity-H', ordering: 'Identity' }));
      assert.equal(problem.kind, 'unreadable');
      assert.match(problem.detail, /glyphs/);
    }
  });

  test('is unreadable where it needs a map that is not here, which is named', async () => {
    const problem = await problemOf(japanesePdf('0001', { encoding: 'GBK-EUC-H', ordering: 'GB1' }));
    assert.equal(problem.kind, 'unreadable');
    assert.match(problem.detail, /GBK-EUC-H/);
  });

  test('is encrypted where it asks for a password', async () => {
    const key = '00'.repeat(32);
    const trailer = `/Encrypt << /Filter /Standard /V 1 /R 2 /O <${key}> /U <${key}> /P -4 >> /ID [<00> <00>]`;
    assert.equal((await problemOf(pagesOf({ contents: [linesOf(['secret'])], trailer }))).kind, 'encrypted');
  });

  test('is unreadable where it is cut off, or no PDF', async () => {
    const pdf = pagesOf({ contents: Array.from({ length: 10 }, () => linesOf(['x'.repeat(80)])) });
    for (const bytes of [pdf.subarray(0, pdf.length >> 1), Buffer.from('hello'), Buffer.alloc(0)])
      assert.equal((await problemOf(bytes)).kind, 'unreadable');
  });
});

describe('a hostile PDF', () => {
  test('is too large by its bytes, its pages and its characters', async () => {
    const small = reader({ maxBytes: 10_000, maxPages: 3, maxCharacters: 100 });
    assert.equal((await problemOf(Buffer.alloc(10_001), small)).kind, 'too-large');
    assert.match((await problemOf(pagesOf({ contents: Array.from({ length: 4 }, () => linesOf(['x'])) }), small)).detail, /4 pages/);
    assert.match((await problemOf(pagesOf({ contents: [linesOf(['x'.repeat(101)])] }), small)).detail, /100 characters/);
    assert.ok((await small.read(pagesOf({ contents: [linesOf(['x'.repeat(100)])] }))).ok);
  });

  test('that unpacks to gigabytes costs a bounded amount of memory, and the next one is read', async () => {
    const bomb = pagesOf({ contents: [bombOf(2_000, ' ')] });
    let peak = 0;
    const before = process.memoryUsage.rss();
    const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), 5);
    const { kind, detail } = await problemOf(bomb);
    clearInterval(watch);
    assert.equal(kind, 'too-large');
    assert.match(detail, /memory/);
    assert.ok(peak - before < 1_200_000_000, `${peak - before} bytes more`);
    assert.match(await textOf(letter), /Dear Taro/);
  });

  test('that shows text without end stops at the limit of characters', async () => {
    const endless = bombOf(50, 'BT /F1 1 Tf (aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa) Tj ET ');
    assert.equal((await problemOf(pagesOf({ contents: [endless] }))).kind, 'too-large');
  });

  test('that fills the heap ends its thread, not the process', async () => {
    const { kind } = await problemOf(pagesOf({ contents: [bombOf(100, '[ 1 1 1 1 1 1 1 ')] }));
    assert.ok(kind === 'too-large' || kind === 'no-text', kind);
    assert.match(await textOf(letter), /Dear Taro/);
  });

  test('is ended by the limit of time, and the next one is read', async () => {
    const hasty = reader({ timeoutMs: 300 });
    const objects = Buffer.from(Array.from({ length: 300_000 }, (_, index) => `${index} 0 obj\n<< /A 1 >>\nendobj\n`).join(''));
    assert.equal((await problemOf(objects, hasty)).kind, 'timeout');
    assert.ok((await hasty.read(letter)).ok);
  });

  test('that is nested deeply, loops or lies about its pages is answered', async () => {
    const catalogue = '<< /Type /Catalog /Pages 2 0 R >>';
    const hostile = [
      pdfOf([`<< /Type /Catalog /Pages 2 0 R /X ${'['.repeat(500_000)} >>`, '<< /Type /Pages /Kids [] /Count 0 >>']),
      pagesOf({ contents: [streamOf('['.repeat(1_000_000))] }),
      pdfOf([catalogue, '<< /Type /Pages /Kids [2 0 R] /Count 3 >>']),
      pdfOf([catalogue, '<< /Type /Pages /Kids [] /Count 1000000000 >>']),
      pagesOf({
        contents: [streamOf(deflateSync(deflateSync(Buffer.alloc(1_000_000))), '/Filter [/FlateDecode /FlateDecode /LZWDecode]')],
      }),
      pagesOf({ contents: [linesOf(['x'])], font: HELVETICA.replace('/WinAnsiEncoding', '3 0 R') }),
    ];
    for (const pdf of hostile) {
      const outcome = await common.read(pdf);
      assert.ok(outcome.ok || ['unreadable', 'no-text', 'too-large'].includes(outcome.error.kind), JSON.stringify(outcome));
    }
  });

  test('never makes the reader throw, whatever byte is changed', async () => {
    for (let at = 0; at < letter.length; at += 13) {
      const changed = Buffer.from(letter);
      changed[at] = changed[at]! ^ 0x15;
      assert.equal(typeof (await common.read(changed)).ok, 'boolean');
    }
  });
});

describe('the reader', () => {
  test('reads several in turn and refuses those for which it has no place', async () => {
    const narrow = reader({ maxWaiting: 2 });
    const outcomes = await Promise.all(Array.from({ length: 5 }, () => narrow.read(letter)));
    assert.deepEqual(
      outcomes.map((outcome) => (outcome.ok ? 'read' : outcome.error.kind)),
      ['read', 'read', 'read', 'busy', 'busy'],
    );
  });

  test('refuses whose turn does not come in time', async () => {
    const hasty = reader({ timeoutMs: 400 });
    await hasty.read(letter);
    const objects = Buffer.from(Array.from({ length: 300_000 }, (_, index) => `${index} 0 obj\n<< /A 1 >>\nendobj\n`).join(''));
    const [slow, , third] = await Promise.all([hasty.read(objects), hasty.read(objects), hasty.read(letter)]);
    assert.deepEqual(
      [slow, third].map((outcome) => (outcome.ok ? 'read' : outcome.error.kind)),
      ['timeout', 'busy'],
    );
  });

  test('answers what it had when it is closed, and reads no more', async () => {
    const closing = reader();
    const reading = [closing.read(letter), closing.read(letter)];
    await closing.close();
    for (const outcome of [...(await Promise.all(reading)), await closing.read(letter)])
      assert.equal(outcome.ok ? 'read' : outcome.error.kind, 'busy');
  });
});
