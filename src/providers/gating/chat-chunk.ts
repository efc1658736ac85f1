// A chunk of a chat completions stream, or a whole answer, which has `message` where a chunk has `delta`: what in it tells of calls, and the
// chunk without some of them. It knows no other chunk.
import { editJsonObject, type JsonEdit, type JsonObjectScan } from '#kernel';
import { elementOf, memberOf, readObject, withElements, type JsonArray, type JsonReader } from './json-reader.ts';

export interface Chunk {
  readonly scan: JsonObjectScan;
  readonly array: JsonArray | undefined;
  readonly choices: readonly ChunkChoice[];
}

export interface ChunkChoice {
  readonly scan: JsonObjectScan;
  readonly position: number;
  /** Its index, or its position where it states none. */
  readonly key: number;
  readonly statesIndex: boolean;
  readonly finish: unknown;
  readonly said: readonly Said[];
}

/** What a choice says in one holder. */
export interface Said {
  readonly holder: 'delta' | 'message';
  readonly scan: JsonObjectScan;
  readonly content: string;
  readonly tools: JsonArray | undefined;
  /** Undefined: an entry that is no object. */
  readonly entries: readonly (JsonObjectScan | undefined)[];
  readonly legacy: JsonObjectScan | undefined;
}

/** What becomes of what is said. */
export interface SaidChange {
  /** By entry: whether it stays, and with which index where that is another one. */
  readonly entries: readonly { readonly stays: boolean; readonly index: number | undefined }[];
  readonly legacyStays: boolean;
  /** To be read behind what is said. */
  readonly notices: readonly string[];
  /** Something was said in earlier chunks. */
  readonly isContinued: boolean;
}

const CHUNK: ReadonlySet<string> = new Set(['choices', 'usage']);
const CHOICE: ReadonlySet<string> = new Set(['index', 'delta', 'message', 'finish_reason', 'logprobs', 'token_ids']);
const SAID: ReadonlySet<string> = new Set(['content', 'tool_calls', 'function_call']);
const ENTRY: ReadonlySet<string> = new Set(['index', 'id', 'type', 'function', 'custom']);
const NAMED: ReadonlySet<string> = new Set(['name', 'arguments']);
const HOLDERS = ['delta', 'message'] as const;
/** Tokens spell out what was said, calls included. */
const SPELLED = ['logprobs', 'token_ids'];

/** Undefined: it cannot be read. */
export function chunkOf(json: JsonReader, data: Buffer): Chunk | undefined {
  const scan = readObject(json, data, CHUNK);
  if (scan === undefined) return undefined;
  const stated = memberOf(scan, 'choices');
  const array = json.array(stated);
  if (stated !== undefined && array === undefined) return undefined;
  const choices: ChunkChoice[] = [];
  for (let position = 0; position < (array?.places.length ?? 0); position++) {
    const choice = json.object(elementOf(array!, position), CHOICE);
    if (choice === undefined) return undefined;
    choices.push(choiceOf(json, choice, position));
  }
  return json.isUnreadable ? undefined : { scan, array, choices };
}

function choiceOf(json: JsonReader, scan: JsonObjectScan, position: number): ChunkChoice {
  const said: Said[] = [];
  for (const holder of HOLDERS) {
    const stated = memberOf(scan, holder);
    const inner = json.object(stated, SAID);
    if (inner !== undefined) said.push(saidIn(json, holder, inner));
    else if (stated !== undefined) json.isUnreadable = true;
  }
  const finish = json.value(memberOf(scan, 'finish_reason'));
  const index = json.index(memberOf(scan, 'index'));
  return { scan, position, key: index ?? position, statesIndex: index !== undefined, finish, said };
}

function saidIn(json: JsonReader, holder: Said['holder'], scan: JsonObjectScan): Said {
  const tools = json.array(memberOf(scan, 'tool_calls'));
  const entries = tools?.places.map((_, position) => json.object(elementOf(tools, position), ENTRY)) ?? [];
  const legacy = json.object(memberOf(scan, 'function_call'), NAMED);
  const content = json.value(memberOf(scan, 'content'));
  return { holder, scan, content: typeof content === 'string' ? content : '', tools, entries, legacy };
}

