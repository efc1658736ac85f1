// The two ceremonies of WebAuthn as the relying party sees them: what to ask of an authenticator, and whether its answer is good. Keeps
// nothing and knows no member; challenges are given and taken by the caller. Asks no one: certificates are not looked up anywhere.
import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server';
import { err, ok, type PrincipalId, type Result } from '#kernel';
import type { RelyingParty } from './relying-party.ts';

/** Passed to `PublicKeyCredential.parseCreationOptionsFromJSON`; WebAuthn level 3, section 5.1.8. */
export type CreationOptions = { readonly challenge: string } & { readonly [name: string]: unknown };
/** Passed to `PublicKeyCredential.parseRequestOptionsFromJSON`; WebAuthn level 3, section 5.1.9. */
export type RequestOptions = { readonly challenge: string } & { readonly [name: string]: unknown };

/** What `PublicKeyCredential.toJSON()` gives after `create()`, as far as it is used. All text is base64url. */
export interface RegistrationAnswer {
  readonly id: string;
  readonly rawId: string;
  readonly type: 'public-key';
  readonly response: { readonly clientDataJSON: string; readonly attestationObject: string; readonly transports?: string[] | undefined };
}

/** What `PublicKeyCredential.toJSON()` gives after `get()`, as far as it is used. All text is base64url. */
export interface AuthenticationAnswer {
  readonly id: string;
  readonly rawId: string;
  readonly type: 'public-key';
  readonly response: {
    readonly clientDataJSON: string;
    readonly authenticatorData: string;
    readonly signature: string;
    readonly userHandle?: string | undefined;
  };
}

export interface Registered {
  readonly credentialId: Buffer;
  readonly publicKey: Buffer;
  readonly signCount: number;
  readonly aaguid: string;
  readonly attestationFormat: string;
  readonly attestationVerified: boolean;
  readonly isBackedUp: boolean;
}

/** What the authenticator or browser sent does not hold; which part is for the log of whoever develops, and tells an attacker nothing. */
export interface NotAccepted {
  readonly kind: 'not-accepted';
}

interface RegistrationTask {
  readonly party: RelyingParty;
  /** base64url. */
  readonly challenge: string;
  readonly answer: RegistrationAnswer;
}

interface AuthenticationTask {
  readonly party: RelyingParty;
  readonly challenge: string;
  readonly answer: AuthenticationAnswer;
  readonly passkey: { readonly principalId: PrincipalId; readonly publicKey: Uint8Array };
}

const NAME = 'Sekisho';
const TIMEOUT_MS = 5 * 60 * 1000;
/** COSE: ES256, EdDSA, RS256. */
const ALGORITHMS = [-7, -8, -257];
/**
 * Statements that can be checked with what they bring. The others need roots of their vendors and lists of what those have revoked, which
 * would have to be fetched from where the statement says: they are noted as not verified.
 */
const CHECKED_FORMATS: ReadonlySet<string> = new Set(['none', 'packed', 'fido-u2f']);

/** Loaded when the first passkey is used: no command line has to wait for it. */
function library() {
  return import('@simplewebauthn/server');
}

export async function creationOptions(input: {
  readonly party: RelyingParty;
  readonly challenge: Buffer;
  readonly member: { readonly principalId: PrincipalId; readonly name: string; readonly displayName: string };
  readonly known: readonly { readonly id: Buffer; readonly transports: readonly string[] }[];
}): Promise<CreationOptions> {
  const { generateRegistrationOptions } = await library();
  const options = await generateRegistrationOptions({
    rpName: NAME,
    rpID: input.party.rpId,
    userName: input.member.name,
    userDisplayName: input.member.displayName,
    // Says nothing of the person, as WebAuthn level 3, section 14.6.1 asks for.
    userID: new Uint8Array(Buffer.from(input.member.principalId)),
    challenge: new Uint8Array(input.challenge),
    timeout: TIMEOUT_MS,
    attestationType: 'direct',
    excludeCredentials: input.known.map(({ id, transports }) => ({ id: id.toString('base64url'), transports: [...transports] })),
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    supportedAlgorithmIDs: [...ALGORITHMS],
  });
  return { ...options };
}

