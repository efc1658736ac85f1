// Conversation → Anthropic messages. The format has one place for instructions (`system`) and alternating turns: later instructions become
// the user's text between `<system>` and `</system>`, and neighbours of one side become one turn with the results of tools first.
import {
  LIMITS,
  type Conversation,
  type FilePart,
  type ImagePart,
  type Message,
  type JsonSchemaFormat,
  type Part,
  type Tool,
  type ToolCall,
  type ToolChoice,
  type ToolResult,
} from '../conversation.ts';
import { parseKeepingNumbers } from '../answers/exact-json.ts';
import {
  CallIds,
  customAsFunction,
  defined,
  dropDetail,
  losePart,
  textOfParts,
  usableChoice,
  usableParallelCalls,
  type EncoderInput,
} from './encode-parts.ts';
import type { Findings } from './findings.ts';
import { isDeeper, isObject } from './object-reader.ts';
import { splitLeadingInstructions, turnsOf, type Turn } from './turns.ts';

type Body = Record<string, unknown>;

export function encodeAnthropic({ conversation, target, findings }: EncoderInput): Body {
  const { system, messages } = messagesOf(conversation, findings);
  const { stop, verbosity, store, temperature, effort } = conversation;
  if (verbosity !== undefined) findings.lose(verbosity.at, 'has no place in the deployment’s format');
  if (store?.value === true) findings.lose(store.at, 'asks the provider to keep the answer');
  else if (store !== undefined) findings.drop(store.at, 'states the default; dropped');
  if (temperature !== undefined && temperature.value > 1)
    findings.lose(temperature.at, 'is above 1, which is the most that the deployment’s format takes');
  const stops = stop?.value.filter((text) => text.trim() !== '') ?? [];
  if (stop !== undefined && stops.length < stop.value.length) findings.lose(stop.at, 'holds white space only');
  if (effort?.value === 'minimal') findings.drop(effort.at, 'is sent as “low”, the least that the deployment’s format knows');
  const { tools, choice } = toolsOf(conversation, findings);
  const output = defined({
    effort: effort === undefined || effort.value === 'none' ? undefined : effort.value === 'minimal' ? 'low' : effort.value,
    format: formatOf(conversation, findings),
  });
  return defined({
    model: target.model,
    max_tokens: conversation.maxOutputTokens?.value ?? target.defaultMaxOutputTokens,
    system,
    messages,
    stream: conversation.stream,
    tools: tools.length === 0 ? undefined : tools,
    tool_choice: choice,
    thinking: effort?.value === 'none' ? { type: 'disabled' } : undefined,
    output_config: Object.keys(output).length === 0 ? undefined : output,
    temperature: temperature && Math.min(1, temperature.value),
    top_p: conversation.topP?.value,
    stop_sequences: stops.length === 0 ? undefined : stops,
  });
}

function messagesOf(conversation: Conversation, findings: Findings): { system: unknown; messages: Body[] } {
  const { leading, rest } = splitLeadingInstructions(conversation.items);
  // A request needs something to answer: where there is nothing but instructions, the last one is asked.
  const instructions = rest.length === 0 ? leading.slice(0, -1) : leading;
  const asked = rest.length === 0 ? leading.slice(-1) : rest;
  const ids = new CallIds(/^[a-zA-Z0-9_-]+$/, 64, conversation);
  const messages: Body[] = [];
  for (const turn of turnsOf(asked, findings)) {
    const content = contentOf(turn, ids, findings);
    const last = messages.at(-1);
    if (content.length === 0) continue;
    // A turn in between was empty.
    if (last?.['role'] === turn.side)
      messages[messages.length - 1] = { role: turn.side, content: [...(last['content'] as Body[]), ...content] };
    else messages.push({ role: turn.side, content });
  }
  if (messages.length === 0) findings.refuse(conversation.items[0]?.at ?? 'messages', 'holds nothing that the deployment could answer');
  const texts = instructions.flatMap(({ parts }) => parts.flatMap((part) => textBlock(part, findings)));
  return {
    system: texts.length === 0 ? undefined : texts.length === 1 ? texts[0]!['text'] : texts,
    messages: withoutTrailingSpace(messages).map(plain),
  };
}

