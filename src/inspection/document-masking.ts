// Masks whole documents, text or JSON, for people at a command line: the placeholders, the search for values known from elsewhere and the proof
// that everything comes back are those of requests. A document is there as a whole before any of it is masked: what its last line names is
// masked in its first.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { err, ok, type Result } from '#kernel';
import { FREE_JSON, rewriteDeep, walkDeep, walkSlots, type DeepEdit, type Slot } from '#slots';
import type { Finding } from './detect/detector.ts';
import { examineDocument, type Look } from './document-examination.ts';
import { KnownValues } from './mask/known-values.ts';
import { maskText, MaskingFailed, type TextToMask } from './mask/mask-text.ts';
import { Placeholders, type MaskedType } from './mask/placeholders.ts';
import { reachOf } from './mask/propagation.ts';
import { restoreText } from './mask/restore.ts';
import { isToken } from './mask/suffix.ts';
import { mapOf, NUMBER_MARK, type MaskingMap } from './masking-map.ts';
import type { CompiledPolicy } from './masking-policy.ts';
import type { TextInspector } from './text-inspector.ts';
import type { SensitiveType } from './types.ts';

export type DocumentFormat = 'text' | 'json';

export interface DocumentMaskerOptions {
  readonly inspector: TextInspector;
  readonly policy: CompiledPolicy;
  /** 32 bytes, the same for all conversations that share an address plan. */
  readonly secret: Buffer;
  /** 32 bytes of this conversation. */
  readonly key: Buffer;
  readonly neverRestored: readonly SensitiveType[];
  /** Called every few milliseconds with the characters done so far, of all documents; what it throws ends the work. */
  readonly onProgress?: (step: 'inspecting' | 'masking', done: number) => void;
}

/**
 * Stands before every text while it is masked. What looks like JSON is restored with escapes in answers; in documents JSON is walked into, and
 * every text is restored as it is.
 */
const NO_JSON = '|\n';

interface Part {
  readonly text: string;
  /** Of types that are masked. */
  readonly findings: readonly Finding[];
  /** Of JSON: where it stands. */
  readonly slot?: Slot;
  readonly containers?: readonly Slot[];
}

interface Document {
  readonly source: string;
  readonly format: DocumentFormat;
  readonly parts: readonly Part[];
}

