// What a format says about its events, for stream.ts: which strings are pieces of a longer text, when that text is over, and how an event
// looks that carries nothing but a rest of it.
import type { Fields } from '../json-fields.ts';

export type Path = readonly (string | number)[];

/** A string that continues a text. Names are paths with `/` at the end of each part, so that one may be the prefix of others. */
export interface Piece {
  /** The text that it continues. */
  readonly key: string;
  /** Texts under `scope` and outside `group` are over when this one goes on. */
  readonly scope: string;
  readonly group: string;
  /** The group's texts follow one another: when a new one begins, the others are over. */
  readonly isSerial: boolean;
}

export interface StreamPlan {
  /** Undefined: the string at `path` is a whole text. */
  pieceAt(payload: Fields, path: Path): Piece | undefined;
  /** Prefixes of the texts that are over with this event; '' is all of them. */
  endsOf(payload: Fields): readonly string[];
  /** An event like `payload` in which the string at `path` is `text`, and that says nothing else. */
  extra(payload: Fields, path: Path, text: string): Fields;
}

/** Objects and arrays down to `path` with `text` at its end, and beside it only what says where it belongs. */
export function onlyAt(source: unknown, path: Path, text: string, kept: readonly string[]): unknown {
  const [head, ...rest] = path;
  if (head === undefined) return text;
  const held = (source ?? {}) as Record<string | number, unknown>;
  const inner = onlyAt(held[head], rest, text, kept);
  if (Array.isArray(source)) return [inner];
  const bare: Record<string, unknown> = {};
  for (const name of kept) if (held[name] !== undefined) bare[name] = held[name];
  bare[head] = inner;
  return bare;
}

/** One part of a key: the first of the values that can be a position or an id, with its `/`. */
export function keyPart(...values: readonly unknown[]): string {
  const value = values.find((candidate) => typeof candidate === 'number' || typeof candidate === 'string');
  return `${value ?? ''}/`;
}
