// RFC 6962 Merkle tree arithmetic over SHA-256: hashes, roots, proofs and their verification. Knows nothing of tiles, files or signatures.
import { hash, timingSafeEqual } from 'node:crypto';
import { SekishoError } from '#kernel';

export const HASH_BYTES = 32;

/** Root of the tree without leaves: SHA-256 of the empty string. RFC 6962 §2.1. */
export const EMPTY_ROOT: Buffer = hash('sha256', '', 'buffer');

/** A half-open range of leaf indexes whose Merkle tree hash is one element of a proof. */
export interface LeafRange {
  readonly start: number;
  readonly end: number;
}

const nodeInput = Buffer.alloc(1 + 2 * HASH_BYTES);
nodeInput[0] = 0x01;

/** SHA-256(0x00 || entry). RFC 6962 §2.1. */
export function leafHash(entry: Uint8Array): Buffer {
  const input = Buffer.allocUnsafe(1 + entry.length);
  input[0] = 0x00;
  input.set(entry, 1);
  return hash('sha256', input, 'buffer');
}

/** SHA-256(0x01 || left || right) of two 32-byte hashes. RFC 6962 §2.1. */
export function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  nodeInput.set(left, 1);
  nodeInput.set(right, 1 + HASH_BYTES);
  return hash('sha256', nodeInput, 'buffer');
}

/** Throws unless `size` is a count this implementation can hold exactly: an integer from 0 to 2^53 - 1. */
export function assertSize(size: number): void {
  if (Number.isSafeInteger(size) && size >= 0) return;
  throw new SekishoError('ledger-size-unsupported', `tree size ${size} is not an integer between 0 and 2^53 - 1`);
}

/**
 * The roots of the complete subtrees that make up a growing tree: enough to append leaves and to compute the root in
 * O(log n) memory. Appending costs one node hash per leaf on average.
 */
export class CompactRange {
  size = 0;
  #depth = 0;
  // Left to right, tallest first; 53 levels and the leaf being added always fit in 64 places.
  readonly #stack = Buffer.alloc(64 * HASH_BYTES);

  /**
   * Appends a leaf hash. `onComplete(level, hash)` is called for each subtree of 256^level leaves that became complete,
   * level 1 upwards; the hash is a view that is only valid during the call.
   */
  append(leaf: Uint8Array, onComplete?: (level: number, hash: Buffer) => void): void {
    this.#push(leaf, this.size, onComplete);
    this.size += 1;
  }

  /** Restores the part of the state that one tile level of a tree holds; call from the highest level down to level 0, then set `size`. */
  restoreLevel(hashes: Uint8Array): void {
    for (let index = 0; index * HASH_BYTES < hashes.length; index++) {
      this.#push(hashes.subarray(index * HASH_BYTES, (index + 1) * HASH_BYTES), index);
    }
  }

