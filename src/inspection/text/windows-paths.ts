// Paths of Windows, in which a backslash is no escape: behind a drive (`D:\logs\new`) or a server (`\\nas01\temp`), as they are or with each
// backslash doubled, as JSON and source code write them. Only for telling escapes from separators; values in paths are found elsewhere.

export interface WindowsPath {
  readonly end: number;
  /** Runs of backslashes, and what each stands for. */
  readonly separators: readonly (readonly [start: number, end: number, text: string])[];
}

/** Words behind a blank belong to the name of a folder when they begin as in `Program Files (x86)`. */
const COMPONENT = /[^\\/:*?"'<>|\s,;]{1,128}(?: [A-Z0-9(\u3040-\u9fff][^\\/:*?"'<>|\s,;]{0,63}){0,4}/y;
const SERVER = /[A-Za-z0-9][A-Za-z0-9._-]{0,253}/y;
/** Behind an escape for a line break or a tab: an address or a number, which no folder is called. */
const VALUE = /[nrt]\+?[0-9][0-9.:-]{3}/y;

/** `at`: of `count` backslashes that are no more. */
export function windowsPathAt(text: string, at: number, count: number): WindowsPath | undefined {
  if (isDrive(text, at)) return pathFrom(text, at, count, [], at);
  if (count !== 2 && count !== 4 && count !== 8) return undefined;
  if (at > 0 && WORD.test(text[at - 1]!)) return undefined;
  const server = lengthAt(SERVER, text, at + count);
  const next = at + count + server;
  const between = count / 2;
  if (server === 0 || !isSeparator(text, next, between)) return undefined;
  return pathFrom(text, next, between, [[at, at + count, '\\\\']], undefined);
}

const WORD = /[\p{L}\p{N}_:.]/u;

function isDrive(text: string, at: number): boolean {
  return text[at - 1] === ':' && /[A-Za-z]/.test(text[at - 2] ?? '') && !/[\p{L}\p{N}_]/u.test(text[at - 3] ?? '');
}

function isSeparator(text: string, at: number, count: number): boolean {
  for (let index = 0; index < count; index++) if (text[at + index] !== '\\') return false;
  return text[at + count] !== '\\';
}

type Separator = WindowsPath['separators'][number];

function pathFrom(
  text: string,
  from: number,
  count: number,
  head: readonly Separator[],
  drive: number | undefined,
): WindowsPath | undefined {
  const separators = [...head];
  let at = from;
  while (isSeparator(text, at, count)) {
    const next = at + count;
    const length = lengthAt(COMPONENT, text, next);
    if (length === 0 || (count === 1 && lengthAt(VALUE, text, next) > 0)) break;
    separators.push([at, next, '\\']);
    at = next + length;
  }
  // `C:\` with nothing behind it.
  return at === from && drive !== undefined ? undefined : { end: at, separators };
}

function lengthAt(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0].length ?? 0;
}
