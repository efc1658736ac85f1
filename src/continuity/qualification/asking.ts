// Asks a model through the running checkpoint and says what came of it: an answer, a refusal, an outage, or a reason to stop. Waits and
// asks again where that may help. Opens no connection: the sender comes in as a port, and it knows no provider, only the checkpoint.
import { SekishoError, type Clock, type Json, type Random } from '#kernel';
import { readChatAnswer, readErrorWords, readRefusalMessage, type ChatAnswer } from './answer.ts';

export interface ChatRequest {
  /** Goes into `model`. */
  readonly route: string;
  /** Pins the request to one candidate; undefined: as the route decides. */
  readonly deployment: string | undefined;
  readonly body: { readonly [member: string]: Json };
  readonly signal: AbortSignal;
}

export type ChatReply =
  | {
      readonly kind: 'replied';
      readonly status: number;
      /** `x-sekisho-rule`: the checkpoint itself refused. */
      readonly rule: string | undefined;
      /** `x-sekisho-deployment`: who answered. */
      readonly deployment: string | undefined;
      readonly retryAfterMs: number | undefined;
      /** At most 1 MiB. */
      readonly body: string;
      /** From sending to the last byte. */
      readonly latencyMs: number;
    }
  | { readonly kind: 'too-large'; readonly latencyMs: number }
  | { readonly kind: 'timed-out' }
  /** The answer ended before it was whole, as it does when the provider's did. */
  | { readonly kind: 'broken-off' }
  /** The checkpoint gave no answer: the connection was refused, or broke before one began. */
  | { readonly kind: 'unreachable'; readonly reason: string };

/** Rejects only when the request's signal was aborted, with the signal's reason. */
export type ChatSender = (request: ChatRequest) => Promise<ChatReply>;

export interface AskingPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly send: ChatSender;
  /** Rejects when the signal is aborted, with the signal's reason. */
  readonly pause: (ms: number, signal: AbortSignal) => Promise<void>;
}

export type Asked =
  | { readonly kind: 'answered'; readonly answer: ChatAnswer; readonly latencyMs: number }
  /** It was asked and did not do the work: the measure of it is zero. `parameter`: what of the request it objects to. */
  | { readonly kind: 'failed'; readonly problem: string; readonly latencyMs: number; readonly parameter?: string | undefined }
  /** Nothing is known about how well it works. */
  | { readonly kind: 'unavailable'; readonly reason: string };

const ATTEMPTS = 5;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;

type Step = Asked | { readonly kind: 'again'; readonly reason: string; readonly afterMs: number; readonly isCheckpoint: boolean };

/** Throws `checkpoint-unreachable`, `key-refused` or `route-refused`: then no other request would fare better. */
export async function ask(request: ChatRequest, ports: AskingPorts): Promise<Asked> {
  let last: Extract<Step, { kind: 'again' }> | undefined;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    if (last !== undefined) await ports.pause(pauseMs(attempt, last.afterMs, ports.random), request.signal);
    const step = stepOf(request, await ports.send(request));
    if (step.kind !== 'again') return step;
    last = step;
  }
  if (last!.isCheckpoint) {
    throw new SekishoError('checkpoint-unreachable', `the checkpoint cannot be reached any more: ${last!.reason}`, {
      hint: 'What was measured is kept; the same command goes on from there.',
    });
  }
  return { kind: 'unavailable', reason: last!.reason };
}

/** Doubles from one second, half of it by chance so that many do not come back at once; never shorter than the other side asked for. */
function pauseMs(attempt: number, askedMs: number, random: Random): number {
  const longest = FIRST_PAUSE_MS * 2 ** (attempt - 1);
  const chance = random.bytes(4).readUInt32BE() / 2 ** 32;
  return Math.min(LONGEST_PAUSE_MS, Math.max(askedMs, longest * (0.5 + chance / 2)));
}

