import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  CompactRange,
  consistencyProof,
  EMPTY_ROOT,
  inclusionProof,
  inclusionRanges,
  leafHash,
  merkleRoot,
  nodeHash,
  verifyConsistency,
  verifyInclusion,
} from './merkle.ts';

const MOST = 70;
const leaves = Array.from({ length: MOST }, (_, index) => leafHash(Buffer.from(`entry ${index}`)));

// RFC 6962 §2.1, word for word, with another hash interface.
function definition(hashes: readonly Buffer[]): Buffer {
  if (hashes.length === 0) return createHash('sha256').digest();
  if (hashes.length === 1) return hashes[0]!;
  let k = 1;
  while (k * 2 < hashes.length) k *= 2;
  return createHash('sha256')
    .update(Buffer.of(1))
    .update(definition(hashes.slice(0, k)))
    .update(definition(hashes.slice(k)))
    .digest();
}

function flipBit(bytes: Buffer, bit: number): Buffer {
  const changed = Buffer.from(bytes);
  changed[bit >>> 3]! ^= 1 << (bit & 7);
  return changed;
}

test('leaf and node hashes are those of RFC 6962', () => {
  assert.equal(leafHash(Buffer.alloc(0)).toString('hex'), '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d');
  assert.equal(EMPTY_ROOT.toString('hex'), 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  const [left, right] = [leaves[0]!, leaves[1]!];
  assert.deepEqual(nodeHash(left, right), createHash('sha256').update(Buffer.of(1)).update(left).update(right).digest());
});

test(`the root is the one RFC 6962 defines, for every size up to ${MOST}`, () => {
  for (let size = 0; size <= MOST; size++) assert.deepEqual(merkleRoot(leaves.slice(0, size)), definition(leaves.slice(0, size)));
});

test('a growing range names every completed subtree of 256 leaves once, with its root', () => {
  const many = Array.from({ length: 1000 }, (_, index) => leafHash(Buffer.from(String(index))));
  const completed: { level: number; hash: Buffer }[] = [];
  const range = new CompactRange();
  for (const leaf of many) range.append(leaf, (level, hash) => completed.push({ level, hash: Buffer.from(hash) }));
  assert.deepEqual(
    completed,
    [0, 1, 2].map((tile) => ({ level: 1, hash: definition(many.slice(tile * 256, tile * 256 + 256)) })),
  );
  assert.equal(range.size, 1000);
});

test(`inclusion proofs hold for every leaf of every size up to ${MOST}, and only at their own place`, () => {
  for (let size = 1; size <= MOST; size++) {
    const tree = leaves.slice(0, size);
    const root = merkleRoot(tree);
    for (let index = 0; index < size; index++) {
      const proof = inclusionProof(tree, index);
      const claim = { index, size, leafHash: tree[index]!, root, proof };
      assert.ok(verifyInclusion(claim));
      assert.ok(!verifyInclusion({ ...claim, index: index + 1 }));
      assert.ok(!verifyInclusion({ ...claim, proof: [...proof, root] }));
      if (proof.length > 0) assert.ok(!verifyInclusion({ ...claim, proof: proof.slice(1) }));
    }
  }
});

test(`consistency proofs hold between all sizes up to ${MOST}`, () => {
  const roots = Array.from({ length: MOST + 1 }, (_, size) => merkleRoot(leaves.slice(0, size)));
  for (let size = 1; size <= MOST; size++) {
    const tree = leaves.slice(0, size);
    for (let oldSize = 1; oldSize <= size; oldSize++) {
      const proof = consistencyProof(tree, oldSize);
      const claim = { oldSize, size, oldRoot: roots[oldSize]!, root: roots[size]!, proof };
      assert.ok(verifyConsistency(claim), `${oldSize} to ${size}`);
      assert.ok(!verifyConsistency({ ...claim, proof: [...proof, roots[size]!] }));
      assert.ok(!verifyConsistency({ ...claim, oldRoot: roots[oldSize - 1]! }));
      if (proof.length > 0) assert.ok(!verifyConsistency({ ...claim, proof: proof.slice(0, -1) }));
    }
  }
});

test('every flipped bit in a proof, root or leaf breaks it', () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: MOST }), fc.nat(), fc.nat(), fc.nat({ max: 255 }), (size, pick, part, bit) => {
      const tree = leaves.slice(0, size);
      const index = pick % size;
      const proof = inclusionProof(tree, index);
      const claim = { index, size, leafHash: tree[index]!, root: merkleRoot(tree), proof };
      const place = part % (proof.length + 2);
      const changed =
        place === proof.length
          ? { ...claim, root: flipBit(claim.root, bit) }
          : place === proof.length + 1
            ? { ...claim, leafHash: flipBit(claim.leafHash, bit) }
            : { ...claim, proof: proof.with(place, flipBit(proof[place]!, bit)) };
      assert.ok(verifyInclusion(claim));
      assert.ok(!verifyInclusion(changed));

      const oldSize = 1 + (pick % (size - 1));
      const consistency = consistencyProof(tree, oldSize);
      const extension = { oldSize, size, oldRoot: merkleRoot(tree.slice(0, oldSize)), root: merkleRoot(tree), proof: consistency };
      const spot = part % consistency.length;
      assert.ok(verifyConsistency(extension));
      assert.ok(!verifyConsistency({ ...extension, proof: consistency.with(spot, flipBit(consistency[spot]!, bit)) }));
    }),
  );
});

test('any tree extends the empty one, but only with the empty root', () => {
  const claim = { oldSize: 0, size: 5, oldRoot: EMPTY_ROOT, root: merkleRoot(leaves.slice(0, 5)), proof: [] };
  assert.ok(verifyConsistency(claim));
  assert.ok(!verifyConsistency({ ...claim, oldRoot: leaves[0]! }));
});

test('sizes that cannot be held exactly are refused: thrown when making a proof, false when checking one', () => {
  for (const size of [2 ** 53, -1, 1.5, Number.NaN]) assert.throws(() => inclusionRanges(0, size), { code: 'ledger-size-unsupported' });
  assert.throws(() => inclusionRanges(5, 5), { code: 'ledger-index-out-of-range' });
  const claim = { index: 0, size: 1, leafHash: leaves[0]!, root: leaves[0]!, proof: [] };
  assert.ok(verifyInclusion(claim));
  for (const size of [2 ** 53, -1, 0.5, 1n << 64n, -1n]) assert.ok(!verifyInclusion({ ...claim, size }));
});
