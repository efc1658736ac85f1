// A grant's scope, checked once and made ready for many questions. What a target's standing is, is in standing.ts.
import { err, ok, type Result } from '#kernel';
import { readCloudAccount, readEmail, readRepository } from './targets/accounts.ts';
import { mergeRanges, writeRange, type AddressRange } from './targets/address.ts';
import { canonicalHost } from './targets/host.ts';
import { parseNetwork } from './targets/network.ts';
import { canonicalFilePath } from './targets/path.ts';
import { readHost, readUrl, type UrlReading } from './targets/url.ts';
import type { Scope, ScopeTarget } from './types.ts';

export const MAX_SCOPE_ENTRIES = 1000;
const MAX_ENTRY_LENGTH = 2048;

export interface ScopeProblem {
  readonly list: 'targets' | 'excluded' | 'allowedTools' | 'forbiddenTools';
  /** Of the bad entry, from 0; null: the list as a whole. */
  readonly index: number | null;
  readonly code: 'too-many' | 'too-long' | 'malformed' | 'too-wide';
  /** For people, one sentence. */
  readonly text: string;
}

/** Every list in a form that is asked in about the same time, however long it is. */
export interface TargetSet {
  /** As `mergeRanges` gives them. */
  readonly ranges: readonly AddressRange[];
  readonly hosts: ReadonlySet<string>;
  /** Names whose every name below is meant, themselves not. */
  readonly domains: ReadonlySet<string>;
  /** By `originOf`: path prefixes. */
  readonly urls: ReadonlyMap<string, readonly string[]>;
  /** By host: ports and path prefixes of the same. */
  readonly urlHosts: ReadonlyMap<string, readonly { readonly port: number; readonly path: string }[]>;
  readonly emails: ReadonlySet<string>;
  readonly emailDomains: ReadonlySet<string>;
  /** `host/owner/name`, and `host/owner/` for all of an owner's. */
  readonly repositories: ReadonlySet<string>;
  readonly paths: readonly string[];
  readonly accounts: ReadonlySet<string>;
}

export interface CompiledScope {
  /** As given, values in canonical form. */
  readonly scope: Scope;
  readonly authorised: TargetSet;
  readonly excluded: TargetSet;
  readonly allowedTools: readonly ToolPattern[] | null;
  readonly forbiddenTools: readonly ToolPattern[];
}

/** The pieces between the wildcards, in lower case; one piece: the whole name. */
export type ToolPattern = readonly string[];

export function compileScope(scope: Scope): Result<CompiledScope, ScopeProblem> {
  for (const list of ['targets', 'excluded', 'allowedTools', 'forbiddenTools'] as const) {
    if ((scope[list]?.length ?? 0) > MAX_SCOPE_ENTRIES) {
      return err({ list, index: null, code: 'too-many', text: `${list} has more than ${MAX_SCOPE_ENTRIES} entries` });
    }
  }
  const authorised = compileTargets('targets', scope.targets);
  if (!authorised.ok) return authorised;
  const excluded = compileTargets('excluded', scope.excluded);
  if (!excluded.ok) return excluded;
  const allowedTools = scope.allowedTools === null ? ok(null) : compileTools('allowedTools', scope.allowedTools);
  if (!allowedTools.ok) return allowedTools;
  const forbiddenTools = compileTools('forbiddenTools', scope.forbiddenTools);
  if (!forbiddenTools.ok) return forbiddenTools;
  return ok({
    scope: {
      targets: authorised.value.targets,
      excluded: excluded.value.targets,
      allowedTools: scope.allowedTools,
      forbiddenTools: scope.forbiddenTools,
    },
    authorised: authorised.value.set,
    excluded: excluded.value.set,
    allowedTools: allowedTools.value,
    forbiddenTools: forbiddenTools.value,
  });
}

interface Draft {
  readonly ranges: AddressRange[];
  readonly hosts: Set<string>;
  readonly domains: Set<string>;
  readonly urls: Map<string, string[]>;
  readonly urlHosts: Map<string, { readonly port: number; readonly path: string }[]>;
  readonly emails: Set<string>;
  readonly emailDomains: Set<string>;
  readonly repositories: Set<string>;
  readonly paths: string[];
  readonly accounts: Set<string>;
}

function compileTargets(
  list: 'targets' | 'excluded',
  entries: readonly ScopeTarget[],
): Result<{ readonly targets: readonly ScopeTarget[]; readonly set: TargetSet }, ScopeProblem> {
  const draft: Draft = {
    ranges: [],
    hosts: new Set(),
    domains: new Set(),
    urls: new Map(),
    urlHosts: new Map(),
    emails: new Set(),
    emailDomains: new Set(),
    repositories: new Set(),
    paths: [],
    accounts: new Set(),
  };
  const targets: ScopeTarget[] = [];
  for (const [index, entry] of entries.entries()) {
    if (entry.value.length > MAX_ENTRY_LENGTH) {
      return err({ list, index, code: 'too-long', text: `${list}[${index}] is longer than ${MAX_ENTRY_LENGTH} characters` });
    }
    const added = add(draft, entry, list === 'excluded');
    if (typeof added !== 'string') {
      return err({ list, index, code: added.code ?? 'malformed', text: `${list}[${index}]: ${quoted(entry.value)} ${added.problem}` });
    }
    targets.push({ kind: entry.kind, value: added });
  }
  return ok({ targets, set: { ...draft, ranges: mergeRanges(draft.ranges) } });
}

function quoted(value: string): string {
  return JSON.stringify(value.length > 80 ? `${value.slice(0, 79)}…` : value);
}

type Problem = { readonly problem: string; readonly code?: ScopeProblem['code'] };

