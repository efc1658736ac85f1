// OpenAI chat completions → neutral answer. Also reads what local servers add (`reasoning_content`, `reasoning`, content in parts).
// Source: OpenAI API reference, "Chat" and "Chat streaming". One choice only: the others are noted and dropped.
import { countOf, fieldsOf, itemsOf, parseFields, type Fields } from '../../json-fields.ts';
import { observeOpenaiUsage, type Observation } from '../../observation.ts';
import { readError } from './errors.ts';
import { ChatToolCalls } from './chat-tool-calls.ts';
import {
  DROPPED,
  entryOf,
  idOf,
  isSomething,
  LIMITS,
  noteOthers,
  stringOf,
  type AnswerReader,
  type Emit,
  type Notes,
  type StopKind,
} from './neutral.ts';

const FINISH: Readonly<Record<string, StopKind>> = {
  stop: 'end',
  length: 'length',
  model_length: 'length',
  tool_calls: 'tool-calls',
  function_call: 'tool-calls',
  content_filter: 'content-filter',
};

/** Words of local servers and gateways for an answer that broke off: it must not look whole. */
const FAILED_FINISHES: ReadonlySet<string> = new Set(['abort', 'error', 'insufficient_system_resource']);

/** Members of a chunk or answer that are read, or say nothing about the answer itself. */
const ENVELOPE: ReadonlySet<string> = new Set([
  'id',
  'object',
  'created',
  'model',
  'choices',
  'usage',
  'error',
  'system_fingerprint',
  'service_tier',
  'obfuscation',
]);

const CHOICE_MEMBERS: ReadonlySet<string> = new Set(['index', 'delta', 'message', 'finish_reason', 'logprobs']);

/** Members of a message or delta that are read; any other with a value is noted. */
const READ_MEMBERS: ReadonlySet<string> = new Set([
  'role',
  'content',
  'refusal',
  'reasoning_content',
  'reasoning',
  'tool_calls',
  'function_call',
]);

type ProseKind = 'text' | 'refusal' | 'reasoning';

export class ChatReader implements AnswerReader {
  readonly #emit: Emit;
  readonly #notes: Notes;
  readonly #calls: ChatToolCalls;
  #prose: { readonly kind: ProseKind; readonly part: number } | undefined;
  #nextPart = 0;
  #hasStopped = false;
  #hasModel = false;

  constructor(emit: Emit, notes: Notes) {
    this.#emit = emit;
    this.#notes = notes;
    this.#calls = new ChatToolCalls(emit, notes, () => this.#newPart());
  }

  event(data: string): void {
    if (data.startsWith('[DONE]')) return this.#finish();
    const chunk = parseFields(data);
    if (chunk === undefined) return this.#notes.add('event', 'is not JSON; dropped');
    this.#readEnvelope(chunk);
  }

