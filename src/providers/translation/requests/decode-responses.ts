// OpenAI Responses → conversation. Source: OpenAI API reference, "Create a response" (openai 7.57 type files).
// What refers to state that the provider keeps (`previous_response_id`, `conversation`, stored items, compacted history) is refused in both
// modes: without it the model would answer another question. Hosted tools and their items are named and have no translation.
import type { Conversation, Item, Message, OutputFormat, Part, Role, Tool, At } from '../conversation.ts';
import type { Fields } from '../../json-fields.ts';
import { effortOf, filePart, imagePart, jsonSchemaFormat, sourceOfFileData, sourceOfUrl } from './decode-parts.ts';
import type { Findings } from './findings.ts';
import { finished, ObjectReader } from './object-reader.ts';
import { openaiTool, openaiToolChoice } from './openai-tools.ts';

const STORED = 'refers to state that only its own provider keeps';

export function decodeResponses(request: Fields, findings: Findings): Conversation {
  const body = new ObjectReader(request, '', { wire: 'openai-responses', findings });
  body.take('model');
  for (const name of ['previous_response_id', 'conversation', 'prompt']) if (body.has(name)) body.refuse(name, STORED);
  if (body.has('background') && request['background'] !== false) body.refuse('background', STORED);
  body.object('stream_options')?.finish();
  const instructions = body.string('instructions') ?? '';
  const reasoning = body.object('reasoning');
  const text = body.object('text');
  const tools = withoutNameClashes(
    [...body.objects('tools')].flatMap((tool) => toolsOf(tool)),
    findings,
  );
  const conversation: Conversation = {
    items: [...(instructions === '' ? [] : [systemMessage('instructions', instructions)]), ...inputItems(body)],
    stream: body.boolean('stream'),
    tools,
    toolChoice: openaiToolChoice(body, 'flat'),
    parallelCalls: body.located('parallel_tool_calls', body.boolean('parallel_tool_calls')),
    format: text && formatOf(text),
    effort: effortOf(reasoning, 'effort'),
    verbosity: text?.located('verbosity', text.string('verbosity')),
    maxOutputTokens: body.located('max_output_tokens', body.count('max_output_tokens')),
    temperature: body.located('temperature', body.number('temperature')),
    topP: body.located('top_p', body.number('top_p')),
    stop: undefined,
    store: body.located('store', body.boolean('store')),
  };
  for (const reader of [reasoning, text, body]) reader?.finish();
  return conversation;
}

function systemMessage(at: string, text: string): Message {
  return { kind: 'message', at, role: 'system', parts: [{ type: 'text', at, text }] };
}

function inputItems(body: ObjectReader): Item[] {
  const input = body.take('input');
  if (input === undefined) body.malformed('input', 'is missing');
  if (typeof input !== 'string') return [...body.objects('input')].flatMap((item) => itemOf(item));
  return [{ kind: 'message', at: 'input', role: 'user', parts: input === '' ? [] : [{ type: 'text', at: 'input', text: input }] }];
}

function itemOf(item: ObjectReader): Item[] {
  const type = item.take('type') ?? (item.has('role') ? 'message' : item.has('id') ? 'item_reference' : undefined);
  switch (type) {
    case 'message':
      return finished(item, messageOf(item));
    case 'function_call':
      return [finished(item, callOf(item, 'function', 'arguments'))];
    case 'custom_tool_call':
      return [finished(item, callOf(item, 'custom', 'input'))];
    case 'function_call_output':
      return [finished(item, resultOf(item))];
    case 'custom_tool_call_output':
      return [finished(item, resultOf(item))];
    case 'reasoning':
      item.dropAll(type, 'is reasoning that another model cannot read; dropped');
      return [];
    case 'item_reference':
    case 'compaction':
    case 'compaction_summary':
      item.refuseAll(type, STORED);
      return [];
    default:
      item.loseAll(type);
      return [];
  }
}

const ROLES: readonly Role[] = ['system', 'developer', 'user', 'assistant'];

