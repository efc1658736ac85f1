// Masks what a person writes about a task before it goes to a vendor: everything that is found, whatever the policies of routes let through.
// Nothing is kept that could bring it back.
import { createHmac } from 'node:crypto';
import type { Config } from '#config';
import { compilePolicy, createInspector, DocumentMasker, MaskingFailed, SENSITIVE_TYPES, type TextInspector } from '#inspection';
import type { Random } from '#kernel';
import { readUnchanged } from './content-rules.ts';
import { unusable } from './dictionary-copies.ts';

/** Separates these placeholders from every other use of the same secret. */
const DOMAIN = 'sekisho/words-for-vendors/v1';
const KEY_BYTES = 32;
const EVERYTHING = compilePolicy({ mask: ['all'], refuse: [], allow: [] });

/** Undefined: it cannot be masked so that every placeholder stands for one thing. @throws SekishoError for a bad dictionary */
export function createWordsForVendors({
  config,
  pepper,
  random,
}: {
  readonly config: () => Pick<Config, 'inspection' | 'version'>;
  readonly pepper: Buffer;
  readonly random: Random;
}): (text: string) => Promise<string | undefined> {
  const secret = createHmac('sha256', pepper).update(DOMAIN).digest();
  let made: { readonly version: string; readonly inspector: TextInspector } | undefined;

  function inspectorNow(): TextInspector {
    const { inspection, version } = config();
    if (made?.version === version) return made.inspector;
    const inspector = createInspector({
      ...inspection,
      readFile: (file) => readUnchanged(file, inspection?.dictionaryHashes[file]),
    });
    if (!inspector.ok) throw unusable(inspector.error);
    made = { version, inspector: inspector.value };
    return inspector.value;
  }

  return async (text) => {
    const masker = new DocumentMasker({
      inspector: inspectorNow(),
      policy: EVERYTHING,
      secret,
      key: random.bytes(KEY_BYTES),
      neverRestored: SENSITIVE_TYPES,
    });
    await masker.read(text, 'text');
    try {
      return (await masker.mask())[0];
    } catch (error) {
      if (error instanceof MaskingFailed) return undefined;
      throw error;
    }
  };
}
