// Which values are searched for beyond the place where they were found. A name that stands beside its label in one message stands alone in the
// next; a common word that some log calls a user is a word everywhere else, and whoever writes such a log must not be able to change what
// tools are called.
import type { Finding } from '../detect/detector.ts';
import type { MaskedType } from './placeholders.ts';

/** `nowhere`: it is masked where it was found. `texts`: not in definitions of tools. */
export type Reach = 'nowhere' | 'texts' | 'everywhere';

const LEAST_CONFIDENCE = 0.6;
const SURE = 0.8;
const PLAIN_WORD = /^[a-z]{1,12}$/;
const DISTINCTIVE = /[0-9@.]/;
const JAPANESE = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}][\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}ー]/u;
const NAMES_OF_PLACES: ReadonlySet<MaskedType> = new Set<MaskedType>(['email', 'internal-host', 'public-domain', 'user-name']);

/** Words that name no one: accounts that every system has, what programs call their members, keywords, and what stands in every heading. */
const COMMON_WORDS: ReadonlySet<string> = new Set(
  (
    'abuse access account accounts action address admin administrator agent alert alerts api app application apps array asset assets author ' +
    'backup batch body boolean branch build builder bytes cache call case cause certificate channel check class client cloud cluster code ' +
    'command comment config configuration connection contact container content context controller core count create customer data database ' +
    'date debug default delete demo deploy description detail details dev device devops directory disk docker docs document domain ' +
    'download edit email enable end endpoint entry enum environment error event example export external false field file files filter ' +
    'format from function gateway get git github global grafana group guest handler hash header headers health hello help helpdesk home ' +
    'host hostname http https image import index info information input insert install instance integer internal issue item items jenkins ' +
    'job json kernel key keys kubernetes label language level library limit linux list local localhost location lock log logger login ' +
    'logout logs mail main manager master member memory message messages metadata method metrics mode model module monitor monitoring ' +
    'mysql name namespace network nginx nobody node none noreply no-reply notification null number object office open operation operator ' +
    'option options oracle order output owner package page parameter parent password patch path payload person phone pipeline platform ' +
    'plugin policy port portal post postgres postmaster preview print private process product production profile program project prompt ' +
    'properties property provider proxy public query queue read redis reference region registry release remote report repository request ' +
    'required resource response result results role root route router rule run runner sales sample schema script search secret security ' +
    'select sender server service services session set settings shell site sms source spam staging start state static status stop storage ' +
    'stream string subject success support sys syslog system systems table tag target task team temp template terminal test tester text ' +
    'thread ticket time timeout title token tool tools total trace true type ubuntu undefined unit unknown update upload url usage use user ' +
    'username users uuid value values var version view vpn warning watch web webhook webmaster website window windows work worker workflow ' +
    'workspace write www xml yaml zone'
  ).split(' '),
);

export function reachOf(value: string, { type, confidence }: Pick<Finding, 'type' | 'confidence'>): Reach {
  // What the operator's dictionary says is the operator's word.
  if (type === 'dictionary-term') return 'everywhere';
  if (confidence < LEAST_CONFIDENCE || isCommon(value)) return 'nowhere';
  return isMarked(value) || (confidence >= SURE && JAPANESE.test(value)) ? 'everywhere' : 'texts';
}

function isCommon(value: string): boolean {
  return PLAIN_WORD.test(value) || COMMON_WORDS.has(value.toLowerCase());
}

/** Words of people hold no digit, `@` or dot. */
export function isMarked(value: string): boolean {
  return DISTINCTIVE.test(value);
}

const LEAST_PART = 5;

/** The part of a mail address or a host name that stands for all of it in a log: `taro.tanaka`, `db01`. */
export function tellingPartOf(value: string, type: MaskedType): string | undefined {
  if (type !== 'email' && type !== 'internal-host') return undefined;
  const end = type === 'email' ? value.lastIndexOf('@') : value.indexOf('.');
  if (end < 3) return undefined;
  const part = value.slice(0, end);
  const isOdd = /[0-9._-]/.test(part);
  if ((!isOdd && part.length < LEAST_PART) || isCommon(part) || /^[0-9._-]+$/.test(part)) return undefined;
  return part;
}

/** Spelled in another case it is the same. */
export function ignoresCase(value: string, type: MaskedType): boolean {
  return /[0-9@._-]/.test(value) || NAMES_OF_PLACES.has(type);
}
