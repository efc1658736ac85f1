// Writes GGUF version 3 files (the container of ggml, `docs/gguf.md` there): metadata and F32 tensors, which is all that a model of a test
// needs. Little-endian, alignment 32. It reads nothing and knows nothing of models.
import { Buffer } from 'node:buffer';

const ALIGNMENT_BYTES = 32;
const VERSION = 3;
const F32 = 0;

const TYPE = { uint32: 4, int32: 5, float32: 6, bool: 7, string: 8, array: 9 } as const;

export type MetadataValue =
  | { readonly uint32: number }
  | { readonly float32: number }
  | { readonly bool: boolean }
  | { readonly string: string }
  | { readonly strings: readonly string[] }
  | { readonly float32s: readonly number[] }
  | { readonly int32s: readonly number[] };

export interface Tensor {
  readonly name: string;
  /** In ggml's order: the first is contiguous in memory. */
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** The bytes of a file that holds `metadata` and `tensors`, in the order given. */
export function ggufFile(metadata: Readonly<Record<string, MetadataValue>>, tensors: readonly Tensor[]): Buffer {
  const entries = Object.entries(metadata);
  const head = [Buffer.from('GGUF'), uint32(VERSION), uint64(tensors.length), uint64(entries.length)];
  for (const [key, value] of entries) head.push(string(key), ...typedValue(value));
  let offset = 0;
  const data: Buffer[] = [];
  for (const { name, shape, values } of tensors) {
    head.push(string(name), uint32(shape.length), ...shape.map(uint64), uint32(F32), uint64(offset));
    const bytes = Buffer.alloc(padded(values.byteLength));
    for (const [index, value] of values.entries()) bytes.writeFloatLE(value, index * 4);
    data.push(bytes);
    offset += bytes.length;
  }
  const front = Buffer.concat(head);
  return Buffer.concat([front, Buffer.alloc(padded(front.length) - front.length), ...data]);
}

function typedValue(value: MetadataValue): Buffer[] {
  if ('uint32' in value) return [uint32(TYPE.uint32), uint32(value.uint32)];
  if ('float32' in value) return [uint32(TYPE.float32), float32(value.float32)];
  if ('bool' in value) return [uint32(TYPE.bool), Buffer.from([value.bool ? 1 : 0])];
  if ('string' in value) return [uint32(TYPE.string), string(value.string)];
  if ('strings' in value) return list(TYPE.string, value.strings.map(string));
  if ('float32s' in value) return list(TYPE.float32, value.float32s.map(float32));
  return list(TYPE.int32, value.int32s.map(int32));
}

function list(type: number, items: readonly Buffer[]): Buffer[] {
  return [uint32(TYPE.array), uint32(type), uint64(items.length), ...items];
}

function string(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([uint64(bytes.length), bytes]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return bytes;
}

function float32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return bytes;
}

function uint64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

function padded(length: number): number {
  return Math.ceil(length / ALIGNMENT_BYTES) * ALIGNMENT_BYTES;
}
