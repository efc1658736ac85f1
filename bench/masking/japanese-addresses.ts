// Addresses of Japan as people write them: real municipalities of all prefectures, invented numbers and buildings.
import { doc, value, type Doc } from './doc.ts';
import { fullWidth, kanjiNumber } from './japanese-text.ts';
import type { Random } from './random.ts';

/** Prefecture, then municipalities with a quarter. `N` stands for a number that belongs to the quarter (北N条西M丁目). */
const TABLE = `
北海道 札幌市中央区北N条西 札幌市白石区東札幌N条 函館市若松町 旭川市六条通 虻田郡倶知安町字山田 帯広市西N条南
青森県 青森市長島 八戸市内丸 上北郡六ヶ所村大字尾駮字沖付
岩手県 盛岡市内丸 一関市竹山町 紫波郡矢巾町大字南矢幅
宮城県 仙台市青葉区本町 仙台市太白区長町南 石巻市穀町
秋田県 秋田市山王 横手市中央町 由利本荘市尾崎
山形県 山形市松波 鶴岡市馬場町 東置賜郡川西町大字上小松
福島県 福島市杉妻町 いわき市平字梅本 双葉郡大熊町大字下野上字大野
茨城県 水戸市笠原町 つくば市研究学園 那珂郡東海村大字村松
栃木県 宇都宮市塙田 小山市中央町 塩谷郡高根沢町大字宝積寺
群馬県 前橋市大手町 高崎市高松町 吾妻郡草津町大字草津
埼玉県 さいたま市浦和区高砂 さいたま市大宮区桜木町 川越市元町 入間郡三芳町大字藤久保
千葉県 千葉市中央区市場町 船橋市湊町 浦安市猫実 我孫子市我孫子
東京都 千代田区霞が関 港区芝公園 新宿区西新宿 世田谷区三軒茶屋 八王子市元本郷町 武蔵野市緑町 西多摩郡奥多摩町氷川 八丈島八丈町大賀郷
神奈川県 横浜市中区日本大通 横浜市西区みなとみらい 川崎市幸区大宮町 相模原市緑区橋本 藤沢市朝日町 三浦郡葉山町堀内
新潟県 新潟市中央区新光町 長岡市大手通 柏崎市日石町
富山県 富山市新総曲輪 高岡市広小路
石川県 金沢市鞍月 七尾市袖ケ江町イ部
福井県 福井市大手 敦賀市中央町 大飯郡おおい町大島
山梨県 甲府市丸の内 富士吉田市下吉田 南都留郡山中湖村山中
長野県 長野市大字南長野字幅下 松本市丸の内 北佐久郡軽井沢町大字長倉
岐阜県 岐阜市薮田南 大垣市丸の内 不破郡関ケ原町大字関ケ原
静岡県 静岡市葵区追手町 浜松市中央区元城町 御前崎市佐倉
愛知県 名古屋市中区三の丸 名古屋市中村区名駅 豊田市トヨタ町 知多郡東浦町大字緒川
三重県 津市広明町 四日市市諏訪町 三重郡菰野町大字潤田
滋賀県 大津市京町 彦根市元町 犬上郡甲良町在士
京都府 京都市中京区寺町通御池上る上本能寺前町 京都市下京区烏丸通塩小路下ル東塩小路町 京都市上京区下立売通新町西入薮ノ内町 宇治市宇治琵琶 長岡京市開田
大阪府 大阪市北区中之島 大阪市中央区大手前 堺市堺区南瓦町 東大阪市荒本北 泉南郡熊取町野田
兵庫県 神戸市中央区下山手通 姫路市安田 西宮市六湛寺町 加古郡播磨町東本荘
奈良県 奈良市登大路町 橿原市八木町 吉野郡十津川村大字小原
和歌山県 和歌山市小松原通 田辺市新屋敷町
鳥取県 鳥取市東町 米子市加茂町
島根県 松江市殿町 出雲市今市町 松江市鹿島町片句
岡山県 岡山市北区内山下 倉敷市西中新田
広島県 広島市中区基町 福山市東桜町 呉市中央 安芸郡府中町大通
山口県 山口市滝町 下関市南部町
徳島県 徳島市万代町 鳴門市撫養町南浜字東浜
香川県 高松市番町 丸亀市大手町
愛媛県 松山市一番町 今治市別宮町 西宇和郡伊方町湊浦
高知県 高知市丸ノ内 四万十市中村大橋通
福岡県 福岡市博多区東公園 北九州市小倉北区城内 久留米市城南町 糟屋郡新宮町緑ケ浜
佐賀県 佐賀市城内 唐津市西城内 東松浦郡玄海町大字諸浦
長崎県 長崎市尾上町 佐世保市八幡町
熊本県 熊本市中央区水前寺 八代市松江城町
大分県 大分市大手町 別府市上野口町
宮崎県 宮崎市橘通東 都城市姫城町
鹿児島県 鹿児島市鴨池新町 薩摩川内市神田町 熊毛郡屋久島町小瀬田
沖縄県 那覇市泉崎 浦添市安波茶 中頭郡読谷村字座喜味
`;

