// What must occur in a record before a rule can fire: a set of texts in fields, at least one of which is there whenever the condition holds.
// Derived from the condition alone, and only ever by steps that cannot lose a match; estimates decide which of several sets is used.
import type { CompiledRegex } from '../regex/compile.ts';
import type { Atom, Expression, Test } from '../rules/model.ts';

export interface Literal {
  readonly field: string;
  /** In lower case; looked for in the lower-cased value. */
  readonly text: string;
  readonly atStart: boolean;
  readonly atEnd: boolean;
}

export interface Necessary {
  readonly literals: readonly Literal[];
  /** Estimated share of records in which one of the literals occurs. */
  readonly share: number;
}

const MAX_LITERALS = 2000;

/** Undefined: the condition can hold without any particular text; the rule is evaluated for every record of its logsource. */
export function necessaryLiterals(
  expression: Expression,
  atoms: readonly Atom[],
  regex: (pattern: string, flags: string) => CompiledRegex,
): Necessary | undefined {
  if (typeof expression === 'number') return ofAtom(atoms[expression] as Atom, regex);
  if ('not' in expression) return undefined;
  if ('and' in expression) {
    let best: Necessary | undefined;
    for (const part of expression.and) {
      const found = necessaryLiterals(part, atoms, regex);
      if (found !== undefined && (best === undefined || found.share < best.share)) best = found;
    }
    return best;
  }
  const parts = 'or' in expression ? expression.or : expression.of;
  if ('atLeast' in expression && expression.atLeast < 1) return undefined;
  const literals: Literal[] = [];
  let share = 0;
  for (const part of parts) {
    const found = necessaryLiterals(part, atoms, regex);
    if (found === undefined) return undefined;
    literals.push(...found.literals);
    share += found.share;
    if (literals.length > MAX_LITERALS) return undefined;
  }
  // An empty `or` never holds: nothing needs to be looked for.
  return { literals, share: Math.min(1, share) };
}

function ofAtom(atom: Atom, regex: (pattern: string, flags: string) => CompiledRegex): Necessary | undefined {
  const literals = literalsOf(atom.test, regex);
  if (literals === undefined || literals.some(({ text }) => text === '')) return undefined;
  const shares = literals.map(estimate);
  return {
    literals: literals.map((literal) => ({ field: atom.field, ...literal })),
    share: Math.min(
      1,
      shares.reduce((a, b) => a + b, 0),
    ),
  };
}

type Text = Omit<Literal, 'field'>;

function literalsOf(test: Test, regex: (pattern: string, flags: string) => CompiledRegex): readonly Text[] | undefined {
  switch (test.kind) {
    case 'equals':
    case 'contains':
    case 'startsWith':
    case 'endsWith': {
      const text = lowered(test.text, test.cased);
      if (text === undefined) return undefined;
      const atStart = test.kind === 'equals' || test.kind === 'startsWith';
      const atEnd = test.kind === 'equals' || test.kind === 'endsWith';
      return [{ text, atStart, atEnd }];
    }
    case 'glob': {
      const last = test.tokens.length - 1;
      const texts = test.tokens.flatMap((token, index): Text[] => {
        const text = typeof token === 'string' ? lowered(token, test.cased) : undefined;
        return text === undefined ? [] : [{ text, atStart: index === 0, atEnd: index === last }];
      });
      const [best] = texts.sort((a, b) => b.text.length - a.text.length);
      return best === undefined ? undefined : [best];
    }
    case 'regex':
      return regex(test.pattern, test.flags).literals?.map((text) => ({ text, atStart: false, atEnd: false }));
    default:
      return undefined;
  }
}

/** Case-sensitive text is looked for in the lower-cased value; beyond ASCII that is not always sound (final sigma). */
function lowered(text: string, cased: boolean): string | undefined {
  if (!cased) return text;
  for (let index = 0; index < text.length; index++) if (text.charCodeAt(index) > 127) return undefined;
  return text.toLowerCase();
}

/** Texts that stand in a large share of records everywhere; knowledge about operating systems, not about any data set. */
const common = [
  'c:\\windows\\system32\\svchost.exe',
  'c:\\windows\\explorer.exe',
  'c:\\program files\\',
  'c:\\users\\',
  '\\appdata\\local\\temp\\',
  'microsoft corporation',
  'microsoft® windows® operating system',
  'nt authority\\system',
  '.exe',
  '.dll',
  'hklm\\system\\currentcontrolset\\services\\',
  'hklm\\software\\microsoft\\windows\\currentversion\\',
  '\\software\\microsoft\\windows nt\\currentversion\\',
  'https://www.',
  '/usr/bin/',
];
/** Programs that many rules and many records name. */
const frequent = [
  '\\powershell.exe',
  '\\cmd.exe',
  '\\rundll32.exe',
  '\\services.exe',
  '\\wmiprvse.exe',
  '\\lsass.exe',
  '/bin/sh',
  '/bin/bash',
];

function estimate({ text, atStart, atEnd }: Text): number {
  if (common.some((known) => known.includes(text))) return 0.4;
  if (frequent.some((known) => known.includes(text))) return 0.08;
  const byLength = 0.6 ** text.length;
  if (atStart && atEnd) return Math.max(0.02, byLength);
  // Short numbers and words recur; long texts hardly ever do.
  return Math.max(atEnd ? 0.004 : 0.002, byLength);
}
