// Door of names: what the rest of inspection may use.
export { createNameTagger, type NameTagger } from './japanese-tagger.ts';
export { latinNameDetector } from './latin-names.ts';
