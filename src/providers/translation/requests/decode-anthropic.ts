// Anthropic messages → conversation. Source: Anthropic API reference, "Create a Message" (@anthropic-ai/sdk 1.12 type files).
// Server tools and their blocks are named and have no translation. Thinking is sealed for its own vendor and is dropped with a note.
import type { At, Conversation, Effort, Item, Message, OutputFormat, Part, Role, Source, Tool, ToolChoice } from '../conversation.ts';
import type { Fields } from '../../json-fields.ts';
import { jsonText } from '../answers/exact-json.ts';
import { effortOf, filePart, imagePart, sourceOfUrl, stopOf } from './decode-parts.ts';
import type { Findings } from './findings.ts';
import { finished, ObjectReader } from './object-reader.ts';

export function decodeAnthropic(request: Fields, findings: Findings): Conversation {
  const body = new ObjectReader(request, '', { wire: 'anthropic-messages', findings });
  body.take('model');
  if (body.list('messages') === undefined) body.malformed('messages', 'is missing');
  const output = body.object('output_config');
  const effort = effortOf(output, 'effort');
  const thinking = thinkingOf(body, effort !== undefined);
  const { choice, parallelCalls } = toolChoiceOf(body);
  const system = textsOf(body, 'system');
  const conversation: Conversation = {
    items: [
      ...(system.length === 0 ? [] : [{ kind: 'message', at: 'system', role: 'system', parts: system } as const]),
      ...[...body.objects('messages')].flatMap((message) => messageItems(message)),
    ],
    stream: body.boolean('stream'),
    tools: [...body.objects('tools')].flatMap((tool) => toolOf(tool)),
    toolChoice: choice,
    parallelCalls,
    format: formatOf(output, 'format') ?? formatOf(body, 'output_format'),
    effort: effort ?? thinking,
    verbosity: undefined,
    maxOutputTokens: body.located('max_tokens', body.count('max_tokens')),
    temperature: body.located('temperature', body.number('temperature')),
    topP: body.located('top_p', body.number('top_p')),
    stop: stopOf(body, 'stop_sequences'),
    store: undefined,
  };
  output?.finish();
  body.finish();
  return conversation;
}

/** Up to these budgets of thinking tokens the efforts are taken to mean the same; a larger budget is `high`. */
const EFFORT_BUDGETS = { low: 4_096, medium: 16_384 } as const;

/**
 * How much to think, where `output_config.effort` does not say it. Other formats cannot switch between thinking and not thinking for every
 * model, so `adaptive` and `disabled` are left to the model, with a note.
 */
function thinkingOf(body: ObjectReader, hasEffort: boolean): At<Effort> | undefined {
  const thinking = body.object('thinking');
  const type = thinking?.take('type');
  if (thinking === undefined) return undefined;
  const budget = thinking.count('budget_tokens');
  if (type === 'enabled' && budget !== undefined) {
    thinking.drop('budget_tokens', hasEffort ? 'is left to the effort that is stated beside it' : 'was turned into an effort');
    const effort = budget <= EFFORT_BUDGETS.low ? 'low' : budget <= EFFORT_BUDGETS.medium ? 'medium' : 'high';
    return finished(thinking, body.located<Effort>('thinking', effort));
  }
  if (type === 'adaptive' || type === 'disabled' || type === 'between_tools') thinking.dropAll(type, 'is left to the deployment’s model');
  else {
    thinking.loseAll(type);
    return undefined;
  }
  return finished(thinking, undefined);
}

function messageItems(message: ObjectReader): Item[] {
  const written = message.requiredString('role');
  const role = ROLES.find((known) => known === written);
  if (role === undefined) message.malformed('role', 'is unknown');
  const content = message.take('content');
  if (content === undefined) message.malformed('content', 'is missing');
  if (typeof content === 'string') {
    const parts: Part[] = content === '' ? [] : [{ type: 'text', at: message.path('content'), text: content }];
    return [finished(message, { kind: 'message', at: message.at, role: role ?? 'user', parts })];
  }
  return finished(message, blockItems(message, role ?? 'user'));
}

const ROLES: readonly Role[] = ['user', 'assistant', 'system'];

/** Neighbouring blocks of text, images and documents are one message; calls and results stand by themselves, in order. */
function blockItems(message: ObjectReader, role: Role): Item[] {
  const items: Item[] = [];
  let parts: Part[] = [];
  const flush = (): void => {
    if (parts.length > 0) items.push({ kind: 'message', at: message.at, role, parts } satisfies Message);
    parts = [];
  };
  for (const block of message.objects('content')) {
    const type = block.take('type');
    if (type === 'tool_use' || type === 'tool_result') {
      flush();
      items.push(type === 'tool_use' ? callOf(block) : resultOf(block));
      block.finish();
    } else parts.push(...partOf(block, type));
  }
  flush();
  return items;
}

