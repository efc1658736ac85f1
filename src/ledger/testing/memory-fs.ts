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

export function createMemoryFs(): MemoryFs {
  let root = newDirectory();
  const open = new Map<number, { node: Node; durable: boolean }>();
  let nextFd = 100;
  const durableFlag: number = constants.O_DSYNC ?? 0;

  function directory(path: string): DirectoryNode {
    let node: Node | undefined = root;
    for (const name of path.split('/').filter(Boolean)) {
      if (node.kind !== 'directory') throw systemError('ENOTDIR', path);
      node = node.names.get(name);
      if (node === undefined) throw systemError('ENOENT', path);
    }
    if (node.kind !== 'directory') throw systemError('ENOTDIR', path);
    return node;
  }

  function place(path: string): { parent: DirectoryNode; name: string; node: Node | undefined } {
    const cut = path.lastIndexOf('/');
    const name = path.slice(cut + 1);
    if (name === '') return { parent: root, name, node: root };
    const parent = directory(path.slice(0, cut));
    return { parent, name, node: parent.names.get(name) };
  }

  function existing(path: string): { parent: DirectoryNode; name: string; node: Node } {
    const { parent, name, node } = place(path);
    if (node === undefined) throw systemError('ENOENT', path);
    return { parent, name, node };
  }

  function openNode(path: string, flags: number): Node {
    const { parent, name, node } = place(path);
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

  function descriptor(fd: number): { node: Node; durable: boolean } {
    const found = open.get(fd);
    if (found === undefined) throw systemError('EBADF', String(fd));
    return found;
  }

  function file(fd: number): FileNode {
    const { node } = descriptor(fd);
    if (node.kind !== 'file') throw systemError('EISDIR', String(fd));
    return node;
  }

  function renameNow(from: string, to: string): void {
    if (from === to) return;
    const { parent, name, node } = existing(from);
    place(to).parent.names.set(place(to).name, node);
    parent.names.delete(name);
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

  const nothing = (work: () => void, done: (error: Error | null) => void): void => answer<void>(work, (error) => done(error), undefined);

  return {
    open: (path, flags, done) =>
      answer(
        () => {
          nextFd += 1;
          open.set(nextFd, { node: openNode(path, flags), durable: (flags & durableFlag) !== 0 });
          return nextFd;
        },
        done,
        -1,
      ),
    read: (fd, buffer, offset, length, position, done) =>
      answer(() => file(fd).content.copy(buffer, offset, position, position + length), done, 0),
    write(fd, buffer, offset, length, position, done) {
      answer(
        () => {
          const bytes = buffer.subarray(offset, offset + length);
          const node = file(fd);
          node.content = put(node.content, bytes, position);
          if (descriptor(fd).durable) node.flushed = put(node.flushed, bytes, position);
          return length;
        },
        done,
        0,
      );
    },
    fsync(fd, done) {
      nothing(() => {
        const { node } = descriptor(fd);
        if (node.kind === 'file') node.flushed = Buffer.from(node.content);
        else node.flushedNames = new Map(node.names);
      }, done);
    },
    close: (fd, done) => nothing(() => void open.delete(fd), done),
    rename: (from, to, done) => nothing(() => renameNow(from, to), done),
    link(from, to, done) {
      nothing(() => {
        if (place(to).node !== undefined) throw systemError('EEXIST', to);
        place(to).parent.names.set(place(to).name, existing(from).node);
      }, done);
    },
    unlink(path, done) {
      nothing(() => {
        const { parent, name } = existing(path);
        parent.names.delete(name);
      }, done);
    },
    mkdir(path, done) {
      nothing(() => {
        const { parent, name, node } = place(path);
        if (node !== undefined) throw systemError('EEXIST', path);
        parent.names.set(name, newDirectory());
      }, done);
    },
    rmdir(path, done) {
      nothing(() => {
        if (directory(path).names.size > 0) throw systemError('ENOTEMPTY', path);
        const { parent, name } = existing(path);
        parent.names.delete(name);
      }, done);
    },
    readdir: (path, done) => answer(() => [...directory(path).names.keys()], done, []),
    losePower(coin) {
      open.clear();
      root = afterPowerLoss(root, coin, new Map()) as DirectoryNode;
    },
    readText(path) {
      const { node } = place(path);
      return node?.kind === 'file' ? node.content.toString('utf8') : undefined;
    },
    writeText(path, text) {
      const node = openNode(path, constants.O_CREAT);
      if (node.kind === 'file') [node.content, node.flushed] = [Buffer.from(text), Buffer.from(text)];
    },
    names: (path) => [...directory(path).names.keys()],
    renameNow,
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
