// Which ledger a command means, and the verifier key to judge it by: the configuration's own, a directory, or a URL.
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { environment } from '#config';
import { describeError, SekishoError } from '#kernel';
import { directorySource, parseVkey, verifyCheckpoint, type Checkpoint, type NoteVerifier, type TileSource } from '#ledger';
import { CONFIG_FLAG, JSON_FLAG, type Context } from './command.ts';
import { readConfig } from './configuration.ts';
import { usageError } from './failure.ts';
import { httpSource, isLoopback, parseLedgerUrl } from './http-ledger.ts';

export const LEDGER_FLAGS = {
  vkey: {
    type: 'string',
    valueHint: 'KEY',
    description: 'Verifier key, from somewhere else than the ledger itself; `sekisho up` prints it',
  },
  'vkey-file': { type: 'string', valueHint: 'FILE', description: 'The same, in a file' },
  key: { type: 'string', valueHint: 'KEY', description: 'API key with the auditor role, for entries over HTTP; default: $SEKISHO_KEY' },
  config: CONFIG_FLAG,
  json: JSON_FLAG,
} as const;

export interface LedgerChoice {
  readonly target: string | undefined;
  readonly vkey: string | undefined;
  readonly vkeyFile: string | undefined;
  readonly key: string | undefined;
  readonly config: string | undefined;
}

export interface LedgerAccess {
  /** As a person would call it. */
  readonly place: string;
  readonly source: TileSource;
  readonly vkey: string;
}

/** Undefined when the configuration has faults (they are printed then). Throws `usage`, or `no-ledger` where there is none. */
export async function openLedgerAccess(choice: LedgerChoice, context: Context): Promise<LedgerAccess | undefined> {
  const given = givenVkey(choice);
  if (choice.target === undefined) return await configuredLedger(choice, given, context);
  if (given === undefined) {
    throw usageError(
      '--vkey is missing: a ledger cannot vouch for itself',
      'Give the key that `sekisho up` prints, or leave the place out to verify your own ledger.',
    );
  }
  if (/^https?:/i.test(choice.target)) {
    const url = parseLedgerUrl(choice.target);
    const key = choice.key ?? environment().key;
    if (key !== undefined && url.protocol === 'http:' && !isLoopback(url)) {
      context.terminal.note('warning: the key for entries crosses the network in clear, because the URL is http');
    }
    return { place: url.href, source: httpSource({ url, key, signal: context.signals.first }), vkey: given };
  }
  const directory = resolve(choice.target);
  if (!existsSync(directory)) throw noLedger(directory);
  return { place: directory, source: directorySource(directory), vkey: given };
}

async function configuredLedger(choice: LedgerChoice, given: string | undefined, context: Context): Promise<LedgerAccess | undefined> {
  const loaded = readConfig(context, choice.config);
  if (loaded === undefined) return undefined;
  const { ledgerDirectory, signerOf } = await import('#compose');
  const directory = ledgerDirectory(loaded.config);
  // Looked at first: asking for the key of a ledger that does not exist yet would make one.
  if (!existsSync(join(directory, 'checkpoint'))) throw noLedger(directory);
  return { place: directory, source: directorySource(directory), vkey: given ?? (await signerOf(loaded.config)).vkey };
}

function givenVkey({ vkey, vkeyFile }: LedgerChoice): string | undefined {
  if (vkey !== undefined && vkeyFile !== undefined) throw usageError('--vkey and --vkey-file are the same thing; give one');
  const text = vkey ?? (vkeyFile === undefined ? undefined : readFileSync(vkeyFile, 'utf8').trim());
  if (text !== undefined) readVkey(text);
  return text;
}

function readVkey(text: string): NoteVerifier {
  try {
    return parseVkey(text);
  } catch (error) {
    throw usageError(
      `the verifier key cannot be read: ${describeError(error)}`,
      'It looks like example.jp/sekisho+1a2b3c4d+AZ… and is printed by `sekisho up`.',
    );
  }
}

function noLedger(directory: string): SekishoError {
  return new SekishoError('no-ledger', `there is no ledger in ${directory}`, { hint: 'It begins with the first `sekisho up`.' });
}

export interface SignedTree {
  /** The signed note as read. */
  readonly note: string;
  readonly checkpoint: Checkpoint;
}

/** The ledger's newest checkpoint, with its signature and origin verified; a text that says why not otherwise. */
export async function readSignedTree({ source, vkey }: Pick<LedgerAccess, 'source' | 'vkey'>): Promise<SignedTree | string> {
  const verifier = readVkey(vkey);
  const note = await source.read('checkpoint');
  if (note === undefined) return 'the ledger has no checkpoint';
  const checkpoint = verifyCheckpoint(note, verifier, verifier.name);
  return checkpoint.ok ? { note: note.toString('utf8'), checkpoint: checkpoint.value } : checkpoint.error.message;
}
