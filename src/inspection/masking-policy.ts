// Which types are masked towards a deployment, which it must not get at all, as the operator writes it: names of types and groups, and labels of
// dictionaries.
import { factsOf, SENSITIVE_TYPES, type SensitiveType, type TypeGroup } from './types.ts';

export const TYPE_GROUPS = ['identity', 'secret', 'operational', 'dictionary'] as const satisfies readonly TypeGroup[];

/** Selectors: `all`, a group, a type, or `label:…`. */
export interface MaskingPolicy {
  readonly mask: readonly string[];
  readonly refuse: readonly string[];
  /** Takes precedence over both. */
  readonly allow: readonly string[];
}

export interface Selected {
  readonly types: readonly SensitiveType[];
  readonly labels: readonly string[];
}

const LABEL = 'label:';

export function selectTypes(selectors: readonly string[]): Selected {
  const types = SENSITIVE_TYPES.filter((type) => selectors.some((name) => name === 'all' || name === type || name === factsOf(type).group));
  return { types, labels: selectors.filter((name) => name.startsWith(LABEL)).map((name) => name.slice(LABEL.length)) };
}

export interface CompiledPolicy {
  /** Policies of one id are the same. */
  readonly id: string;
  /** Nothing is ever masked under this policy. */
  readonly masksNothing: boolean;
  /** Nothing is ever refused under this policy. */
  readonly refusesNothing: boolean;
  masks(type: SensitiveType, label: string | undefined): boolean;
  refuses(type: SensitiveType, label: string | undefined): boolean;
}

export function compilePolicy({ mask, refuse, allow }: MaskingPolicy): CompiledPolicy {
  const allowed = memberTest(allow);
  const [masked, refused] = [memberTest(mask), memberTest(refuse)];
  return {
    id: JSON.stringify([mask.toSorted(), allow.toSorted(), refuse.toSorted()]),
    masksNothing: mask.length === 0,
    refusesNothing: refuse.length === 0,
    masks: (type, label) => masked(type, label) && !allowed(type, label),
    refuses: (type, label) => refused(type, label) && !allowed(type, label),
  };
}

function memberTest(selectors: readonly string[]): (type: SensitiveType, label: string | undefined) => boolean {
  const { types, labels } = selectTypes(selectors);
  const [typeSet, labelSet] = [new Set(types), new Set(labels)];
  return (type, label) => typeSet.has(type) || (label !== undefined && labelSet.has(label));
}
