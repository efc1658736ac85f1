// The repository as its own tests see it: root, tracked files, texts. Reads only; knows nothing of what the files mean.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';

export const ROOT = resolve(import.meta.dirname, '..', '..');

/** Folders that are made, not written. Used only where there is no git to ask. */
const MADE = new Set(['node_modules', '.git', '.sekisho', 'dist', 'coverage', '.cache']);

/** Paths below `root`, with `/`, sorted: what git tracks or would track (not ignored). An unpacked archive without .git is walked. */
export function repositoryFiles(root: string = ROOT): string[] {
  if (!existsSync(join(root, '.git'))) return filesBelow(root, (name) => !MADE.has(name));
  // safe.directory: the checkout may belong to another account than the one that runs the tests (root in a container).
  const listing = execFileSync('git', ['-c', 'safe.directory=*', 'ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  return [...new Set(listing.split('\0'))].filter((path) => path !== '' && existsSync(join(root, path))).sort();
}

/** Paths of all files below `folder`, relative to it, with `/`, sorted. A folder that does not exist has no files. */
export function filesBelow(folder: string, enter: (name: string) => boolean = () => true): string[] {
  if (!existsSync(folder)) return [];
  const found: string[] = [];
  const walk = (current: string): void => {
    for (const entry of readdirSync(current, { withFileTypes: true })) {
      if (!enter(entry.name)) continue;
      const path = join(current, entry.name);
      if (entry.isDirectory()) walk(path);
      else if (entry.isFile()) found.push(relative(folder, path).split(sep).join('/'));
    }
  };
  walk(folder);
  return found.sort();
}

export function readText(path: string, root: string = ROOT): string {
  return readFileSync(join(root, path), 'utf8');
}

export function readJson(path: string, root: string = ROOT): unknown {
  return JSON.parse(readText(path, root)) as unknown;
}
