// Entry of a worker of the pool (pool.ts): tags what it is sent. Holds nothing between two messages but the model.
import { parentPort } from 'node:worker_threads';
import { createNameTagger } from './japanese-tagger.ts';
import type { Answer, Task } from './pool.ts';

const tagger = createNameTagger();

parentPort?.on('message', ({ id, texts }: Task) => {
  const findings = texts.map(({ text, hint }) =>
    tagger.tag({
      original: text,
      text,
      folded: text,
      hint,
      originalRange: (start, end) => [start, end],
    }),
  );
  parentPort?.postMessage({ id, findings } satisfies Answer, []);
});
