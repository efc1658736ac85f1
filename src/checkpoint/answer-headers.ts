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
}

/** Name, value, … for the client: ours first (`x-request-id` for OpenAI clients, `request-id` for Anthropic's). */
export function answerHeaders({ upstream, requestId, deploymentId, ownHeaders }: AnswerHeaders): string[] {
  const headers = ['x-request-id', requestId, 'request-id', requestId, 'x-sekisho-deployment', deploymentId, ...ownHeaders];
  for (const name in upstream) {
    const value = upstream[name];
    if (typeof value === 'string' && (PASSED.has(name) || PASSED_PREFIXES.some((prefix) => name.startsWith(prefix))))
      headers.push(name, value);
  }
  return headers;
}
