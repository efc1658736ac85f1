// A request for a deployment that speaks the client's own format, made anew: every field stays as it is. Only the model, the limit and the
// usage of a stream are the deployment's, and an interrupted answer goes on. State at the provider is refused: another one does not have it.
import type { ConversationWire } from '../conversation.ts';
import { fieldsOf, type Fields } from '../../json-fields.ts';
import type { TranslationTarget } from './encode-parts.ts';
import type { Findings } from './findings.ts';

export interface SameWireInput {
  readonly wire: ConversationWire;
  readonly request: Fields;
  readonly target: TranslationTarget;
  readonly continuation: { readonly textSoFar: string; readonly instruction: string } | undefined;
  readonly findings: Findings;
}

const STORED = 'refers to state that only its own provider keeps';

export function sameWire({ wire, request, target, continuation, findings }: SameWireInput): Fields {
  const body: Record<string, unknown> = { ...request, model: target.model };
  if (wire === 'openai-responses') {
    for (const name of ['previous_response_id', 'conversation', 'prompt']) if (isGiven(request[name])) findings.refuse(name, STORED);
    if (isGiven(request['background']) && request['background'] !== false) findings.refuse('background', STORED);
  } else if (wire === 'openai-chat' && request['stream'] === true && target.streamUsage) {
    body['stream_options'] = { ...fieldsOf(request['stream_options']), include_usage: true };
  } else if (wire === 'anthropic-messages') body['max_tokens'] = request['max_tokens'] ?? target.defaultMaxOutputTokens;
  const member = wire === 'openai-responses' ? 'input' : 'messages';
  const said = request[member];
  const isText = wire === 'openai-responses' && typeof said === 'string';
  if (!Array.isArray(said) && !isText) findings.malformed(member, isGiven(said) ? 'is not a list' : 'is missing');
  if (continuation === undefined) return body;
  const list: readonly unknown[] = isText ? [{ role: 'user', content: said }] : Array.isArray(said) ? said : [];
  const readable = withoutSealedReasoning(wire, list, findings);
  body[member] = [...withAnswer(wire, readable, continuation.textSoFar), { role: 'user', content: continuation.instruction }];
  return body;
}

/** Whoever goes on may be another vendor: reasoning sealed for the first one would be refused there. */
function withoutSealedReasoning(wire: ConversationWire, list: readonly unknown[], findings: Findings): readonly unknown[] {
  const isSealed = (value: unknown): boolean => SEALED.has(fieldsOf(value)['type']);
  const drop = (field: string): void => findings.drop(field, 'is reasoning that another model cannot read; dropped');
  if (wire === 'openai-chat') return list;
  const kept = list.filter((item) => !isSealed(item));
  if (kept.length < list.length) drop('input');
  return kept.map((item) => {
    const { content } = fieldsOf(item);
    if (!Array.isArray(content) || !content.some(isSealed)) return item;
    drop('messages[].content');
    return { ...fieldsOf(item), content: content.filter((part) => !isSealed(part)) };
  });
}

const SEALED: ReadonlySet<unknown> = new Set(['reasoning', 'thinking', 'redacted_thinking']);

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}

/** An answer that the client itself began and the text so far are one message: two of one side are refused by Anthropic. */
function withAnswer(wire: ConversationWire, list: readonly unknown[], text: string): readonly unknown[] {
  const last = fieldsOf(list.at(-1));
  const { content } = last;
  if (wire === 'openai-responses' || last['role'] !== 'assistant') return [...list, { role: 'assistant', content: text }];
  if (typeof content === 'string') return [...list.slice(0, -1), { ...last, content: content + text }];
  if (!Array.isArray(content)) return [...list, { role: 'assistant', content: text }];
  return [...list.slice(0, -1), { ...last, content: [...(content as readonly unknown[]), { type: 'text', text }] }];
}
