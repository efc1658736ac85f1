// Deployments and routes for tests: sound in every member, so that a test states only what it is about.
import type { Deployment, Route } from '#routing';

type Changes<T> = { readonly [Name in keyof T]?: T[Name] };

/** `id` is "provider/name". Everything about it is Japanese and kept by nobody, unless the test says otherwise. */
export function deploymentOf(id: string, changes: Changes<Omit<Deployment, 'id' | 'provider'>> = {}): Deployment {
  return {
    id,
    provider: id.split('/', 1)[0]!,
    model: `model-of-${id.split('/')[1]}`,
    wires: ['openai-chat'],
    baseUrl: 'http://127.0.0.1:1/v1',
    query: undefined,
    credential: undefined,
    authentication: 'none',
    headers: {},
    origins: {
      vendor: { company: 'Example', country: 'JP', subjectTo: [] },
      weights: { lineage: 'Example', country: 'JP' },
      hosting: { country: 'JP' },
      subprocessors: [],
    },
    retentionDays: 0,
    price: undefined,
    contextLength: undefined,
    defaultMaxOutputTokens: 8192,
    accessProgram: undefined,
    endUserField: 'none',
    timeouts: { connectSeconds: 5, firstByteSeconds: 5, idleSeconds: 5 },
    maxConnections: 16,
    streamUsage: true,
    ...changes,
  };
}

export function routeOf(name: string, candidates: readonly Deployment[], changes: Changes<Omit<Route, 'name' | 'candidates'>> = {}): Route {
  return {
    name,
    description: undefined,
    candidates,
    maxAttempts: 3,
    dataClass: undefined,
    constraints: {},
    translation: 'strict',
    qualification: undefined,
    concentration: [],
    criticality: 1,
    resumption: false,
    isGoverned: false,
    capability: undefined,
    ...changes,
  };
}
