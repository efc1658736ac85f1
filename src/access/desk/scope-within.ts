// Whether one scope is within another: whatever a tool call may do under the narrower one, it may do under the wider one. Answers no where
// that is not certain, so that narrowing can never widen. What a scope lets through is #scope's to say (standing.ts there); where it lets
// more through because a scope says less, this file knows.
import ipaddr from 'ipaddr.js';
import { compileScope, isMetadataName, type Scope, type ScopeTarget } from '#scope';

/** What cannot be read in a scope, as a sentence; undefined: nothing. */
export function scopeProblem(scope: Scope): string | undefined {
  const compiled = compileScope(scope);
  return compiled.ok ? undefined : compiled.error.text;
}

/** What is wrong with one target as it is written; `isExclusion`: it may then be as wide as there is. */
export function targetProblem({ kind, value }: ScopeTarget, isExclusion = false): string | undefined {
  const [targets, excluded] = isExclusion ? [[], [{ kind, value }]] : [[{ kind, value }], []];
  return scopeProblem({ targets, excluded, allowedTools: null, forbiddenTools: [] });
}

export function toolProblem(tool: string): string | undefined {
  return scopeProblem({ targets: [], excluded: [], allowedTools: [tool], forbiddenTools: [] });
}

export function scopeWithin(narrow: Scope, wide: Scope): boolean {
  return scopeWidening(narrow, wide) === undefined;
}

/** Why it is not certain that everything which `narrow` lets through, `wide` lets through as well, as a sentence; undefined: it is certain. */
export function scopeWidening(narrow: Scope, wide: Scope): string | undefined {
  const [inner, outer] = [canonical(narrow), canonical(wide)];
  if (inner === undefined || outer === undefined) return 'Its scope, or the one it is taken from, cannot be read.';
  return targetsWidening(inner, outer) ?? toolsWidening(inner, outer);
}

/** The same for one target, as it is written. */
export function targetWithin(narrow: ScopeTarget, wide: ScopeTarget): boolean {
  const [inner, outer] = [narrow, wide].map((each) => canonical({ targets: [each], excluded: [], allowedTools: null, forbiddenTools: [] }));
  return inner !== undefined && outer !== undefined && canonicalWithin(inner.targets[0]!, outer.targets[0]!);
}

/** Values in canonical form; undefined: it cannot be read. */
function canonical(scope: Scope): Scope | undefined {
  const compiled = compileScope(scope);
  return compiled.ok ? compiled.value.scope : undefined;
}

function targetsWidening(inner: Scope, outer: Scope): string | undefined {
  const same = among(outer.targets);
  const outside = inner.targets.find((target) => !same(target) && !outer.targets.some((each) => canonicalWithin(target, each)));
  if (outside !== undefined) return `Its target ${outside.kind} ${outside.value} is in none of those it is taken from.`;
  const kept = among(inner.excluded);
  const dropped = outer.excluded.find((target) => !kept(target) && !inner.excluded.some((each) => covers(each, target)));
  if (dropped !== undefined) return `It no longer excludes ${dropped.kind} ${dropped.value}.`;
  const hasPath = ({ targets }: Scope): boolean => targets.some(({ kind }) => kind === 'path');
  if (hasPath(outer) && !hasPath(inner)) return 'A scope without paths leaves paths alone: the last one cannot be taken away.';
  return undefined;
}

/** Most targets stay as they were: those are found without comparing each with each. */
function among(targets: readonly ScopeTarget[]): (target: ScopeTarget) => boolean {
  const keys = new Set(targets.map(({ kind, value }) => `${kind} ${value}`));
  return ({ kind, value }) => keys.has(`${kind} ${value}`);
}

function toolsWidening(inner: Scope, outer: Scope): string | undefined {
  const outside = (tools: readonly string[], others: readonly string[]): string | undefined =>
    tools.find((tool) => !others.some((each) => toolWithin(tool.toLowerCase(), each.toLowerCase())));
  const allowed = outside(outer.forbiddenTools, inner.forbiddenTools);
  if (allowed !== undefined) return `It no longer forbids the tool ${allowed}.`;
  if (outer.allowedTools === null) {
    if (inner.allowedTools === null || inner.allowedTools.length === 0) return undefined;
    return 'A list of allowed tools, where there was none, could name one that a vendor runs itself: forbid tools instead.';
  }
  if (inner.allowedTools === null) return 'It no longer lists the tools that are allowed.';
  const added = outside(inner.allowedTools, outer.allowedTools);
  return added === undefined ? undefined : `The tool ${added} is not among those it is taken from.`;
}

