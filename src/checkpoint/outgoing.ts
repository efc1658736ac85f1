// What leaves for one candidate: the client's own bytes where the deployment speaks its format, a translation where it does not. Decides
// nothing about who is asked.
import { err, ok, scanJsonObject, SekishoError, type JsonObjectScan, type Result } from '#kernel';
import {
  chatCompletions,
  COTOMI_PATH,
  continueRequest,
  createAnswerTranslator,
  createCotomiTranslator,
  isConversationWire,
  messages,
  necCotomi,
  responses,
  toCotomi,
  translateRequest,
  type AnswerTranslator,
  type ConversationWire,
  type Operation,
  type PreparedRequest,
  type TranslationNote,
  type TranslationProblem,
  type UpstreamWire,
  type WireFormat,
} from '#providers';
import type { Candidate, Route, Wire } from '#routing';
import type { Inspection } from './inspect.ts';
import type { Refusal } from './refusal.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Why this candidate cannot be asked; another one may be. */
export type Unsendable =
  /** `passesLeniently`: a lenient route would leave these fields out. */
  | { readonly kind: 'untranslatable'; readonly fields: readonly TranslationNote[]; readonly passesLeniently: boolean }
  /** No candidate may be asked: the request itself is at fault. */
  | { readonly kind: 'refused'; readonly refusal: Refusal };

export interface Outgoing {
  readonly path: string;
  readonly body: Buffer;
  /** Headers that the format itself demands, as name, value, … */
  readonly headers: readonly string[];
  /** The format that is spoken with the deployment. */
  readonly format: WireFormat<UpstreamWire>;
  /** The usage event was asked for on our own account and is kept from the client. */
  readonly dropUsage: boolean;
  /** Turns the answer into the client's format; undefined where it passes as it is. */
  readonly translator: AnswerTranslator | undefined;
  /** What the translation left out. */
  readonly notes: readonly TranslationNote[];
}

export interface OutgoingOptions {
  readonly operation: Operation;
  readonly inspection: Inspection;
  /** The request as it may leave: masked where the candidate's policy says so. */
  readonly scan: JsonObjectScan;
  readonly route: Route;
  readonly candidate: Candidate;
  /** The person or service behind the request, as the provider may know it; undefined: it is not told. */
  readonly endUser: string | undefined;
  /** What an earlier deployment said before its stream broke; undefined at the beginning. */
  readonly textSoFar: string | undefined;
  readonly newId: () => string;
  readonly nowSeconds: number;
}

export function prepareOutgoing(options: OutgoingOptions): Result<Outgoing, Unsendable> {
  const { candidate, route, inspection, scan, operation, textSoFar } = options;
  if (candidate.isTranslated || textSoFar !== undefined) return translated(options);
  const prepared = prepare(operation.format, scan, options);
  if (!prepared.ok) return prepared;
  const { body, addedStreamUsage } = prepared.value;
  const isResumable = route.resumption && inspection.isStream && isConversationWire(operation.format.wire);
  return ok({
    path: operation.upstreamPath,
    body,
    headers: [],
    format: operation.format,
    // The translator of a stream that may be resumed keeps the usage to itself when the client did not ask for it.
    dropUsage: addedStreamUsage && !isResumable,
    translator: isResumable ? answerTranslator(options, JSON.parse(options.scan.bytes.toString('utf8')) as Fields) : undefined,
    notes: [],
  });
}

function translated(options: OutgoingOptions): Result<Outgoing, Unsendable> {
  const { operation, candidate, textSoFar } = options;
  if (textSoFar !== undefined && candidate.wire === 'nec-cotomi')
    return err({ kind: 'untranslatable', fields: [NO_RESUMPTION], passesLeniently: false });
  // The client's own format first: what it may not ask for is refused there, and raw names of people are taken out.
  const own = prepare(operation.format, options.scan, { candidate, endUser: undefined });
  if (!own.ok) return own;
  const { access_programs: _, ...request } = JSON.parse(own.value.body.toString('utf8')) as Fields;
  const made = translatedBody(options, request);
  if (!made.ok) return made;
  const { path, format } = UPSTREAM[candidate.wire as UpstreamConversationWire];
  const rescanned = scanJsonObject(Buffer.from(JSON.stringify(made.value.body)), format.members);
  if (!rescanned.ok) throw new SekishoError('translation-unreadable', 'a translated request is not a JSON object');
  const prepared = prepare(format, rescanned.value, options);
  if (!prepared.ok) return prepared;
  return ok({
    path,
    body: prepared.value.body,
    headers: prepared.value.headers ?? [],
    format,
    dropUsage: false,
    translator: answerTranslator(options, JSON.parse(options.scan.bytes.toString('utf8')) as Fields),
    notes: made.value.notes,
  });
}