/** The format refuses an answer begun by the client that ends in white space. */
function withoutTrailingSpace(messages: readonly Body[]): readonly Body[] {
  const last = messages.at(-1);
  const blocks = last?.['role'] === 'assistant' ? (last['content'] as Body[]) : [];
  const block = blocks.at(-1);
  if (last === undefined || typeof block?.['text'] !== 'string') return messages;
  return [...messages.slice(0, -1), { ...last, content: [...blocks.slice(0, -1), { ...block, text: block['text'].trimEnd() }] }];
}

/** One text block is written as a string. */
function plain({ role, content }: Body): Body {
  const [first, ...others] = content as Body[];
  return { role, content: first?.['type'] === 'text' && others.length === 0 ? first['text'] : content };
}

function contentOf(turn: Turn, ids: CallIds, findings: Findings): Body[] {
  if (turn.side === 'assistant') {
    return turn.items.flatMap((item) =>
      item.kind === 'call' ? [callOf(item, ids, findings)] : item.parts.flatMap((part) => textBlock(part, findings)),
    );
  }
  return turn.items.flatMap((item) => (item.kind === 'result' ? [resultOf(item, ids, findings)] : userBlocks(item, findings)));
}

function userBlocks({ role, parts, at }: Message, findings: Findings): Body[] {
  if (role === 'user') return parts.flatMap((part) => blockOf(part, findings));
  const text = textOfParts(parts, '\n\n', findings);
  if (text.trim() === '') return [];
  // It loses the authority of an instruction, which is for the operator to accept (lenient) and not for us.
  findings.lose(at, 'is an instruction that can only be sent as text of the user, between <system> and </system>');
  return [{ type: 'text', text: `<system>\n${text}\n</system>` }];
}

/** The format refuses text without a visible character. */
function textBlock(part: Part, findings: Findings): Body[] {
  if (part.type !== 'text' && part.type !== 'refusal') {
    losePart(part, findings);
    return [];
  }
  if (part.text.trim() !== '') return [{ type: 'text', text: part.text }];
  if (part.text !== '') findings.drop(part.at, 'holds white space only; dropped');
  return [];
}

function blockOf(part: Part, findings: Findings): Body[] {
  if (part.type === 'image') return imageBlock(part, findings);
  return part.type === 'file' ? documentBlock(part, findings) : textBlock(part, findings);
}

const IMAGE_TYPES: ReadonlySet<string> = new Set(['image/jpeg', 'image/png', 'image/gif', 'image/webp']);

function imageBlock(part: ImagePart, findings: Findings): Body[] {
  dropDetail(part, findings);
  if ('url' in part.source) return [{ type: 'image', source: { type: 'url', url: part.source.url } }];
  const { data } = part.source;
  const mediaType = part.source.mediaType === 'image/jpg' ? 'image/jpeg' : part.source.mediaType;
  if (IMAGE_TYPES.has(mediaType)) return [{ type: 'image', source: { type: 'base64', media_type: mediaType, data } }];
  findings.lose(part.at, 'is an image of a type that the deployment’s format does not take');
  return [];
}

function documentBlock({ source, name, at }: FilePart, findings: Findings): Body[] {
  const block = (inner: Body): Body[] => [defined({ type: 'document', source: inner, title: name })];
  if ('url' in source) return block({ type: 'url', url: source.url });
  if (source.mediaType === 'application/pdf') return block({ type: 'base64', media_type: source.mediaType, data: source.data });
  if (source.mediaType.startsWith('text/')) {
    return block({ type: 'text', media_type: 'text/plain', data: Buffer.from(source.data, 'base64').toString('utf8') });
  }
  findings.lose(at, 'is a file of a type that the deployment’s format does not take');
  return [];
}

