// What the decoders of the three formats share: sources of images and files, efforts, schemas, stop strings.
import { EFFORTS, type At, type Effort, type FilePart, type ImagePart, type OutputFormat, type Source } from '../conversation.ts';
import type { ObjectReader } from './object-reader.ts';

/** A data URL in its two halves, another URL as it is; undefined (and noted) for what only its own vendor could resolve. */
export function sourceOfUrl(reader: ObjectReader, name: string): Source | undefined {
  const url = reader.requiredString(name);
  if (url === '') {
    reader.malformed(name, 'is missing or empty');
    return undefined;
  }
  if (/^https?:\/\//i.test(url)) return { url };
  const source = sourceOfDataUrl(url);
  if (source === undefined) reader.lose(name, 'is neither an http(s) URL nor a base64 data URL');
  return source;
}

/** The prefix alone is matched: the data may be megabytes. Parameters of the type, such as a charset, are left out. */
export function sourceOfDataUrl(url: string): { readonly mediaType: string; readonly data: string } | undefined {
  const comma = url.slice(0, 256).indexOf(',');
  const prefix = comma === -1 ? null : /^data:([a-z0-9.+-]+\/[a-z0-9.+-]+)(?:;[a-z0-9=._-]+)*;base64$/i.exec(url.slice(0, comma));
  return prefix === null ? undefined : { mediaType: prefix[1]!.toLowerCase(), data: url.slice(comma + 1) };
}

export function imagePart(at: string, source: Source | undefined, detail: string | undefined): ImagePart[] {
  return source === undefined ? [] : [{ type: 'image', at, source, detail: detail === 'auto' ? undefined : detail }];
}

export function filePart(at: string, source: Source | undefined, name: string | undefined): FilePart[] {
  return source === undefined ? [] : [{ type: 'file', at, source, name }];
}

/** Both OpenAI formats: a data URL, or bare base64 of the kind the file's name tells. */
export function sourceOfFileData(reader: ObjectReader, name: string, fileName: string | undefined): Source | undefined {
  const data = reader.requiredString(name);
  if (data === '') {
    reader.malformed(name, 'is missing or empty');
    return undefined;
  }
  if (data.startsWith('data:')) return sourceOfUrl(reader, name);
  if (fileName?.toLowerCase().endsWith('.pdf')) return { mediaType: 'application/pdf', data };
  reader.lose(name, 'does not say of which type the file is');
  return undefined;
}

export function effortOf(reader: ObjectReader | undefined, name: string): At<Effort> | undefined {
  const value = reader?.string(name);
  if (reader === undefined || value === undefined) return undefined;
  const effort = EFFORTS.find((known) => known === value);
  if (effort === undefined) reader.lose(name, 'is no effort that other formats know');
  return reader.located(name, effort);
}

/** `{name, description, schema, strict}`: of chat's `json_schema` and of Responses' `format`. */
export function jsonSchemaFormat(reader: ObjectReader): OutputFormat {
  const schema = reader.fields('schema');
  if (schema === undefined) reader.malformed('schema', 'is missing');
  return {
    type: 'json_schema',
    name: reader.string('name'),
    description: reader.string('description'),
    schema: schema ?? {},
    strict: reader.boolean('strict'),
  };
}

/** A string, or the list of strings it stands for. */
export function stopOf(reader: ObjectReader, name: string): At<readonly string[]> | undefined {
  const value = reader.take(name);
  if (value === undefined) return undefined;
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (!list.every((item) => typeof item === 'string')) reader.malformed(name, 'is neither a string nor a list of strings');
  const strings = list.filter((item) => typeof item === 'string');
  return strings.length === 0 ? undefined : { at: reader.path(name), value: strings };
}
