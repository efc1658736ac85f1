// A stand-in for node-llama-cpp that can be made to fail in the ways the real one only fails by accident. It takes part in tests of the
// process and its keeper only: everything about answers is tested with the real package.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Installs it below `directory`, which then is where the package is found from. A prompt that contains `die` ends the process, `stall`
 * blocks it, `stuck` leaves memory that cannot be cleared, and `fail` is an answer that fails. `loading`: the error at loading, if any.
 */
export async function installFakeLibrary(
  directory: string,
  options: { readonly version?: string; readonly loading?: 'memory' | 'binary' | 'unreadable' } = {},
): Promise<void> {
  const folder = join(directory, 'node_modules', 'node-llama-cpp');
  await mkdir(folder, { recursive: true });
  const manifest = {
    name: 'node-llama-cpp',
    version: options.version ?? '3.0.0',
    type: 'module',
    main: './index.js',
    exports: './index.js',
  };
  await writeFile(join(folder, 'package.json'), JSON.stringify(manifest));
  await writeFile(join(folder, 'index.js'), `const LOADING = ${JSON.stringify(options.loading)};\n${SOURCE}`);
}

const SOURCE = `
export class InsufficientMemoryError extends Error {}
export class NoBinaryFoundError extends Error {}

class Sequence {
  isStuck = false;
  nextTokenIndex = 0;
  disposed = false;
  tokenMeter = { getState: () => ({ usedInputTokens: 0, usedOutputTokens: 0 }) };
  async adaptStateToTokens() {}
  async evaluateWithoutGeneratingNewTokens() {}
  async clearHistory() {
    if (this.isStuck) throw new Error('stuck');
  }
}

export async function getLlama() {
  if (LOADING === 'binary') throw new NoBinaryFoundError();
  return {
    gpu: false,
    async loadModel() {
      if (LOADING === 'memory') throw new InsufficientMemoryError();
      if (LOADING === 'unreadable') throw new Error('unreadable tensors');
      return {
        tokenizer: {},
        trainContextSize: 4096,
        tokens: { eos: 2, eot: null },
        createContext: async ({ contextSize }) => ({ contextSize, batchSize: 512, getSequence: () => new Sequence() }),
      };
    },
    async dispose() {},
  };
}

export function resolveChatWrapper() {
  return { wrapperName: 'fake', generateContextState: () => ({ contextText: { tokenize: () => [1, 2, 3] } }) };
}

export class LlamaChat {
  constructor({ contextSequence }) {
    this.sequence = contextSequence;
  }
  async generateResponse(history, { onResponseChunk }) {
    const text = JSON.stringify(history);
    if (text.includes('die')) {
      setImmediate(() => { throw new Error('the process dies'); });
      await new Promise(() => {});
    }
    if (text.includes('stall')) for (;;);
    if (text.includes('stuck')) this.sequence.isStuck = true;
    if (text.includes('stuck') || text.includes('fail')) throw new Error('words of the prompt');
    onResponseChunk({ type: undefined, segmentType: undefined, text: 'well', tokens: [7] });
    return { metadata: { stopReason: 'eogToken' } };
  }
  dispose() {}
}
`;
