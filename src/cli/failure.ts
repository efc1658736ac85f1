// How a command that could not do its work says so: message, what to do, exit code. A stack only for those who ask for it.
import { describeError, SekishoError, systemErrorCode } from '#kernel';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { plain, type Terminal } from './terminal.ts';

/** The command line itself is wrong. */
export function usageError(message: string, hint?: string): SekishoError {
  return new SekishoError('usage', message, hint === undefined ? {} : { hint });
}

/** A signal came before the work was done. */
export function interruptedError(): SekishoError {
  return new SekishoError('interrupted', 'interrupted');
}

const USAGE_CODES: ReadonlySet<string> = new Set(['usage', 'configuration-missing', 'configuration-invalid', 'dictionary-unusable']);

export function reportFailure(
  error: unknown,
  options: { readonly terminal: Terminal; readonly json: boolean; readonly debug: boolean },
): ExitCode {
  const { terminal, json, debug } = options;
  const known = error instanceof SekishoError ? error : undefined;
  const code = known?.code ?? systemErrorCode(error) ?? 'unexpected';
  // Whoever interrupts knows why; what fails in the course of it is noise.
  const reasons = code === 'interrupted' ? ['interrupted'] : reasonsOf(error);
  if (json) terminal.out(JSON.stringify({ ok: false, error: { code, message: reasons.join(': '), hint: known?.hint ?? null } }));
  else {
    const style = terminal.noteStyle;
    terminal.note(`${style('red', 'sekisho:')} ${plain(reasons[0]!)}`);
    for (const reason of reasons.slice(1)) terminal.note(`  because ${plain(reason)}`);
    if (known?.hint !== undefined) terminal.note(`  ${style('cyan', '→')} ${known.hint}`);
  }
  if (debug && error instanceof Error) terminal.note(error.stack ?? error.message);
  else if (code === 'unexpected' && !json) terminal.note('  Set SEKISHO_DEBUG=1 to see where it happened.');
  if (code === 'interrupted') return EXIT.interrupted;
  return USAGE_CODES.has(code) ? EXIT.usage : EXIT.failed;
}

/** The message and those of its causes that add something. */
function reasonsOf(error: unknown): string[] {
  const reasons = [describeError(error)];
  for (let cause = error instanceof Error ? error.cause : undefined; cause instanceof Error && reasons.length < 5; cause = cause.cause) {
    if (cause.message !== '' && !reasons.some((reason) => reason.includes(cause.message))) reasons.push(cause.message);
  }
  return reasons;
}
