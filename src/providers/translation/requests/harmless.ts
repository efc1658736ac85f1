// The fields that may be left out of a translation in strict mode, too, always with a note: without them the answer is as good, or the
// value is what happens anyway. Every other field that is not translated is untranslatable.
import type { ConversationWire } from '../conversation.ts';
import { VENDOR_FALLBACKS } from '../../operator-members.ts';
import { withoutPositions } from './findings.ts';

interface Harmless {
  /** Undefined: every value. */
  readonly when?: (value: unknown) => boolean;
  readonly reason: string;
}

const IS_DEFAULT = 'states the default; dropped';
const ACCOUNTING = 'serves the provider’s own accounting; dropped';
const CACHING = 'only guides the provider’s cache; dropped';
const BOOKKEEPING = 'is bookkeeping of the provider; dropped';
const PARSED = 'repeats what a client library read from the same text; dropped';
const REASONING = 'is reasoning that another model cannot read; dropped';

const is =
  (...values: readonly unknown[]): ((value: unknown) => boolean) =>
  (value) =>
    values.includes(value);
const isEmpty = (value: unknown): boolean => typeof value === 'object' && value !== null && Object.keys(value).length === 0;
const isListOf =
  (...values: readonly unknown[]) =>
  (value: unknown): boolean =>
    Array.isArray(value) && value.every((item) => values.includes(item));
const isOff = (value: unknown): boolean => value === false || (Array.isArray(value) && value.length === 0);

const OPENAI: Readonly<Record<string, Harmless>> = {
  metadata: { reason: ACCOUNTING },
  user: { reason: ACCOUNTING },
  safety_identifier: { reason: ACCOUNTING },
  prompt_cache_key: { reason: CACHING },
  prompt_cache_options: { reason: CACHING },
  prompt_cache_retention: { reason: CACHING },
  '*.prompt_cache_breakpoint': { reason: CACHING },
  service_tier: { when: is('auto', 'default'), reason: IS_DEFAULT },
  top_logprobs: { when: is(0), reason: IS_DEFAULT },
  moderation: { when: isEmpty, reason: IS_DEFAULT },
  'stream_options.include_obfuscation': { reason: 'pads the stream; dropped' },
  '*.allowed_callers': { when: isListOf('direct'), reason: IS_DEFAULT },
  '*.defer_loading': { when: is(false), reason: IS_DEFAULT },
  '*.parsed': { reason: PARSED },
  '*.parsed_arguments': { reason: PARSED },
  '*.async': { when: is(false), reason: IS_DEFAULT },
};

const FIELDS: Readonly<Record<ConversationWire, Readonly<Record<string, Harmless>>>> = {
  'openai-chat': {
    ...OPENAI,
    n: { when: is(1), reason: IS_DEFAULT },
    logprobs: { when: is(false), reason: IS_DEFAULT },
    frequency_penalty: { when: is(0), reason: IS_DEFAULT },
    presence_penalty: { when: is(0), reason: IS_DEFAULT },
    logit_bias: { when: isEmpty, reason: IS_DEFAULT },
    modalities: { when: isListOf('text'), reason: IS_DEFAULT },
    'messages[].reasoning': { reason: REASONING },
    'messages[].reasoning_content': { reason: REASONING },
    'messages[].reasoning_details': { reason: REASONING },
    'messages[].annotations': { reason: 'only repeats what an answer cited; dropped' },
    'messages[].tool_calls[].index': { reason: BOOKKEEPING },
  },
  'openai-responses': {
    ...OPENAI,
    client_metadata: { reason: ACCOUNTING },
    background: { when: is(false), reason: IS_DEFAULT },
    truncation: { when: is('disabled'), reason: IS_DEFAULT },
    include: { when: isListOf('reasoning.encrypted_content'), reason: REASONING },
    context_management: { reason: 'only says when the provider may shorten the conversation; dropped' },
    'reasoning.summary': { reason: 'only asks for a summary of the reasoning; dropped' },
    'reasoning.generate_summary': { reason: 'only asks for a summary of the reasoning; dropped' },
    'reasoning.context': { when: is('auto'), reason: IS_DEFAULT },
    'reasoning.mode': { when: is('standard'), reason: IS_DEFAULT },
    'input[].id': { reason: BOOKKEEPING },
    'input[].status': { reason: BOOKKEEPING },
    'input[].phase': { reason: BOOKKEEPING },
    'input[].created_by': { reason: BOOKKEEPING },
    'input[].internal_chat_message_metadata_passthrough': { reason: BOOKKEEPING },
    'input[].content[].annotations': { reason: 'only repeats what an answer cited; dropped' },
    'input[].content[].logprobs': { reason: 'only repeats what an answer measured; dropped' },
  },
  'anthropic-messages': {
    metadata: { reason: ACCOUNTING },
    '*.cache_control': { reason: CACHING },
    service_tier: { when: is('auto', 'standard_only'), reason: IS_DEFAULT },
    speed: { when: is('standard'), reason: IS_DEFAULT },
    context_management: { reason: 'only says when the provider may shorten the conversation; dropped' },
    diagnostics: { reason: CACHING },
    mcp_servers: { when: isOff, reason: IS_DEFAULT },
    betas: { when: isOff, reason: IS_DEFAULT },
    stop_sequences: { when: isOff, reason: IS_DEFAULT },
    'thinking.display': { reason: 'only says how reasoning is shown; dropped' },
    'tools[].eager_input_streaming': { reason: 'only says how arguments are streamed; dropped' },
    'tools[].allowed_callers': { when: isListOf('direct'), reason: IS_DEFAULT },
    'tools[].defer_loading': { when: is(false), reason: IS_DEFAULT },
    'tools[].input_examples': { when: isOff, reason: IS_DEFAULT },
    '*.caller': { when: (value) => isObjectOfType(value, 'direct'), reason: IS_DEFAULT },
    '*.citations': { when: isHarmlessCitation, reason: 'only repeats what an answer cited; dropped' },
    '*.transformations': { when: isEmpty, reason: IS_DEFAULT },
  },
};

/** Why the field may be dropped; undefined: it may not. */
export function harmlessField(wire: ConversationWire, path: string, value: unknown): string | undefined {
  if (!path.includes('.') && VENDOR_FALLBACKS.has(path) && isOff(value)) return IS_DEFAULT;
  const generic = withoutPositions(path);
  const name = generic.slice(generic.lastIndexOf('.') + 1);
  const fields = FIELDS[wire];
  for (const key of [generic, `*.${name}`]) {
    const rule = Object.hasOwn(fields, key) ? fields[key] : undefined;
    if (rule !== undefined && (rule.when === undefined || rule.when(value))) return rule.reason;
  }
  return undefined;
}

function isObjectOfType(value: unknown, type: string): boolean {
  return typeof value === 'object' && value !== null && (value as { type?: unknown }).type === type;
}

/** A list belongs to an answer of before; an object asks for citations, unless it says no. */
function isHarmlessCitation(value: unknown): boolean {
  return Array.isArray(value) || (typeof value === 'object' && value !== null && (value as { enabled?: unknown }).enabled === false);
}
