// What NEC's cotomi answers → the client's format, by way of chat completions: cotomi's answer is put into the shape of a chat completion,
// and an ordinary translator from chat completions does the rest. It says neither why it stopped nor what it counted, and nothing is made up
// for either, except that an answer which came to its end came to its end.
import { err, ok } from '#kernel';
import { parseFields, type Fields } from '../json-fields.ts';
import { providerErrorOf } from '../provider-errors.ts';
import { eventData, splitEvents } from '../sse.ts';
import type { AnswerTranslator, StreamTranslator } from '../translation/answer.ts';
import type { CotomiNote } from './request.ts';
import { failureOf, isDone, openaiError } from './format.ts';

type ResumeFrom = Parameters<StreamTranslator['resume']>[0];

/** `fromChat` translates from openai-chat to the client's format (openai-chat included). `model` stands in answers, which name none. */
export function createCotomiTranslator(fromChat: AnswerTranslator, model: string): AnswerTranslator {
  return {
    whole(body) {
      const answer = parseFields(body.toString('utf8'));
      if (answer === undefined) return err('malformed-answer');
      const failure = failureOf(answer);
      if (failure !== undefined) {
        const payload = { error: openaiError(failure) };
        const errorStatus = providerErrorOf(payload)?.isRefusal === true ? 400 : 500;
        return ok({ body: fromChat.error(errorStatus, Buffer.from(JSON.stringify(payload))), notes: [], errorStatus });
      }
      const chat = chatCompletion(answer, model);
      if (chat === undefined) return err('malformed-answer');
      const translated = fromChat.whole(Buffer.from(JSON.stringify(chat)));
      return translated.ok ? ok({ ...translated.value, notes: [UNKNOWN_STOP, ...translated.value.notes] }) : translated;
    },
    error: (status, body) => fromChat.error(status, body),
    stream: () => new CotomiStream(fromChat.stream(), model),
  };
}

const UNKNOWN_STOP: CotomiNote = {
  field: 'finish_reason',
  problem: 'NEC cotomi does not say why it stopped: an answer cut at its limit looks finished',
};

function chatCompletion(answer: Fields, model: string): object | undefined {
  const text = answer['answer'];
  if (typeof text !== 'string') return undefined;
  return {
    object: 'chat.completion',
    model,
    choices: [{ index: 0, message: { role: 'assistant', content: text }, finish_reason: 'stop' }],
  };
}

class CotomiStream implements StreamTranslator {
  readonly #inner: StreamTranslator;
  readonly #model: string;
  #isFromCotomi = true;

  constructor(inner: StreamTranslator, model: string) {
    this.#inner = inner;
    this.#model = model;
  }

  push(events: Buffer): Buffer {
    if (!this.#isFromCotomi) return this.#inner.push(events);
    let chunks = '';
    for (const event of splitEvents(events)) {
      const payload = parseFields(eventData(event) ?? '');
      const failure = payload === undefined ? undefined : failureOf(payload);
      if (failure !== undefined) chunks += sse({ error: openaiError(failure) });
      else if (typeof payload?.['answer'] === 'string' && payload['answer'] !== '')
        chunks += this.#chunk({ content: payload['answer'] }, null);
      if (failure === undefined && isDone(event)) chunks += `${this.#chunk({}, 'stop')}data: [DONE]\n\n`;
    }
    return chunks === '' ? NOTHING : this.#inner.push(Buffer.from(chunks));
  }

  end(): Buffer {
    return this.#inner.end();
  }

  get isComplete(): boolean {
    return this.#inner.isComplete;
  }

  get notes(): readonly CotomiNote[] {
    return [UNKNOWN_STOP, ...this.#inner.notes];
  }

  get textSoFar(): string | undefined {
    return this.#inner.textSoFar;
  }

  get canResume(): boolean {
    return this.#inner.canResume;
  }

  /** Another deployment goes on, in a format of its own. */
  resume(from: ResumeFrom): void {
    this.#isFromCotomi = false;
    this.#inner.resume(from);
  }

  #chunk(delta: object, finish: string | null): string {
    return sse({ object: 'chat.completion.chunk', model: this.#model, choices: [{ index: 0, delta, finish_reason: finish }] });
  }
}

function sse(payload: object): string {
  return `data: ${JSON.stringify(payload)}\n\n`;
}

const NOTHING = Buffer.alloc(0);
