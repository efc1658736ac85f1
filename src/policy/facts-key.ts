// Facts as a text: two requests have the same one exactly when Cedar would be told the same. Fixed order; one letter for each name of a known
// set, and every other string with its length in front, so that no string can pass for the end of one and the beginning of the next.
import type { AccessFacts } from './types.ts';

type Letters = Readonly<Record<string, string>>;

const letters = (names: Readonly<Record<string, string>>): Letters => Object.assign(Object.create(null) as Record<string, string>, names);

const KIND = letters({ person: 'p', service: 's', agent: 'a' });
const STANDING = letters({ clear: 'c', review: 'v', restricted: 'r', suspended: 's' });
const AUTHENTICATION = letters({ passkey: 'p', 'sso-mfa': 'm', sso: 's', none: 'n' });
const LEVEL = letters({ public: 'p', internal: 'i', confidential: 'c', restricted: 'r' });
const JURISDICTION = letters({ domestic: 'd', foreign: 'f' });

/** Longer ones are not worth remembering, and no honest facts have them. */
const MOST_KEY_LENGTH = 16_384;

/** Undefined: a name that is not known, or something missing or too long. Nothing may be allowed on such facts. */
export function factsKey({ principal, grant, capability, dataLevel, route, deployment }: AccessFacts): string | undefined {
  const kind = KIND[principal.kind];
  const standing = STANDING[principal.standing];
  const authentication = AUTHENTICATION[principal.authentication];
  const level = LEVEL[dataLevel];
  const jurisdiction = JURISDICTION[deployment.jurisdiction];
  if (kind === undefined || standing === undefined || authentication === undefined || level === undefined || jurisdiction === undefined) {
    return undefined;
  }
  const { isOutside, id } = principal;
  if (typeof isOutside !== 'boolean') return undefined;
  const { id: deploymentId, company, program, vendorCountry, hostingCountry } = deployment;
  const names = `${kind}${isOutside ? 'o' : 'i'}${standing}${authentication}${level}${jurisdiction}`;
  const work = `${id.length}:${id}${capability.length}:${capability}${route.length}:${route}`;
  const place =
    `${deploymentId.length}:${deploymentId}${company.length}:${company}${vendorCountry.length}:${vendorCountry}` +
    `${hostingCountry.length}:${hostingCountry}${program === undefined ? '-' : `${program.length}:${program}`}`;
  if (grant !== undefined && grant.tier !== 1 && grant.tier !== 2) return undefined;
  const key = names + work + place + grantKey(grant);
  return key.length > MOST_KEY_LENGTH ? undefined : key;
}

function grantKey(grant: AccessFacts['grant']): string {
  if (grant === undefined) return '-';
  const { id, tier, capabilities, programs } = grant;
  let key = `${tier};${id.length}:${id}`;
  for (const name of capabilities) key += `${name.length}:${name}`;
  key += ';';
  for (const name of programs) key += `${name.length}:${name}`;
  return key;
}
