// The records of one request in the ledger: canonical JSON (RFC 8785), members in order, so that equal facts give equal bytes. Every
// record carries a salt or a salted hash, so a leaf hash alone reveals nothing. Holds no prompt and no answer.
import { createHash, hash } from 'node:crypto';
import { canonicalJson, type Json, type RequestId } from '#kernel';
import type { Caller } from '#identity';
import type { DataLevel, SensitiveType, SignalTotal } from '#inspection';
import type { Operation, ProgramMismatch, ProviderRefusal, TranslationNote, Usage } from '#providers';
import type { Candidate, Deployment, LeftOut, LimitBreach, Wire } from '#routing';
import type { AttemptResult } from './attempt.ts';
import type { ReviewedCall } from './call-review.ts';
import type { MemoryOutcome } from './masking-memory.ts';
import type { FailedAttempt, Refusal } from './refusal.ts';

/** Up to here one copy and one call cost less than an incremental hash. */
const SMALL_BODY_BYTES = 8192;

const MOST_NOTES = 50;
const LONGEST_NOTE = 200;
/** An entry of the ledger holds 65,535 bytes: lists of names that others chose get a share each. */
const MOST_LIST_BYTES = 6_000;

/** Of the name of a tool that a model called. */
const LONGEST_CALLED = 64;

/** Salted so that a guessed body cannot be confirmed from the log: SHA-256(salt ‖ body), hex. */
export function saltedHash(salt: Buffer, body: Buffer): string {
  if (body.length <= SMALL_BODY_BYTES) return hash('sha256', Buffer.concat([salt, body]), 'hex');
  return createHash('sha256').update(salt).update(body).digest('hex');
}

export interface DecisionFacts {
  readonly id: RequestId;
  readonly atMs: number;
  readonly attempt: number;
  readonly caller: Caller;
  readonly endUser: string | undefined;
  readonly operation: Operation;
  readonly route: string;
  readonly deployment: Deployment;
  readonly routing: RoutingFacts;
  /** The grant under which it leaves; undefined: the route needs none. */
  readonly access: AccessFactsRecorded | undefined;
  /** What the request was found to hold; undefined: it was not looked at. */
  readonly content: ContentFacts | undefined;
  readonly isStream: boolean;
  /** Size of the body as the client sent it. */
  readonly receivedBytes: number;
  /** The body as it leaves: size and salted hash. */
  readonly sentBytes: number;
  readonly sentHash: string;
  readonly salt: string;
  /** The configuration's version. */
  readonly policyVersion: string;
}

/** Under which grant and by which policies a request leaves. */
export interface AccessFactsRecorded {
  readonly grant: string;
  readonly tier: number;
  readonly capability: string;
  readonly policies: readonly string[];
  readonly removedTools: readonly string[];
}

/** How often placeholders of an answer became values again. */
export interface Restored {
  readonly restored: number;
  /** Spelled in another way than we wrote them. */
  readonly altered: number;
  /** Left as they are, because two could be meant. */
  readonly ambiguous: number;
}

/** Types and numbers, never a value. */
export interface ContentFacts {
  /** Distinct values by type. */
  readonly found: Partial<Readonly<Record<SensitiveType, number>>>;
  readonly level: DataLevel;
  /** What asks for that level. */
  readonly because: readonly string[];
  /** Types that are masked towards this deployment. */
  readonly masked: readonly SensitiveType[];
  /** It holds what came from outside the conversation, such as results of tools. */
  readonly isTainted: boolean;
  /** Pictures, recordings, documents. */
  readonly unreadable: number;
  /** Finders that did not answer and that the operator can do without. */
  readonly missing: readonly string[];
  readonly signals: SignalTotal | undefined;
}

/** What routing had to say about this attempt. */
export interface RoutingFacts {
  /** Effective classes of data, sorted. */
  readonly dataClasses: readonly string[];
  readonly jurisdiction: string | undefined;
  readonly drill: string | undefined;
  readonly degraded: Candidate['degraded'];
  /** Limits on dependence that this attempt exceeds. */
  readonly breaches: readonly LimitBreach[];
  /** The format spoken with the deployment where it is not the client's own. */
  readonly translatedTo: Wire | undefined;
  readonly notes: readonly TranslationNote[];
  /** Fallbacks that were left out, and why. */
  readonly leftOut: readonly LeftOut[];
  /** The vendor's trusted-access program that the request names. */
  readonly program: string | undefined;
  /** Goes on with a stream that another deployment began. */
  readonly resumes: boolean;
}

