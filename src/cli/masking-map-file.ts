// The map file, which is as sensitive as what was masked: made for its owner alone, never written over by accident. And the secret that
// placeholders follow from.
import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { createHmac } from 'node:crypto';
import { joinMaps, mapText, parseMap, type MaskingMap } from '#inspection';
import { createSystemRandom, SekishoError } from '#kernel';
import { usageError } from './failure.ts';
import { writeDocument } from './hunt-files.ts';

/** Before any work: a map that cannot be written must not cost an hour, and an old one is worth more than this run. */
export function refuseExisting(path: string, force: boolean): void {
  if (!force && existsSync(path))
    throw usageError(
      `${path} exists`,
      'What was masked with it could not be restored any more. Name another file, or write over it with --force.',
    );
}

/** Mode 0600, complete or not at all. */
export async function writeMap(path: string, map: MaskingMap): Promise<void> {
  await writeDocument(path, mapText(map));
}

export async function readMaps(paths: readonly string[]): Promise<MaskingMap> {
  const maps: MaskingMap[] = [];
  for (const path of paths) {
    const parsed = parseMap(await readFile(path, 'utf8'));
    if (!parsed.ok) throw new SekishoError('map-unusable', `${path} cannot be used: ${parsed.error}`);
    maps.push(parsed.value);
  }
  const joined = joinMaps(maps);
  if (joined.ok) return joined.value;
  throw new SekishoError('map-unusable', `the maps contradict each other about ${joined.error}`, {
    hint: 'They belong to different secrets or conversations: restore with one at a time.',
  });
}

export interface MaskingKeys {
  readonly secret: Buffer;
  readonly key: Buffer;
}

const DOMAIN = 'sekisho/mask-documents/v1\0';
const LEAST_SECRET_BYTES = 32;

/** A fresh secret makes placeholders that nobody makes again. */
export async function keysOf(
  secretFile: string | undefined,
  conversation: string | undefined,
  warn: (text: string) => void,
): Promise<MaskingKeys> {
  const given = secretFile === undefined ? createSystemRandom().bytes(LEAST_SECRET_BYTES) : await readSecret(secretFile, warn);
  const derive = (purpose: string): Buffer => createHmac('sha256', given).update(DOMAIN).update(purpose).digest();
  return { secret: derive('secret'), key: derive(`conversation\0${conversation ?? ''}`) };
}

async function readSecret(path: string, warn: (text: string) => void): Promise<Buffer> {
  const secret = await readFile(path);
  const bytes = secret.at(-1) === 0x0a ? secret.subarray(0, -1) : secret;
  if (bytes.length < LEAST_SECRET_BYTES)
    throw usageError(`${path} has fewer than ${LEAST_SECRET_BYTES} bytes`, 'Make one with `openssl rand -hex 32`.');
  const { mode } = await stat(path);
  if ((mode & 0o077) !== 0) warn(`others on this machine may read ${path}; run \`chmod 600\` on it`);
  return bytes;
}