function callOf(block: ObjectReader): Item {
  const input = block.fields('input');
  if (input === undefined) block.malformed('input', 'is missing');
  const text = jsonText(input ?? {});
  if (text === undefined) block.malformed('input', 'is nested too deeply');
  const [id, name] = [block.requiredString('id'), block.requiredString('name')];
  return { kind: 'call', at: block.path('input'), tool: 'function', id, name, input: text ?? '' };
}

function resultOf(block: ObjectReader): Item {
  const content = block.take('content');
  const at = block.path('content');
  const parts: Part[] =
    typeof content === 'string'
      ? [{ type: 'text', at, text: content }]
      : [...block.objects('content')].flatMap((part) => partOf(part, part.take('type')));
  const [id, isError] = [block.requiredString('tool_use_id'), block.boolean('is_error') ?? false];
  return { kind: 'result', at: block.at, id, parts, isError };
}

function partOf(block: ObjectReader, type: unknown): Part[] {
  switch (type) {
    case 'text':
      return [finished(block, { type, at: block.at, text: block.requiredString('text') })];
    case 'image':
      return finished(block, imagePart(block.at, sourceOf(block), undefined));
    case 'document':
      return finished(block, documentOf(block));
    case 'thinking':
    case 'redacted_thinking':
      block.dropAll(type, 'is reasoning that another model cannot read; dropped');
      return [];
    default:
      block.loseAll(type);
      return [];
  }
}

function sourceOf(block: ObjectReader): Source | undefined {
  const source = block.object('source');
  if (source === undefined) {
    block.malformed('source', 'is missing');
    return undefined;
  }
  const type = source.take('type');
  if (type === 'url') return finished(source, sourceOfUrl(source, 'url'));
  if (type === 'base64') {
    return finished(source, { mediaType: source.requiredString('media_type'), data: source.requiredString('data') });
  }
  source.loseAll(type, type === 'file' ? 'names a file that only its own provider holds' : undefined);
  return undefined;
}

/** A document that is plain text becomes text: other formats take few types of files, and none less than text. */
function documentOf(block: ObjectReader): Part[] {
  const title = block.string('title');
  const source = block.object('source');
  if (source?.take('type') !== 'text') return filePart(block.at, sourceOf(block), title);
  const data = source.requiredString('data');
  source.take('media_type');
  source.finish();
  block.drop('source', 'is a document of plain text; sent as text');
  return [{ type: 'text', at: block.at, text: title === undefined ? data : `${title}\n\n${data}` }];
}

function textsOf(body: ObjectReader, name: string): Part[] {
  const value = body.take(name);
  if (value === undefined || value === '') return [];
  if (typeof value === 'string') return [{ type: 'text', at: name, text: value }];
  return [...body.objects(name)].flatMap((block) => partOf(block, block.take('type')));
}

function toolOf(tool: ObjectReader): Tool[] {
  const type = tool.take('type') ?? 'custom';
  if (type !== 'custom') {
    tool.loseAll(type);
    return [];
  }
  const parameters = tool.fields('input_schema');
  if (parameters === undefined) tool.malformed('input_schema', 'is missing');
  const [name, description, strict] = [tool.requiredString('name'), tool.string('description'), tool.boolean('strict')];
  return [finished(tool, { at: tool.at, kind: 'function', name, description, parameters, strict, grammar: undefined })];
}

const CHOICES = { auto: 'auto', any: 'required', none: 'none' } as const;

function toolChoiceOf(body: ObjectReader): { choice: At<ToolChoice> | undefined; parallelCalls: At<boolean> | undefined } {
  const reader = body.object('tool_choice');
  if (reader === undefined) return { choice: undefined, parallelCalls: undefined };
  const type = reader.take('type');
  const isSerial = reader.boolean('disable_parallel_tool_use');
  const parallelCalls = reader.located('disable_parallel_tool_use', isSerial === undefined ? undefined : !isSerial);
  if (type === 'auto' || type === 'any' || type === 'none') {
    return finished(reader, { choice: body.located<ToolChoice>('tool_choice', { type: CHOICES[type] }), parallelCalls });
  }
  if (type !== 'tool') {
    reader.loseAll(type);
    return { choice: undefined, parallelCalls };
  }
  const choice = body.located<ToolChoice>('tool_choice', { type: 'named', tool: 'function', name: reader.requiredString('name') });
  return finished(reader, { choice, parallelCalls });
}

function formatOf(holder: ObjectReader | undefined, name: string): At<OutputFormat> | undefined {
  const format = holder?.object(name);
  const type = format?.take('type');
  if (holder === undefined || format === undefined) return undefined;
  if (type !== 'json_schema') {
    format.loseAll(type);
    return undefined;
  }
  const schema = format.fields('schema');
  if (schema === undefined) format.malformed('schema', 'is missing');
  const made: OutputFormat = { type, name: undefined, description: undefined, schema: schema ?? {}, strict: undefined };
  return finished(format, holder.located(name, made));
}
