// Finders that are asked over a channel: another thread, another machine. They see all new texts of a request at once, and answer in full or say
// why not; what that means is decided by whoever configured them.
import { err, ok, SekishoError, type Result } from '#kernel';
import type { Finding } from './detect/detector.ts';
import type { ExternalDetector } from './external/detector.ts';
import type { NamePool } from './names/pool.ts';
import { decodedSubject } from './text/decoded-subject.ts';
import { subjectOf, type Subject } from './text/subject.ts';

export interface RemoteText {
  readonly text: string;
  readonly hint: string;
}

export interface RemoteFinder {
  readonly name: string;
  /** When it fails, go on with what others found. */
  readonly isOptional: boolean;
  /** Findings for each text, in offsets of the text as given. Errors: why, for logs; nothing of the texts. */
  find(texts: readonly RemoteText[]): Promise<Result<readonly (readonly Finding[])[], string>>;
  close(): Promise<void>;
}

/** Longest time that nobody cancels: calls have budgets of their own. */
const NEVER = new AbortController().signal;

export function externalFinder(detector: ExternalDetector, { isOptional }: { readonly isOptional: boolean }): RemoteFinder {
  return {
    name: 'external detector',
    isOptional,
    async find(texts) {
      const found = await detector.detect(
        texts.map(({ text }) => text),
        NEVER,
      );
      return found.ok ? found : err(`${found.error.kind}: ${found.error.detail}`);
    },
    close: () => detector.close(),
  };
}

const JAPANESE = /[\u3005-\u30ff\u3400-\u9fff\uf900-\ufaff\uff66-\uff9f]/;
/** How such a character begins as `\u`, in UTF-8 as `%`, `=`, `\x` and octal, and as an entity. */
const ESCAPED_JAPANESE = /\\u[3-9fF]|(?:%|%25|\\x|=)[eE][3-9fF]|\\34[3-7]|\\35|&#(?:[xX][3-9fF]|[1-6])/;

/** `inlineCharacters`: shorter texts are somebody else's. */
export function nameFinder(pool: NamePool, inlineCharacters: number): RemoteFinder {
  return {
    name: 'name tagger',
    isOptional: false,
    async find(texts) {
      const found: (readonly Finding[])[] = texts.map(() => []);
      const places: number[] = [];
      const subjects: Subject[] = [];
      for (const [index, { text, hint }] of texts.entries()) {
        if (text.length <= inlineCharacters) continue;
        // Who reads the escapes of a text reads what stands in it as it is, too.
        const decoded = ESCAPED_JAPANESE.test(text) ? decodedSubject(text, hint) : undefined;
        if (!JAPANESE.test(decoded?.text ?? text)) continue;
        const subject = decoded ?? subjectOf(text, hint);
        places.push(index);
        subjects.push(subject);
      }
      if (places.length === 0) return ok(found);
      try {
        const answers = await pool.tag(subjects.map(({ text, hint }) => ({ text, hint })));
        for (const [position, index] of places.entries()) {
          const subject = subjects[position]!;
          found[index] = answers[position]!.map((finding) => {
            const [start, end] = subject.originalRange(finding.start, finding.end);
            return { ...finding, start, end };
          });
        }
        return ok(found);
      } catch (error) {
        if (error instanceof SekishoError) return err(error.message);
        throw error;
      }
    },
    close: () => pool.close(),
  };
}