/** Whether it holds something in the place of calls that is none. */
export function isOdd({ scan, tools, legacy }: Said): boolean {
  return (
    (tools === undefined && memberOf(scan, 'tool_calls') !== undefined) ||
    (legacy === undefined && memberOf(scan, 'function_call') !== undefined)
  );
}

export class ChunkEditor {
  readonly #chunk: Chunk;
  readonly #choices = new Map<number, JsonEdit[]>();
  #isHollow: boolean;

  constructor(chunk: Chunk) {
    this.#chunk = chunk;
    this.#isHollow = chunk.choices.length > 0 && memberOf(chunk.scan, 'usage') === undefined;
  }

  /** `said`: the JSON of each holder where it changes. */
  edit(choice: ChunkChoice, said: ReadonlyMap<Said, string>, finish: string | undefined): void {
    const edits: JsonEdit[] = [];
    for (const [{ holder }, json] of said) edits.push({ member: holder, json });
    if (finish !== undefined) edits.push({ member: 'finish_reason', json: JSON.stringify(finish) });
    if (said.size > 0) for (const member of SPELLED) if (choice.scan.members.has(member)) edits.push({ member, json: 'null' });
    if (edits.length > 0) this.#choices.set(choice.position, edits);
    const isSilent = said.size === choice.said.length && [...said.values()].every(saysNothing);
    if (!isSilent || (choice.finish ?? null) !== null) this.#isHollow = false;
  }

  /** Undefined: nothing is left that a client would want to know. `data` itself where nothing changes. */
  write(data: Buffer): Buffer | undefined {
    if (this.#choices.size === 0) return data;
    if (this.#isHollow) return undefined;
    const changes = new Map<number, string>();
    for (const { scan, position } of this.#chunk.choices) {
      const edits = this.#choices.get(position);
      if (edits !== undefined) changes.set(position, editJsonObject(scan, edits).toString());
    }
    return editJsonObject(this.#chunk.scan, [{ member: 'choices', json: withElements(this.#chunk.array!, changes) }]);
  }
}

/** The JSON of what is said; undefined where nothing changes. */
export function changedSaid(json: JsonReader, said: Said, change: SaidChange): string | undefined {
  const edits: JsonEdit[] = [];
  const entries = new Map<number, string | null>();
  change.entries.forEach(({ stays, index }, position) => {
    if (!stays) entries.set(position, null);
    else if (index !== undefined)
      entries.set(position, editJsonObject(said.entries[position]!, [{ member: 'index', json: String(index) }]).toString());
  });
  const removed = [...entries.values()].filter((entry) => entry === null).length;
  if (said.tools === undefined || (removed > 0 && removed === said.tools.places.length)) remove('tool_calls', said, edits);
  else if (entries.size > 0) edits.push({ member: 'tool_calls', json: withElements(said.tools, entries) });
  if (!change.legacyStays) remove('function_call', said, edits);
  if (change.notices.length > 0) edits.push({ member: 'content', json: withNotices(json, said, change) });
  return edits.length === 0 ? undefined : editJsonObject(said.scan, edits).toString();
}

function remove(member: string, { scan }: Said, edits: JsonEdit[]): void {
  if (memberOf(scan, member) !== undefined) edits.push({ member, json: null });
}

/** Each notice is a paragraph of its own. */
function withNotices(json: JsonReader, { scan, content }: Said, { notices, isContinued }: SaidChange): string {
  const parts = json.array(memberOf(scan, 'content'));
  const text = notices.join('\n\n');
  if (parts !== undefined) {
    const part = JSON.stringify({ type: 'text', text });
    const { bytes, places } = parts;
    return `${bytes.toString('utf8', 0, places.at(-1)?.end ?? 1)}${places.length > 0 ? ',' : ''}${part}]`;
  }
  const lead = content !== '' || isContinued ? '\n\n' : '';
  return JSON.stringify(content + lead + text);
}

function saysNothing(said: string): boolean {
  return Object.values(JSON.parse(said) as object).every((value) => value === null);
}
