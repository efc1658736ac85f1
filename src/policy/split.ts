// Cuts a text into policies, so that each keeps its place: Cedar numbers the policies of one text anew and forgets lines. Knows as much of the
// grammar as that takes (strings, comments, brackets, the semicolon); whether a policy is one, Cedar says. Here also are the bounds that keep
// Cedar's recursion inside its stack: see cedar.ts.

export interface PolicyPiece {
  /** From the first character that is neither blank nor comment, to the semicolon. */
  readonly text: string;
  /** Line of that character, from 1. */
  readonly line: number;
  /** Why Cedar must not be given it. */
  readonly problem: { readonly message: string; readonly line: number } | undefined;
}

/** Bounds of one policy. Cedar's stack overflows at about 130 brackets, or 300 to 900 operators in a row. */
export const MOST_POLICY_BYTES = 16_384;
const MOST_BRACKETS = 24;
const MOST_OPERATORS = 256;

// Strings, comments, brackets, the end, and whatever makes an expression deeper. A string that does not end runs to the end of its text.
const TOKEN =
  /"[^"\\]*(?:\\[\s\S][^"\\]*)*(?:"|$)|\/\/[^\r\n]*|[([{]|[)\]}]|;|&&|\|\||[!<>=]=|[-+*.!<>]|\b(?:if|when|unless|has|like|in|is)\b/g;
const BLANK = /(?:\s|\/\/[^\r\n]*)*/y;

/** What stands behind the last semicolon is a piece too, where it is more than blank; Cedar says what it lacks. */
export function splitPolicies(text: string): readonly PolicyPiece[] {
  const pieces: PolicyPiece[] = [];
  const lineAt = lineCounter(text);
  let start = skipBlank(text, 0);
  while (start < text.length) {
    const piece = readPiece(text, start, lineAt);
    pieces.push(piece);
    start = skipBlank(text, start + piece.text.length);
  }
  return pieces;
}

// The same strings and comments as above.
const EFFECT = /"[^"\\]*(?:\\[\s\S][^"\\]*)*(?:"|$)|\/\/[^\r\n]*|\bforbid\b/g;

/** A policy that applies where this one does, and permits. Of the text: Cedar's JSON form would round its large numbers. */
export function asPermit(policy: string): string {
  let isFound = false;
  return policy.replace(EFFECT, (token) => {
    if (isFound || token !== 'forbid') return token;
    isFound = true;
    return 'permit';
  });
}

function readPiece(text: string, start: number, lineAt: (index: number) => number): PolicyPiece {
  const line = lineAt(start);
  let depth = 0;
  let operators = 0;
  let problem: PolicyPiece['problem'];
  const found = (message: string, index: number): void => void (problem ??= { message, line: lineAt(index) });
  let end = text.length;
  TOKEN.lastIndex = start;
  for (let match = TOKEN.exec(text); match !== null; match = TOKEN.exec(text)) {
    const [token] = match;
    if (token === ';') {
      end = TOKEN.lastIndex;
      break;
    }
    if (token.startsWith('"') || token.startsWith('//')) continue;
    if ('([{'.includes(token)) {
      if (++depth > MOST_BRACKETS) found(`brackets inside each other, more than ${MOST_BRACKETS} deep`, match.index);
    } else if (')]}'.includes(token)) depth--;
    else if (++operators > MOST_OPERATORS) {
      found(`more than ${MOST_OPERATORS} operators; make several policies of it`, match.index);
    }
  }
  const piece = text.slice(start, end);
  if (Buffer.byteLength(piece) > MOST_POLICY_BYTES) found(`longer than ${MOST_POLICY_BYTES} bytes; make several policies of it`, start);
  return { text: piece, line, problem };
}

function skipBlank(text: string, from: number): number {
  BLANK.lastIndex = from;
  BLANK.exec(text);
  return BLANK.lastIndex;
}

/** Line of an index, from 1, for indexes that mostly grow. */
function lineCounter(text: string): (index: number) => number {
  let line = 1;
  let counted = 0;
  return (index) => {
    if (index < counted) [line, counted] = [1, 0];
    for (; counted < index; counted++) if (text.charCodeAt(counted) === 10) line++;
    return line;
  };
}
