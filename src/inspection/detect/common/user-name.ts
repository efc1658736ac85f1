// Names of accounts: `DOMAIN\user`, home directories, assignments (`user=`), the forms of authentication logs, and whole values whose member
// name says so. Not accounts that every machine has (root, SYSTEM, services); an account that ends with `$` is a machine's.
import type { Detector } from '../detector.ts';
import type { Subject } from '../../text/subject.ts';
import { AUTH_FORMS, EVERYBODY, NOT_DOMAINS, USER_HINT, USER_LABEL } from './account-words.ts';
import { after, before, hintForValue, isWordAt } from './near.ts';

type Report = Parameters<Detector['find']>[3];

const ACCOUNT = /[\p{L}\p{N}](?:[\p{L}\p{N}._-]{0,62}[\p{L}\p{N}_-])?\$?/uy;
const HOMES = ['/home/', '/users/', '\\users\\', '\\\\users\\\\', '\\documents and settings\\'];
const LABEL_WORDS = ['user', 'login', 'logon', 'account', 'acct', 'ユーザー', 'ユーザ名', 'アカウント'];
const AUTH_WORDS = [...new Set(AUTH_FORMS.map(({ trigger }) => trigger))];

export const userName: Detector = {
  id: 'user-name',
  types: ['user-name', 'internal-host'],
  triggers: ['\\', ...HOMES, ...LABEL_WORDS, ...AUTH_WORDS],
  hints: USER_HINT,
  find(subject, start, end, report) {
    if (start === 0 && end === subject.text.length && USER_HINT.test(hintForValue(subject))) return whole(subject, report);
    const trigger = subject.folded.slice(start, end);
    if (trigger === '\\') domainUser(subject, start, report);
    else if (HOMES.includes(trigger)) home(subject, start, end, report);
    else if (LABEL_WORDS.includes(trigger)) labelled(subject, start, report);
    else authentication(subject, start, trigger, report);
  },
};

/** `CORP\alice`, `CORP\\alice` (escaped), `CORP\WS5$`. */
function domainUser(subject: Subject, backslash: number, report: Report): void {
  const { text } = subject;
  if (text[backslash - 1] === '\\' || !isWordAt(text, backslash - 1)) return;
  const at = text[backslash + 1] === '\\' ? backslash + 2 : backslash + 1;
  const name = accountAt(subject, at);
  if (name === undefined) return;
  const domain = /[A-Za-z0-9][A-Za-z0-9._-]{0,40}$/.exec(text.slice(Math.max(0, backslash - 42), backslash))?.[0];
  if (domain === undefined || domain.length < 2) return;
  const from = backslash - domain.length;
  const isNamed = USER_HINT.test(hintForValue(subject)) || USER_LABEL.test(before(subject, from, 40));
  // Paths, registry keys, escapes in program text.
  const left = text[from - 1];
  if (left !== undefined && '\\/:%$.~[@-_'.includes(left) && !(left === ':' && isNamed)) return;
  const close = at + name.length;
  const right = text[close];
  if (right === '\\' || right === '/' || right === '*' || right === ':' || (right === '.' && isWordAt(text, close + 1))) return;
  if (NOT_DOMAINS.has(domain.toLowerCase()) || (!isNamed && !/^[A-Z][A-Z0-9-]{1,14}$/.test(domain))) return;
  if (at === backslash + 1 && !isNamed && (name.length < 3 || isEscape(text, backslash))) return;
  if (/\b(?:nt|font driver|window|iis|nt virtual|application package) $/.test(before(subject, from, 22))) return;
  if (/\.[a-z0-9]{2,4}$/i.test(name) && !isNamed && /\.(?:exe|dll|sys|txt|log|dat|ini|ps1|bat|cmd|xml)$/i.test(name)) return;
  const isReported = account(at, name, isNamed ? 0.9 : 0.8, 'user-name.domain', report);
  if (isReported && !/^(?:workgroup|localhost)$/i.test(domain))
    report({ type: 'internal-host', start: from, end: backslash, confidence: 0.7, rule: 'user-name.domain' });
}

