// How well a tagger finds names: exact spans, and recall by overlap.
import type { Labelled } from './generate.ts';
import { subjectOf, type NameTagger } from './tagger.ts';

export interface Judgement {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  readonly overlapRecall: number;
  readonly overlapPrecision: number;
}

export function judge(tagger: NameTagger, texts: readonly Labelled[], show = 0): Judgement {
  let names = 0;
  let found = 0;
  let exact = 0;
  let touched = 0;
  let touching = 0;
  let shown = 0;
  for (const { text, names: gold } of texts) {
    const subject = subjectOf(text);
    const spans = tagger.tag(subject).map(({ start, end }) => subject.originalRange(start, end));
    names += gold.length;
    found += spans.length;
    const overlaps = (a: readonly [number, number], b: readonly [number, number]) => a[0] < b[1] && b[0] < a[1];
    for (const name of gold) {
      if (spans.some((span) => span[0] === name[0] && span[1] === name[1])) exact++;
      if (spans.some((span) => overlaps(span, name))) touched++;
      else if (shown++ < show)
        console.log(
          '  missed',
          text.slice(name[0], name[1]),
          '|',
          text.slice(Math.max(0, name[0] - 12), name[1] + 12).replaceAll('\n', '⏎'),
        );
    }
    for (const span of spans) {
      if (gold.some((name) => overlaps(span, name))) touching++;
      else if (shown++ < show)
        console.log(
          '  wrong ',
          text.slice(span[0], span[1]),
          '|',
          text.slice(Math.max(0, span[0] - 12), span[1] + 12).replaceAll('\n', '⏎'),
        );
    }
  }
  const precision = exact / found;
  const recall = exact / names;
  return {
    precision,
    recall,
    f1: (2 * precision * recall) / (precision + recall),
    overlapRecall: touched / names,
    overlapPrecision: touching / found,
  };
}

export function line(name: string, { precision, recall, f1, overlapRecall, overlapPrecision }: Judgement): string {
  const three = (value: number) => value.toFixed(3);
  return `${name.padEnd(34)} exact P ${three(precision)} R ${three(recall)} F1 ${three(f1)}   overlap P ${three(overlapPrecision)} R ${three(overlapRecall)}`;
}
