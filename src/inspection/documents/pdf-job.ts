// What the thread that reads PDFs (pdf-worker.ts) and whoever starts it (pdf-text.ts) say to each other. Does nothing.
import type { Result } from '#kernel';

export interface PdfText {
  /** Pages in order, a blank line between two. Well-formed, and without control characters but line breaks. */
  readonly text: string;
  readonly pages: number;
}

/** `detail` is a sentence part without words of the document. */
export interface PdfProblem {
  readonly kind:
    | 'timeout'
    /** Damaged, or its characters cannot be told. */
    | 'unreadable'
    /** More bytes, pages, characters or memory than are allowed. */
    | 'too-large'
    /** Opens with a password only. */
    | 'encrypted'
    /** Nothing but pictures: a scan. */
    | 'no-text'
    /** Others wait already; the same document may be read later. */
    | 'busy';
  readonly detail: string;
}

export interface PdfLimits {
  readonly maxPages: number;
  /** UTF-16 code units of the text of all pages. */
  readonly maxCharacters: number;
}

export interface PdfJob {
  readonly id: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** First of all comes `ready`. */
export type PdfMessage = 'ready' | { readonly id: number; readonly outcome: Result<PdfText, PdfProblem> };
