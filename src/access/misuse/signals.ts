// Signals of misuse as data: what counts, how much and for how long. Which of them happened is others' to say; what the sum means is
// standing.ts's.
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import { SekishoError } from '#kernel';

export const SIGNAL_KINDS = [
  'prohibited-work',
  'judge-prohibited',
  'capability-outside-grant',
  'model-steering',
  'target-outside-scope',
  'hold-denied',
  'many-holds',
  'probing',
  'burst',
  'new-place',
  'provider-refusal',
  'provider-notice',
] as const;

export type SignalKind = (typeof SIGNAL_KINDS)[number];

export interface SignalDefinition {
  /** Points. */
  readonly weight: number;
  readonly halfLifeHours: number;
  readonly en: string;
  readonly ja: string;
}

/** Points at which a standing begins. */
export interface MisuseThresholds {
  readonly review: number;
  readonly restricted: number;
  readonly suspended: number;
  /** A review that nobody ordered is over below this. */
  readonly reviewEndsBelow: number;
}

export interface MisuseCatalogue {
  readonly version: number;
  /** The day on which it was put together, YYYY-MM-DD. */
  readonly released: string;
  readonly thresholds: MisuseThresholds;
  readonly signals: Readonly<Record<SignalKind, SignalDefinition>>;
}

const line = z.string().min(1).max(300);
const points = z.number().positive().max(1000);

export const thresholdsSchema = z
  .strictObject({ review: points, restricted: points, suspended: points, reviewEndsBelow: points })
  .refine(
    ({ reviewEndsBelow, review, restricted, suspended }) => reviewEndsBelow <= review && review <= restricted && restricted <= suspended,
    { error: 'must rise: reviewEndsBelow, review, restricted, suspended' },
  );

const definition = z.strictObject({
  weight: z.number().min(0).max(1000),
  halfLifeHours: z
    .number()
    .positive()
    .max(24 * 3650),
  en: line,
  ja: line,
});

const catalogueSchema = z.strictObject({
  version: z.int().positive(),
  released: z.iso.date(),
  thresholds: thresholdsSchema,
  signals: z.record(z.enum(SIGNAL_KINDS), definition),
});

const SHIPPED = new URL('../../../data/access/misuse-signals.yaml', import.meta.url);

/** The signals that come with Sekisho. Throws `misuse-signals-damaged` when the file is not as it was released. */
export function loadMisuseCatalogue(): MisuseCatalogue {
  try {
    return catalogueSchema.parse(parse(readFileSync(SHIPPED, 'utf8'), { maxAliasCount: 0 }));
  } catch (error) {
    throw new SekishoError('misuse-signals-damaged', 'the misuse signals that come with Sekisho are not in order', {
      cause: error,
      hint: 'Restore data/access/misuse-signals.yaml as it was released.',
    });
  }
}
