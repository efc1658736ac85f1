// Credentials and fixed headers: references → values that can be sent.
import { isReference } from './fields.ts';
import type { Reporter } from './reporter.ts';
import type { Path } from './yaml-source.ts';

export interface FixedHeaders {
  readonly values: Readonly<Record<string, string>>;
  /** Literals and references as the file gives them. */
  readonly written: Readonly<Record<string, string>>;
}

/** The credential behind a reference, if it can be sent in a header. */
export function checkedCredential(reference: string | undefined, path: Path, reporter: Reporter): string | undefined {
  if (reference === undefined) return undefined;
  const value = reporter.secret(path, reference);
  if (value === undefined || /^[\x21-\x7e]{1,16384}$/.test(value)) return value;
  reporter.fault(
    path,
    'refers to something that cannot be sent as a credential: it has white space, line breaks or characters outside ASCII, or is too long',
  );
  return undefined;
}

/** Names in lower case and sorted, values resolved. */
export function resolveHeaders(headers: Readonly<Record<string, string>> | undefined, path: Path, reporter: Reporter): FixedHeaders {
  const values: Record<string, string> = {};
  const written: Record<string, string> = {};
  for (const [name, text] of Object.entries(headers ?? {}).toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    const key = name.toLowerCase();
    written[key] = text;
    const value = isReference(text) ? reporter.secret([...path, name], text) : text;
    if (value === undefined) continue;
    if (/^[\t\x20-\x7e]{1,16384}$/.test(value)) values[key] = value;
    else
      reporter.fault(
        [...path, name],
        'refers to something that cannot be sent in a header: it has line breaks or characters outside ASCII, or is too long',
      );
  }
  return { values, written };
}

/** Those of the deployment win. */
export function mergeHeaders(provider: FixedHeaders, deployment: FixedHeaders): FixedHeaders {
  return { values: { ...provider.values, ...deployment.values }, written: { ...provider.written, ...deployment.written } };
}
