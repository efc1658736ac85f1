// References that carry a target within them: URLs, mail addresses, git remotes, identifiers of cloud accounts.
import type { Subject } from '../text/subject.ts';
import { hostOf, ipv4Of } from './target-hosts.ts';
import { FORGES, NO_OWNER } from './target-words.ts';
import type { ReportTarget } from './targets.ts';

const LONGEST_URL = 2_048;
const SCHEME_BEFORE = /(?:^|[^a-z0-9+.-])([a-z][a-z0-9+.-]{1,15})$/;
const ENDS_URL = /[\s"'`<>|\\^\u3000-\u9fff\uff00-\uffef]/;
const DOTS = /[[({](?:\.|dot)[\])}]/g;

/** `://`, also as `[:]//` and behind `hxxp`. */
export function urls(subject: Subject, takes: ReportTarget, report: ReportTarget): void {
  const { text, folded } = subject;
  let from = 0;
  for (let slashes = folded.indexOf('//'); slashes >= 0; slashes = folded.indexOf('//', Math.max(slashes + 2, from))) {
    const colon = folded.startsWith('[:]', slashes - 3) ? 3 : folded[slashes - 1] === ':' ? 1 : 0;
    if (colon === 0) continue;
    const scheme = SCHEME_BEFORE.exec(folded.slice(Math.max(from, slashes - colon - 17), slashes - colon))?.[1];
    if (scheme === undefined) continue;
    const start = slashes - colon - scheme.length;
    const end = urlEnd(text, slashes + 2);
    from = end;
    const rest = text.slice(slashes + 2, end);
    const authorityLength = /^[^/?#]{0,512}/.exec(rest)![0].length;
    const authority = rest.slice(0, authorityLength).replaceAll(DOTS, '.').toLowerCase();
    const host = authority.slice(authority.lastIndexOf('@') + 1).replace(/:\d{0,5}$/, '');
    if (host === '' || !/^(?:\[[0-9a-f:.]+\]|[a-z0-9_.-]+)$/.test(host)) continue;
    takes('url', `${plainScheme(scheme)}://${host}${portOf(authority)}${rest.slice(authorityLength)}`, start, end);
    report(
      ipv4Of(host) !== undefined || host.startsWith('[') ? 'ip' : 'host',
      host.replaceAll(/[[\]]/g, ''),
      slashes + 2,
      slashes + 2 + authorityLength,
    );
    const repository = repositoryOf(host, rest.slice(authorityLength));
    if (repository !== undefined) report('repository', repository, start, end);
  }
}

function plainScheme(scheme: string): string {
  return scheme
    .replace(/^hxxp/, 'http')
    .replace(/^h\*\*p/, 'http')
    .replace(/^fxp/, 'ftp');
}

function portOf(authority: string): string {
  return /:\d{1,5}$/.exec(authority)?.[0] ?? '';
}

/** A URL ends where writing about it goes on; a closing bracket belongs to it when it opened one. */
function urlEnd(text: string, from: number): number {
  const most = Math.min(text.length, from + LONGEST_URL);
  let end = from;
  let open = 0;
  for (; end < most; end++) {
    const character = text[end]!;
    if (ENDS_URL.test(character)) break;
    if (character === '(' || character === '[' || character === '{') open++;
    else if ((character === ')' || character === ']' || character === '}') && --open < 0) break;
  }
  while (end > from && /[.,;:!?*]/.test(text[end - 1]!)) end--;
  return end;
}

function repositoryOf(host: string, path: string): string | undefined {
  const parts = /^\/([a-z0-9_.-]{1,100})\/([a-z0-9_.-]{1,100})/i.exec(path);
  if (parts === null) return undefined;
  const owner = parts[1]!.toLowerCase();
  const name = parts[2]!.toLowerCase();
  if (FORGES.has(host)) {
    if (NO_OWNER.has(owner)) return undefined;
    const plain = host === 'raw.githubusercontent.com' || host === 'www.github.com' ? 'github.com' : host;
    return `${plain}/${owner}/${name.replace(/\.git$/, '')}`;
  }
  return name.endsWith('.git') ? `${host}/${owner}/${name.slice(0, -4)}` : undefined;
}

const BARE_FORGES = ['github.com/', 'gitlab.com/', 'bitbucket.org/', 'codeberg.org/'] as const;
const FORGE_PATH = /(?:github\.com|gitlab\.com|bitbucket\.org|codeberg\.org)(\/[a-z0-9_.-]{1,100}\/[a-z0-9_.-]{1,100})/g;

/** `github.com/owner/name` without a scheme, as Go modules and people write it. */
export function bareForges({ folded }: Subject, isTaken: (position: number) => boolean, takes: ReportTarget): void {
  if (!BARE_FORGES.some((forge) => folded.includes(forge))) return;
  FORGE_PATH.lastIndex = 0;
  for (let hit = FORGE_PATH.exec(folded); hit !== null; hit = FORGE_PATH.exec(folded)) {
    if (isTaken(hit.index) || /[a-z0-9_./-]/.test(folded[hit.index - 1] ?? ' ')) continue;
    const path = hit[1]!.replace(/[.-]+$/, '');
    const host = hit[0].slice(0, -hit[1]!.length);
    const repository = repositoryOf(host, path);
    if (repository !== undefined) takes('repository', repository, hit.index, hit.index + host.length + path.length);
  }
}

const SCP_LIKE = /git@([a-z0-9.-]{3,253}):([a-z0-9_.~-]{1,100}(?:\/[a-z0-9_.-]{1,100}){1,4})/g;

/** `git@host:owner/name.git`. */
export function scpRepositories({ folded }: Subject, takes: ReportTarget): void {
  if (!folded.includes('git@')) return;
  SCP_LIKE.lastIndex = 0;
  for (let hit = SCP_LIKE.exec(folded); hit !== null; hit = SCP_LIKE.exec(folded))
    takes('repository', `${hit[1]}/${hit[2]!.replace(/\.git$/, '')}`, hit.index, hit.index + hit[0].length);
}

const AT_SIGN = /@|[[({](?:@|at)[\])}]/g;
const LOCAL = /[a-z0-9._%+-]/;
const DOMAIN = /[a-z0-9-]{1,63}(?:(?:\.|[[({](?:\.|dot)[\])}])[a-z0-9-]{1,63}){1,8}/y;

export function mailAddresses({ folded }: Subject, isTaken: (position: number) => boolean, takes: ReportTarget): void {
  let from = 0;
  AT_SIGN.lastIndex = 0;
  for (let at = AT_SIGN.exec(folded); at !== null; at = AT_SIGN.exec(folded)) {
    const least = Math.max(from, at.index - 64);
    let start = at.index;
    while (start > least && LOCAL.test(folded[start - 1]!)) start--;
    while (start < at.index && folded[start] === '.') start++;
    const after = at.index + at[0].length;
    from = after;
    if (start === at.index || isTaken(start)) continue;
    DOMAIN.lastIndex = after;
    const written = DOMAIN.exec(folded)?.[0];
    const host = written === undefined ? undefined : hostOf(written.replaceAll(DOTS, '.'), true);
    // A path with a version, `pkg@1.2.3`, and `user@host:path` of scp without a domain are no mail addresses.
    if (host === undefined || folded[start - 1] === '/' || folded[start - 1] === ':') continue;
    from = after + written!.length;
    AT_SIGN.lastIndex = from;
    takes('email', `${folded.slice(start, at.index)}@${host}`, start, from);
  }
}

const ARN = /arn:aws(?:-cn|-us-gov)?:[a-z0-9-]{2,32}:[a-z0-9-]{0,24}:(\d{12}):/g;
const SUBSCRIPTION = /subscriptions?(?:\/|[ =:]{1,3}"?)([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/g;
const GCP =
  /(?:\bprojects\/|--project[= ])([a-z][a-z0-9-]{4,28}[a-z0-9])(?![a-z0-9-])|@([a-z][a-z0-9-]{4,28}[a-z0-9])\.iam\.gserviceaccount\.com/g;
const GCP_SIGN = /gcloud|googleapis|gserviceaccount|bigquery|gcp|\/locations\/|\/zones\/|\/regions\/|\/secrets\/|\/topics\//;

export function cloudAccounts({ folded }: Subject, report: ReportTarget): void {
  const each = (pattern: RegExp, use: (hit: RegExpExecArray) => void) => {
    pattern.lastIndex = 0;
    for (let hit = pattern.exec(folded); hit !== null; hit = pattern.exec(folded)) use(hit);
  };
  if (folded.includes('arn:aws')) each(ARN, (hit) => report('aws-account', hit[1]!, hit.index, hit.index + hit[0].length));
  if (folded.includes('subscription'))
    each(SUBSCRIPTION, (hit) => report('azure-subscription', hit[1]!, hit.index, hit.index + hit[0].length));
  if (!folded.includes('project') && !folded.includes('.iam.')) return;
  each(GCP, (hit) => {
    // Other software has projects too; what stands around must be of Google.
    const around = folded.slice(Math.max(0, hit.index - 120), hit.index + hit[0].length + 60);
    if (hit[2] !== undefined || GCP_SIGN.test(around)) report('gcp-project', hit[1] ?? hit[2]!, hit.index, hit.index + hit[0].length);
  });
}
