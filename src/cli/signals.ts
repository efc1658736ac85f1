// Ctrl-C, SIGTERM and a closed terminal (SIGHUP): the first asks a command to come to an orderly end, the second ends it at once.
import { EXIT } from './exit-codes.ts';
import { interruptedError } from './failure.ts';

export interface Signals {
  /** Aborted by the first SIGINT or SIGTERM, or SIGHUP unless `onHangUp` took it. */
  readonly first: AbortSignal;
  /** Throws `interrupted` when a signal has come. */
  throwIfInterrupted(): void;
  /** Runs `cut` on the second signal instead of ending the process on the spot. */
  onSecond(cut: () => void): void;
  /** Runs `act` on every SIGHUP from now on, which no longer asks for an end. */
  onHangUp(act: () => void): void;
}

export function listenForSignals(): Signals {
  const controller = new AbortController();
  let cut = (): void => process.exit(EXIT.interrupted);
  const heard = (): void => {
    if (controller.signal.aborted) cut();
    else controller.abort();
  };
  process.on('SIGINT', heard);
  process.on('SIGTERM', heard);
  let hungUp = heard;
  process.on('SIGHUP', () => hungUp());
  return {
    first: controller.signal,
    throwIfInterrupted() {
      if (controller.signal.aborted) throw interruptedError();
    },
    onSecond(next) {
      cut = next;
    },
    onHangUp(act) {
      hungUp = act;
    },
  };
}
