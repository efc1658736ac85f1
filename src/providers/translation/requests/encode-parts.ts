// What the encoders of the three formats share: text of parts, call ids, custom tools as functions, choices of tools that are still there.
import type { At, Conversation, ImagePart, JsonSchemaFormat, Part, Schema, Source, Tool, ToolChoice } from '../conversation.ts';
import { isObject } from './object-reader.ts';
import type { Findings } from './findings.ts';

/** What an encoder is told about the deployment. */
export interface TranslationTarget {
  readonly model: string;
  /** Chat only: the deployment reports the usage of a stream when asked. */
  readonly streamUsage: boolean;
  /** Sent where the format demands a limit and the client stated none. */
  readonly defaultMaxOutputTokens: number;
}

export interface EncoderInput {
  readonly conversation: Conversation;
  readonly target: TranslationTarget;
  readonly findings: Findings;
}

/** Leaves out what is undefined, so that a body holds only what was said. */
export function defined(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

/** Text of parts where nothing else has a place; images and files are named as lost. */
export function textOfParts(parts: readonly Part[], separator: string, findings: Findings): string {
  const texts: string[] = [];
  for (const part of parts) {
    if (part.type === 'text' || part.type === 'refusal') texts.push(part.text);
    else losePart(part, findings);
  }
  return texts.join(separator);
}

export function losePart(part: Part, findings: Findings): void {
  findings.lose(part.at, `is ${part.type === 'image' ? 'an image' : `a ${part.type}`} where the deployment’s format takes none`);
}

export function urlOfSource(source: Source): string {
  return 'url' in source ? source.url : `data:${source.mediaType};base64,${source.data}`;
}

/** Ids of calls as a format accepts them. Equal ids stay equal, different ones stay different; the client never sees what was changed. */
export class CallIds {
  readonly #accepted: RegExp;
  readonly #maxChars: number;
  readonly #ids = new Map<string, string>();
  readonly #used: Set<string>;

  /** `ids`: all that the request holds, so that a changed one cannot meet another. */
  constructor(accepted: RegExp, maxChars: number, conversation: Conversation) {
    this.#accepted = accepted;
    this.#maxChars = maxChars;
    const ids = conversation.items.flatMap((item) => (item.kind === 'message' ? [] : [item.id]));
    this.#used = new Set(ids.filter((id) => this.#isAccepted(id)));
  }

  of(id: string): string {
    if (this.#isAccepted(id)) return id;
    const known = this.#ids.get(id);
    if (known !== undefined) return known;
    let number = this.#ids.size;
    let made = `call_${number}`;
    while (this.#used.has(made)) made = `call_${++number}`;
    this.#used.add(made);
    this.#ids.set(id, made);
    return made;
  }

  #isAccepted(id: string): boolean {
    return id.length <= this.#maxChars && this.#accepted.test(id);
  }
}

/** A custom tool for a format that has functions only: one string parameter `input`, as the answer half expects it back. */
export function customAsFunction(
  tool: Tool,
  findings: Findings,
): { readonly description: string | undefined; readonly parameters: Schema } {
  const { grammar } = tool;
  if (grammar !== undefined) findings.lose(grammar.at, 'is told to the model, but the deployment’s format cannot enforce it');
  const description =
    grammar === undefined
      ? 'The input of the tool, as free text.'
      : `The input of the tool, as text of this ${grammar.syntax} grammar:\n${grammar.definition}`;
  return {
    description: tool.description,
    parameters: {
      type: 'object',
      properties: { input: { type: 'string', description } },
      required: ['input'],
      additionalProperties: false,
    },
  };
}

export function customInputAsArguments(input: string): string {
  return JSON.stringify({ input });
}

/** The choice among the tools that are still there; what chooses a tool that is gone is lost. */
export function usableChoice({ toolChoice, tools }: Conversation, findings: Findings): ToolChoice | undefined {
  if (toolChoice === undefined) return undefined;
  const { at, value: choice } = toolChoice;
  const has = ({ name }: { readonly name: string }): boolean => tools.some((tool) => tool.name === name);
  if (tools.length === 0) {
    if (choice.type === 'auto' || choice.type === 'none') findings.drop(at, 'means nothing without tools; dropped');
    else findings.lose(at, 'demands a tool, and there is none');
    return undefined;
  }
  if (choice.type === 'named' && !has(choice)) {
    findings.lose(at, 'names a tool that is not there');
    return undefined;
  }
  if (choice.type !== 'allowed') return choice;
  const present = choice.tools.filter(has);
  if (present.length < choice.tools.length) findings.lose(at, 'names a tool that is not there');
  return present.length === 0 ? undefined : { ...choice, tools: present };
}

export function usableParallelCalls({ parallelCalls, tools }: Conversation, findings: Findings): boolean | undefined {
  if (parallelCalls !== undefined && tools.length === 0) findings.drop(parallelCalls.at, 'means nothing without tools; dropped');
  return tools.length === 0 ? undefined : parallelCalls?.value;
}

/** What OpenAI's strict mode demands of a schema: every object is closed and requires all its properties. Bounded by the request's depth. */
export function isStrictSchema(schema: unknown): boolean {
  if (Array.isArray(schema)) return schema.every(isStrictSchema);
  if (!isObject(schema)) return true;
  const { properties } = schema;
  if (isObject(properties)) {
    const required: readonly unknown[] = Array.isArray(schema['required']) ? schema['required'] : [];
    const names = new Set(required);
    if (schema['additionalProperties'] !== false || !Object.keys(properties).every((name) => names.has(name))) return false;
    if (!Object.values(properties).every(isStrictSchema)) return false;
  } else if (schema['type'] === 'object' && schema['additionalProperties'] !== false) return false;
  return SUBSCHEMAS.every((name) => {
    const inner = schema[name];
    return isStrictSchema(name.startsWith('$') && isObject(inner) ? Object.values(inner) : inner);
  });
}

const SUBSCHEMAS = ['items', 'anyOf', '$defs'] as const;

/** `name` and `strict` of a JSON schema format for both OpenAI formats. A name is required there and means nothing. */
export function openAiSchemaFormat(format: At<JsonSchemaFormat>, isEnforced: boolean, findings: Findings) {
  const { name, description, schema, strict } = format.value;
  // Anthropic always enforces the schema; here that has to be asked for, and only some schemas qualify.
  const canEnforce = !isEnforced || isStrictSchema(schema);
  if (!canEnforce) findings.lose(`${format.at}.schema`, 'cannot be enforced by the deployment’s format; sent without `strict`');
  return defined({ name: name ?? 'response', description, schema, strict: isEnforced ? canEnforce : strict });
}

/** Images that only carry a hint of how closely to look. */
export function dropDetail(part: ImagePart, findings: Findings): void {
  if (part.detail !== undefined) findings.drop(`${part.at}.detail`, 'only says how closely to look; dropped');
}
