// What routing knows of the outside world: deployments with their four origins, and the routes that group them.

/** A wire format that a deployment speaks. One name per API that clients know. */
export type Wire = 'openai-chat' | 'openai-responses' | 'openai-embeddings' | 'anthropic-messages';

export const WIRES: readonly Wire[] = ['openai-chat', 'openai-responses', 'openai-embeddings', 'anthropic-messages'];

/** ISO 3166-1 alpha-2, upper case, or "unknown". */
export type Country = string;

/** Where a deployment comes from. Each origin is judged separately: a domestic host may run foreign weights. */
export interface Origins {
  readonly vendor: { readonly company: string; readonly country: Country };
  /** Whose base model the weights descend from. */
  readonly weights: { readonly lineage: string; readonly country: Country };
  readonly hosting: { readonly country: Country };
  readonly subprocessors: readonly { readonly company: string; readonly country: Country }[];
}

export interface Price {
  readonly currency: string;
  readonly inputPerMillionTokens: number;
  readonly outputPerMillionTokens: number;
  readonly cachedInputPerMillionTokens?: number;
}

export interface Timeouts {
  readonly connectSeconds: number;
  /** From the request being sent to the first body byte. */
  readonly firstByteSeconds: number;
  /** Between two pieces of the body. */
  readonly idleSeconds: number;
}

/** One model at one place. `id` is "provider/name". */
export interface Deployment {
  readonly id: string;
  readonly provider: string;
  /** The model name the provider knows. */
  readonly model: string;
  readonly wires: readonly Wire[];
  /** Absolute URL without a trailing slash, up to and including the version segment: https://api.example.com/v1 */
  readonly baseUrl: string;
  /** The resolved credential; undefined for a server that wants none. Never logged. */
  readonly credential: string | undefined;
  readonly authentication: 'bearer' | 'x-api-key' | 'none';
  /** Fixed headers sent with every request; values may have come from secret references. */
  readonly headers: Readonly<Record<string, string>>;
  readonly origins: Origins;
  readonly price: Price | undefined;
  readonly contextLength: number | undefined;
  readonly programs: readonly string[];
  readonly timeouts: Timeouts;
  /** Connections kept to this deployment by each worker. */
  readonly maxConnections: number;
  /** Ask for usage at the end of chat streams (`stream_options.include_usage`); off for servers that refuse the field. */
  readonly streamUsage: boolean;
}

/** A name that clients use as `model`, and the deployments that may serve it, in order of preference. */
export interface Route {
  readonly name: string;
  readonly description: string | undefined;
  readonly candidates: readonly Deployment[];
  /** Attempts for one request over all candidates, the first included. */
  readonly maxAttempts: number;
}
