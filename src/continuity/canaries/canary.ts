// Entitlement canaries: what one asked, what came back, and what that says of an entitlement. An approval that a vendor reverts silently
// shows here before a person meets it in the middle of an incident. Judges answers; sends nothing and keeps nothing.
import type { Json } from '#kernel';

/** One deployment that is asked at intervals. `program` undefined: the vendor has none, and only the model is watched. */
export interface CanarySubject {
  readonly deployment: string;
  readonly program: string | undefined;
  readonly everyMinutes: number;
  /** A route that the deployment is a candidate of. */
  readonly route: string;
  /** The format in which the deployment is asked: one that it speaks. */
  readonly wire: CanaryWire;
}

export type CanaryWire = 'openai-chat' | 'openai-responses' | 'anthropic-messages';

/** What leaves, through the checkpoint like everybody's requests: same rules, same ledger. */
export interface CanaryRequest {
  readonly subject: CanarySubject;
  /** Path at the checkpoint. */
  readonly path: string;
  /** Lower-case names. Pins the request to the deployment. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Aborts when the canary has waited long enough. */
  readonly signal: AbortSignal;
}

/** What came back. Everything the provider says is its claim. */
export interface CanaryAnswer {
  /** HTTP status; undefined when nobody answered. */
  readonly status: number | undefined;
  /** Why nobody answered, or which rule of the checkpoint refused. */
  readonly reason?: string | undefined;
  /** The checkpoint itself refused: nobody was asked. */
  readonly isOwnRefusal?: boolean;
  readonly effectiveModel?: string | undefined;
  readonly effectiveProgram?: string | undefined;
  /** The provider declined. */
  readonly refusal?: { readonly kind: string; readonly code: string } | undefined;
  /** The provider's error code, where it failed otherwise. */
  readonly error?: string | undefined;
  readonly mismatch?: { readonly model?: object | undefined; readonly program?: object | undefined } | undefined;
  /** Under which the ledger has it. */
  readonly requestId?: string | undefined;
}

export type CanaryResult =
  /** The model answered, under the program asked for as far as it says. */
  | 'entitled'
  /** Declined, or not ours to use. */
  | 'refused'
  | 'program-mismatch'
  | 'model-mismatch'
  /** Nothing can be concluded: nobody answered, or the provider failed. */
  | 'unreachable';

export interface CanaryRecord {
  /** `cnr_` and a ULID. */
  readonly id: string;
  readonly deployment: string;
  /** Null: none was asked for. */
  readonly program: string | null;
  readonly route: string;
  readonly atMs: number;
  readonly result: CanaryResult;
  /** Of a refusal: the provider's kind, `denied` (401, 403, 404) or `request` (other 4xx); `checkpoint`: our own rule; null otherwise. */
  readonly kind: string | null;
  /** The provider's code, our rule, or why nobody answered; null where there is nothing to say. */
  readonly code: string | null;
  readonly effectiveModel: string | null;
  /** Null with `entitled`: the provider did not say which program was in force. */
  readonly effectiveProgram: string | null;
  readonly requestId: string | null;
  readonly latencyMs: number;
}

export type CanaryVerdict = Pick<CanaryRecord, 'result' | 'kind' | 'code'>;

const TEXT_LIMIT = 128;
/** We ourselves did not let it through (a cut, a full disk): that says nothing about what the vendor grants. */
const OWN = 'checkpoint';

export function judge(answer: CanaryAnswer): CanaryVerdict {
  const { status, refusal, mismatch } = answer;
  const code = cut(answer.error ?? answer.reason) ?? (status === undefined || status < 400 ? null : `status-${status}`);
  if (refusal !== undefined) return { result: 'refused', kind: cut(refusal.kind) ?? 'refusal', code: cut(refusal.code) };
  if (answer.isOwnRefusal === true) return { result: 'unreachable', kind: OWN, code };
  if (status === undefined || status < 200 || status === 408 || status === 429 || status >= 500)
    return { result: 'unreachable', kind: null, code };
  if (status === 401 || status === 403 || status === 404) return { result: 'refused', kind: 'denied', code };
  if (status >= 400) return { result: 'refused', kind: 'request', code };
  if (status >= 300) return { result: 'unreachable', kind: null, code: `status-${status}` };
  if (mismatch?.program !== undefined) return { result: 'program-mismatch', kind: null, code: cut(answer.effectiveProgram) };
  if (mismatch?.model !== undefined) return { result: 'model-mismatch', kind: null, code: cut(answer.effectiveModel) };
  return { result: 'entitled', kind: null, code: null };
}

export function cut(text: string | undefined): string | null {
  return text === undefined || text === '' ? null : text.slice(0, TEXT_LIMIT);
}

/** What is known after the newest records (newest first). One run without an answer changes nothing; two in a row are a state. */
export function stateOf(all: readonly CanaryVerdict[]): CanaryVerdict | undefined {
  const [last, before] = all.filter(({ kind }) => kind !== OWN);
  if (last?.result !== 'unreachable') return last;
  if (before === undefined) return undefined;
  return before.result === 'unreachable' ? { result: 'unreachable', kind: null, code: last.code } : before;
}

export interface CanaryAlert {
  readonly record: CanaryRecord;
  /** Undefined: it was never known. */
  readonly from: CanaryVerdict | undefined;
  readonly to: CanaryVerdict;
}

/** The change of state that a new record makes, after the two records before it (newest first); undefined: none. */
export function changeOf(record: CanaryRecord, before: readonly CanaryRecord[]): CanaryAlert | undefined {
  if (record.kind === OWN) return undefined;
  const from = stateOf(before);
  const to = stateOf([record, ...before]);
  if (to === undefined || (from === undefined ? to.result === 'entitled' : isSame(from, to))) return undefined;
  return { record, from, to };
}

/** Codes of unreachability come and go; for everything else they are what changed. */
function isSame(one: CanaryVerdict, other: CanaryVerdict): boolean {
  if (one.result !== other.result) return false;
  return one.result === 'unreachable' || (one.kind === other.kind && one.code === other.code);
}

/** For the ledger: what changed, without the texts of anybody's answer. */
export function alertFacts({ record, from, to }: CanaryAlert): { readonly [name: string]: Json } {
  const { id, deployment, program, route, effectiveModel, effectiveProgram, requestId } = record;
  const verdict = ({ result, kind, code }: CanaryVerdict): Json => ({ result, kind, code });
  return {
    type: 'canary',
    canary: id,
    deployment,
    program,
    route,
    from: from === undefined ? null : verdict(from),
    to: verdict(to),
    effectiveModel,
    effectiveProgram,
    request: requestId,
  };
}

/** Which canary a record belongs to; also the name of the lease that only one node holds. */
export function canaryKey({ deployment, program }: { readonly deployment: string; readonly program: string | null | undefined }): string {
  return `canary:${deployment}:${program ?? ''}`;
}
