// One pattern of a rule, ready to be searched for, with what bounds it.
import { Automaton } from './automaton.ts';
import { compileBacktracking } from './backtrack.ts';
import { minimumLength, requiredLiterals } from './literals.ts';
import { compileProgram } from './program.ts';
import { parseRegex } from './syntax.ts';

/** Instructions alive, summed over the characters of one value. At about 10 ns each the worst value costs 0.4 s. */
const MAX_WORK = 4e7;

export interface CompiledRegex {
  /** Undefined: the value exceeds what this pattern may cost; it was not decided. */
  readonly test: (value: string) => boolean | undefined;
  /** One of these occurs in the lower-cased value whenever the pattern matches. */
  readonly literals: readonly string[] | undefined;
  /** Why the pattern does not see all of every value; undefined when it does. */
  readonly limited: string | undefined;
}

/** @throws RuleProblem when the pattern cannot be used. */
export function compileRegex(pattern: string, flags: string): CompiledRegex {
  const node = parseRegex(pattern, flags);
  const literals = requiredLiterals(node);
  const shortest = minimumLength(node);
  const program = compileProgram(node);
  if (program === undefined) {
    const { matcher, maxLength } = compileBacktracking(node, pattern);
    return {
      test: (value) => (value.length <= maxLength ? matcher.test(value) : undefined),
      literals,
      limited: `look-around or back-references: values longer than ${maxLength} characters are not decided`,
    };
  }
  // Built when first needed: most patterns never run, because their literals do not occur.
  let automaton: Automaton | undefined;
  return {
    test: (value) => {
      if (value.length < shortest) return false;
      automaton ??= new Automaton(program);
      return automaton.test(value, MAX_WORK);
    },
    literals,
    limited: undefined,
  };
}
