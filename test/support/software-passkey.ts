// An authenticator in software, so that everything about passkeys is tested without a browser: an ES256 key that answers the options of
// a registration and of a sign-in as a browser would send it. Can be made to lie.
import { createHash, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';
import type { AuthenticationAnswer, RegistrationAnswer } from '#identity';

export interface SoftwarePasskeyOptions {
  /** The attestation statement it makes: none, or packed with its own key (WebAuthn level 3, section 8.2.2). Default none. */
  readonly attestation?: 'none' | 'packed';
  /** Default: counts up from 1, as hardware does; false: always says 0, as synchronised passkeys do. */
  readonly counts?: boolean;
}

/** Lies and faults of one ceremony. */
export interface Tampering {
  /** Default true: it checked who is there. */
  readonly userVerified?: boolean;
  readonly userPresent?: boolean;
  readonly clientData?: Readonly<Record<string, unknown>>;
  /** Default: that of the options. */
  readonly rpId?: string;
  readonly signCount?: number;
  readonly userHandle?: string;
  /** Changes what is signed after it was signed. */
  readonly breakSignature?: boolean;
  /** A format with a statement that nobody checks. */
  readonly format?: string;
}

export interface SoftwarePasskey {
  readonly credentialId: string;
  signCount: number;
  /** `options`: what the server gave for `navigator.credentials.create`. */
  register(options: object, origin: string, tampering?: Tampering): RegistrationAnswer;
  /** `options`: what the server gave for `navigator.credentials.get`. */
  authenticate(options: object, origin: string, tampering?: Tampering): AuthenticationAnswer;
}

interface CreationOptions {
  readonly challenge: string;
  readonly rp: { readonly id: string };
  readonly user: { readonly id: string };
  readonly excludeCredentials?: readonly { readonly id: string }[];
}

const AAGUID = Buffer.from('00112233445566778899aabbccddeeff', 'hex');
const FLAG = { userPresent: 0x01, userVerified: 0x04, attestedData: 0x40 };
const ES256 = -7;

export function createSoftwarePasskey({ attestation = 'none', counts = true }: SoftwarePasskeyOptions = {}): SoftwarePasskey {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const id = randomBytes(32);
  const credentialId = id.toString('base64url');
  let userHandle = '';

  const passkey: SoftwarePasskey = {
    credentialId,
    signCount: 0,
    register(given, origin, tampering = {}) {
      const options = given as CreationOptions;
      if (options.excludeCredentials?.some((known) => known.id === credentialId) === true) throw new Error('InvalidStateError');
      if (userHandle === '') userHandle = options.user.id;
      const clientData = clientDataOf('webauthn.create', options.challenge, origin, tampering);
      const authData = Buffer.concat([
        head(tampering.rpId ?? options.rp.id, FLAG.attestedData, tampering, count(tampering)),
        AAGUID,
        uint16(id.length),
        id,
        coseKey(publicKey),
      ]);
      const signature = signed(privateKey, authData, clientData, tampering);
      const statement =
        tampering.format !== undefined
          ? { fmt: tampering.format, attStmt: { ver: '0' } }
          : attestation === 'packed'
            ? { fmt: 'packed', attStmt: { alg: ES256, sig: signature } }
            : { fmt: 'none', attStmt: {} };
      return {
        id: credentialId,
        rawId: credentialId,
        type: 'public-key',
        response: {
          clientDataJSON: clientData.toString('base64url'),
          attestationObject: cbor({ ...statement, authData }).toString('base64url'),
          transports: ['internal'],
        },
      };
    },
    authenticate(given, origin, tampering = {}) {
      const options = given as { readonly challenge: string; readonly rpId: string };
      const clientData = clientDataOf('webauthn.get', options.challenge, origin, tampering);
      const authenticatorData = head(tampering.rpId ?? options.rpId, 0, tampering, count(tampering));
      return {
        id: credentialId,
        rawId: credentialId,
        type: 'public-key',
        response: {
          clientDataJSON: clientData.toString('base64url'),
          authenticatorData: authenticatorData.toString('base64url'),
          signature: signed(privateKey, authenticatorData, clientData, tampering).toString('base64url'),
          userHandle: tampering.userHandle ?? userHandle,
        },
      };
    },
  };

  function count({ signCount }: Tampering): number {
    if (signCount !== undefined) return signCount;
    return counts ? ++passkey.signCount : 0;
  }

  return passkey;
}

function clientDataOf(type: string, challenge: string, origin: string, { clientData }: Tampering): Buffer {
  return Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false, ...clientData }));
}

/** WebAuthn level 3, section 6.1: hash of the RP id, flags, counter. */
function head(rpId: string, flags: number, { userVerified = true, userPresent = true }: Tampering, signCount: number): Buffer {
  const counter = Buffer.alloc(4);
  counter.writeUInt32BE(signCount);
  const said = flags | (userPresent ? FLAG.userPresent : 0) | (userVerified ? FLAG.userVerified : 0);
  return Buffer.concat([createHash('sha256').update(rpId).digest(), Buffer.from([said]), counter]);
}

function signed(key: KeyObject, authData: Buffer, clientData: Buffer, { breakSignature = false }: Tampering): Buffer {
  const hash = createHash('sha256').update(clientData).digest();
  const signature = sign('sha256', Buffer.concat([authData, hash]), key);
  if (breakSignature) signature[signature.length - 1]! ^= 1;
  return signature;
}

/** COSE_Key of an EC2 key (RFC 9053, section 7.1.1). */
function coseKey(key: KeyObject): Buffer {
  const { x, y } = key.export({ format: 'jwk' });
  return cbor(
    new Map<number, number | Buffer>([
      [1, 2],
      [3, ES256],
      [-1, 1],
      [-2, Buffer.from(x!, 'base64url')],
      [-3, Buffer.from(y!, 'base64url')],
    ]),
  );
}

type Cbor = number | string | Buffer | ReadonlyMap<number, Cbor> | { readonly [name: string]: Cbor };

/** RFC 8949, as much as attestation objects need. */
function cbor(value: Cbor): Buffer {
  if (typeof value === 'number') return value < 0 ? cborHead(1, -1 - value) : cborHead(0, value);
  if (typeof value === 'string') return Buffer.concat([cborHead(3, Buffer.byteLength(value)), Buffer.from(value)]);
  if (Buffer.isBuffer(value)) return Buffer.concat([cborHead(2, value.length), value]);
  const entries: readonly (readonly [Cbor, Cbor])[] = value instanceof Map ? [...value] : Object.entries(value);
  return Buffer.concat([cborHead(5, entries.length), ...entries.flatMap(([name, item]) => [cbor(name), cbor(item)])]);
}

function cborHead(major: number, length: number): Buffer {
  if (length < 24) return Buffer.from([(major << 5) | length]);
  if (length < 256) return Buffer.from([(major << 5) | 24, length]);
  return Buffer.concat([Buffer.from([(major << 5) | 25]), uint16(length)]);
}

function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}
