import assert from 'node:assert/strict';
import { test } from 'node:test';
import { foundIn } from './testing.ts';

/** The whole text is one address. */
const WHOLE = [
  '東京都千代田区千代田1番1号',
  '東京都港区赤坂九丁目7番1号 ミッドタウン・タワー15階',
  '東京都世田谷区三軒茶屋2-14-10 メゾン三軒茶屋 203号室',
  '東京都品川区大崎1-11-2ゲートシティ大崎イーストタワー22階',
  '東京都千代田区霞が関1-2-3-405',
  '東京都目黒区自由が丘2-3-4 自由が丘ビル3F',
  '東京都 港区 六本木 6-10-1 六本木ヒルズ森タワー 20F',
  '大阪府大阪市中央区難波5丁目1-60 なんばスカイオ27F',
  '京都府京都市下京区烏丸通七条下る東塩小路町721-1',
  '京都市中京区寺町通御池上る上本能寺前町488番地',
  '京都市上京区下立売通新町西入薮ノ内町85番地の3',
  '北海道旭川市4条通8丁目1703番地12',
  '北海道帯広市西5条南20丁目1番地',
  '札幌市中央区北三条西6丁目1-2',
  '札幌市白石区本通1丁目南1-1',
  '岩手県九戸郡洋野町種市第23地割27番地',
  '青森県上北郡六ヶ所村大字尾駮字野附475',
  '長野県松本市島内4567',
  '沖縄県中頭郡読谷村字座喜味2901番地',
  '神奈川県藤沢市辻堂神台二丁目二番地の二',
  '堺市北区百舌鳥梅町3丁39番地4',
  '東大阪市長田東2-1-1',
  '渋谷区神南1丁目19番11号',
  '青葉区本町3-8-1',
  '世田谷区成城6丁目',
  '石川県金沢市下本多町六番丁11番地',
  '東京都千代田区丸の内1-2-3-101号室',
];

test('addresses are found whole: with and without prefecture, in kanji, in the ways of Kyoto, Hokkaido and the country', () => {
  for (const text of WHOLE) assert.deepEqual(foundIn(text), [`address:${text}`]);
});

test('full width makes no difference', () => {
  assert.deepEqual(foundIn('東京都千代田区丸の内１丁目２－３　グランドハイツ１０１号室'), [
    'address:東京都千代田区丸の内1丁目2-3 グランドハイツ101号室',
  ]);
  assert.deepEqual(foundIn('東京都千代田区大手町２ー２ー１'), ['address:東京都千代田区大手町2-2-1']);
});

test('an address ends where the sentence goes on', () => {
  for (const [text, found] of [
    ['本社は大阪市北区梅田3-1-3です。', '大阪市北区梅田3-1-3'],
    ['千葉県浦安市舞浜1番地1に住んでいます', '千葉県浦安市舞浜1番地1'],
    ['勤務先は神奈川県川崎市幸区堀川町72-34にあります。', '神奈川県川崎市幸区堀川町72-34'],
    ['兵庫県神戸市中央区加納町6丁目5番1号宛に送付', '兵庫県神戸市中央区加納町6丁目5番1号'],
    ['埼玉県さいたま市浦和区高砂3-15-1を訪問', '埼玉県さいたま市浦和区高砂3-15-1'],
    ['東京都港区芝1-2-3 株式会社山田商会', '東京都港区芝1-2-3'],
  ] as const)
    assert.deepEqual(foundIn(text), [`address:${found}`]);
});

test('a label, a member name or a column makes an address of a town and numbers', () => {
  assert.deepEqual(foundIn('住所：丸の内1-2-3'), ['address:丸の内1-2-3']);
  assert.deepEqual(foundIn('丸の内1-2-3', 'address'), ['address:丸の内1-2-3']);
  assert.deepEqual(foundIn('氏名,住所\n山田,丸の内1-2-3'), ['address:丸の内1-2-3']);
  assert.deepEqual(foundIn('丸の内1-2-3'), []);
});

test('geography, sport, counts and sections of a plant are no addresses', () => {
  for (const text of [
    '東京都で会議',
    '東京都の人口は1400万人',
    '大阪市は3-2で勝利した。',
    '横浜市 2-1 川崎市',
    '北区は1-0で勝った',
    '京都市バス205系統で10分',
    '名古屋市交通局 2024-05',
    '新宿区役所前3番出口',
    '港区に3-4日滞在',
    'さいたま市で5-6人',
    '市区町村コード 131016',
    '工区3-2-1の配管',
    '変電所区画3-12-1',
    '地区1-2-3',
    '部署: 町田1-2',
    '東京都千代田区 100-0005 ',
    '市場価格 3-5%',
    '千葉県警 110番',
    '福島第一原子力発電所1-4号機',
    '京都府道1号線',
  ])
    assert.deepEqual(
      foundIn(text).filter((found) => found.startsWith('address')),
      [],
      text,
    );
});

test('romanised addresses are found with their room and their postal code', () => {
  for (const [text, found] of [
    ['1-2-3 Marunouchi, Chiyoda-ku, Tokyo 100-0005', ['1-2-3 Marunouchi, Chiyoda-ku, Tokyo', '100-0005']],
    ['Room 502, 3-1-3 Umeda, Kita-ku, Osaka-shi, Osaka', ['Room 502, 3-1-3 Umeda, Kita-ku, Osaka-shi, Osaka']],
    ['our office (1-2-3 Sakae, Naka-ku, Nagoya) is open', ['1-2-3 Sakae, Naka-ku, Nagoya']],
    ['Shibuya 2-21-1, Shibuya-ku, Tokyo', ['Shibuya 2-21-1, Shibuya-ku, Tokyo']],
    ['won 3-2 in Tokyo, Chiyoda-ku is a ward', []],
    ['Tokyo Drift 2-3', []],
  ] as const)
    assert.deepEqual(
      foundIn(text).map((each) => each.replace(/^[a-z-]+:/, '')),
      found,
      text,
    );
});