/** The canonical value, once it is in the draft. */
function add(draft: Draft, entry: ScopeTarget, isExclusion: boolean): string | Problem {
  switch (entry.kind) {
    case 'network':
      return addNetwork(draft, entry.value, isExclusion);
    case 'host':
      return addHost(draft, entry.value, isExclusion);
    case 'url':
      return addUrl(draft, entry.value);
    case 'email':
      return addEmail(draft, entry.value);
    case 'repository':
      return addRepository(draft, entry.value);
    case 'path':
      return addPath(draft, entry.value);
    case 'cloud-account': {
      const account = readCloudAccount(entry.value);
      if (account === undefined) return { problem: 'is none of aws:<12 digits>, azure:<subscription id>, gcp:<project id>' };
      draft.accounts.add(account.value);
      return account.value;
    }
  }
}

function addNetwork(draft: Draft, value: string, isExclusion: boolean): string | Problem {
  const range = parseNetwork(value);
  if ('problem' in range) return range;
  if (!isExclusion && range.first === 0n && value.endsWith('/0')) return { problem: 'is every address there is', code: 'too-wide' };
  draft.ranges.push(range);
  return writeRange(range);
}

function addHost(draft: Draft, value: string, isExclusion: boolean): string | Problem {
  const isWildcard = value.startsWith('*.');
  const bare = isWildcard ? value.slice(2) : value;
  const read = readHost(bare);
  if (read.ranges.length > 0) return { problem: 'is an address; name it as a network' };
  const name = bare.includes('%') ? undefined : canonicalHost(bare);
  if (name === undefined) return { problem: 'is no name of a host' };
  if (isWildcard && !isExclusion && !name.includes('.')) return { problem: 'is a whole top-level domain', code: 'too-wide' };
  (isWildcard ? draft.domains : draft.hosts).add(name);
  return isWildcard ? `*.${name}` : name;
}

function addUrl(draft: Draft, value: string): string | Problem {
  if (!/^https?:\/\/[^/\\?#@\s]+(?:\/[^\\?#\s]*)?$/i.test(value)) {
    return { problem: 'is no http or https URL of origin and path, without user name, query and fragment' };
  }
  const url = readUrl(value);
  if (url === undefined || (url.name === undefined && url.ranges.length !== 1)) return { problem: 'has no host that can be known' };
  if (!url.isPathCertain) return { problem: `has a path that servers read differently; write ${url.path}` };
  const origin = originOf(url)[0]!;
  draft.urls.set(origin, [...(draft.urls.get(origin) ?? []), url.path]);
  const host = hostOf(url)[0]!;
  draft.urlHosts.set(host, [...(draft.urlHosts.get(host) ?? []), { port: url.port, path: url.path }]);
  return `${origin}${url.path}`;
}

/** Every origin that a URL may have: its host may be read as several addresses. */
export function originOf(url: UrlReading): readonly string[] {
  return hostOf(url).map((host) => `${url.scheme}://${host}:${url.port}`);
}

export function hostOf(url: Pick<UrlReading, 'name' | 'ranges'>): readonly string[] {
  return url.name === undefined ? url.ranges.map(writeRange) : [url.name];
}

function addEmail(draft: Draft, value: string): string | Problem {
  if (value.startsWith('@')) {
    const domain = canonicalHost(value.slice(1));
    if (domain === undefined) return { problem: 'is no @domain' };
    draft.emailDomains.add(domain);
    return `@${domain}`;
  }
  const email = readEmail(value);
  if (email === undefined) return { problem: 'is neither an e-mail address nor @domain' };
  draft.emails.add(`${email.local}@${email.domain}`);
  return `${email.local}@${email.domain}`;
}

function addRepository(draft: Draft, value: string): string | Problem {
  const slash = value.indexOf('/');
  const isWildcard = value.endsWith('/*');
  const path = isWildcard ? value.slice(slash + 1, -2) : value.slice(slash + 1);
  const repository = slash < 1 ? undefined : readRepository(value.slice(0, slash), path);
  if (repository === undefined || (!isWildcard && !repository.path.includes('/')))
    return { problem: 'is neither host/owner/name nor host/owner/*' };
  const key = `${hostOf({ name: repository.host === '' ? undefined : repository.host, ranges: repository.ranges })[0]}/${repository.path}`;
  draft.repositories.add(isWildcard ? `${key}/` : key);
  return isWildcard ? `${key}/*` : key;
}

function addPath(draft: Draft, value: string): string | Problem {
  const path = canonicalFilePath(value);
  if (path === undefined || path.startsWith('../') || value.includes('*')) return { problem: 'is no absolute path without wildcards' };
  draft.paths.push(path);
  return path;
}

function compileTools(list: 'allowedTools' | 'forbiddenTools', names: readonly string[]): Result<readonly ToolPattern[], ScopeProblem> {
  for (const [index, name] of names.entries()) {
    if (name === '' || name.length > 256 || /\s/.test(name) || name.split('*').length > 9) {
      return err({ list, index, code: 'malformed', text: `${list}[${index}]: ${quoted(name)} is no name of a tool (at most 8 wildcards)` });
    }
  }
  return ok(names.map((name) => name.toLowerCase().split('*')));
}

/** Without regular expressions, so that no pattern can be slow. */
export function matchesTool(pattern: ToolPattern, name: string): boolean {
  const lower = name.toLowerCase();
  const first = pattern[0]!;
  if (pattern.length === 1) return lower === first;
  const last = pattern.at(-1)!;
  if (lower.length < first.length + last.length || !lower.startsWith(first) || !lower.endsWith(last)) return false;
  let at = first.length;
  for (const piece of pattern.slice(1, -1)) {
    const found = lower.indexOf(piece, at);
    if (found === -1 || found + piece.length > lower.length - last.length) return false;
    at = found + piece.length;
  }
  return true;
}
