// JSON whose numbers survive being read and written: a tool's arguments may hold integers beyond 2^53 or `1.0`, and must arrive as sent.
// Source: ECMAScript proposal "JSON.parse source text access" (in Node 24); the compiler's library does not declare it yet.

interface SourceTextJson {
  parse(text: string, reviver: (key: string, value: unknown, context: { readonly source?: string }) => unknown): unknown;
  rawJSON(text: string): unknown;
}

const sourceTextJson: SourceTextJson = JSON as unknown as SourceTextJson;

/** The parsed value, in which a number that JavaScript would write differently is kept as raw JSON text; undefined for what is no JSON. */
export function parseKeepingNumbers(text: string): unknown {
  return guarded(() =>
    sourceTextJson.parse(text, (_key, value, { source }) =>
      typeof value === 'number' && source !== undefined && String(value) !== source ? sourceTextJson.rawJSON(source) : value,
    ),
  );
}

/** JSON text of parsed JSON; undefined when it is nested too deeply to be written. */
export function jsonText(value: unknown): string | undefined {
  return guarded(() => JSON.stringify(value));
}

/** Hostile nesting exhausts the stack of the recursive walk (RangeError); broken text is a SyntaxError. Both mean: not readable. */
function guarded<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (error instanceof RangeError || error instanceof SyntaxError) return undefined;
    throw error;
  }
}
