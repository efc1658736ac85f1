// What a simulator can be told, and what it tells. Types only, with the defaults beside them.
import type { Clock, Json } from '#kernel';
import type { Fault, FaultScope } from './faults.ts';

export type SimulatedWire = 'openai-chat' | 'openai-responses' | 'openai-embeddings' | 'anthropic-messages';

export const SIMULATED_WIRES: readonly SimulatedWire[] = ['openai-chat', 'openai-responses', 'openai-embeddings', 'anthropic-messages'];

export interface Behaviour {
  /** Pieces the text (and each tool call's arguments) is cut into when streamed; 0: as many as `chunkCharacters` gives. */
  readonly chunks: number;
  /** Characters (code points) in a piece when `chunks` is 0. */
  readonly chunkCharacters: number;
  /** Pause between two events of a stream. 0 still yields to the event loop, so that pieces leave one by one. */
  readonly delayMs: number;
  /** Pause before the status line. */
  readonly firstByteMs: number;
  /** Least length of an answer's text in characters; the text is repeated to reach it. */
  readonly textCharacters: number;
  /** 'digest': the answer names length and hash of the last user text. 'text': it repeats that text, and in Responses before it what users wrote up to the answer that the request continues from. */
  readonly echo: 'digest' | 'text';
  /** Tool calls that every answer proposes, as far as the client offers a tool of that name; empty: as the prompt asks for them. */
  readonly proposes: readonly { readonly name: string; readonly arguments: { readonly [name: string]: Json } }[];
  /** Answer 404 for models that are not in `models` (trigger models excepted), as a real provider does. */
  readonly refuseUnknownModels: boolean;
  /** `sim-slow`: pause before the status line, and between two events. */
  readonly slow: { readonly firstByteMs: number; readonly delayMs: number };
  /** Trusted-access programs: those enabled for the key, and the program of each model. No models: whatever is asked for is in force. */
  readonly programs: { readonly enabled: readonly string[]; readonly models: { readonly [model: string]: string } };
  /** What answers say is in force, whatever was asked for: an approval that was taken back silently. `null`: that; empty: the truth. */
  readonly effectiveProgram: string;
  /** The model that answers name, whatever was asked for; empty: the one asked for. */
  readonly effectiveModel: string;
  readonly maxBodyBytes: number;
  /** Recorded requests kept; older ones are dropped. */
  readonly recordedRequests: number;
  /** Bytes of recorded bodies kept over all recorded requests. The newest is always kept whole. */
  readonly recordedBytes: number;
}

export const DEFAULT_BEHAVIOUR: Behaviour = {
  chunks: 0,
  chunkCharacters: 12,
  delayMs: 0,
  firstByteMs: 0,
  textCharacters: 0,
  echo: 'digest',
  proposes: [],
  refuseUnknownModels: false,
  slow: { firstByteMs: 1500, delayMs: 200 },
  programs: { enabled: [], models: {} },
  effectiveProgram: '',
  effectiveModel: '',
  maxBodyBytes: 64 * 1024 * 1024,
  recordedRequests: 1000,
  recordedBytes: 32 * 1024 * 1024,
};

export interface SimulatorOptions {
  /** Names this simulator in answers, headers and ids: `us`. */
  readonly name: string;
  /** The place it pretends to be in, shown in every answer: 'US', 'JP', 'EU' or any other text. */
  readonly label: string;
  /** 0 (default): a free port. */
  readonly port?: number;
  /** Formats it speaks; other endpoints answer 404. Default: all. */
  readonly wires?: readonly SimulatedWire[];
  /** When set, requests without it (Authorization: Bearer, x-api-key, or api-key) are answered 401. */
  readonly apiKey?: string;
  /** What GET /v1/models lists. */
  readonly models?: readonly string[];
  /** File that gets one JSON line per received request, written before the answer: see journal.ts. */
  readonly journal?: string;
  readonly behaviour?: Partial<Behaviour>;
  /** A fault to begin with. */
  readonly fault?: Fault;
  readonly clock?: Clock;
}

export interface RecordedRequest {
  /** Counts from 1 over the simulator's life. */
  readonly sequence: number;
  readonly receivedAtMs: number;
  readonly method: string;
  /** Path without the query. */
  readonly path: string;
  /** Without the question mark; empty when there is none. */
  readonly query: string;
  /** Names in lower case; a repeated header is joined by node's rules. */
  readonly headers: Readonly<Record<string, string>>;
  /** `x-client-request-id`, where sent. */
  readonly requestId: string | undefined;
  /** The bytes as they came, before any content decoding. */
  readonly body: Buffer;
  /** False when the client went away while sending. */
  readonly bodyComplete: boolean;
  /** Hex SHA-256 of `body`. */
  readonly bodySha256: string;
  /** The body as JSON, unknown fields included, parsed anew at each reading; undefined when it is none. */
  readonly json: Json | undefined;
  readonly model: string | undefined;
  /** Whom the request names as its user: `safety_identifier`, `metadata.user_id`, or `user`. */
  readonly endUser: string | undefined;
  readonly stream: boolean;
  /** The fault that was served, if any. */
  readonly fault: Fault['kind'] | undefined;
  /** The client closed the connection before it had everything. Known only after the fact. */
  readonly aborted: boolean;
}

export interface SimulatorStats {
  /** Requests whose headers arrived, control requests excepted. */
  readonly received: number;
  /** Answers sent to the end. */
  readonly answered: number;
  /** Requests whose client went away before the end; connections a fault cut are not among them. */
  readonly aborted: number;
  /** Connections a fault cut. */
  readonly cut: number;
  readonly faultsServed: number;
  /** Requests being handled now. */
  readonly openRequests: number;
  /** Event streams being sent now. */
  readonly openStreams: number;
  /** TCP connections open now. */
  readonly openSockets: number;
  /** TCP connections accepted so far. */
  readonly socketsAccepted: number;
}

export interface Simulator {
  readonly name: string;
  readonly label: string;
  /** `http://127.0.0.1:PORT`, without a path. OpenAI clients want `${url}/v1`, Anthropic's wants `url`. */
  readonly url: string;
  readonly port: number;
  /** The newest requests, oldest first, bounded by `behaviour.recordedRequests` and `recordedBytes`. */
  readonly requests: readonly RecordedRequest[];
  /** Live: read it again for current numbers. */
  readonly stats: SimulatorStats;
  /** Calls back when a request's body has arrived and before it is answered. Returns a function that ends this. */
  onRequest(listener: (request: RecordedRequest) => void): () => void;
  /** Replaces the fault in force; null removes it. Without `times` it stays until replaced. */
  setFault(fault: Fault | null, scope?: FaultScope): void;
  /** Changes pacing and echo from the next request on. */
  setBehaviour(behaviour: Partial<Behaviour>): void;
  clearRequests(): void;
  /** Destroys every connection and frees the port. Idempotent. */
  close(): Promise<void>;
}
