// Small PDFs for tests, written object by object.
import { constants, deflateRawSync, deflateSync } from 'node:zlib';

type Bytes = string | Buffer;

const bytes = (value: Bytes): Buffer => (typeof value === 'string' ? Buffer.from(value, 'latin1') : value);

/** Objects 1, 2, … of which the first is the catalogue. `trailer`: more members of it. */
export function pdfOf(objects: readonly Bytes[], trailer = ''): Buffer {
  const parts: Buffer[] = [Buffer.from('%PDF-1.7\n')];
  const offsets: number[] = [];
  let at = parts[0]!.length;
  const add = (part: Buffer): void => {
    parts.push(part);
    at += part.length;
  };
  for (const [index, object] of objects.entries()) {
    offsets.push(at);
    add(Buffer.concat([Buffer.from(`${index + 1} 0 obj\n`), bytes(object), Buffer.from('\nendobj\n')]));
  }
  const table = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('');
  const size = objects.length + 1;
  parts.push(
    Buffer.from(
      `xref\n0 ${size}\n0000000000 65535 f \n${table}trailer\n<< /Size ${size} /Root 1 0 R ${trailer} >>\nstartxref\n${at}\n%%EOF\n`,
    ),
  );
  return Buffer.concat(parts);
}

export function streamOf(content: Bytes, members = ''): Buffer {
  const data = bytes(content);
  return Buffer.concat([Buffer.from(`<< /Length ${data.length} ${members} >>\nstream\n`), data, Buffer.from('\nendstream')]);
}

export const HELVETICA = '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>';

export interface PageOptions {
  readonly contents: readonly Bytes[];
  /** Object 3. */
  readonly font?: string;
  /** Objects from 4 on that the font or `page` names. */
  readonly more?: readonly Bytes[];
  /** More members of every page. */
  readonly page?: string;
  readonly trailer?: string;
}

/** One page for each content stream, which is an object as `streamOf` makes it. */
export function pagesOf({ contents, font = HELVETICA, more = [], page = '', trailer = '' }: PageOptions): Buffer {
  const first = 4 + more.length;
  const kids = contents.map((_, index) => `${first + 2 * index} 0 R`).join(' ');
  return pdfOf(
    [
      '<< /Type /Catalog /Pages 2 0 R >>',
      `<< /Type /Pages /Kids [${kids}] /Count ${contents.length} >>`,
      font,
      ...more,
      ...contents.flatMap((content, index) => [
        `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents ${first + 2 * index + 1} 0 R /Resources << /Font << /F1 3 0 R >> >> ${page} >>`,
        content,
      ]),
    ],
    trailer,
  );
}

/** A stream whose content is a block of a mebibyte, filled with `text`, again and again. Its checksum is missing, which nobody looks at. */
export function bombOf(megabytes: number, text: string): Buffer {
  const block = deflateRawSync(Buffer.alloc(1 << 20, text), { level: 9, finishFlush: constants.Z_FULL_FLUSH });
  const data = Buffer.concat([Buffer.from('789c', 'hex'), ...Array.from({ length: megabytes }, () => block), Buffer.from('0300', 'hex')]);
  return streamOf(data, '/Filter /FlateDecode');
}

/** A content stream that shows lines of ASCII text without parentheses. */
export function linesOf(lines: readonly string[]): Buffer {
  return shown(lines.map((line) => `(${line})`));
}

/** A content stream that shows strings of PDF as they stand there. */
export function shown(strings: readonly string[]): Buffer {
  return streamOf(
    deflateSync(Buffer.from(`BT /F1 10 Tf 14 TL 72 750 Td ${strings.map((each) => `${each} Tj T*`).join('\n')} ET`, 'latin1')),
    '/Filter /FlateDecode',
  );
}

export interface JapaneseFont {
  /** Of codes: `Identity-H` or the name of a predefined map. */
  readonly encoding: string;
  /** Of the glyphs: `Japan1` or `Identity`. */
  readonly ordering: string;
  /** Code to character, where the font carries a map of its own. */
  readonly toUnicode?: Readonly<Record<string, string>>;
}

/** One line in a composite font; `hex`: its codes. */
export function japanesePdf(hex: string, { encoding, ordering, toUnicode }: JapaneseFont): Buffer {
  const mapped = Object.entries(toUnicode ?? {}).map(
    ([code, char]) => `<${code}> <${Buffer.from(char, 'utf16le').swap16().toString('hex')}>`,
  );
  const map = `begincmap /CMapName /Own def /CMapType 2 def 1 begincodespacerange <0000> <FFFF> endcodespacerange ${mapped.length} beginbfchar ${mapped.join(' ')} endbfchar endcmap`;
  return pagesOf({
    contents: [shown([`<${hex}>`])],
    font: `<< /Type /Font /Subtype /Type0 /BaseFont /AAAAAA+Gothic /Encoding /${encoding} /DescendantFonts [4 0 R] ${toUnicode === undefined ? '' : '/ToUnicode 6 0 R'} >>`,
    more: [
      `<< /Type /Font /Subtype /CIDFontType2 /BaseFont /AAAAAA+Gothic /CIDSystemInfo << /Registry (Adobe) /Ordering (${ordering}) /Supplement 0 >> /FontDescriptor 5 0 R /DW 1000 >>`,
      '<< /Type /FontDescriptor /FontName /AAAAAA+Gothic /Flags 4 /FontBBox [0 0 1000 1000] /ItalicAngle 0 /Ascent 880 /Descent -120 /CapHeight 700 /StemV 80 >>',
      streamOf(map),
    ],
  });
}
