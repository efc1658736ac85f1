// What a text names as a target: addresses, networks, hosts, URLs, mail addresses, repositories, cloud accounts; defanged forms (hxxp, [.]) too.
// Names, not judgements: whether somebody may touch a target is a question of scopes. Every scan begins behind the end of the one before it.
import { isIPv6 } from 'node:net';
import { findRuns } from '../text/runs.ts';
import type { Subject } from '../text/subject.ts';
import { hostOf, ipv4Of } from './target-hosts.ts';
import { bareForges, cloudAccounts, mailAddresses, scpRepositories, urls } from './target-references.ts';

export type TargetKind = 'ip' | 'cidr' | 'host' | 'url' | 'email' | 'repository' | 'aws-account' | 'azure-subscription' | 'gcp-project';

export interface Target {
  readonly kind: TargetKind;
  /** Normalised: refanged, hosts in lower case, repositories as `host/owner/name`. */
  readonly value: string;
  readonly start: number;
  readonly end: number;
}

export type ReportTarget = (kind: TargetKind, value: string, start: number, end: number) => void;

/** Targets beyond this many places are not listed; the list then says it is cut. */
const MOST_TARGETS = 1_024;

export interface Targets {
  /** In order, offsets in `Subject.text`. */
  readonly targets: readonly Target[];
  readonly isCut: boolean;
}

export function targetsIn(subject: Subject): Targets {
  const { text } = subject;
  const targets: Target[] = [];
  let isCut = false;
  const report: ReportTarget = (kind, value, start, end) => {
    if (targets.length < MOST_TARGETS) targets.push({ kind, value, start, end });
    else isCut = true;
  };
  // Whole references first; addresses and names inside them are not reported again.
  const taken: number[] = [];
  const takes: ReportTarget = (kind, value, start, end) => {
    report(kind, value, start, end);
    taken.push(start, end);
  };
  urls(subject, takes, report);
  scpRepositories(subject, takes);
  bareForges(subject, inRanges(taken), takes);
  mailAddresses(subject, inRanges(taken), takes);
  cloudAccounts(subject, report);
  const isTaken = inRanges(taken);
  findRuns('dotted', text, (start, end) => {
    if (!isTaken(start)) dotted(subject, start, end, report);
  });
  defanged(subject, isTaken, report);
  findRuns('colons', text, (start, end) => {
    if (!isTaken(start)) ipv6(text, start, end, report);
  });
  return { targets: targets.sort((a, b) => a.start - b.start || b.end - a.end), isCut };
}

/** Whether a position lies in one of the ranges; positions are asked in any order. */
function inRanges(flat: readonly number[]): (position: number) => boolean {
  const ranges: (readonly [number, number])[] = [];
  for (let at = 0; at < flat.length; at += 2) ranges.push([flat[at]!, flat[at + 1]!]);
  ranges.sort((a, b) => a[0] - b[0]);
  return (position) => {
    let low = 0;
    let high = ranges.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (ranges[middle]![0] <= position) low = middle + 1;
      else high = middle;
    }
    return low > 0 && position < ranges[low - 1]![1];
  };
}

const PREFIX_V4 = /\/(?:3[0-2]|[12]?\d)(?![\d./])/y;
const PREFIX_V6 = /\/(?:12[0-8]|1[01]\d|[1-9]?\d)(?![\d./])/y;
const VERSION_BEFORE = /(?:\bv|version[ :=]{0,2}|ver\.? ?|==|>=|<=|~=|\^|release )$/;
const LONGEST_HOST = 253;

function dotted({ text, folded }: Subject, start: number, end: number, report: ReportTarget): void {
  if (end - start > LONGEST_HOST) return;
  const run = folded.slice(start, end);
  const address = ipv4Of(run);
  if (address !== undefined) {
    if (VERSION_BEFORE.test(folded.slice(Math.max(0, start - 12), start))) return;
    PREFIX_V4.lastIndex = end;
    const prefix = PREFIX_V4.exec(folded)?.[0] ?? '';
    report(prefix === '' ? 'ip' : 'cidr', address + prefix, start, end + prefix.length);
    return;
  }
  // A call, a path to a file, a member of something: code, not a host.
  const before = text[start - 1];
  const after = text[end];
  if (after === '(' || after === '[' || before === '/' || before === '\\' || before === '$' || before === '@' || before === '.') return;
  const host = hostOf(text.slice(start, end));
  if (host !== undefined) report('host', host, start, end);
}

function ipv6(text: string, start: number, end: number, report: ReportTarget): void {
  if (end - start < 3 || end - start > 45) return;
  const run = text.slice(start, end).toLowerCase();
  // `::` alone and short forms such as `a::b` are operators of code.
  if (run.length < 5 && run !== '::1') return;
  if (/[a-z0-9_]/i.test(text[start - 1] ?? ' ') || /[a-z0-9_]/i.test(text[end] ?? ' ') || !isIPv6(run) || !/\d/.test(run)) return;
  PREFIX_V6.lastIndex = end;
  const prefix = PREFIX_V6.exec(text)?.[0] ?? '';
  report(prefix === '' ? 'ip' : 'cidr', run + prefix, start, end + prefix.length);
}

const DEFANGED = /[[({](?:\.|dot)[\])}]/g;
const DEFANGED_NAME = /[a-z0-9_-]{1,63}(?:(?:[[({](?:\.|dot)[\])}]|\.)[a-z0-9_-]{1,63}){1,10}/y;

/** `203[.]0[.]113[.]5`, `evil[dot]example`: whole names, from the first label on. */
function defanged({ folded }: Subject, isTaken: (position: number) => boolean, report: ReportTarget): void {
  let from = 0;
  DEFANGED.lastIndex = 0;
  for (let mark = DEFANGED.exec(folded); mark !== null; mark = DEFANGED.exec(folded)) {
    if (mark.index < from || isTaken(mark.index)) continue;
    let start = mark.index;
    const least = Math.max(from, mark.index - 128);
    while (start > least && /[a-z0-9_.-]/.test(folded[start - 1]!)) start--;
    DEFANGED_NAME.lastIndex = start;
    const name = DEFANGED_NAME.exec(folded)?.[0];
    if (name === undefined) continue;
    const plain = name.replaceAll(/[[({](?:\.|dot)[\])}]/g, '.');
    const address = ipv4Of(plain);
    const host = address === undefined ? hostOf(plain, true) : undefined;
    if (address !== undefined) report('ip', address, start, start + name.length);
    else if (host !== undefined) report('host', host, start, start + name.length);
    from = start + name.length;
    DEFANGED.lastIndex = Math.max(DEFANGED.lastIndex, from);
  }
}
