// Ordinary code and ordinary logs: what must pass without findings of secrets, and what speed is measured on. The same on every machine
// that has the same packages installed.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { randomOf } from './random.ts';

const ROOT = resolve(import.meta.dirname, '../..');

/** Packages whose sources are read, with the most bytes taken of each, in order of path. */
const PACKAGES = ['ajv', 'fast-check', 'kysely', 'pg', 'pino', 'undici', 'yaml', 'zod'];
const MAX_BYTES_OF_PACKAGE = 400_000;
const MAX_BYTES_OF_FILE = 120_000;

/** Hold keys, numbers and addresses on purpose. */
const TESTS = /(?:^|\/)(?:tests?|__tests__|fixtures)\/|[.-]test[.-]|(?:^|\/)test-/;

export interface CodeFile {
  readonly path: string;
  readonly text: string;
}

export function ordinaryCode(): readonly CodeFile[] {
  // The tables of the detectors hold heads of keys.
  const own = filesBelow(join(ROOT, 'src')).filter(
    (path) => path.endsWith('.ts') && !TESTS.test(relative(ROOT, path)) && !path.includes('/inspection/'),
  );
  const theirs = PACKAGES.flatMap((name) => {
    let bytes = 0;
    return filesBelow(join(ROOT, 'node_modules', name)).filter((path) => {
      if (!/\.(?:js|mjs|cjs|ts)$/.test(path) || /\.d\.[mc]?ts$|\.min\.|\/node_modules\/.*\/node_modules\//.test(path)) return false;
      if (TESTS.test(relative(ROOT, path))) return false;
      const { size } = statSync(path);
      if (size > MAX_BYTES_OF_FILE || bytes + size > MAX_BYTES_OF_PACKAGE) return false;
      bytes += size;
      return true;
    });
  });
  return [...own, ...theirs].map((path) => ({ path: relative(ROOT, path), text: readFileSync(path, 'utf8') }));
}

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8', withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** Lines as web servers, system loggers and services write them, ASCII; about so many characters. */
export function ordinaryLogs(characters: number): string {
  const random = randomOf(20_261_124);
  const two = (number: number): string => String(number).padStart(2, '0');
  const hex = (count: number): string => random.characters('0123456789abcdef', count);
  const address = (): string => `10.${random.between(0, 255)}.${random.between(0, 255)}.${random.between(1, 254)}`;
  const clock = (): string => `${two(random.between(0, 23))}:${two(random.between(0, 59))}:${two(random.between(0, 59))}`;
  const makers: (() => string)[] = [
    () =>
      `${address()} - - [24/Nov/2026:${clock()} +0900] "GET /api/v1/items/${random.between(1, 99_999)}?page=${random.between(1, 9)} HTTP/1.1" 200 ${random.between(100, 90_000)} "-" "Mozilla/5.0 (X11; Linux x86_64)"`,
    () =>
      `Nov 24 ${clock()} app-${random.between(1, 9)} systemd[${random.between(1, 9999)}]: Started Session ${random.between(1, 9999)} of user operator.`,
    () =>
      `{"level":30,"time":${1_764_000_000_000 + random.between(0, 9_999_999)},"pid":${random.between(1, 99_999)},"reqId":"${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(12)}","msg":"request completed","responseTime":${random.between(1, 900)}.${random.digits(3)}}`,
    () =>
      `2026-11-24T${clock()}.${random.digits(3)}Z INFO scheduler: job ${hex(40)} finished in ${random.between(1, 9000)} ms, ${random.between(0, 99)} retries`,
    () =>
      `W1124 ${clock()}.${random.digits(6)}       1 reflector.go:${random.between(100, 900)}] watch of *v1.Pod ended with: too old resource version: ${random.digits(9)}`,
  ];
  const lines: string[] = [];
  for (let length = 0; length < characters;) {
    const line = random.pick(makers)();
    lines.push(line);
    length += line.length + 1;
  }
  return lines.join('\n');
}
