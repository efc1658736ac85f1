// The log's Ed25519 signing key. Reads and makes PKCS#8 PEM text; where that text is kept is the caller's business.
import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { SekishoError } from '#kernel';
import { formatVkey, isKeyName, noteKeyId, rawPublicKey, type NoteSigner } from './signed-note.ts';

/** A new Ed25519 private key as PKCS#8 PEM (RFC 8410). Keep it readable by the log's user only (mode 0600). */
export function generateSigningKey(): string {
  return generateKeyPairSync('ed25519', {
    privateKeyEncoding: { format: 'pem', type: 'pkcs8' },
    publicKeyEncoding: { format: 'pem', type: 'spki' },
  }).privateKey;
}

/** A signer under `name`, which should be the log's origin. Throws `ledger-key-malformed`, never quoting the key. */
export function createSigner({ name, privateKeyPem }: { name: string; privateKeyPem: string }): NoteSigner {
  if (!isKeyName(name)) {
    throw new SekishoError('ledger-key-malformed', `'${name}' cannot name a signing key`, {
      hint: 'Use a name without spaces or plus signs, such as example.com/sekisho.',
    });
  }
  const key = readPrivateKey(privateKeyPem);
  const publicKey = rawPublicKey(createPublicKey(key));
  return {
    name,
    keyId: noteKeyId(name, publicKey),
    vkey: formatVkey(name, publicKey),
    sign: (message) => sign(null, message, key),
  };
}

function readPrivateKey(pem: string): KeyObject {
  let key: KeyObject;
  try {
    key = createPrivateKey({ key: pem, format: 'pem' });
  } catch {
    // The parser's message may hold parts of its input.
    throw new SekishoError('ledger-key-malformed', 'the ledger signing key is not a private key in PEM form', {
      hint: 'It should be PKCS#8 PEM as written by `openssl genpkey -algorithm ed25519`.',
    });
  }
  if (key.asymmetricKeyType === 'ed25519') return key;
  throw new SekishoError('ledger-key-malformed', `the ledger signing key is ${key.asymmetricKeyType ?? 'unknown'}, not Ed25519`);
}
