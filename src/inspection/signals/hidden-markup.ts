// Text that HTML hides from people: comments, white on white, no size, off the page. Hints only: a page may hide a menu, so that only what
// holds words is reported, and a comment only when its words read like instructions (signals.ts asks for that).
import type { HiddenText } from './hidden.ts';

const LONGEST_ELEMENT = 600;
const LONGEST_STYLE = 400;
const MOST = 16;
/** Styles looked at in one text: a page has many, and the rest are alike. */
const MOST_STYLES = 512;

const WHITE = /(?:^|[;\s])color\s{0,4}:\s{0,4}(?:#fff(?:fff)?\b|white\b|transparent\b|rgba?\(255, ?255, ?255)/;
/** White letters on a named colour are a design. */
const COLOURED = /background(?:-color)?\s{0,4}:\s{0,4}(?!#fff\b|#ffffff\b|white\b)/;

const HIDES =
  /(?:^|[;\s])(?:font-size\s{0,4}:\s{0,4}(?:0|1px|0\.\d{1,3})(?![\d.]*[1-9]\d)|display\s{0,4}:\s{0,4}none|visibility\s{0,4}:\s{0,4}hidden|opacity\s{0,4}:\s{0,4}0(?:\.0\d?)?(?![.\d])|(?:left|top|text-indent)\s{0,4}:\s{0,4}-\d{4,5}px)/;

/** At least two words of letters, or as much Japanese. */
const HAS_WORDS = /[a-z]{2,20}[ \n][a-z]{2,20}[ \n][a-z]|[\u3040-\u9fff]{6}/;

/** `text` and `folded` of a Subject; offsets in them. */
export function hiddenByStyle(text: string, folded: string): HiddenText[] {
  const found: HiddenText[] = [];
  let looked = 0;
  for (let at = folded.indexOf('style='); at >= 0 && found.length < MOST && looked < MOST_STYLES; at = folded.indexOf('style=', at + 6)) {
    looked++;
    const quote = folded[at + 6];
    if (quote !== '"' && quote !== "'") continue;
    const style = folded.slice(at + 7, at + 7 + LONGEST_STYLE);
    const length = style.indexOf(quote);
    if (length < 0 || !hides(style.slice(0, length))) continue;
    const open = at + 7 + length;
    const tagEnd = folded.slice(open, open + LONGEST_STYLE).indexOf('>');
    if (tagEnd < 0) continue;
    const start = open + tagEnd + 1;
    const inside = folded.slice(start, start + LONGEST_ELEMENT);
    const close = inside.indexOf('<');
    const end = start + (close < 0 ? inside.length : close);
    if (!HAS_WORDS.test(folded.slice(start, end))) continue;
    found.push({ kind: 'hidden-style', count: end - start, start, end, decoded: text.slice(start, end) });
  }
  return found;
}

function hides(style: string): boolean {
  return HIDES.test(style) || (WHITE.test(style) && !COLOURED.test(style));
}

const LONGEST_COMMENT = 2_048;

/** Comments that hold one of the positions (ascending). */
export function commentsAround(text: string, positions: readonly number[]): HiddenText[] {
  const found: HiddenText[] = [];
  let done = 0;
  for (const position of positions) {
    if (position < done || found.length >= MOST) continue;
    const open = text.slice(Math.max(0, position - LONGEST_COMMENT), position + 4).lastIndexOf('<!--');
    if (open < 0) continue;
    const start = Math.max(0, position - LONGEST_COMMENT) + open;
    const rest = text.slice(start, start + 2 * LONGEST_COMMENT);
    const close = rest.indexOf('-->');
    const end = start + (close < 0 ? rest.length : close + 3);
    if (end <= position) continue;
    found.push({ kind: 'html-comment', count: end - start, start, end, decoded: text.slice(start + 4, Math.min(end, start + 1_028)) });
    done = end;
  }
  return found;
}
