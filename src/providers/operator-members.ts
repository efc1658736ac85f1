// Request members about which the operator decides and not the client: the vendor's trusted-access program, the name of the end user, and
// who may answer instead. Used by every format's `prepare`.
import { memberValue, type JsonEdit, type JsonObjectScan } from '#kernel';
import { fieldsOf } from './json-fields.ts';
import type { PreparationRefusal } from './wire-format.ts';

/**
 * Members that let a vendor or a router answer with another model, or from another place, than the deployment that was chosen. A refusal
 * would be retried elsewhere without anybody's decision, and data would reach companies that no constraint has seen.
 * docs/how-to/use-a-trusted-access-program.md repeats this table.
 */
export const VENDOR_FALLBACKS: ReadonlyMap<string, string> = new Map([
  ['fallbacks', 'Anthropic server-side fallback; LiteLLM; OpenRouter'],
  ['models', 'OpenRouter, ngrok: further models'],
  ['route', 'OpenRouter: `fallback`'],
  ['provider', 'OpenRouter: which company serves the model'],
  ['providerOptions', 'Vercel AI Gateway: further models, order of providers'],
  ['fallback_models', 'routers derived from LiteLLM'],
  ['context_window_fallbacks', 'LiteLLM'],
  ['context_window_fallback_dict', 'LiteLLM'],
  ['content_policy_fallbacks', 'LiteLLM: another model after a policy refusal'],
]);

/** For `WireFormat.members`, in every format. */
export const OPERATOR_MEMBERS: readonly string[] = ['access_programs', ...VENDOR_FALLBACKS.keys()];

/** The first thing the client asks for that is not the client's to decide; undefined when there is none. */
export function refuseOperatorMembers(request: JsonObjectScan, accessProgram: string | undefined): PreparationRefusal | undefined {
  // Nearly every request has none of them, and a request has few members that anybody asked for.
  for (const name of request.members.keys()) {
    if (name === 'access_programs') {
      const asked = askedProgram(memberValue(request, name));
      if (asked !== accessProgram || accessProgram === undefined) return { kind: 'access-program-conflict', asked };
    } else if (VENDOR_FALLBACKS.has(name) && !isOff(memberValue(request, name))) return { kind: 'vendor-fallback', member: name };
  }
  return undefined;
}

/** Off, as far as any reader is concerned: leaving it in changes nothing. */
function isOff(value: unknown): boolean {
  return value === null || value === false || (Array.isArray(value) && value.length === 0);
}

const PROGRAM_NAME = /^[A-Za-z0-9._:-]{1,64}$/;

/** `{cyber: name}` and nothing beside it is that name; everything else is described. */
function askedProgram(value: unknown): string {
  if (value === null) return 'null';
  const cyber = fieldsOf(value)['cyber'];
  const isPlain = typeof cyber === 'string' && PROGRAM_NAME.test(cyber) && Object.keys(fieldsOf(value)).length === 1;
  return isPlain ? cyber : '(unreadable)';
}

/** Written even where the client wrote the same: what is inside its value is not ours to vouch for. */
export function programEdit(accessProgram: string): JsonEdit {
  return { member: 'access_programs', json: `{"cyber":${JSON.stringify(accessProgram)}}` };
}

/** Puts the pseudonym where the client names its user, and takes the name away where there is no pseudonym. */
export function replaceUser(request: JsonObjectScan, member: string, endUser: string | undefined, edits: JsonEdit[]): void {
  if (request.members.has(member)) edits.push({ member, json: endUser === undefined ? null : JSON.stringify(endUser) });
}
