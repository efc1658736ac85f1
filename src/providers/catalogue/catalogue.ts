// The catalogue in memory: the shipped file, and over it the operator's own entries. Looks things up and decides nothing; what an entry
// says of a deployment is a default that the configuration may replace field by field.
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { closestName, err, ok, SekishoError, type Result } from '#kernel';
import { catalogueSchema, type CatalogueEntry, type CatalogueFile } from './schema.ts';

export interface Catalogue {
  /** The day the shipped data was put together, YYYY-MM-DD. */
  readonly released: string;
  readonly entries: ReadonlyMap<string, CatalogueEntry>;
  /** Ids of entries that the operator wrote. */
  readonly overridden: ReadonlySet<string>;
}

export interface CatalogueProblem {
  /** Where in the operator's file: `entries[3].price.currency`; empty for the file as a whole. */
  readonly path: string;
  readonly reason: string;
}

const SHIPPED = new URL('../../../data/catalogue.json', import.meta.url);
const MOST_PROBLEMS = 20;
const MOST_ALIASES = 100;

/**
 * `override`: the parsed content of the operator's file (see `parseCatalogueText`). Its faults come back as problems; a fault of the
 * shipped file is `catalogue-damaged`, thrown.
 */
export function loadCatalogue({ override }: { readonly override?: unknown } = {}): Result<Catalogue, readonly CatalogueProblem[]> {
  const shipped = readShipped();
  const entries = new Map(shipped.entries.map((entry) => [entry.id, entry]));
  if (override === undefined) return ok({ released: shipped.released, entries, overridden: new Set() });
  const own = catalogueSchema.safeParse(override);
  if (!own.success)
    return err(own.error.issues.slice(0, MOST_PROBLEMS).map(({ path, message }) => ({ path: pathText(path), reason: message })));
  for (const entry of own.data.entries) entries.set(entry.id, entry);
  return ok({ released: shipped.released, entries, overridden: new Set(own.data.entries.map(({ id }) => id)) });
}

let read: CatalogueFile | undefined;

function readShipped(): CatalogueFile {
  if (read !== undefined) return read;
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(SHIPPED, 'utf8'));
  } catch (error) {
    throw new SekishoError('catalogue-damaged', 'the catalogue that comes with Sekisho cannot be read', { cause: error, hint: REINSTALL });
  }
  const parsed = catalogueSchema.safeParse(content);
  if (!parsed.success)
    throw new SekishoError('catalogue-damaged', 'the catalogue that comes with Sekisho is not in order', {
      cause: parsed.error,
      hint: REINSTALL,
    });
  return (read = parsed.data);
}

const REINSTALL = 'Restore data/catalogue.json as it was released; your own entries go into a file that the configuration names.';

/** YAML, of which JSON is a part, with bounded aliases. A text that is neither is a problem. */
export function parseCatalogueText(text: string): Result<unknown, CatalogueProblem> {
  try {
    return ok(parse(text, { maxAliasCount: MOST_ALIASES, prettyErrors: true }) as unknown);
  } catch (error) {
    return err({ path: '', reason: error instanceof Error ? (error.message.split('\n', 1)[0] ?? 'unreadable') : 'unreadable' });
  }
}

/** Undefined: there is no such entry. */
export function catalogueEntry(catalogue: Catalogue, id: string): CatalogueEntry | undefined {
  return catalogue.entries.get(id);
}

/** The nearest id to one that does not exist, for "did you mean". */
export function nearestCatalogueId(catalogue: Catalogue, id: string): string | undefined {
  return closestName(id, [...catalogue.entries.keys()]);
}

function pathText(path: readonly PropertyKey[]): string {
  return path.map((step, index) => (typeof step === 'number' ? `[${step}]` : `${index === 0 ? '' : '.'}${String(step)}`)).join('');
}
