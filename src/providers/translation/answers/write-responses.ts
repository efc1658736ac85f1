// Neutral answer → OpenAI Responses, streamed; the whole object is the one that the last event carries. Sources: OpenAI API reference,
// "Streaming events"; Open Responses specification. Reasoning is shown as summary, whose events both descriptions name alike. The full text
// of raw reasoning content comes with its last event only, because the two disagree on the name of its deltas.
import {
  DROPPED,
  refusalText,
  type AnswerError,
  type AnswerEvent,
  type AnswerStart,
  type AnswerUsage,
  type AnswerWriter,
  type Notes,
  type Stop,
  type StopKind,
  type ToolStart,
} from './neutral.ts';
import { CALLS, itemJson, partJson, PARTS, type Call, type Item, type Part, type PartKind } from './responses-items.ts';
import { responsesUsage } from './responses-object.ts';

export interface ResponsesWriterOptions {
  readonly notes: Notes;
  readonly id: string;
  readonly model: string;
  readonly nowSeconds: number;
  readonly newId: () => string;
  /** `echoOf` the request. */
  readonly echo: string;
}

const INCOMPLETE: Readonly<Partial<Record<StopKind, string>>> = {
  length: 'max_output_tokens',
  'context-window': 'max_output_tokens',
  pause: 'max_output_tokens',
  'content-filter': 'content_filter',
  refusal: 'content_filter',
};

export class ResponsesWriter implements AnswerWriter {
  readonly wire = 'openai-responses';
  readonly #options: ResponsesWriterOptions;
  readonly #output: (Item | Call)[] = [];
  readonly #items = new Map<number, Item>();
  readonly #parts = new Map<number, Part>();
  readonly #calls = new Map<number, Call>();
  readonly #facts = new Map<number, { readonly id: string | undefined; readonly phase: string | undefined }>();
  readonly #itemIds = new Set<string>();
  #out = '';
  #number = 0;
  #start: AnswerStart = { type: 'start' };
  #hasBegun = false;
  #hasRefusal = false;
  #stop: Stop | undefined;
  #usage: AnswerUsage | undefined;
  #final: string | undefined;

  constructor(options: ResponsesWriterOptions) {
    this.#options = options;
  }

  /** The response as a whole, once it has ended. */
  get final(): string | undefined {
    return this.#final;
  }

  take(): string {
    const out = this.#out;
    this.#out = '';
    return out;
  }

  write(event: AnswerEvent): void {
    switch (event.type) {
      case 'start':
        // What the first event said, the last one repeats.
        if (!this.#hasBegun) this.#start = { ...event, ...this.#start };
        return undefined;
      case 'item':
        this.#facts.set(event.item, { id: event.id, phase: event.phase });
        return undefined;
      case 'text':
        return this.#delta(event, 'output_text', event.delta);
      case 'refusal':
        this.#hasRefusal = true;
        return this.#delta(event, 'refusal', event.delta);
      case 'reasoning':
        return this.#delta(event, event.form === 'content' ? 'reasoning_text' : 'summary_text', event.delta);
      case 'sealed':
        return this.#seal(event);
      case 'tool-start':
        return this.#startCall(event);
      case 'tool-arguments':
        return this.#arguments(event.part, event.delta);
      case 'part-end':
        return this.#endPart(event.part, event.isCut);
      case 'item-end':
        return this.#endItem(this.#items.get(event.item), event.isCut);
      case 'usage':
        this.#usage = event.usage;
        return undefined;
      case 'stop':
        this.#stop = event.stop;
        return undefined;
      case 'end':
        return this.#end();
      case 'error':
        return this.#fail(event.error);
    }
  }

  #emit(type: string, members: string): void {
    this.#out += `event: ${type}\ndata: {"type":"${type}","sequence_number":${this.#number++},${members}}\n\n`;
  }