function stepOf(request: ChatRequest, reply: ChatReply): Step {
  if (reply.kind === 'too-large') return { kind: 'failed', problem: 'the answer is larger than 1 MiB', latencyMs: reply.latencyMs };
  if (reply.kind === 'timed-out') return again('no answer in time');
  if (reply.kind === 'broken-off') return again('the answer broke off');
  if (reply.kind === 'unreachable') return { ...again(reply.reason), isCheckpoint: true };
  if (reply.rule !== undefined) return refusedStep(request, reply, reply.rule);
  // Another checkpoint, or one that does not know the header: whatever it says is about something else.
  if (request.deployment !== undefined && reply.deployment !== request.deployment) {
    throw new SekishoError('pin-ignored', `the answer does not come from ${request.deployment}, which was asked for`, {
      hint: 'Is the server at this URL this checkpoint, of this version, and without a proxy that drops headers?',
    });
  }
  if (reply.status === 200) {
    const answer = readChatAnswer(reply.body);
    if (answer === undefined) return { kind: 'failed', problem: 'the answer is no chat completion', latencyMs: reply.latencyMs };
    return { kind: 'answered', answer, latencyMs: reply.latencyMs };
  }
  return providerStep(reply);
}

type Replied = Extract<ChatReply, { kind: 'replied' }>;

function again(reason: string, afterMs = 0): Extract<Step, { kind: 'again' }> {
  return { kind: 'again', reason, afterMs, isCheckpoint: false };
}

/** Statuses that say nothing about the model: too many requests, not now, not with this credential, not under this address. */
const PASSING: ReadonlySet<number> = new Set([408, 409, 425, 429]);
const MISCONFIGURED: ReadonlySet<number> = new Set([401, 402, 404, 405, 407]);

function providerStep({ status, body, retryAfterMs, latencyMs }: Replied): Step {
  const { code, param } = readErrorWords(body);
  const words = code === undefined ? `status ${status}` : `status ${status} (${code})`;
  if (PASSING.has(status) || status >= 500) return again(words, retryAfterMs);
  const isEntitlement = code === 'access_program_not_enabled' || (status === 403 && !/polic|safety|content/i.test(code ?? ''));
  if (MISCONFIGURED.has(status) || isEntitlement || status < 400) return { kind: 'unavailable', reason: `the provider answered ${words}` };
  return { kind: 'failed', problem: `the provider refused it with ${words}`, latencyMs, parameter: param };
}

/** Rules that are about the moment. */
const PASSING_RULES: ReadonlySet<string> = new Set(['upstream-failed', 'deployments-resting', 'busy', 'ledger-unwritable', 'internal']);
/** Rules by which this request can be served by nobody of that kind: the work is not done. */
const CASE_RULES: ReadonlySet<string> = new Set(['untranslatable']);
/** Rules about the request itself, whoever serves it. */
const REQUEST_RULES: ReadonlySet<string> = new Set([
  'body-too-large',
  'body-malformed',
  'body-unreadable',
  'http-malformed',
  'end-user-malformed',
]);

function refusedStep(request: ChatRequest, reply: Replied, rule: string): Step {
  const message = readRefusalMessage(reply.body);
  if (PASSING_RULES.has(rule) || (rule === 'identity' && reply.status === 503)) return again(message, reply.retryAfterMs);
  if (rule === 'identity') {
    throw new SekishoError('key-refused', `the checkpoint does not accept the key: ${message}`, {
      hint: 'What was measured is kept. Give a key of this checkpoint in SEKISHO_KEY, or none, and go on with the same command.',
    });
  }
  if (rule === 'route-not-granted' || rule === 'unknown-route' || rule === 'role') {
    throw new SekishoError('route-refused', `the checkpoint does not let this key use the route ${request.route}: ${message}`, {
      hint: 'A checkpoint reads a changed configuration on SIGHUP; a key needs the route and that of the judge.',
    });
  }
  if (REQUEST_RULES.has(rule)) throw new SekishoError('case-refused', `the checkpoint refuses the request itself: ${message}`);
  if (CASE_RULES.has(rule)) return { kind: 'failed', problem: `the checkpoint refused it: ${message}`, latencyMs: reply.latencyMs };
  return { kind: 'unavailable', reason: `the checkpoint does not send to it: ${message}` };
}
