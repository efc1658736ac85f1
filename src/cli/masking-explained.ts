// What `sekisho explain` says of a request's content: what was found, which data that makes it, and what a deployment would see of it.
import type { ConsideredDeployment, Explanation } from '#compose';
import { plain } from './terminal.ts';

type SeenContent = NonNullable<ConsideredDeployment['seen']>;

/** Undefined there is null here. Targets are values: only their kinds are told. */
export function contentView({ content, hasRealPlaceholders }: Explanation) {
  if (content === undefined) return null;
  const { level, because, dataClass, found, labels, markings, mediaTypes, isTainted, missing, signals } = content;
  return {
    found,
    level,
    because,
    dataClass: dataClass ?? null,
    labels,
    markings,
    unreadable: mediaTypes,
    tainted: isTainted,
    missing,
    signals: signals === undefined ? null : { ...signals, targets: kindsOf(signals.targets) },
    realPlaceholders: hasRealPlaceholders,
  };
}

function kindsOf(targets: readonly { readonly kind: string }[]): Readonly<Record<string, number>> {
  const kinds = new Map<string, number>();
  for (const { kind } of targets) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  return Object.fromEntries(kinds);
}

const MOST_REASONS = 8;

export function contentRows({ content }: Explanation): string[][] {
  if (content === undefined) return [];
  const { level, because, dataClass, found, labels, markings, mediaTypes, missing } = content;
  const asClass = dataClass === undefined || dataClass === level ? '' : ` (class ${plain(dataClass)} for everybody)`;
  const reasons = because.length === 0 ? '' : `, because of ${because.slice(0, MOST_REASONS).map(plain).join(', ')}`;
  const rows = [
    ['holds', countsText(found) || 'nothing that was looked for'],
    ['level', `${level}${asClass}${reasons}`],
  ];
  if (labels.length > 0) rows.push(['labels', labels.map(plain).join(', ')]);
  if (markings.length > 0) rows.push(['marked', markings.map(plain).join(', ')]);
  if (mediaTypes.length > 0) rows.push(['no text', mediaTypes.map(plain).join(', ')]);
  if (missing.length > 0) rows.push(['missing', `${missing.map(plain).join(', ')} did not answer`]);
  return rows;
}

export function seenText({ masked, unmasked, level, because }: SeenContent): string {
  const parts = [
    countsText(masked) === '' ? 'sees nothing masked' : `sees masked: ${countsText(masked)}`,
    ...(countsText(unmasked) === '' ? [] : [`as it is: ${countsText(unmasked)}`]),
    `what is left is ${level}${because.length === 0 ? '' : ` (${because.slice(0, MOST_REASONS).join(', ')})`}`,
  ];
  return parts.join('; ');
}

function countsText(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([type, number]) => `${number} ${type}`)
    .join(', ');
}

/** Of a body that was made as JSON. */
export function parsed(body: Buffer): unknown {
  return JSON.parse(body.toString('utf8'));
}

/** For people: indented, and safe for a terminal. */
export function bodyText(body: Buffer): string {
  const lines = JSON.stringify(parsed(body), null, 2).split('\n');
  return lines.map((line) => `      ${plain(line)}`).join('\n');
}
