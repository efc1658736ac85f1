// Loads the operator's dictionary from CSV files (docs/how-to/write-a-dictionary.md). Every bad line is reported, and a file with a bad line
// loads nothing: half a dictionary would let pass what the other half names.
import { err, ok, type Result } from '#kernel';
import { DATA_LEVELS } from '../classify/index.ts';
import { infoOf, TermCompiler } from './compiled.ts';
import { readCsv, type CsvRecord } from './csv.ts';
import { dictionaryOf, type Dictionary } from './dictionary.ts';
import { encodingProblem } from './encoding.ts';
import { MATCHES, readTerm, type Match } from './term.ts';

export interface DictionaryProblem {
  readonly file: string;
  /** 1-based; 0 where the whole file is meant. */
  readonly line: number;
  readonly reason: string;
}

export interface DictionaryLimits {
  /** Terms and aliases together. */
  readonly maxTerms: number;
  /** Of all files together. */
  readonly maxBytes: number;
  /** More than these are only counted. */
  readonly maxProblems: number;
}

export const DICTIONARY_LIMITS: DictionaryLimits = { maxTerms: 2_000_000, maxBytes: 256 * 2 ** 20, maxProblems: 10_000 };

/** The label of terms that have none. */
export const DEFAULT_LABEL = 'term';

/** Labels have a number of 26 bits; far fewer are of use to a policy. */
const MAX_LABELS = 10_000;

export function loadDictionary(
  files: readonly string[],
  read: (file: string) => Uint8Array,
  limits: DictionaryLimits = DICTIONARY_LIMITS,
): Result<Dictionary, readonly DictionaryProblem[]> {
  const problems = new Problems(limits.maxProblems);
  const intake = new Intake(limits.maxTerms);
  let bytesLeft = limits.maxBytes;
  for (const file of files) {
    let bytes: Uint8Array;
    try {
      bytes = read(file);
    } catch (error) {
      problems.add(file, 0, `it cannot be read: ${error instanceof Error ? error.message : String(error)}`);
      continue;
    }
    bytesLeft -= bytes.byteLength;
    if (bytesLeft < 0) {
      problems.add(file, 0, `with it, the dictionary has more than ${limits.maxBytes} bytes`);
      break;
    }
    const encoding = encodingProblem(bytes);
    if (encoding !== undefined) problems.add(file, encoding.line, encoding.reason);
    else loadFile(bytes, intake, (line, reason) => problems.add(file, line, reason));
  }
  const found = problems.all();
  return found.length > 0 ? err(found) : ok(dictionaryOf(intake.compiler.finish(), [...intake.labels.keys()]));
}

type Bad = (line: number, reason: string) => void;

function loadFile(bytes: Uint8Array, intake: Intake, bad: Bad): void {
  let columns: Columns | undefined;
  let isUseless = false;
  let count = 0;
  readCsv(bytes, {
    record(record) {
      count++;
      if (isUseless) return;
      if (columns === undefined) {
        const read = readHeader(record);
        if (typeof read === 'string') bad(record.line, read);
        else columns = read;
        // Without its header, no line of the file means anything.
        isUseless = typeof read === 'string';
        return;
      }
      if (record.fields !== columns.count) bad(record.line, `${record.fields} fields where the header has ${columns.count}`);
      else intake.take(record, columns, bad);
    },
    bad(line, reason) {
      if (columns === undefined && count++ === 0) isUseless = true;
      bad(line, reason);
    },
  });
  if (count === 0) bad(0, 'it is empty; the first line names the columns, such as "term,label"');
}

const COLUMNS = ['term', 'label', 'class', 'match', 'aliases'] as const;

interface Columns extends Record<(typeof COLUMNS)[number], number> {
  count: number;
}