/** Everything that `narrow` authorises, `wide` authorises as well. Both canonical. */
function canonicalWithin(narrow: ScopeTarget, wide: ScopeTarget): boolean {
  if (!covers(wide, narrow)) return false;
  if (narrow.value === wide.value) return true;
  // Where clouds hand out credentials is authorised by being named, and not by what is around it.
  if (narrow.kind === 'host') return !isMetadataName(narrow.value);
  return narrow.kind !== 'network' || !namesMetadata(narrow.value, wide.value);
}

/** Everything that `inner` names, `outer` names as well. Both canonical; only targets of one kind are compared. */
function covers({ kind, value: outer }: ScopeTarget, { kind: innerKind, value: inner }: ScopeTarget): boolean {
  if (kind !== innerKind) return false;
  if (inner === outer) return true;
  switch (kind) {
    case 'network':
      return networkWithin(inner, outer);
    case 'host':
      return outer.startsWith('*.') && inner.endsWith(outer.slice(1));
    case 'url':
      return inner.startsWith(outer.endsWith('/') ? outer : `${outer}/`);
    case 'email':
      return outer.startsWith('@') && inner.slice(inner.lastIndexOf('@')) === outer;
    case 'repository':
      // One name further down, not a group of them.
      return outer.endsWith('/*') && inner.startsWith(outer.slice(0, -1)) && !/[/*]/.test(inner.slice(outer.length - 1));
    case 'path':
      return inner.startsWith(outer.endsWith('/') ? outer : `${outer}/`);
    case 'cloud-account':
      return false;
  }
}

/** Names of tools with `*` for anything. */
function toolWithin(narrow: string, wide: string): boolean {
  if (narrow === wide || wide === '*') return true;
  const star = wide.indexOf('*');
  if (star < 0) return false;
  const [before, after] = [wide.slice(0, star), wide.slice(star + 1)];
  // With a second wildcard in the wider name it is not certain; with one, whatever stands in the middle of the narrower one is covered.
  return !after.includes('*') && narrow.length >= wide.length - 1 && narrow.startsWith(before) && narrow.endsWith(after);
}

interface Network {
  readonly address: ipaddr.IPv4 | ipaddr.IPv6;
  /** How many bits are fixed. */
  readonly bits: number;
}

/** An address or a CIDR, in canonical form; undefined for a range that is neither. */
function networkOf(value: string): Network | undefined {
  const [text, bits] = value.split('/') as [string, string | undefined];
  if (!ipaddr.isValid(text)) return undefined;
  const address = ipaddr.parse(text);
  return { address, bits: bits === undefined ? (address.kind() === 'ipv4' ? 32 : 128) : Number(bits) };
}

function networkWithin(narrow: string, wide: string): boolean {
  const [inner, outer] = [networkOf(narrow), networkOf(wide)];
  if (inner === undefined || outer === undefined) return false;
  return inner.address.kind() === outer.address.kind() && inner.bits >= outer.bits && inner.address.match(outer.address, outer.bits);
}

/** Amazon, Azure, Google (link-local), Alibaba, Azure's wire server, Oracle, Amazon over IPv6: as #scope has them. */
const METADATA = ['169.254.0.0/16', '100.100.100.200', '168.63.129.16', '192.0.0.192', 'fd00:ec2::/112'];
/** Fixed bits from which on a network is taken to mean the metadata services in it. */
const NAMED_BITS = { ipv4: 16, ipv6: 64 } as const;

/** `narrow` would authorise a metadata service that is in `wide` without being meant by it. */
function namesMetadata(narrow: string, wide: string): boolean {
  const outer = networkOf(wide)!;
  if (outer.bits >= NAMED_BITS[outer.address.kind()]) return false;
  return METADATA.some((each) => networkWithin(each, narrow) || networkWithin(narrow, each));
}
