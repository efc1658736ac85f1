// Byte order marks and UTF-16: the decoders behind this see UTF-8 only. Offsets of UTF-16 files count in the UTF-8 form of the text.
import type { Decoder } from './decoder.ts';

type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be';

/** `bom` is how many bytes of the head are the mark. */
export function encodingOf(head: Buffer): { readonly encoding: Encoding; readonly bom: number } {
  if (head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf) return { encoding: 'utf-8', bom: 3 };
  if (head[0] === 0xff && head[1] === 0xfe) return { encoding: 'utf-16le', bom: 2 };
  if (head[0] === 0xfe && head[1] === 0xff) return { encoding: 'utf-16be', bom: 2 };
  // Without a mark: ASCII text in UTF-16 has a zero in every second place, and text in UTF-8 has none at all.
  const sample = head.subarray(0, 256);
  const zeros = [0, 0];
  for (let at = 0; at < sample.length; at++) if (sample[at] === 0) zeros[at % 2] = (zeros[at % 2] as number) + 1;
  const most = (sample.length / 2) * 0.8;
  if (sample.length >= 8 && (zeros[1] as number) > most && zeros[0] === 0) return { encoding: 'utf-16le', bom: 0 };
  if (sample.length >= 8 && (zeros[0] as number) > most && zeros[1] === 0) return { encoding: 'utf-16be', bom: 0 };
  return { encoding: 'utf-8', bom: 0 };
}

export function toUtf8(encoding: Encoding): (chunk: Buffer | undefined) => Buffer {
  if (encoding === 'utf-8') return (chunk) => chunk ?? nothing;
  const decoder = new TextDecoder(encoding);
  return (chunk) => Buffer.from(chunk === undefined ? decoder.decode() : decoder.decode(chunk, { stream: true }));
}

const nothing = Buffer.alloc(0);

/** Takes a byte order mark off and turns UTF-16 into UTF-8 before the decoder; offsets begin after the mark of UTF-8 files. */
export function unicodeDecoder(head: Buffer, inner: Decoder): Decoder {
  const { encoding, bom } = encodingOf(head);
  let toSkip = bom;
  const convert = toUtf8(encoding);
  return {
    push(chunk) {
      const skipped = Math.min(toSkip, chunk.length);
      toSkip -= skipped;
      const text = convert(chunk.subarray(skipped));
      if (text.length > 0) inner.push(text);
    },
    end() {
      const text = convert(undefined);
      if (text.length > 0) inner.push(text);
      inner.end();
    },
  };
}
