// The tools that a request offers, wherever it offers them. Reads the parsed request; what may stay is decided in govern.ts.
import { fieldsOf, itemsOf } from '../json-fields.ts';
import type { ClientWire } from '../wire-format.ts';
import { CHAT_SEARCH, functionTool, serverTool, toolsIn } from './offered.ts';
import type { OfferedTool } from './types.ts';

/** In the order of their places; a tool that is offered twice is there twice. */
export function toolDefinitionsOf(request: unknown, { wire }: { readonly wire: ClientWire }): readonly OfferedTool[] {
  const fields = fieldsOf(request);
  const tools = itemsOf(fields['tools']).flatMap((definition) => toolsIn(definition, wire));
  switch (wire) {
    case 'openai-chat': {
      const search = (fields['web_search_options'] ?? null) === null ? [] : [CHAT_SEARCH];
      return [...tools, ...itemsOf(fields['functions']).map(functionTool), ...search];
    }
    case 'openai-responses':
      return [
        ...tools,
        ...itemsOf(fields['input']).flatMap((item) => itemsOf(fieldsOf(item)['tools']).flatMap((each) => toolsIn(each, wire))),
      ];
    case 'anthropic-messages':
      return [...tools, ...itemsOf(fields['mcp_servers']).map(serverTool), ...itemsOf(fields['messages']).flatMap(addedIn)];
    case 'openai-embeddings':
      return [];
  }
}

/** Definitions that a message adds to the conversation. */
function addedIn(message: unknown): readonly OfferedTool[] {
  return itemsOf(fieldsOf(message)['content']).flatMap((block) => {
    const added = fieldsOf(fieldsOf(block)['tool']);
    return fieldsOf(block)['type'] === 'tool_addition' && added['type'] === 'tool_definition'
      ? toolsIn(added['definition'], 'anthropic-messages')
      : [];
  });
}
