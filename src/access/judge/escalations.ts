// What becomes of a text that may be more than its author's grant covers, and that no rule may refuse: a sign of misuse, with evidence by which
// people find the request. Where there is a judge, its verdict comes first: it can make a sign unnecessary or heavier, and nothing else. The
// request itself has gone on long before, and none of this reaches it.
import { createHash } from 'node:crypto';
import type { Clock, Json, PrincipalId, RequestId } from '#kernel';
import type { RecordAct } from '../holds/hold.ts';
import { BY_ITSELF } from '../misuse/acting.ts';
import type { SignalEvidence } from '../misuse/case.ts';
import { createOnce } from '../watch/once.ts';
import type { Judge, Judgement } from './judge.ts';
import type { JudgeMatter } from './question.ts';

export type EscalationKind = 'capability-outside-grant' | 'model-steering';

export interface Escalation {
  readonly principalId: PrincipalId;
  readonly requestId: RequestId;
  readonly atMs: number;
  readonly kind: EscalationKind;
  /** The text tells models what to do: no model clears it. */
  readonly isSteering: boolean;
  /** Tells conversations apart, whatever their clients call them. */
  readonly conversation: string;
  readonly matter: JudgeMatter;
  /** Scores in hundredths, by code. */
  readonly counts: Readonly<Record<string, number>>;
  readonly ids: NonNullable<SignalEvidence['ids']>;
}

/** A sign that follows. */
export interface EscalatedSign {
  readonly principalId: PrincipalId;
  readonly kind: EscalationKind | 'judge-prohibited';
  readonly requestId: RequestId;
  readonly atMs: number;
  readonly evidence: SignalEvidence;
}

export interface Escalations {
  /** Returns at once and never throws. */
  escalate(escalation: Escalation): void;
  /** Whoever is still waiting for the judge is dealt with as without one. */
  close(): Promise<void>;
}

export interface EscalationsOptions {
  /** Undefined: people alone judge. */
  readonly judge: Judge | undefined;
  readonly record: RecordAct;
  /** Returns at once and never throws. */
  readonly report: (sign: EscalatedSign) => void;
  readonly clock: Clock;
  readonly onError: (error: unknown) => void;
}

const MOST_REMEMBERED = 20_000;
/** A conversation in which the same goes on is told of again so often. */
const SAID_FOR_MS = 6 * 3_600_000;
const JUDGED_FOR_MS = 24 * 3_600_000;

export function createEscalations({ judge, record, report, clock, onError }: EscalationsOptions): Escalations {
  const isFirstSaid = createOnce({ clock, most: MOST_REMEMBERED, lifetimeMs: SAID_FOR_MS });
  const isFirstJudged = createOnce({ clock, most: MOST_REMEMBERED, lifetimeMs: JUDGED_FOR_MS });
  const pending = new Set<Promise<void>>();

  /** The same of one conversation is said once. */
  function say(escalation: Escalation, judgement: Judgement | undefined): void {
    const { principalId, conversation, kind, matter } = escalation;
    if (isFirstSaid(digest([principalId, conversation, kind, ...matter.codes.toSorted()]))) report(signOf(escalation, kind, judgement));
  }

  async function ask(escalation: Escalation, by: Judge): Promise<void> {
    const judgement = await by.judge(escalation.matter);
    const { outcome } = judgement;
    const verdict = typeof outcome === 'string' ? undefined : outcome;
    let isRecorded = true;
    try {
      await record(escalation.principalId, verdictFacts(escalation, judgement, by));
    } catch (error) {
      isRecorded = false;
      onError(error);
    }
    if (verdict?.verdict === 'prohibited') report(signOf(escalation, 'judge-prohibited', judgement));
    else if (!isRecorded || !isCleared(escalation, judgement)) say(escalation, judgement);
  }

  return {
    escalate(escalation) {
      const { principalId, conversation, matter } = escalation;
      if (judge === undefined || matter.texts.length === 0) return say(escalation, undefined);
      if (!isFirstJudged(digest([principalId, conversation, judge.rubric.sha256, ...matter.texts]))) return;
      const asking = ask(escalation, judge).catch(onError);
      pending.add(asking);
      void asking.finally(() => pending.delete(asking));
    },
    async close() {
      judge?.close();
      await Promise.all(pending);
    },
  };
}

/** What was not shown as a whole, and what speaks to models, is not cleared by one. */
function isCleared({ isSteering }: Escalation, { outcome }: Judgement): boolean {
  return typeof outcome !== 'string' && outcome.verdict === 'allowed' && !outcome.isCut && !isSteering;
}

function signOf(
  { principalId, requestId, atMs, matter, counts, ids }: Escalation,
  kind: EscalatedSign['kind'],
  judgement: Judgement | undefined,
): EscalatedSign {
  const said = judgement === undefined ? undefined : outcomeOf(judgement);
  return {
    principalId,
    kind,
    requestId,
    atMs,
    evidence: {
      codes: [...(said === undefined ? [] : [said.code, said.category ?? '']), ...matter.codes].filter((code) => code !== ''),
      counts: said?.confidence === undefined ? counts : { ...counts, confidence: said.confidence },
      ids: judgement?.judgeRequest === undefined ? ids : { ...ids, judgeRequest: judgement.judgeRequest },
    },
  };
}

function outcomeOf({ outcome }: Judgement): {
  readonly code: string;
  readonly category: string | null;
  readonly capability: string | null;
  readonly confidence: number | undefined;
} {
  if (typeof outcome === 'string') return { code: outcome, category: null, capability: null, confidence: undefined };
  const { verdict, category, capability, confidence } = outcome;
  return { code: `judged-${verdict}`, category, capability, confidence };
}

function verdictFacts(
  { principalId, requestId, matter, isSteering }: Escalation,
  judgement: Judgement,
  { rubric }: Judge,
): { readonly [name: string]: Json } {
  const { code, category, capability, confidence } = outcomeOf(judgement);
  return {
    type: 'judge-verdict',
    by: BY_ITSELF,
    principal: principalId,
    request: requestId,
    judgeRequest: judgement.judgeRequest ?? null,
    rubric: { version: rubric.version, sha256: rubric.sha256 },
    outcome: code,
    category,
    capability,
    confidence: confidence ?? null,
    isCut: typeof judgement.outcome !== 'string' && judgement.outcome.isCut,
    isSteering,
    codes: [...matter.codes],
  };
}

function digest(parts: readonly string[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(`${Buffer.byteLength(part)}:`).update(part);
  return hash.digest('base64url');
}
