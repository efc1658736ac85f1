// Reads JSON where it stands, level by level, so that one value in it can be replaced and every other byte stays: a number keeps its digits.
// What two parsers could read in two ways (a member that is there twice, a look-alike of one that is asked for, bytes that are no UTF-8)
// makes the whole unreadable, once and for all that this reader reads.
import { isUtf8 } from 'node:buffer';
import { scanJsonElements, scanJsonObject, type JsonObjectScan } from '#kernel';

/** An array and its elements, as ranges of its bytes. */
export interface JsonArray {
  readonly bytes: Buffer;
  readonly places: readonly { readonly start: number; readonly end: number }[];
}

/** No answer has so many choices, calls, blocks or items. */
const MAX_ELEMENTS = 4096;
const OPEN_BRACE = 0x7b;
const OPEN_BRACKET = 0x5b;

export class JsonReader {
  isUnreadable = false;

  /** The object that `bytes` are, with those of the wanted members that it has; undefined for what begins like no object. */
  object(bytes: Buffer | undefined, wanted: ReadonlySet<string>): JsonObjectScan | undefined {
    if (bytes === undefined || bytes[0] !== OPEN_BRACE) return undefined;
    const scanned = scanJsonObject(bytes, wanted);
    if (scanned.ok) return scanned.value;
    this.isUnreadable = true;
    return undefined;
  }

  array(bytes: Buffer | undefined, maxElements = MAX_ELEMENTS): JsonArray | undefined {
    if (bytes === undefined || bytes[0] !== OPEN_BRACKET) return undefined;
    const places: { start: number; end: number }[] = [];
    let count = 0;
    const end = scanJsonElements(bytes, 0, (start, to) => {
      if (count++ < maxElements) places.push({ start, end: to });
    });
    if (end === bytes.length && count <= maxElements) return { bytes, places };
    this.isUnreadable = true;
    return undefined;
  }

  value(bytes: Buffer | undefined): unknown {
    if (bytes === undefined) return undefined;
    try {
      return JSON.parse(bytes.toString()) as unknown;
    } catch {
      this.isUnreadable = true;
      return undefined;
    }
  }

  /** A string. What stands there and is none, some clients take for its text and others for none. */
  text(bytes: Buffer | undefined): string | undefined {
    const value = this.value(bytes);
    if (typeof value === 'string') return value;
    if (bytes !== undefined) this.isUnreadable = true;
    return undefined;
  }

  /** A position: a whole number from 0 on. What stands there and is none, clients take for one place or another. */
  index(bytes: Buffer | undefined): number | undefined {
    const value = this.value(bytes);
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
    if (bytes !== undefined) this.isUnreadable = true;
    return undefined;
  }
}

/** The object that an event's data or a body is; undefined when it is none that everybody reads alike. */
export function readObject(json: JsonReader, data: Buffer, wanted: ReadonlySet<string>): JsonObjectScan | undefined {
  if (!isUtf8(data)) return undefined;
  const scanned = scanJsonObject(data, wanted);
  return scanned.ok && !json.isUnreadable ? scanned.value : undefined;
}

/** The bytes of a member's value; undefined when it is absent or null. */
export function memberOf(object: JsonObjectScan | undefined, name: string): Buffer | undefined {
  const member = object?.members.get(name);
  if (object === undefined || member === undefined) return undefined;
  const bytes = object.bytes.subarray(member.start, member.end);
  return bytes.length === 4 && bytes.equals(NULL) ? undefined : bytes;
}

export function elementOf({ bytes, places }: JsonArray, position: number): Buffer {
  const { start, end } = places[position]!;
  return bytes.subarray(start, end);
}

/** The array's JSON with some elements replaced; null takes one away, with the comma before it (of the first: behind it). */
export function withElements(array: JsonArray, changes: ReadonlyMap<number, string | null>): string {
  const { bytes, places } = array;
  let kept = '';
  let count = 0;
  places.forEach(({ start, end }, position) => {
    const change = changes.get(position);
    if (change === null) return;
    if (count++ > 0) kept += bytes.toString('utf8', places[position - 1]!.end, start);
    kept += change ?? bytes.toString('utf8', start, end);
  });
  const first = places[0]?.start ?? bytes.length - 1;
  const last = places.at(-1)?.end ?? first;
  return bytes.toString('utf8', 0, first) + kept + bytes.toString('utf8', last);
}

const NULL = Buffer.from('null');
