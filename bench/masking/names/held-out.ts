// The second corpus: other templates, other names than those the tagger was fitted on.
import { fill, filler, nameSource, type Labelled } from './generate.ts';
import { chance } from './random.ts';
import { HELD_OUT_NEGATIVES, HELD_OUT_TEMPLATES } from './templates-held-out.ts';

/** `made`: how many of the names are put together from characters and so mostly on no list. */
export function heldOutTexts(made: number): readonly Labelled[] {
  const random = chance(20_261_124);
  const names = nameSource(random, made);
  const other = filler(random);
  return [...HELD_OUT_TEMPLATES, ...HELD_OUT_NEGATIVES].flatMap((template) =>
    Array.from({ length: 10 }, () => fill(template, names, other, random)),
  );
}
