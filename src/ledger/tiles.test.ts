import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isTileInLog, parseTilePath, splitBundle, tilePath, tileWidth, type TileName } from './tiles.ts';

test('paths are those of the specification', () => {
  assert.equal(tilePath({ level: 0, index: 1_234_067, width: 256 }), 'tile/0/x001/x234/067');
  assert.equal(tilePath({ level: 2, index: 0, width: 17 }), 'tile/2/000.p/17');
  assert.equal(tilePath({ level: 'entries', index: 1000, width: 256 }), 'tile/entries/x001/000');
});

test('reading a path is the inverse of writing it', () => {
  const members = {
    level: fc.oneof(fc.constant('entries' as const), fc.integer({ min: 0, max: 63 })),
    index: fc.maxSafeNat(),
    width: fc.integer({ min: 1, max: 256 }),
  };
  const names: fc.Arbitrary<TileName> = fc.record(members, { noNullPrototype: true });
  fc.assert(fc.property(names, (name) => assert.deepEqual(parseTilePath(tilePath(name)), name)));
});

test('anything that is not exactly such a path is not a tile', () => {
  const strange = [
    '',
    'checkpoint',
    'tile/0/0',
    'tile/00/000',
    'tile/64/000',
    'tile/0/x000/001',
    'tile/0/001/000',
    'tile/0/000.p/0',
    'tile/0/000.p/256',
    'tile/0/000.p/300',
    'tile/0/000.p/05',
    'tile/0/000/',
    '/tile/0/000',
    'tile/0/../../commit.json',
    'tile/entries/000\n',
    'tile/0/x999/x999/x999/x999/x999/999',
  ];
  for (const path of strange) assert.equal(parseTilePath(path), undefined, path);
});

test('a tree of 70,000 leaves has the tiles the specification lists', () => {
  assert.deepEqual([tileWidth(0, 272, 70_000), tileWidth(0, 273, 70_000), tileWidth(0, 274, 70_000)], [256, 112, 0]);
  assert.deepEqual([tileWidth(1, 0, 70_000), tileWidth(1, 1, 70_000), tileWidth(2, 0, 70_000)], [256, 17, 1]);
  assert.deepEqual([tileWidth(0, 0, 256), tileWidth(0, 1, 256), tileWidth(1, 0, 256)], [256, 0, 1]);
});

test('a tile beyond the published size is not in the log', () => {
  assert.equal(isTileInLog({ level: 'entries', index: 1, width: 44 }, 300), true);
  assert.equal(isTileInLog({ level: 'entries', index: 1, width: 45 }, 300), false);
  assert.equal(isTileInLog({ level: 0, index: 1, width: 256 }, 300), false);
  assert.equal(isTileInLog({ level: 1, index: 0, width: 1 }, 255), false);
});

test('a cut bundle gives the entries that are whole', () => {
  const bundle = Buffer.from([0, 2, 1, 2, 0, 0, 0, 3, 1, 2]);
  assert.deepEqual(splitBundle(bundle), { entries: [Buffer.from([1, 2]), Buffer.alloc(0)], endOffset: 6 });
});
