// Where results that are large go: a file that appears under its name when it is complete, or standard output, which is waited for.
import { LineFile } from './hunt-files.ts';

export interface Output {
  /** Resolves when there is room again. False: whoever read it has gone. */
  write(text: string): Promise<boolean>;
  /** Makes it whole. */
  close(): Promise<void>;
  /** Leaves no trace of a file. */
  discard(): Promise<void>;
}

export async function openOutput(path: string | undefined): Promise<Output> {
  if (path === undefined) return standardOutput();
  const file = await LineFile.open(path);
  return {
    async write(text) {
      await file.write(text);
      return true;
    },
    close: () => file.close(),
    discard: () => file.discard(),
  };
}

const CHUNK = 65_536;

export function standardOutput(): Output {
  let waiting = '';
  let isGone = false;
  process.stdout.once('error', () => (isGone = true));
  const flush = async (): Promise<boolean> => {
    const text = waiting;
    waiting = '';
    if (isGone || text === '') return !isGone;
    // Also of a pipe, every byte is out before the process ends.
    await new Promise<void>((resolve) => void process.stdout.write(text, () => resolve()));
    return !isGone;
  };
  return {
    async write(text) {
      waiting += text;
      return waiting.length < CHUNK ? !isGone : await flush();
    },
    async close() {
      await flush();
    },
    discard: () => Promise.resolve(),
  };
}
