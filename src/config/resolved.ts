// The configuration as the rest of the program sees it: defaults applied, references resolved, names checked.
import type { DataLevel, ExternalDetectorSettings, MaskingPolicy, SensitiveType } from '#inspection';
import type { ConcentrationLimit, DataClass, Deployment, Route } from '#routing';

/** A deployment that runs on this machine; where it listens is known when it has been started. */
export interface LocalModelConfig {
  readonly deployment: string;
  /** Absolute. */
  readonly file: string;
  readonly contextTokens: number;
  readonly maxOutputTokens: number;
  readonly parallel: number;
  readonly maxQueued: number;
  readonly threads: number | undefined;
  readonly gpu: boolean;
  /** Absolute; undefined: where the checkpoint is installed. */
  readonly package: string | undefined;
}

/** A deployment that is asked for a few words at intervals. */
export interface CanarySchedule {
  readonly deployment: string;
  /** A route that the deployment is a candidate of. */
  readonly route: string;
  readonly everyMinutes: number;
}

/** What requests are searched for, and what is masked towards whom. */
export interface InspectionConfig {
  readonly minConfidence: number;
  readonly off: readonly SensitiveType[];
  readonly signals: boolean;
  readonly internalDomains: readonly string[];
  /** Absolute. */
  readonly dictionaries: readonly string[];
  /** By dictionary: SHA-256 in hex of its bytes when the configuration was read. */
  readonly dictionaryHashes: Readonly<Record<string, string>>;
  readonly levels: {
    readonly types: Partial<Readonly<Record<SensitiveType, DataLevel>>>;
    readonly labels: Readonly<Record<string, DataLevel>>;
    readonly bulkFrom: number;
    readonly countMasked: boolean;
    /** The configured class of data for a level; a level without one adds no demands. */
    readonly classes: Partial<Readonly<Record<DataLevel, string>>>;
  };
  readonly neverRestored: readonly SensitiveType[];
  readonly nonText: Readonly<Record<DataLevel, 'allow' | 'refuse' | 'extract'>>;
  /** By route and deployment. */
  readonly policies: Readonly<Record<string, Readonly<Record<string, MaskingPolicy>>>>;
  readonly external: ExternalDetectorSettings | undefined;
  /** How long it is remembered what was masked in conversations whose history the provider keeps. */
  readonly vault: { readonly lifetimeDays: number };
  readonly maxTextBytes: number;
  readonly memoryBytes: number;
}

/** An identity provider. */
export interface OidcConfig {
  readonly id: string;
  readonly issuer: string;
  readonly clientId: string;
  /** Undefined: a public client. */
  readonly clientSecret: string | undefined;
  readonly scopes: readonly string[];
  readonly nameClaim: string;
  readonly acr: Readonly<Record<string, 'passkey' | 'sso-mfa' | 'sso'>>;
  readonly amr: Readonly<Record<string, 'passkey' | 'sso-mfa' | 'sso'>>;
}

/** Trusted access. */
export interface AccessConfig {
  /** Undefined: http://localhost and the port that is served. */
  readonly publicUrl: string | undefined;
  readonly enforce: 'off' | 'programs' | 'all';
  readonly tools: 'remove' | 'refuse';
  readonly holds: { readonly waitSeconds: number; readonly validMinutes: number; readonly keepDays: number };
  /** Cedar files of the operator's own. `file`: absolute. */
  readonly policies: readonly { readonly file: string; readonly text: string }[];
  readonly replaceDefaultPolicies: boolean;
  readonly misuse: { readonly review: number; readonly restricted: number; readonly suspended: number };
  /** Undefined: people alone judge. */
  readonly judge:
    | { readonly route: string; readonly maxConcurrent: number; readonly timeoutSeconds: number; readonly maxPerMinute: number }
    | undefined;
  readonly oidc: readonly OidcConfig[];
  /** Signing secrets. */
  readonly webhooks: { readonly openai: string | undefined };
}

export interface Config {
  readonly operator: {
    readonly name: string;
    readonly homeCountry: string;
    readonly sector: string | undefined;
    /** Whom vendors and authorities reach about an incident. */
    readonly incidentContact: string | undefined;
  };
  readonly server: {
    readonly host: string;
    readonly port: number;
    /** Worker processes sharing the port; 'auto' in the file is resolved to the number of usable cores. */
    readonly workers: number;
    /** How long a graceful shutdown waits for running streams. */
    readonly shutdownDeadlineSeconds: number;
    /** 'key': /metrics needs a key with the operator or auditor role. 'open': anyone who reaches the port. */
    readonly metricsAccess: 'key' | 'open';
    /** Absolute path that holds the embedded database, the ledger and generated secrets. */
    readonly dataDirectory: string;
    readonly logLevel: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal';
  };
  /** `url` undefined: the embedded PostgreSQL under the data directory. */
  readonly database: { readonly url: string | undefined };
  readonly identity: {
    /** HMAC pepper for API keys as the file gives it; undefined: generated once under the data directory. */
    readonly pepper: string | undefined;
    /** Request header (lower case) that names the end user behind a service. */
    readonly endUserHeader: string;
    /** How old the copy of keys may grow while the database is out of reach before requests are refused. */
    readonly maxStaleSeconds: number;
  };
  readonly ledger: {
    /** Log origin as in C2SP tlog-checkpoint: a schema-less URL such as example.jp/sekisho. */
    readonly origin: string;
    /** PKCS#8 PEM of the Ed25519 signing key; undefined: generated once under the data directory. */
    readonly signingKey: string | undefined;
    readonly checkpointIntervalMs: number;
  };
  readonly deployments: readonly Deployment[];
  readonly dataClasses: readonly DataClass[];
  /** Limits on the traffic of all routes together. */
  readonly concentration: readonly ConcentrationLimit[];
  /** Undefined: switched off. */
  readonly inspection: InspectionConfig | undefined;
  readonly access: AccessConfig;
  readonly routes: readonly Route[];
  readonly canaries: readonly CanarySchedule[];
  readonly localModels: readonly LocalModelConfig[];
  readonly limits: {
    readonly maxBodyBytes: number;
    /** Requests in progress per worker; more are refused with 503 and Retry-After. */
    readonly maxConcurrentRequests: number;
    /** Requests in progress per key and worker; more are refused with 429. */
    readonly maxConcurrentPerKey: number;
    /** Request bytes held in memory per worker over all requests. */
    readonly maxBufferedBytes: number;
  };
  /** "sha256:" and 64 hex digits over the canonical configuration without secrets; every decision record names it. */
  readonly version: string;
  /** Absolute path of the file this came from. */
  readonly source: string;
}
