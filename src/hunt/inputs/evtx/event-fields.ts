// A filled template to the flat fields of an event, under the names that `windows-json.ts` gives the same event written as JSON.
import type { FieldValue } from '../../event.ts';
import { newFields } from '../flatten.ts';

import { BadBinXml, BINXML_TYPE, readValue, type BinXmlReader, type Filled, type Part, type Values, type XmlElement } from './binxml.ts';
import { NULL_TYPE, type EvtxScalar, type EvtxValue } from './values.ts';

type Node = XmlElement | Part;
type Mutable = Record<string, FieldValue>;

/** All that one record may visit and hold: a small template can ask for the same long value many times. */
const MAX_VISITS = 50_000;
const MAX_CHARACTERS = 8 * 1024 * 1024;
const MAX_ITEMS = 4096;

export class EventFields {
  readonly #reader: BinXmlReader;
  #visits = 0;
  #characters = 0;

  constructor(reader: BinXmlReader) {
    this.#reader = reader;
  }

  read(at: number, end: number): Mutable {
    this.#visits = 0;
    this.#characters = 0;
    const fields = newFields();
    const filled = this.#reader.read(at, end);
    for (const [event, values] of this.#elements(filled.nodes, filled.values, 0)) {
      for (const [part, inner] of this.#elements(event.children, values, 0)) this.#part(fields, part, inner);
    }
    return fields;
  }

  #part(fields: Mutable, part: XmlElement, values: Values | undefined): void {
    if (part.name === 'System') {
      for (const [element, inner] of this.#elements(part.children, values, 0)) this.#system(fields, element, inner);
    } else if (part.name === 'EventData' || part.name === 'ProcessingErrorData') {
      for (const [element, inner] of this.#elements(part.children, values, 0)) this.#data(fields, element, inner, '', 0);
    } else if (part.name === 'UserData') {
      // One more element, named after the event, stands around the fields.
      for (const [wrapper, around] of this.#elements(part.children, values, 0)) {
        const inner = [...this.#elements(wrapper.children, around, 0)];
        if (inner.length === 0) this.#data(fields, wrapper, around, '', 0);
        for (const [element, under] of inner) this.#data(fields, element, under, '', 0);
      }
    } else this.#data(fields, part, values, '', 0);
  }

  #system(fields: Mutable, element: XmlElement, values: Values | undefined): void {
    let isEmpty = true;
    for (const attribute of element.attributes) {
      if (attribute.name === 'xmlns') continue;
      const value = this.#value(attribute.parts, values);
      if (value === undefined) continue;
      isEmpty = false;
      const name = `${element.name}_${attribute.name}`;
      put(fields, name === 'TimeCreated_SystemTime' ? 'TimeCreated' : name, value);
    }
    const value = this.#value(element.children, values);
    if (value !== undefined || isEmpty) put(fields, element.name, value ?? null);
  }

  #data(fields: Mutable, element: XmlElement, values: Values | undefined, prefix: string, depth: number): void {
    if (depth > 16) throw new BadBinXml('nested too deep');
    const named = element.name === 'Data' ? element.attributes.find(({ name }) => name === 'Name') : undefined;
    const given = named === undefined ? undefined : this.#value(named.parts, values);
    const name = prefix + (typeof given === 'string' && given !== '' ? given : element.name);
    const inner = [...this.#elements(element.children, values, 0)];
    if (inner.length > 0) {
      for (const [child, under] of inner) this.#data(fields, child, under, `${name}.`, depth + 1);
      return;
    }
    const value = this.#value(element.children, values);
    put(fields, name, value ?? null);
  }

  /** The elements among the nodes, also those that come as a value. */
  *#elements(nodes: readonly Node[], values: Values | undefined, depth: number): Generator<readonly [XmlElement, Values | undefined]> {
    if (depth > 16) throw new BadBinXml('nested too deep');
    for (const node of nodes) {
      this.#visit();
      if (!('kind' in node)) yield [node, values];
      else if (node.kind === 'tree') yield* this.#elements(node.tree.nodes, node.tree.values, depth + 1);
      else if (node.kind === 'hole') {
        const inner = this.#nested(node.index, values);
        if (inner !== undefined) yield* this.#elements(inner.nodes, inner.values, depth + 1);
      }
    }
  }

  #nested(index: number, values: Values | undefined): Filled | undefined {
    if (values === undefined || index >= values.count || values.layout[3 * index + 2] !== BINXML_TYPE) return undefined;
    const [at = 0, size = 0] = values.layout.slice(3 * index, 3 * index + 2);
    return size === 0 ? undefined : this.#reader.read(at, at + size);
  }

  /** Undefined: nothing there at all. A single value keeps its type. */
  #value(parts: readonly Node[], values: Values | undefined): EvtxValue | undefined {
    let result: EvtxValue | undefined;
    for (const part of parts) {
      this.#visit();
      if (!('kind' in part) || part.kind === 'tree') continue;
      const value = part.kind === 'text' ? part.value : this.#hole(part.index, values);
      if (value === undefined || value === null) continue;
      if (typeof value === 'string') this.#characters += value.length;
      if (this.#characters > MAX_CHARACTERS) throw new BadBinXml('holds more text than its size allows');
      result = result === undefined ? value : `${asText(result)}${asText(value)}`;
    }
    return result;
  }

  #hole(index: number, values: Values | undefined): EvtxValue | undefined {
    if (values === undefined || index >= values.count) return undefined;
    const { layout } = values;
    const type = layout[3 * index + 2] as number;
    if (type === NULL_TYPE || type === BINXML_TYPE) return undefined;
    return readValue(this.#reader.bytes, layout[3 * index] as number, layout[3 * index + 1] as number, type);
  }

  #visit(): void {
    if (++this.#visits > MAX_VISITS) throw new BadBinXml('more elements than any event has');
  }
}

function asText(value: EvtxValue): string {
  return Array.isArray(value) ? value.join(', ') : String(value);
}

function put(fields: Mutable, name: string, value: EvtxValue): void {
  const before = fields[name];
  if (before === undefined) {
    fields[name] = value;
    return;
  }
  const list = Array.isArray(before) ? (before as EvtxScalar[]) : [before as EvtxScalar];
  if (list.length < MAX_ITEMS) list.push(...(Array.isArray(value) ? (value as readonly EvtxScalar[]) : [value as EvtxScalar]));
  fields[name] = list;
}
