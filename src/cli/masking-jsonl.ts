// Findings of many texts for a program: a line `{"id","text"}` in, a line `{"id","spans"}` out, in order, with one line in memory.
import type { Finding, SensitiveType, TextInspector } from '#inspection';
import { codePointsIn, ofTypes } from './masking-places.ts';
import type { Line } from './masking-input.ts';
import type { Output } from './masking-output.ts';

export interface JsonlRun {
  readonly lines: AsyncIterable<Line>;
  readonly inspector: TextInspector;
  readonly types: ReadonlySet<SensitiveType>;
  readonly output: Output;
  /** A line that is left out, and why. */
  readonly bad: (line: number, reason: string) => void;
  readonly onProgress: (lines: number) => void;
}

export interface JsonlResult {
  readonly lines: number;
  readonly bad: number;
}

/** Ends early when whoever reads the output has gone. */
export async function inspectLines({ lines, inspector, types, output, bad, onProgress }: JsonlRun): Promise<JsonlResult> {
  let read = 0;
  let left = 0;
  for await (const { number, text, problem } of lines) {
    if (text === '') continue;
    read++;
    const parsed = text === undefined ? problem! : parseLine(text);
    if (typeof parsed === 'string') {
      left++;
      bad(number, parsed);
      continue;
    }
    const { findings } = await inspector.inspect(parsed.text);
    const line = JSON.stringify({ id: parsed.id, spans: spansOf(parsed.text, ofTypes(findings, types)) });
    if (!(await output.write(`${line}\n`))) break;
    onProgress(read);
  }
  return { lines: read, bad: left };
}

interface JsonlText {
  readonly id: string | number;
  readonly text: string;
}

function parseLine(line: string): JsonlText | string {
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch {
    return 'it is not JSON';
  }
  if (typeof parsed !== 'object' || parsed === null) return 'it is not an object';
  const { id, text } = parsed as Readonly<Record<string, unknown>>;
  if (typeof id !== 'string' && typeof id !== 'number') return 'its `id` is no text and no number';
  return typeof text === 'string' ? { id, text } : 'its `text` is no text';
}

export function spansOf(text: string, findings: readonly Finding[]) {
  const points = codePointsIn(text);
  return findings.map(({ start, end, type, confidence }) => ({ start: points(start), end: points(end), type, confidence }));
}
