// For tests only: a file system in memory that knows what a power failure may lose. Not part of the ledger.
//
// The model is POSIX at its least helpful: content survives when it was flushed (fsync, or written through O_DSYNC), a name survives
// when its directory was flushed, and of everything else each piece is kept or lost on its own.
import { constants } from 'node:fs';
import type { LedgerFs } from '../files.ts';

interface FileNode {
  readonly kind: 'file';
  content: Buffer;
  flushed: Buffer;
}

interface DirectoryNode {
  readonly kind: 'directory';
  names: Map<string, Node>;
  flushedNames: Map<string, Node>;
}

type Node = FileNode | DirectoryNode;

const DURABLE: number = constants.O_DSYNC ?? 0;

export interface MemoryFs extends LedgerFs {
  /** Loses what was not flushed: all of it, or each piece with the chance of a coin from `coin`. Open descriptors are gone. */
  losePower(coin: () => boolean): void;
  readText(path: string): string | undefined;
  writeText(path: string, text: string): void;
  names(path: string): string[];
  renameNow(from: string, to: string): void;
}

function systemError(code: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${path}`), { code });
}

function newDirectory(): DirectoryNode {
  return { kind: 'directory', names: new Map(), flushedNames: new Map() };
}

function put(target: Buffer, bytes: Buffer, position: number): Buffer {
  const grown = position + bytes.length > target.length ? Buffer.concat([target], position + bytes.length) : target;
  bytes.copy(grown, position);
  return grown;
}

class MemoryDisk {
  #root = newDirectory();
  readonly #open = new Map<number, { node: Node; durable: boolean }>();
  #nextFd = 100;

  directory(path: string): DirectoryNode {
    let node: Node | undefined = this.#root;
    for (const name of path.split('/').filter(Boolean)) {
      if (node.kind !== 'directory') throw systemError('ENOTDIR', path);
      node = node.names.get(name);
      if (node === undefined) throw systemError('ENOENT', path);
    }
    if (node.kind !== 'directory') throw systemError('ENOTDIR', path);
    return node;
  }

  place(path: string): { parent: DirectoryNode; name: string; node: Node | undefined } {
    const cut = path.lastIndexOf('/');
    const name = path.slice(cut + 1);
    if (name === '') return { parent: this.#root, name, node: this.#root };
    const parent = this.directory(path.slice(0, cut));
    return { parent, name, node: parent.names.get(name) };
  }

  existing(path: string): { parent: DirectoryNode; name: string; node: Node } {
    const { parent, name, node } = this.place(path);
    if (node === undefined) throw systemError('ENOENT', path);
    return { parent, name, node };
  }

  node(path: string, flags: number): Node {
    const { parent, name, node } = this.place(path);
    if (node !== undefined) {
      if ((flags & constants.O_EXCL) !== 0) throw systemError('EEXIST', path);
      if ((flags & constants.O_TRUNC) !== 0 && node.kind === 'file') node.content = Buffer.alloc(0);
      return node;
    }
    if ((flags & constants.O_CREAT) === 0) throw systemError('ENOENT', path);
    const created: FileNode = { kind: 'file', content: Buffer.alloc(0), flushed: Buffer.alloc(0) };
    parent.names.set(name, created);
    return created;
  }

  open(path: string, flags: number): number {
    this.#nextFd += 1;
    this.#open.set(this.#nextFd, { node: this.node(path, flags), durable: (flags & DURABLE) !== 0 });
    return this.#nextFd;
  }

  descriptor(fd: number): { node: Node; durable: boolean } {
    const found = this.#open.get(fd);
    if (found === undefined) throw systemError('EBADF', String(fd));
    return found;
  }

  file(fd: number): FileNode {
    const { node } = this.descriptor(fd);
    if (node.kind !== 'file') throw systemError('EISDIR', String(fd));
    return node;
  }

  write(fd: number, bytes: Buffer, position: number): number {
    const node = this.file(fd);
    node.content = put(node.content, bytes, position);
    if (this.descriptor(fd).durable) node.flushed = put(node.flushed, bytes, position);
    return bytes.length;
  }

  flush(fd: number): void {
    const { node } = this.descriptor(fd);
    if (node.kind === 'file') node.flushed = Buffer.from(node.content);
    else node.flushedNames = new Map(node.names);
  }

  close(fd: number): void {
    this.#open.delete(fd);
  }

  rename(from: string, to: string): void {
    if (from === to) return;
    const { parent, name, node } = this.existing(from);
    const target = this.place(to);
    target.parent.names.set(target.name, node);
    parent.names.delete(name);
  }

  link(from: string, to: string): void {
    const { parent, name, node } = this.place(to);
    if (node !== undefined) throw systemError('EEXIST', to);
    parent.names.set(name, this.existing(from).node);
  }

  makeDirectory(path: string): void {
    const { parent, name, node } = this.place(path);
    if (node !== undefined) throw systemError('EEXIST', path);
    parent.names.set(name, newDirectory());
  }

  remove(path: string): void {
    const { parent, name, node } = this.existing(path);
    if (node.kind === 'directory' && node.names.size > 0) throw systemError('ENOTEMPTY', path);
    parent.names.delete(name);
  }

  losePower(coin: () => boolean): void {
    this.#open.clear();
    const survivor = afterPowerLoss(this.#root, coin, new Map());
    if (survivor.kind === 'directory') this.#root = survivor;
  }
}

// Callbacks come later, as from the real thing; what happens, happens in order.
function answer<T>(work: () => T, done: (error: Error | null, result: T) => void, onError: T): void {
  setImmediate(() => {
    let result: T;
    try {
      result = work();
    } catch (error) {
      return done(error as Error, onError);
    }
    done(null, result);
  });
}

function nothing(work: () => void, done: (error: Error | null) => void): void {
  answer<void>(work, (error) => done(error), undefined);
}

export function createMemoryFs(): MemoryFs {
  const disk = new MemoryDisk();
  return {
    open: (path, flags, done) => answer(() => disk.open(path, flags), done, -1),
    read: (fd, buffer, offset, length, position, done) =>
      answer(() => disk.file(fd).content.copy(buffer, offset, position, position + length), done, 0),
    write: (fd, buffer, offset, length, position, done) =>
      answer(() => disk.write(fd, buffer.subarray(offset, offset + length), position), done, 0),
    fsync: (fd, done) => nothing(() => disk.flush(fd), done),
    close: (fd, done) => nothing(() => disk.close(fd), done),
    rename: (from, to, done) => nothing(() => disk.rename(from, to), done),
    link: (from, to, done) => nothing(() => disk.link(from, to), done),
    unlink: (path, done) => nothing(() => disk.remove(path), done),
    mkdir: (path, done) => nothing(() => disk.makeDirectory(path), done),
    rmdir: (path, done) => nothing(() => disk.remove(path), done),
    readdir: (path, done) => answer(() => [...disk.directory(path).names.keys()], done, []),
    losePower: (coin) => disk.losePower(coin),
    readText(path) {
      const { node } = disk.place(path);
      return node?.kind === 'file' ? node.content.toString('utf8') : undefined;
    },
    writeText(path, text) {
      const node = disk.node(path, constants.O_CREAT);
      if (node.kind === 'file') [node.content, node.flushed] = [Buffer.from(text), Buffer.from(text)];
    },
    names: (path) => [...disk.directory(path).names.keys()],
    renameNow: (from, to) => disk.rename(from, to),
  };
}

function afterPowerLoss(node: Node, coin: () => boolean, seen: Map<Node, Node>): Node {
  const known = seen.get(node);
  if (known !== undefined) return known;
  if (node.kind === 'file') {
    const content = node.content.equals(node.flushed) || !coin() ? node.flushed : node.content;
    const kept: FileNode = { kind: 'file', content: Buffer.from(content), flushed: Buffer.from(content) };
    seen.set(node, kept);
    return kept;
  }
  const kept = newDirectory();
  seen.set(node, kept);
  for (const name of new Set([...node.names.keys(), ...node.flushedNames.keys()])) {
    const [now, flushed] = [node.names.get(name), node.flushedNames.get(name)];
    const survivor = now === flushed || !coin() ? flushed : now;
    if (survivor !== undefined) kept.names.set(name, afterPowerLoss(survivor, coin, seen));
  }
  kept.flushedNames = new Map(kept.names);
  return kept;
}
