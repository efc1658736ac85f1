// The published rubric by which texts are judged. What a judge is asked is this text, word for word, and every record of a verdict names it.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { SekishoError } from '#kernel';

export interface JudgeRubric {
  readonly version: number;
  /** Of the text, hex. */
  readonly sha256: string;
  readonly text: string;
}

const SHIPPED = new URL('../../../data/access/judge-rubric.md', import.meta.url);
const TITLE = /^# .*\(version ([1-9]\d{0,5}), \d{4}-\d{2}-\d{2}\)\n/;

/** The rubric that comes with Sekisho. Throws `judge-rubric-damaged` when the file is not as it was released. */
export function loadJudgeRubric(): JudgeRubric {
  let text = '';
  let failure: unknown;
  try {
    text = readFileSync(SHIPPED, 'utf8');
  } catch (error) {
    failure = error;
  }
  const version = TITLE.exec(text)?.[1];
  if (version !== undefined) return { version: Number(version), sha256: createHash('sha256').update(text).digest('hex'), text };
  throw new SekishoError('judge-rubric-damaged', 'the rubric of the judge that comes with Sekisho is not in order', {
    cause: failure,
    hint: 'Restore data/access/judge-rubric.md as it was released.',
  });
}
