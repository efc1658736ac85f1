// IPv4 addresses, also "defanged" (`10[.]1[.]2[.]3`), without port and prefix length. Not versions, sections, object identifiers, netmasks;
// and not what names no machine: loopback, the unspecified and the broadcast address.
import type { Detector } from '../detector.ts';
import type { Subject } from '../../text/subject.ts';
import { before, hintForValue, isDigitAt, isWordAt } from './near.ts';

const OCTET = '(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])';
const DOTTED = new RegExp(`(?<![A-Za-z0-9_.])${OCTET}(?:\\.${OCTET}){3}(?![A-Za-z0-9_]|\\.[A-Za-z0-9_])`, 'g');
const DEFANGED = new RegExp(
  `${OCTET}(?:\\[\\.\\]|\\(\\.\\)|\\[dot\\]|\\.)${OCTET}(?:(?:\\[\\.\\]|\\(\\.\\)|\\[dot\\]|\\.)${OCTET}){2}(?![0-9])`,
  'iy',
);
const NO_MACHINE =
  /^(?:127\.|0\.0\.0\.0$|255\.(?:255|254|252|248|240|224|192|128|0)\.(?:255|254|252|248|240|224|192|128|0)\.(?:255|254|252|248|240|224|192|128|0)$)/;
const IS_VERSION =
  /(?:\bv(?:er(?:sion|s)?)?|\brelease|\bbuild|\brev(?:ision)?|\bfirmware|\bpatch|version|\bsection|\bsec\.|§|\bchapter|\bclause|\bparagraph|\boid|\bappendix|\btable|\bfigure|\bfig\.|\bsdk|\bupgraded? to|バージョン|版|第)[\s"'\\:=(<>~^]{0,6}$/;
/** A product in a user agent: `Chrome/120.0.0.0`. A network interface (`outside/10.1.2.3`) is written in lower case. */
const PRODUCT = /[A-Z][A-Za-z]*\/$/;
const VERSION_HINT = /version$|^ver$|oid$/;

export const ipv4: Detector = {
  id: 'ipv4',
  types: ['ipv4-address'],
  runs: ['dotted'],
  triggers: ['[.]', '(.)', '[dot]'],
  find(subject, start, end, report) {
    const isTrigger = '[('.includes(subject.text[start]!);
    if (isTrigger) return defanged(subject, start, report);
    if (end - start < 7 || VERSION_HINT.test(hintForValue(subject))) return;
    for (const match of subject.text.slice(start, end).matchAll(DOTTED)) {
      const at = start + match.index;
      const close = at + match[0].length;
      if (NO_MACHINE.test(match[0]) || isPartOfName(subject.text, at, close) || isVersion(subject, at)) continue;
      report({ type: 'ipv4-address', start: at, end: close, confidence: 0.9, rule: 'ipv4.dotted' });
    }
  },
};

function defanged(subject: Subject, trigger: number, report: Parameters<Detector['find']>[3]): void {
  const { text } = subject;
  let from = trigger;
  while (from > trigger - 3 && isDigitAt(text, from - 1)) from--;
  // The first of its brackets finds it all: `10[.]1` or `10.1[.]2`, or `10.1.2[.]3`, as reports have it.
  while (text[from - 1] === '.' && isDigitAt(text, from - 2) && trigger - from < 12) {
    from--;
    while (isDigitAt(text, from - 1) && trigger - from < 12) from--;
  }
  if (from === trigger || isWordAt(text, from - 1) || '])'.includes(text[from - 1] ?? ' ')) return;
  DEFANGED.lastIndex = from;
  const match = DEFANGED.exec(text);
  if (match === null || NO_MACHINE.test(match[0].replaceAll(/[^0-9]+/g, '.'))) return;
  report({ type: 'ipv4-address', start: from, end: from + match[0].length, confidence: 0.95, rule: 'ipv4.defanged' });
}

/** `libfoo-1.2.3.4`, `1.2.3.4-rc1`; a range `10.0.0.1-10.0.0.9` is none. */
function isPartOfName(text: string, start: number, end: number): boolean {
  if (text[start - 1] === '-' && isWordAt(text, start - 2) && !isDigitAt(text, start - 2)) return true;
  return text[end] === '-' && isWordAt(text, end + 1) && !isDigitAt(text, end + 1);
}

function isVersion(subject: Subject, start: number): boolean {
  return IS_VERSION.test(before(subject, start, 24)) || PRODUCT.test(subject.text.slice(Math.max(0, start - 24), start));
}