  /** Merkle tree hash of everything appended so far. RFC 6962 §2.1. */
  root(): Buffer {
    if (this.#depth === 0) return EMPTY_ROOT;
    let root: Buffer = Buffer.from(this.#at(this.#depth - 1));
    for (let depth = this.#depth - 2; depth >= 0; depth--) root = nodeHash(this.#at(depth), root);
    return root;
  }

  #push(added: Uint8Array, before: number, onComplete?: (level: number, hash: Buffer) => void): void {
    const stack = this.#stack;
    let depth = this.#depth;
    stack.set(added, depth * HASH_BYTES);
    depth += 1;
    let height = 0;
    for (let rest = before; rest % 2 === 1; rest = (rest - 1) / 2) {
      depth -= 1;
      stack.copy(nodeInput, 1, (depth - 1) * HASH_BYTES, (depth + 1) * HASH_BYTES);
      // A one-byte string result costs a third of a fresh Buffer here.
      stack.write(hash('sha256', nodeInput, 'binary'), (depth - 1) * HASH_BYTES, HASH_BYTES, 'latin1');
      height += 1;
      if (onComplete !== undefined && height % 8 === 0) onComplete(height / 8, this.#at(depth - 1));
    }
    this.#depth = depth;
  }

  #at(depth: number): Buffer {
    return this.#stack.subarray(depth * HASH_BYTES, (depth + 1) * HASH_BYTES);
  }
}

/** Root of a tree given all its leaf hashes. */
export function merkleRoot(leafHashes: readonly Uint8Array[]): Buffer {
  const range = new CompactRange();
  for (const leaf of leafHashes) range.append(leaf);
  return range.root();
}

/** The largest power of two smaller than `size`, which must be at least 2. RFC 6962 §2.1. */
export function splitPoint(size: number): number {
  let split = 1;
  while (split * 2 < size) split *= 2;
  return split;
}

/** The ranges whose hashes form the inclusion proof of leaf `index` in a tree of `size` leaves, leaf side first. RFC 6962 §2.1.1. */
export function inclusionRanges(index: number, size: number): LeafRange[] {
  assertSize(size);
  if (!Number.isSafeInteger(index) || index < 0 || index >= size) {
    throw new SekishoError('ledger-index-out-of-range', `there is no entry ${index} in a tree of ${size} entries`);
  }
  const ranges: LeafRange[] = [];
  let [start, end] = [0, size];
  while (end - start > 1) {
    const split = start + splitPoint(end - start);
    if (index < split) {
      ranges.push({ start: split, end });
      end = split;
    } else {
      ranges.push({ start, end: split });
      start = split;
    }
  }
  return ranges.reverse();
}

/** The ranges whose hashes form the consistency proof from `oldSize` to `size`. Empty when the sizes are equal. RFC 6962 §2.1.2. */
export function consistencyRanges(oldSize: number, size: number): LeafRange[] {
  assertSize(size);
  assertSize(oldSize);
  if (oldSize < 1 || oldSize > size) {
    throw new SekishoError('ledger-size-out-of-range', `a tree of ${size} entries cannot be proved to extend one of ${oldSize}`);
  }
  const ranges: LeafRange[] = [];
  let [start, end, whole] = [0, size, true];
  while (end !== oldSize) {
    const split = start + splitPoint(end - start);
    if (oldSize <= split) {
      ranges.push({ start: split, end });
      end = split;
    } else {
      ranges.push({ start, end: split });
      start = split;
      whole = false;
    }
  }
  if (!whole) ranges.push({ start, end });
  return ranges.reverse();
}

/** Inclusion proof from all leaf hashes in memory; logs on disk use `proveInclusion`. */
export function inclusionProof(leafHashes: readonly Uint8Array[], index: number): Buffer[] {
  return inclusionRanges(index, leafHashes.length).map(({ start, end }) => merkleRoot(leafHashes.slice(start, end)));
}

/** Consistency proof from all leaf hashes in memory; logs on disk use `proveConsistency`. */
export function consistencyProof(leafHashes: readonly Uint8Array[], oldSize: number): Buffer[] {
  return consistencyRanges(oldSize, leafHashes.length).map(({ start, end }) => merkleRoot(leafHashes.slice(start, end)));
}

/** True when `proof` shows that the leaf is entry `index` of the tree with this size and root. Never throws. RFC 9162 §2.1.3.2. */
export function verifyInclusion(claim: {
  readonly index: number | bigint;
  readonly size: number | bigint;
  readonly leafHash: Uint8Array;
  readonly root: Uint8Array;
  readonly proof: readonly Uint8Array[];
}): boolean {
  const index = toCount(claim.index);
  const size = toCount(claim.size);
  if (index === undefined || size === undefined || index >= size) return false;
  if (![claim.leafHash, claim.root, ...claim.proof].every(isHash)) return false;
  let node = index;
  let last = size - 1n;
  let root: Uint8Array = claim.leafHash;
  for (const sibling of claim.proof) {
    if (last === 0n) return false;
    if ((node & 1n) === 1n || node === last) {
      root = nodeHash(sibling, root);
      while ((node & 1n) === 0n && node !== 0n) [node, last] = [node >> 1n, last >> 1n];
    } else {
      root = nodeHash(root, sibling);
    }
    [node, last] = [node >> 1n, last >> 1n];
  }
  return last === 0n && timingSafeEqual(root, claim.root);
}

/**
 * True when `proof` shows that the tree with `size` and `root` extends the one with `oldSize` and `oldRoot`. Never throws.
 * An old size of 0 is only accepted with the empty root and an empty proof: any tree extends it. RFC 9162 §2.1.4.2.
 */
export function verifyConsistency(claim: {
  readonly oldSize: number | bigint;
  readonly size: number | bigint;
  readonly oldRoot: Uint8Array;
  readonly root: Uint8Array;
  readonly proof: readonly Uint8Array[];
}): boolean {
  const oldSize = toCount(claim.oldSize);
  const size = toCount(claim.size);
  if (oldSize === undefined || size === undefined || oldSize > size) return false;
  if (![claim.oldRoot, claim.root, ...claim.proof].every(isHash)) return false;
  if (oldSize === size) return claim.proof.length === 0 && timingSafeEqual(claim.oldRoot, claim.root);
  if (oldSize === 0n) return claim.proof.length === 0 && timingSafeEqual(claim.oldRoot, EMPTY_ROOT);
  const powerOfTwo = (oldSize & (oldSize - 1n)) === 0n;
  const path = powerOfTwo ? [claim.oldRoot, ...claim.proof] : claim.proof;
  const first = path[0];
  if (first === undefined) return false;
  let node = oldSize - 1n;
  let last = size - 1n;
  while ((node & 1n) === 1n) [node, last] = [node >> 1n, last >> 1n];
  let oldRoot = first;
  let root = first;
  for (const sibling of path.slice(1)) {
    if (last === 0n) return false;
    if ((node & 1n) === 1n || node === last) {
      oldRoot = nodeHash(sibling, oldRoot);
      root = nodeHash(sibling, root);
      while ((node & 1n) === 0n && node !== 0n) [node, last] = [node >> 1n, last >> 1n];
    } else {
      root = nodeHash(root, sibling);
    }
    [node, last] = [node >> 1n, last >> 1n];
  }
  return last === 0n && timingSafeEqual(oldRoot, claim.oldRoot) && timingSafeEqual(root, claim.root);
}

// Sizes in proofs come from outside and may use all 64 bits.
function toCount(value: number | bigint): bigint | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) && value >= 0 ? BigInt(value) : undefined;
  return value >= 0n && value < 1n << 64n ? value : undefined;
}

function isHash(value: Uint8Array): boolean {
  return value.length === HASH_BYTES;
}
