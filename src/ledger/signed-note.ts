// C2SP signed notes (https://c2sp.org/signed-note): parsing, Ed25519 signing and verification. Knows nothing of what a note says.
import { createPublicKey, hash, verify, type KeyObject } from 'node:crypto';
import { err, ok, SekishoError, type Result } from '#kernel';

const ED25519 = 0x01;
const KEY_ID_BYTES = 4;
const ED25519_KEY_BYTES = 32;
const MAX_NOTE_BYTES = 1 << 20;
// The specification asks for at least 16; post-quantum cosignatures of many witnesses still fit.
const MAX_SIGNATURES = 100;
const SIGNATURE_PREFIX = '\u2014 ';
// RFC 8410 §4: the DER that precedes the 32 key bytes of an Ed25519 SubjectPublicKeyInfo.
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

/** Signs notes under one key name. `vkey` is the text others need to verify them. */
export interface NoteSigner {
  readonly name: string;
  readonly keyId: number;
  readonly vkey: string;
  /** Ed25519 signature (64 bytes) over the message. */
  sign(message: Uint8Array): Buffer;
}

export interface NoteVerifier {
  readonly name: string;
  readonly keyId: number;
  readonly publicKey: KeyObject;
}

export interface NoteSignature {
  readonly name: string;
  readonly keyId: number;
  readonly signature: Buffer;
}

