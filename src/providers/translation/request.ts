// The request half of translation: a client's request in one wire format becomes a request in a deployment's format, through the neutral
// form of conversation.ts. What the deployment's format cannot say is refused with the field's name (strict) or left out with a note
// (lenient); nothing is left out unseen. Where both formats are the same nothing is translated and every field stays. It sends nothing.
import { err, ok, type Result } from '#kernel';
import { fieldsOf, itemsOf, textOf, type Fields } from '../json-fields.ts';
import { LIMITS, type Conversation, type ConversationWire, type Message } from './conversation.ts';
import { decodeAnthropic } from './requests/decode-anthropic.ts';
import { decodeChat } from './requests/decode-chat.ts';
import { decodeResponses, inNamespace } from './requests/decode-responses.ts';
import { encodeAnthropic } from './requests/encode-anthropic.ts';
import { encodeChat } from './requests/encode-chat.ts';
import type { TranslationTarget } from './requests/encode-parts.ts';
import { encodeResponses } from './requests/encode-responses.ts';
import { Findings, type TranslationNote, type TranslationProblem } from './requests/findings.ts';
import { isDeeper } from './requests/object-reader.ts';
import { sameWire } from './requests/same-wire.ts';

export type { ConversationWire } from './conversation.ts';
export type { TranslationTarget } from './requests/encode-parts.ts';
export type { TranslationNote, TranslationProblem } from './requests/findings.ts';

const WIRES: readonly string[] = ['openai-chat', 'openai-responses', 'anthropic-messages'] satisfies readonly ConversationWire[];

export function isConversationWire(wire: string): wire is ConversationWire {
  return WIRES.includes(wire);
}

export interface TranslationInput {
  readonly from: ConversationWire;
  readonly to: ConversationWire;
  /** The client's body, parsed. It is not changed; parts of it may be shared with the translated body. */
  readonly request: Fields;
  /** strict: what cannot be translated is refused. lenient: it is left out with a note. */
  readonly mode: 'strict' | 'lenient';
  readonly target: TranslationTarget;
}

export interface TranslatedRequest {
  readonly body: Fields;
  readonly notes: readonly TranslationNote[];
}

/** Never throws for a request that came out of JSON, whatever it holds. */
export function translateRequest(input: TranslationInput): Result<TranslatedRequest, TranslationProblem> {
  return translate(input, undefined);
}

/** What the next deployment is told after the text so far. */
const GO_ON =
  'Your previous message was cut off by a technical interruption. Continue it exactly where it stopped. Do not repeat anything of it, do not comment on the interruption, and do not begin anew.';

/**
 * For visible resumption: the same request with the assistant's text so far and an instruction to go on exactly where it stopped. Text
 * without a visible character is as good as none: then the request is simply made again.
 */
export function continueRequest(input: TranslationInput & { readonly textSoFar: string }): Result<TranslatedRequest, TranslationProblem> {
  const { textSoFar } = input;
  return translate(input, textSoFar.trim() === '' ? undefined : { textSoFar, instruction: GO_ON });
}

export interface Continuation {
  readonly textSoFar: string;
  readonly instruction: string;
}

function translate(input: TranslationInput, continuation: Continuation | undefined): Result<TranslatedRequest, TranslationProblem> {
  const { from, to, request, mode, target } = input;
  const findings = new Findings();
  const deep = tooDeepMember(request);
  if (deep !== undefined) return err({ kind: 'malformed', field: deep, problem: `is nested more than ${LIMITS.depth} levels deep` });
  let body: Fields;
  if (from === to) body = sameWire({ wire: from, request, target, continuation, findings });
  else {
    const decoded = DECODERS[from](request, findings);
    if (from === 'anthropic-messages' || to === 'anthropic-messages') reportBegunAnswer(decoded, findings);
    const conversation = continuation === undefined ? decoded : continued(decoded, continuation);
    body = encode({ conversation, target, findings }, from, to);
  }
  const problem = findings.problemIn(mode);
  return problem === undefined ? ok({ body, notes: findings.notes }) : err(problem);
}

