export type { Observation, Usage } from './observation.ts';
export { chatCompletions, countTokens, embeddings, messages, OPERATIONS, responses, type Operation } from './operations.ts';
export { isTransientStatus, providerErrorInBody, providerErrorOf, retryAfterMs, type ProviderError } from './provider-errors.ts';
export { parseFields } from './json-fields.ts';
export { EventCutter, eventData, keptPieces, splitEvents } from './sse.ts';
export { createTransport, type Endpoint, type OutgoingRequest, type Transport } from './transport.ts';
export type { PreparedRequest, StreamObserver, WireFormat } from './wire-format.ts';
