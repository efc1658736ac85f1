// Where a request carries a PDF in itself, and how its text takes the PDF's place, in each format of conversations. Reads no PDF, fetches
// none that a request only points at, and touches nothing else: what stands where a format has no file stays as it is.
// Sources: OpenAI API reference, "Chat" and "Responses" (file inputs); Anthropic API reference, "PDF support" and "Citations".
import type { ClientWire } from './wire-format.ts';

export interface PdfPart {
  /** As the request holds it: not checked. */
  readonly base64: string;
  /** What the request calls the document. */
  readonly name: string | undefined;
  /** Puts the text into the request, in place of the PDF, after a line that says what it is. Once. */
  replace(text: string, pages: number): void;
}

type JsonObject = Record<string, unknown>;

/** Where a part stands, so that another one can stand there. */
interface Place {
  readonly part: JsonObject;
  readonly put: (part: JsonObject) => void;
}

/** Results of tools hold results, which hold documents. */
const MAX_DEPTH = 8;
const MAX_NAME = 200;
/** A media type and its parameters are shorter. */
const MAX_DATA_URL_HEAD = 256;
/** `%PDF-` in base64, but for the bits that it shares with what follows. */
const PDF_BEGINS = 'JVBERi';

/** `request`: the parsed body, changed in place by `replace`. */
export function pdfPartsOf(request: unknown, wire: ClientWire): PdfPart[] {
  if (!isObject(request)) return [];
  switch (wire) {
    case 'openai-chat':
      return chatParts(request);
    case 'openai-responses':
      return responsesParts(request);
    case 'anthropic-messages':
      return messagesParts(request);
    case 'openai-embeddings':
      return [];
  }
}

function chatParts({ messages }: JsonObject): PdfPart[] {
  return objectsIn(messages)
    .flatMap((message) => placesIn(message, 'content'))
    .flatMap(({ part, put }) => {
      const { file } = part;
      if (part['type'] !== 'file' || !isObject(file)) return [];
      const name = nameFrom(file['filename']);
      const base64 = base64Of(file['file_data'], name);
      if (base64 === undefined) return [];
      return [partOf(base64, name, (text) => put({ type: 'text', text, ...kept(part, ['cache_control']) }))];
    });
}

function responsesParts(request: JsonObject): PdfPart[] {
  const items = ['instructions', 'input'].flatMap((member) => (Array.isArray(request[member]) ? placesIn(request, member) : []));
  const { prompt } = request;
  const variables = isObject(prompt) ? prompt['variables'] : undefined;
  return [
    // An item by itself is a message of the user.
    ...items.flatMap((place) => inputFile(place, (text) => ({ type: 'message', role: 'user', content: [inputText(text)] }))),
    ...items
      .flatMap(({ part }) => [...placesIn(part, 'content'), ...placesIn(part, 'output')])
      .flatMap((place) => inputFile(place, inputText)),
    ...(isObject(variables) ? Object.keys(variables).flatMap((name) => placesIn(variables, name)) : []).flatMap((place) =>
      inputFile(place, inputText),
    ),
  ];
}

function inputText(text: string): JsonObject {
  return { type: 'input_text', text };
}

function inputFile({ part, put }: Place, partWith: (text: string) => JsonObject): PdfPart[] {
  if (part['type'] !== 'input_file') return [];
  const name = nameFrom(part['filename']);
  const base64 = base64Of(part['file_data'], name);
  return base64 === undefined ? [] : [partOf(base64, name, (text) => put(partWith(text)))];
}

function messagesParts(request: JsonObject): PdfPart[] {
  const found: PdfPart[] = [];
  let places = [...placesIn(request, 'system'), ...objectsIn(request['messages']).flatMap((message) => placesIn(message, 'content'))];
  for (let depth = 0; depth < MAX_DEPTH && places.length > 0; depth++) {
    found.push(...places.flatMap(documentBlock));
    places = places.flatMap(({ part }) => placesIn(part, 'content'));
  }
  return found;
}

function documentBlock({ part }: Place): PdfPart[] {
  const { source, title } = part;
  if (part['type'] !== 'document' || !isObject(source) || source['type'] !== 'base64') return [];
  const { media_type: mediaType, data } = source;
  if (typeof mediaType !== 'string' || !isPdf(mediaType) || typeof data !== 'string') return [];
  // The block stays: its title, context, citations and mark of the cache.
  return [partOf(data, nameFrom(title), (text) => void (part['source'] = { type: 'text', media_type: 'text/plain', data: text }))];
}

function partOf(base64: string, name: string | undefined, put: (text: string) => void): PdfPart {
  return { base64, name, replace: (text, pages) => put(`${headLine(name, pages)}\n${text}`) };
}

/** The name is the client's words, and one line all the same. */
function headLine(name: string | undefined, pages: number): string {
  const quoted =
    name === undefined
      ? ''
      : ` "${name
          .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}"[\]]+/gu, ' ')
          .slice(0, MAX_NAME)
          .toWellFormed()}"`;
  return `[text of the PDF${quoted}, ${pages} ${pages === 1 ? 'page' : 'pages'}; pictures are left out]`;
}

/** The base64 of a PDF: from a data URL that says so, or bare where its name or its beginning says so. */
function base64Of(data: unknown, name: string | undefined): string | undefined {
  if (typeof data !== 'string' || data === '') return undefined;
  if (!/^data:/i.test(data.slice(0, 5))) {
    return data.startsWith(PDF_BEGINS) || name?.toLowerCase().endsWith('.pdf') === true ? data : undefined;
  }
  const comma = data.slice(0, MAX_DATA_URL_HEAD).indexOf(',');
  const [mediaType = '', ...parameters] = data.slice(5, Math.max(5, comma)).split(';');
  return isPdf(mediaType) && parameters.at(-1)?.trim().toLowerCase() === 'base64' ? data.slice(comma + 1) : undefined;
}

function isPdf(mediaType: string): boolean {
  const type = mediaType.slice(0, MAX_DATA_URL_HEAD).split(';', 1)[0]!.trim().toLowerCase();
  return type === 'application/pdf' || type === 'application/x-pdf';
}

/** The objects that a member holds: the elements of its list, or itself. */
function placesIn(holder: JsonObject, member: string): Place[] {
  const value = Object.hasOwn(holder, member) ? holder[member] : undefined;
  if (isObject(value)) return [{ part: value, put: (part) => void (holder[member] = part) }];
  if (!Array.isArray(value)) return [];
  const elements = value as unknown[];
  return elements.flatMap((part, index) => (isObject(part) ? [{ part, put: (other: JsonObject) => void (elements[index] = other) }] : []));
}

function objectsIn(value: unknown): JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

function kept(part: JsonObject, members: readonly string[]): JsonObject {
  return Object.fromEntries(members.flatMap((member) => (Object.hasOwn(part, member) ? [[member, part[member]]] : [])));
}

function nameFrom(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value : undefined;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
