// How well names are found, how much of ordinary text is taken for one, and how fast.
//   node bench/masking/names/evaluate.ts [--show 20]
import { existsSync, globSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { hasSentences, readSentences } from './data.ts';
import type { Labelled } from './generate.ts';
import { heldOutTexts } from './held-out.ts';
import { judge, line } from './judge.ts';
import { createNameTagger, latinNameDetector, loadLatinLexicon, Scanner, subjectOf, withoutOverlaps, type NameTagger } from './tagger.ts';

const ROOT = resolve(import.meta.dirname, '../../..');
const PRESIDIO = resolve(ROOT, '../shared/data/masking/presidio_generated_large.json');
const show = Number(process.argv[3] ?? 0);

japanese();
latin();

function japanese(): void {
  const begun = performance.now();
  const tagger = createNameTagger();
  console.log(`Japanese tagger: loaded in ${Math.round(performance.now() - begun)} ms`);
  console.log(line('other texts, half of names unlisted', judge(tagger, heldOutTexts(0.5), show)));
  console.log(line('other texts, names unlisted', judge(tagger, heldOutTexts(1), show)));
  if (!hasSentences()) return console.log('public sentences: not here (shared/data/masking)');
  const { folds, judge: judged } = readSentences();
  console.log(line('public sentences, held in', judge(tagger, judged, show)));
  const nobody = judged.filter(({ names }) => names.length === 0);
  const found = nobody.reduce((sum, { text }) => sum + tagger.tag(subjectOf(text)).length, 0);
  console.log(`sentences without names: ${Math.round((1_000 * found) / nobody.length)} findings per 1000 of ${nobody.length}`);
  const subject = subjectOf(
    folds
      .flat()
      .map(({ text }) => text)
      .join('\n'),
  );
  const speeds = Array.from({ length: 9 }, () => {
    const start = performance.now();
    tagger.tag(subject);
    return subject.text.length / (performance.now() - start);
  });
  console.log(`speed: ${Math.round(speeds.toSorted((a, b) => a - b)[4]!)} thousand characters a second`);
}

function latin(): void {
  if (existsSync(PRESIDIO)) {
    const texts = presidio();
    for (const withNames of [true, false])
      for (const half of ['even', 'odd'] as const)
        console.log(
          line(
            `${half} templates, ${withNames ? 'with' : 'without'} lists`,
            judge(latinTagger(withNames), texts[half], half === 'even' ? show : 0),
          ),
        );
  }
  for (const pattern of ['docs/**/*.md', 'README.md', 'src/**/*.ts', 'rules/**/*.yml']) {
    const text = globSync(pattern, { cwd: ROOT })
      .map((file) => readFileSync(resolve(ROOT, file), 'utf8'))
      .join('\n');
    const tagger = latinTagger(true);
    const subject = subjectOf(text);
    tagger.tag(subject);
    const begun = performance.now();
    const found = tagger.tag(subject);
    const megabytes = text.length / 1_000 / (performance.now() - begun);
    const lines = text.split('\n').length;
    console.log(
      `${pattern}: ${found.length} names in ${lines} lines, ${((1_000 * found.length) / lines).toFixed(2)} per 1000; ${megabytes.toFixed(0)} MB/s`,
    );
  }
}

function latinTagger(withNames: boolean): NameTagger {
  const scanner = new Scanner([latinNameDetector(loadLatinLexicon(withNames))]);
  return { tag: (subject) => withoutOverlaps(scanner.scan(subject)) };
}

interface PresidioText {
  readonly full_text: string;
  readonly template_id: number;
  readonly spans: readonly {
    readonly entity_type: string;
    readonly start_position: number;
    readonly end_position: number;
  }[];
}

/** By template: rules were made looking at the even ones only. Offsets of the file count code points. */
function presidio(): { readonly even: Labelled[]; readonly odd: Labelled[] } {
  const even: Labelled[] = [];
  const odd: Labelled[] = [];
  for (const { full_text: text, template_id: template, spans } of JSON.parse(readFileSync(PRESIDIO, 'utf8')) as PresidioText[]) {
    const offsets: number[] = [];
    for (let at = 0; at <= text.length; at += text.codePointAt(at)! > 0xffff ? 2 : 1) offsets.push(at);
    const names = spans
      .filter(({ entity_type: type }) => type === 'PERSON')
      .map(({ start_position: start, end_position: end }): [number, number] => [offsets[start]!, offsets[end]!]);
    (template % 2 === 0 ? even : odd).push({ text, names });
  }
  return { even, odd };
}
