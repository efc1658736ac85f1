// What holds for all detectors of this folder and every text. The public sentences are optional: the test says when they are absent.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { subjectOf } from '../../text/subject.ts';
import { Scanner } from '../scanner.ts';
import { japanDetectors } from './index.ts';
import { foundIn } from './testing.ts';

const SCANNER = new Scanner(japanDetectors());
const PIECES =
  '電話|TEL|マイナンバー|個人番号|法人番号|免許証|口座番号|普通|記号|番号|枝番|保険証|〒|東京都|千代田区|大阪市|町|丁目|番地|号|-|ー| |\n|\t|,|:|(|)|+81|0120|090|1234|5678|1|T|AB|CD|昭和|年|月|日|生まれ|生年月日|内線|ビル|101号室|Tokyo|-ku|３|０|ﾃﾞﾝﾜ|は|の|😀'.split(
    '|',
  );
const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 80 }),
  fc.array(fc.constantFrom(...PIECES), { maxLength: 40 }).map((pieces) => pieces.join('')),
);

test('for every text: nothing throws, what is found lies within it, is not empty and has a sane confidence', () => {
  fc.assert(
    fc.property(text, fc.constantFrom('', 'tel', 'address', 'my_number', 'orderId', '生年月日'), (original, hint) => {
      const subject = subjectOf(original, hint);
      for (const { start, end, confidence } of SCANNER.scan(subject)) {
        assert.ok(0 <= start && start < end && end <= subject.text.length);
        assert.ok(confidence > 0 && confidence <= 1);
        assert.equal(subject.text.slice(start, end).trim(), subject.text.slice(start, end));
      }
    }),
    { numRuns: 2000 },
  );
});

test('digits alone are nothing, whatever check digit they pass', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[1-9][0-9]{4,18}$/), (digits) => {
      assert.deepEqual(foundIn(digits), []);
      assert.deepEqual(foundIn(`the value ${digits} was stored`), []);
      assert.deepEqual(foundIn(`値は${digits}だった`), []);
    }),
    { numRuns: 2000 },
  );
});

const HOSTILE =
  '東京都|1-|市|〒|丁目|1|普通|市1-1|電話0|090-1234-5678 |0312345678 |6214-9832-0257 |621498320257 |昭和1年1月1|年|1-1-1 |記号1|東京都千代田区あ|一|AB1234567|年金1234567890|Tokyo |1-2-3 Aaa Bbb, |-ku|内線|0 |(0|1番|電話|tel,|a,電話\n1,2\n|生年月日1|ビル|東京都港区1-1ア|1234567 |の1|支店 1234567|住所あ1|\n'.split(
    '|',
  );

test('100 KB of anything is scanned by all of them together in a bounded time', () => {
  for (const unit of HOSTILE) {
    const subject = () => subjectOf(unit.repeat(Math.ceil(100_000 / unit.length)).slice(0, 100_000));
    const times = Array.from({ length: 3 }, () => {
      const fresh = subject();
      // Time of this process alone: others may share the machine.
      const before = process.cpuUsage().user;
      SCANNER.scan(fresh);
      return (process.cpuUsage().user - before) / 1000;
    });
    assert.ok(Math.min(...times) < 1000, `${JSON.stringify(unit)}: ${Math.min(...times).toFixed(0)} ms`);
  }
});

const SENTENCES = new URL('../../../../../shared/data/masking/stockmark_ner_dev.jsonl.gz', import.meta.url);

test(
  '4,317 sentences of an encyclopedia hold addresses and a postal code, and nothing else is reported',
  { skip: existsSync(SENTENCES) ? false : 'shared data absent' },
  () => {
    const lines = gunzipSync(readFileSync(SENTENCES)).toString().trim().split('\n');
    const found = lines.flatMap((line) => foundIn((JSON.parse(line) as { text: string }).text));
    const others = found.filter((each) => !each.startsWith('address:'));
    assert.ok(found.length > 0 && found.length <= 20, `${found.length} findings`);
    assert.ok(others.length <= 1, others.join(' '));
  },
);
