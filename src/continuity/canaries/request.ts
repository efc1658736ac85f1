// The request of a canary: as small as a request can be, about nothing, and pinned to one deployment. What is watched is the entitlement,
// which vendors state in every answer; no prompt about attacks is needed for that, and none is sent.
import type { CanaryRequest, CanarySubject, CanaryWire } from './canary.ts';

const PROMPT = 'Reply with the single word: ready';

const PATHS: Readonly<Record<CanaryWire, string>> = {
  'openai-chat': '/v1/chat/completions',
  'openai-responses': '/v1/responses',
  'anthropic-messages': '/v1/messages',
};

export function canaryRequest(subject: CanarySubject, signal: AbortSignal): CanaryRequest {
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    'x-sekisho-deployment': subject.deployment,
    // One that watches a fallback without evidence still has to reach it.
    'x-sekisho-purpose': 'qualification',
    'x-sekisho-canary': '1',
  };
  if (subject.wire === 'anthropic-messages') headers['anthropic-version'] = '2023-06-01';
  return { subject, path: PATHS[subject.wire], headers, body: JSON.stringify(bodyOf(subject)), signal };
}

function bodyOf({ wire, route }: CanarySubject): object {
  const messages = [{ role: 'user', content: PROMPT }];
  // Chat servers disagree on how to name a limit, and some refuse the other's name; the prompt keeps the answer short.
  if (wire === 'openai-chat') return { model: route, messages };
  // Nothing is to be kept at the vendor, and 16 is the least that it accepts.
  if (wire === 'openai-responses') return { model: route, input: PROMPT, max_output_tokens: 64, store: false };
  return { model: route, max_tokens: 16, messages };
}
