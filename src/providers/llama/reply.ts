// Writes one answer as it comes about: whole at the end, or as a stream. Until the first piece of it, a failure is an error response with
// its own status; after it, a failure is the last event of a stream that has no end mark.
import type { ServerResponse } from 'node:http';
import { completionJson, errorJson, streamEvents, type AnswerHead, type ToolCall, type WireError } from './chat-answer.ts';
import type { Listener, Outcome } from './engine.ts';

export interface Reply extends Listener {
  finish(outcome: Outcome): void;
  fail(error: WireError): void;
}

export class WholeReply implements Reply {
  readonly #response: ServerResponse;
  readonly #head: AnswerHead;
  readonly #nextCallId: () => string;
  readonly #toolCalls: ToolCall[] = [];
  #text = '';
  #reasoning = '';

  constructor(response: ServerResponse, head: AnswerHead, nextCallId: () => string) {
    this.#response = response;
    this.#head = head;
    this.#nextCallId = nextCallId;
  }

  onText(text: string): void {
    this.#text += text;
  }

  onReasoning(text: string): void {
    this.#reasoning += text;
  }

  onToolCall(name: string, args: string): void {
    this.#toolCalls.push({ id: this.#nextCallId(), name, arguments: args });
  }

  finish(outcome: Outcome): void {
    const parts = { text: this.#text, reasoning: this.#reasoning, toolCalls: this.#toolCalls };
    sendWhole(this.#response, 200, completionJson(this.#head, parts, outcome));
  }

  fail(error: WireError): void {
    sendWhole(this.#response, error.status, errorJson(error));
  }
}

export class StreamReply implements Reply {
  readonly #response: ServerResponse;
  readonly #events: ReturnType<typeof streamEvents>;
  readonly #nextCallId: () => string;
  #calls = 0;
  #hasBegun = false;

  constructor(response: ServerResponse, head: AnswerHead, nextCallId: () => string, includeUsage: boolean) {
    this.#response = response;
    this.#events = streamEvents(head, includeUsage);
    this.#nextCallId = nextCallId;
  }

  onText(text: string): void {
    this.#write(this.#events.text(text));
  }

  onReasoning(text: string): void {
    this.#write(this.#events.reasoning(text));
  }

  onToolCall(name: string, args: string): void {
    this.#write(this.#events.toolCall({ id: this.#nextCallId(), name, arguments: args }, this.#calls++));
  }

  finish(outcome: Outcome): void {
    this.#write(this.#events.end(outcome));
    this.#response.end();
  }

  fail(error: WireError): void {
    if (!this.#hasBegun) return sendWhole(this.#response, error.status, errorJson(error));
    this.#response.end(this.#events.error(errorJson(error)));
  }

  /** What a slow reader leaves unread is bounded by the length of one answer. */
  #write(events: string): void {
    if (!this.#hasBegun) {
      this.#hasBegun = true;
      this.#response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
      this.#response.write(this.#events.start());
    }
    this.#response.write(events);
  }
}

function sendWhole(response: ServerResponse, status: number, json: string): void {
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(json) });
  response.end(json);
}
