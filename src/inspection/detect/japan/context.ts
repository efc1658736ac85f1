// What the surroundings of a value say about it: the member name of the JSON string, the header of its column, the nearest label before it,
// a label right behind it. All labels of a text are found once, in one pass, and only when some detector has a candidate. Does not judge
// values.
import { AhoCorasick } from '../../text/aho-corasick.ts';
import type { Subject } from '../../text/subject.ts';
import { allLabels, type Family } from './labels.ts';
import { cellsOf, tablesOf, type Cell, type Table } from './tables.ts';

/** - `named`: member name, column, or a label with nothing but filler between; `near`: the nearest label within reach, or one behind.
 *  - `foreign`: named as another identifier; `other`: named as something that is none of ours; `none`: nothing known. */
export type Evidence = 'named' | 'near' | 'foreign' | 'other' | 'none';

interface Label {
  readonly start: number;
  readonly end: number;
  readonly family: Family;
}

interface Surroundings {
  readonly labels: readonly Label[];
  readonly hint: ReadonlySet<Family>;
  /** Of all labels and of the hint. */
  readonly families: ReadonlySet<Family>;
  readonly tables: readonly Table[];
  readonly cells: Map<number, readonly Cell[]>;
  readonly latest: { start: number; before: Before };
}

const LABELS = [...allLabels()];
const AUTOMATON = new AhoCorasick(LABELS.map(([literal]) => literal));
const KNOWN = new WeakMap<Subject, Surroundings>();

/** Before a value at most this far, unless the detector says otherwise. */
const REACH = 60;
const LONGEST_REACH = 120;
const REACH_BEHIND = 16;
const FILLER_LENGTH = 24;

