// What a judge may answer, and reading it. A judge is a model that has just read a hostile text: of its answer only what is enumerated here
// goes on, and an answer that is anything but exactly the object that the rubric demands says nothing at all.
import { z } from 'zod';
import { CAPABILITIES, type Capability } from '../taxonomy.ts';

export const JUDGE_VERDICTS = ['allowed', 'escalate', 'prohibited'] as const;

export type JudgeVerdict = (typeof JUDGE_VERDICTS)[number];

/** What is barred for everybody, as the rubric names it. */
export const BARRED_WORK = ['credential-theft', 'stealth', 'persistence', 'malware-deployment', 'third-party-exploitation'] as const;

export type BarredWork = (typeof BARRED_WORK)[number];

export interface Verdict {
  readonly verdict: JudgeVerdict;
  /** What barred work it is about. */
  readonly category: BarredWork | null;
  /** The capability that the work needs. */
  readonly capability: Capability | null;
  /** Hundredths, 0 to 100. */
  readonly confidence: number;
}

/** An answer of the kind that is asked for is far shorter. */
const LONGEST_ANSWER = 8_000;
const LONGEST_REMARK = 200;

const nothing = { anyOf: [{ type: 'string' }, { type: 'null' }] } as const;

/** JSON Schema of the answer (structured output). */
export const VERDICT_SCHEMA = {
  type: 'object',
  properties: {
    verdict: { type: 'string', enum: [...JUDGE_VERDICTS] },
    category: { anyOf: [{ type: 'string', enum: [...BARRED_WORK] }, { type: 'null' }] },
    capability: { anyOf: [{ type: 'string', enum: [...CAPABILITIES] }, { type: 'null' }] },
    confidence: { type: 'number' },
    reason: { type: 'string' },
    missing: nothing,
  },
  required: ['verdict', 'category', 'capability', 'confidence', 'reason', 'missing'],
  additionalProperties: false,
} as const;

const remark = z.string().max(LONGEST_REMARK);

const answer = z
  .strictObject({
    verdict: z.enum(JUDGE_VERDICTS),
    category: z.enum(BARRED_WORK).nullable(),
    capability: z.enum(CAPABILITIES).nullable(),
    confidence: z.number().min(0).max(1),
    // For people who try a judge out; read by nobody here.
    reason: remark,
    missing: remark.nullable(),
  })
  .refine(({ verdict, category }) => (verdict === 'prohibited' ? category !== null : verdict === 'escalate' || category === null));

/** Undefined: it is not the object that the rubric demands, or says more than that, or contradicts itself. */
export function readVerdict(text: string): Verdict | undefined {
  if (text.length > LONGEST_ANSWER) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const read = answer.safeParse(value);
  if (!read.success) return undefined;
  const { verdict, category, capability, confidence } = read.data;
  return { verdict, category, capability, confidence: Math.round(confidence * 100) };
}
