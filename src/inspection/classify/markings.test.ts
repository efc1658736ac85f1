import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { subjectOf } from '../text/subject.ts';
import { markingsIn } from './markings.ts';

const read = (text: string) => markingsIn(subjectOf(text)).map(({ level, start, end }) => `${level} ${text.slice(start, end)}`);

const MARKED: readonly (readonly [text: string, marking: string])[] = [
  ['社外秘\n\n本書は設備の更新計画である。', 'confidential 社外秘'],
  ['【社外秘】設備更新計画', 'confidential 社外秘'],
  ['【極秘】', 'restricted 極秘'],
  ['㊙\n人事異動案', 'restricted ㊙'],
  ['[機密性２情報]\n会議資料', 'confidential 機密性２情報'],
  ['機密性2情報　関係者限り\n', 'confidential 機密性2情報'],
  ['分類：機密\n作成：総務部', 'restricted 機密'],
  ['取扱区分: 部外秘', 'confidential 部外秘'],
  ['設備更新計画 2026年4月1日 社外秘\n一 目的', 'confidential 社外秘'],
  ['CONFIDENTIAL\n\nBoard minutes', 'confidential CONFIDENTIAL'],
  ['Strictly Confidential\nBoard minutes', 'restricted Strictly Confidential'],
  ['ACME Corp. - COMPANY CONFIDENTIAL', 'confidential COMPANY CONFIDENTIAL'],
  ['Classification: Internal\nOwner: OT team', 'internal Internal'],
  ['Classification: restricted', 'restricted restricted'],
  ['For internal use only\nShift plan', 'internal For internal use only'],
  ['TOP SECRET//SCI', 'restricted TOP SECRET//SCI'],
  ['SECRET//NOFORN\n1. Summary', 'restricted SECRET//NOFORN'],
  ['(U//FOUO) The valve stations', 'confidential U//FOUO'],
  ['CUI\nDrawing 17', 'confidential CUI'],
  ['TLP:AMBER+STRICT', 'restricted TLP:AMBER+STRICT'],
  ['This advisory is TLP:AMBER and covers two plants.', 'confidential TLP:AMBER'],
  ['tags: tlp:green, ransomware', 'internal tlp:green'],
  ['ＴＬＰ：ＲＥＤ', 'restricted ＴＬＰ：ＲＥＤ'],
  ['TLP: WHITE', 'public TLP: WHITE'],
  ['Traffic Light Protocol: Amber', 'confidential Traffic Light Protocol: Amber'],
];

const SENTENCES: readonly string[] = [
  '秘密を守る義務がある。',
  '機密情報とは、漏えいすると損害が生じる情報である。',
  '社外秘の資料は持ち出さないでください。',
  '極秘に進められた計画が明らかになった。',
  '秘書室と神秘的な秘境について書いた。',
  'Confidential computing protects data in use.',
  'We keep it confidential.',
  'confidential computing protects data in use',
  'SECRET_KEY=abc',
  'const secret = env[SECRET];',
  'call(secret)',
  'Her top secret recipe for curry is on page 3.',
  'The company internal network is slow.',
  'Kubernetes Secret objects are not encrypted.',
  'internal server error',
  'The report explains TLP:RED, TLP:AMBER, TLP:GREEN and TLP:CLEAR in its annex.',
  'tlp is a tool for laptops; tlp red led',
  'kind: Secret',
];

test('a marking is found where documents carry it', () => {
  for (const [text, marking] of MARKED) assert.ok(read(text).includes(marking), `${text} → ${read(text).join(' | ')}`);
});

test('the same words in a sentence, a name or code mark nothing', () => {
  for (const text of SENTENCES) assert.deepEqual(read(text), [], text);
});

test('a page of definitions of the protocol still carries the label of its header', () => {
  assert.deepEqual(read('TLP:GREEN\n\nWe use TLP:RED for persons, TLP:AMBER for clients and TLP:CLEAR for everyone.'), [
    'internal TLP:GREEN',
  ]);
});

test('the name of a field in JSON is a label', () => {
  const under = (name: string, value: string) => markingsIn(subjectOf(value, name)).map(({ level }) => level);
  assert.deepEqual(under('classification', 'confidential'), ['confidential']);
  assert.deepEqual(under('dataClassification', 'internal'), ['internal']);
  assert.deepEqual(under('機密区分', '秘'), ['restricted']);
  assert.deepEqual(under('tlp', 'amber'), ['confidential']);
  assert.deepEqual(under('comment', 'internal'), []);
  assert.deepEqual(under('classification', 'the internal structure of the confidential part'), []);
});

test('no amount of words that mark nothing hides a marking behind them', () => {
  for (const filler of ['秘密の', '社外秘の資料は', 'SECRET_KEY ', '秘', 'tlp red ', '社外秘の資料\n'])
    assert.ok(read(`${filler.repeat(20_000)}\n【極秘】\n`).includes('restricted 極秘'), filler);
});

test('every marking lies in the text, whatever the text', () => {
  const piece = fc.constantFrom(
    '社外秘',
    '秘',
    '【',
    '】',
    'TLP:',
    'amber',
    'SECRET',
    '\n',
    ' ',
    '\u200b',
    '：',
    'CONFIDENTIAL',
    '😀',
    'が',
    '//',
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(piece, fc.string({ unit: 'binary', maxLength: 4 })), { maxLength: 30 }), (pieces) => {
      const text = pieces.join('');
      for (const { start, end } of markingsIn(subjectOf(text))) assert.ok(0 <= start && start < end && end <= text.length);
    }),
  );
});

test('100 KB of marking words without a marking is read in little time', () => {
  for (const piece of [
    '秘',
    '社外秘の',
    'secret ',
    'tlp:',
    '[',
    'confidential (',
    '分類:',
    'SECRET//',
    '(秘',
    '秘)',
    `${'秘'.repeat(150)}\n`,
    `${'社外秘 '.repeat(20)}\n`,
    'tlp:red ',
    'tlp:red\n',
    '社外秘\n',
  ]) {
    const subject = subjectOf(piece.repeat(Math.ceil(100_000 / piece.length)));
    markingsIn(subject);
    const from = process.cpuUsage();
    markingsIn(subject);
    assert.ok(process.cpuUsage(from).user < 1_500_000, piece);
  }
});

test('the marking of attached STIX objects counts, wherever it stands', () => {
  const bundle = '{"type":"indicator","object_marking_refs":["marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1"]}';
  assert.deepEqual(
    markingsIn(subjectOf(`please look at ${bundle}`)).map(({ rule, level }) => [rule, level]),
    [['TLP:RED', 'restricted']],
  );
  assert.deepEqual(markingsIn(subjectOf('marking-definition--00000000-4e03-4974-9ac4-e53a884c97c1')), []);
});
