// The request header `x-sekisho-jurisdiction`: a caller's own demands on where data may go. They come on top of everybody else's, so
// whatever stands in it can only take candidates away.
import { err, ok, type Result } from '#kernel';
import type { Constraints } from './constraints.ts';

export interface JurisdictionProblem {
  /** In words, without what the caller wrote. */
  readonly problem: string;
}

export const LONGEST_JURISDICTION = 256;

type Subject = 'vendorCountry' | 'hostingCountry' | 'weightsCountry' | 'subprocessorCountry' | 'notSubjectTo';

const SUBJECTS: ReadonlyMap<string, Subject> = new Map([
  ['vendor', 'vendorCountry'],
  ['hosting', 'hostingCountry'],
  ['weights', 'weightsCountry'],
  ['subprocessors', 'subprocessorCountry'],
  ['subject', 'notSubjectTo'],
]);

/** Taken for countries, and satisfied by no deployment: better said than found out. */
const NO_COUNTRIES: Readonly<Record<string, string>> = {
  EU: '`EU` is not a country; name its members that you mean',
  UK: 'the United Kingdom is `GB` (ISO 3166-1)',
};

/**
 * Short: `JP, DE`: vendor, hosting and every sub-processor within these countries. Long: `vendor=JP,DE; hosting=JP; subprocessors=JP;
 * weights=!CN; subject=!US`, where `!` denies and `subject` means the law that binds the vendor. At most 256 characters.
 */
export function parseJurisdiction(header: string): Result<Constraints, JurisdictionProblem> {
  if (header.length > LONGEST_JURISDICTION) return err({ problem: `it is longer than ${LONGEST_JURISDICTION} characters` });
  return header.includes('=') ? parseLong(header) : parseShort(header);
}

function parseShort(header: string): Result<Constraints, JurisdictionProblem> {
  const countries = countriesOf(header);
  if (!countries.ok) return countries;
  if (countries.value.denied.length > 0) return err({ problem: '`!` needs to say what it denies, as in `weights=!CN`' });
  const rule = { allow: countries.value.allowed };
  return ok({ vendorCountry: rule, hostingCountry: rule, subprocessorCountry: rule });
}

function parseLong(header: string): Result<Constraints, JurisdictionProblem> {
  const constraints: { -readonly [Name in keyof Constraints]: Constraints[Name] } = {};
  for (const part of header.split(';')) {
    if (part.trim() === '') continue;
    const equals = part.indexOf('=');
    const name = part.slice(0, Math.max(0, equals)).trim().toLowerCase();
    const subject = SUBJECTS.get(name);
    if (subject === undefined) return err({ problem: `it takes ${[...SUBJECTS.keys()].join(', ')}, each with \`=\` and countries` });
    if (constraints[subject] !== undefined) return err({ problem: `\`${name}\` stands in it twice` });
    const countries = countriesOf(part.slice(equals + 1));
    if (!countries.ok) return countries;
    const { allowed, denied } = countries.value;
    if (subject === 'notSubjectTo') {
      if (allowed.length > 0) return err({ problem: '`subject` takes countries with `!` only, as in `subject=!US`' });
      constraints.notSubjectTo = denied;
    } else {
      constraints[subject] = { ...(allowed.length > 0 ? { allow: allowed } : {}), ...(denied.length > 0 ? { deny: denied } : {}) };
    }
  }
  return ok(constraints);
}

function countriesOf(text: string): Result<{ allowed: string[]; denied: string[] }, JurisdictionProblem> {
  const allowed: string[] = [];
  const denied: string[] = [];
  for (const item of text.split(',').map((each) => each.trim().toUpperCase())) {
    const isDenied = item.startsWith('!');
    const code = isDenied ? item.slice(1).trim() : item;
    if (!/^[A-Z]{2}$/.test(code)) return err({ problem: 'countries are two letters (ISO 3166-1), separated by commas' });
    if (Object.hasOwn(NO_COUNTRIES, code)) return err({ problem: NO_COUNTRIES[code]! });
    (isDenied ? denied : allowed).push(code);
  }
  return ok({ allowed, denied });
}
