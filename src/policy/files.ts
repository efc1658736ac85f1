// Policy files on disk: a file, or a folder of them. Reads, within bounds; parses nothing.
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { SekishoError } from '#kernel';
import { MOST_POLICY_TEXT_BYTES } from './policy-set.ts';
import type { PolicyText } from './shipped.ts';

const MOST_FILES = 500;

/** A file as it is; of a folder, the files that end in `.cedar`, by name, without those of folders in it. Throws `policies-unreadable`. */
export async function readPolicyTexts(paths: readonly string[]): Promise<readonly PolicyText[]> {
  const texts: PolicyText[] = [];
  for (const path of paths) for (const file of await filesAt(path)) texts.push({ file, text: await readText(file) });
  return texts;
}

/** UTF-8, at most as long as all policies together may be. Throws `policies-unreadable`. */
export async function readText(file: string): Promise<string> {
  try {
    const { size } = await stat(file);
    if (size > MOST_POLICY_TEXT_BYTES)
      throw new SekishoError('policies-unreadable', `${file} is longer than ${MOST_POLICY_TEXT_BYTES} bytes`);
    return new TextDecoder('utf-8', { fatal: true }).decode(await readFile(file));
  } catch (cause) {
    if (cause instanceof SekishoError) throw cause;
    const isEncoding = cause instanceof TypeError;
    throw new SekishoError('policies-unreadable', isEncoding ? `${file} is not UTF-8` : `${file} cannot be read`, { cause });
  }
}

async function filesAt(path: string): Promise<readonly string[]> {
  try {
    if (!(await stat(path)).isDirectory()) return [path];
    const names = (await readdir(path)).filter((name) => name.endsWith('.cedar')).toSorted();
    if (names.length === 0) throw new SekishoError('policies-unreadable', `${path} holds no file that ends in .cedar`);
    if (names.length > MOST_FILES) throw new SekishoError('policies-unreadable', `${path} holds more than ${MOST_FILES} files`);
    return names.map((name) => join(path, name));
  } catch (cause) {
    if (cause instanceof SekishoError) throw cause;
    throw new SekishoError('policies-unreadable', `${path} cannot be read`, { cause });
  }
}
