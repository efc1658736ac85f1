// Names of machines with dots in them: internal ones by their ending or by the operator's own domains, public ones by their top-level domain.
// The difficulty is what is not one: file names, members of objects, packages of programs. Names without a dot are in named-hosts.ts.
import type { Detector, Finding } from '../detector.ts';
import type { Subject } from '../../text/subject.ts';
import { FILE_ENDINGS, endingOf } from './domain-endings.ts';
import { before, hintForValue, isWordAt } from './near.ts';
import { HOST_HINT, HOST_LABEL } from './named-hosts.ts';

const LONGEST_NAME = 253;
const LABEL = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?';
const HOST_NAME = new RegExp(`^_?${LABEL}(?:\\._?${LABEL})+$`, 'i');
const DEFANGED_DOT = String.raw`(?:\[\.\]|\(\.\)|\[dot\]|\.)`;
const DEFANGED = new RegExp(`${LABEL}(?:${DEFANGED_DOT}${LABEL}){1,8}`, 'iy');
const DOMAIN_LABEL =
  /(?:\b(?:domains?|sites?|website|url|dns|fqdn|c2|c&c|query|queries|lookup|resolves?|nslookup|dig|ping|tracert|traceroute|curl|wget|whois|sni|dst|src|dest|destination|beacon(?:s|ed|ing)?(?: to)?|connect(?:s|ed|ing)? to)\b|ドメイン|サイト|接続先)[\s"'\\:=(<@]{0,6}(?:name\b|is\b|to\b|for\b|A\b)?[\s"'\\:=(<@]{0,6}$/;
const DOMAIN_HINT = /(?:domain|domainname|queryname|fqdn|sni|url|uri|referer|origin|query|rrname|servername)$/;
/** RFC 2606: name nothing. */
const RESERVED = /^(?:example|invalid|localhost)$/;
/** Endings that are members of objects more often than top-level domains: `options.host` behind `host: `. */
const MEMBERS =
  /^(?:host|hosting|name|info|link|live|group|date|directory|email|post|page|help|codes|network|run|watch|direct|management|media|market|store|stream|support|systems|team|tools|work|zone|int|map|app|parts|events|global|id|is|in|to|as|at|by|me|my)$/;
/** Names that begin like this are packages of Java and the like, the wrong way round. */
const REVERSED = /^(?:com|org|net|edu|gov|io|dev|java|javax|jdk|sun|android|kotlin|scala|jp\.co|jp\.go)\./;

export function hostsDetector(internalDomains: readonly string[]): Detector {
  const own = internalDomains.map((domain) => domain.toLowerCase().replace(/^\*?\.+|\.+$/g, '')).filter((domain) => domain !== '');
  return {
    id: 'hosts',
    types: ['internal-host', 'public-domain'],
    runs: ['dotted'],
    triggers: ['[.]', '(.)', '[dot]', ...own.filter((domain) => !domain.includes('.') && domain.length > 1)],
    find(subject, start, end, report) {
      const first = subject.text[start]!;
      if (first === '[' || first === '(') return defanged(subject, start, own, report);
      if (!subject.text.slice(start, Math.min(end, start + LONGEST_NAME + 2)).includes('.')) return;
      const finding = judge(subject, start, end, own);
      if (finding !== undefined) report(finding);
    },
  };
}

function judge(subject: Subject, runStart: number, runEnd: number, own: readonly string[]): Finding | undefined {
  const { text } = subject;
  let start = runStart;
  let end = runEnd;
  while (end > start && '-_'.includes(text[end - 1]!)) end--;
  while (start < end && '-'.includes(text[start]!)) start++;
  if (end - start > LONGEST_NAME || end - start < 4) return undefined;
  const name = subject.folded.slice(start, end);
  if (!HOST_NAME.test(name) || !/[a-z]/.test(name.slice(name.lastIndexOf('.') + 1))) return undefined;
  if (text[end] === '$') return undefined;
  if (own.some((domain) => name === domain || name.endsWith(`.${domain}`)))
    return found('internal-host', start, end, 0.98, 'hosts.own-domain');
  if (isPartOfPath(text, start, end)) return undefined;
  const isNamed = isNamedHost(subject, start);
  const isInUrl = /(?:[a-z][a-z0-9+.-]{1,15}|hxxps?):\/\/(?:[^\s/@]{1,80}@)?$/.test(before(subject, start, 110)) || name.startsWith('www.');
  const isMail = text[start - 1] === '@' && isWordAt(text, start - 2);
  const isWritten = isInUrl || isMail || isNamed || isDomainByLabel(subject, start);
  const ending = endingOf(name);
  if (ending === 'internal' || ending === 'internal-ambiguous') {
    if (isWritten) return found('internal-host', start, end, 0.95, 'hosts.internal-ending');
    return isInternalByForm(subject, start, end, name, ending === 'internal-ambiguous')
      ? found('internal-host', start, end, 0.85, 'hosts.internal-ending')
      : undefined;
  }
  const last = name.slice(name.lastIndexOf('.') + 1);
  if (RESERVED.test(last)) return undefined;
  // `host: options.host` is a program.
  if (isNamed && !isInUrl && MEMBERS.test(last) && subject.hint === '') return undefined;
  if (isNamed && !isInUrl && ending !== 'unknown')
    return found(
      name.split('.').length > 2 && !name.startsWith('www.') ? 'internal-host' : 'public-domain',
      start,
      end,
      0.8,
      'hosts.named',
    );
  if (isInUrl)
    return found(ending === 'unknown' ? 'internal-host' : 'public-domain', start, end, ending === 'unknown' ? 0.7 : 0.9, 'hosts.url');
  // A name that a word or a member calls a host, under an ending of nobody's: `scada1.area7`.
  if (ending === 'unknown' && isNamed && !FILE_ENDINGS.has(last) && (HOST_HINT.test(hintForValue(subject)) || /[0-9-]/.test(name)))
    return found('internal-host', start, end, 0.7, 'hosts.named');
  if (ending === 'unknown' || FILE_ENDINGS.has(last)) return undefined;
  if (isWritten && !(MEMBERS.test(last) && !isMail && subject.hint === '' && name.split('.').length < 3))
    return found('public-domain', start, end, 0.85, 'hosts.context');
  if (ending === 'public' && isPublicByForm(text, start, end, name))
    return found('public-domain', start, end, 0.75, 'hosts.top-level-domain');
  return isWithPath(text, end, name) ? found('public-domain', start, end, 0.65, 'hosts.path') : undefined;
}

/** Behind `/`, `\`, `.`, `$`: a file or a member. Behind `//`: a host. */
function isPartOfPath(text: string, start: number, end: number): boolean {
  const left = text[start - 1];
  if (left === '/' && text[start - 2] !== '/') return true;
  if (left === '\\') return text[start - 2] !== '\\' || text[start - 3] === '\\';
  if (left !== undefined && '.$~#'.includes(left)) return true;
  return text[end] === '(' || text[end] === '\\' ? isWordAt(text, end + 1) || text[end] === '(' : false;
}

function isNamedHost(subject: Subject, start: number): boolean {
  return HOST_HINT.test(hintForValue(subject)) || HOST_LABEL.test(before(subject, start, 40));
}

function isDomainByLabel(subject: Subject, start: number): boolean {
  return DOMAIN_HINT.test(hintForValue(subject)) || DOMAIN_LABEL.test(before(subject, start, 40));
}

/** One case, or words of one case: `ws5.theshire.local`, `DC01.CORP`; not `StringBuilder.internal`. */
function isInternalByForm(subject: Subject, start: number, end: number, name: string, isAmbiguous: boolean): boolean {
  const { text } = subject;
  const written = text.slice(start, end);
  if (/_/.test(written) || REVERSED.test(name)) return false;
  if (!isAmbiguous) return true;
  // Members of programs: camel case, assignment, index, a call further on.
  if (/[a-z][A-Z]/.test(written) || '[({='.includes(text[end] ?? ' ') || /^ ?(?:=|\?\?|&&|\|\|)/.test(text.slice(end, end + 4)))
    return false;
  const labels = name.split('.');
  if (name.endsWith('.local'))
    return !/^(?:settings|config|env|this|self|args|opts|options|process|state|app|my|ctx|context|thread|user|git|docker-compose|application|launch|tasks|[a-z])$/.test(
      labels[0]!,
    );
  if (name.endsWith('.internal')) return labels.length > 2 || /[0-9-]/.test(labels[0]!);
  return labels.length > 2 && /[0-9-]/.test(labels[0]!);
}

function isPublicByForm(text: string, start: number, end: number, name: string): boolean {
  const written = text.slice(start, end);
  if (REVERSED.test(name) || name.includes('_')) return false;
  const ending = written.slice(written.lastIndexOf('.') + 1);
  if (ending !== ending.toLowerCase() && written !== written.toUpperCase()) return false;
  const labels = name.split('.');
  const second = labels.at(-2)!;
  // `a.de` and `t.ch` are what compressed programs are made of.
  if (second.length < 2 || (second.length < 3 && labels.length < 3 && ending.length === 2)) return false;
  if (/^(?:this|self|window|document|system|asp|vb|math|console|module|process|command)$/.test(second) && labels.length === 2) return false;
  return !/^ ?(?:=(?!=)|\+=|\?\.)/.test(text.slice(end, end + 4)) && text[end] !== '[';
}

/** `name.github.io/page`, `evil.top:8443/x`: three labels and what only comes after a host. */
function isWithPath(text: string, end: number, name: string): boolean {
  return (
    name.split('.').length >= 3 &&
    !REVERSED.test(name) &&
    !name.includes('_') &&
    /^(?::[0-9]{2,5})?\/(?:[\w~%-]|$)/.test(text.slice(end, end + 8))
  );
}

function defanged(subject: Subject, trigger: number, own: readonly string[], report: (finding: Finding) => void): void {
  const { text } = subject;
  let from = trigger;
  while (from > trigger - 64 && /[A-Za-z0-9.-]/.test(text[from - 1] ?? ' ')) from--;
  // The first bracket of a name finds all of it.
  if (from === trigger || '])'.includes(text[from - 1] ?? ' ')) return;
  while (from < trigger && !/[A-Za-z0-9]/.test(text[from]!)) from++;
  DEFANGED.lastIndex = from;
  const written = DEFANGED.exec(text)?.[0];
  if (written === undefined || from + written.length <= trigger) return;
  const name = written.toLowerCase().replaceAll(/\[\.\]|\(\.\)|\[dot\]/g, '.');
  const ending = endingOf(name);
  if (ending === 'unknown') return;
  const isInternal = ending.startsWith('internal') || own.some((domain) => name === domain || name.endsWith(`.${domain}`));
  report(found(isInternal ? 'internal-host' : 'public-domain', from, from + written.length, 0.9, 'hosts.defanged'));
}

function found(type: 'internal-host' | 'public-domain', start: number, end: number, confidence: number, rule: string): Finding {
  return { type, start, end, confidence, rule };
}
