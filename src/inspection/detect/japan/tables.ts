// Columns of tables inside a text (CSV, TSV, `|` tables, columns of spaces): which header stands above a value. Knows nothing of labels:
// the caller says which lines are headers. Reads a line at most once.

export interface Table {
  readonly start: number;
  readonly end: number;
  readonly delimiter: string;
  readonly header: readonly Cell[];
  /** Where its lines begin. */
  readonly lines: readonly number[];
}

export interface Cell {
  readonly start: number;
  readonly end: number;
}

const DELIMITERS = ['\t', '|', ',', ';'] as const;
const SPACES = '  ';
/** A label alone on its line, and a value on each line below. */
const LINE = '\n';

/** Tables in order. `labelsIn` counts labels in a range of the text. */
export function tablesOf(text: string, labelsIn: (start: number, end: number) => number): readonly Table[] {
  const tables: Table[] = [];
  let open: { start: number; delimiter: string; header: readonly Cell[]; lines: number[] } | undefined;
  const close = (at: number) => {
    if (open !== undefined && open.start < at) tables.push({ ...open, end: at });
    open = undefined;
  };
  for (let start = 0; start < text.length;) {
    const newline = text.indexOf('\n', start);
    const end = newline < 0 ? text.length : newline;
    const header = headerAt(text, start, end, labelsIn);
    if (header !== undefined) {
      close(start);
      open = { ...header, start: end + 1, lines: [] };
    } else if (open !== undefined) {
      const line = text.slice(start, Math.min(end, start + 4000));
      if (open.delimiter === LINE ? /^[\s0-9A-Z()+.-]{4,40}$/.test(line) : line.includes(open.delimiter)) open.lines.push(start);
      else close(start);
    }
    start = end + 1;
  }
  close(text.length);
  return tables;
}

function headerAt(text: string, start: number, end: number, labelsIn: (start: number, end: number) => number) {
  if (end - start > 2000) return undefined;
  const labels = labelsIn(start, end);
  if (labels === 0) return undefined;
  const line = text.slice(start, end);
  if (/[0-9]{3}/.test(line)) return undefined;
  const delimiter = DELIMITERS.find((candidate) => line.includes(candidate)) ?? (labels > 1 && line.includes(SPACES) ? SPACES : undefined);
  if (delimiter === undefined)
    return line.trim().length <= 20 && !/[0-9]/.test(line) ? { delimiter: LINE, header: [{ start, end }] } : undefined;
  const header = cellsOf(text, start, end, delimiter);
  const isHeader =
    header.length > 1 &&
    header.every((cell) => cell.end - cell.start <= 40 && !/[:={}。]|[0-9].*[^\s0-9"]/.test(text.slice(cell.start, cell.end)));
  return isHeader ? { delimiter, header } : undefined;
}

/** Cells of the line `[start, end)`; a delimiter inside double quotes is none. */
export function cellsOf(text: string, start: number, end: number, delimiter: string): readonly Cell[] {
  const cells: Cell[] = [];
  let cell = start;
  let isQuoted = false;
  for (let at = start; at < end; at++) {
    if (delimiter === ',' && text[at] === '"') isQuoted = !isQuoted;
    if (isQuoted || !text.startsWith(delimiter, at)) continue;
    cells.push({ start: cell, end: at });
    if (delimiter === SPACES) while (at + 1 < end && text[at + 1] === ' ') at++;
    cell = delimiter === SPACES ? at + 1 : at + delimiter.length;
  }
  cells.push({ start: cell, end });
  return cells;
}