interface Translated {
  readonly body: Fields;
  readonly notes: readonly TranslationNote[];
}

function translatedBody({ operation, candidate, route, textSoFar }: OutgoingOptions, request: Fields): Result<Translated, Unsendable> {
  const { model, streamUsage, defaultMaxOutputTokens } = candidate.deployment;
  const mode = route.translation === 'lenient' ? 'lenient' : 'strict';
  const from = operation.format.wire as ConversationWire;
  const target = { model, streamUsage, defaultMaxOutputTokens };
  const input = { from, to: conversationOf(candidate.wire), request, mode, target } as const;
  const made = textSoFar === undefined ? translateRequest(input) : continueRequest({ ...input, textSoFar });
  if (!made.ok) return err(unsendable(made.error, mode === 'strict' && translateRequest({ ...input, mode: 'lenient' }).ok));
  if (candidate.wire !== 'nec-cotomi') return made;
  const cotomi = toCotomi({ request: made.value.body, mode, target });
  return cotomi.ok
    ? ok({ body: cotomi.value.body, notes: [...made.value.notes, ...cotomi.value.notes] })
    : err(unsendable(cotomi.error, mode === 'strict' && toCotomi({ request: made.value.body, mode: 'lenient', target }).ok));
}

function unsendable(problem: TranslationProblem, passesLeniently: boolean): Unsendable {
  if (problem.kind === 'untranslatable') return { kind: 'untranslatable', fields: problem.notes, passesLeniently };
  return { kind: 'refused', refusal: { rule: 'body-malformed', problem: `\`${problem.field}\` ${problem.problem}` } };
}

function prepare(
  format: WireFormat<UpstreamWire>,
  scan: JsonObjectScan,
  { candidate, endUser }: Pick<OutgoingOptions, 'candidate' | 'endUser'>,
): Result<PreparedRequest, Unsendable> {
  const { model, streamUsage, accessProgram } = candidate.deployment;
  const prepared = format.prepare(scan, { model, streamUsage, accessProgram, endUser });
  if (prepared.ok) return prepared;
  const { kind, ...facts } = prepared.error;
  return err({ kind: 'refused', refusal: { ...facts, rule: kind } as Refusal });
}

function answerTranslator({ operation, candidate, newId, nowSeconds }: OutgoingOptions, request: Fields): AnswerTranslator {
  const to = operation.format.wire as ConversationWire;
  const { model } = candidate.deployment;
  const translator = createAnswerTranslator({ from: conversationOf(candidate.wire), to, request, model, newId, nowSeconds });
  return candidate.wire === 'nec-cotomi' ? createCotomiTranslator(translator, model) : translator;
}

/** NEC's own format is reached by way of chat completions. */
function conversationOf(wire: Wire): ConversationWire {
  return wire === 'nec-cotomi' ? 'openai-chat' : (wire as ConversationWire);
}

const NO_RESUMPTION: TranslationNote = { field: 'stream', problem: 'a stream that broke off cannot be continued in nec-cotomi' };

type UpstreamConversationWire = ConversationWire | 'nec-cotomi';

const UPSTREAM: Readonly<Record<UpstreamConversationWire, { readonly path: string; readonly format: WireFormat<UpstreamWire> }>> = {
  'openai-chat': { path: chatCompletions.upstreamPath, format: chatCompletions.format },
  'openai-responses': { path: responses.upstreamPath, format: responses.format },
  'anthropic-messages': { path: messages.upstreamPath, format: messages.format },
  'nec-cotomi': { path: COTOMI_PATH, format: necCotomi },
};
