// Which of a provider's response headers reach the client, and the ones that are ours.
import type { RequestId } from '#kernel';

const PASSED: ReadonlySet<string> = new Set([
  'content-type',
  'content-encoding',
  'content-language',
  'retry-after',
  'retry-after-ms',
  'x-should-retry',
]);
const PASSED_PREFIXES: readonly string[] = ['openai-', 'anthropic-', 'x-ratelimit-'];

export interface AnswerHeaders {
  readonly upstream: Readonly<Record<string, string | string[] | undefined>>;
  readonly requestId: RequestId;
  readonly deploymentId: string;
  /** What is special about this answer, as name, value, … */
  readonly ownHeaders: readonly string[];
  /** Type of a body that we wrote ourselves, in no encoding; undefined: the provider's own bytes pass, and what it says of them. */
  readonly ownType: string | undefined;
}

/** Said of the provider's bytes and of nobody else's. */
const OF_THE_BODY: ReadonlySet<string> = new Set(['content-type', 'content-encoding']);

/** Name, value, … for the client: ours first (`x-request-id` for OpenAI clients, `request-id` for Anthropic's). */
export function answerHeaders({ upstream, requestId, deploymentId, ownHeaders, ownType }: AnswerHeaders): string[] {
  const headers = ['x-request-id', requestId, 'request-id', requestId, 'x-sekisho-deployment', deploymentId, ...ownHeaders];
  if (ownType !== undefined) headers.push('content-type', ownType);
  for (const name in upstream) {
    const value = upstream[name];
    if (ownType !== undefined && OF_THE_BODY.has(name)) continue;
    if (typeof value === 'string' && (PASSED.has(name) || PASSED_PREFIXES.some((prefix) => name.startsWith(prefix))))
      headers.push(name, value);
  }
  return headers;
}
