// Takes the tools that may not be offered out of a request, and puts the operator's statement in. Every other byte stays where it was, and
// the same request gives the same bytes, so that providers' prompt caches hold. Decides nothing: what is allowed, it is told.
import { isUtf8 } from 'node:buffer';
import { editJsonObject, err, ok, scanJsonObject, type JsonEdit, type JsonObjectScan, type Result } from '#kernel';
import { elementOf, JsonReader, memberOf, withElements, type JsonArray } from '../gating/json-reader.ts';
import { fieldsOf } from '../json-fields.ts';
import type { ClientWire } from '../wire-format.ts';
import { choiceKey, choiceOf, messagesChoiceOf } from './choice.ts';
import { CHAT_SEARCH, functionTool, NAMESPACE, serverTool, toolOf, withinNamespace } from './offered.ts';
import { PLACES, statementIn } from './statement.ts';
import type { GovernedRequest, GovernProblem, OfferedTool } from './types.ts';
import { toolsWithin } from './within.ts';

export interface GovernOptions {
  readonly body: Buffer;
  readonly format: { readonly wire: ClientWire };
  readonly isAllowed: (tool: OfferedTool) => boolean;
  /** Put into the prompt as the operator's words; undefined: nothing is. */
  readonly statement: string | undefined;
}

const WANTED: Readonly<Record<ClientWire, ReadonlySet<string>>> = {
  'openai-chat': new Set(['messages', 'tools', 'functions', 'web_search_options', 'tool_choice', 'function_call', 'parallel_tool_calls']),
  'openai-responses': new Set(['input', 'instructions', 'tools', 'tool_choice', 'parallel_tool_calls', 'background', 'prompt']),
  'anthropic-messages': new Set(['messages', 'system', 'tools', 'mcp_servers', 'tool_choice']),
  'openai-embeddings': new Set(),
};
/** Lists of tools: `function_call` is the choice among `functions`. */
const LISTS = ['tools', 'functions', 'mcp_servers'] as const;
const TOOL: ReadonlySet<string> = new Set([
  'type',
  'name',
  'function',
  'custom',
  'tools',
  'server_label',
  'mcp_server_name',
  'environment',
  'execution',
]);
const NAMED: ReadonlySet<string> = new Set(['name', 'type']);

/** The request as it may be sent. Embeddings are let alone. */
export function governRequest({ body, format: { wire }, isAllowed, statement }: GovernOptions): Result<GovernedRequest, GovernProblem> {
  if (wire === 'openai-embeddings') return ok({ body, removed: [] });
  if (!isUtf8(body)) return err({ kind: 'not-utf8' });
  const scanned = scanJsonObject(body, WANTED[wire]);
  if (!scanned.ok) return scanned;
  const governor = new Governor(scanned.value, wire, isAllowed);
  const problem = governor.run();
  if (problem !== undefined) return err(problem);
  const governed = governor.edits.length === 0 ? body : editJsonObject(scanned.value, governor.edits);
  if (statement === undefined) return ok({ body: governed, removed: governor.removed });
  const again = governed === body ? scanned : scanJsonObject(governed, WANTED[wire]);
  if (!again.ok) return again;
  return stated(again.value, statement, wire, governor.removed);
}

function stated(
  request: JsonObjectScan,
  statement: string,
  wire: ClientWire,
  removed: readonly string[],
): Result<GovernedRequest, GovernProblem> {
  const member = PLACES[wire];
  // A member that is there and null says nothing: it gets a value.
  if (request.members.has(member) && memberOf(request, member) === undefined && wire !== 'openai-chat') {
    return ok({ body: editJsonObject(request, [{ member, json: JSON.stringify(statement) }]), removed });
  }
  const insertion = statementIn(request, statement, wire);
  if (insertion === undefined) return err({ kind: 'malformed-member', member });
  const { at, text } = insertion;
  return ok({ body: Buffer.concat([request.bytes.subarray(0, at), Buffer.from(text), request.bytes.subarray(at)]), removed });
}

class Governor {
  readonly edits: JsonEdit[] = [];
  readonly #removed = new Set<string>();
  readonly #json = new JsonReader();
  readonly #request: JsonObjectScan;
  readonly #wire: ClientWire;
  readonly #isAllowed: (tool: OfferedTool) => boolean;
  readonly #kept: OfferedTool[] = [];
  readonly #gone: OfferedTool[] = [];

  constructor(request: JsonObjectScan, wire: ClientWire, isAllowed: (tool: OfferedTool) => boolean) {
    this.#request = request;
    this.#wire = wire;
    this.#isAllowed = isAllowed;
  }

