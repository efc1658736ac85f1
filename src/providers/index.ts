export {
  catalogueEntry,
  loadCatalogue,
  nearestCatalogueId,
  parseCatalogueText,
  type Catalogue,
  type CatalogueProblem,
} from './catalogue/catalogue.ts';
export { CATALOGUE_ID, type CatalogueEntry } from './catalogue/schema.ts';
export { pdfPartsOf, type PdfPart } from './documents.ts';
export { gateAnswer } from './gating/answer.ts';
export { createCallGate } from './gating/gate.ts';
export type { CallCounts, CallGate, CallGateOptions, CallReview, CallVerdict, GatedAnswer, ProposedCall } from './gating/types.ts';
export { mismatchOf, type ProgramMismatch, type Requested } from './mismatch.ts';
export type { Observation, Usage } from './observation.ts';
export { chatCompletions, countTokens, embeddings, messages, OPERATIONS, responses, type Operation } from './operations.ts';
export { isTransientStatus, providerErrorInBody, providerErrorOf, retryAfterMs, type ProviderError } from './provider-errors.ts';
export { parseFields } from './json-fields.ts';
export { createCotomiTranslator } from './nec-cotomi/answer.ts';
export { COTOMI_PATH, necCotomi } from './nec-cotomi/format.ts';
export { toCotomi, type CotomiNote, type CotomiRefusal, type CotomiRequest, type CotomiTask } from './nec-cotomi/request.ts';
export { pseudonymOf, type PseudonymInput } from './pseudonym.ts';
export type { ProviderRefusal } from './refusal-codes.ts';
export { rewriteAnswer } from './rewriting/answer.ts';
export type { Channel, Channels, Encoding } from './rewriting/channel.ts';
export { createStreamRewriter, type StreamRewriter } from './rewriting/stream.ts';
export { segmentsOf, type Segment, type SegmentProblem } from './segments.ts';
export { EventCutter, eventData, keptPieces, splitEvents } from './sse.ts';
export {
  continueRequest,
  createAnswerTranslator,
  isConversationWire,
  translateRequest,
  type AnswerTranslator,
  type ConversationWire,
  type StreamTranslator,
  type TranslationNote,
  type TranslationProblem,
} from './translation/index.ts';
export { startLocalModel, type LocalModel, type LocalModelOptions } from './llama/local-model.ts';
export { toolDefinitionsOf } from './tooling/definitions.ts';
export { governRequest, type GovernOptions } from './tooling/govern.ts';
export type { GovernedRequest, GovernProblem, OfferedTool } from './tooling/types.ts';
export { createTransport, type Endpoint, type OutgoingRequest, type Transport } from './transport.ts';
export type {
  ClientFormat,
  ClientWire,
  FormatSlots,
  PreparationRefusal,
  PreparedRequest,
  RequestTarget,
  StreamObserver,
  UpstreamWire,
  WireFormat,
} from './wire-format.ts';