function messageOf(item: ObjectReader): Item[] {
  const written = item.requiredString('role');
  const role = ROLES.find((known) => known === written);
  if (role === undefined) item.malformed('role', 'is unknown');
  return [{ kind: 'message', at: item.at, role: role ?? 'user', parts: partsOf(item, 'content') }];
}

function callOf(item: ObjectReader, tool: 'function' | 'custom', member: string): Item {
  const namespace = item.string('namespace');
  const name = item.requiredString('name');
  const [id, input] = [item.requiredString('call_id'), item.requiredString(member)];
  return { kind: 'call', at: item.path(member), tool, id, name: namespace === undefined ? name : inNamespace(namespace, name), input };
}

function resultOf(item: ObjectReader): Item {
  if (!item.has('output')) item.malformed('output', 'is missing');
  return { kind: 'result', at: item.at, id: item.requiredString('call_id'), parts: partsOf(item, 'output'), isError: false };
}

function partsOf(item: ObjectReader, name: string): Part[] {
  const content = item.take(name);
  if (content === undefined) return [];
  if (typeof content === 'string') return content === '' ? [] : [{ type: 'text', at: item.path(name), text: content }];
  return [...item.objects(name)].flatMap((part) => partOf(part));
}

function partOf(part: ObjectReader): Part[] {
  const type = part.take('type');
  switch (type) {
    case 'input_text':
    case 'output_text':
    case 'text':
      return [finished(part, { type: 'text', at: part.at, text: part.requiredString('text') })];
    case 'refusal':
      return [finished(part, { type, at: part.at, text: part.requiredString('refusal') })];
    case 'input_image': {
      if (part.has('file_id')) part.lose('file_id', 'names a file that only its own provider holds');
      else if (!part.has('image_url')) part.malformed('image_url', 'is missing');
      const source = part.has('image_url') ? sourceOfUrl(part, 'image_url') : undefined;
      return finished(part, imagePart(part.at, source, part.string('detail')));
    }
    case 'input_file':
      return finished(part, fileOf(part));
    default:
      part.loseAll(type);
      return [];
  }
}

function fileOf(part: ObjectReader): Part[] {
  const name = part.string('filename');
  if (part.has('file_id')) part.lose('file_id', 'names a file that only its own provider holds');
  if (part.has('file_data')) return filePart(part.at, sourceOfFileData(part, 'file_data', name), name);
  if (part.has('file_url')) return filePart(part.at, sourceOfUrl(part, 'file_url'), name);
  if (!part.has('file_id')) part.malformed('file_data', 'is missing');
  return [];
}

/** Other formats have no groups: a tool of a group gets the group's name in front of its own, and the group's words before its own. */
export function inNamespace(namespace: string, name: string): string {
  return `${namespace}__${name}`;
}

function toolsOf(tool: ObjectReader): Tool[] {
  const type = tool.take('type');
  if (type !== 'namespace') return openaiTool(tool, type, 'flat');
  const [namespace, about] = [tool.requiredString('name'), tool.string('description') ?? ''];
  const tools = [...tool.objects('tools')].flatMap((inner) => openaiTool(inner, inner.take('type'), 'flat'));
  return finished(tool, tools).map((inner) => ({
    ...inner,
    name: inNamespace(namespace, inner.name),
    description: about === '' ? inner.description : [about, inner.description ?? ''].join('\n\n').trimEnd(),
  }));
}

/** With the group's name in front a tool may get the name of another one; then a call could mean either. */
function withoutNameClashes(tools: readonly Tool[], findings: Findings): readonly Tool[] {
  const seen = new Set<string>();
  return tools.filter(({ name, at }) => {
    const isNew = !seen.has(name);
    seen.add(name);
    if (!isNew) findings.lose(at, 'has the name of another tool');
    return isNew;
  });
}

function formatOf(text: ObjectReader): At<OutputFormat> | undefined {
  const format = text.object('format');
  const type = format?.take('type');
  if (format === undefined || type === 'text') return undefined;
  if (type === 'json_object') return finished(format, text.located<OutputFormat>('format', { type }));
  if (type === 'json_schema') return finished(format, text.located('format', jsonSchemaFormat(format)));
  format.loseAll(type);
  return undefined;
}
