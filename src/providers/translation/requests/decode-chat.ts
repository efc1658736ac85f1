// OpenAI chat completions → conversation. Source: OpenAI API reference, "Create chat completion" (openai 7.57 type files).
// Fields of chat alone (seed, penalties, log probabilities, audio, the old `functions`) have no translation and are named as they are met.
import type { Conversation, Item, Message, OutputFormat, Part, Role, At } from '../conversation.ts';
import type { Fields } from '../../json-fields.ts';
import { effortOf, filePart, imagePart, jsonSchemaFormat, sourceOfFileData, sourceOfUrl, stopOf } from './decode-parts.ts';
import type { Findings } from './findings.ts';
import { finished, ObjectReader } from './object-reader.ts';
import { openaiTool, openaiToolChoice } from './openai-tools.ts';

const SUPERSEDED = 'is the old form of tools';

export function decodeChat(request: Fields, findings: Findings): Conversation {
  const body = new ObjectReader(request, '', { wire: 'openai-chat', findings });
  body.take('model');
  // The client's wish for usage in its stream is the answer half's.
  const streamOptions = body.object('stream_options');
  streamOptions?.boolean('include_usage');
  streamOptions?.finish();
  for (const name of ['functions', 'function_call']) if (body.has(name)) body.lose(name, SUPERSEDED);
  if (body.list('messages') === undefined) body.malformed('messages', 'is missing');
  const conversation: Conversation = {
    items: [...body.objects('messages')].flatMap((message) => messageItems(message)),
    stream: body.boolean('stream'),
    tools: [...body.objects('tools')].flatMap((tool) => openaiTool(tool, tool.take('type') ?? 'function', 'nested')),
    toolChoice: openaiToolChoice(body, 'nested'),
    parallelCalls: body.located('parallel_tool_calls', body.boolean('parallel_tool_calls')),
    format: formatOf(body),
    effort: effortOf(body, 'reasoning_effort'),
    verbosity: body.located('verbosity', body.string('verbosity')),
    maxOutputTokens: maxOutputTokensOf(body),
    temperature: body.located('temperature', body.number('temperature')),
    topP: body.located('top_p', body.number('top_p')),
    stop: stopOf(body, 'stop'),
    store: body.located('store', body.boolean('store')),
  };
  body.finish();
  return conversation;
}

/** The newer name counts where both are given; the other is named when it says something else. */
function maxOutputTokensOf(body: ObjectReader): At<number> | undefined {
  const [newer, older] = [body.count('max_completion_tokens'), body.count('max_tokens')];
  if (newer !== undefined && older !== undefined && newer !== older) body.lose('max_tokens', 'contradicts `max_completion_tokens`');
  return body.located('max_completion_tokens', newer) ?? body.located('max_tokens', older);
}

function messageItems(message: ObjectReader): Item[] {
  const role = message.requiredString('role');
  switch (role) {
    case 'system':
    case 'developer':
    case 'user':
      return [finished(message, messageOf(message, role))];
    case 'assistant':
      return finished(message, assistantItems(message));
    case 'tool': {
      const [id, parts] = [message.requiredString('tool_call_id'), contentOf(message)];
      return [finished(message, { kind: 'result', at: message.at, id, parts, isError: false })];
    }
    case 'function':
      message.loseAll(role, SUPERSEDED);
      return [];
    default:
      message.malformed('role', 'is unknown');
      return [];
  }
}

function messageOf(message: ObjectReader, role: Role): Message {
  if (!message.has('content') && role !== 'assistant') message.malformed('content', 'is missing');
  return { kind: 'message', at: message.at, role, parts: contentOf(message) };
}

function assistantItems(message: ObjectReader): Item[] {
  const { parts, ...said } = messageOf(message, 'assistant');
  const refusal = message.string('refusal') ?? '';
  const all: Part[] = refusal === '' ? [...parts] : [...parts, { type: 'refusal', at: message.path('refusal'), text: refusal }];
  if (message.has('function_call')) message.lose('function_call', SUPERSEDED);
  const calls = [...message.objects('tool_calls')].flatMap((call) => callOf(call));
  return [...(all.length === 0 && calls.length > 0 ? [] : [{ ...said, parts: all }]), ...calls];
}

function callOf(call: ObjectReader): Item[] {
  const type = call.string('type') ?? 'function';
  if (type !== 'function' && type !== 'custom') {
    call.loseAll(type);
    return [];
  }
  const id = call.requiredString('id');
  const inner = call.object(type);
  if (inner === undefined) call.malformed(type, 'is missing');
  const [name, input] = [inner?.requiredString('name') ?? '', inner?.requiredString(type === 'function' ? 'arguments' : 'input') ?? ''];
  inner?.finish();
  const at = inner?.path(type === 'function' ? 'arguments' : 'input') ?? call.at;
  return [finished(call, { kind: 'call', at, tool: type, id, name, input })];
}

function contentOf(message: ObjectReader): Part[] {
  const content = message.take('content');
  if (content === undefined) return [];
  if (typeof content === 'string') return content === '' ? [] : [{ type: 'text', at: message.path('content'), text: content }];
  return [...message.objects('content')].flatMap((part) => partOf(part));
}

function partOf(part: ObjectReader): Part[] {
  const type = part.take('type');
  switch (type) {
    case 'text':
    case 'refusal':
      return [finished(part, { type, at: part.at, text: part.requiredString(type) })];
    case 'image_url': {
      const image = part.object('image_url');
      if (image === undefined) part.malformed('image_url', 'is missing');
      const source = image && sourceOfUrl(image, 'url');
      const detail = image?.string('detail');
      image?.finish();
      return finished(part, imagePart(part.at, source, detail));
    }
    case 'file':
      return finished(part, fileOf(part));
    default:
      part.loseAll(type);
      return [];
  }
}

function fileOf(part: ObjectReader): Part[] {
  const file = part.object('file');
  if (file === undefined) {
    part.malformed('file', 'is missing');
    return [];
  }
  const name = file.string('filename');
  if (file.has('file_id')) file.lose('file_id', 'names a file that only its own provider holds');
  else if (!file.has('file_data')) file.malformed('file_data', 'is missing');
  const source = file.has('file_data') ? sourceOfFileData(file, 'file_data', name) : undefined;
  file.finish();
  return filePart(part.at, source, name);
}

function formatOf(body: ObjectReader): At<OutputFormat> | undefined {
  const format = body.object('response_format');
  const type = format?.take('type');
  if (format === undefined) return undefined;
  if (type === 'text') return finished(format, undefined);
  if (type === 'json_object') return finished(format, body.located<OutputFormat>('response_format', { type }));
  if (type !== 'json_schema') {
    format.loseAll(type);
    return undefined;
  }
  const inner = format.object('json_schema');
  if (inner === undefined) format.malformed('json_schema', 'is missing');
  const made = inner && jsonSchemaFormat(inner);
  inner?.finish();
  return finished(format, body.located('response_format', made));
}
