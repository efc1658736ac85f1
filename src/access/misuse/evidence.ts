// Keeps evidence to what it may tell: codes, counts, and ids of a few kinds, each short and of harmless characters. What does not fit is
// left out: a signal is worth more than its evidence.
import type { Json } from '#kernel';
import { BY_ITSELF } from './acting.ts';
import { EVIDENCE_IDS, type SignalEvidence, type Signal } from './case.ts';

const MOST_CODES = 20;
const MOST_COUNTS = 20;
const CODE = /^[a-z][a-z0-9]*(?:[-_.][a-z0-9]+)*$/i;
const LONGEST_CODE = 64;
const ID = /^[\w.:/@+-]+$/;
const LONGEST_ID = 256;

export function boundedEvidence({ codes = [], counts = {}, ids = {} }: SignalEvidence): SignalEvidence {
  const kept: { codes?: readonly string[]; counts?: Record<string, number>; ids?: Record<string, string> } = {};
  const goodCodes = [...new Set(codes.filter(isCode))].slice(0, MOST_CODES);
  if (goodCodes.length > 0) kept.codes = goodCodes;
  const goodCounts = Object.entries(counts).filter(([name, count]) => isCode(name) && Number.isSafeInteger(count) && count >= 0);
  if (goodCounts.length > 0) kept.counts = Object.fromEntries(goodCounts.slice(0, MOST_COUNTS));
  const goodIds = EVIDENCE_IDS.flatMap((name) => {
    const id = Object.hasOwn(ids, name) ? ids[name] : undefined;
    return id !== undefined && id.length <= LONGEST_ID && ID.test(id) ? [[name, id]] : [];
  });
  if (goodIds.length > 0) kept.ids = Object.fromEntries(goodIds) as Record<string, string>;
  return kept;
}

function evidenceFacts({ codes, counts, ids }: SignalEvidence): { readonly [name: string]: Json } {
  return { ...(codes && { codes }), ...(counts && { counts: { ...counts } }), ...(ids && { ids: { ...ids } }) };
}

/** What the ledger says of a signal. */
export function signalFacts({ id, principalId, kind, weight, requestId, count, evidence }: Signal): { readonly [name: string]: Json } {
  return {
    type: 'misuse-signal',
    by: BY_ITSELF,
    signal: id,
    principal: principalId,
    kind,
    weight,
    count,
    request: requestId,
    evidence: evidenceFacts(evidence),
  };
}

function isCode(code: string): boolean {
  return code.length <= LONGEST_CODE && CODE.test(code);
}
