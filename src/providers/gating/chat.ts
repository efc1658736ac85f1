// Calls in chat completions, in chunks of a stream and in whole answers. A call is known by its choice and its index; the notice of one
// that does not pass is content of the chunk in which the call began, and the calls behind it move up. Source: OpenAI API reference, "Chat".
import { ChatCall, entryOf, legacyEntryOf, type Entry } from './chat-call.ts';
import { changedSaid, ChunkEditor, chunkOf, isOdd, type Chunk, type ChunkChoice, type Said } from './chat-chunk.ts';
import { GONE, type Call, type ReviewDesk } from './desk.ts';
import { JsonReader } from './json-reader.ts';
import { INCOMPLETE } from './notices.ts';
import { asItIs, type Gating, type Reading, type StreamReader } from './reading.ts';

/** Names of members, also in capitals (some clients do not tell them apart) or escaped. Many servers write them with null. */
const MARKS = /(?:tool_calls|function_call)(?!"\s*:\s*null)|\\u00[4-7]/i;
const CONTENT = /"content"\s*:\s*"[^"]/;
/** `[DONE]` and blanks around it. */
const LONGEST_END_MARK = 64;
const CALL_FINISHES: ReadonlySet<unknown> = new Set(['tool_calls', 'function_call']);

export const chatGating: Gating = {
  marks: MARKS,
  createReader: (desk) => new ChatReader(desk),
  wholeMarks: MARKS,
  readWhole: (desk, body) => new ChatReader(desk).readWhole(body),
};

/** What of one choice outlives a chunk. */
interface Choice {
  readonly byIndex: Map<number, ChatCall>;
  legacy: ChatCall | undefined;
  /** The call that was continued last. */
  last: ChatCall | undefined;
  passed: number;
  replaced: number;
  hasNotice: boolean;
  /** Indexes are no longer those that the provider gave. */
  isShifted: boolean;
  nextIndex: number;
}

class ChatReader implements StreamReader {
  readonly readsAll = false;
  readonly #desk: ReviewDesk;
  readonly #choices = new Map<number, Choice>();
  #hasContent = false;
  #statesChoices: boolean | undefined;
  #statesCalls: boolean | undefined;

  constructor(desk: ReviewDesk) {
    this.#desk = desk;
  }

