// How an attempt at a deployment ended.
import type { Observation, StreamTranslator, TranslationNote } from '#providers';
import type { FailureReason } from './refusal.ts';

export interface HeldAnswer {
  readonly status: number;
  readonly headers: readonly string[];
  readonly body: Buffer;
}

export interface Answered {
  readonly kind: 'answered';
  readonly status: number;
  /** complete: to the stream's own end mark; unfinished: ended cleanly without it; interrupted: broke off; client-gone: nobody to send to. */
  readonly ended: 'complete' | 'unfinished' | 'interrupted' | 'client-gone';
  readonly failure: FailureReason | undefined;
  readonly observation: Observation;
  readonly answerBytes: number;
  readonly firstByteMs: number;
  readonly upstreamRequestId: string | undefined;
  /** What the answer's translation left out. */
  readonly notes: readonly TranslationNote[];
}

export type AttemptResult =
  | Answered
  /** A stream broke off that another deployment may go on with. The client has not been told yet. */
  | { readonly kind: 'broken'; readonly stream: StreamTranslator; readonly soFar: Answered }
  | {
      readonly kind: 'failed';
      readonly reason: FailureReason;
      readonly status: number | undefined;
      readonly restMs: number | undefined;
      readonly answer: HeldAnswer | undefined;
      readonly upstreamRequestId: string | undefined;
    }
  | { readonly kind: 'abandoned' };