/** "This may go there", durable before the first byte leaves. One record per attempt. */
export function decisionRecord(facts: DecisionFacts): string {
  return (
    `{"access":${accessJson(facts.access)},"at":"${new Date(facts.atMs).toISOString()}","attempt":${facts.attempt},"caller":${callerJson(facts.caller)},` +
    `"content":${contentJson(facts.content)},"decision":"forward",` +
    `"deployment":${deploymentJson(facts.deployment)},"endUser":${quoted(facts.endUser)},` +
    `"id":"${facts.id}","operation":"${facts.operation.id}","policy":"${facts.policyVersion}",` +
    `"received":{"bytes":${facts.receivedBytes}},"route":${quoted(facts.route)},"routing":${routingJson(facts.routing)},"salt":"${facts.salt}",` +
    `"sent":{"bytes":${facts.sentBytes},"sha256":"${facts.sentHash}"},"stream":${facts.isStream},"type":"decision","v":1}`
  );
}

function accessJson(access: AccessFactsRecorded | undefined): string {
  if (access === undefined) return 'null';
  const { capability, grant, policies, removedTools, tier } = access;
  return canonicalJson({ capability, grant, policies: short(policies), removedTools: short(removedTools), tier });
}

/** Names that somebody else chose: as many as fit. */
function short(names: readonly string[]): string[] {
  return fitting(names.slice(0, MOST_NOTES).map(harmless), (name) => name);
}

/** The first of them that are not too much together. */
function fitting<T>(items: readonly T[], textOf: (item: T) => string): T[] {
  let bytes = 0;
  return items.filter((item) => (bytes += Buffer.byteLength(textOf(item))) <= MOST_LIST_BYTES);
}

