// Trusted-access programs as OpenAI documents them for the Responses API: the value must match the model, must be enabled, and is echoed;
// left out, an entitled project gets what its model's tier gives. Without rules (`Behaviour.programs.models` empty) whatever is asked for
// is in force. Chat completions behave the same here, although the vendor documents them for Responses only.
import type { Json } from '#kernel';
import { asObject, asString, type JsonObject } from '../json.ts';
import type { Speaker } from '../reply.ts';
import type { ErrorDetails } from './errors.ts';

const PROGRAMS: readonly string[] = ['standard', 'daybreak_blue', 'daybreak_red'];

/** Members that an answer carries: empty where nothing is said of programs. */
export type ProgramEcho = { readonly access_programs?: Json };

export function programOf(body: JsonObject, model: string, speaker: Speaker): ProgramEcho | ErrorDetails {
  const { programs, effectiveProgram } = speaker.behaviour;
  const found = decide(body.access_programs, model, programs);
  if ('status' in found || effectiveProgram === '') return found;
  return { access_programs: effectiveProgram === 'null' ? null : { cyber: effectiveProgram } };
}

interface Rules {
  readonly enabled: readonly string[];
  readonly models: { readonly [model: string]: string };
}

function decide(asked: Json | undefined, model: string, { enabled, models }: Rules): ProgramEcho | ErrorDetails {
  const tier = Object.hasOwn(models, model) ? models[model] : undefined;
  if (asked === undefined) {
    if (tier === undefined) return Object.keys(models).length === 0 ? {} : { access_programs: null };
    if (enabled.includes(tier)) return { access_programs: { cyber: tier } };
    return tier === 'daybreak_red' ? notEnabled(tier) : { access_programs: null };
  }
  const program = asString(asObject(asked)?.cyber);
  if (program === undefined) return { status: 400, param: 'access_programs', message: "Invalid type for 'access_programs'. (simulated)" };
  if (!PROGRAMS.includes(program)) return refused('invalid_access_program', `There is no program '${program}'.`);
  if (Object.keys(models).length === 0 || program === 'standard') return { access_programs: { cyber: program } };
  if (tier === undefined) return refused('unsupported_access_program', `The model '${model}' supports no such program.`);
  if (program !== tier) return refused('invalid_access_program', `The model '${model}' does not accept '${program}'.`);
  return enabled.includes(program) ? { access_programs: { cyber: program } } : notEnabled(program);
}

function refused(code: string, message: string): ErrorDetails {
  return { status: 400, code, param: 'access_programs.cyber', message: `${message} (simulated)` };
}

function notEnabled(program: string): ErrorDetails {
  const message = `The program '${program}' is not enabled for this project. (simulated)`;
  return { status: 403, code: 'access_program_not_enabled', param: 'access_programs.cyber', message };
}
