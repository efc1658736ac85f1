// What the browser says was signed (WebAuthn level 3, section 5.8.1), read before anything is believed.

export interface ClientData {
  readonly type: string;
  /** base64url, as it was given out. */
  readonly challenge: string;
  readonly origin: string;
  /** Asked from inside a page of another origin. */
  readonly isCrossOrigin: boolean;
}

const LONGEST = 4096;

/** `text`: base64url of the JSON bytes. */
export function readClientData(text: string): ClientData | undefined {
  if (text.length > LONGEST) return undefined;
  let read: unknown;
  try {
    read = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
  if (typeof read !== 'object' || read === null) return undefined;
  const { type, challenge, origin, crossOrigin } = read as Readonly<Record<string, unknown>>;
  if (typeof type !== 'string' || typeof challenge !== 'string' || typeof origin !== 'string') return undefined;
  return { type, challenge, origin, isCrossOrigin: crossOrigin !== undefined && crossOrigin !== false };
}
