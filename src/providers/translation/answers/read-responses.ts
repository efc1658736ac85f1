// OpenAI Responses → neutral answer. Source: OpenAI API reference, "Responses" and "Streaming events"; Open Responses specification.
// Items are told apart by their output index: some gateways give an item a new id in every event. What a stream did not say in deltas is
// taken from the closing events. Items of the vendor's own tools are noted and dropped.
import { countOf, fieldsOf, itemsOf, parseFields, textOf, type Fields } from '../../json-fields.ts';
import { readError } from './errors.ts';
import { DROPPED, idOf, LIMITS, noteOthers, stringOf, type AnswerReader, type Emit, type Notes, type ReasoningForm } from './neutral.ts';
import {
  isObject,
  ITEM_MEMBERS,
  kindOf,
  nameOf,
  PART_MEMBERS,
  PHASES,
  SILENT_EVENTS,
  stopOf,
  usageOf,
  type ItemKind,
} from './responses-members.ts';

interface Part {
  readonly part: number;
  chars: number;
  isEnded: boolean;
}

interface Item {
  readonly kind: ItemKind;
  readonly item: number;
  /** Content parts by index; summary parts behind SUMMARY_BASE. */
  readonly parts: Map<number, Part>;
  argumentChars: number;
  isEnded: boolean;
}

const SUMMARY_BASE = 10_000;

export class ResponsesReader implements AnswerReader {
  readonly #emit: Emit;
  readonly #notes: Notes;
  readonly #items = new Map<number, Item>();
  /** Places of items by what names them in the closing list: a call's id, else the item's own. */
  readonly #places = new Map<string, number>();
  #nextPlace = 0;
  #nextKey = 0;

  constructor(emit: Emit, notes: Notes) {
    this.#emit = emit;
    this.#notes = notes;
  }

  event(data: string): void {
    if (data.startsWith('[DONE]')) return;
    const payload = parseFields(data);
    if (payload === undefined) return this.#notes.add('event', 'is not JSON; dropped');
    const type = payload['type'];
    if (typeof type === 'string' && this.#readDelta(type, payload)) return;
    switch (type) {
      case 'response.created':
      case 'response.in_progress':
        return this.#readStart(fieldsOf(payload['response']));
      case 'response.output_item.added':
        return void this.#startItem(payload['output_index'], fieldsOf(payload['item']));
      case 'response.output_item.done':
        return this.#endItem(payload['output_index'], fieldsOf(payload['item']));
      case 'response.content_part.done':
      case 'response.reasoning_summary_part.done':
        return this.#endPart(payload);
      case 'response.output_text.annotation.added':
        return this.#notes.add('output[].content[].annotations', DROPPED);
      case 'response.completed':
      case 'response.incomplete':
      case 'response.failed':
        return this.#finish(fieldsOf(payload['response']), type);
      default:
        return this.#readOther(type, payload);
    }
  }

  whole(text: string): boolean {
    const response = parseFields(text);
    if (response === undefined) return false;
    const status = response['status'];
    const isFinal = status === undefined || status === 'completed' || status === 'incomplete' || status === 'failed';
    if (!isFinal || (!Array.isArray(response['output']) && !isObject(response['error']))) return false;
    this.#readStart(response);
    this.#finish(response, `response.${typeof status === 'string' ? status : 'completed'}`);
    return true;
  }

  /** The frequent events; false when it is none of them. */
  #readDelta(type: string, payload: Fields): boolean {
    switch (type) {
      case 'response.output_text.delta':
        if (itemsOf(payload['logprobs']).length > 0) this.#notes.add('output[].content[].logprobs', DROPPED);
        return this.#prose('text', payload, payload['delta']);
      case 'response.refusal.delta':
        return this.#prose('refusal', payload, payload['delta']);
      case 'response.reasoning_summary_text.delta':
        return this.#prose('summary', payload, payload['delta']);
      case 'response.reasoning_text.delta':
      case 'response.reasoning.delta':
        return this.#prose('content', payload, payload['delta']);
      case 'response.function_call_arguments.delta':
      case 'response.custom_tool_call_input.delta':
        return this.#arguments(payload, payload['delta'], false);
      case 'response.output_text.done':
        return this.#prose('text', payload, payload['text'], true);
      case 'response.refusal.done':
        return this.#prose('refusal', payload, payload['refusal'], true);
      case 'response.reasoning_summary_text.done':
        return this.#prose('summary', payload, payload['text'], true);
      case 'response.reasoning_text.done':
      case 'response.reasoning.done':
        return this.#prose('content', payload, payload['text'], true);
      case 'response.function_call_arguments.done':
        return this.#arguments(payload, payload['arguments'], true);
      case 'response.custom_tool_call_input.done':
        return this.#arguments(payload, payload['input'], true);
      default:
        return false;
    }
  }

