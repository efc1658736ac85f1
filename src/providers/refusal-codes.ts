// The one vocabulary for "the provider declined", whatever it called it and wherever it said so: in an error body, inside a stream, as the
// reason why the model stopped. A refusal is final: it is never retried elsewhere and never answered with a lesser program.
// Sources: OpenAI "Use Daybreak in the Responses API" and error codes; Anthropic "Refusals and fallback"; Azure OpenAI content filtering.

export interface ProviderRefusal {
  /**
   * cyber-policy: the vendor's rules on cyber work; access-program: the program named is not ours to use; model-refusal: the model
   * itself declined; content-filter: another safety rule.
   */
  readonly kind: 'cyber-policy' | 'access-program' | 'model-refusal' | 'content-filter';
  /** The provider's own code or category, `refusal` where it gave none. */
  readonly code: string;
}

const KINDS: ReadonlyMap<string, ProviderRefusal['kind']> = new Map([
  ['cyber_policy', 'cyber-policy'],
  ['cyber_policy_violation', 'cyber-policy'],
  ['invalid_access_program', 'access-program'],
  ['unsupported_access_program', 'access-program'],
  ['access_program_not_enabled', 'access-program'],
  ['bio_policy', 'content-filter'],
  ['content_filter', 'content-filter'],
  ['content_policy_violation', 'content-filter'],
  ['moderation_blocked', 'content-filter'],
  ['responsibleaipolicyviolation', 'content-filter'],
  ['refusal', 'model-refusal'],
]);

/** Codes of the same make that nobody has told us of yet: to ask somebody else after one of them would be to go around it. */
const LIKELY: readonly (readonly [pattern: RegExp, kind: ProviderRefusal['kind']])[] = [
  [/access_program/, 'access-program'],
  [/cyber.*(?:policy|violation)/, 'cyber-policy'],
  [/(?:^|_)policy(?:_violation)?$|^safety(?:_violation)?$/, 'content-filter'],
];

/** The refusal that an error's code, type or inner code stands for; undefined for every other error. */
export function refusalOfCode(code: string): ProviderRefusal | undefined {
  const name = code.toLowerCase();
  const kind = KINDS.get(name) ?? LIKELY.find(([pattern]) => pattern.test(name))?.[1];
  return kind === undefined ? undefined : { kind, code };
}

/** What a model's refusal means, by the category it names (Anthropic's `stop_details.category`); undefined: it names none. */
export function refusalOfCategory(category: string | undefined): ProviderRefusal {
  return { kind: category === 'cyber' ? 'cyber-policy' : 'model-refusal', code: category ?? 'refusal' };
}
