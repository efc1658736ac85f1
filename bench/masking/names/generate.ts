// Makes texts with names and where the names are. Half of the names are put together from characters, so that the lists alone do not do.
import type { Chance } from './random.ts';
import { katakanaOf, readReadings, readWords } from './tagger.ts';

export interface Labelled {
  readonly text: string;
  /** `[start, end)` in UTF-16 units, in order. */
  readonly names: readonly (readonly [start: number, end: number])[];
  /** Where names of companies, places and the like are. */
  readonly others?: readonly (readonly [start: number, end: number])[];
}

export interface NameSource {
  readonly surname: () => string;
  readonly given: () => string;
  readonly foreign: () => string;
  readonly foreignPart: () => string;
  readonly reading: () => readonly [surname: string, given: string];
}

const SURNAME_FIRST = Array.from(
  '山田中川村木野原石高大小上下松竹林森岡谷島藤井西東北南吉福宮坂古平浅深長永安青赤黒白金岩浜水清今新内外前後戸堀本杉梅桜池沼沢瀬角片倉久保広秋春夏冬足荒有飯市稲植臼宇江榎遠奥尾押加笠勝門神亀川河菊岸北桐草楠国熊栗桑郡甲紺近斎酒榊鮫猿塩重篠芝渋志須菅関園曽染多滝武橘玉塚月津辻土堤鶴寺徳富豊鳥中仲名成難新二丹沼根能橋蓮畑服花羽早原半樋久平藤二船細星堀本牧増町丸三水溝湊皆峰宮向武村室目最元守門八矢柳藪湯横米若脇鷲和渡',
);
const SURNAME_LAST = Array.from(
  '田川山本村野原井木島崎沢林口下上中谷岡藤部倉塚橋瀬池内尾森石屋坂宮松浦津戸町沼根杉竹保間見城光永富野辺地江場司形賀良元関垣畑代葉巻掛浜嶋手目',
);
const GIVEN_FIRST = Array.from(
  '健大翔拓達竜良義和浩裕雄勇優悠友由幸孝貴隆敬圭恵佳加香純順淳敦誠真慎信伸晋新正政昌雅勝克秀英栄直尚奈菜夏明晃昭彰陽洋遥春晴修周俊隼敏利哲徹志茂清聡宗壮颯蒼湊蓮玲礼麗凛琉瑠琴朋知智千紗沙早美未光道都京恭杏紀典範宣希喜君公耕航康泰靖保安綾彩文絢亜麻茉舞万愛藍朱茜歩結唯雪百柚莉梨理里陸凌遼亮諒涼龍竜剛武岳祥翼司元憲賢謙絵江英悦園花華果歌可嘉一心咲芽穂',
);
const GIVEN_LAST_MALE = Array.from('太郎介平一二三也哉人斗樹輝司志史之行幸彦雄夫男明博弘宏浩広治助吾馬真希生己成翔');
const GIVEN_LAST_FEMALE = Array.from('子美香奈菜恵江代絵織里理莉梨花華音月乃乃実穂帆紀希咲桜緒央葉衣佳名那沙紗歩未結愛');
const FOREIGN_SYLLABLES =
  'ア イ ウ エ オ カ キ ク ケ コ ガ ギ グ ゴ サ シ ス セ ソ ザ ジ ゼ ゾ タ チ テ ト ダ デ ド ナ ニ ヌ ネ ノ ハ ヒ フ ヘ ホ バ ビ ブ ベ ボ パ ピ プ ペ ポ マ ミ ム メ モ ヤ ユ ヨ ラ リ ル レ ロ ワ ヴァ ヴィ ヴェ フィ フェ ジェ シェ チェ ティ ディ キャ シャ ジャ チャ リャ ー ー ン ン ッ ル ル ス ス ト ド ン'.split(
    ' ',
  );

