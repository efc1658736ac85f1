// What a request carries, as far as decisions need it. Reads the top level only; masking and data classes will look inside.
import { err, memberValue, ok, scanJsonObject, type JsonObjectScan, type Result } from '#kernel';
import type { WireFormat } from '#providers';
import type { Refusal } from './refusal.ts';

export interface Inspection {
  readonly scan: JsonObjectScan;
  /** The name the client uses as `model`: a route. */
  readonly model: string;
  readonly isStream: boolean;
  /** The value with which the body names an end user, unchecked. */
  readonly endUser: unknown;
}

const LONGEST_MODEL_NAME = 256;

export function inspect(body: Buffer, format: WireFormat): Result<Inspection, Refusal> {
  const scanned = scanJsonObject(body, format.members);
  if (!scanned.ok) return malformed(describe(scanned.error));
  const scan = scanned.value;
  const model = memberValue(scan, 'model');
  if (typeof model !== 'string' || model === '') return malformed('`model` must be a non-empty string');
  if (model.length > LONGEST_MODEL_NAME) return malformed(`\`model\` is longer than ${LONGEST_MODEL_NAME} characters`);
  const stream = memberValue(scan, 'stream');
  if (scan.members.has('stream') && stream !== null && typeof stream !== 'boolean') return malformed('`stream` must be true or false');
  return ok({ scan, model, isStream: stream === true, endUser: format.endUser(scan) });
}

function malformed(problem: string): Result<never, Refusal> {
  return err({ rule: 'body-malformed', problem });
}

function describe(problem: { kind: string; offset?: number; name?: string }): string {
  if (problem.kind === 'not-an-object') return 'the body must be a JSON object';
  if (problem.kind === 'ambiguous-member')
    return `the member ${JSON.stringify(problem.name)} is repeated or differs from a known one only in case`;
  return `the body is not valid JSON near byte ${problem.offset}`;
}
