// One call of a Responses answer, as its events and its item tell of it. Source: OpenAI API reference, "Responses" and "Streaming events".
import { createHash } from 'node:crypto';
import type { JsonObjectScan } from '#kernel';
import { PASSING_ITEMS } from './callable.ts';
import { Call } from './desk.ts';
import { memberOf, type JsonReader } from './json-reader.ts';
import type { ProposedCall } from './types.ts';

export const ITEM: ReadonlySet<string> = new Set([
  'type',
  'id',
  'call_id',
  'name',
  'namespace',
  'arguments',
  'input',
  'execution',
  'action',
  'operation',
]);
/** What a call of a kind without a name asks to be done, where it is one member and not the whole item. */
const TASKS = ['action', 'operation'] as const;
/** By type of item: the member that holds what the model wrote, and how. */
const WRITTEN: ReadonlyMap<string, readonly [member: 'arguments' | 'input', encoding: ProposedCall['encoding']]> = new Map([
  ['function_call', ['arguments', 'json']],
  ['custom_tool_call', ['input', 'text']],
]);

export function isCall(json: JsonReader, item: JsonObjectScan): boolean {
  const type = json.text(memberOf(item, 'type')) ?? '';
  if (type === 'tool_search_call') return json.text(memberOf(item, 'execution')) !== 'server';
  return !PASSING_ITEMS.has(type);
}

/** What an item says that is complete. */
export function proposedBy(json: JsonReader, item: JsonObjectScan): ProposedCall {
  const said = (member: string): string => json.text(memberOf(item, member)) ?? '';
  const type = said('type');
  const id = said('call_id') || said('id');
  const written = WRITTEN.get(type);
  if (written !== undefined) {
    const [member, encoding] = written;
    const name = said('namespace') === '' ? said('name') : `${said('namespace')}.${said('name')}`;
    return { id, name, encoding, arguments: said(member) };
  }
  const tasks = TASKS.map((member) => memberOf(item, member)).filter((task) => task !== undefined);
  return { id, name: type, encoding: 'json', arguments: (tasks.length === 1 ? tasks[0]! : item.bytes).toString() };
}

export function sameAs({ id, name, encoding, arguments: said }: ProposedCall): string {
  return createHash('sha256')
    .update(JSON.stringify([id, name, encoding, said]))
    .digest('base64');
}

export class ItemCall extends Call {
  /** Where the item stands in the output. */
  readonly outputIndex: number;
  readonly itemId: string;
  /** What it said of itself when it was added, when it was not complete. */
  readonly #added: ProposedCall;
  readonly #type: string;
  readonly #pieces: string[] = [];
  /** What closing events said was the whole text. */
  readonly #wholes: string[] = [];

  constructor(json: JsonReader, item: JsonObjectScan, outputIndex: number) {
    super();
    this.outputIndex = outputIndex;
    this.itemId = json.text(memberOf(item, 'id')) ?? '';
    this.#type = json.text(memberOf(item, 'type')) ?? '';
    this.#added = proposedBy(json, item);
  }

  join(piece: string): void {
    if (piece !== '') this.#pieces.push(piece);
  }

  state(whole: string): void {
    if (whole !== '') this.#wholes.push(whole);
  }

  /** What the complete item says; undefined where its events said anything else. */
  completedBy(json: JsonReader, item: JsonObjectScan): ProposedCall | undefined {
    const proposed = proposedBy(json, item);
    if ((json.text(memberOf(item, 'type')) ?? '') !== this.#type) return undefined;
    const { id, name } = this.#added;
    if (!WRITTEN.has(this.#type)) return proposed;
    if (name !== proposed.name || (id !== '' && id !== proposed.id)) return undefined;
    const pieces = this.#pieces.join('');
    const said = [this.#added.arguments, pieces, ...this.#wholes].filter((text) => text !== '');
    return said.every((text) => text === proposed.arguments) ? proposed : undefined;
  }
}