const DECODERS: Readonly<Record<ConversationWire, (request: Fields, findings: Findings) => Conversation>> = {
  'openai-chat': decodeChat,
  'openai-responses': decodeResponses,
  'anthropic-messages': decodeAnthropic,
};

function encode(
  input: { readonly conversation: Conversation; readonly target: TranslationTarget; readonly findings: Findings },
  from: ConversationWire,
  to: ConversationWire,
): Fields {
  switch (to) {
    case 'openai-chat':
      return encodeChat(input, from === 'anthropic-messages');
    case 'openai-responses':
      return encodeResponses(input, from === 'anthropic-messages');
    case 'anthropic-messages':
      return encodeAnthropic(input);
  }
}

/** Anthropic goes on with an answer that the client began; the OpenAI formats begin a new one after it. */
function reportBegunAnswer({ items }: Conversation, findings: Findings): void {
  const last = items.at(-1);
  if (last?.kind !== 'message' || last.role !== 'assistant') return;
  findings.lose(last.at, 'is an answer that the client began, and the deployment’s format goes on from it in another way');
}

/** An answer that the client itself began and the text so far are one message. */
function continued(conversation: Conversation, { textSoFar, instruction }: Continuation): Conversation {
  const [items, last] = [conversation.items, conversation.items.at(-1)];
  const isBegun = last?.kind === 'message' && last.role === 'assistant';
  const parts = [...(isBegun ? last.parts : []), { type: 'text', at: 'answer', text: textSoFar } as const];
  const said: Message = { kind: 'message', at: 'answer', role: 'assistant', parts };
  const asked: Message = { kind: 'message', at: 'answer', role: 'user', parts: [{ type: 'text', at: 'answer', text: instruction }] };
  return { ...conversation, items: [...(isBegun ? items.slice(0, -1) : items), said, asked] };
}

/** The first top-level member that is nested too deeply. Everything after this may walk the request recursively. */
function tooDeepMember(request: Fields): string | undefined {
  return Object.keys(request).find((name) => isDeeper(request[name], LIMITS.depth - 1));
}

/**
 * Names of a Responses or chat request's tools of type custom, as a deployment without custom tools knows them: those of a group carry its
 * name in front. Their calls come back as functions with one string argument `input`.
 */
export function customToolNames(request: Fields): ReadonlySet<string> {
  const names = new Set<string>();
  for (const { tool, flatName } of toolsIn(request)) if (tool['type'] === 'custom' && flatName !== undefined) names.add(flatName);
  return names;
}

/** Tools of a Responses request's groups, by the name under which a deployment without groups knows and calls them. */
export function groupedToolNames(request: Fields): ReadonlyMap<string, { readonly namespace: string; readonly name: string }> {
  const names = new Map<string, { readonly namespace: string; readonly name: string }>();
  for (const { tool, namespace, flatName } of toolsIn(request)) {
    const name = textOf(tool['name'], LIMITS.nameChars);
    if (namespace !== undefined && name !== undefined && flatName !== undefined) names.set(flatName, { namespace, name });
  }
  return names;
}

interface NamedTool {
  readonly tool: Fields;
  readonly namespace?: string;
  readonly flatName: string | undefined;
}

function toolsIn(request: Fields): readonly NamedTool[] {
  const tools = itemsOf(request['tools']).slice(0, LIMITS.listLength).map(fieldsOf);
  return tools.flatMap((tool): readonly NamedTool[] => {
    if (tool['type'] !== 'namespace')
      return [{ tool, flatName: textOf(tool['name'] ?? fieldsOf(tool['custom'])['name'], LIMITS.nameChars) }];
    const namespace = textOf(tool['name'], LIMITS.nameChars) ?? '';
    const inner = itemsOf(tool['tools']).slice(0, LIMITS.listLength).map(fieldsOf);
    return inner.map((each) => {
      const name = textOf(each['name'], LIMITS.nameChars);
      return { tool: each, namespace, flatName: name && inNamespace(namespace, name) };
    });
  });
}
