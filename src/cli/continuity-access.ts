// What the commands about cuts, drills and dependence share: the way to the store and the diary, ids, reasons, and asking a person.
import { createInterface } from 'node:readline';
import type { ContinuityControl } from '#compose';
import { environment, type Config } from '#config';
import { createSystemRandom, SekishoError, ulid } from '#kernel';
import type { Context } from './command.ts';
import { interruptedError, usageError } from './failure.ts';
import { actor } from './keys.ts';
import { startProgress } from './progress.ts';
import { plain } from './terminal.ts';

export const REASON_FLAG = {
  type: 'string',
  required: true,
  valueHint: 'TEXT',
  description: 'Why; kept with the act and in the ledger',
} as const;

const LONGEST_REASON = 500;
const ID_ENTROPY_BYTES = 10;

/** Runs `work` with the store and the ledger's diary; `by` is who acts. */
export async function withControl<T>(
  context: Context,
  config: Config,
  work: (control: ContinuityControl, by: string) => Promise<T>,
): Promise<T> {
  const { withContinuity } = await import('#compose');
  const progress = startProgress();
  const who = actor();
  try {
    return await withContinuity({
      config,
      by: who,
      onProgress: (message) => progress.say(plain(message)),
      work: async (control) => {
        progress.end();
        if (context.signals.first.aborted) throw interruptedError();
        return await work(control, who.user);
      },
    });
  } finally {
    progress.end();
  }
}

/** Throws `usage` for a reason that says nothing, or too much. */
export function checkReason(reason: string): string {
  const text = reason.trim();
  if (text === '') throw usageError('--reason is empty');
  if (text.length > LONGEST_REASON) throw usageError(`--reason has ${text.length} characters; at most ${LONGEST_REASON}`);
  return text;
}

/** `cut_` or `drl_` and a ULID. */
export function newId(prefix: 'cut' | 'drl', nowMs: number): string {
  return `${prefix}_${ulid(nowMs, createSystemRandom().bytes(ID_ENTROPY_BYTES))}`;
}

/**
 * Asks a person at a terminal, and throws `not-confirmed` unless the answer is yes. Where nobody can be asked (a script, CI, --json) it
 * does not ask: an emergency at night must not wait for a keyboard.
 */
export async function confirm(question: string, { yes, context }: { readonly yes: boolean; readonly context: Context }): Promise<void> {
  if (yes || context.json || environment().ci || !process.stdin.isTTY || !process.stderr.isTTY) return;
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await new Promise<string>((resolve, reject) => {
    // In raw mode Ctrl-C is a key and not a signal.
    lines.once('SIGINT', () => reject(interruptedError()));
    lines.once('close', () => resolve(''));
    context.signals.first.addEventListener('abort', () => reject(interruptedError()), { once: true });
    lines.question(`${question} [y/N] `, resolve);
  }).finally(() => lines.close());
  if (/^y(?:es)?$/i.test(answer.trim())) return;
  throw new SekishoError('not-confirmed', 'nothing was done');
}

export function iso(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}
