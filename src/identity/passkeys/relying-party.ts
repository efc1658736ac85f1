// Where passkeys are bound to: the host under which people reach this checkpoint.
import { isIP } from 'node:net';

export interface RelyingParty {
  /** Scheme, host and port as the browser states them. */
  readonly origin: string;
  /** WebAuthn level 3, section 5.1.3: the host's name. */
  readonly rpId: string;
}

/** Undefined where browsers have no passkeys: at an IP address, and over plain http but on this machine (Secure Contexts, section 3.1). */
export function relyingPartyOf(publicUrl: string): RelyingParty | undefined {
  const { origin, hostname, protocol } = new URL(publicUrl);
  const isAddress = isIP(hostname.replace(/^\[|\]$/g, '')) !== 0;
  const isLocal = hostname === 'localhost' || hostname.endsWith('.localhost');
  if (isAddress || (protocol !== 'https:' && !isLocal)) return undefined;
  return { origin, rpId: hostname };
}
