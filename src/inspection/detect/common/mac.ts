// Hardware addresses (EUI-48 and EUI-64): with colons, with hyphens, and Cisco's three groups of four. Not the broadcast address, not zeros,
// not fingerprints, which are longer.
import type { Detector } from '../detector.ts';
import { isWordAt } from './near.ts';

const HEX = '0123456789abcdef';
const COLONS = /^[0-9a-f]{2}(?::[0-9a-f]{2}){5}(?:(?::[0-9a-f]{2}){2})?$/i;
const HYPHENS = /[0-9a-f]{2}(?:-[0-9a-f]{2}){5}(?:(?:-[0-9a-f]{2}){2})?(?![\w-])/iy;
const CISCO = /(?<![\w.-])[0-9a-f]{4}\.[0-9a-f]{4}\.[0-9a-f]{4}(?![\w-]|\.\w)/gi;
const NO_DEVICE = /^(?:[0-]+|[f-]+)$/i;

export const mac: Detector = {
  id: 'mac',
  types: ['mac-address'],
  runs: ['colons', 'dotted'],
  // A hyphen and a hexadecimal digit: called often, so the first question is a cheap one.
  triggers: HEX.split('').map((digit) => `-${digit}`),
  find(subject, start, end, report) {
    const { text } = subject;
    if (text[start] === '-') return hyphens(text, start, report);
    const run = text.slice(start, end);
    if (run.includes(':')) return colons(text, start, end, report);
    if (end - start < 14) return;
    for (const match of run.matchAll(CISCO)) {
      const value = match[0].replaceAll('.', '');
      // Letters and digits, or it is a number with dots.
      if (NO_DEVICE.test(value) || !/[a-f]/i.test(value) || !/[0-9]/.test(value)) continue;
      report({ type: 'mac-address', start: start + match.index, end: start + match.index + 14, confidence: 0.85, rule: 'mac.cisco' });
    }
  },
};

function colons(text: string, start: number, end: number, report: Parameters<Detector['find']>[3]): void {
  const from = text[start] === ':' && text[start + 1] !== ':' ? start + 1 : start;
  const to = text[end - 1] === ':' ? end - 1 : end;
  if (to - from !== 17 && to - from !== 23) return;
  const value = text.slice(from, to);
  if (!COLONS.test(value) || NO_DEVICE.test(value.replaceAll(':', '-'))) return;
  if ((from === start && isWordAt(text, from - 1)) || isWordAt(text, to)) return;
  report({ type: 'mac-address', start: from, end: to, confidence: to - from === 17 ? 0.95 : 0.7, rule: 'mac.colons' });
}

function hyphens(text: string, hyphen: number, report: Parameters<Detector['find']>[3]): void {
  if (text[hyphen + 3] !== '-' || text[hyphen - 3] === '-' || isWordAt(text, hyphen - 3) || !isWordAt(text, hyphen - 2)) return;
  HYPHENS.lastIndex = hyphen - 2;
  const value = HYPHENS.exec(text)?.[0];
  if (value === undefined || NO_DEVICE.test(value)) return;
  const confidence = /[a-f]/i.test(value) ? 0.9 : 0.6;
  report({ type: 'mac-address', start: hyphen - 2, end: hyphen - 2 + value.length, confidence, rule: 'mac.hyphens' });
}
