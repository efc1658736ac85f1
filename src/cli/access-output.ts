// How commands about access show what the management API answered: one JSON document, or tables for people. Everything in an answer came
// from somewhere else, so nothing of it steers the terminal.
import type { Context } from './command.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { columns, plain, type Style, type Terminal } from './terminal.ts';

/** With --json the answer as it is, with `ok`; else what `human` writes. */
export function show(context: Context, answer: object, human: (terminal: Terminal) => void, code: ExitCode = EXIT.ok): ExitCode {
  if (context.json) context.terminal.out(JSON.stringify({ ok: code === EXIT.ok, ...answer }));
  else human(context.terminal);
  return code;
}

export type Cell = string | number | null | undefined;

/** `empty`: what is said, on standard error, where there are no rows. */
export function table(terminal: Terminal, head: readonly string[], rows: readonly (readonly Cell[])[], empty: string): void {
  if (rows.length === 0) return terminal.note(empty);
  const titles = head.map((title) => terminal.style('dim', title));
  terminal.out(columns([titles, ...rows.map((row) => row.map(cellText))]));
}

/** Names and values below each other; what is null is left out. */
export function facts(terminal: Terminal, rows: readonly (readonly [string, Cell])[]): void {
  const shown = rows.filter(([, value]) => value !== null && value !== undefined && value !== '');
  terminal.out(columns(shown.map(([name, value]) => [terminal.style('dim', name), cellText(value)])));
}

/** A line that says that something has been done. */
export function done(terminal: Terminal, text: string): void {
  terminal.out(`${terminal.style('green', '✓')} ${plain(text)}`);
}

// Our own colours around a text that is plain already.
const STYLED = new RegExp(String.raw`^${'\u001B'}\[\d+m(.*)${'\u001B'}\[\d+m$`, 's');

function cellText(cell: Cell): string {
  if (cell === null || cell === undefined || cell === '') return '–';
  const text = String(cell);
  return STYLED.test(text) ? text : plain(text);
}

const COLOURS: Readonly<Record<string, Parameters<Style>[0]>> = {
  active: 'green',
  approved: 'green',
  clear: 'green',
  met: 'green',
  ready: 'green',
  delivered: 'green',
  waiting: 'yellow',
  submitted: 'yellow',
  screening: 'yellow',
  screened: 'yellow',
  appealed: 'yellow',
  review: 'yellow',
  unknown: 'yellow',
  open: 'yellow',
  provisioned: 'yellow',
  denied: 'red',
  rejected: 'red',
  restricted: 'red',
  revoked: 'red',
  suspended: 'red',
  unmet: 'red',
};

/** A word for a state in the colour of its meaning. */
export function stateText(terminal: Terminal, state: string): string {
  const colour = COLOURS[state];
  return colour === undefined ? plain(state) : terminal.style(colour, plain(state));
}

/** `2026-11-24 09:30Z`, from an instant in ISO 8601. */
export function moment(at: string | null | undefined): string | null {
  return at === null || at === undefined ? null : `${at.slice(0, 10)} ${at.slice(11, 16)}Z`;
}

export function day(at: string | null | undefined): string | null {
  return at?.slice(0, 10) ?? null;
}

export function commas(names: readonly string[]): string {
  return names.join(', ');
}
