// What a simulator says, independent of the wire format: a pure function of the prompt, the simulator's name and its behaviour.
// It understands nothing. It counts, hashes, and proposes tool calls when told to.
import { createHash } from 'node:crypto';
import type { Json } from '#kernel';
import { asCount, type JsonObject } from './json.ts';
import type { Behaviour } from './options.ts';
import { sampleOf } from './schema-sample.ts';

/** A function tool a client offers. Other tool types (hosted, custom, computer) are never called. */
export interface OfferedTool {
  readonly name: string;
  readonly parameters: Json | undefined;
}

export type ToolChoice = { readonly kind: 'auto' | 'none' | 'required' } | { readonly kind: 'named'; readonly name: string };

/** A request, freed of its wire format. */
export interface Prompt {
  readonly model: string;
  /** The last text a user wrote. */
  readonly userText: string;
  /** Tool results after the last turn of the model; when there are any the reply is text. */
  readonly toolResults: readonly string[];
  readonly tools: readonly OfferedTool[];
  readonly toolChoice: ToolChoice;
  readonly parallelTools: boolean;
  /** JSON Schema of structured output, `true` for any JSON object. */
  readonly structured: Json | undefined;
  readonly maxTokens: number | undefined;
  readonly inputTokens: number;
}

export interface ToolCall {
  /** 24 characters, without the format's prefix. */
  readonly id: string;
  readonly name: string;
  readonly arguments: JsonObject;
}

export interface Reply {
  readonly text: string;
  readonly calls: readonly ToolCall[];
  /** The model declined: `text` is the refusal. */
  readonly refused: boolean;
  /** The text ended at `maxTokens`. */
  readonly truncated: boolean;
  readonly inputTokens: number;
  readonly outputTokens: number;
}

export interface Speaker {
  readonly name: string;
  readonly label: string;
  readonly behaviour: Behaviour;
  /** Hex SHA-256 over name and request body: the root of every id in the answer. */
  readonly digest: string;
  /** What users wrote up to an answer, by its id or its conversation's; filled where texts are repeated. */
  readonly earlier: Map<string, string>;
}

export const REFUSAL_MODEL = 'sim-refusal';
export const POLICY_ERROR_MODEL = 'sim-policy-error';
export const SLOW_MODEL = 'sim-slow';
export const TRIGGER_MODELS: readonly string[] = [REFUSAL_MODEL, POLICY_ERROR_MODEL, SLOW_MODEL];

/** Answers carry this instead of the time, so that they depend on the request alone: 2026-01-01T00:00:00Z, in seconds. */
export const CREATED_SECONDS = 1_767_225_600;

