import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cellsOf, tablesOf } from './tables.ts';

const tables = (text: string, label: string) =>
  tablesOf(text, (start, end) => text.slice(start, end).split(label).length - 1).map(({ delimiter, header, lines }) => [
    delimiter,
    header.map((cell) => text.slice(cell.start, cell.end)),
    lines.length,
  ]);

test('a line with labels and without numbers is the header of the lines below that have its delimiter', () => {
  assert.deepEqual(tables('a\nid,TEL\n1,2\n3,4\n\nx,y', 'TEL'), [[',', ['id', 'TEL'], 2]]);
  assert.deepEqual(tables('id\tTEL\n1\t2', 'TEL'), [['\t', ['id', 'TEL'], 1]]);
  assert.deepEqual(tables('TEL: 03, 1234\n1,2', 'TEL'), []);
  assert.deepEqual(tables('"TEL": null,\n"id": 1,', 'TEL'), []);
});

test('a label alone on a line is the header of the values below', () => {
  assert.deepEqual(tables('TEL\n0312345678\n0612345678\nand so on', 'TEL'), [['\n', ['TEL'], 2]]);
});

test('a delimiter between quotes is none', () => {
  const line = '1,"a, b",3';
  assert.deepEqual(
    cellsOf(line, 0, line.length, ',').map(({ start, end }) => line.slice(start, end)),
    ['1', '"a, b"', '3'],
  );
});
