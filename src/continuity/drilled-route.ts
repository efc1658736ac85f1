// What one route went through in a live drill, from its sums during the drill and before it.
import type { TrafficSums } from './traffic.ts';

export interface Failure {
  /** As `TrafficSums.cause` has it. */
  readonly cause: string;
  readonly count: number;
  /** From the start of the drill to the first and the last of them. */
  readonly firstMs: number;
  readonly lastMs: number;
  /** Of all requests of the route before the drill, how many ended this way: 0 to 1. Null: there were none. */
  readonly shareBefore: number | null;
}

export interface Latency {
  readonly requests: number;
  readonly meanMs: number;
  readonly meanFirstByteMs: number;
}

export interface ServedBy {
  readonly deployment: string;
  readonly answered: number;
  /** Of what was answered on the route, 0 to 1. */
  readonly share: number;
  /** The same before the drill; null: nothing was answered then. */
  readonly shareBefore: number | null;
  readonly latency: Latency;
}

export interface DrilledRoute {
  readonly route: string;
  /** Requests that took part and have ended. */
  readonly requests: number;
  readonly answered: number;
  /** Declined by a provider: an answer, and not the drill's doing. */
  readonly declined: number;
  /** The client went away before the end. */
  readonly clientGone: number;
  /** What clients saw fail. */
  readonly failed: number;
  readonly failures: readonly Failure[];
  /** Refused for what a request or its sender asked, which would have been refused without a drill: neither failures nor answers. */
  readonly unrelated: number;
  readonly unrelatedRefusals: readonly { readonly cause: string; readonly count: number; readonly shareBefore: number | null }[];
  /** Without those that could not be said in the deployment's format. Another one may have made them good, so clients need not have noticed. */
  readonly failedAttempts: readonly { readonly deployment: string; readonly cause: string; readonly count: number }[];
  readonly servedBy: readonly ServedBy[];
  readonly recovery: Recovery;
  readonly latencyBefore: Latency | null;
  readonly latencyDuring: Latency | null;
}

/** `undisturbed`: no client saw a failure. `recovered`: answers go on after the last failure. `no-traffic`: nothing was measured. */
export interface Recovery {
  readonly state: 'undisturbed' | 'recovered' | 'not-recovered' | 'no-traffic';
  /** From the start of the drill to the end of the first request that was answered. */
  readonly firstAnswerMs: number | null;
  /** From the start of the drill to the last failure that a client saw. */
  readonly lastFailureMs: number | null;
}

const FAILED_ATTEMPT = 'failed:';
const ANSWERED = '';
const DECLINED = 'declined';
const CLIENT_GONE = 'ended:client-gone';
/** Nothing was sent: the request could not be said in the deployment's format. */
const UNTRANSLATABLE = 'failed:untranslatable';

/**
 * Rules that judge a request by its own words, its sender and the configuration, before anybody is taken away. A rule that is not here
 * counts as a failure.
 */
const UNRELATED_RULES: ReadonlySet<string> = new Set(
  [
    'identity',
    'role',
    'route-not-granted',
    'unknown-route',
    'unknown-path',
    'method-not-allowed',
    'http-malformed',
    'body-too-large',
    'body-unreadable',
    'body-malformed',
    'end-user-malformed',
    'unknown-data-class',
    'jurisdiction-malformed',
    'pinned-unknown',
    'wire-not-served',
    'no-qualified-deployment',
    'access-program-conflict',
    'vendor-fallback',
    'untranslatable',
  ].map((rule) => `refused:${rule}`),
);

export function drilledRoute(
  route: string,
  sums: readonly TrafficSums[],
  before: readonly TrafficSums[],
  startsAtMs: number,
): DrilledRoute {
  const requests = sums.filter(isRequest);
  const requestsBefore = ended(before.filter(isRequest));
  const answers = sums.filter(({ cause }) => cause === ANSWERED);
  const answersBefore = before.filter(({ cause }) => cause === ANSWERED);
  const shareBefore = (cause: string): number | null =>
    requestsBefore === 0 ? null : ended(before.filter((sum) => sum.cause === cause)) / requestsBefore;
  const unrelated = requests.filter(({ cause }) => UNRELATED_RULES.has(cause));
  const failures = [...Map.groupBy(requests.filter(isClientFailure), ({ cause }) => cause)].map(([cause, group]): Failure => {
    return {
      cause,
      count: ended(group),
      firstMs: sinceStart(Math.min(...group.map(({ firstAtMs }) => firstAtMs)), startsAtMs),
      lastMs: sinceStart(Math.max(...group.map(({ lastAtMs }) => lastAtMs)), startsAtMs),
      shareBefore: shareBefore(cause),
    };
  });
  return {
    route,
    requests: ended(requests),
    answered: ended(answers),
    declined: ended(sums.filter(({ cause }) => cause === DECLINED)),
    clientGone: ended(sums.filter(({ cause }) => cause === CLIENT_GONE)),
    failed: ended(requests.filter(isClientFailure)),
    failures: failures.toSorted((a, b) => b.count - a.count || compare(a.cause, b.cause)),
    unrelated: ended(unrelated),
    unrelatedRefusals: [...Map.groupBy(unrelated, ({ cause }) => cause)]
      .map(([cause, group]) => ({ cause, count: ended(group), shareBefore: shareBefore(cause) }))
      .toSorted((a, b) => b.count - a.count || compare(a.cause, b.cause)),
    failedAttempts: failedAttempts(sums),
    servedBy: servedBy(answers, answersBefore),
    recovery: recoveryOf(answers, failures, startsAtMs),
    latencyBefore: latencyOf(answersBefore),
    latencyDuring: latencyOf(answers),
  };
}

