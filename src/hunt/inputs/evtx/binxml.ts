// BinXML to a tree of elements: names and texts as they stand, substitutions as holes. A template is parsed once per chunk and filled
// for each record. Every offset comes from the file and may lie: reads are bounded by the chunk, depth and node counts by limits.
import { BINXML_TYPE, readValue, utf16, type EvtxValue } from './values.ts';

export type Part =
  | { readonly kind: 'text'; readonly value: EvtxValue }
  | { readonly kind: 'hole'; readonly index: number; readonly isOptional: boolean }
  | { readonly kind: 'tree'; readonly tree: Filled };

export interface XmlElement {
  readonly name: string;
  readonly attributes: readonly { readonly name: string; readonly parts: readonly Part[] }[];
  readonly children: readonly (XmlElement | Part)[];
}

/** A template with the values for its holes. */
export interface Filled {
  readonly nodes: readonly (XmlElement | Part)[];
  readonly values: Values | undefined;
}

export interface Values {
  readonly count: number;
  /** [offset, size, type] for each, flat. */
  readonly layout: readonly number[];
}

const MAX_DEPTH = 64;
const MAX_NODES = 20_000;
const MAX_NESTED = 8;

export class BadBinXml extends Error {}

/** Of one chunk: its bytes, and the names and templates found so far. */
export class BinXmlReader {
  readonly bytes: Buffer;
  readonly #names = new Map<number, string>();
  readonly #templates = new Map<number, readonly (XmlElement | Part)[]>();
  #at = 0;
  #end = 0;
  #nodes = 0;
  #nested = 0;

  constructor(chunk: Buffer) {
    this.bytes = chunk;
  }