  #readOther(type: unknown, payload: Fields): void {
    if (type === 'error' || (type === undefined && isObject(payload['error']))) return this.#fail(payload);
    if (SILENT_EVENTS.has(type)) return;
    // Progress of a hosted tool ("response.web_search_call.searching"): its item is noted where it opens.
    if (typeof type === 'string' && /^response\.[a-z_]+_(?:call|tools|output)(?:_[a-z_]+)?\./.test(type)) return;
    this.#notes.add(`event ${textOf(type, 64) ?? ''}`.trim(), 'is unknown; dropped');
  }

  #fail(payload: Fields): void {
    const error = readError(payload) ?? { code: undefined, type: undefined, message: 'The provider reported an error.' };
    this.#emit({ type: 'error', error });
  }

  #readStart(response: Fields): void {
    const [id, model, createdSeconds] = [idOf(response['id']), stringOf(response['model']), countOf(response['created_at'])];
    this.#emit({
      type: 'start',
      ...(id === undefined ? {} : { id }),
      ...(model === undefined ? {} : { model: model.slice(0, LIMITS.nameChars) }),
      ...(createdSeconds === undefined ? {} : { createdSeconds }),
    });
  }

  /** Text of one part: a delta, or with `isWhole` the part's full text, which counts only when no delta came. */
  #prose(form: 'text' | 'refusal' | ReasoningForm, payload: Fields, value: unknown, isWhole = false): true {
    if (typeof value !== 'string' || value === '') return true;
    const isReasoning = form === 'summary' || form === 'content';
    const item = this.#itemAt(payload['output_index'], isReasoning ? 'reasoning' : 'message');
    const index = countOf(payload[form === 'summary' ? 'summary_index' : 'content_index']) ?? 0;
    if (item === undefined || index >= SUMMARY_BASE) return this.#misplaced();
    const key = form === 'summary' ? SUMMARY_BASE + index : index;
    let part = item.parts.get(key);
    if (part === undefined) item.parts.set(key, (part = { part: this.#nextKey++, chars: 0, isEnded: false }));
    if (isWhole && part.chars > 0) {
      if (part.chars !== value.length) this.#notes.add('output[].content[].text', 'differs from its deltas; the deltas count');
      return true;
    }
    if (part.isEnded) return this.#misplaced();
    part.chars += value.length;
    if (form === 'text' || form === 'refusal') this.#emit({ type: form, item: item.item, part: part.part, delta: value });
    else this.#emit({ type: 'reasoning', item: item.item, part: part.part, form, delta: value });
    return true;
  }

  #arguments(payload: Fields, value: unknown, isWhole: boolean): true {
    const item = this.#items.get(countOf(payload['output_index']) ?? -1);
    if (item?.kind !== 'call' || item.isEnded) {
      // The closing event of the item repeats the arguments.
      this.#notes.add('event', 'tool arguments without an open call; dropped');
      return true;
    }
    if (typeof value !== 'string' || value === '') return true;
    if (isWhole && item.argumentChars > 0) {
      if (item.argumentChars !== value.length) this.#notes.add('output[].arguments', 'differ from their deltas; the deltas count');
      return true;
    }
    item.argumentChars += value.length;
    this.#emit({ type: 'tool-arguments', part: item.item, delta: value });
    return true;
  }

  #misplaced(): true {
    this.#notes.add('event', 'a delta that belongs to no open part; dropped');
    return true;
  }

  #itemAt(index: unknown, kind: ItemKind): Item | undefined {
    const item = this.#items.get(countOf(index) ?? -1) ?? this.#startItem(index, { type: kind });
    return item?.kind === kind && !item.isEnded ? item : undefined;
  }

  #startItem(index: unknown, content: Fields): Item | undefined {
    const at = countOf(index);
    if (at === undefined || this.#items.has(at) || this.#items.size >= LIMITS.partCount) {
      this.#notes.add('event', 'an item without a place of its own; dropped');
      return undefined;
    }
    const kind = kindOf(content['type']);
    const item: Item = { kind, item: this.#nextKey++, parts: new Map(), argumentChars: 0, isEnded: false };
    this.#items.set(at, item);
    this.#nextPlace = Math.max(this.#nextPlace, at + 1);
    const name = nameOf(content);
    if (name !== undefined) this.#places.set(name, at);
    if (kind === 'call') this.#startCall(item, content);
    else if (kind === 'other') this.#notes.add(`output[].${textOf(content['type'], 64) ?? 'item'}`, DROPPED);
    else {
      const [id, stated] = [idOf(content['id']), textOf(content['phase'], 32)];
      const phase = PHASES.has(stated) ? stated : undefined;
      if (phase !== stated) this.#notes.add('output[].phase', 'is unknown; dropped');
      this.#emit({ type: 'item', item: item.item, ...(id === undefined ? {} : { id }), ...(phase === undefined ? {} : { phase }) });
    }
    return item;
  }

  #startCall(item: Item, content: Fields): void {
    const name = stringOf(content['name'])?.slice(0, LIMITS.nameChars);
    if (name === undefined) {
      item.isEnded = true;
      return this.#notes.add('output[].name', 'is missing; the call was dropped');
    }
    const [itemId, namespace] = [idOf(content['id']), textOf(content['namespace'], LIMITS.nameChars)];
    this.#emit({
      type: 'tool-start',
      part: item.item,
      kind: content['type'] === 'custom_tool_call' ? 'custom' : 'function',
      callId: idOf(content['call_id']),
      name,
      ...(itemId === undefined ? {} : { itemId }),
      ...(namespace === undefined ? {} : { namespace }),
    });
  }

  #endPart(payload: Fields): void {
    const item = this.#items.get(countOf(payload['output_index']) ?? -1);
    const summary = countOf(payload['summary_index']);
    const part = item?.parts.get(summary === undefined ? (countOf(payload['content_index']) ?? 0) : SUMMARY_BASE + summary);
    if (part !== undefined) this.#closePart(part, false);
  }

  #closePart(part: Part, isCut: boolean): void {
    if (part.isEnded) return;
    part.isEnded = true;
    this.#emit({ type: 'part-end', part: part.part, isCut });
  }

  #closeItem(item: Item, isCut: boolean): void {
    if (item.isEnded) return;
    item.isEnded = true;
    if (item.kind === 'call') return this.#emit({ type: 'part-end', part: item.item, isCut });
    for (const part of item.parts.values()) this.#closePart(part, isCut);
    item.parts.clear();
    if (item.kind !== 'other') this.#emit({ type: 'item-end', item: item.item, isCut });
  }

  /** The item as a whole: says what no delta said, then ends it. */
  #endItem(index: unknown, content: Fields): void {
    const known = this.#items.get(countOf(index) ?? -1);
    const item = known ?? this.#startItem(index, content);
    if (item !== undefined && item.kind !== 'other') noteOthers(this.#notes, content, ITEM_MEMBERS[item.kind], 'output[].');
    if (item === undefined || item.isEnded || (known !== undefined && item.kind !== kindOf(content['type']))) return;
    if (item.kind === 'call') this.#arguments({ output_index: index }, content['arguments'] ?? content['input'], true);
    if (item.kind === 'message') this.#wholeParts(index, itemsOf(content['content']));
    if (item.kind === 'reasoning') {
      this.#wholeReasoning(index, content);
      const sealed = stringOf(content['encrypted_content']);
      if (sealed !== undefined) this.#emit({ type: 'sealed', item: item.item, part: this.#nextKey++, form: 'encrypted', data: sealed });
    }
    this.#closeItem(item, content['status'] === 'incomplete');
  }

  #wholeParts(output_index: unknown, parts: readonly unknown[]): void {
    parts.forEach((value, content_index) => {
      const part = fieldsOf(value);
      const place = { output_index, content_index };
      noteOthers(this.#notes, part, PART_MEMBERS, 'output[].content[].');
      if (part['type'] === 'output_text') this.#prose('text', place, part['text'], true);
      else if (part['type'] === 'refusal') this.#prose('refusal', place, part['refusal'], true);
      else this.#notes.add(`output[].content[].${textOf(part['type'], 64) ?? 'part'}`, DROPPED);
      if (itemsOf(part['annotations']).length > 0) this.#notes.add('output[].content[].annotations', DROPPED);
      if (itemsOf(part['logprobs']).length > 0) this.#notes.add('output[].content[].logprobs', DROPPED);
    });
  }

  #wholeReasoning(output_index: unknown, content: Fields): void {
    itemsOf(content['summary']).forEach((part, summary_index) => {
      this.#prose('summary', { output_index, summary_index }, fieldsOf(part)['text'], true);
    });
    itemsOf(content['content']).forEach((part, content_index) => {
      this.#prose('content', { output_index, content_index }, fieldsOf(part)['text'], true);
    });
  }

  #finish(response: Fields, type: string): void {
    this.#readStart(response);
    this.#readClosingList(itemsOf(response['output']));
    const usage = usageOf(response['usage']);
    if (usage !== undefined) this.#emit({ type: 'usage', usage });
    if (type === 'response.failed') return this.#fail(response);
    for (const item of this.#items.values()) this.#closeItem(item, type === 'response.incomplete');
    this.#emit({ type: 'stop', stop: stopOf(response, type, this.#notes) });
    this.#emit({ type: 'end' });
  }

  /**
   * What the stream did not say: the end of items that are still open, kinds of items of which it said nothing, and calls of which it said
   * fewer. Positions may differ from output indexes and some gateways give everything new ids, so calls are counted: none is heard twice.
   */
  #readClosingList(output: readonly unknown[]): void {
    const kinds = [...this.#items.values()].map(({ kind }) => kind);
    const seen = new Set(kinds);
    const calls: Fields[] = [];
    let callCount = 0;
    for (const content of output.slice(0, LIMITS.partCount).map(fieldsOf)) {
      const kind = kindOf(content['type']);
      const name = nameOf(content);
      const place = name === undefined ? undefined : this.#places.get(name);
      if (kind === 'call') callCount += 1;
      if (place !== undefined) this.#endItem(place, content);
      else if (kind === 'call') calls.push(content);
      else if (!seen.has(kind)) this.#endItem(this.#nextPlace, content);
    }
    const newCount = Math.max(0, callCount - kinds.filter((kind) => kind === 'call').length);
    for (const call of calls.slice(Math.max(0, calls.length - newCount))) this.#endItem(this.#nextPlace, call);
  }
}