const PLACES: readonly (readonly [prefecture: string, places: readonly string[]])[] = TABLE.trim()
  .split('\n')
  .map((line) => {
    const [prefecture = '', ...places] = line.split(' ');
    return [prefecture, places] as const;
  });

export const PREFECTURES: readonly string[] = PLACES.map(([prefecture]) => prefecture);

/** Ordinances' wards and designated cities, which people write without the prefecture. */
const WITHOUT_PREFECTURE =
  /^(?:札幌市|仙台市|さいたま市|千葉市|横浜市|川崎市|相模原市|新潟市|静岡市|浜松市|名古屋市|京都市|大阪市|堺市|神戸市|岡山市|広島市|北九州市|福岡市|熊本市|千代田区|港区|新宿区|世田谷区)/;

const BUILDINGS = [
  '青葉ビル',
  '霞が関コモンゲート',
  'メゾン桜台',
  'コーポ山田',
  '第二東洋ビルディング',
  'グランドハイツ南',
  'サンシャイン60',
  'パークタワー西',
  'ライオンズマンション港',
];

function building(random: Random): string {
  const name = random.pick(BUILDINGS);
  const room = random.pick([
    `${random.between(1, 30)}階`,
    `${random.between(1, 20)}F`,
    `${random.between(101, 1210)}号室`,
    `${random.between(101, 1210)}`,
    `A棟${random.between(101, 509)}号`,
    '',
  ]);
  return random.pick(['', ' ', '　']) + name + (room === '' ? '' : random.pick(['', ' ', '　']) + room);
}

/** Behind a quarter that has 丁目, or one that has not: people do not keep them apart, and nor does a reader. */
function street(random: Random, place: string): string {
  const [a, b, c] = [random.between(1, 9), random.between(1, 30), random.between(1, 40)];
  if (/条[東西南北]?$/.test(place))
    return random.pick([
      `${a}丁目${b}番地`,
      `${a}丁目${b}-${c}`,
      `${a}丁目`,
      fullWidth(`${a}`) + '丁目' + fullWidth(`${b}`) + '番' + fullWidth(`${c}`) + '号',
    ]);
  if (/(?:大字|字|村)/.test(place) || /[上下]る|西入|下ル/.test(place))
    return random.pick([`${b * 31}番地${c}`, `${b * 31}番地`, `${b * 31}-${c}`, fullWidth(`${b * 31}`), `${b * 31}番地の${c}`]);
  return random.pick([
    `${a}-${b}-${c}`,
    `${a}-${b}-${c}`,
    `${a}丁目${b}番${c}号`,
    `${a}丁目${b}番地${c}`,
    `${a}丁目${b}-${c}`,
    `${kanjiNumber(a)}丁目${b}番${c}号`,
    `${kanjiNumber(a)}丁目${kanjiNumber(b)}番${kanjiNumber(c)}号`,
    fullWidth(`${a}-${b}-${c}`),
    `${fullWidth(String(a))}−${fullWidth(String(b))}−${fullWidth(String(c))}`,
    `${fullWidth(String(a))}丁目${fullWidth(String(b))}番${fullWidth(String(c))}号`,
    `${b * 31}番地${c}`,
    `${b * 31}番地の${c}`,
    `${b}番${c}号`,
    `${a}-${b}`,
    `${a}の${b}の${c}`,
  ]);
}

/** One address with its building or without; the whole of it is one value. `index` goes round the prefectures. */
export function address(random: Random, index?: number): Doc {
  const [prefecture, places] = index === undefined ? random.pick(PLACES) : PLACES[index % PLACES.length]!;
  const pattern = random.pick(places);
  const place = pattern.replaceAll('N', () =>
    random.pick([String(random.between(1, 20)), fullWidth(String(random.between(1, 9))), kanjiNumber(random.between(1, 20))]),
  );
  const withPrefecture = !(WITHOUT_PREFECTURE.test(place) && random.chance(0.3));
  const gap = random.chance(0.08) ? ' ' : '';
  return value(
    'address',
    (withPrefecture ? prefecture + gap : '') + place + street(random, place) + (random.chance(0.35) ? building(random) : ''),
  );
}

/** 3-4 with what makes it one. `bare` is for places where an address or a heading stands beside it. */
export function postalCode(random: Random, bare = false): Doc {
  const digits = `${random.between(0, 9)}${random.digits(2)}-${random.digits(4)}`;
  const code = random.pick([digits, digits, digits, fullWidth(digits), digits.replace('-', '−'), digits.replace('-', '‐')]);
  if (bare) return value('postal-code', code);
  return random.pick([
    () => doc`〒${value('postal-code', code)}`,
    () => doc`〒 ${value('postal-code', code)}`,
    () => doc`〒${value('postal-code', digits.replace('-', ''))}`,
  ])();
}