/** A pass that adds placeholders may find text that looks like one of them: it is repeated until none is new. */
const MOST_PASSES = 8;
/** Some milliseconds of work. */
const TURN_CHARACTERS = 32_768;
/** What a text costs however short it is. */
const SLOT_CHARACTERS = 64;
const LOOKS_LIKE_JSON = /^[ \t\r\n]*[{[]/;

export class DocumentMasker {
  readonly #options: DocumentMaskerOptions;
  readonly #placeholders: Placeholders;
  readonly #known = new KnownValues();
  readonly #documents: Document[] = [];
  readonly #values = new Map<SensitiveType, Set<string>>();
  readonly #refused = new Set<SensitiveType>();
  /** A value goes over several lines. */
  #knowsLines = false;
  /** Something that was found does not come back. */
  #keepsValues = false;
  #read = 0;
  #sinceTurn = 0;

  constructor(options: DocumentMaskerOptions) {
    this.#options = options;
    this.#placeholders = new Placeholders({ secret: options.secret, key: options.key, neverRestored: new Set(options.neverRestored) });
  }

  /** Distinct values that are masked, by type. */
  get masked(): Partial<Readonly<Record<SensitiveType, number>>> {
    return Object.fromEntries([...this.#values].map(([type, { size }]) => [type, size]));
  }

  /** Types among what was found that the policy does not let go even masked. */
  get refused(): readonly SensitiveType[] {
    return [...this.#refused].toSorted();
  }

  get map(): MaskingMap {
    return mapOf(this.#placeholders.vocabulary);
  }

  /** Looks through one more document. Error: the offset where it stops being JSON; nothing of it is taken then. */
  async read(source: string, format: DocumentFormat): Promise<Result<true, { readonly offset: number }>> {
    if (format === 'text') {
      const findings = this.#chosen(source, (await examineDocument(source, this.#look())).findings);
      this.#take({ source, format, parts: [{ text: source, findings }] });
      return ok(true);
    }
    const slots: (readonly [Slot, readonly Slot[]])[] = [];
    const walked = walkDeep(source, FREE_JSON, (slot, containers) => slots.push([slot, containers]));
    if (!walked.ok) return err(walked.error);
    const parts: Part[] = [];
    for (const [slot, containers] of slots) {
      const { findings } = await this.#options.inspector.inspect(slot.value, { hint: slot.name });
      parts.push({ text: slot.value, findings: this.#chosen(slot.value, findings), slot, containers });
      await this.#turn('inspecting', this.#read + slot.start, slot.value.length);
    }
    this.#take({ source, format, parts });
    return ok(true);
  }

  /** Each document as it may leave, in order. @throws MaskingFailed when one could not be restored */
  async mask(): Promise<readonly string[]> {
    for (const { parts } of this.#documents) for (const part of parts) this.#learn(part);
    const { vocabulary } = this.#placeholders;
    for (let pass = 0; pass < MOST_PASSES; pass++) {
      const before = vocabulary.size;
      const texts: string[] = [];
      let done = 0;
      for (const document of this.#documents) {
        texts.push(await this.#masked(document, done));
        done += document.source.length;
      }
      if (vocabulary.size === before) return texts;
    }
    throw new MaskingFailed('the placeholders of a document could not be told from its text');
  }

  #look(): Look {
    return {
      inspector: this.#options.inspector,
      onProgress: (done) => this.#options.onProgress?.('inspecting', this.#read + done),
    };
  }

  #take(document: Document): void {
    this.#documents.push(document);
    this.#read += document.source.length;
  }

  async #turn(step: 'inspecting' | 'masking', done: number, worked: number): Promise<void> {
    this.#sinceTurn += worked + SLOT_CHARACTERS;
    if (this.#sinceTurn < TURN_CHARACTERS) return;
    this.#sinceTurn = 0;
    this.#options.onProgress?.(step, done);
    await nextTurn();
  }

  #chosen(text: string, findings: readonly Finding[]): readonly Finding[] {
    const { policy } = this.#options;
    return findings.filter(({ type, label, start, end }) => {
      if (policy.refuses(type, label)) this.#refused.add(type);
      // A placeholder of an earlier run is no value.
      return policy.masks(type, label) && !isToken(text.slice(start, end));
    });
  }

  #learn({ text, findings }: Part): void {
    for (const finding of findings) {
      const { type, start, end, label } = finding;
      const value = text.slice(start, end);
      if (this.#placeholders.of(type, value, label) === value) continue;
      if (reachOf(value, finding) !== 'nowhere') this.#known.add(value, type);
      this.#knowsLines ||= value.includes('\n');
      this.#keepsValues ||= !this.#placeholders.restores(type);
      let values = this.#values.get(type);
      if (values === undefined) this.#values.set(type, (values = new Set()));
      values.add(value);
    }
  }

  async #masked({ source, format, parts }: Document, done: number): Promise<string> {
    if (format === 'text') return await this.#maskedText(source, parts[0]!.findings, done);
    const edits: DeepEdit[] = [];
    for (const { slot, containers, ...part } of parts) {
      const text = slot!.type === 'number' ? this.#maskedNumber(part) : this.#maskedString(part);
      if (text !== part.text) edits.push({ slot: slot!, containers: containers!, text });
      await this.#turn('masking', done + slot!.start, part.text.length);
    }
    return rewriteDeep(source, edits);
  }

  /** In pieces, because many findings in one text cost more than the same in several. */
  async #maskedText(text: string, findings: readonly Finding[], done: number): Promise<string> {
    const pieces: string[] = [];
    let [from, next] = [0, 0];
    // Cuts are at line ends: what holds none is never cut.
    const known = this.#knowsLines ? this.#known.findIn(text) : [];
    for (const to of cutsOf(text, [findings, known])) {
      const own: Finding[] = [];
      for (; next < findings.length && findings[next]!.start < to; next++) {
        const finding = findings[next]!;
        own.push({ ...finding, start: finding.start - from, end: finding.end - from });
      }
      pieces.push(this.#maskedPiece(text.slice(from, to), own));
      await this.#turn('masking', done + to, to - from);
      from = to;
    }
    return pieces.join('');
  }

  #maskedString({ text, findings }: Part): string {
    const masked = this.#maskedPiece(text, findings);
    if (masked === text || !isJson(masked) || isJson(text)) return masked;
    // It would be walked into on the way back, and was not on the way here: it is masked as a whole.
    const type = findings.find((finding) => !this.#placeholders.restores(finding.type))?.type ?? 'literal';
    return this.#placeholders.tokenOf(type, text);
  }

  #maskedPiece(text: string, findings: readonly Finding[]): string {
    const moved = findings.map((finding) => ({ ...finding, start: finding.start + NO_JSON.length, end: finding.end + NO_JSON.length }));
    const written = this.#maskedOrAgain({ text: NO_JSON + text, findings: moved, isSigned: false });
    if (!written.startsWith(NO_JSON)) throw new MaskingFailed('a text could not be told from what stands before it');
    const masked = written.slice(NO_JSON.length);
    // A proof of its own, which knows nothing of places: a file is masked once, and its original may be gone when it is to come back.
    if (masked === text || this.#keepsValues || restoreText(masked, this.#placeholders.vocabulary, 'text', { readsJson: false }) === text)
      return masked;
    throw new MaskingFailed('a masked text could not be restored');
  }

  /** A try that fails may have made placeholders that the text itself holds, which the next try knows. */
  #maskedOrAgain(input: TextToMask): string {
    const before = this.#placeholders.vocabulary.size;
    try {
      return maskText(input, this.#placeholders, this.#known);
    } catch (error) {
      if (!(error instanceof MaskingFailed) || this.#placeholders.vocabulary.size === before) throw error;
      return maskText(input, this.#placeholders, this.#known);
    }
  }

  /** All of it or nothing: half a number is none. */
  #maskedNumber({ text, findings }: Part): string {
    const [finding] = findings;
    const known = finding === undefined ? this.#known.findIn(text)[0]?.known : undefined;
    if (finding === undefined && known === undefined) return text;
    const type: MaskedType = finding?.type ?? this.#placeholders.typeOf(known!.source.value) ?? 'other';
    return this.#placeholders.tokenOf(type, text + NUMBER_MARK, finding?.label);
  }
}

function isJson(text: string): boolean {
  return LOOKS_LIKE_JSON.test(text) && walkSlots(text, FREE_JSON, () => undefined, { name: '', isTainted: false, isSequence: true }).ok;
}

const PIECE = 65_536;

/** Where pieces end: after a line end, and inside no range. Each list of ranges is in order and does not overlap. */
export function cutsOf(text: string, lists: readonly (readonly { readonly start: number; readonly end: number }[])[]): readonly number[] {
  const cuts: number[] = [];
  const at = lists.map(() => 0);
  const coveredUntil = (place: number): number => {
    for (const [index, list] of lists.entries()) {
      while (at[index]! < list.length && list[at[index]!]!.end <= place) at[index]!++;
      const range = list[at[index]!];
      if (range !== undefined && range.start < place) return range.end;
    }
    return place;
  };
  let from = 0;
  for (;;) {
    let end = from + PIECE;
    for (;;) {
      const line = text.indexOf('\n', end - 1);
      if (line < 0 || line + 1 >= text.length) return [...cuts, text.length];
      const reached = coveredUntil(line + 1);
      if (reached === line + 1) {
        from = reached;
        cuts.push(from);
        break;
      }
      end = reached;
    }
  }
}
