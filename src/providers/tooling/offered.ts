// What one definition of a tool offers, by format. Which tools the client runs is data, and whatever is not named here the provider is taken
// to run itself. Sources: OpenAI API reference, "Chat" and "Responses", tools; Anthropic API reference, "Messages", tools.
import type { ClientWire } from '../wire-format.ts';
import { fieldsOf, itemsOf, type Fields } from '../json-fields.ts';
import type { OfferedTool } from './types.ts';

/** Responses: tools without a name whose calls the client answers. `shell` and `tool_search` may be either. */
const CLIENT_TYPES: ReadonlySet<string> = new Set(['local_shell', 'apply_patch', 'computer', 'computer_use', 'computer_use_preview']);
/** Messages: tools that Anthropic defines and the client runs. */
const CLIENT_VERSIONS = /^(?:custom|(?:bash|text_editor|computer|memory|computer_toolset|browser_toolset)_\d{8})$/;

export const NAMESPACE = 'namespace';

/** One entry of `tools`; a namespace is none of itself but what is in it. */
export function toolsIn(definition: unknown, wire: ClientWire): readonly OfferedTool[] {
  const fields = fieldsOf(definition);
  if (wire === 'openai-responses' && fields['type'] === NAMESPACE) {
    const namespace = wordOf(fields['name']);
    return itemsOf(fields['tools']).map((inner) => withinNamespace(namespace, inner));
  }
  return [toolOf(fields, wire)];
}

export function withinNamespace(namespace: string, definition: unknown): OfferedTool {
  const tool = responsesTool(fieldsOf(definition));
  return { ...tool, name: `${namespace}.${tool.name}` };
}

export function toolOf(fields: Fields, wire: ClientWire): OfferedTool {
  if (wire === 'anthropic-messages') return messagesTool(fields);
  return wire === 'openai-responses' ? responsesTool(fields) : chatTool(fields);
}

/** An entry of the old `functions`. */
export function functionTool(definition: unknown): OfferedTool {
  return { name: wordOf(fieldsOf(definition)['name']), type: 'function', isHosted: false };
}

/** An entry of `mcp_servers`. */
export function serverTool(definition: unknown): OfferedTool {
  return { name: wordOf(fieldsOf(definition)['name']), type: 'mcp', isHosted: true };
}

/** Chat completions that search the web say so with a member of their own. */
export const CHAT_SEARCH: OfferedTool = { name: 'web_search', type: 'web_search_options', isHosted: true };

function chatTool(fields: Fields): OfferedTool {
  const type = wordOf(fields['type']) || 'function';
  if (type !== 'function' && type !== 'custom') return { name: type, type, isHosted: true };
  return { name: wordOf(fieldsOf(fields[type])['name']), type, isHosted: false };
}

function responsesTool(fields: Fields): OfferedTool {
  const type = wordOf(fields['type']);
  if (type === 'function' || type === 'custom') return { name: wordOf(fields['name']), type, isHosted: false };
  if (type === 'mcp') return { name: wordOf(fields['server_label']), type, isHosted: true };
  const isLocal =
    CLIENT_TYPES.has(type) ||
    (type === 'shell' && fieldsOf(fields['environment'])['type'] === 'local') ||
    (type === 'tool_search' && fields['execution'] === 'client');
  return { name: type, type, isHosted: !isLocal };
}

function messagesTool(fields: Fields): OfferedTool {
  const type = wordOf(fields['type']) || 'custom';
  if (type === 'mcp_toolset') return { name: wordOf(fields['mcp_server_name']), type: 'mcp', isHosted: true };
  return { name: wordOf(fields['name']) || type, type, isHosted: !CLIENT_VERSIONS.test(type) };
}

function wordOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
