import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { subjectOf } from '../text/subject.ts';
import { MOST_CHARACTERS } from './features.ts';
import { createNameTagger, pieceEnd } from './japanese-tagger.ts';

const tagger = createNameTagger();

function namesIn(original: string, hint = ''): string[] {
  const subject = subjectOf(original, hint);
  return tagger.tag(subject).map(({ start, end }) => original.slice(...subject.originalRange(start, end)));
}

describe('names in Japanese text', () => {
  const cases: readonly (readonly [what: string, text: string, names: readonly string[]])[] = [
    ['with an honorific', '本日、山田太郎様よりお電話がありました。', ['山田太郎']],
    ['a surname with さん', '先ほど鈴木さんから連絡がありました。', ['鈴木']],
    ['behind a label, with a full-width space', '氏名：佐藤　花子', ['佐藤　花子']],
    ['before a title', '高橋部長が承認しました。', ['高橋']],
    ['reading in katakana', 'フリガナ：タナカ タロウ', ['タナカ タロウ']],
    ['reading in half-width katakana', 'フリガナ：ﾀﾅｶ ﾀﾛｳ', ['ﾀﾅｶ ﾀﾛｳ']],
    ['a foreign name', 'ジョン・スミス氏が来日した。', ['ジョン・スミス']],
    ['in a table', '| 氏名 | 部署 |\n|---|---|\n| 伊藤健一 | 総務部 |', ['伊藤健一']],
    ['with a rare form of a character', '髙橋健太様', ['髙橋健太']],
    ['of the beginning of a mail', '田中様\n\nいつもお世話になっております。', ['田中']],
  ];
  for (const [what, text, names] of cases) test(what, () => assert.deepEqual(namesIn(text), names));

  const nobody = [
    'サーバーを再起動してください。エラーが続く場合は管理者に連絡してください。',
    '山口県と福島県、宮崎県の各支店で停電が発生した。',
    '担当者: 未定\n承認者: 未定',
    'お客様各位\n平素は格別のお引き立てを賜り、厚く御礼申し上げます。',
    'コンパイラは型を推論し、エラーを表示します。',
    'ファイアウォールの設定を変更し、ログを監視する。',
    'plain ASCII text about John Smith',
    '',
  ];
  for (const text of nobody) test(`nobody in "${text.slice(0, 20)}"`, () => assert.deepEqual(namesIn(text), []));

  test('the member name says that a short value is a person', () => {
    assert.deepEqual(namesIn('椿 ほたる', 'full_name'), ['椿 ほたる']);
    assert.deepEqual(namesIn('稲荷山権之助', '氏名'), ['稲荷山権之助']);
  });
});

test('findings lie in the text, in order, without overlaps, whatever the text', () => {
  const unit = fc.constantFrom('山', '田', '太郎', 'さん', 'ー', '・', '。', '\n', ' ', 'a', '1', 'ジョン', '𠮷', '様', '「', '\u200b');
  fc.assert(
    fc.property(fc.array(unit, { maxLength: 400 }), fc.constantFrom('', 'name', '氏名'), (units, hint) => {
      const subject = subjectOf(units.join(''), hint);
      let past = 0;
      for (const { start, end, confidence, type } of tagger.tag(subject)) {
        assert.ok(start >= past && end > start && end <= subject.text.length);
        assert.ok(confidence >= 0.5 && confidence < 1);
        assert.equal(type, 'person-name');
        past = end;
      }
    }),
  );
});

test('what was tagged before changes nothing', () => {
  const texts = ['山田太郎様', '担当は鈴木です。'.repeat(200), '氏名：佐藤　花子', 'ー'.repeat(3_000)];
  const alone = texts.map((text) => createNameTagger().tag(subjectOf(text)));
  assert.deepEqual(
    texts.toReversed().map((text) => tagger.tag(subjectOf(text))),
    alone.toReversed(),
  );
});

test('text without lines and sentences is cut where it has to be', () => {
  const text = '漢'.repeat(5 * MOST_CHARACTERS);
  for (let start = 0; start < text.length;) {
    const end = pieceEnd(text, start);
    assert.ok(end > start && end - start <= MOST_CHARACTERS);
    start = end;
  }
});

test('hostile text of 100 KB costs a bounded time', () => {
  for (const unit of ['山', 'ジ・', '山田太郎', 'ー', 'さん', '大久保', '。', 'あ ']) {
    const subject = subjectOf(unit.repeat(Math.ceil(33_000 / unit.length)));
    tagger.tag(subject);
    const begun = performance.now();
    tagger.tag(subject);
    const took = performance.now() - begun;
    assert.ok(took < 1000, `${unit}: ${took} ms`);
  }
});