  #begin(): void {
    this.#hasBegun = true;
    const response = this.#response('in_progress', '"error":null,"incomplete_details":null', '[]', 'null');
    this.#emit('response.created', `"response":${response}`);
    this.#emit('response.in_progress', `"response":${response}`);
  }

  #response(status: string, outcome: string, output: string, usage: string): string {
    const { id, model, nowSeconds, echo } = this.#options;
    const created = this.#start.createdSeconds ?? nowSeconds;
    const completed = status === 'completed' ? Math.max(created, nowSeconds) : null;
    const names = `"id":${JSON.stringify(this.#start.id ?? id)},"object":"response","model":${JSON.stringify(this.#start.model ?? model)}`;
    return `{${names},"created_at":${created},"completed_at":${completed},"status":"${status}",${outcome},"output":${output},"usage":${usage},${echo}}`;
  }

  #newItem(key: number, type: Item['type']): Item {
    if (!this.#hasBegun) this.#begin();
    const facts = this.#facts.get(key);
    const id = this.#itemId(facts?.id, type === 'message' ? 'msg' : 'rs');
    const item: Item = {
      index: this.#output.length,
      id,
      type,
      phase: facts?.phase,
      content: [],
      summary: [],
      sealed: undefined,
      status: 'in_progress',
    };
    this.#output.push(item);
    this.#items.set(key, item);
    this.#emit('response.output_item.added', `"output_index":${item.index},"item":${itemJson(item)}`);
    return item;
  }

  /** A provider's own ids are kept: it checks sealed reasoning against them when it comes back. */
  #itemId(own: string | undefined, prefix: string): string {
    const id = own === undefined || this.#itemIds.has(own) ? `${prefix}_${this.#options.newId()}` : own;
    this.#itemIds.add(id);
    return id;
  }

  #delta(event: { readonly item: number; readonly part: number }, kind: PartKind, delta: string): void {
    const known = this.#parts.get(event.part);
    // A call that began in between has ended it: what comes late goes into another.
    const part = known === undefined || known.isDone ? this.#newPart(event, kind) : known;
    part.text += delta;
    if (kind === 'reasoning_text') return;
    this.#out += part.deltaHead + String(this.#number++) + part.deltaPlace + JSON.stringify(delta);
    this.#out += kind === 'output_text' ? ',"logprobs":[]}\n\n' : '}\n\n';
  }

  #newPart(event: { readonly item: number; readonly part: number }, kind: PartKind): Part {
    const type = kind === 'output_text' || kind === 'refusal' ? 'message' : 'reasoning';
    const known = this.#items.get(event.item);
    const item = known?.type === type && known.status === 'in_progress' ? known : this.#newItem(event.item, type);
    const list = kind === 'summary_text' ? item.summary : item.content;
    const { event: name, index } = PARTS[kind];
    const place = `"item_id":${JSON.stringify(item.id)},"output_index":${item.index},"${index}":${list.length}`;
    const part: Part = {
      kind,
      item,
      index: list.length,
      text: '',
      isDone: false,
      deltaHead: `event: ${name}.delta\ndata: {"type":"${name}.delta","sequence_number":`,
      deltaPlace: `,${place},"delta":`,
    };
    this.#parts.set(event.part, part);
    this.#emit(
      kind === 'summary_text' ? 'response.reasoning_summary_part.added' : 'response.content_part.added',
      `${place},"part":${partJson(part)}`,
    );
    list.push(part);
    return part;
  }

  #endPart(key: number, isCut: boolean): void {
    const call = this.#calls.get(key);
    if (call !== undefined) return this.#endCall(call, isCut);
    const part = this.#parts.get(key);
    if (part !== undefined) this.#donePart(part);
  }

  #donePart(part: Part): void {
    if (part.isDone) return;
    part.isDone = true;
    const { kind, item, index, text } = part;
    const names = PARTS[kind];
    const place = `"item_id":${JSON.stringify(item.id)},"output_index":${item.index},"${names.index}":${index}`;
    if (kind !== 'reasoning_text') {
      const logprobs = kind === 'output_text' ? ',"logprobs":[]' : '';
      this.#emit(`${names.event}.done`, `${place},"${names.text}":${JSON.stringify(text)}${logprobs}`);
    }
    this.#emit(
      kind === 'summary_text' ? 'response.reasoning_summary_part.done' : 'response.content_part.done',
      `${place},"part":${partJson(part)}`,
    );
  }

  #endItem(item: Item | undefined, isCut: boolean): void {
    if (item === undefined || item.status !== 'in_progress') return;
    for (const part of [...item.summary, ...item.content]) this.#donePart(part);
    item.status = isCut ? 'incomplete' : 'completed';
    this.#emit('response.output_item.done', `"output_index":${item.index},"item":${itemJson(item)}`);
  }

  #seal(event: Extract<AnswerEvent, { type: 'sealed' }>): void {
    if (event.form !== 'encrypted') return this.#options.notes.add(`reasoning (${event.form})`, DROPPED);
    const item = this.#items.get(event.item) ?? this.#newItem(event.item, 'reasoning');
    item.sealed = event.data;
  }

  #startCall(tool: ToolStart): void {
    if (!this.#hasBegun) this.#begin();
    const id = this.#itemId(tool.itemId, tool.kind === 'custom' ? 'ctc' : 'fc');
    const index = this.#output.length;
    const deltaPlace = `"item_id":${JSON.stringify(id)},"output_index":${index}`;
    const call: Call = { index, id, tool, deltaPlace, text: '', status: 'in_progress' };
    this.#output.push(call);
    this.#calls.set(tool.part, call);
    this.#emit('response.output_item.added', `"output_index":${index},"item":${itemJson(call)}`);
  }

  #arguments(key: number, delta: string): void {
    const call = this.#calls.get(key);
    if (call === undefined) return;
    call.text += delta;
    this.#emit(`${CALLS[call.tool.kind].event}.delta`, `${call.deltaPlace},"delta":${JSON.stringify(delta)}`);
  }

  #endCall(call: Call, isCut: boolean): void {
    if (call.status !== 'in_progress') return;
    call.status = isCut ? 'incomplete' : 'completed';
    const { event, text } = CALLS[call.tool.kind];
    this.#emit(`${event}.done`, `${call.deltaPlace},"${text}":${JSON.stringify(call.text)}`);
    this.#emit('response.output_item.done', `"output_index":${call.index},"item":${itemJson(call)}`);
  }

  #end(): void {
    if (!this.#hasBegun) this.#begin();
    if (this.#stop?.kind === 'refusal' && !this.#hasRefusal) {
      const key = -1;
      this.#delta({ item: key, part: key }, 'refusal', refusalText(this.#stop));
    }
    for (const item of this.#output) {
      if ('tool' in item) this.#endCall(item, false);
      else this.#endItem(item, false);
    }
    if (this.#stop?.kind === 'pause') this.#options.notes.add('stop_reason', 'pause_turn shown as an answer that ran out of tokens');
    const reason = this.#stop === undefined ? undefined : INCOMPLETE[this.#stop.kind];
    const status = reason === undefined ? 'completed' : 'incomplete';
    const details = reason === undefined ? 'null' : `{"reason":"${reason}"}`;
    this.#close(status, `"error":null,"incomplete_details":${details}`);
  }

  #fail({ code, type, message, param }: AnswerError): void {
    if (!this.#hasBegun) this.#begin();
    for (const item of this.#output) if (item.status === 'in_progress') item.status = 'incomplete';
    const error = JSON.stringify({ code: code ?? type ?? 'server_error', message });
    // Both events, as the vendor does: clients of one kind look at the error, of another at the response. The error's facts stand where the
    // vendor's clients look for them and where the specification has them.
    const facts = { code: code ?? null, message, param: param ?? null };
    this.#emit('error', JSON.stringify({ ...facts, error: { type: type ?? 'server_error', ...facts } }).slice(1, -1));
    this.#close('failed', `"error":${error},"incomplete_details":null`);
  }

  #close(status: 'completed' | 'incomplete' | 'failed', outcome: string): void {
    const output = `[${this.#output.map(itemJson).join(',')}]`;
    this.#final = this.#response(status, outcome, output, JSON.stringify(responsesUsage(this.#usage)));
    this.#emit(`response.${status}`, `"response":${this.#final}`);
  }
}
