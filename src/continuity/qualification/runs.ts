// One run of a route's evaluation cases over its candidates: what it is called, and whether an earlier one is the same and can go on.
import { createHash } from 'node:crypto';
import { canonicalJson, ulid, type Json } from '#kernel';
import type { Deployment, Route } from '#routing';
import type { CaseResult, ControlStore } from '../control-store.ts';

const PREFIX = 'qlf_';
/** The first 18 characters of a ULID: its milliseconds and 40 random bits. */
const ULID_CHARACTERS = 18;
const FINGERPRINT_CHARACTERS = 10;
/** Results older than this are measured anew: an evidence is about one time. */
const RESUMABLE_MS = 24 * 3_600_000;

export const RUN_ID = /^qlf_[0-9A-HJKMNP-TV-Z]{18}[0-9A-F]{10}$/;

/** What has to be the same for results to belong together: the cases, and how each candidate is reached. */
export function runFingerprint(route: Route, casesHash: string): string {
  const candidates = route.candidates.map(({ id, model, baseUrl, query, wires, accessProgram }) => ({
    id,
    model,
    baseUrl,
    query,
    wires,
    accessProgram,
  }));
  const setup: Json = { route: route.name, translation: route.translation, judge: route.qualification?.judge, casesHash, candidates };
  return createHash('sha256').update(canonicalJson(setup)).digest('hex').slice(0, FINGERPRINT_CHARACTERS).toUpperCase();
}

/** `qlf_` and 28 characters that sort by time and end in the fingerprint; 32 in all, as long as the subject of a record may be. */
export function newRunId(nowMs: number, random: Uint8Array, fingerprint: string): string {
  return PREFIX + ulid(nowMs, random).slice(0, ULID_CHARACTERS) + fingerprint;
}

export interface ResumableRun {
  readonly run: string;
  readonly results: readonly CaseResult[];
}

export type ResumeRefusal = 'unknown-run' | 'other-setup' | 'too-old';

/** A named run, if it can go on. */
export async function findRun(
  store: Pick<ControlStore, 'caseResults'>,
  input: { readonly run: string; readonly route: string; readonly fingerprint: string; readonly nowMs: number },
): Promise<ResumableRun | ResumeRefusal> {
  if (!RUN_ID.test(input.run)) return 'unknown-run';
  const results = (await store.caseResults(input.run)).filter(({ route }) => route === input.route);
  if (results.length === 0) return 'unknown-run';
  if (!input.run.endsWith(input.fingerprint)) return 'other-setup';
  const oldestAtMs = results.reduce((oldest, { atMs }) => Math.min(oldest, atMs), Infinity);
  return input.nowMs - oldestAtMs > RESUMABLE_MS ? 'too-old' : { run: input.run, results };
}

/** The route's newest run, when it is the same work and part of it is still to be done. */
export async function findInterruptedRun(
  store: Pick<ControlStore, 'caseResults' | 'latestRun'>,
  input: {
    readonly route: string;
    readonly fingerprint: string;
    readonly nowMs: number;
    readonly deployments: readonly Deployment[];
    readonly caseIds: readonly string[];
  },
): Promise<ResumableRun | undefined> {
  const run = await store.latestRun(input.route);
  if (run === undefined) return undefined;
  const found = await findRun(store, { ...input, run });
  if (typeof found === 'string') return undefined;
  const measured = new Set(found.results.map(({ deployment, caseId }) => `${deployment} ${caseId}`));
  const isComplete = input.deployments.every(({ id }) => input.caseIds.every((caseId) => measured.has(`${id} ${caseId}`)));
  return isComplete ? undefined : found;
}
