// On which tools a request insists: `tool_choice`, and `function_call` of old.
import { fieldsOf, itemsOf } from '../json-fields.ts';
import type { OfferedTool } from './types.ts';

/** Two tools of one name may be two kinds of tool. */
export function choiceKey({ name, type }: OfferedTool): string {
  return type === 'function' || type === 'custom' || type === 'mcp' ? `${type === 'mcp' ? 'mcp' : 'tool'} ${name}` : `type ${type}`;
}

interface Choice {
  /** Keys of what is named, with the name to say. */
  readonly named: readonly { readonly key: string; readonly name: string }[];
  /** Some tool has to be called, whichever. */
  readonly isRequired: boolean;
}

/** OpenAI's. */
export function choiceOf(value: unknown): Choice {
  const choice = fieldsOf(value);
  const allowed = choice['type'] === 'allowed_tools' ? fieldsOf(choice['allowed_tools'] ?? choice) : undefined;
  const entries = allowed === undefined ? [choice] : itemsOf(allowed['tools']);
  return {
    named: entries.map(fieldsOf).flatMap((entry) => {
      const stated = entry['name'] ?? fieldsOf(entry['function'])['name'] ?? fieldsOf(entry['custom'])['name'];
      const type = typeof entry['type'] === 'string' ? entry['type'] : 'function';
      const label = entry['server_label'];
      if (type === 'mcp') return typeof label === 'string' ? [{ key: `mcp ${label}`, name: label }] : [];
      if (typeof stated === 'string') return [{ key: `tool ${stated}`, name: stated }];
      return entry['type'] === undefined ? [] : [{ key: `type ${type}`, name: type }];
    }),
    isRequired: value === 'required' || allowed?.['mode'] === 'required',
  };
}

/** Anthropic's, which names every tool by its name. */
export function messagesChoiceOf(value: unknown): Choice {
  const { type, name } = fieldsOf(value);
  return { named: type === 'tool' && typeof name === 'string' ? [{ key: name, name }] : [], isRequired: type === 'any' };
}
