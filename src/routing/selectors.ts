// Which deployments a cut or a drill means: `country:US`, `company:openai`, `deployment:provider/name`. Says nothing about what happens to
// them.
import { closestName, err, ok, type Result } from '#kernel';
import type { Deployment } from './deployment.ts';
import { sameName } from './names.ts';

export type SelectorKind =
  | 'country'
  | 'vendor-country'
  | 'hosting-country'
  | 'weights-country'
  | 'lineage'
  | 'company'
  | 'provider'
  | 'deployment';

const KINDS: readonly SelectorKind[] = [
  'country',
  'vendor-country',
  'hosting-country',
  'weights-country',
  'lineage',
  'company',
  'provider',
  'deployment',
];

export interface Selector {
  readonly kind: SelectorKind;
  readonly value: string;
}

export interface SelectorProblem {
  readonly problem: string;
  readonly suggestion: string | undefined;
}

const LONGEST = 256;

export function parseSelector(text: string): Result<Selector, SelectorProblem> {
  if (text.length > LONGEST) return err({ problem: `is longer than ${LONGEST} characters`, suggestion: undefined });
  const colon = text.indexOf(':');
  const name = colon < 0 ? '' : text.slice(0, colon).trim().toLowerCase();
  const value = text.slice(colon + 1).trim();
  const kind = KINDS.find((known) => known === name);
  if (kind === undefined) {
    const nearest = closestName(name, KINDS);
    return err({
      problem: `does not begin with one of ${KINDS.map((known) => `${known}:`).join(', ')}`,
      suggestion: nearest === undefined ? undefined : `${nearest}:${value}`,
    });
  }
  if (value === '' || /\p{Cc}/u.test(value)) return err({ problem: 'names nothing after the colon', suggestion: undefined });
  if (!kind.endsWith('country')) return ok({ kind, value });
  if (/^unknown$/i.test(value)) return ok({ kind, value: 'unknown' });
  const code = value.toUpperCase();
  if (/^[A-Z]{2}$/.test(code)) return ok({ kind, value: code });
  return err({ problem: 'needs a country as two letters (ISO 3166-1), such as `US`, or `unknown`', suggestion: undefined });
}

export function describeSelector({ kind, value }: Selector): string {
  return `${kind}:${value}`;
}

/**
 * `country:` means what somebody in that country can switch off: the vendor's home and the countries whose law binds it, the hosting and
 * every sub-processor. Weights go on running elsewhere: they are `weights-country:` and `lineage:`.
 */
export function selects({ kind, value }: Selector, deployment: Deployment): boolean {
  const { vendor, weights, hosting, subprocessors } = deployment.origins;
  switch (kind) {
    case 'country':
      return (
        vendor.country === value ||
        vendor.subjectTo.includes(value) ||
        hosting.country === value ||
        (subprocessors === undefined ? value === 'unknown' : subprocessors.some(({ country }) => country === value))
      );
    case 'vendor-country':
      return vendor.country === value;
    case 'hosting-country':
      return hosting.country === value;
    case 'weights-country':
      return weights.country === value;
    case 'lineage':
      return sameName(weights.lineage, value);
    case 'company':
      return sameName(vendor.company, value) || subprocessors?.some(({ company }) => sameName(company, value)) === true;
    case 'provider':
      return sameName(deployment.provider, value);
    case 'deployment':
      return deployment.id === value;
  }
}

/** Those of `deployments` that the selector means; empty for one that means nothing here. */
export function matching<Kind extends Deployment>(selector: Selector, deployments: readonly Kind[]): readonly Kind[] {
  return deployments.filter((deployment) => selects(selector, deployment));
}
