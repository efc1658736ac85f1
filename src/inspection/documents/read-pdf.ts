// The text of one PDF, by PDF.js as unpdf bundles it: without native code, network or evaluated code. Runs in a thread of its own only
// (pdf-worker.ts). A document whose characters cannot be told is refused and not guessed at: glyph numbers in place of letters would pass
// inspection and could still be read by a model.
import { getDocument } from 'unpdf/pdfjs';
import { err, ok, type Err, type Result } from '#kernel';
import { createCharacterMaps } from './character-maps.ts';
import type { PdfLimits, PdfProblem, PdfText } from './pdf-job.ts';
import { UnmappedFonts } from './unmapped-fonts.ts';

type PdfDocument = Awaited<ReturnType<typeof getDocument>['promise']>;
type PdfPage = Awaited<ReturnType<PdfDocument['getPage']>>;

/** What stands in a document beside its pages' text: what is filled into forms, and notes. */
interface Annotation {
  readonly subtype?: unknown;
  readonly fieldType?: unknown;
  readonly fieldName?: unknown;
  readonly alternativeText?: unknown;
  readonly fieldValue?: unknown;
  readonly contentsObj?: { readonly str?: unknown };
}

const ERRORS_ONLY = 0;
const NO_ANNOTATIONS = 0;

export async function readPdf(bytes: Uint8Array<ArrayBuffer>, limits: PdfLimits): Promise<Result<PdfText, PdfProblem>> {
  const maps = createCharacterMaps();
  const loading = getDocument({
    data: bytes,
    BinaryDataFactory: maps.Factory,
    cMapPacked: true,
    useWorkerFetch: false,
    useWasm: false,
    useSystemFonts: true,
    disableFontFace: true,
    isOffscreenCanvasSupported: false,
    isImageDecoderSupported: false,
    enableXfa: false,
    fontExtraProperties: true,
    // Pictures are left out, so none is unpacked.
    maxImageSize: 1,
    verbosity: ERRORS_ONLY,
  });
  try {
    const document = await loading.promise;
    const { numPages: pages } = document;
    if (pages > limits.maxPages) return problem('too-large', `it has ${pages} pages, and ${limits.maxPages} are allowed`);
    const read = await textOf(document, pages, limits.maxCharacters);
    if (!read.ok) return read;
    const missing = maps.missing();
    if (missing !== undefined) return problem('unreadable', `it needs the character map ${missing}, which is not known here`);
    const text = read.value;
    return text === '' ? problem('no-text', 'it holds no text that could be read') : ok({ text, pages });
  } catch (error) {
    return problemOf(error);
  } finally {
    await loading.destroy().catch(() => undefined);
  }
}

async function textOf(document: PdfDocument, pages: number, maxCharacters: number): Promise<Result<string, PdfProblem>> {
  const fonts = new UnmappedFonts();
  const texts: string[] = [];
  let characters = 0;
  for (let number = 1; number <= pages; number++) {
    const page = await document.getPage(number);
    const text = [await pageText(page, fonts, maxCharacters - characters), ...(await filledIn(page))]
      .filter((part) => part !== '')
      .join('\n');
    characters += text.length + 2;
    if (characters > maxCharacters + 2) return problem('too-large', `it holds more than ${maxCharacters} characters of text`);
    if (fonts.hasNew) await judgeFonts(page, fonts);
    page.cleanup();
    if (text !== '') texts.push(text);
  }
  if (fonts.any) return problem('unreadable', 'a font says of its glyphs not which characters they are');
  return ok(clean(texts.join('\n\n')));
}

/** Stops a little above `maxCharacters`. */
async function pageText(page: PdfPage, fonts: UnmappedFonts, maxCharacters: number): Promise<string> {
  const reader = page.streamTextContent().getReader();
  const parts: string[] = [];
  let characters = 0;
  for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
    const { items } = chunk.value as { readonly items: readonly { str?: string; hasEOL?: boolean; fontName?: string }[] };
    for (const { str = '', hasEOL, fontName = '' } of items) {
      fonts.note(fontName, str);
      parts.push(str);
      if (hasEOL === true) parts.push('\n');
      characters += str.length + 1;
    }
    if (characters > 2 * maxCharacters + 2) {
      await reader.cancel(new Error('enough'));
      break;
    }
  }
  return parts.join('').trim();
}

/** The library tells of fonts when it prepares a page to be drawn. */
async function judgeFonts(page: PdfPage, fonts: UnmappedFonts): Promise<void> {
  // Where it cannot be drawn, what came out has to do.
  await page.getOperatorList({ annotationMode: NO_ANNOTATIONS }).catch(() => undefined);
  fonts.judge((font) => (page.commonObjs.has(font) ? (page.commonObjs.get(font) as unknown) : undefined));
}

async function filledIn(page: PdfPage): Promise<string[]> {
  const annotations = (await page.getAnnotations()) as readonly Annotation[];
  return annotations.flatMap(({ subtype, fieldType, fieldName, alternativeText, fieldValue, contentsObj }) => {
    if (subtype === 'Widget') {
      const values = (Array.isArray(fieldValue) ? (fieldValue as unknown[]) : [fieldValue]).filter(isFilled);
      if (values.length === 0 || (fieldType !== 'Tx' && fieldType !== 'Ch')) return [];
      const label = [alternativeText, fieldName].find(isFilled);
      return [`${label === undefined ? '' : `${label}: `}${values.join(', ')}`];
    }
    return isFilled(contentsObj?.str) ? [contentsObj.str] : [];
  });
}

function isFilled(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== '';
}

/** What a JSON string of text has no use for, and could hide something. */
function clean(text: string): string {
  return text
    .replaceAll(/\r\n?/g, '\n')
    .replaceAll(/[^\P{Cc}\n\t]/gu, '\u{fffd}')
    .toWellFormed()
    .trim();
}

function problemOf(error: unknown): Err<PdfProblem> {
  const name = error instanceof Error ? error.name : 'unknown';
  if (name === 'PasswordException') return problem('encrypted', 'it opens with a password only');
  return problem('unreadable', name === 'RangeError' ? 'it is nested too deeply or damaged' : 'it is damaged or not a PDF');
}

function problem(kind: PdfProblem['kind'], detail: string): Err<PdfProblem> {
  return err({ kind, detail });
}
