// Tool calls between formats that know custom tools and groups of tools and formats that know functions only, and their ids.
import { CustomInputReader } from './custom-input.ts';
import type { AnswerWriter, Notes, ToolStart } from './neutral.ts';

/** What the client's tools are, by the names under which a deployment without such tools knows them. */
export interface ClientTools {
  readonly custom: ReadonlySet<string>;
  readonly grouped: ReadonlyMap<string, { readonly namespace: string; readonly name: string }>;
}

export interface CallShape {
  /** For the client. */
  readonly isCustom: boolean;
  /** A function call that the client sees as a custom one. */
  readonly input?: CustomInputReader;
  /** A custom call that the client sees as a function: its input is written into a JSON string. */
  readonly isWrapped?: boolean;
}

/** `isSameWire`: the provider calls the client's tools by what they are. */
export function shapeOfCall(event: ToolStart, options: { tools: ClientTools; wire: AnswerWriter['wire']; isSameWire: boolean }): CallShape {
  const isCustom = event.kind === 'custom';
  if (options.isSameWire) return { isCustom };
  const isDeclared = options.tools.custom.has(event.name);
  if (!isCustom) return isDeclared ? { isCustom: true, input: new CustomInputReader() } : { isCustom };
  return isDeclared || options.wire === 'openai-responses' ? { isCustom } : { isCustom: false, isWrapped: true };
}

/** What precedes the first arguments. */
export function openingOf({ isWrapped }: CallShape): string {
  return isWrapped === true ? '{"input":"' : '';
}

/** The client's piece of arguments for the provider's, maybe empty. */
export function argumentsFor({ input, isWrapped }: CallShape, delta: string): string {
  if (input !== undefined) return input.push(delta);
  return isWrapped === true ? JSON.stringify(delta).slice(1, -1) : delta;
}

/** The last piece. `isCut`: the answer ran out of tokens inside the call, which must not look whole. */
export function closingOf(shape: CallShape, call: { readonly isEmpty: boolean; readonly isCut: boolean }, notes: Notes): string {
  if (shape.input !== undefined) {
    const { text, isOdd } = shape.input.end();
    if (isOdd && !call.isCut) notes.add('custom tool input', 'came in another shape than asked for; passed on as it was');
    return text;
  }
  if (call.isCut) return '';
  if (shape.isWrapped === true) return '"}';
  // Every format wants JSON text for a function without arguments.
  return call.isEmpty && !shape.isCustom ? '{}' : '';
}

/** The provider's ids, which tool results will name; made up only where one is missing or taken. */
export class CallIds {
  readonly #taken = new Set<string>();
  readonly #newId: () => string;
  readonly #notes: Notes;

  constructor(newId: () => string, notes: Notes) {
    this.#newId = newId;
    this.#notes = notes;
  }

  of(callId: string | undefined): string {
    let id = callId ?? `call_${this.#newId()}`;
    if (this.#taken.has(id)) {
      this.#notes.add('tool call id', 'names two calls; the later one got an id of its own');
      id = `call_${this.#newId()}`;
    }
    this.#taken.add(id);
    return id;
  }
}