/** `more`: names beside the lists, from which half of the names are. */
export function nameSource(
  chance: Chance,
  made: number,
  more?: { readonly surnames: readonly string[]; readonly givens: readonly string[] },
): NameSource {
  const surnames = readWords('japanese-surnames.txt');
  // The first six hundred or so are the commonest: people bear those more often.
  const common = surnames.slice(0, 600);
  const givens = readWords('japanese-given-names.txt');
  const parts = readWords('foreign-names-katakana.txt');
  const readings = readReadings();
  const surname = () => {
    if (chance.happens(made)) return chance.pick(SURNAME_FIRST) + chance.pick(SURNAME_LAST);
    if (more !== undefined && chance.happens(0.5)) return chance.pick(more.surnames);
    return chance.pick(chance.happens(0.6) ? common : surnames);
  };
  const given = () => {
    if (chance.happens(0.07)) return chance.pick(readings.given);
    if (chance.happens(made)) return chance.pick(GIVEN_FIRST) + chance.pick(chance.happens(0.5) ? GIVEN_LAST_MALE : GIVEN_LAST_FEMALE);
    return chance.pick(more !== undefined && chance.happens(0.5) ? more.givens : givens);
  };
  const foreignPart = () => (chance.happens(made) ? katakanaWord(chance) : chance.pick(parts));
  const foreign = () => {
    const joint = chance.happens(0.85) ? '・' : chance.happens(0.5) ? ' ' : '';
    const middle = chance.happens(0.12) ? `${foreignPart()}${joint}` : '';
    return `${foreignPart()}${joint}${middle}${foreignPart()}`;
  };
  return {
    surname,
    given,
    foreign,
    foreignPart,
    reading: () => [chance.pick(readings.surnames), chance.pick(readings.given)],
  };
}

/** Sounds like a word; is none. */
function katakanaWord(chance: Chance): string {
  let word = '';
  const length = 2 + Math.floor(chance.next() * 5);
  while (word.length < length) {
    const next = chance.pick(FOREIGN_SYLLABLES);
    if (word !== '' || !/^[ーンッ]/.test(next)) word += next;
  }
  return word.replace(/ッ$/, 'ト').replaceAll('ーー', 'ー');
}

const COMPANY_STEMS =
  '東洋 日本 中央 大和 三和 富士 太平洋 北陸 東北 関西 西日本 新日本 共栄 昭和 平成 みらい さくら 青葉 山田 田中 鈴木 高橋 松本 中村 石井 岡田 アサヒ グローバル テクノ サンライズ ネクスト アルファ オメガ メディカル スマート'.split(
    ' ',
  );
const COMPANY_TRADES =
  '電力 ガス 水道 電機 工業 製作所 化学 重工 商事 建設 銀行 証券 保険 運輸 鉄道 航空 通信 システム システムズ ソリューションズ 医療センター 病院 大学 研究所 物産 食品 製薬 自動車 精機 エンジニアリング'.split(
    ' ',
  );
const DEPARTMENTS =
  '総務部 人事部 経理部 営業部 営業第一課 情報システム部 開発部 技術部 製造部 品質保証部 保全課 運転課 電気課 計装グループ 調達部 法務部 広報室 企画室 監査室 セキュリティ対策室 カスタマーサポート 設備保全課 研究開発本部 内科 外科 外来 第二工場 東京支店 大阪支社'.split(
    ' ',
  );
const TOPICS =
  '見積書 請求書 契約更新 定期点検 設備更新 障害対応 ネットワーク構成変更 バックアップ 脆弱性対応 パッチ適用 ログ監視 アクセス権の見直し 新製品 展示会 研修 面談 健康診断 採用面接 予算 監査 停電作業 制御システム ファイアウォール設定 アカウント発行 パスワード再設定 配管工事 水質検査 変電所の改修 データ移行 性能試験 回線増強 仕様変更 納期調整 在庫確認 品質会議 安全教育 避難訓練 入館申請 議事録 報告書 手順書 設計書 画面レイアウト 在宅勤務'.split(
    ' ',
  );
