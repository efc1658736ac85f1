// Items of a Responses answer as they grow, and their JSON text. Source: OpenAI API reference, "The Response object"; Open Responses
// specification, Message, FunctionCall, ReasoningBody; OpenAI's own custom_tool_call. It decides nothing about order or events.
import type { ToolStart } from './neutral.ts';

export type PartKind = 'output_text' | 'refusal' | 'summary_text' | 'reasoning_text';

export interface Part {
  readonly kind: PartKind;
  readonly item: Item;
  readonly index: number;
  text: string;
  isDone: boolean;
  /** Everything of a delta event up to its number, and from there to the delta. */
  readonly deltaHead: string;
  readonly deltaPlace: string;
}

export interface Item {
  readonly index: number;
  readonly id: string;
  readonly type: 'message' | 'reasoning';
  readonly phase: string | undefined;
  readonly content: Part[];
  readonly summary: Part[];
  sealed: string | undefined;
  status: Status;
}

export interface Call {
  readonly index: number;
  readonly id: string;
  readonly tool: ToolStart;
  readonly deltaPlace: string;
  text: string;
  status: Status;
}

type Status = 'in_progress' | 'completed' | 'incomplete';

/** By kind of part: its events, the index that places it, and the member that holds its text. */
export const PARTS = {
  output_text: { event: 'response.output_text', index: 'content_index', text: 'text' },
  refusal: { event: 'response.refusal', index: 'content_index', text: 'refusal' },
  summary_text: { event: 'response.reasoning_summary_text', index: 'summary_index', text: 'text' },
  reasoning_text: { event: 'response.reasoning_text', index: 'content_index', text: 'text' },
} as const;

/** By kind of tool: the item, its events, and the member that holds what the model wrote. */
export const CALLS = {
  function: { type: 'function_call', event: 'response.function_call_arguments', text: 'arguments' },
  custom: { type: 'custom_tool_call', event: 'response.custom_tool_call_input', text: 'input' },
} as const;

export function partJson({ kind, text }: Part): string {
  if (kind === 'refusal') return `{"type":"refusal","refusal":${JSON.stringify(text)}}`;
  const rest = kind === 'output_text' ? ',"annotations":[],"logprobs":[]' : '';
  return `{"type":"${kind}","text":${JSON.stringify(text)}${rest}}`;
}

export function itemJson(item: Item | Call): string {
  if ('tool' in item) {
    const { type, text } = CALLS[item.tool.kind];
    const names = {
      type,
      id: item.id,
      call_id: item.tool.callId,
      name: item.tool.name,
      namespace: item.tool.namespace,
      status: item.status,
    };
    return JSON.stringify({ ...names, [text]: item.text });
  }
  const content = item.content.map(partJson).join(',');
  const head = `{"type":"${item.type}","id":${JSON.stringify(item.id)}`;
  if (item.type === 'message') {
    const phase = item.phase === undefined ? '' : `,"phase":${JSON.stringify(item.phase)}`;
    return `${head},"status":"${item.status}","role":"assistant","content":[${content}]${phase}}`;
  }
  const sealed = item.sealed === undefined ? '' : `,"encrypted_content":${JSON.stringify(item.sealed)}`;
  const raw = item.content.length === 0 ? '' : `,"content":[${content}]`;
  return `${head},"summary":[${item.summary.map(partJson).join(',')}]${raw}${sealed}}`;
}