function callOf({ at, id, name, tool, input }: ToolCall, ids: CallIds, findings: Findings): Body {
  return { type: 'tool_use', id: ids.of(id), name, input: tool === 'custom' ? { input } : argumentsOf(input, at, findings) };
}

/**
 * Arguments that are no JSON object are refused in both modes, never replaced. Not as malformed: a model wrote them, and a deployment that
 * takes them as text can still answer. No text at all is how some servers write “no arguments”.
 */
function argumentsOf(text: string, at: string, findings: Findings): unknown {
  if (text.trim() === '') {
    findings.drop(at, 'is empty; sent as an object without members');
    return {};
  }
  const value = parseKeepingNumbers(text);
  if (!isObject(value)) findings.refuse(at, 'is not the JSON text of an object, as the deployment’s format demands');
  else if (isDeeper(value, LIMITS.depth)) findings.refuse(at, `is nested more than ${LIMITS.depth} levels deep`);
  return value;
}

function resultOf({ id, parts, isError }: ToolResult, ids: CallIds, findings: Findings): Body {
  const blocks = parts.flatMap((part) => blockOf(part, findings));
  const content = blocks.length === 1 && blocks[0]!['type'] === 'text' ? blocks[0]!['text'] : blocks;
  return defined({
    type: 'tool_result',
    tool_use_id: ids.of(id),
    content: blocks.length === 0 ? undefined : content,
    is_error: isError ? true : undefined,
  });
}

/** `allowed` is said by leaving the other tools out. */
function toolsOf(conversation: Conversation, findings: Findings): { tools: Body[]; choice: Body | undefined } {
  const choice = usableChoice(conversation, findings);
  const isParallel = usableParallelCalls(conversation, findings);
  const allowed = choice?.type === 'allowed' ? new Set(choice.tools.map(({ name }) => name)) : undefined;
  const tools = conversation.tools.filter(({ name }) => allowed === undefined || allowed.has(name));
  const type = choice === undefined ? undefined : typeOf(choice);
  const isSerial = isParallel === false && type !== 'none';
  const written = defined({
    type: type ?? (isSerial ? 'auto' : undefined),
    name: choice?.type === 'named' ? choice.name : undefined,
    disable_parallel_tool_use: isSerial ? true : undefined,
  });
  return { tools: tools.map((tool) => toolOf(tool, findings)), choice: Object.keys(written).length === 0 ? undefined : written };
}

function typeOf(choice: ToolChoice): string {
  if (choice.type === 'named') return 'tool';
  const mode = choice.type === 'allowed' ? choice.mode : choice.type;
  return mode === 'required' ? 'any' : mode;
}

function toolOf(tool: Tool, findings: Findings): Body {
  const { description, parameters } = tool.kind === 'custom' ? customAsFunction(tool, findings) : tool;
  const schema = { type: 'object', ...(parameters ?? { properties: {} }) };
  return defined({ name: tool.name, description, input_schema: schema, strict: tool.strict === true ? true : undefined });
}

function formatOf({ format }: Conversation, findings: Findings): Body | undefined {
  if (format === undefined) return undefined;
  const { at, value } = format;
  if (value.type === 'json_object') {
    findings.lose(at, 'asks for JSON without a schema, and the deployment’s format knows it only with one');
    return undefined;
  }
  return { type: 'json_schema', schema: schemaOf(value, at, findings) };
}

/** The description moves into the schema, where the model reads it as well; the name only labels. */
function schemaOf({ schema, description, name }: JsonSchemaFormat, at: string, findings: Findings): unknown {
  if (name !== undefined) findings.drop(`${at}.name`, 'is a label; dropped');
  if (description === undefined) return schema;
  if (schema['description'] === undefined) return { ...schema, description };
  findings.lose(`${at}.description`, 'has no place beside the schema’s own description');
  return schema;
}