/** `JSON\nschema` among other escapes is a line break of a text inside a text, not Nschema of JSON. */
function isEscape(text: string, backslash: number): boolean {
  if (!'nrt'.includes(text[backslash + 1]!)) return false;
  return (
    /\\["'nrt\\]/.test(text.slice(Math.max(0, backslash - 200), backslash)) ||
    /\\["'nrt\\]/.test(text.slice(backslash + 2, backslash + 200))
  );
}

/** Reports it unless everybody has it; a machine's account as its host. */
function account(at: number, name: string, confidence: number, rule: string, report: Report): boolean {
  const plain = name.replace(/\$$/, '');
  if (
    EVERYBODY.has(plain.toLowerCase()) ||
    /^[0-9-]+$/.test(plain) ||
    /^(?:dwm|umfd)-[0-9]+$|^s-1-[0-9]|^0x[0-9a-f]|^[0-9a-f]{8}-[0-9a-f]{4}-|^this\.|^self\./i.test(plain)
  )
    return false;
  const isMachine = plain !== name;
  report({ type: isMachine ? 'internal-host' : 'user-name', start: at, end: at + plain.length, confidence, rule });
  return true;
}

function accountAt(subject: Subject, at: number): string | undefined {
  ACCOUNT.lastIndex = at;
  const name = ACCOUNT.exec(subject.text)?.[0];
  return name === undefined || name.length < 2 || name.length > 64 ? undefined : name;
}

function home(subject: Subject, start: number, end: number, report: Report): void {
  const { text } = subject;
  const trigger = text.slice(start, end);
  // `/users/7` is an API's, `site/home/x` a page's.
  if (trigger === '/users/' || ((trigger === '/home/' || trigger === '/Users/') && /[\w.\-\])}~]/.test(text[start - 1] ?? ' '))) return;
  const isWindows = trigger.includes('\\');
  if (isWindows && !/[:\\?}%]|[a-z]\$$/i.test(text.slice(Math.max(0, start - 2), start)) && start > 0 && !/[\s"']/.test(text[start - 1]!))
    return;
  // Folders of Windows may have blanks; then only what another separator closes.
  const spaced = isWindows
    ? /^[\p{L}\p{N}._-]{1,30}(?: [\p{L}\p{N}._-]{1,30}){1,3}(?=\\)/u.exec(text.slice(end, end + 128))?.[0]
    : undefined;
  const name = spaced ?? accountAt(subject, end);
  if (name === undefined || text[end + name.length] === '$' || name.endsWith('$')) return;
  // A file, not a folder.
  if (/\.[a-z0-9]{1,4}$/i.test(name) && !/[\\/]/.test(text[end + name.length] ?? ' ')) return;
  account(end, name, 0.9, 'user-name.home', report);
}

/** `user=alice`, `Account Name:  alice`, `"username": "alice"`. */
function labelled(subject: Subject, start: number, report: Report): void {
  const match = USER_LABEL_THEN.exec(after(subject, start, 64));
  if (match === null) return;
  if (
    /[a-z0-9]$/.test(before(subject, start, 1)) &&
    !/(?:src|dst|s|d|r|sub|target|source|dest|client|remote|caller|login|db|run|e|ef|f|proxy|auth|subject|member|new|sam|_)$/.test(
      before(subject, start, 8),
    )
  )
    return;
  const at = start + match[0].length;
  const name = accountAt(subject, at);
  if (name === undefined) return;
  const { assigned = '', label = '' } = match.groups!;
  const next = subject.text[at + name.length];
  if (next !== undefined && '\\@([{<'.includes(next)) return;
  if (next === '.' && isWordAt(subject.text, at + name.length + 1)) return;
  const isQuoted = /["']/.test(assigned);
  const isTight = /^(?:\\?["'])?=(?:\\?["'])?$/.test(assigned) || (isQuoted && /["'\\]/.test(next ?? ' '));
  const saysName = /name|id$|login|logon|acct|uid|ユーザ|アカウント/.test(label);
  const isMarked = /[0-9_]|[a-z][.-][a-z]/.test(name) || name.endsWith('$');
  // A plain word behind `user: ` is a sentence or a type; behind `user=` or `Account Name:` and alone on its line it is a name.
  const isAlone =
    /^(?:$|[\s,;|"'&)\]}])/.test(next ?? '') &&
    /^[ \t]{0,3}(?:$|[\n\r,;|"'&)\]}\\]|\S{1,20}[:=])/.test(after(subject, at + name.length, 24));
  if (!isTight && !(saysName && isAlone) && !(isMarked && isAlone)) return;
  // A type of a program: `username: Pattern;`.
  if (!isQuoted && next === ';' && !isTight) return;
  if (isTight && !isQuoted && !isAlone && !/\s/.test(next ?? ' ')) return;
  account(at, name, isMarked || saysName ? 0.8 : 0.65, 'user-name.label', report);
}

const USER_LABEL_THEN =
  /^(?<label>(?:user(?:[ _.-]?(?:name|id))?|log[io]n(?:[ _.-]?(?:name|user))?|account(?:[ _.-]?name)|acct|uid|ユーザー?(?:名|id)?|アカウント名?))(?<assigned>(?:\\?["'])?[ \t]{0,2}[:=][ \t]{0,8}(?:\\t){0,3}(?:\\?["'])?)(?=\S)/;

/** Lines of sshd, PAM, sudo, su: the form says where the name is. */
function authentication(subject: Subject, start: number, trigger: string, report: Report): void {
  if (trigger !== ' for ' && trigger !== ' user ' && isWordAt(subject.text, start - 1)) return;
  const line = after(subject, start, 150);
  const words = before(subject, start, 50);
  for (const form of AUTH_FORMS) {
    if (form.trigger !== trigger || form.before?.test(words) === false) continue;
    const match = form.form.exec(line);
    if (match === null) continue;
    const at = start + match[0].length;
    const name = accountAt(subject, at);
    if (name !== undefined) account(at, name, form.confidence, 'user-name.authentication', report);
    return;
  }
  // No such form: then `uid=alice` is an assignment.
  if (trigger === 'uid=') labelled(subject, start, report);
}

function whole(subject: Subject, report: Report): void {
  const text = subject.text.trim();
  const at = subject.text.indexOf(text);
  const name = accountAt(subject, at);
  if (name === undefined) return;
  const rest = text.slice(name.length);
  if (rest === '') account(at, name, 0.9, 'user-name.member', report);
}
