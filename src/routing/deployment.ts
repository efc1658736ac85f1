// What routing knows of the outside world: deployments with their four origins, and the routes that group them.
import type { Constraints } from './constraints.ts';
import type { ConcentrationLimit } from './concentration.ts';

/** A wire format that a deployment speaks. One name per API that clients know, and NEC's, which is only translated to. */
export type Wire = 'openai-chat' | 'openai-responses' | 'openai-embeddings' | 'anthropic-messages' | 'nec-cotomi';

export const WIRES: readonly Wire[] = ['openai-chat', 'openai-responses', 'openai-embeddings', 'anthropic-messages', 'nec-cotomi'];

/** ISO 3166-1 alpha-2, upper case, or "unknown". */
export type Country = string;

export interface Vendor {
  readonly company: string;
  readonly country: Country;
  /** Further countries whose law binds the company, such as its parent's. */
  readonly subjectTo: readonly Country[];
}

export interface Subprocessor {
  readonly company: string;
  readonly country: Country;
}

/** Where a deployment comes from. Each origin is judged separately: a domestic host may run foreign weights. */
export interface Origins {
  readonly vendor: Vendor;
  /** Whose base model the weights descend from. */
  readonly weights: { readonly lineage: string; readonly country: Country };
  readonly hosting: { readonly country: Country };
  /** Undefined: nobody has said who else sees the data, which is not the same as nobody does. */
  readonly subprocessors: readonly Subprocessor[] | undefined;
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
  /** Query that every request to it carries, without the question mark: `api-version=2026-10-01`. */
  readonly query: string | undefined;
  /** The resolved credential; undefined for a server that wants none. Never logged. */
  readonly credential: string | undefined;
  readonly authentication: 'bearer' | 'x-api-key' | 'api-key' | 'none';
  /** Fixed headers sent with every request; values may have come from secret references. */
  readonly headers: Readonly<Record<string, string>>;
  readonly origins: Origins;
  /** Days for which the provider keeps prompts and answers; 0: none are kept; undefined: unknown. */
  readonly retentionDays: number | undefined;
  readonly price: Price | undefined;
  readonly contextLength: number | undefined;
  /** Most output tokens asked for when the provider's format demands a number and the client gave none. */
  readonly defaultMaxOutputTokens: number;
  /** The vendor's trusted-access program that every request names; undefined for providers without programs. */
  readonly accessProgram: string | undefined;
  /** Where the provider is told, under a pseudonym, on whose behalf a request comes. */
  readonly endUserField: 'vendor' | 'none';
  readonly timeouts: Timeouts;
  /** Connections kept to this deployment by each worker. */
  readonly maxConnections: number;
  /** Ask for usage at the end of chat streams (`stream_options.include_usage`); off for servers that refuse the field. */
  readonly streamUsage: boolean;
}

/** What a fallback has to show before it is one. */
export interface QualificationRule {
  /** Least score, 0 to 1. */
  readonly bar: number;
  /** Evidence older than this is stale. */
  readonly maxAgeDays: number;
  /** What happens when only deployments without good evidence are left: nothing is sent, or service goes on and says so. */
  readonly degraded: 'refuse' | 'allow';
  /** Absolute path of the file with the evaluation cases. */
  readonly cases: string;
  /** Route whose answers judge; undefined when no case needs a judge. */
  readonly judge: string | undefined;
}

/** A class of data: a name that requests and routes carry, and what it demands of whoever gets to see such data. */
export interface DataClass {
  readonly name: string;
  readonly description: string | undefined;
  readonly constraints: Constraints;
}

/** A name that clients use as `model`, and the deployments that may serve it, in order of preference. */
export interface Route {
  readonly name: string;
  readonly description: string | undefined;
  readonly candidates: readonly Deployment[];
  /** Attempts for one request over all candidates, the first included. */
  readonly maxAttempts: number;
  /** The class that all data on this route has at least; undefined: none. */
  readonly dataClass: string | undefined;
  readonly constraints: Constraints;
  /** What happens to a field that the deployment's format cannot carry; off: only deployments that speak the client's format serve. */
  readonly translation: 'off' | 'strict' | 'lenient';
  readonly qualification: QualificationRule | undefined;
  readonly concentration: readonly ConcentrationLimit[];
  /** How much a request here counts where shares are weighted by criticality. */
  readonly criticality: number;
  /** A stream that breaks off is continued by the next deployment, visibly. */
  readonly resumption: boolean;
  /** Only holders of a grant may use it. */
  readonly isGoverned: boolean;
  /** What the work on it is, where a request does not name it; a name of the taxonomy of access. */
  readonly capability: string | undefined;
}