  glance(text: string): void {
    if (!this.#hasContent) this.#hasContent = CONTENT.test(text);
  }

  read(data: Buffer): Reading | undefined {
    if (isEndMark(data)) {
      for (const choice of this.#choices.values()) this.#closeAll(choice);
      return asItIs(data);
    }
    const json = new JsonReader();
    const chunk = chunkOf(json, data);
    const heard = chunk === undefined ? [] : saidOf(chunk).map(([, said]) => entriesOf(json, said));
    if (chunk === undefined || json.isUnreadable || !this.#isPlacedAsBefore(chunk, heard)) return undefined;
    const calls: (readonly Call[])[] = [];
    for (const [choice, said] of saidOf(chunk)) calls.push(this.#assign(choice.key, said, heard[calls.length]!));
    // As events that pass unread: which of them are read depends on how long verdicts take.
    if (!this.#hasContent) this.glance(data.toString('latin1'));
    for (const { key, finish } of chunk.choices) {
      const choice = this.#choices.get(key);
      if ((finish ?? null) !== null && choice !== undefined) this.#closeAll(choice);
    }
    return {
      calls: calls.flat(),
      write: () => {
        const written = this.#write(data, calls);
        return written === undefined ? [] : [{ data: written }];
      },
    };
  }

  readWhole(body: Buffer): Reading | undefined {
    const reading = this.read(body);
    // Pieces, as a stream has them, in what is sent as whole.
    for (const call of this.#desk.open) this.#desk.refuse(call, INCOMPLETE);
    return reading;
  }

  /** Where indexes are left out at one time and stated at another, clients put pieces together in ways of their own. */
  #isPlacedAsBefore(chunk: Chunk, heard: readonly (readonly (Entry | undefined)[])[]): boolean {
    const pieces = saidOf(chunk).flatMap(([, said], at) => (said.holder === 'delta' ? heard[at]!.slice(0, said.entries.length) : []));
    const indexed = pieces.filter((entry) => entry !== undefined).map(({ index }) => index !== undefined);
    this.#statesChoices ??= chunk.choices[0]?.statesIndex;
    this.#statesCalls ??= indexed[0];
    return (
      chunk.choices.every(({ statesIndex }) => statesIndex === this.#statesChoices) &&
      indexed.every((states) => states === this.#statesCalls)
    );
  }

  #closeAll({ byIndex, legacy, last }: Choice): void {
    for (const call of byIndex.values()) this.#close(call);
    for (const call of [legacy, last]) if (call !== undefined) this.#close(call);
  }

  #close(call: ChatCall): void {
    if (!call.isClosed) this.#desk.close(call, call.proposed());
  }

  #assign(key: number, said: Said, entries: readonly (Entry | undefined)[]): readonly Call[] {
    const { holder, legacy } = said;
    const calls = entries.map((entry, position) => {
      if (entry === undefined) return GONE;
      if (holder === 'message') return this.#addWhole(key, entry);
      return legacy !== undefined && position === entries.length - 1 ? this.#continueLegacy(key, entry) : this.#continue(key, entry);
    });
    return isOdd(said) ? [...calls, GONE] : calls;
  }

  #continue(key: number, entry: Entry): Call {
    const choice = this.#choices.get(key);
    const { index } = entry;
    const known = index === undefined ? (entry.name === '' ? choice?.last : undefined) : choice?.byIndex.get(index);
    const isOther = known?.isOther(entry) === true;
    if (known !== undefined && !isOther) {
      if (known.isClosed) return known.isSaidBy(entry) ? known : GONE;
      known.join(entry);
      choice!.last = known;
      return known;
    }
    if (known !== undefined) this.#close(known);
    // Calls may take turns, but what is whole is not added to.
    else if (choice?.last?.isWhole === true || index === undefined) {
      if (choice?.last !== undefined) this.#close(choice.last);
    }
    const call = this.#add(key, entry, isOther);
    if (call === undefined) return GONE;
    const into = this.#choiceAt(key);
    if (index !== undefined) into.byIndex.set(index, call);
    into.last = call;
    return call;
  }

  #continueLegacy(key: number, entry: Entry): Call {
    const known = this.#choices.get(key)?.legacy;
    if (known === undefined) {
      const call = this.#add(key, entry, false);
      if (call !== undefined) this.#choiceAt(key).legacy = call;
      return call ?? GONE;
    }
    if (known.isClosed) return known.isSaidBy(entry) ? known : GONE;
    known.join(entry);
    return known;
  }

  #addWhole(key: number, entry: Entry): Call {
    const call = this.#add(key, entry, false);
    if (call !== undefined) this.#close(call);
    return call ?? GONE;
  }

  #add(key: number, entry: Entry, isMoved: boolean): ChatCall | undefined {
    const call = new ChatCall(key, entry, { isMoved, followsText: this.#hasContent });
    return this.#desk.add(call) ? call : undefined;
  }

  #choiceAt(key: number): Choice {
    let choice = this.#choices.get(key);
    if (choice === undefined) {
      choice = {
        byIndex: new Map(),
        legacy: undefined,
        last: undefined,
        passed: 0,
        replaced: 0,
        hasNotice: false,
        isShifted: false,
        nextIndex: 0,
      };
      this.#choices.set(key, choice);
    }
    return choice;
  }

  /** Undefined: nothing is left of it. */
  #write(data: Buffer, calls: readonly (readonly Call[])[]): Buffer | undefined {
    const shown = calls.map((each) => this.#show(each));
    const isTouched = calls.some((each) => each.some((call) => !call.passes || movedTo(call) !== undefined));
    if (!isTouched && ![...this.#choices.values()].some(({ replaced }) => replaced > 0)) return data;
    const json = new JsonReader();
    const chunk = chunkOf(json, data);
    if (chunk === undefined) return undefined;
    const editor = new ChunkEditor(chunk);
    let at = 0;
    for (const choice of chunk.choices) {
      const changes = new Map<Said, string>();
      for (const said of choice.said) {
        const mine = calls[at]!;
        const entries = said.entries.map((_, position) => ({ stays: mine[position]!.passes, index: movedTo(mine[position]!) }));
        const legacyStays = said.legacy !== undefined && mine[entries.length]!.passes;
        const changed = changedSaid(json, said, { entries, legacyStays, ...shown[at]! });
        if (changed !== undefined) changes.set(said, changed);
        at++;
      }
      editor.edit(choice, changes, this.#finishOf(choice));
    }
    return editor.write(data);
  }

  /** Counts the calls that are heard of for the first time. */
  #show(calls: readonly Call[]): { readonly notices: readonly string[]; readonly isContinued: boolean } {
    const notices: string[] = [];
    let isContinued = false;
    for (const call of calls) {
      if (!(call instanceof ChatCall) || call.isShown) continue;
      call.isShown = true;
      const choice = this.#choiceAt(call.choice);
      if (call.isMoved) choice.isShifted = true;
      if (call.passes) {
        choice.passed++;
        if (call.index === undefined) continue;
        call.shownIndex = choice.isShifted ? choice.nextIndex : call.index;
        choice.nextIndex = Math.max(choice.nextIndex, call.shownIndex + 1);
        continue;
      }
      choice.isShifted = true;
      choice.replaced++;
      if (call.notice === '') continue;
      if (notices.length === 0) isContinued = call.followsText || choice.hasNotice;
      choice.hasNotice = true;
      notices.push(call.notice);
    }
    return { notices, isContinued };
  }

  /** `stop` where the provider tells of calls and none is left; undefined: as it is. */
  #finishOf({ key, finish }: ChunkChoice): string | undefined {
    const choice = this.#choices.get(key);
    return choice !== undefined && choice.passed === 0 && choice.replaced > 0 && CALL_FINISHES.has(finish) ? 'stop' : undefined;
  }
}

function isEndMark(data: Buffer): boolean {
  return data.length < LONGEST_END_MARK && data.toString('latin1').trim() === '[DONE]';
}

/** The index that a call has for the client, where it is not the provider's. */
function movedTo(call: Call): number | undefined {
  return call instanceof ChatCall && call.shownIndex !== call.index ? call.shownIndex : undefined;
}

function saidOf(chunk: Chunk): (readonly [ChunkChoice, Said])[] {
  return chunk.choices.flatMap((choice) => choice.said.map((said) => [choice, said] as const));
}

/** Undefined: an entry that is no object. */
function entriesOf(json: JsonReader, { entries, legacy }: Said): readonly (Entry | undefined)[] {
  const heard = entries.map((entry) => (entry === undefined ? undefined : entryOf(json, entry)));
  return legacy === undefined ? heard : [...heard, legacyEntryOf(json, legacy)];
}
