import assert from 'node:assert/strict';
import test from 'node:test';
import { COUNTRY_CODES, COUNTRY_HINTS } from './countries.ts';
import { SECTORS } from './sectors.ts';

test('there are 249 country codes, each once, in order, and each with a name in Unicode CLDR', () => {
  assert.equal(COUNTRY_CODES.length, 249);
  assert.deepEqual([...new Set(COUNTRY_CODES)].toSorted(), COUNTRY_CODES);
  const names = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' });
  for (const code of COUNTRY_CODES) assert.ok(names.of(code), code);
});

test('hints are only for what is no code', () => {
  for (const name of Object.keys(COUNTRY_HINTS)) assert.ok(!COUNTRY_CODES.includes(name), name);
});

test('there are 15 sectors with distinct ids, Japanese and English names', () => {
  const { sectors } = SECTORS;
  assert.equal(sectors.length, 15);
  for (const field of ['id', 'ja', 'en'] as const) assert.equal(new Set(sectors.map((sector) => sector[field])).size, 15);
  for (const { id } of sectors) assert.match(id, /^[a-z]+(-[a-z]+)*$/);
});
