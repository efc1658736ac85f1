// For the tests of the request half: one conversation as each format says it, and ways to translate it.
import assert from 'node:assert/strict';
import type { Fields } from '../json-fields.ts';
import { translateRequest, type ConversationWire, type TranslatedRequest, type TranslationProblem } from './request.ts';

export const CHAT = 'openai-chat';
export const RESPONSES = 'openai-responses';
export const ANTHROPIC = 'anthropic-messages';
export const WIRES: readonly ConversationWire[] = [CHAT, RESPONSES, ANTHROPIC];
export const TARGET = { model: 'target-model', streamUsage: true, defaultMaxOutputTokens: 4096 };
export const PIXEL = 'iVBORw0KGgo=';
export const DATA_URL = `data:image/png;base64,${PIXEL}`;
export const SCHEMA = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'], additionalProperties: false };

export function run(from: ConversationWire, to: ConversationWire, request: Fields, mode: 'strict' | 'lenient' = 'strict') {
  return translateRequest({ from, to, request, mode, target: TARGET });
}

export function translated(from: ConversationWire, to: ConversationWire, request: Fields, mode?: 'strict' | 'lenient'): TranslatedRequest {
  const result = run(from, to, request, mode);
  assert.ok(result.ok, JSON.stringify(result));
  // What leaves is JSON: raw numbers are read back as what they say.
  return { ...result.value, body: JSON.parse(JSON.stringify(result.value.body)) as Fields };
}

export function problem(from: ConversationWire, to: ConversationWire, request: Fields, mode?: 'strict' | 'lenient'): TranslationProblem {
  const result = run(from, to, request, mode);
  assert.ok(!result.ok, JSON.stringify(result));
  return result.error;
}

export function fieldsIn(found: TranslationProblem): readonly string[] {
  return found.kind === 'malformed' ? [`malformed ${found.field}`] : found.notes.map((note) => note.field);
}

/** One conversation as each format says it: instructions, a picture, two parallel calls with their results, the last question. */
export const SAME: Readonly<Record<ConversationWire, Fields>> = {
  [CHAT]: {
    model: 'client-model',
    stream: true,
    messages: [
      { role: 'system', content: 'Be brief.' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'What is it?' },
          { type: 'image_url', image_url: { url: DATA_URL } },
        ],
      },
      {
        role: 'assistant',
        content: 'Let me look.',
        tool_calls: [
          { id: 'call_a', type: 'function', function: { name: 'lookup', arguments: '{"city":"東京"}' } },
          { id: 'call_b', type: 'function', function: { name: 'lookup', arguments: '{"city":"大阪"}' } },
        ],
      },
      { role: 'tool', tool_call_id: 'call_a', content: 'sun' },
      { role: 'tool', tool_call_id: 'call_b', content: 'rain' },
      { role: 'user', content: 'So?' },
    ],
    tools: [{ type: 'function', function: { name: 'lookup', description: 'Weather', parameters: SCHEMA } }],
    tool_choice: 'required',
    parallel_tool_calls: false,
    max_completion_tokens: 500,
    temperature: 0.5,
    top_p: 0.9,
  },
  [RESPONSES]: {
    model: 'client-model',
    stream: true,
    instructions: 'Be brief.',
    input: [
      {
        type: 'message',
        role: 'user',
        content: [
          { type: 'input_text', text: 'What is it?' },
          { type: 'input_image', image_url: DATA_URL, detail: 'auto' },
        ],
      },
      { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'Let me look.' }] },
      { type: 'function_call', call_id: 'call_a', name: 'lookup', arguments: '{"city":"東京"}' },
      { type: 'function_call', call_id: 'call_b', name: 'lookup', arguments: '{"city":"大阪"}' },
      { type: 'function_call_output', call_id: 'call_a', output: 'sun' },
      { type: 'function_call_output', call_id: 'call_b', output: 'rain' },
      { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'So?' }] },
    ],
    store: false,
    tools: [{ type: 'function', name: 'lookup', description: 'Weather', parameters: SCHEMA, strict: false }],
    tool_choice: 'required',
    parallel_tool_calls: false,
    max_output_tokens: 500,
    temperature: 0.5,
    top_p: 0.9,
  },
  [ANTHROPIC]: {
    model: 'client-model',
    stream: true,
    system: 'Be brief.',
    messages: [
      {
        role: 'user',
        content: [
          { type: 'text', text: 'What is it?' },
          { type: 'image', source: { type: 'base64', media_type: 'image/png', data: PIXEL } },
        ],
      },
      {
        role: 'assistant',
        content: [
          { type: 'text', text: 'Let me look.' },
          { type: 'tool_use', id: 'call_a', name: 'lookup', input: { city: '東京' } },
          { type: 'tool_use', id: 'call_b', name: 'lookup', input: { city: '大阪' } },
        ],
      },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 'call_a', content: 'sun' },
          { type: 'tool_result', tool_use_id: 'call_b', content: 'rain' },
          { type: 'text', text: 'So?' },
        ],
      },
    ],
    tools: [{ name: 'lookup', description: 'Weather', input_schema: SCHEMA }],
    tool_choice: { type: 'any', disable_parallel_tool_use: true },
    max_tokens: 500,
    temperature: 0.5,
    top_p: 0.9,
  },
};
