// What a format says about one event, for the gate: which calls it belongs to, and what becomes of it once they are decided.
import type { Call, ReviewDesk } from './desk.ts';

export interface Payload {
  /** Name of the event; undefined: as the event in whose place it comes. */
  readonly type?: string;
  readonly data: Buffer;
}

export interface Reading {
  readonly calls: readonly Call[];
  /**
   * Asked once, when all its calls are decided, in the order in which events came: the payloads that take its place; the very Buffer that
   * was read where nothing changes.
   */
  write(): readonly Payload[];
}

export interface StreamReader {
  /** Has to see every event, not only those with marks. */
  readonly readsAll: boolean;
  /**
   * One event, in the order of arrival. `undefined`: it can be read in no way or in more than one. `nameOf`: what its `event:` line says.
   */
  read(data: Buffer, nameOf: () => string | undefined): Reading | undefined;
  /** Events without marks that pass unread. */
  glance(text: string): void;
}

export interface Gating {
  /** What stands, in small letters or capitals, in every event that has to do with a call, or tells of one in its members' names. */
  readonly marks: RegExp;
  readonly createReader: (desk: ReviewDesk) => StreamReader;
  /** The same for a whole answer. */
  readonly wholeMarks: RegExp;
  readonly readWhole: (desk: ReviewDesk, body: Buffer) => Reading | undefined;
}

export const NO_CALLS: readonly Call[] = [];

/** It passes as it is. */
export function asItIs(data: Buffer): Reading {
  return { calls: NO_CALLS, write: () => [{ data }] };
}

/** It has no place in what the client gets. */
export const LEFT_OUT: Reading = { calls: NO_CALLS, write: () => [] };