const ROLES = '部長 課長 係長 主任 担当 マネージャー 室長 リーダー 取締役 エンジニア 主査'.split(' ');

/** Words beside the lists that are no names of persons. */
export interface OtherWords {
  readonly places: readonly string[];
  readonly organisations: readonly string[];
  readonly kanji: readonly string[];
  readonly katakana: readonly string[];
}

/** `more`: from these, half of the words are. */
export function filler(chance: Chance, more?: OtherWords): (slot: string) => string {
  const either = (words: readonly string[], others: readonly string[] | undefined) =>
    chance.pick(others !== undefined && chance.happens(0.5) ? others : words);
  const places = readWords('places.txt').filter((word) => /^[\u4e00-\u9fff]{2,}$/.test(word));
  const kanjiWords = readWords('kanji-words.txt');
  const katakanaWords = readWords('katakana-words.txt');
  const number = () => String(Math.floor(chance.next() * 10 ** (1 + Math.floor(chance.next() * 4))));
  const company = () => {
    if (more !== undefined && chance.happens(0.3)) return chance.pick(more.organisations);
    const name = (chance.happens(0.6) ? chance.pick(COMPANY_STEMS) : chance.pick(places)) + chance.pick(COMPANY_TRADES);
    return chance.pick([`株式会社${name}`, `${name}株式会社`, name, `(株)${name}`]);
  };
  const date = () => {
    const month = 1 + Math.floor(chance.next() * 12);
    const day = 1 + Math.floor(chance.next() * 28);
    const year = 1950 + Math.floor(chance.next() * 80);
    return chance.pick([
      `${year}年${month}月${day}日`,
      `${month}月${day}日`,
      `${year}/${month}/${day}`,
      `${year}-${month}-${day}`,
      `令和${(year % 9) + 1}年${month}月`,
      '来週',
      '本日',
      '金曜日',
    ]);
  };
  const table: Readonly<Record<string, () => string>> = {
    C: company,
    O: () => chance.pick(DEPARTMENTS),
    T: () => chance.pick(TOPICS),
    R: () => chance.pick(ROLES),
    L: () => either(places, more?.places) + chance.pick(['', '市', '県', '区', '町']),
    N: number,
    W: () => either(kanjiWords, more?.kanji),
    X: () => (chance.happens(0.4) ? katakanaWord(chance) : either(katakanaWords, more?.katakana)),
    D: date,
  };
  return (slot) => table[slot]?.() ?? `{${slot}}`;
}

export function fill(template: string, names: NameSource, other: (slot: string) => string, chance: Chance): Labelled {
  const spaced = chance.pick(['', '', '', ' ', '　']);
  const kana = chance.happens(0.7) ? katakanaOf : (word: string) => word;
  const kanaSpace = chance.pick([' ', '　', '', ' ']);
  const makers: Readonly<Record<string, () => string>> = {
    P: () => (chance.happens(0.06) ? names.foreign() : names.surname() + spaced + names.given()),
    S: () => (chance.happens(0.04) ? names.foreignPart() : names.surname()),
    G: names.given,
    K: names.foreign,
    k: names.foreignPart,
    F: () => names.reading().map(kana).join(kanaSpace),
    f: () => kana(names.reading()[0]),
  };
  const spans: [number, number][] = [];
  const others: [number, number][] = [];
  let text = '';
  for (const part of template.split(/(\{[A-Za-z]\})/)) {
    const slot = /^\{[A-Za-z]\}$/.test(part) ? part[1]! : '';
    const made = slot === '' ? part : (makers[slot]?.() ?? other(slot));
    if (makers[slot] !== undefined) spans.push([text.length, text.length + made.length]);
    else if (slot === 'C' || slot === 'L') others.push([text.length, text.length + made.length]);
    text += made;
  }
  return { text, names: spans, others };
}