  get removed(): readonly string[] {
    return [...this.#removed];
  }

  run(): GovernProblem | undefined {
    for (const list of LISTS) {
      const problem = this.#governList(list);
      if (problem !== undefined) return problem;
    }
    if (memberOf(this.#request, 'web_search_options') !== undefined && !this.#mayStay(CHAT_SEARCH)) {
      this.edits.push({ member: 'web_search_options', json: null });
    }
    const within = toolsWithin(this.#json, this.#request, this.#wire);
    if (this.#json.isUnreadable) return { kind: 'malformed-member', member: this.#wire === 'openai-responses' ? 'input' : 'messages' };
    const refused = within.find((tool) => !this.#isAllowed(tool));
    if (refused !== undefined) return { kind: 'tool-refused', name: refused.name };
    return this.#governPrompt(within.length > 0) ?? this.#governChoices();
  }

  #mayStay(tool: OfferedTool): boolean {
    const isAllowed = this.#isAllowed(tool);
    if (isAllowed) this.#kept.push(tool);
    else {
      this.#gone.push(tool);
      this.#removed.add(tool.name);
    }
    return isAllowed;
  }

  #governList(list: (typeof LISTS)[number]): GovernProblem | undefined {
    const bytes = memberOf(this.#request, list);
    if (bytes === undefined) return undefined;
    const array = this.#json.array(bytes);
    if (array === undefined) return { kind: 'malformed-member', member: list };
    const changes = new Map<number, string | null>();
    array.places.forEach((_, position) => {
      const change = this.#governEntry(list, elementOf(array, position));
      if (change !== undefined) changes.set(position, change);
    });
    if (this.#json.isUnreadable) return { kind: 'malformed-member', member: list };
    if (changes.size > 0) this.edits.push({ member: list, json: isEmptied(array, changes) ? null : withElements(array, changes) });
    return undefined;
  }

  /** Null: the entry goes. A string: what stays of it. Undefined: it stays. */
  #governEntry(list: (typeof LISTS)[number], bytes: Buffer): string | null | undefined {
    const scan = this.#json.object(bytes, TOOL);
    const fields = fieldsOf(this.#json.value(bytes));
    for (const member of ['function', 'custom', 'environment']) this.#json.object(memberOf(scan, member), NAMED);
    if (list === 'functions') return this.#mayStay(functionTool(fields)) ? undefined : null;
    if (list === 'mcp_servers') return this.#mayStay(serverTool(fields)) ? undefined : null;
    if (this.#wire !== 'openai-responses' || fields['type'] !== NAMESPACE)
      return this.#mayStay(toolOf(fields, this.#wire)) ? undefined : null;
    const inner = this.#json.array(memberOf(scan, 'tools'));
    if (scan === undefined || inner === undefined) return undefined;
    const namespace = this.#json.text(memberOf(scan, 'name')) ?? '';
    const changes = new Map<number, null>();
    inner.places.forEach((_, position) => {
      const element = elementOf(inner, position);
      this.#json.object(element, TOOL);
      if (!this.#mayStay(withinNamespace(namespace, this.#json.value(element)))) changes.set(position, null);
    });
    if (changes.size === 0) return undefined;
    if (isEmptied(inner, changes)) return null;
    return editJsonObject(scan, [{ member: 'tools', json: withElements(inner, changes) }]).toString();
  }

  /** Responses only: what would pass by the gate, or brings what cannot be seen. */
  #governPrompt(hasToolsWithin: boolean): GovernProblem | undefined {
    const prompt = memberOf(this.#request, 'prompt');
    const background = memberOf(this.#request, 'background');
    if (prompt !== undefined) {
      const id = fieldsOf(this.#json.value(prompt))['id'];
      const name = typeof id === 'string' ? id : '';
      if (!this.#isAllowed({ name, type: 'prompt', isHosted: true })) return { kind: 'stored-prompt-refused', name };
    }
    const isBackground = background !== undefined && this.#json.value(background) !== false;
    const hasTools = this.#kept.length > 0 || hasToolsWithin || prompt !== undefined;
    return isBackground && hasTools ? { kind: 'background-refused' } : undefined;
  }

  #governChoices(): GovernProblem | undefined {
    if (this.#gone.length === 0) return undefined;
    const isMessages = this.#wire === 'anthropic-messages';
    const keyOf = isMessages ? (tool: OfferedTool): string => tool.name : choiceKey;
    const kept = new Set(this.#kept.map(keyOf));
    const gone = new Set(this.#gone.map(keyOf).filter((key) => !kept.has(key)));
    for (const [member, list] of [
      ['tool_choice', 'tools'],
      ['function_call', 'functions'],
    ] as const) {
      const bytes = memberOf(this.#request, member);
      const value = this.#json.value(bytes);
      const { named, isRequired } = isMessages ? messagesChoiceOf(value) : choiceOf(value);
      const missing = named.find(({ key }) => gone.has(key));
      if (missing !== undefined) return { kind: 'tool-choice-removed', name: missing.name };
      if (!this.edits.some((edit) => edit.member === list && edit.json === null)) continue;
      if (isRequired) return { kind: 'tool-choice-removed', name: 'required' };
      // A choice among no tools is an error to some providers.
      if (this.#request.members.has(member)) this.edits.push({ member, json: null });
      if (list === 'tools' && this.#request.members.has('parallel_tool_calls'))
        this.edits.push({ member: 'parallel_tool_calls', json: null });
    }
    return undefined;
  }
}

function isEmptied({ places }: JsonArray, changes: ReadonlyMap<number, string | null>): boolean {
  return changes.size === places.length && [...changes.values()].every((change) => change === null);
}
