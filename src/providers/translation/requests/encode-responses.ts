// Conversation → OpenAI Responses, always without state at the provider: `store` is false unless the client asked for the opposite, because
// Responses keeps answers by default and the other formats do not.
import type { At, ImagePart, Item, Message, OutputFormat, Part, Tool, ToolChoice, ToolResult } from '../conversation.ts';
import { withError } from './encode-chat.ts';
import {
  CallIds,
  defined,
  losePart,
  openAiSchemaFormat,
  textOfParts,
  urlOfSource,
  usableChoice,
  usableParallelCalls,
  type EncoderInput,
} from './encode-parts.ts';
import type { Findings } from './findings.ts';

type Body = Record<string, unknown>;

export function encodeResponses({ conversation, target, findings }: EncoderInput, isSchemaEnforced: boolean): Body {
  const [first] = conversation.items;
  const isInstruction = first?.kind === 'message' && first.role === 'system' && first.parts.length > 0;
  const ids = new CallIds(/^[^\s]+$/, 64, conversation);
  const custom = new Set(conversation.items.flatMap((item) => (item.kind === 'call' && item.tool === 'custom' ? [item.id] : [])));
  const items = isInstruction ? conversation.items.slice(1) : conversation.items;
  const { stop, effort, format, verbosity } = conversation;
  if (stop !== undefined) findings.lose(stop.at, 'has no place in the deployment’s format');
  const choice = usableChoice(conversation, findings);
  const text = defined({ format: format && formatOf(format, isSchemaEnforced, findings), verbosity: verbosity?.value });
  return defined({
    model: target.model,
    instructions: isInstruction ? textOfParts(first.parts, '\n\n', findings) : undefined,
    input: items.filter((item) => !isEmptyAnswer(item)).map((item) => itemOf(item, ids, custom, findings)),
    stream: conversation.stream,
    store: conversation.store?.value ?? false,
    tools: conversation.tools.length === 0 ? undefined : conversation.tools.map(toolOf),
    tool_choice: choice && choiceOf(choice),
    parallel_tool_calls: usableParallelCalls(conversation, findings),
    text: Object.keys(text).length === 0 ? undefined : text,
    reasoning: effort && { effort: effort.value },
    max_output_tokens: conversation.maxOutputTokens?.value,
    temperature: conversation.temperature?.value,
    top_p: conversation.topP?.value,
  });
}

/** Says nothing, and the format has no form for it. */
function isEmptyAnswer(item: Item): boolean {
  return item.kind === 'message' && item.role === 'assistant' && item.parts.length === 0;
}

function itemOf(item: Item, ids: CallIds, custom: ReadonlySet<string>, findings: Findings): Body {
  switch (item.kind) {
    case 'message':
      return messageOf(item, findings);
    case 'call':
      return item.tool === 'custom'
        ? { type: 'custom_tool_call', call_id: ids.of(item.id), name: item.name, input: item.input }
        : { type: 'function_call', call_id: ids.of(item.id), name: item.name, arguments: item.input };
    case 'result': {
      const type = custom.has(item.id) ? 'custom_tool_call_output' : 'function_call_output';
      return { type, call_id: ids.of(item.id), output: outputOf(item, findings) };
    }
  }
}

function messageOf({ role, parts }: Message, findings: Findings): Body {
  const content = parts.flatMap((part) => (role === 'assistant' ? saidPart(part, findings) : inputPart(part)));
  return {
    type: 'message',
    role,
    content: content.length === 0 ? [{ type: role === 'assistant' ? 'output_text' : 'input_text', text: '' }] : content,
  };
}

function saidPart(part: Part, findings: Findings): Body[] {
  if (part.type === 'text') return [{ type: 'output_text', text: part.text }];
  if (part.type === 'refusal') return [{ type: 'refusal', refusal: part.text }];
  losePart(part, findings);
  return [];
}

function inputPart(part: Part): Body[] {
  switch (part.type) {
    case 'text':
    case 'refusal':
      return [{ type: 'input_text', text: part.text }];
    case 'image':
      return [imageOf(part)];
    case 'file':
      if ('url' in part.source) return [{ type: 'input_file', file_url: part.source.url }];
      return [{ type: 'input_file', filename: part.name ?? 'document.pdf', file_data: urlOfSource(part.source) }];
  }
}

function imageOf({ source, detail }: ImagePart): Body {
  return { type: 'input_image', image_url: urlOfSource(source), detail: detail ?? 'auto' };
}

/** One text stands as a string; pictures, files and several texts as a list. */
function outputOf(result: ToolResult, findings: Findings): unknown {
  const { parts } = result;
  const texts = parts.flatMap((part) => (part.type === 'text' ? [part.text] : []));
  if (texts.length === parts.length && parts.length <= 1) return withError(texts[0] ?? '', result, findings);
  const output = parts.flatMap(inputPart);
  const mark = withError('', result, findings);
  return mark === '' ? output : [{ type: 'input_text', text: mark.trim() }, ...output];
}

/** Chat's and Anthropic's default is not strict, and Responses' default is. */
function toolOf({ kind, name, description, parameters, strict, grammar }: Tool): Body {
  if (kind === 'function') {
    return defined({
      type: kind,
      name,
      description,
      parameters: parameters ?? { type: 'object', properties: {} },
      strict: strict ?? false,
    });
  }
  const format = grammar && { type: 'grammar', syntax: grammar.syntax, definition: grammar.definition };
  return defined({ type: kind, name, description, format });
}

function choiceOf(choice: ToolChoice): unknown {
  if (choice.type === 'named') return { type: choice.tool, name: choice.name };
  if (choice.type !== 'allowed') return choice.type;
  return { type: 'allowed_tools', mode: choice.mode, tools: choice.tools.map(({ tool, name }) => ({ type: tool, name })) };
}

function formatOf({ at, value }: At<OutputFormat>, isEnforced: boolean, findings: Findings): Body {
  if (value.type === 'json_object') return { type: 'json_object' };
  return { type: 'json_schema', ...openAiSchemaFormat({ at, value }, isEnforced, findings) };
}