/** A note whose signatures have not been verified. `text` ends with a newline and is what the signatures cover. */
export interface UnverifiedNote {
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

export type NoteFault =
  | { readonly kind: 'malformed-note'; readonly message: string }
  | { readonly kind: 'unknown-signer'; readonly message: string }
  | { readonly kind: 'bad-signature'; readonly message: string };

/** Key names are not empty and hold no Unicode space, plus or control character. signed-note "Format". */
export function isKeyName(name: string): boolean {
  return name.length > 0 && name.isWellFormed() && !/[\s+\p{Z}\p{Cc}]/u.test(name);
}

/** First four bytes of SHA-256(name || LF || 0x01 || public key), big-endian. signed-note "Ed25519 signatures". */
export function noteKeyId(name: string, publicKey: Uint8Array): number {
  return hash('sha256', Buffer.concat([Buffer.from(`${name}\n`), Buffer.of(ED25519), publicKey]), 'buffer').readUInt32BE(0);
}

/** `<name>+<hex key id>+<base64 of type and key>`. `publicKey` is the raw 32-byte key. signed-note "Verifier keys". */
export function formatVkey(name: string, publicKey: Uint8Array): string {
  const id = noteKeyId(name, publicKey).toString(16).padStart(8, '0');
  return `${name}+${id}+${Buffer.concat([Buffer.of(ED25519), publicKey]).toString('base64')}`;
}

/** Reads a verifier key. Throws `ledger-vkey-malformed`: a vkey is configuration, not input from outside. */
export function parseVkey(vkey: string): NoteVerifier {
  const [, name, id, encoded] = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/su.exec(vkey.trim()) ?? [];
  const key = encoded === undefined ? undefined : decodeBase64(encoded);
  if (name === undefined || id === undefined || key === undefined || !isKeyName(name)) {
    throw new SekishoError('ledger-vkey-malformed', `'${vkey}' is not a verifier key`, { hint: 'It looks like name+1234abcd+base64.' });
  }
  if (key[0] !== ED25519 || key.length !== 1 + ED25519_KEY_BYTES) {
    throw new SekishoError('ledger-vkey-malformed', `the verifier key '${name}' is not an Ed25519 key (signature type 0x01)`);
  }
  const keyId = noteKeyId(name, key.subarray(1));
  if (keyId !== Number.parseInt(id, 16)) {
    throw new SekishoError('ledger-vkey-malformed', `the key id ${id} does not belong to the verifier key '${name}'`);
  }
  const publicKey = createPublicKey({ key: Buffer.concat([SPKI_PREFIX, key.subarray(1)]), format: 'der', type: 'spki' });
  return { name, keyId, publicKey };
}

/** The raw 32 bytes of an Ed25519 public key. */
export function rawPublicKey(key: KeyObject): Buffer {
  return key.export({ format: 'der', type: 'spki' }).subarray(SPKI_PREFIX.length);
}

/** Signs `text`, which must end with a newline. Throws `ledger-note-malformed` when it cannot be a note text. */
export function signNote(text: string, signers: readonly NoteSigner[]): string {
  if (!text.endsWith('\n') || !text.isWellFormed() || hasControl(text)) {
    throw new SekishoError('ledger-note-malformed', 'a note text ends with a newline and holds no other control character');
  }
  const message = Buffer.from(text);
  const lines = signers.map((signer) => {
    const id = Buffer.alloc(KEY_ID_BYTES);
    id.writeUInt32BE(signer.keyId);
    return `${SIGNATURE_PREFIX}${signer.name} ${Buffer.concat([id, signer.sign(message)]).toString('base64')}\n`;
  });
  return `${text}\n${lines.join('')}`;
}

/** Splits a note into text and signatures without verifying anything. */
export function parseNote(note: string | Uint8Array): Result<UnverifiedNote, NoteFault> {
  const decoded = decodeUtf8(note);
  if (decoded === undefined) return malformed('not valid UTF-8, or over 1 MiB');
  if (hasControl(decoded)) return malformed('it holds a control character');
  const split = decoded.lastIndexOf('\n\n');
  if (split < 0 || !decoded.endsWith('\n')) return malformed('no blank line before the signatures');
  const lines = decoded.slice(split + 2, -1).split('\n');
  if (lines.length > MAX_SIGNATURES) return malformed(`more than ${MAX_SIGNATURES} signatures`);
  const signatures: NoteSignature[] = [];
  for (const line of lines) {
    const signature = parseSignatureLine(line);
    if (signature === undefined) return malformed(`'${line.slice(0, 80)}' is not a signature line`);
    signatures.push(signature);
  }
  return ok({ text: decoded.slice(0, split + 1), signatures });
}

/**
 * The text of a note signed by at least one of `verifiers`. Signatures of unknown keys are ignored; a signature that names a known
 * key and does not verify condemns the whole note. signed-note "Signatures".
 */
export function verifyNote(note: string | Uint8Array, verifiers: readonly NoteVerifier[]): Result<string, NoteFault> {
  const parsed = parseNote(note);
  if (!parsed.ok) return parsed;
  const { text, signatures } = parsed.value;
  const message = Buffer.from(text);
  let verified = false;
  for (const { name, keyId, signature } of signatures) {
    const verifier = verifiers.find((known) => known.name === name && known.keyId === keyId);
    if (verifier === undefined) continue;
    if (signature.length !== 64 || !verify(null, message, verifier.publicKey, signature)) {
      return err({ kind: 'bad-signature', message: `the signature of '${name}' does not verify` });
    }
    verified = true;
  }
  if (verified) return ok(text);
  const expected = verifiers.map((verifier) => verifier.name).join(', ');
  return err({ kind: 'unknown-signer', message: `no signature of ${expected}` });
}

function parseSignatureLine(line: string): NoteSignature | undefined {
  if (!line.startsWith(SIGNATURE_PREFIX)) return undefined;
  const [name, encoded, ...rest] = line.slice(SIGNATURE_PREFIX.length).split(' ');
  if (name === undefined || encoded === undefined || rest.length > 0 || !isKeyName(name)) return undefined;
  const bytes = decodeBase64(encoded);
  if (bytes === undefined || bytes.length <= KEY_ID_BYTES) return undefined;
  return { name, keyId: bytes.readUInt32BE(0), signature: bytes.subarray(KEY_ID_BYTES) };
}

/** Standard base 64 in its one canonical spelling, or undefined. RFC 4648 §4. */
export function decodeBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : undefined;
}

function decodeUtf8(note: string | Uint8Array): string | undefined {
  if (typeof note === 'string') return note.length <= MAX_NOTE_BYTES && note.isWellFormed() ? note : undefined;
  if (note.length > MAX_NOTE_BYTES) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(note);
  } catch {
    return undefined;
  }
}

function hasControl(text: string): boolean {
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit < 0x20 && unit !== 0x0a) return true;
  }
  return false;
}

function malformed(message: string): Result<never, NoteFault> {
  return err({ kind: 'malformed-note', message: `not a signed note: ${message}` });
}
