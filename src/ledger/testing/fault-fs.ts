// For tests only: a file system, the real one by default, with one failure at a chosen operation. Not part of the ledger.
import { nodeFs, type LedgerFs } from '../files.ts';

/** `late-error` does the work and then reports a failure, as a disk whose answer is lost. */
export type FaultKind = 'error' | 'late-error' | 'short-write' | 'crash';

export interface FaultFs extends LedgerFs {
  /** Operations seen so far, in order, as `name basename`. */
  readonly seen: string[];
  /** Arms the fault: operation number `at` (from 0, counted from now) fails. */
  fail(at: number, kind: FaultKind, code?: string): void;
  /** Every operation whose name is listed fails with `code` until `heal`. */
  failAlways(operations: readonly string[], code: string): void;
  heal(): void;
  /** True once the armed fault has struck. */
  readonly struck: boolean;
}

function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: injected`), { code });
}

/**
 * After a `crash` every operation fails, as if the process were gone; what was written before stays. `write` crashes half-way: the
 * first half of the bytes reach the file.
 */
export function createFaultFs(base: LedgerFs = nodeFs): FaultFs {
  const seen: string[] = [];
  let armed: { at: number; kind: FaultKind; code: string } | undefined;
  let always: { operations: readonly string[]; code: string } | undefined;
  let crashed = false;
  let struck = false;

  function verdict(operation: string): { kind: FaultKind; error: Error } | undefined {
    seen.push(operation);
    if (crashed) return { kind: 'error', error: systemError('EIO') };
    if (always?.operations.includes(operation) === true) return { kind: 'error', error: systemError(always.code) };
    if (armed === undefined || armed.at-- > 0) return undefined;
    const { kind, code } = armed;
    armed = undefined;
    struck = true;
    crashed = kind === 'crash';
    return { kind, error: systemError(code) };
  }

  function guard(operation: string, done: (error: Error) => void, proceed: () => void): void {
    const fault = verdict(operation);
    // Short and late answers are only possible for writes; elsewhere they count as errors.
    if (fault === undefined) proceed();
    else setImmediate(() => done(fault.error));
  }

  return {
    seen,
    get struck() {
      return struck;
    },
    fail(at, kind, code = 'EIO') {
      armed = { at, kind, code };
      struck = false;
    },
    failAlways(operations, code) {
      always = { operations, code };
    },
    heal() {
      armed = undefined;
      always = undefined;
      crashed = false;
    },
    write(fd, buffer, offset, length, position, done) {
      const fault = verdict('write');
      if (fault === undefined) return base.write(fd, buffer, offset, length, position, done);
      if (fault.kind === 'error') return void setImmediate(() => done(fault.error, 0));
      if (fault.kind === 'late-error') return base.write(fd, buffer, offset, length, position, () => done(fault.error, 0));
      const half = Math.floor(length / 2);
      base.write(fd, buffer, offset, half, position, (error, written) => {
        if (fault.kind === 'crash') done(fault.error, 0);
        else done(error, written);
      });
    },
    open: (path, flags, done) =>
      guard(
        'open',
        (error) => done(error, -1),
        () => base.open(path, flags, done),
      ),
    read: (fd, buffer, offset, length, position, done) =>
      guard(
        'read',
        (error) => done(error, 0),
        () => base.read(fd, buffer, offset, length, position, done),
      ),
    fsync: (fd, done) => guard('fsync', done, () => base.fsync(fd, done)),
    // The descriptor is released even when closing is made to fail, or the tests would run out of them.
    close: (fd, done) => base.close(fd, (error) => guard('close', done, () => done(error))),
    rename: (from, to, done) => guard('rename', done, () => base.rename(from, to, done)),
    link: (existing, path, done) => guard('link', done, () => base.link(existing, path, done)),
    unlink: (path, done) => guard('unlink', done, () => base.unlink(path, done)),
    mkdir: (path, done) => guard('mkdir', done, () => base.mkdir(path, done)),
    rmdir: (path, done) => guard('rmdir', done, () => base.rmdir(path, done)),
    readdir: (path, done) =>
      guard(
        'readdir',
        (error) => done(error, []),
        () => base.readdir(path, done),
      ),
  };
}
