// Progress on standard error: nothing for quick work, an animated line on a terminal, plain lines elsewhere.
import { environment } from '#config';

export interface Progress {
  /** What is being done now. Shown when the work has taken a moment. */
  say(message: string): void;
  /** How far it is; replaces what was shown. Without animation at most one line every few seconds. */
  count(message: string): void;
  end(): void;
}

const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const FRAME_MS = 100;
const SHOWN_AFTER_MS = 300;
const PLAIN_AFTER_MS = 1_000;
const PLAIN_COUNT_MS = 5_000;
const CLEAR_LINE = '\r\u001B[2K';

export function startProgress(): Progress {
  return process.stderr.isTTY && !environment().ci ? animatedProgress() : plainProgress();
}

function animatedProgress(): Progress {
  const startedAt = performance.now();
  let message = '';
  let frame = 0;
  let isShown = false;
  const timer = setInterval(() => {
    const elapsed = performance.now() - startedAt;
    if (elapsed < SHOWN_AFTER_MS || message === '') return;
    isShown = true;
    const seconds = elapsed < PLAIN_AFTER_MS ? '' : ` (${Math.floor(elapsed / 1000)} s)`;
    process.stderr.write(`${CLEAR_LINE}${FRAMES[frame++ % FRAMES.length]!} ${message}${seconds}`);
  }, FRAME_MS);
  timer.unref();
  const show = (next: string): void => void (message = next);
  return {
    say: show,
    count: show,
    end() {
      clearInterval(timer);
      if (isShown) process.stderr.write(CLEAR_LINE);
    },
  };
}

function plainProgress(): Progress {
  const startedAt = performance.now();
  let waiting: string | undefined;
  let lastCountAt = startedAt;
  const write = (message: string): void => {
    waiting = undefined;
    process.stderr.write(`${message} …\n`);
  };
  const timer = setTimeout(() => {
    if (waiting !== undefined) write(waiting);
  }, PLAIN_AFTER_MS);
  timer.unref();
  return {
    say(message) {
      if (performance.now() - startedAt >= PLAIN_AFTER_MS) write(message);
      else waiting = message;
    },
    count(message) {
      const now = performance.now();
      if (now - lastCountAt < PLAIN_COUNT_MS) return;
      lastCountAt = now;
      write(message);
    },
    end: () => clearTimeout(timer),
  };
}