export function sha256Hex(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

/** A quarter of the UTF-8 bytes, at least 1: not a tokenizer, but stable and monotone. */
export function tokensOf(text: string): number {
  return Math.max(1, Math.ceil(Buffer.byteLength(text) / 4));
}

/** `choice` counts the alternatives of one request (`n`); the first is 0. */
export function composeReply(prompt: Prompt, speaker: Speaker, choice = 0): Reply {
  const head = `[simulated ${speaker.label} provider]`;
  if (prompt.model === REFUSAL_MODEL) {
    const text = `${head} This request was declined by a simulated safety rule (category: cyber).`;
    return { text, calls: [], refused: true, truncated: false, inputTokens: prompt.inputTokens, outputTokens: tokensOf(text) };
  }
  const calls = callsFor(prompt, speaker, choice);
  const whole = calls.length > 0 ? `${head} calling ${calls.map((call) => call.name).join(', ')}` : textFor(prompt, speaker, head, choice);
  const text = truncate(whole, prompt.maxTokens);
  const outputTokens = tokensOf(text) + calls.reduce((sum, call) => sum + tokensOf(call.name + JSON.stringify(call.arguments)), 0);
  return { text, calls, refused: false, truncated: text !== whole, inputTokens: prompt.inputTokens, outputTokens };
}

function textFor(prompt: Prompt, speaker: Speaker, head: string, choice: number): string {
  const digest = sha256Hex(prompt.userText).slice(0, 16);
  if (prompt.structured === true) return JSON.stringify({ simulated: true, provider: speaker.name, sha256: digest });
  if (prompt.structured !== undefined) return JSON.stringify(sampleOf(prompt.structured, digest.slice(0, 8)));
  const nth = choice === 0 ? '' : ` choice ${choice}.`;
  const results = prompt.toolResults;
  const about =
    results.length > 0
      ? `${results.length} tool result(s) received, sha256 ${sha256Hex(results.join('\n')).slice(0, 16)}.`
      : speaker.behaviour.echo === 'text'
        ? `You wrote: ${prompt.userText}`
        : `${charactersIn(prompt.userText)} characters received, sha256 ${digest}.`;
  return lengthen(`${head}${nth} 模擬応答。${about}`, speaker.behaviour);
}

/** Code points, without a copy of the text. */
function charactersIn(text: string): number {
  let count = text.length;
  for (let index = 0; index < text.length - 1; index++) {
    const unit = text.charCodeAt(index);
    if (unit >= 0xd800 && unit < 0xdc00 && text.charCodeAt(index + 1) >>> 10 === 0xdc00 >>> 10) count--;
  }
  return count;
}

function lengthen(text: string, behaviour: Behaviour): string {
  const wanted = Math.max(behaviour.textCharacters, behaviour.chunks * behaviour.chunkCharacters);
  const held = charactersIn(text);
  if (held >= wanted) return text;
  const repeated = `${text} `.repeat(Math.ceil(wanted / (held + 1)));
  return held === text.length ? repeated.slice(0, wanted) : Array.from(repeated).slice(0, wanted).join('');
}

function truncate(text: string, maxTokens: number | undefined): string {
  if (maxTokens === undefined || tokensOf(text) <= maxTokens) return text;
  let bytes = 0;
  let kept = '';
  for (const character of text) {
    bytes += Buffer.byteLength(character);
    if (bytes > maxTokens * 4) break;
    kept += character;
  }
  return kept;
}

function callsFor(prompt: Prompt, speaker: Speaker, choice: number): ToolCall[] {
  const { tools, toolChoice } = prompt;
  if (tools.length === 0 || toolChoice.kind === 'none' || prompt.toolResults.length > 0) return [];
  const proposed = speaker.behaviour.proposes.filter((call) => tools.some(({ name }) => name === call.name));
  if (proposed.length > 0) return proposed.map((call, index) => ({ ...call, id: callId(speaker, choice, index) }));
  const asked = /use the tool/i.test(prompt.userText);
  if (toolChoice.kind === 'auto' && !asked) return [];
  return chosenTools(prompt).map((tool, index) => {
    const id = callId(speaker, choice, index);
    const sampled = sampleOf(tool.parameters ?? { type: 'object' }, id.slice(0, 8));
    return {
      id,
      name: tool.name,
      arguments: typeof sampled === 'object' && sampled !== null && !Array.isArray(sampled) ? (sampled as JsonObject) : {},
    };
  });
}

function callId(speaker: Speaker, choice: number, index: number): string {
  return sha256Hex(`${speaker.digest}:call:${choice}:${index}`).slice(0, 24);
}

/** One tool, or with "use the tools" every tool offered (a lone one twice), unless the client forbade parallel calls. */
function chosenTools(prompt: Prompt): OfferedTool[] {
  const { tools, toolChoice } = prompt;
  if (toolChoice.kind === 'named') return tools.filter((tool) => tool.name === toolChoice.name).slice(0, 1);
  const named = tools.find((tool) => prompt.userText.includes(tool.name));
  const several = prompt.parallelTools && /use the tools/i.test(prompt.userText);
  if (several) return tools.length === 1 ? [tools[0]!, tools[0]!] : [...tools];
  return [named ?? tools[0]!];
}

/** Cuts text into the pieces a stream sends; joined they are the text. Never inside a character. */
export function pieces(text: string, behaviour: Behaviour): string[] {
  const characters = Array.from(text);
  if (behaviour.chunks > 0) {
    const count = Math.min(behaviour.chunks, characters.length);
    return Array.from({ length: count }, (_, index) =>
      characters.slice(Math.floor((index * characters.length) / count), Math.floor(((index + 1) * characters.length) / count)).join(''),
    );
  }
  const size = Math.max(1, behaviour.chunkCharacters);
  return Array.from({ length: Math.ceil(characters.length / size) }, (_, index) =>
    characters.slice(index * size, (index + 1) * size).join(''),
  );
}

/** The smallest of the given limits. */
export function tokenLimit(...values: readonly (Json | undefined)[]): number | undefined {
  const limits = values.map(asCount).filter((value) => value !== undefined && value > 0) as number[];
  return limits.length === 0 ? undefined : Math.min(...limits);
}
