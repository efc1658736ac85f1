// Puts the operator's statement into a prompt: behind what the client says there, so that a cached prefix stays one.
import type { JsonObjectScan } from '#kernel';
import type { ClientWire } from '../wire-format.ts';

export interface Insertion {
  /** Offset in the request. */
  readonly at: number;
  readonly text: string;
}

const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const QUOTE = 0x22;

/** Undefined: the member that takes it (`PLACES`) is not what the format has there, and must not be null either. */
export function statementIn(request: JsonObjectScan, statement: string, wire: ClientWire): Insertion | undefined {
  switch (wire) {
    case 'openai-chat':
      return firstIn(request, 'messages', { role: 'system', content: statement });
    case 'openai-responses':
      return lastIn(request, 'instructions', statement, { role: 'system', content: statement });
    case 'anthropic-messages':
      return lastIn(request, 'system', statement, { type: 'text', text: statement });
    case 'openai-embeddings':
      return undefined;
  }
}

/** The member that takes it. */
export const PLACES: Readonly<Record<ClientWire, string>> = {
  'openai-chat': 'messages',
  'openai-responses': 'instructions',
  'anthropic-messages': 'system',
  'openai-embeddings': '',
};

function firstIn({ bytes, members }: JsonObjectScan, name: string, element: object): Insertion | undefined {
  const member = members.get(name);
  if (member === undefined || bytes[member.start] !== OPEN_BRACKET) return undefined;
  const isEmpty = bytes.toString('latin1', member.start + 1, member.end - 1).trim() === '';
  return { at: member.start + 1, text: JSON.stringify(element) + (isEmpty ? '' : ',') };
}

/** At the end of a string or an array, or as a member of its own. */
function lastIn(
  { bytes, members, bodyStart, isEmpty }: JsonObjectScan,
  name: string,
  text: string,
  element: object,
): Insertion | undefined {
  const member = members.get(name);
  if (member === undefined) return { at: bodyStart, text: `${JSON.stringify(name)}:${JSON.stringify(text)}${isEmpty ? '' : ','}` };
  const [first, last] = [bytes[member.start], bytes[member.end - 1]];
  if (first === QUOTE) {
    const isBlank = member.end - member.start === 2;
    return { at: member.end - 1, text: JSON.stringify(isBlank ? text : `\n\n${text}`).slice(1, -1) };
  }
  if (first !== OPEN_BRACKET || last !== CLOSE_BRACKET) return undefined;
  const isBare = bytes.toString('latin1', member.start + 1, member.end - 1).trim() === '';
  return { at: member.end - 1, text: (isBare ? '' : ',') + JSON.stringify(element) };
}