/** Only what people write between a label and its value. */
const FILLER =
  /^(?:[\s:=>"'`()[\]{}【】「」『』〈〉《》〔〕<|,;、・.…→⇒*#_~/-]|は|が|の|を|に|と|も|第|番号|番|欄|です|:|及び|または|又は|コード|記載|以下|次|通り|とおり|下記|新|旧|本人|会社|自宅|勤務先|個人|昼間|日中|代表|直通|専用|現在|変更後|変更前|半角|数字|ハイフン|なし|あり|桁|必須|任意|西暦|和暦|確認|情報|[0-9]{1,2}桁|number|no|num|is|was|on|the|my|your|his|her|their|value|th|td|string|str|int)*$/;

export function contextOf(subject: Subject, start: number, end: number, families: readonly Family[], reach = REACH): Evidence {
  const around = surroundings(subject);
  const isOurs = (family: Family) => families.includes(family);
  if (around.hint.size > 0) {
    if (families.some((family) => around.hint.has(family))) return 'named';
    if (isWhole(subject, start, end)) return strange(around.hint);
  }
  const column = columnFamilies(subject, around, start);
  if (column.length > 0 && !hasLabelInCell(subject, around, start)) return column.some(isOurs) ? 'named' : strange(new Set(column));
  const before = beforeAt(subject, around, start);
  const isWithinReach = before.distance <= reach && before.families.some(isOurs);
  if (isWithinReach && before.isDirect) return 'named';
  if (before.isDirect && !isWithinReach) return strange(new Set(before.families));
  if (before.isNamedSomehow) return 'other';
  if (isWithinReach && !before.hasValue) return 'near';
  return isOurs(behind(subject, around.labels, end) ?? 'other') ? 'near' : 'none';
}

/** `TEL: 03-1234-5678` in a cell: nearer than the header. */
function hasLabelInCell(subject: Subject, around: Surroundings, start: number): boolean {
  const before = beforeAt(subject, around, start);
  return before.isDirect && !/[\n\t,;|]|  /.test(subject.text.slice(start - before.distance, start));
}

/** Whether a label of one of the families stands within `reach` before the value or at most 30 behind it, whatever else stands there. */
export function isMentioned(subject: Subject, start: number, end: number, families: readonly Family[], reach = REACH): boolean {
  const { labels, hint } = surroundings(subject);
  if (families.some((family) => hint.has(family))) return true;
  for (let at = firstFrom(labels, start - reach); at < labels.length && labels[at]!.start < end + 30; at++)
    if (families.includes(labels[at]!.family)) return true;
  return false;
}

/** A label that the table does not know: some word of number, code or id right before the value. */
const SOMEHOW =
  /(?:[\p{Script=Han}\p{Script=Katakana}ーA-Za-z](?:番号|コード|ID|ナンバー| ?N[oO]\.?|キー|#)|[A-Za-z][ _-](?:id|no\.?|number|code|key|num)|[a-z](?:Id|ID|No|Number|Code|Key))["'\])】」]{0,2}[\s:=は]{0,3}["'「([【]{0,2}$/u;

function isNamedSomehow(text: string, start: number): boolean {
  return SOMEHOW.test(text.slice(Math.max(0, start - 24), start));
}

/** Whether the text, its name included, has any label of the family. */
export function hasLabel(subject: Subject, family: Family): boolean {
  return surroundings(subject).families.has(family);
}

function strange(families: ReadonlySet<Family>): Evidence {
  return families.has('other') ? 'other' : 'foreign';
}

function isWhole(subject: Subject, start: number, end: number): boolean {
  return subject.text.length - (end - start) <= 4;
}

interface Before {
  readonly families: readonly Family[];
  readonly distance: number;
  readonly isDirect: boolean;
  readonly isNamedSomehow: boolean;
  /** Another number stands between, and what follows it is neither a list nor another name. */
  readonly hasValue: boolean;
}

const NOTHING: Before = { families: [], distance: Infinity, isDirect: false, isNamedSomehow: false, hasValue: false };

/** Between two labels of one value. */
const JOINT = /^[\s・/、,&()|と-]{0,3}$/;
const VALUE = /[0-9](?:[-() ]?[0-9]){6}/;
const LIST = /(?:[0-9][\s、,/・;]{1,3}|: ?|[\p{Script=Han}]{2,4} ?)$/u;

/** Several detectors ask for the same place one after the other. */
function beforeAt(subject: Subject, around: Surroundings, start: number): Before {
  const { latest } = around;
  if (latest.start !== start) {
    latest.start = start;
    latest.before = nearestBefore(subject, around.labels, start);
  }
  return latest.before;
}

/** The nearest label before, with those that stand side by side with it (`電話/FAX`, `マイナンバー(個人番号)`). */
function nearestBefore(subject: Subject, labels: readonly Label[], start: number): Before {
  let at = firstFrom(labels, start) - 1;
  // A label that reaches into the value is none of its labels.
  while (at >= 0 && labels[at]!.end > start) at--;
  const nearest = labels[at];
  const distance = nearest === undefined ? Infinity : start - nearest.end;
  const nothing = { ...NOTHING, isNamedSomehow: isNamedSomehow(subject.text, start) };
  if (nearest === undefined || distance > LONGEST_REACH) return nothing;
  const between = subject.text.slice(nearest.end, start);
  if (/\n\s{0,200}\n/.test(between)) return nothing;
  const isDirect = distance <= FILLER_LENGTH && FILLER.test(between.toLowerCase());
  const families = [nearest.family];
  for (let left = at - 1; left >= 0 && nearest.family !== 'other' && families.length < 4; left--) {
    if (!JOINT.test(subject.text.slice(labels[left]!.end, labels[left + 1]!.start).slice(0, 4))) break;
    families.push(labels[left]!.family);
  }
  return { ...nothing, families, distance, isDirect, hasValue: VALUE.test(between) && !LIST.test(between) };
}

/** A label behind the value on the same line, unless it names the next value. */
function behind(subject: Subject, labels: readonly Label[], end: number): Family | undefined {
  const label = labels[firstFrom(labels, end)];
  if (label === undefined || label.start - end > REACH_BEHIND) return undefined;
  const { text } = subject;
  if (/[\n。0-9,;|]/.test(text.slice(end, label.start))) return undefined;
  if (/^(?:番号|no\.?)?[\s:=>"'()は|]{0,6}(?:[a-z]{0,2}[0-9]|[+(]|〒)/i.test(text.slice(label.end, label.end + 12))) return undefined;
  return label.family;
}

function columnFamilies(subject: Subject, around: Surroundings, start: number): readonly Family[] {
  const table = last(around.tables, start);
  if (table === undefined || start >= table.end) return [];
  const { text } = subject;
  const lineStart = table.lines[lastNumber(table.lines, start)] ?? table.start;
  let cells = around.cells.get(lineStart);
  if (cells === undefined) {
    const newline = text.indexOf('\n', start);
    cells = cellsOf(text, lineStart, newline < 0 ? text.length : newline, table.delimiter);
    around.cells.set(lineStart, cells);
  }
  // A line with more or fewer cells than the header says nothing about its columns.
  if (cells.length !== table.header.length) return [];
  const column = lastIndex(cells, start);
  const header = table.header[column];
  if (header === undefined) return [];
  const found: Family[] = [];
  for (let at = firstFrom(around.labels, header.start); at < around.labels.length && around.labels[at]!.start < header.end; at++)
    found.push(around.labels[at]!.family);
  return found;
}

function surroundings(subject: Subject): Surroundings {
  const known = KNOWN.get(subject);
  if (known !== undefined) return known;
  const labels = labelsOf(subject.folded, subject.text);
  const hint = new Set(hintLabels(subject.hint));
  const tables = subject.text.includes('\n')
    ? tablesOf(subject.text, (start, end) => {
        const first = firstFrom(labels, start);
        return (labels[first]?.start ?? end) >= end ? 0 : firstFrom(labels, end) - first;
      })
    : [];
  const families = new Set([...hint, ...labels.map(({ family }) => family)]);
  const found = { labels, hint, families, tables, cells: new Map<number, readonly Cell[]>(), latest: { start: -1, before: NOTHING } };
  KNOWN.set(subject, found);
  return found;
}

/** `phoneNumber` and `phone_number` are the same name. */
function hintLabels(hint: string): readonly Family[] {
  if (hint === '' || hint.length > 100) return [];
  const words = hint.normalize('NFKC').replaceAll(/(?<=[a-z0-9])(?=[A-Z])/g, '_');
  return labelsOf(words.toLowerCase(), words).map(({ family }) => family);
}

/** In order, without those that lie inside a longer one. Labels of Latin letters are whole words. */
function labelsOf(folded: string, text: string): readonly Label[] {
  const found: Label[] = [];
  AUTOMATON.scan(folded, (literal, start, end) => {
    const [label, family] = LABELS[literal]!;
    if (isLatin(label.charCodeAt(0)) && (isWordBefore(text, start) || isWordBehind(folded, end))) return;
    if (label === '生年' && text.startsWith('月日', end)) return;
    while (found.length > 0 && found.at(-1)!.start >= start) found.pop();
    if (found.length === 0 || found.at(-1)!.end < end) found.push({ start, end, family });
  });
  return found;
}

function isLatin(code: number): boolean {
  return code >= 0x61 && code <= 0x7a;
}

/** `homeTel` has the word `Tel`. */
function isWordBefore(text: string, start: number): boolean {
  const before = text.charCodeAt(start - 1) || 0;
  if (!isLatin(before | 0x20)) return false;
  const first = text.charCodeAt(start);
  return !(isLatin(before) && first >= 0x41 && first <= 0x5a);
}

function isWordBehind(folded: string, end: number): boolean {
  const next = folded.charCodeAt(end) || 0;
  return isLatin(next) && isLatin(folded.charCodeAt(end - 1));
}

function firstFrom(labels: readonly Label[], start: number): number {
  return lastIndex(labels, start - 1) + 1;
}

function last<T extends { readonly start: number }>(sorted: readonly T[], at: number): T | undefined {
  return sorted[lastIndex(sorted, at)];
}

function lastNumber(sorted: readonly number[], at: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! <= at) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Index of the last one that begins at `at` or before; -1 when there is none. */
function lastIndex(sorted: readonly { readonly start: number }[], at: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]!.start <= at) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
