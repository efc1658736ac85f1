// What commands about access are given beside flags: reasons, files, spans of time, and ids. Reads nothing of what they mean.
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { environment } from '#config';
import { SekishoError, systemErrorCode } from '#kernel';
import type { Context } from './command.ts';
import { confirm } from './continuity-access.ts';
import { parseExpiry } from './expiry.ts';
import { usageError } from './failure.ts';

export const WHY_FLAG = {
  type: 'string',
  required: true,
  valueHint: 'TEXT',
  description: 'Why; kept with the act and in the ledger',
} as const;

const LONGEST_REASON = 2000;
const MOST_YAML_BYTES = 256 * 1024;
const MOST_ALIASES = 50;

export function readReason(text: string): string {
  const reason = text.trim();
  if (reason === '') throw usageError('--reason is empty');
  if (reason.length > LONGEST_REASON) throw usageError(`--reason has ${reason.length} characters; at most ${LONGEST_REASON}`);
  return reason;
}

/** A YAML or JSON file as data. Throws `usage` where it is neither. */
export function readYaml(path: string): unknown {
  const bytes = readBytes(path, MOST_YAML_BYTES);
  try {
    return parse(bytes.toString('utf8'), { maxAliasCount: MOST_ALIASES, prettyErrors: true }) as unknown;
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n', 1)[0] : 'unreadable';
    throw usageError(`${path} is not YAML: ${reason}`);
  }
}

export function readBytes(path: string, most: number): Buffer {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw new SekishoError('file-unreadable', `${path} cannot be read: ${systemErrorCode(error) ?? 'unknown error'}`);
  }
  if (bytes.length > most) throw usageError(`${path} has ${bytes.length} bytes; at most ${most}`);
  return bytes;
}

/** An instant in ISO 8601. A span counts from now. */
export function readUntil(flag: string, text: string): string {
  const until = parseExpiry(text, Date.now());
  if (!until.ok) throw usageError(until.error.replaceAll('--expires', `--${flag}`));
  return new Date(until.value).toISOString();
}

/** A part of a path. */
export function segment(text: string): string {
  if (text === '' || text.length > 256) throw usageError(`${JSON.stringify(text.slice(0, 40))} is no id`);
  return encodeURIComponent(text);
}

/**
 * Asks a person who has just been shown what it is about, and throws `not-confirmed` unless the answer is yes. Where nobody can be asked
 * (a script, CI, --json) it wants --yes: what lets something through is not done by accident.
 */
export async function confirmSeen(question: string, { yes, context }: { readonly yes: boolean; readonly context: Context }): Promise<void> {
  if (yes) return;
  if (context.json || environment().ci || !process.stdin.isTTY || !process.stderr.isTTY)
    throw usageError('nobody can be asked here', 'Look at it first, then give --yes.');
  await confirm(question, { yes, context });
}

export const YES_FLAG = { type: 'boolean', alias: 'y', description: 'Do not ask; needed where nobody can be asked' } as const;