/** A name as far as it is printable: no control characters, nothing that reorders text. */
function harmless(name: string): string {
  return name
    .slice(0, LONGEST_NOTE)
    .toWellFormed()
    .replaceAll(/[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu, '\u{FFFD}');
}

function contentJson(content: ContentFacts | undefined): string {
  if (content === undefined) return 'null';
  const { found, level, because, masked, isTainted, missing, signals, unreadable } = content;
  return canonicalJson({
    because: short(because),
    found: { ...found },
    level,
    masked: [...masked],
    missing: [...missing],
    signals: signals === undefined ? null : signalsJson(signals),
    tainted: isTainted,
    unreadable,
  });
}

/** Scores and kinds; of targets only how many: they are values. */
function signalsJson({ cyber, encoded, hidden, instructions, tags, targets }: SignalTotal): Json {
  return {
    cyber: round(cyber),
    encoded: encoded.count,
    hidden: { ...hidden },
    instructions: round(instructions.score),
    tags: tags.slice(0, MOST_NOTES).map(({ tag, score }) => ({ score: round(score), tag })),
    taintedInstructions: round(instructions.taintedScore),
    targets: targets.length,
  };
}

function routingJson(facts: RoutingFacts): string {
  const { breaches, dataClasses, degraded, drill, jurisdiction, leftOut, notes, program, resumes, translatedTo } = facts;
  return (
    `{"breaches":${breaches.length === 0 ? '[]' : canonicalJson(breaches.map((breach): Json => ({ ...breach })))},"dataClasses":${JSON.stringify(dataClasses)},` +
    `"degraded":${quoted(degraded?.reason)},"drill":${quoted(drill)},"jurisdiction":${quoted(jurisdiction)},` +
    `"leftOut":${leftOut.length === 0 ? '[]' : canonicalJson(leftOut.slice(0, MOST_NOTES).map((each): Json => ({ ...each })))},` +
    `"notes":${notesJson(notes)},"program":${quoted(program)},"resumes":${resumes},"translatedTo":${quoted(translatedTo)}}`
  );
}

/** Notes name fields, never values. A hostile request may have thousands of fields; a record has a bounded size. */
function notesJson(notes: readonly TranslationNote[]): string {
  if (notes.length === 0) return '[]';
  const named = notes.slice(0, MOST_NOTES).map(({ field, problem }) => ({ field: harmless(field), problem: harmless(problem) }));
  const kept: Json[] = fitting(named, ({ field, problem }) => field + problem);
  if (notes.length > kept.length) kept.push({ field: '', problem: `and ${notes.length - kept.length} more` });
  return canonicalJson(kept);
}

// The parts that stay the same from request to request are written once.
const callerTexts = new WeakMap<Caller, string>();
const deploymentTexts = new WeakMap<Deployment, string>();

function callerJson(caller: Caller): string {
  let text = callerTexts.get(caller);
  if (text === undefined) {
    text = canonicalJson({ key: caller.keyId, kind: caller.kind, name: caller.name, principal: caller.principalId });
    callerTexts.set(caller, text);
  }
  return text;
}

function deploymentJson(deployment: Deployment): string {
  let text = deploymentTexts.get(deployment);
  if (text === undefined) {
    const { vendor, weights, hosting, subprocessors } = deployment.origins;
    text = canonicalJson({
      id: deployment.id,
      model: deployment.model,
      origins: {
        hosting: { country: hosting.country },
        subprocessors: subprocessors?.map(({ company, country }) => ({ company, country })) ?? null,
        vendor: { company: vendor.company, country: vendor.country, subjectTo: [...vendor.subjectTo] },
        weights: { country: weights.country, lineage: weights.lineage },
      },
    });
    deploymentTexts.set(deployment, text);
  }
  return text;
}

export interface OutcomeFacts {
  readonly id: RequestId;
  readonly atMs: number;
  readonly salt: string;
  /** The deployment that answered; undefined when none did. */
  readonly deployment: string | undefined;
  readonly result: AttemptResult | undefined;
  readonly failures: readonly FailedAttempt[];
  readonly refusal: Refusal | undefined;
  /** The answer came from another model or program than was asked for. */
  readonly mismatch: ProgramMismatch | undefined;
  /** Whether the conversation can go on without its history. */
  readonly maskingMemory: MemoryOutcome;
  readonly restored: Restored | undefined;
  readonly calls: readonly ReviewedCall[] | undefined;
  /** Calls that could not be reviewed, and did not reach the client. */
  readonly unreadCalls: number;
  readonly totalMs: number;
  /** Time the first decision record took to become durable. */
  readonly recordMs: number;
}

/** What came of it. Closes the request's decision records. */
export function outcomeRecord(facts: OutcomeFacts): string {
  const answered = facts.result?.kind === 'answered' ? facts.result : undefined;
  const observed = answered?.observation;
  return (
    `{"answerBytes":${answered?.answerBytes ?? 0},"at":"${new Date(facts.atMs).toISOString()}","calls":${callsJson(facts.calls)},"deployment":${quoted(facts.deployment)},` +
    `"effectiveModel":${quoted(observed?.effectiveModel)},"effectiveProgram":${quoted(observed?.effectiveProgram)},"ended":"${endOf(facts)}","error":${quoted(observed?.error ?? answered?.failure)},` +
    `"failures":[${facts.failures.map(failureJson).join(',')}],"finish":${quoted(observed?.finish)},"id":"${facts.id}",` +
    `"maskingMemory":${quoted(facts.maskingMemory)},"mismatch":${mismatchJson(facts.mismatch)},"notes":${notesJson(answered?.notes ?? [])},` +
    `"providerRefusal":${refusalJson(observed?.refusal)},"refusal":${quoted(facts.refusal?.rule)},"restored":${restoredJson(facts.restored)},"salt":"${facts.salt}",` +
    `"status":${answered?.status ?? null},"timing":{"firstByteMs":${round(answered?.firstByteMs ?? 0)},"recordMs":${round(facts.recordMs)},` +
    `"totalMs":${round(facts.totalMs)}},"type":"outcome","unreadCalls":${facts.unreadCalls},"upstreamRequestId":${quoted(answered?.upstreamRequestId)},` +
    `"usage":${usageJson(observed?.usage)},"v":1}`
  );
}

function callsJson(calls: readonly ReviewedCall[] | undefined): string {
  if (calls === undefined) return 'null';
  return canonicalJson(
    calls.map(({ name, decision, reasons, hold }): Json => ({
      decision,
      hold: hold ?? null,
      name: harmless(name.slice(0, LONGEST_CALLED)),
      reasons,
    })),
  );
}

function restoredJson(restored: Restored | undefined): string {
  return restored === undefined ? 'null' : canonicalJson({ ...restored });
}

function failureJson({ deployment, durationMs, reason, status }: FailedAttempt): string {
  return `{"deployment":${quoted(deployment)},"durationMs":${round(durationMs)},"reason":"${reason}","status":${status ?? null}}`;
}

function mismatchJson(mismatch: ProgramMismatch | undefined): string {
  if (mismatch === undefined) return 'null';
  const { model, program } = mismatch;
  return canonicalJson({ model: model === undefined ? null : { ...model }, program: program === undefined ? null : { ...program } });
}

function refusalJson(refusal: ProviderRefusal | undefined): string {
  return refusal === undefined ? 'null' : `{"code":${quoted(refusal.code)},"kind":"${refusal.kind}"}`;
}

function usageJson(usage: Usage | undefined): string {
  if (usage === undefined) return 'null';
  return (
    `{"cachedInputTokens":${usage.cachedInputTokens ?? null},"inputTokens":${usage.inputTokens},` +
    `"outputTokens":${usage.outputTokens},"reasoningTokens":${usage.reasoningTokens ?? null}}`
  );
}

function quoted(text: string | undefined): string {
  return text === undefined ? 'null' : JSON.stringify(text);
}

function endOf({ result, refusal }: OutcomeFacts): string {
  if (result?.kind === 'answered') return result.ended;
  if (refusal !== undefined) return 'refused';
  return result?.kind === 'abandoned' ? 'client-gone' : 'failed';
}

/** What decided, where that is more than the rule: grants, policies, and names of tools. */
function becauseJson(refusal: Refusal): string {
  switch (refusal.rule) {
    case 'grant-missing':
      return canonicalJson({ capability: refusal.capability, problem: refusal.problem ?? null });
    case 'access-denied':
      return canonicalJson({ capability: refusal.capability, grant: refusal.grant, policies: short(refusal.policies) });
    case 'standing':
      return canonicalJson({ standing: refusal.standing });
    case 'tools-refused':
      return canonicalJson({ tools: short(refusal.tools) });
    case 'prohibited-work':
      return canonicalJson({ rules: short(refusal.rules) });
    default:
      return 'null';
  }
}

/** A request that ended here: who asked, and which rule said no. Requests without a known caller are only counted. */
export function refusalRecord(facts: {
  id: RequestId;
  atMs: number;
  salt: string;
  caller: Caller;
  endUser: string | undefined;
  operation: Operation;
  route: string | undefined;
  /** The live drill because of which nobody was left, or that applied. */
  drill: string | undefined;
  refusal: Refusal;
  policyVersion: string;
}): string {
  return (
    `{"at":"${new Date(facts.atMs).toISOString()}","because":${becauseJson(facts.refusal)},"caller":${callerJson(facts.caller)},"decision":"refuse",` +
    `"drill":${quoted(facts.drill)},` +
    `"endUser":${quoted(facts.endUser)},"id":"${facts.id}","operation":"${facts.operation.id}",` +
    `"policy":"${facts.policyVersion}","route":${quoted(facts.route)},` +
    `"rule":"${facts.refusal.rule}","salt":"${facts.salt}","type":"refusal","v":1}`
  );
}

/** Written when the process that decided died before it could say what came of the request. */
export function interruptedRecord(requestId: string, atMs: number, salt: string): string {
  const record: Json = {
    at: new Date(atMs).toISOString(),
    ended: 'unknown',
    id: requestId,
    reason: 'process-died',
    salt,
    type: 'outcome',
    v: 1,
  };
  return canonicalJson(record);
}

/** Written when records that had been acknowledged cannot be read back: the loss itself becomes evidence. */
export function damageRecord(message: string, atMs: number, salt: string): string {
  return canonicalJson({ at: new Date(atMs).toISOString(), message: message.slice(0, 1_000), salt, type: 'damage', v: 1 });
}

/** How many requests without a known caller were turned away in a window, by reason. */
export function turnedAwayRecord(fromMs: number, toMs: number, counts: Readonly<Record<string, number>>, salt: string): string {
  return canonicalJson({ counts, from: new Date(fromMs).toISOString(), salt, to: new Date(toMs).toISOString(), type: 'turned-away', v: 1 });
}

function round(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
