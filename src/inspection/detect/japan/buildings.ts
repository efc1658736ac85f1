// What follows the numbers of an address: the name of a building, a floor, a room. Returns where the address ends.

const WORD = String.raw`[\p{Script=Han}\p{Script=Katakana}\p{Script=Hiragana}A-Za-z0-9ー々ヶ・&.'’-]`;
const KEYWORD =
  '(?:ビルヂング|ビルディング|ビル|タワー|マンション|ハイツ|コーポラス|コーポ|アパートメント|アパート|レジデンス|パークハウス|ハウス|メゾン|プラザ|センター|ヒルズ|コート|ハイム|シティ|スクエア|スクウェア|ガーデン|ガーデンズ|テラス|ヴィラ|パレス|パーク|ヴィレッジ|ドミール|ドーム|ホームズ|プレイス|フォレスト|ステージ|フラッツ|カーサ|カーザ|ロイヤル|サンハイツ|会館|会議所|庁舎|工場|荘|寮|団地|住宅|館|棟|番館|倉庫|研究所|事業所|bldg\\.?|building|tower|heights|residence(?! ?(?:card|permit))|mansion)';
/** `101号室`, `101号`, `5階`, `B1F`, `A棟 302`, `地下1階`. */
const ROOM = String.raw`(?:第?[A-Za-zA-Z東西南北一二三四五六七八九十0-9]{0,3}(?:号)?(?:棟|号館|番館|館) ?)?(?:(?:地下|地上|[BA-Z]-?)?(?:[0-9]{1,5}|[〇一二三四五六七八九十]{1,5}(?=号室|号|室|階))(?:号室|号棟|号館|号|室|階|F(?![A-Za-z])|f(?![A-Za-z]))?(?:[ -]?[A-Z]?[0-9]{1,4}(?:号室|号|室|区画)?)?)(?![0-9年月日人名円時]|-[0-9])`;
const ROOM_WITH_UNIT = String.raw`(?:[A-Z]?-?[0-9〇一二三四五六七八九十]{1,4}(?:号室|号館|室|階|F(?![A-Za-z])|号(?!線|車)))`;

const NAME = String.raw`[\p{Script=Han}\p{Script=Katakana}\p{Script=Hiragana}A-Za-zー・々ヶ&-]`;

/** `丸の内ビル5階`, `コーポ山田 101`, `サンハイツ第2 203号室`. */
const NAMED = new RegExp(
  String.raw`^([  ]{0,2})(${WORD}{0,24}${KEYWORD}(?:[0-9IVX]{1,3}(?![0-9FfA-Z階号])|[A-Z東西南北本新別](?:館|棟)|[東西南北本新別]?館)?(?:${NAME}{1,10}(?= ?(?:${ROOM_WITH_UNIT}|[0-9]{3,4}(?![0-9年人円-]))))?)(?: ?${ROOM})?`,
  'iu',
);
/** A name without such a word, but with a room or a floor behind it. */
const UNNAMED = new RegExp(
  String.raw`^([  ]{0,2})((?![にでをはがのとへもやか宛])${NAME}{2,20}(?:[  ][\p{Script=Katakana}\p{Script=Han}A-Za-zー]{1,12})?) ?${ROOM_WITH_UNIT}`,
  'u',
);
const KATAKANA = new RegExp(
  String.raw`^([  ]{0,2})([\p{Script=Katakana}A-Zー・][\p{Script=Katakana}A-Za-zー・]{2,20}[\p{Script=Han}]{0,6}) ?(?:${ROOM_WITH_UNIT}|[0-9]{3,4}(?![0-9年人円-]))`,
  'u',
);
const ROOM_ONLY = new RegExp(
  String.raw`^(?:号室|[  ]{0,2}${ROOM_WITH_UNIT}|-[A-Z](?![A-Za-z0-9-])| ?#[A-Z]?[0-9]{1,4}|[  -][A-Z]?[1-9][0-9]{2,3}(?:号室|号)?(?![0-9(年月日人名円時点件個-]))(?: ?${ROOM_WITH_UNIT})?`,
  'u',
);

/** Words that show that a sentence goes on instead of a name. */
const SENTENCE =
  /を|は(?=\p{Script=Han})|が(?![丘谷関原崎浜峰台岡池沢])|です|ます|ました|(?:に|で)(?:ある|あり|は|も|て|、|位置|所在|住|い|移|建|本社|本店|お|開|設)|から|まで|への|^[  ]?(?:に|で|の|と|も|へ|や)|という|として|また|株式会社|有限会社|合同会社|電話|担当|連絡/u;

export function endWithBuilding(text: string, end: number): number {
  const behind = /^[^\n\t,、。;|"<>]{0,64}/.exec(text.slice(end, end + 64))![0];
  for (const pattern of [NAMED, KATAKANA, UNNAMED]) {
    const match = pattern.exec(behind);
    if (match === null || SENTENCE.test(match[2]!)) continue;
    return end + match[0].trimEnd().length;
  }
  const room = ROOM_ONLY.exec(behind);
  return room === null ? end : end + room[0].trimEnd().length;
}