  /** Some servers send no `[DONE]`; the reason why it stopped says as well that it did. */
  end(): void {
    if (this.#hasStopped) this.#finish();
  }

  whole(text: string): boolean {
    const answer = parseFields(text);
    if (answer === undefined) return false;
    const message = fieldsOf(itemsOf(answer['choices'])[0])['message'];
    if ((typeof message !== 'object' || message === null) && !isFailure(answer)) return false;
    this.#readEnvelope(answer);
    this.#finish();
    return true;
  }

  #readEnvelope(payload: Fields): void {
    if (isFailure(payload)) {
      const error = readError(payload) ?? { code: undefined, type: undefined, message: 'The provider reported an error.' };
      return this.#emit({ type: 'error', error });
    }
    if (!this.#hasModel) this.#readStart(payload);
    noteOthers(this.#notes, payload, ENVELOPE, '');
    for (const item of itemsOf(payload['choices'])) {
      const choice = fieldsOf(item);
      if (choice['index'] === 0 || choice['index'] === undefined || choice['index'] === null) this.#readChoice(choice);
      else this.#notes.add('choices', 'more than one choice; all but the first dropped');
    }
    const usage = payload['usage'];
    if (typeof usage === 'object' && usage !== null) this.#readUsage(usage);
  }

  #readStart(payload: Fields): void {
    const [id, model, createdSeconds] = [idOf(payload['id']), stringOf(payload['model']), countOf(payload['created'])];
    this.#hasModel = model !== undefined;
    this.#emit({
      type: 'start',
      ...(id === undefined ? {} : { id }),
      ...(model === undefined ? {} : { model: model.slice(0, LIMITS.nameChars) }),
      ...(createdSeconds === undefined || createdSeconds === 0 ? {} : { createdSeconds }),
    });
  }

  #readChoice(choice: Fields): void {
    const message = fieldsOf(choice['delta'] ?? choice['message']);
    noteOthers(this.#notes, choice, CHOICE_MEMBERS, 'choices[].');
    noteOthers(this.#notes, message, READ_MEMBERS, 'choices[].message.');
    if (isSomething(choice['logprobs'])) this.#notes.add('choices[].logprobs', DROPPED);
    const reasoning = stringOf(message['reasoning_content']) ?? stringOf(message['reasoning']);
    if (reasoning !== undefined) this.#say('reasoning', reasoning);
    if (typeof message['content'] === 'string') this.#say('text', message['content']);
    else if (Array.isArray(message['content'])) this.#readParts(message['content']);
    const refusal = stringOf(message['refusal']);
    if (refusal !== undefined) this.#say('refusal', refusal);
    itemsOf(message['tool_calls']).forEach((call, at) => this.#calls.read(fieldsOf(call), at));
    if (isSomething(message['function_call'])) this.#calls.read({ index: -1, function: message['function_call'] }, -1);
    const finish = stringOf(choice['finish_reason']);
    if (finish !== undefined) this.#readFinish(finish);
  }

  #readParts(parts: readonly unknown[]): void {
    for (const item of parts) {
      const part = fieldsOf(item);
      if (part['type'] === 'text' && typeof part['text'] === 'string') this.#say('text', part['text']);
      else if (part['type'] === 'refusal' && typeof part['refusal'] === 'string') this.#say('refusal', part['refusal']);
      else if (part['type'] === 'thinking') {
        for (const thought of itemsOf(part['thinking'])) this.#say('reasoning', stringOf(fieldsOf(thought)['text']) ?? '');
      } else this.#notes.add('choices[].message.content[]', DROPPED);
    }
  }

  /** One piece of prose is open at a time: the format does not say where one ends, only that another goes on. */
  #say(kind: ProseKind, delta: string): void {
    if (delta === '') return;
    if (this.#prose?.kind !== kind) {
      this.#prose = { kind, part: this.#newPart() };
    }
    const { part } = this.#prose;
    if (kind === 'reasoning') this.#emit({ type: 'reasoning', item: part, part, form: 'summary', delta });
    else this.#emit({ type: kind, item: part, part, delta });
  }

  /** Something new begins, so what was open and may be complete is over. */
  #newPart(): number {
    this.#endProse();
    this.#calls.endComplete();
    return this.#nextPart++;
  }

  #endProse(isCut = false): void {
    if (this.#prose === undefined) return;
    const { part } = this.#prose;
    this.#prose = undefined;
    this.#emit({ type: 'part-end', part, isCut });
    this.#emit({ type: 'item-end', item: part, isCut });
  }

  #readFinish(finish: string): void {
    if (FAILED_FINISHES.has(finish)) {
      const message = `The provider broke its answer off (finish_reason “${finish}”).`;
      return this.#emit({ type: 'error', error: { code: undefined, type: 'server_error', message } });
    }
    const kind = entryOf(FINISH, finish);
    if (kind === undefined) this.#notes.add('choices[].finish_reason', `“${finish.slice(0, 64)}” is unknown; taken as “stop”`);
    this.#hasStopped = true;
    this.#endAll(kind === 'length');
    this.#emit({ type: 'stop', stop: { kind: kind ?? 'end' } });
  }

  #endAll(isCut: boolean): void {
    this.#endProse(isCut);
    this.#calls.endAll(isCut);
  }

  #finish(): void {
    this.#endAll(false);
    this.#emit({ type: 'end' });
  }

  #readUsage(value: object): void {
    const into: Observation = {};
    observeOpenaiUsage(value, { input: 'prompt', output: 'completion' }, into);
    if (into.usage === undefined) return;
    const cacheWriteTokens = countOf(fieldsOf(fieldsOf(value)['prompt_tokens_details'])['cache_write_tokens']);
    this.#emit({ type: 'usage', usage: { ...into.usage, ...(cacheWriteTokens === undefined ? {} : { cacheWriteTokens }) } });
  }
}

/** `{error: …}`, and `{object: "error", message}` of older vLLM servers. */
function isFailure(payload: Fields): boolean {
  return (payload['error'] ?? undefined) !== undefined || payload['object'] === 'error';
}