export async function requestOptions(input: { readonly party: RelyingParty; readonly challenge: Buffer }): Promise<RequestOptions> {
  const { generateAuthenticationOptions } = await library();
  const options = await generateAuthenticationOptions({
    rpID: input.party.rpId,
    challenge: new Uint8Array(input.challenge),
    timeout: TIMEOUT_MS,
    userVerification: 'required',
  });
  return { ...options };
}

/** WebAuthn level 3, section 7.1, with user verification. */
export async function verifyRegistration({ party, challenge, answer }: RegistrationTask): Promise<Result<Registered, NotAccepted>> {
  const { verifyRegistrationResponse } = await library();
  return attempt(async () => {
    const { format, object } = await checkable(answer.response.attestationObject);
    const response = {
      ...answer,
      response: { clientDataJSON: answer.response.clientDataJSON, attestationObject: object },
      clientExtensionResults: {},
    } satisfies RegistrationResponseJSON;
    const { verified, registrationInfo } = await verifyRegistrationResponse({
      response,
      expectedChallenge: challenge,
      expectedOrigin: party.origin,
      expectedRPID: party.rpId,
      requireUserVerification: true,
      supportedAlgorithmIDs: [...ALGORITHMS],
    });
    if (!verified || registrationInfo.credential.id !== answer.id) return undefined;
    return {
      credentialId: Buffer.from(registrationInfo.credential.id, 'base64url'),
      publicKey: Buffer.from(registrationInfo.credential.publicKey),
      signCount: registrationInfo.credential.counter,
      aaguid: registrationInfo.aaguid,
      attestationFormat: format,
      attestationVerified: format !== 'none' && CHECKED_FORMATS.has(format),
      isBackedUp: registrationInfo.credentialBackedUp,
    };
  });
}

/** WebAuthn level 3, section 7.2, with user verification and all but step 22: the counter is compared where it is kept. */
export async function verifyAuthentication(
  task: AuthenticationTask,
): Promise<Result<{ readonly signCount: number; readonly isBackedUp: boolean }, NotAccepted>> {
  const { party, challenge, answer, passkey } = task;
  const { verifyAuthenticationResponse } = await library();
  return attempt(async () => {
    // Step 6: nobody was named before, so the authenticator has to.
    if (answer.response.userHandle !== Buffer.from(passkey.principalId).toString('base64url')) return undefined;
    const { clientDataJSON, authenticatorData, signature } = answer.response;
    const response = {
      ...answer,
      response: { clientDataJSON, authenticatorData, signature },
      clientExtensionResults: {},
    } satisfies AuthenticationResponseJSON;
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response,
      expectedChallenge: challenge,
      expectedOrigin: party.origin,
      expectedRPID: party.rpId,
      credential: { id: answer.id, publicKey: new Uint8Array(passkey.publicKey), counter: 0 },
      requireUserVerification: true,
    });
    if (!verified) return undefined;
    return { signCount: authenticationInfo.newCounter, isBackedUp: authenticationInfo.credentialBackedUp };
  });
}

/** The library says no by throwing, with words that repeat what was sent. */
async function attempt<T>(work: () => Promise<T | undefined>): Promise<Result<T, NotAccepted>> {
  let outcome: T | undefined;
  try {
    outcome = await work();
  } catch {
    outcome = undefined;
  }
  return outcome === undefined ? err({ kind: 'not-accepted' }) : ok(outcome);
}

/** The attestation object, with a statement that is not to be checked taken out: authenticator data and key stay as they are. */
async function checkable(text: string): Promise<{ readonly format: string; readonly object: string }> {
  const { decodeAttestationObject, isoCBOR } = await import('@simplewebauthn/server/helpers');
  const decoded = decodeAttestationObject(new Uint8Array(Buffer.from(text, 'base64url')));
  const format: unknown = decoded.get('fmt');
  if (typeof format !== 'string' || !/^[a-z0-9-]{1,64}$/.test(format)) throw new TypeError('no format of an attestation statement');
  if (CHECKED_FORMATS.has(format)) return { format, object: text };
  const bare = new Map<string, unknown>([
    ['fmt', 'none'],
    ['attStmt', new Map()],
    ['authData', decoded.get('authData')],
  ]);
  return { format, object: Buffer.from(isoCBOR.encode(bare as Parameters<typeof isoCBOR.encode>[0])).toString('base64url') };
}
