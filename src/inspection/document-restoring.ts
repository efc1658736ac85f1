// Puts values back into a document from a map: into text as it arrives, into JSON string by string.
import { ok, type Result } from '#kernel';
import { FREE_JSON, rewriteDeep, walkDeep, type DeepEdit } from '#slots';
import { newRestoreCounts, restoreText, RestoringText, type RestoreCounts } from './mask/restore.ts';
import { vocabularyOf, type MaskingMap } from './masking-map.ts';

export interface DocumentRestorer {
  readonly counts: RestoreCounts;
  /** For one text that arrives in pieces. */
  text(): { push(text: string): string; end(): string };
  /** One JSON text. Error: the offset where it stops being JSON. */
  json(source: string): Result<string, { readonly offset: number }>;
}

export function createDocumentRestorer(map: MaskingMap): DocumentRestorer {
  const vocabulary = vocabularyOf(map);
  const counts = newRestoreCounts();
  return {
    counts,
    text: () => new RestoringText(vocabulary, 'text', { counts, readsJson: false }),
    json(source) {
      const edits: DeepEdit[] = [];
      const walked = walkDeep(source, FREE_JSON, (slot, containers) => {
        if (slot.type === 'number') return;
        const number = slot.type === 'string' && map.numbers.has(slot.value) ? map.values.get(slot.value) : undefined;
        if (number !== undefined) {
          counts.restored++;
          edits.push({ slot: { ...slot, type: 'number' }, containers, text: number });
          return;
        }
        const text = restoreText(slot.value, vocabulary, 'text', { counts, readsJson: false });
        if (text !== slot.value) edits.push({ slot, containers, text });
      });
      return walked.ok ? ok(rewriteDeep(source, edits)) : walked;
    },
  };
}
