// Resolves secret references. A value leaves this file only as a return value; messages name the reference, never what it holds.
import { resolve } from 'node:path';
import { type Result, err, ok, SekishoError, systemErrorCode } from '#kernel';
import { holdsKnownSecret } from './disclosure.ts';
import type { Variables } from './environment.ts';
import type { ReadFile } from './files.ts';

const MAX_SECRET_BYTES = 65_536;

export interface Secret {
  readonly value: string;
  /** Set when others on this machine may read or change the file; as one sentence. */
  readonly warning: string | undefined;
}

/** A reference such as `env:NAME` → the secret, or the reason why there is none (`reason; suggestion`). Each reference is read once. */
export type SecretReader = (reference: string) => Result<Secret, string>;

/**
 * @param directory where relative `file:` references start
 */
export function createSecretReader(variables: Variables, readFile: ReadFile, directory: string): SecretReader {
  const known = new Map<string, Result<Secret, string>>();
  return (reference) => {
    const earlier = known.get(reference);
    if (earlier !== undefined) return earlier;
    const secret = reference.startsWith('env:')
      ? fromVariable(reference.slice('env:'.length), variables)
      : fromFile(reference.slice('file:'.length), readFile, directory);
    known.set(reference, secret);
    return secret;
  };
}

function fromVariable(name: string, variables: Variables): Result<Secret, string> {
  const value = Object.hasOwn(variables, name) ? variables[name] : undefined;
  const called = holdsKnownSecret(name) ? 'of this reference (name not shown: it reads like a secret)' : name;
  if (value === undefined) return err(`the environment variable ${called} is not set`);
  if (value === '') return err(`the environment variable ${called} is empty`);
  return ok({ value, warning: undefined });
}

function fromFile(name: string, readFile: ReadFile, directory: string): Result<Secret, string> {
  const path = resolve(directory, name);
  const printable = !holdsKnownSecret(name) && !/\p{Cc}/u.test(name);
  const called = printable ? `the file ${path}` : 'the file of this reference (name not shown: it reads like a secret)';
  try {
    const { bytes, mode } = readFile(path, MAX_SECRET_BYTES);
    const value = new TextDecoder('utf-8', { fatal: true }).decode(bytes).replace(/[\r\n]+$/, '');
    if (value === '') return err(`${called} is empty`);
    return ok({ value, warning: permissionWarning(called, mode) });
  } catch (error) {
    return err(`${called} ${readFailure(error)}`);
  }
}

function permissionWarning(called: string, mode: number | undefined): string | undefined {
  if (mode === undefined || (mode & 0o066) === 0) return undefined;
  const octal = mode.toString(8).padStart(4, '0');
  return `${called} holds a secret and is open to its group or to others (mode ${octal}); run \`chmod 600\` on it`;
}

/** Why a file could not be read, to follow its name. */
export function readFailure(error: unknown): string {
  if (error instanceof SekishoError) return error.message;
  const code = systemErrorCode(error);
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return 'does not exist';
    case 'EACCES':
    case 'EPERM':
      return 'may not be read by this user; check its owner and permissions';
    case 'EISDIR':
      return 'is a directory';
    case 'ERR_ENCODING_INVALID_ENCODED_DATA':
      return 'is not UTF-8 text';
    case undefined:
      throw error;
    default:
      return `cannot be read (${code})`;
  }
}
