// Tools that a request offers within the conversation: tools that were searched for or added on the way. Most conversations offer none, and
// are not read for it.
import type { JsonObjectScan } from '#kernel';
import { elementOf, memberOf, type JsonReader } from '../gating/json-reader.ts';
import type { ClientWire } from '../wire-format.ts';
import { toolsIn } from './offered.ts';
import type { OfferedTool } from './types.ts';

/** Beyond these a conversation is none that a provider takes. */
const MAX_ELEMENTS = 65_536;
const ITEM: ReadonlySet<string> = new Set(['tools']);
const MESSAGE: ReadonlySet<string> = new Set(['content']);
const BLOCK: ReadonlySet<string> = new Set(['type', 'tool']);
const ADDED: ReadonlySet<string> = new Set(['definition']);

export function toolsWithin(json: JsonReader, request: JsonObjectScan, wire: ClientWire): readonly OfferedTool[] {
  if (wire === 'openai-responses') {
    const input = memberOf(request, 'input');
    return input !== undefined && mayName(input, '"tools"') ? elementsOf(json, input).flatMap((item) => toolsOfItem(json, item)) : [];
  }
  if (wire !== 'anthropic-messages') return [];
  const messages = memberOf(request, 'messages');
  if (messages === undefined || !mayName(messages, 'tool_addition')) return [];
  return elementsOf(json, messages)
    .flatMap((message) => elementsOf(json, memberOf(json.object(message, MESSAGE), 'content')))
    .flatMap((block) => toolsOfBlock(json, block));
}

function toolsOfItem(json: JsonReader, item: Buffer): readonly OfferedTool[] {
  return elementsOf(json, memberOf(json.object(item, ITEM), 'tools')).flatMap((each) => toolsIn(json.value(each), 'openai-responses'));
}

function toolsOfBlock(json: JsonReader, bytes: Buffer): readonly OfferedTool[] {
  const block = json.object(bytes, BLOCK);
  if (json.text(memberOf(block, 'type')) !== 'tool_addition') return [];
  const definition = memberOf(json.object(memberOf(block, 'tool'), ADDED), 'definition');
  return definition === undefined ? [] : toolsIn(json.value(definition), 'anthropic-messages');
}

function elementsOf(json: JsonReader, bytes: Buffer | undefined): readonly Buffer[] {
  const array = json.array(bytes, MAX_ELEMENTS);
  return array?.places.map((_, position) => elementOf(array, position)) ?? [];
}

/** The word, in itself or with letters escaped. */
function mayName(bytes: Buffer, word: string): boolean {
  return bytes.includes(word) || ['4', '5', '6', '7'].some((digit) => bytes.includes(`\\u00${digit}`));
}
