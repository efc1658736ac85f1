// When two names of companies, lineages or countries are the same: case, width and spaces at the ends do not tell them apart.

const UNKNOWN = 'unknown';

export function nameKey(name: string): string {
  return name.normalize('NFKC').trim().toLowerCase();
}

export function sameName(a: string, b: string): boolean {
  return a === b || nameKey(a) === nameKey(b);
}

/** False for "unknown", however it is written, and for nothing at all. */
export function isKnownName(name: string): boolean {
  const key = nameKey(name);
  return key !== UNKNOWN && key !== '';
}
