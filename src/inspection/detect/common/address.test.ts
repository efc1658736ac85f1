import assert from 'node:assert/strict';
import { test } from 'node:test';
import { valuesOf } from './testing.ts';

const ADDRESSES = [
  '1600 Pennsylvania Avenue NW, Washington, DC 20500',
  '221B Baker Street, London NW1 6XE',
  '742 Evergreen Terrace, Springfield, IL 62704',
  '350 Fifth Ave, New York, NY 10118',
  '123 N. Main St. Apt 4B, Denver CO 80202-1234',
  'PSC 7004, Box 8380\nAPO AP 11949',
  'P.O. Box 101',
  'Hauptstraße 12, 10115 Berlin',
  '12 rue de la Paix, 75002 Paris',
  'Via Roma 12, 00184 Roma',
  'Kerkstraat 12, 1017 GL Amsterdam',
  '8 Gray Rapids Suite 4\nNorth Ann, CA 90210',
];

test('finds addresses from the number to the postcode', () => {
  for (const text of ADDRESSES) assert.deepEqual(valuesOf('address', `Send it to ${text}.`), [text], text);
});

test('finds a ZIP code behind its state and postcodes behind a word', () => {
  assert.deepEqual(valuesOf('postal-code', 'in Springfield, IL 62704'), ['62704']);
  assert.deepEqual(valuesOf('postal-code', 'zip code 90210, postcode SW1A 1AA'), ['90210', 'SW1A 1AA']);
  assert.deepEqual(valuesOf('postal-code', 'AB 12345 and error CA 94105 and 90210'), []);
});

test('prose with numbers and such words is none', () => {
  for (const text of [
    'In 2008 Wall Street crashed',
    'a 5 way stop',
    '100 Google Drive users',
    'a 3 day drive',
    '2 people on the road',
    'version 3 Release Path',
    'via 3 hops',
  ])
    assert.deepEqual(valuesOf('address', text), [], text);
});
