// Conversation → OpenAI chat completions, in the plain form that compatible servers understand, too: text as one string wherever there is
// nothing but text, one leading system message, functions only (a custom tool becomes a function with one string parameter).
import type { At, ImagePart, Message, OutputFormat, Part, Tool, ToolCall, ToolChoice, ToolResult } from '../conversation.ts';
import {
  CallIds,
  customAsFunction,
  customInputAsArguments,
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
import { splitLeadingInstructions, turnsOf, type Turn } from './turns.ts';

type Body = Record<string, unknown>;

export function encodeChat({ conversation, target, findings }: EncoderInput, isSchemaEnforced: boolean): Body {
  const { leading, rest } = splitLeadingInstructions(conversation.items);
  const ids = new CallIds(/^[^\s]+$/, 40, conversation);
  const system = leading.map(({ parts }) => textOfParts(parts, '\n\n', findings)).filter((text) => text !== '');
  const messages: Body[] = system.length === 0 ? [] : [{ role: 'system', content: system.join('\n\n') }];
  for (const turn of turnsOf(rest, findings)) messages.push(...turnMessages(turn, ids, findings));
  const { store, stream } = conversation;
  if (store?.value === true) findings.lose(store.at, 'asks the provider to keep the answer');
  else if (store !== undefined) findings.drop(store.at, 'states the default; dropped');
  const tools = conversation.tools.map((tool) => toolOf(tool, findings));
  const choice = usableChoice(conversation, findings);
  return defined({
    model: target.model,
    messages,
    stream,
    stream_options: stream === true && target.streamUsage ? { include_usage: true } : undefined,
    tools: tools.length === 0 ? undefined : tools,
    tool_choice: choice && choiceOf(choice),
    parallel_tool_calls: usableParallelCalls(conversation, findings),
    response_format: conversation.format && formatOf(conversation.format, isSchemaEnforced, findings),
    reasoning_effort: conversation.effort?.value,
    verbosity: conversation.verbosity?.value,
    max_completion_tokens: conversation.maxOutputTokens?.value,
    temperature: conversation.temperature?.value,
    top_p: conversation.topP?.value,
    stop: conversation.stop?.value,
  });
}

function turnMessages(turn: Turn, ids: CallIds, findings: Findings): Body[] {
  if (turn.side === 'assistant') return [assistantMessage(turn.items, ids, findings)];
  const images: ImagePart[] = [];
  const messages = turn.items.map((item) =>
    item.kind === 'result' ? toolMessage(item, ids, images, findings) : userMessage(item, findings),
  );
  if (images.length === 0) return messages;
  const resultCount = turn.items.filter((item) => item.kind === 'result').length;
  // Tool messages hold text only; what a tool showed follows as the user's message, after the last result.
  const shown = { role: 'user', content: [{ type: 'text', text: 'Images from the tool results above:' }, ...images.map(imageOf)] };
  return messages.toSpliced(resultCount, 0, shown);
}

function assistantMessage(items: readonly (Message | ToolCall)[], ids: CallIds, findings: Findings): Body {
  const messages = items.filter((item) => item.kind === 'message');
  const calls = items.filter((item) => item.kind === 'call');
  const parts = messages.flatMap((message) => message.parts);
  const refusal = parts.flatMap((part) => (part.type === 'refusal' ? [part.text] : []));
  // Pieces of one message belong together; messages are paragraphs.
  const texts = messages.map((message) => textOfParts(message.parts.filter(isNoRefusal), '', findings));
  const content = texts.filter((text) => text !== '').join('\n\n');
  return defined({
    role: 'assistant',
    content: content === '' && (calls.length > 0 || refusal.length > 0) ? null : content,
    refusal: refusal.length === 0 ? undefined : refusal.join(''),
    tool_calls: calls.length === 0 ? undefined : calls.map((call) => callOf(call, ids)),
  });
}

function isNoRefusal(part: Part): boolean {
  return part.type !== 'refusal';
}

function callOf({ id, name, tool, input }: ToolCall, ids: CallIds): Body {
  const written = tool === 'custom' ? customInputAsArguments(input) : input;
  return { id: ids.of(id), type: 'function', function: { name, arguments: written } };
}

function toolMessage(result: ToolResult, ids: CallIds, images: ImagePart[], findings: Findings): Body {
  const shown = result.parts.filter((part) => part.type === 'image');
  images.push(...shown);
  if (shown.length > 0) findings.drop(shown[0]!.at, 'was moved to a message after the tool results');
  const text = textOfParts(
    result.parts.filter((part) => part.type !== 'image'),
    '\n\n',
    findings,
  );
  const content = text === '' && shown.length > 0 ? '(image; see below)' : text;
  return { role: 'tool', tool_call_id: ids.of(result.id), content: withError(content, result, findings) };
}

/** Other formats have no mark for a failed tool, so the text says it. */
export function withError(text: string, result: ToolResult, findings: Findings): string {
  if (!result.isError) return text;
  findings.drop(`${result.at}.is_error`, 'is said in the text of the result');
  return /^\s*error\b/i.test(text) ? text : `Error: ${text}`;
}

function userMessage({ role, parts }: Message, findings: Findings): Body {
  const written = role === 'user' ? 'user' : 'system';
  if (written === 'system' || parts.every((part) => part.type === 'text')) {
    return { role: written, content: textOfParts(parts, '\n\n', findings) };
  }
  return { role: written, content: parts.flatMap((part) => partOf(part, findings)) };
}

function partOf(part: Part, findings: Findings): Body[] {
  switch (part.type) {
    case 'text':
    case 'refusal':
      return part.text === '' ? [] : [{ type: 'text', text: part.text }];
    case 'image':
      return [imageOf(part)];
    case 'file':
      if (!('url' in part.source)) {
        return [{ type: 'file', file: { filename: part.name ?? 'document.pdf', file_data: urlOfSource(part.source) } }];
      }
      losePart(part, findings);
      return [];
  }
}

function imageOf({ source, detail }: ImagePart): Body {
  // Responses knows one more: the picture as it is.
  const known = detail === 'original' ? 'high' : detail;
  return { type: 'image_url', image_url: defined({ url: urlOfSource(source), detail: known }) };
}

function toolOf(tool: Tool, findings: Findings): Body {
  const { description, parameters } = tool.kind === 'custom' ? customAsFunction(tool, findings) : tool;
  return { type: 'function', function: defined({ name: tool.name, description, parameters, strict: tool.strict }) };
}

function choiceOf(choice: ToolChoice): unknown {
  const named = (name: string) => ({ type: 'function', function: { name } });
  if (choice.type === 'named') return named(choice.name);
  if (choice.type !== 'allowed') return choice.type;
  return { type: 'allowed_tools', allowed_tools: { mode: choice.mode, tools: choice.tools.map(({ name }) => named(name)) } };
}

function formatOf({ at, value }: At<OutputFormat>, isEnforced: boolean, findings: Findings): Body {
  if (value.type === 'json_object') return { type: 'json_object' };
  return { type: 'json_schema', json_schema: openAiSchemaFormat({ at, value }, isEnforced, findings) };
}
