// One server-sent event as bytes: its data, and the event with other data. As rewriting/event-text.ts, without ever decoding what passes.
import { readEvent } from '../rewriting/event-text.ts';

export interface EventBytes {
  readonly bytes: Buffer;
  /** The data lines joined with line feeds. */
  readonly data: Buffer;
  /** Offset of the data where it is one line, else -1. */
  readonly dataStart: number;
}

const EVENT_LINE = /(?:^|[\r\n])event:[ ]?([^\r\n]*)/;
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/** Undefined for an event without data. */
export function readEventBytes(bytes: Buffer): EventBytes | undefined {
  // It may stand before the first line of a stream.
  const from = bytes.subarray(0, 3).equals(BYTE_ORDER_MARK) ? 3 : 0;
  const event = readEvent(bytes.toString('latin1', from));
  if (event === undefined) return undefined;
  if (event.dataStart < 0) return { bytes, data: Buffer.from(event.data, 'latin1'), dataStart: -1 };
  const dataStart = from + event.dataStart;
  return { bytes, data: bytes.subarray(dataStart, dataStart + event.data.length), dataStart };
}

export function eventName({ bytes }: EventBytes): string | undefined {
  return EVENT_LINE.exec(bytes.toString('latin1'))?.[1];
}

/** The event with `data` in place of its own; with a `type`, an event of that name where the event has one. */
export function eventWith(event: EventBytes, data: Buffer, type: string | undefined): Buffer {
  const { bytes, dataStart } = event;
  if (type === undefined && dataStart >= 0) {
    return Buffer.concat([bytes.subarray(0, dataStart), data, bytes.subarray(dataStart + event.data.length)]);
  }
  const text = bytes.toString('latin1');
  const lineEnd = /\r\n|\n|\r/.exec(text)?.[0] ?? '\n';
  const name = EVENT_LINE.exec(text)?.[1];
  const head = name === undefined ? '' : `event: ${type ?? name}${lineEnd}`;
  // JSON has line ends only between its tokens.
  const line = Buffer.from(data.toString('latin1').replaceAll(/[\r\n]/g, ' '), 'latin1');
  return Buffer.concat([Buffer.from(`${head}data: `, 'latin1'), line, Buffer.from(lineEnd + lineEnd)]);
}
