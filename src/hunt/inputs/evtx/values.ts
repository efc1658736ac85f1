// Values as BinXML stores them, written the way the usual converters to JSON write them: numbers stay numbers while they are exact.
// Source: the documented Windows XML Event Log format. Reading beyond the bytes given throws RangeError; the record is then bad.

export type EvtxScalar = string | number | boolean | null;
export type EvtxValue = EvtxScalar | readonly EvtxScalar[];

export const NULL_TYPE = 0x00;
export const BINXML_TYPE = 0x21;
const ARRAY = 0x80;

/** Bytes of one element of an array of this type. */
const sizes: Readonly<Record<number, number>> = {
  0x03: 1,
  0x04: 1,
  0x05: 2,
  0x06: 2,
  0x07: 4,
  0x08: 4,
  0x09: 8,
  0x0a: 8,
  0x0b: 4,
  0x0c: 8,
  0x0d: 4,
  0x0f: 16,
  0x11: 8,
  0x12: 16,
  0x14: 4,
  0x15: 8,
};

export function readValue(bytes: Buffer, at: number, size: number, type: number): EvtxValue {
  if (size === 0) return type === NULL_TYPE ? null : type === 0x01 || type === 0x02 ? '' : null;
  if ((type & ARRAY) === 0) return readScalar(bytes, at, size, type);
  const inner = type & ~ARRAY;
  if (inner === 0x01) return trimNul(utf16(bytes, at, size)).split('\0');
  if (inner === 0x02) return trimNul(bytes.toString('latin1', at, at + size)).split('\0');
  const step = sizes[inner];
  if (step === undefined) return hex(bytes, at, size);
  const values: EvtxScalar[] = [];
  for (let offset = 0; offset + step <= size; offset += step) values.push(readScalar(bytes, at + offset, step, inner));
  return values;
}

function readScalar(bytes: Buffer, at: number, size: number, type: number): EvtxScalar {
  switch (type) {
    case 0x00:
      return null;
    case 0x01:
      return trimNul(utf16(bytes, at, size));
    case 0x02:
      return trimNul(bytes.toString('latin1', at, at + size));
    case 0x03:
      return bytes.readInt8(at);
    case 0x04:
      return bytes.readUInt8(at);
    case 0x05:
      return bytes.readInt16LE(at);
    case 0x06:
      return bytes.readUInt16LE(at);
    case 0x07:
      return bytes.readInt32LE(at);
    case 0x08:
      return bytes.readUInt32LE(at);
    case 0x09:
      return exact(bytes.readBigInt64LE(at));
    case 0x0a:
      return exact(bytes.readBigUInt64LE(at));
    case 0x0b:
      return finite(bytes.readFloatLE(at));
    case 0x0c:
      return finite(bytes.readDoubleLE(at));
    case 0x0d:
      return (size >= 4 ? bytes.readUInt32LE(at) : bytes.readUInt8(at)) !== 0;
    case 0x0f:
      return guid(bytes, at);
    case 0x10:
      return size >= 8 ? `0x${bytes.readBigUInt64LE(at).toString(16)}` : `0x${bytes.readUInt32LE(at).toString(16)}`;
    case 0x11:
      return fileTimeText(bytes.readUInt32LE(at), bytes.readUInt32LE(at + 4));
    case 0x12:
      return systemTime(bytes, at);
    case 0x13:
      return sid(bytes, at, size);
    case 0x14:
      return `0x${bytes.readUInt32LE(at).toString(16)}`;
    case 0x15:
      return `0x${bytes.readBigUInt64LE(at).toString(16)}`;
    default:
      return hex(bytes, at, size);
  }
}

/** UTF-16LE, as many whole code units as there are. */
export function utf16(bytes: Buffer, at: number, size: number): string {
  if (at < 0 || at + size > bytes.length) throw new RangeError('a text reaches beyond its record');
  return bytes.toString('utf16le', at, at + (size & ~1));
}

function trimNul(text: string): string {
  let end = text.length;
  while (end > 0 && text.charCodeAt(end - 1) === 0) end--;
  return end === text.length ? text : text.slice(0, end);
}

function exact(value: bigint): number | string {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value.toString();
}

/** JSON has no word for NaN and infinities. */
function finite(value: number): number | string {
  return Number.isFinite(value) ? value : String(value);
}

function hex(bytes: Buffer, at: number, size: number): string {
  if (at + size > bytes.length) throw new RangeError('a value reaches beyond its record');
  return bytes.toString('hex', at, at + size).toUpperCase();
}

function guid(bytes: Buffer, at: number): string {
  if (at + 16 > bytes.length) throw new RangeError('a GUID reaches beyond its record');
  const part = (value: number, digits: number) => value.toString(16).padStart(digits, '0');
  const rest = bytes.toString('hex', at + 8, at + 16);
  return `${part(bytes.readUInt32LE(at), 8)}-${part(bytes.readUInt16LE(at + 4), 4)}-${part(bytes.readUInt16LE(at + 6), 4)}-${rest.slice(0, 4)}-${rest.slice(4)}`.toUpperCase();
}

const EPOCH_DIFFERENCE_MS = 11_644_473_600_000;

/** A FILETIME in milliseconds since 1970, with the microseconds beyond them. */
export function fileTime(low: number, high: number): { readonly ms: number; readonly micros: number } {
  // 2^32 ticks of 100 ns are 429496.7296 ms; in parts, so that no digit is lost in floating point.
  const ticks = high * 4_294_967_296;
  if (Number.isSafeInteger(ticks + low)) {
    const all = ticks + low;
    return { ms: Math.floor(all / 10_000) - EPOCH_DIFFERENCE_MS, micros: Math.floor((all % 10_000) / 10) };
  }
  const all = (BigInt(high) << 32n) | BigInt(low);
  return { ms: Number(all / 10_000n) - EPOCH_DIFFERENCE_MS, micros: Number((all % 10_000n) / 10n) };
}

function fileTimeText(low: number, high: number): string {
  const { ms, micros } = fileTime(low, high);
  if (Math.abs(ms) > 8.64e15) return '';
  return `${new Date(ms).toISOString().slice(0, -1)}${String(micros).padStart(3, '0')}Z`;
}

function systemTime(bytes: Buffer, at: number): string {
  const part = (index: number, digits = 2) => String(bytes.readUInt16LE(at + 2 * index)).padStart(digits, '0');
  return `${part(0, 4)}-${part(1)}-${part(3)}T${part(4)}:${part(5)}:${part(6)}.${part(7, 3)}Z`;
}

function sid(bytes: Buffer, at: number, size: number): string {
  const count = bytes.readUInt8(at + 1);
  if (8 + 4 * count > size) return hex(bytes, at, size);
  let text = `S-${bytes.readUInt8(at)}-${bytes.readUIntBE(at + 2, 6)}`;
  for (let index = 0; index < count; index++) text += `-${bytes.readUInt32LE(at + 8 + 4 * index)}`;
  return text;
}