  /** The document of a record, or of a value that is itself BinXML. */
  read(at: number, end: number): Filled {
    if (end > this.bytes.length || at > end) throw new BadBinXml('reaches beyond its chunk');
    const before = { at: this.#at, end: this.#end, nodes: this.#nodes };
    if (this.#nested >= MAX_NESTED) throw new BadBinXml('nested too deep');
    this.#nested++;
    try {
      this.#at = at;
      this.#end = end;
      this.#nodes = 0;
      return this.#document();
    } finally {
      this.#nested--;
      this.#at = before.at;
      this.#end = before.end;
      this.#nodes = before.nodes;
    }
  }

  #document(): Filled {
    if (this.#peek() === 0x0f) this.#at += 4;
    if (this.#peek() !== 0x0c) return { nodes: this.#content(0, false), values: undefined };
    this.#at += 1;
    const { bytes } = this;
    const definition = bytes.readUInt32LE(this.#at + 5);
    this.#at += 9;
    const nodes = this.#template(definition);
    if (definition === this.#at) this.#at += 24 + bytes.readUInt32LE(definition + 20);
    return { nodes, values: this.#values() };
  }

  #values(): Values {
    const count = this.bytes.readUInt32LE(this.#at);
    const table = this.#at + 4;
    let at = table + 4 * count;
    if (count > 4096 || at > this.#end) throw new BadBinXml('more values than its record can hold');
    const layout: number[] = [];
    for (let index = 0; index < count; index++) {
      const size = this.bytes.readUInt16LE(table + 4 * index);
      layout.push(at, size, this.bytes[table + 4 * index + 2] as number);
      at += size;
    }
    if (at > this.#end) throw new BadBinXml('values reach beyond their record');
    this.#at = at;
    return { count, layout };
  }

  #template(definition: number): readonly (XmlElement | Part)[] {
    const known = this.#templates.get(definition);
    if (known !== undefined) return known;
    const size = this.bytes.readUInt32LE(definition + 20);
    const before = { at: this.#at, end: this.#end, nodes: this.#nodes };
    this.#at = definition + 24;
    this.#end = this.#at + size;
    if (this.#end > this.bytes.length) throw new BadBinXml('a template reaches beyond its chunk');
    this.#nodes = 0;
    try {
      if (this.#peek() === 0x0f) this.#at += 4;
      const nodes = this.#content(0, true);
      this.#templates.set(definition, nodes);
      return nodes;
    } finally {
      this.#at = before.at;
      this.#end = before.end;
      this.#nodes = before.nodes;
    }
  }

  #peek(): number {
    return this.#at < this.#end ? (this.bytes[this.#at] as number) : 0;
  }

  /** Up to the end of the fragment or of the element it stands in. */
  #content(depth: number, isTemplate: boolean): (XmlElement | Part)[] {
    if (depth > MAX_DEPTH) throw new BadBinXml('nested too deep');
    const nodes: (XmlElement | Part)[] = [];
    for (;;) {
      const token = this.#peek() & ~0x40;
      if (token === 0x00) return nodes;
      if (token === 0x04) {
        this.#at++;
        return nodes;
      }
      if (++this.#nodes > MAX_NODES) throw new BadBinXml('more elements than any event has');
      if (token === 0x01) nodes.push(this.#element(depth, isTemplate));
      else if (token === 0x0f) this.#at += 4;
      else if (token === 0x0c) nodes.push({ kind: 'tree', tree: this.#document() });
      else if (token === 0x0a) this.#instruction();
      else nodes.push(this.#part());
    }
  }

  #element(depth: number, isTemplate: boolean): XmlElement {
    const hasAttributes = (this.#peek() & 0x40) !== 0;
    // Only within a template does a dependency identifier stand before the size.
    this.#at += isTemplate ? 7 : 5;
    const name = this.#name();
    const attributes: { name: string; parts: Part[] }[] = [];
    if (hasAttributes) {
      this.#at += 4;
      while ((this.#peek() & ~0x40) === 0x06) {
        if (++this.#nodes > MAX_NODES) throw new BadBinXml('more attributes than any event has');
        this.#at++;
        attributes.push({ name: this.#name(), parts: this.#parts() });
      }
    }
    const close = this.#peek();
    this.#at++;
    if (close === 0x03) return { name, attributes, children: [] };
    if (close !== 0x02) throw new BadBinXml('an element without its end');
    return { name, attributes, children: this.#content(depth + 1, isTemplate) };
  }

  #parts(): Part[] {
    const parts: Part[] = [];
    for (;;) {
      const token = this.#peek() & ~0x40;
      if (token !== 0x05 && token !== 0x08 && token !== 0x09 && token !== 0x0d && token !== 0x0e) return parts;
      if (++this.#nodes > MAX_NODES) throw new BadBinXml('more parts than any event has');
      parts.push(this.#part());
    }
  }

  #part(): Part {
    const { bytes } = this;
    const token = this.#peek() & ~0x40;
    this.#at++;
    if (token === 0x0d || token === 0x0e) {
      const index = bytes.readUInt16LE(this.#at);
      this.#at += 3;
      return { kind: 'hole', index, isOptional: token === 0x0e };
    }
    if (token === 0x05) {
      const type = bytes.readUInt8(this.#at++);
      if (type !== 0x01) throw new BadBinXml(`a text of type ${type}`);
      return { kind: 'text', value: this.#counted() };
    }
    if (token === 0x07) return { kind: 'text', value: this.#counted() };
    if (token === 0x08) {
      const code = bytes.readUInt16LE(this.#at);
      this.#at += 2;
      return { kind: 'text', value: String.fromCharCode(code) };
    }
    if (token === 0x09) return { kind: 'text', value: entities[this.#name()] ?? '' };
    throw new BadBinXml(`unknown token ${token}`);
  }

  #instruction(): void {
    this.#at++;
    this.#name();
    if (this.#peek() !== 0x0b) return;
    this.#at++;
    this.#counted();
  }

  #counted(): string {
    const count = this.bytes.readUInt16LE(this.#at);
    const text = utf16(this.bytes, this.#at + 2, 2 * count);
    this.#at += 2 + 2 * count;
    return text;
  }

  #name(): string {
    const offset = this.bytes.readUInt32LE(this.#at);
    this.#at += 4;
    const count = this.bytes.readUInt16LE(offset + 6);
    // The first use of a name holds the name itself.
    if (offset === this.#at) this.#at += 8 + 2 * count + 2;
    const known = this.#names.get(offset);
    if (known !== undefined) return known;
    const name = utf16(this.bytes, offset + 8, 2 * count);
    this.#names.set(offset, name);
    return name;
  }
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

export { BINXML_TYPE, readValue };