/** Where each column is; -1 where it is not. */
function readHeader(record: CsvRecord): Columns | string {
  const columns: Columns = { term: -1, label: -1, class: -1, match: -1, aliases: -1, count: record.fields };
  for (let field = 0; field < record.fields; field++) {
    const written = record.text(field).trim();
    const name = COLUMNS.find((known) => known === written.toLowerCase());
    if (name === undefined) return `the header names the column ${shown(written)}; there are ${COLUMNS.join(', ')}`;
    if (columns[name] >= 0) return `the header names the column "${name}" twice`;
    columns[name] = field;
  }
  return columns.term < 0 ? 'the header names no column "term"' : columns;
}

const LABEL = /^[a-z0-9][a-z0-9-]{0,63}$/;
const MATCH_NAMES: readonly string[] = MATCHES;
const CLASS_NAMES: readonly string[] = DATA_LEVELS;

/** Turns records into terms of one compiler. */
class Intake {
  readonly compiler = new TermCompiler();
  readonly labels = new Map<string, number>();
  readonly #maxTerms: number;
  #isFull = false;

  constructor(maxTerms: number) {
    this.#maxTerms = maxTerms;
  }

  take(record: CsvRecord, columns: Columns, bad: Bad): void {
    const field = (column: number): string => (column < 0 ? '' : record.text(column).trim());
    const label = field(columns.label) || DEFAULT_LABEL;
    if (!LABEL.test(label)) return bad(record.line, `the label ${shown(label)} is not of a-z, 0-9 and - (at most 64, no - first)`);
    const dataClass = field(columns.class);
    if (dataClass !== '' && !CLASS_NAMES.includes(dataClass))
      return bad(record.line, `the class ${shown(dataClass)} is none of ${CLASS_NAMES.join(', ')}`);
    const match = field(columns.match) || 'default';
    if (match !== 'default' && !MATCH_NAMES.includes(match))
      return bad(record.line, `the match ${shown(match)} is none of ${MATCH_NAMES.join(', ')}`);
    const labelNumber = this.#labelNumber(label);
    if (labelNumber === undefined) return bad(record.line, `more than ${MAX_LABELS} labels`);
    const info = { classNumber: CLASS_NAMES.indexOf(dataClass) + 1, label: labelNumber, match: match as Match };
    this.#add(record.text(columns.term), info, (reason) => bad(record.line, reason));
    const aliases = field(columns.aliases);
    if (aliases === '') return;
    for (const alias of aliases.split('|')) this.#add(alias, info, (reason) => bad(record.line, `alias ${shown(alias.trim())}: ${reason}`));
  }

  #add(
    written: string,
    { classNumber, label, match }: { classNumber: number; label: number; match: Match },
    bad: (reason: string) => void,
  ): void {
    const term = readTerm(written, match);
    if (typeof term === 'string') return bad(term);
    if (this.compiler.count >= this.#maxTerms) {
      if (!this.#isFull) bad(`more than ${this.#maxTerms} terms and aliases; the lines from here on are not read`);
      this.#isFull = true;
      return;
    }
    this.compiler.add(term.text, infoOf(term.flags, classNumber, label));
  }

  #labelNumber(label: string): number | undefined {
    const known = this.labels.get(label);
    if (known !== undefined) return known;
    if (this.labels.size >= MAX_LABELS) return undefined;
    this.labels.set(label, this.labels.size);
    return this.labels.size - 1;
  }
}

class Problems {
  readonly #problems: DictionaryProblem[] = [];
  readonly #most: number;
  #more = 0;

  constructor(most: number) {
    this.#most = most;
  }

  add(file: string, line: number, reason: string): void {
    if (this.#problems.length < this.#most) this.#problems.push({ file, line, reason });
    else this.#more++;
  }

  all(): readonly DictionaryProblem[] {
    const last = this.#problems.at(-1);
    if (this.#more === 0 || last === undefined) return this.#problems;
    return [...this.#problems, { file: last.file, line: 0, reason: `and ${this.#more} more problems` }];
  }
}

/** A field in a message: short, and one line. */
function shown(written: string): string {
  return JSON.stringify(written.length > 40 ? `${written.slice(0, 40)}…` : written);
}
