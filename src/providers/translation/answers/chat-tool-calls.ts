// Tool calls of OpenAI chat completions, whose pieces name a call by its index and never say that one is complete.
import { fieldsOf, parseFields, type Fields } from '../../json-fields.ts';
import { jsonText } from './exact-json.ts';
import { idOf, LIMITS, stringOf, type Emit, type Notes, type ToolKind } from './neutral.ts';

interface ToolCall {
  readonly part: number;
  kind: ToolKind;
  id: string | undefined;
  name: string | undefined;
  /** Arguments so far, to tell when a call is complete; let go when it is. */
  text: string;
  /** Length at which the text was last found incomplete. */
  checkedChars: number;
  isStarted: boolean;
  isEnded: boolean;
}

/** How much text may be parsed to find complete calls. Beyond it a call ends with the answer, which is right as well, only later. */
const CHECKED_CHARS = 16 * 1024 * 1024;

export class ChatToolCalls {
  readonly #emit: Emit;
  readonly #notes: Notes;
  readonly #newPart: () => number;
  readonly #tools = new Map<number, ToolCall>();
  #checkedChars = 0;
  #argumentChars = 0;

  /** `newPart` ends what was open before the call, if it has to. */
  constructor(emit: Emit, notes: Notes, newPart: () => number) {
    this.#emit = emit;
    this.#notes = notes;
    this.#newPart = newPart;
  }

  /** A call or a piece of one. `at`: its place in the list, for servers that give no index. */
  read(call: Fields, at: number): void {
    const index = typeof call['index'] === 'number' ? call['index'] : at;
    const body = fieldsOf(call['function'] ?? call['custom']);
    let tool = this.#tools.get(index);
    // Some servers number every call 0: a new id under a known number is a new call.
    const id = idOf(call['id']);
    if (tool !== undefined && id !== undefined && tool.id !== undefined && id !== tool.id && stringOf(body['name']) !== undefined) {
      this.#endCall(tool);
      tool = undefined;
    }
    if (tool === undefined) {
      if (this.#tools.size > LIMITS.toolCallCount) return this.#notes.add('choices[].message.tool_calls', 'too many; dropped');
      tool = {
        part: this.#newPart(),
        kind: 'function',
        id: undefined,
        name: undefined,
        text: '',
        checkedChars: 0,
        isStarted: false,
        isEnded: false,
      };
      this.#tools.set(index, tool);
    }
    tool.id ??= id;
    tool.name ??= stringOf(body['name'])?.slice(0, LIMITS.nameChars);
    if (call['type'] === 'custom' || call['custom'] !== undefined) tool.kind = 'custom';
    this.#addArguments(tool, argumentsOf(body));
  }

  #addArguments(tool: ToolCall, delta: string): void {
    if (tool.isEnded) {
      if (delta.trim() !== '')
        this.#notes.add('choices[].message.tool_calls[].function.arguments', 'came after the call was complete; dropped');
      return;
    }
    this.#argumentChars += delta.length;
    if (this.#argumentChars > LIMITS.answerChars) {
      const error = { code: 'answer_too_large', type: 'server_error', message: 'The answer is larger than can be translated.' };
      return this.#emit({ type: 'error', error });
    }
    const isFirst = !tool.isStarted && tool.name !== undefined;
    const held = tool.text;
    tool.text += delta;
    if (isFirst && tool.name !== undefined) {
      tool.isStarted = true;
      this.#emit({ type: 'tool-start', part: tool.part, kind: tool.kind, callId: tool.id, name: tool.name });
    }
    if (!tool.isStarted) return;
    const text = isFirst ? held + delta : delta;
    if (text !== '') this.#emit({ type: 'tool-arguments', part: tool.part, delta: text });
  }

  /** A complete JSON object cannot go on, so such a call is over when something else begins. A custom call has no such end. */
  endComplete(): void {
    for (const tool of this.#tools.values()) {
      if (tool.isEnded || !tool.isStarted || tool.text.length === tool.checkedChars) continue;
      this.#checkedChars += tool.text.length;
      if (this.#checkedChars > CHECKED_CHARS) return;
      tool.checkedChars = tool.text.length;
      if (isComplete(tool)) this.#endCall(tool);
    }
  }

  /** `isCut`: the answer ran out of tokens inside the last call. */
  endAll(isCut: boolean): void {
    for (const tool of this.#tools.values()) this.#endCall(tool, isCut && !isComplete(tool));
  }

  #endCall(tool: ToolCall, isCut = false): void {
    if (tool.isEnded) return;
    tool.isEnded = true;
    tool.text = '';
    if (tool.isStarted) this.#emit({ type: 'part-end', part: tool.part, isCut });
    else this.#notes.add('choices[].message.tool_calls[].function.name', 'is missing; the call was dropped');
  }
}

function isComplete(tool: ToolCall): boolean {
  return tool.kind === 'function' && parseFields(tool.text) !== undefined;
}

/** Some local servers send an object where the format has JSON text. */
function argumentsOf(body: Fields): string {
  const value = body['arguments'] ?? body['input'];
  if (typeof value === 'string') return value;
  return typeof value === 'object' && value !== null ? (jsonText(value) ?? '') : '';
}
