// Which texts must occur in whatever a pattern matches: the key to not running most patterns at all.
// Texts are ASCII in lower case and are looked for in the lower-cased value; that is necessary, never sufficient.
import type { CharSet } from './charset.ts';
import type { Node } from './syntax.ts';

const MAX_ALTERNATIVES = 32;

/** At least one of the texts occurs. Undefined: nothing that would tell values apart. */
export function requiredLiterals(node: Node): readonly string[] | undefined {
  const best = required(node);
  return best === undefined || best.some((text) => text.length < 2 && everyday.test(text)) ? undefined : best;
}

/** Single characters that stand in most values. */
const everyday = /[a-z0-9\s"'\\/.:_-]/;

/** Longer is better, fewer is better: the shortest text of the set decides. */
function score(texts: readonly string[]): number {
  return Math.min(...texts.map((text) => text.length)) - texts.length / 8;
}

function required(node: Node): readonly string[] | undefined {
  switch (node.kind) {
    case 'set': {
      const unit = unitOf(node.set);
      return unit === undefined ? undefined : [unit];
    }
    case 'group':
      return required(node.part);
    case 'look':
      return undefined;
    case 'repeat':
      return node.min > 0 ? required(node.part) : undefined;
    case 'choice': {
      const sets = node.parts.map(required);
      if (sets.some((set) => set === undefined)) return undefined;
      const texts = [...new Set(sets.flatMap((set) => set ?? []))];
      return texts.length > MAX_ALTERNATIVES ? undefined : texts;
    }
    case 'sequence':
      return bestOf(node.parts);
    default:
      return undefined;
  }
}

/** Runs of single characters join into one text; everything else stands alone. */
function bestOf(parts: readonly Node[]): readonly string[] | undefined {
  const candidates: (readonly string[])[] = [];
  let run = '';
  const flush = () => {
    if (run !== '') candidates.push([run]);
    run = '';
  };
  for (const part of flatten(parts)) {
    const unit = part.kind === 'set' ? unitOf(part.set) : undefined;
    if (unit !== undefined) {
      run += unit;
      continue;
    }
    // An anchor reads no character: the run goes on.
    if (part.kind === 'assert' && part.assert !== 'textEndOrNewline') continue;
    flush();
    const inner = required(part);
    if (inner !== undefined) candidates.push(inner);
  }
  flush();
  return candidates.sort((a, b) => score(b) - score(a))[0];
}

function flatten(parts: readonly Node[]): readonly Node[] {
  return parts.flatMap((part) => {
    if (part.kind === 'sequence') return flatten(part.parts);
    if (part.kind === 'group') return flatten([part.part]);
    if (part.kind === 'repeat' && part.min === part.max && part.min > 0 && part.min <= 16)
      return flatten(Array.from({ length: part.min }, () => part.part));
    return [part];
  });
}

/** The one character a set stands for, case aside. */
function unitOf(set: CharSet): string | undefined {
  let unit: string | undefined;
  for (const [low, high] of set) {
    if (low !== high || low > 127) return undefined;
    const lower = String.fromCharCode(low).toLowerCase();
    if (unit !== undefined && unit !== lower) return undefined;
    unit = lower;
  }
  return unit;
}

/** Code units that any match has at least. */
export function minimumLength(node: Node): number {
  switch (node.kind) {
    case 'set':
      return 1;
    case 'group':
      return minimumLength(node.part);
    case 'repeat':
      return node.min * minimumLength(node.part);
    case 'sequence':
      return node.parts.reduce((sum, part) => sum + minimumLength(part), 0);
    case 'choice':
      return Math.min(...node.parts.map(minimumLength));
    default:
      return 0;
  }
}