/** An attempt is not a request: another deployment may have answered after it. */
function isRequest({ cause, ended: count }: TrafficSums): boolean {
  return !cause.startsWith(FAILED_ATTEMPT) && count > 0;
}

function isClientFailure({ cause, ended: count }: Pick<TrafficSums, 'cause' | 'ended'>): boolean {
  if (count === 0 || cause.startsWith(FAILED_ATTEMPT) || UNRELATED_RULES.has(cause)) return false;
  return cause !== ANSWERED && cause !== DECLINED && cause !== CLIENT_GONE;
}

function failedAttempts(sums: readonly TrafficSums[]): DrilledRoute['failedAttempts'] {
  const failed = sums.filter(({ cause, ended: count }) => cause.startsWith(FAILED_ATTEMPT) && cause !== UNTRANSLATABLE && count > 0);
  return [...Map.groupBy(failed, ({ deployment, cause }) => JSON.stringify([deployment, cause])).values()]
    .map((group) => ({ deployment: group[0]!.deployment, cause: group[0]!.cause.slice(FAILED_ATTEMPT.length), count: ended(group) }))
    .toSorted((a, b) => b.count - a.count || compare(a.deployment, b.deployment) || compare(a.cause, b.cause));
}

function servedBy(answers: readonly TrafficSums[], before: readonly TrafficSums[]): readonly ServedBy[] {
  const all = ended(answers);
  const allBefore = ended(before);
  return [...Map.groupBy(answers, ({ deployment }) => deployment)]
    .flatMap(([deployment, group]): ServedBy[] => {
      const latency = latencyOf(group);
      if (latency === null) return [];
      const same = before.filter((sum) => sum.deployment === deployment);
      return [
        {
          deployment,
          answered: latency.requests,
          share: latency.requests / all,
          shareBefore: allBefore === 0 ? null : ended(same) / allBefore,
          latency,
        },
      ];
    })
    .toSorted((a, b) => b.answered - a.answered || compare(a.deployment, b.deployment));
}

function recoveryOf(answers: readonly TrafficSums[], failures: readonly Failure[], startsAtMs: number): Recovery {
  const answered = answers.filter(({ ended: count }) => count > 0);
  const first = answered.length === 0 ? null : sinceStart(Math.min(...answered.map(({ firstAtMs }) => firstAtMs)), startsAtMs);
  const last = answered.length === 0 ? -1 : sinceStart(Math.max(...answered.map(({ lastAtMs }) => lastAtMs)), startsAtMs);
  const lastFailureMs = failures.length === 0 ? null : Math.max(...failures.map(({ lastMs }) => lastMs));
  if (lastFailureMs === null) return { state: first === null ? 'no-traffic' : 'undisturbed', firstAnswerMs: first, lastFailureMs };
  return { state: last > lastFailureMs ? 'recovered' : 'not-recovered', firstAnswerMs: first, lastFailureMs };
}

function latencyOf(answers: readonly TrafficSums[]): Latency | null {
  const requests = ended(answers);
  if (requests === 0) return null;
  const sum = (of: (sums: TrafficSums) => number): number => answers.reduce((all, each) => all + of(each), 0);
  return { requests, meanMs: sum(({ totalMs }) => totalMs) / requests, meanFirstByteMs: sum(({ firstByteMs }) => firstByteMs) / requests };
}

function ended(sums: readonly TrafficSums[]): number {
  return sums.reduce((all, sum) => all + sum.ended, 0);
}

/** Clocks of several nodes differ a little; nothing happened before the start. */
function sinceStart(atMs: number, startsAtMs: number): number {
  return Math.max(0, atMs - startsAtMs);
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
