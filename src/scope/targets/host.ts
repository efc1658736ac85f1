// Names of hosts in one form: lower case, punycode, no trailing dot. Nothing is resolved.
import { domainToASCII } from 'node:url';

const PLAIN = /^[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?)*$/;

/** undefined: it cannot be a name. Addresses are not told apart here; ask for them first. */
export function canonicalHost(text: string): string | undefined {
  if (text.length > 300) return undefined;
  let name = text.toLowerCase();
  if (name.endsWith('.')) name = name.slice(0, -1);
  if (!PLAIN.test(name)) {
    // Only letters that IDNA maps may stand beside the plain ones; anything else would end a host in some parser.
    if (/[\p{ASCII}&&[^a-z0-9._\-]]/v.test(name) || !/^[\p{L}\p{M}\p{N}._\-\u3002\uFF0E\uFF61\u30FB\u00B7]*$/u.test(name)) return undefined;
    name = domainToASCII(name).replace(/\.$/, '');
  }
  return name.length > 0 && name.length <= 253 && PLAIN.test(name) ? name : undefined;
}

/** Every name above it: of a.b.c, b.c and c. */
export function* parentsOf(name: string): Generator<string> {
  for (let dot = name.indexOf('.'); dot !== -1; dot = name.indexOf('.', dot + 1)) yield name.slice(dot + 1);
}

const LOOPBACK_NAMES: ReadonlySet<string> = new Set([
  'localhost',
  'localhost.localdomain',
  'localhost4',
  'localhost6',
  'ip6-localhost',
  'ip6-loopback',
]);

export function isLoopbackName(name: string): boolean {
  return LOOPBACK_NAMES.has(name) || name.endsWith('.localhost');
}

const METADATA_NAMES: ReadonlySet<string> = new Set([
  'metadata',
  'metadata.google.internal',
  'metadata.goog',
  'instance-data',
  'instance-data.ec2.internal',
  'metadata.azure.internal',
  'metadata.tencentyun.com',
]);

/** Where clouds hand out credentials to whoever asks from inside. */
export function isMetadataName(name: string): boolean {
  return METADATA_NAMES.has(name);
}
