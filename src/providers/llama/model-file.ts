// Looks at a model file before anything native opens it, so that a wrong path or a wrong file is said in words and not by a crash. Reads
// the first bytes only: what is inside is the library's to judge.
import { open, stat } from 'node:fs/promises';
import { describeError, SekishoError, systemErrorCode } from '#kernel';

const MAGIC = 'GGUF';
/** Magic, version, number of tensors, number of metadata entries. */
const HEADER_BYTES = 24;
/** Versions 2 and 3 count in 64 bits; version 1 has not been written since 2023. */
const VERSIONS: ReadonlySet<number> = new Set([2, 3]);

/**
 * Rejects unless `path` is a regular, readable file that begins as a GGUF file (ggml `docs/gguf.md`, "File structure") does.
 * @throws SekishoError `llama-model-missing`, `llama-model-invalid`
 */
export async function checkModelFile(path: string): Promise<void> {
  // Asked before it is opened: opening a named pipe would wait for somebody to write.
  const state = await stat(path).catch((error: unknown) => {
    throw unreadable(path, error);
  });
  if (!state.isFile()) throw invalid(path, 'it is not a regular file');
  const file = await open(path, 'r').catch((error: unknown) => {
    throw unreadable(path, error);
  });
  try {
    const header = Buffer.alloc(HEADER_BYTES);
    const { bytesRead } = await file.read(header, 0, HEADER_BYTES, 0);
    if (bytesRead < HEADER_BYTES || header.toString('latin1', 0, 4) !== MAGIC) throw invalid(path, 'it does not begin as a GGUF file does');
    const version = header.readUInt32LE(4);
    if (!VERSIONS.has(version))
      throw invalid(path, `it is a GGUF file of version ${version}, and only versions 2 and 3 in little-endian are read`);
  } finally {
    await file.close();
  }
}

function unreadable(path: string, error: unknown): SekishoError {
  const reason = systemErrorCode(error) === 'ENOENT' ? 'there is no such file' : describeError(error);
  return new SekishoError('llama-model-missing', `The model file ${path} cannot be read: ${reason}`, { cause: error });
}

function invalid(path: string, reason: string): SekishoError {
  return new SekishoError('llama-model-invalid', `${path} is not a model that can be run: ${reason}`, {
    hint: 'A local model is one file in the GGUF format, little-endian, of version 2 or 3.',
  });
}
