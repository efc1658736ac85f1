// Asks a judge about a text, within bounds, and says what came of it in codes. Never throws, and never lets more than the enumerated through:
// whatever goes wrong, there is no verdict, and a person looks. What follows from a verdict is escalations.ts's.
import type { Clock, Json, Random } from '#kernel';
import { textOfCompletion } from './answer.ts';
import { questionOf, type JudgeMatter } from './question.ts';
import type { JudgeRubric } from './rubric.ts';
import { Turnstile, type TurnedBack } from './turnstile.ts';
import { readVerdict, type Verdict } from './verdict.ts';

/** What whoever carries the question to the judge brings back. */
export interface JudgeReply {
  /** The request that asked it, as the ledger names it; undefined: none was made. */
  readonly requestId: string | undefined;
  /** 200: the body is a chat completion. */
  readonly status: number;
  readonly body: string;
}

/** A chat completion without its model, to the judge's route. May reject; must, once the signal is aborted. */
export type AskJudge = (body: { readonly [member: string]: Json }, signal: AbortSignal) => Promise<JudgeReply>;

/** Why there is no verdict. */
export type Unjudged = TurnedBack | 'judge-timeout' | 'judge-refused' | 'judge-failed' | 'judge-unreadable';

export interface Judgement {
  readonly judgeRequest: string | undefined;
  readonly outcome: (Verdict & { readonly isCut: boolean }) | Unjudged;
}

export interface Judge {
  readonly rubric: JudgeRubric;
  judge(matter: JudgeMatter): Promise<Judgement>;
  /** What is asked ends without a verdict, and nothing more is asked. */
  close(): void;
}

export interface JudgeOptions {
  readonly ask: AskJudge;
  readonly rubric: JudgeRubric;
  readonly clock: Clock;
  readonly random: Random;
  readonly maxConcurrent: number;
  readonly timeoutSeconds: number;
  readonly maxPerMinute: number;
  readonly onError: (error: unknown) => void;
}

const MOST_WAITING = 64;
/** Too short to be taken for a secret and masked, too long to be guessed in one attempt. */
const NONCE_BYTES = 6;

export function createJudge(options: JudgeOptions): Judge {
  const { ask, rubric, random, timeoutSeconds, onError } = options;
  const turnstile = new Turnstile({ ...options, mostWaiting: MOST_WAITING });
  const closing = new AbortController();

  async function asked(matter: JudgeMatter): Promise<Judgement> {
    const { body, isCut } = questionOf(matter, rubric, random.bytes(NONCE_BYTES).toString('hex'));
    const timeout = AbortSignal.timeout(timeoutSeconds * 1000);
    let reply: JudgeReply;
    try {
      reply = await ask(body, AbortSignal.any([timeout, closing.signal]));
    } catch (error) {
      if (timeout.aborted) return { judgeRequest: undefined, outcome: 'judge-timeout' };
      onError(error);
      return { judgeRequest: undefined, outcome: 'judge-failed' };
    }
    const { requestId: judgeRequest, status } = reply;
    if (status !== 200) return { judgeRequest, outcome: 'judge-refused' };
    const text = textOfCompletion(reply.body);
    const verdict = text === undefined ? undefined : readVerdict(text);
    return { judgeRequest, outcome: verdict === undefined ? 'judge-unreadable' : { ...verdict, isCut } };
  }

  return {
    rubric,
    async judge(matter) {
      const passed = await turnstile.pass(() => asked(matter));
      return typeof passed === 'string' ? { judgeRequest: undefined, outcome: passed } : passed;
    },
    close() {
      closing.abort();
      turnstile.close();
    },
  };
}
