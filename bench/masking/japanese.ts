// Accuracy on the generated Japanese set (japanese-set.ts). Names of people are in the texts and not scored; what is found of other types
// (e-mail, hosts, addresses of machines) is not judged either, but a card or an account of another country would be a false alarm.
import { missesOf, type Miss } from './accuracy.ts';
import { ours, peer, type Contender } from './contenders.ts';
import { japaneseSet, JAPANESE_TYPES, type JapaneseDocument } from './japanese-set.ts';
import type { Inspector } from './inspector.ts';
import { inUtf16, score, type Score, type Span } from './scoring.ts';

export interface JapaneseRow {
  readonly contender: string;
  readonly type: string;
  readonly score: Score;
}

export interface Japanese {
  readonly documents: number;
  readonly characters: number;
  readonly rows: readonly JapaneseRow[];
  /** Documents without anything to be found, and how many of them had a finding. */
  readonly decoys: readonly { readonly contender: string; readonly documents: number; readonly withFinding: number }[];
  readonly notes: readonly string[];
  readonly misses: readonly Miss[];
}

export const JAPANESE_SEED = 2026;
const PER_TEMPLATE = 12;

/** Judged as alarms too, although nothing of these types is in the set. */
const JUDGED = [...JAPANESE_TYPES, 'credit-card', 'iban', 'us-ssn'];

export async function measureJapanese(inspector: Inspector, withPeers: boolean, progress: (text: string) => void): Promise<Japanese> {
  const documents = japaneseSet(JAPANESE_SEED, PER_TEMPLATE).map((document) => ({
    ...document,
    gold: inUtf16(document.text, document.gold),
  }));
  const contenders: Contender[] = [ours(inspector)];
  if (withPeers)
    for (const name of ['openredaction', 'guardrails', 'redactpii', 'arcjet'] as const) contenders.push(peer(name, 'personal'));
  const rows: JapaneseRow[] = [];
  const decoys: Japanese['decoys'][number][] = [];
  const notes: string[] = [];
  const misses: Miss[] = [];
  for (const [index, contender] of contenders.entries()) {
    progress(`japanese: ${contender.name}`);
    let found: readonly (readonly Span[])[];
    try {
      const answer = await contender.ask(documents.map(({ text }) => text));
      if (answer.note !== '') notes.push(`${contender.name}, japanese: ${answer.note}`);
      ({ found } = answer);
    } catch (error) {
      notes.push(`${contender.name} is missing from japanese: ${error instanceof Error ? error.message : String(error)}`);
      continue;
    }
    const scored = documents.map((document, at) => ({ text: document.text, gold: document.gold, found: found[at] ?? [] }));
    rows.push({ contender: contender.name, type: 'all', score: score(scored, new Set(JUDGED)) });
    for (const part of index === 0 ? (['even', 'odd', 'unseen'] as const) : []) {
      const ofPart = scored.filter((_, at) => documents[at]?.part === part);
      rows.push({ contender: contender.name, type: `all, ${part} templates`, score: score(ofPart, new Set(JUDGED)) });
    }
    if (index === 0)
      for (const type of JAPANESE_TYPES) rows.push({ contender: contender.name, type, score: score(scored, new Set([type])) });
    decoys.push({ contender: contender.name, ...decoysOf(documents, found) });
    if (index > 0) continue;
    const answers = new Map(documents.map((document, at) => [document, found[at] ?? []]));
    misses.push(
      ...missesOf(
        'japanese',
        documents.filter(({ part }) => part === 'even'),
        answers,
        new Set(JUDGED),
        ({ id, style }) => `${id} ${style}`,
      ),
    );
  }
  return {
    documents: documents.length,
    characters: documents.reduce((sum, { text }) => sum + text.length, 0),
    rows,
    decoys,
    notes,
    misses,
  };
}

function decoysOf(documents: readonly JapaneseDocument[], found: readonly (readonly Span[])[]) {
  const judged = new Set(JUDGED);
  const indices = documents.flatMap(({ style }, index) => (style.startsWith('decoy') ? [index] : []));
  return {
    documents: indices.length,
    withFinding: indices.filter((index) => (found[index] ?? []).some(({ type }) => judged.has(type))).length,
  };
}
