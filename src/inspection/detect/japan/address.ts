// Japanese addresses: prefecture, city, ward or district, town, numbers, building. Begins at the name of a place and needs something like a
// street behind it: 「東京都で会議」 is geography. Romanised addresses are in romanised-address.ts.
import type { Detector, Finding } from '../detector.ts';
import type { Subject } from '../../text/subject.ts';
import { endWithBuilding } from './buildings.ts';
import { contextOf, hasLabel } from './context.ts';
import { allLabels } from './labels.ts';
import { CITY_NAMES, CITY_WARDS, LONGEST_CITY, PREFECTURES, TOKYO_WARDS } from './places.ts';
import { firstStreetFrom, streetsOf, type Street } from './streets.ts';

/** Between the name of the place and the numbers; longer only in Kyoto, where streets are named by their crossings. */
const LONGEST_TOWN = 28;
const LONGEST_KYOTO_TOWN = 44;

const LABELS = [...allLabels()].filter(([label, family]) => family === 'address' && /[^\0-\x7f]/.test(label)).map(([label]) => label);
const PREFECTURE_SET = new Set(PREFECTURES);
const SUFFIXES = ['市', '区', '郡', '町', '村'];

const TOWN = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}々ヶヵノーA-Z  0-9-]*$/u;
const KYOTO = /通|上る|上ル|下る|下ル|入ル|入る|西入|東入/;
/** Particles and verbs that no name of a town has. */
const SENTENCE =
  /[をっ]|です|ます|でし|まし|した|して|する|いる|ある|では|には|とは|(?:から|まで|より|など|さん)(?=[0-9 ]|$)|という|による|における|にて|として|および|また|(?<=\p{Script=Han})[はとでもに](?=[\p{Script=Han}0-9 ]|$)|[がでは](?=[0-9 ]|$)|[市区郡]の|出身|大会|人口|選手|試合|時代|生まれ|[約第計全]$|合計|延長|標高|面積|定員|国道|県道|[都市]道$|系統|チーム|議席|議員|高校|中学|小学|スコア|対戦|リーグ|年度|最大|平均/u;
/** A particle right behind the name of the place: 「大阪市は3-2で」. */
const PARTICLE_FIRST =
  /^ ?(?:[はがをにでともへや](?![\p{Script=Hiragana}])|の|立(?=[小中高学図病保幼美博体総大公])|議会|役所|民|警|知事|内[ので])/u;

export const address: Detector = {
  id: 'address',
  types: ['address'],
  triggers: [...PREFECTURES, ...SUFFIXES, ...LABELS],
  runs: ['japanese'],
  find(subject, start, end, report) {
    const { text } = subject;
    const literal = end - start > 4 ? '' : text.slice(start, end);
    if (PREFECTURE_SET.has(literal)) return findFrom(subject, start, end, { confidence: 0.95, rule: 'prefecture' }, report);
    if (end - start === 1 && SUFFIXES.includes(literal) && text[end] !== literal) {
      const place = placeEndingAt(text, start);
      if (place !== undefined) findFrom(subject, place.start, end, place, report);
    }
    // A run of Japanese with numbers right behind it, which its name in JSON or its column calls an address.
    if (/[0-9 ]/.test(text[end] ?? '') || /丁目|番地/.test(text.slice(start, Math.min(end, start + 40))))
      findNamed(subject, start, end, report);
  },
};

interface Place {
  readonly confidence: number;
  readonly rule: 'prefecture' | 'city' | 'ward' | 'town' | 'label';
}

/** The city, ward, district or town whose suffix stands at `suffix`. */
function placeEndingAt(text: string, suffix: number): (Place & { readonly start: number }) | undefined {
  const kind = text[suffix]!;
  if (kind === '市')
    for (let length = LONGEST_CITY; length > 0; length--)
      if (CITY_NAMES.has(text.slice(suffix - length, suffix))) return { start: suffix - length, confidence: 0.88, rule: 'city' };
  if (kind === '区')
    for (let length = 4; length > 0; length--)
      if (isWard(text.slice(suffix - length, suffix)) && (length > 1 || !isHan(text, suffix - 2)))
        return { start: suffix - length, confidence: 0.86, rule: 'ward' };
  if (kind === '市' || kind === '区') return undefined;
  const name = /[\p{Script=Han}々ヶケ]{1,5}$/u.exec(text.slice(Math.max(0, suffix - 5), suffix))?.[0];
  if (name === undefined) return undefined;
  const place = { start: suffix - name.length };
  return kind === '郡' ? { ...place, confidence: 0.8, rule: 'city' } : { ...place, confidence: 0.62, rule: 'town' };
}

function isWard(name: string): boolean {
  return TOKYO_WARDS.has(name) || CITY_WARDS.has(name);
}

function isHan(text: string, at: number): boolean {
  return at >= 0 && /\p{Script=Han}/u.test(text[at]!);
}

function findFrom(subject: Subject, start: number, placeEnd: number, place: Place, report: (finding: Finding) => void): void {
  const street = streetBehind(subject, placeEnd, place);
  if (street !== undefined && isTaken(subject, street, start)) return;
  if (street === undefined) return findWithoutNumbers(subject, start, placeEnd, place, report);
  const { text } = subject;
  const town = text.slice(placeEnd, street.start);
  const isNamed = () => contextOf(subject, start, street.end, ['address'], 40) === 'named';
  if (!isEnough(text, place, town, street) && !isNamed()) return;
  const confidence = street.strength === 'strong' ? place.confidence : place.confidence - 0.05;
  report({ type: 'address', start, end: endWithBuilding(text, street.end), confidence, rule: `address.${place.rule}` });
  TAKEN.get(subject)?.set(street, start);
}

/** Where the address of a street began: what begins later, at the ward instead of the prefecture, is a part of it. */
const TAKEN = new WeakMap<Subject, Map<Street, number>>();

function isTaken(subject: Subject, street: Street, start: number): boolean {
  let taken = TAKEN.get(subject);
  if (taken === undefined) TAKEN.set(subject, (taken = new Map<Street, number>()));
  return (taken.get(street) ?? start) < start;
}

/** 「住所：東京都千代田区丸の内」: prefecture or city, then the rest of the field, and a label. */
const FIELD = /^ ?(?:[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}々ヶヵノー]{1,24})(?=$|[\n\t,、。|"'」』)\]】<])/u;

function findWithoutNumbers(subject: Subject, start: number, placeEnd: number, place: Place, report: (finding: Finding) => void): void {
  if (place.rule !== 'prefecture' && place.rule !== 'city') return;
  const rest = FIELD.exec(subject.text.slice(placeEnd, placeEnd + 26))?.[0];
  if (rest === undefined || !/[市区町村郡]/.test(subject.text.slice(placeEnd - 1, placeEnd) + rest) || !isTown(rest, place)) return;
  const end = placeEnd + rest.length;
  if (contextOf(subject, start, end, ['address'], 40) !== 'named') return;
  report({ type: 'address', start, end, confidence: 0.75, rule: 'address.field' });
}

/** The first numbers behind the place with nothing but the name of a town between. */
function streetBehind(subject: Subject, from: number, place: Place): Street | undefined {
  const streets = streetsOf(subject);
  const { text } = subject;
  for (let at = firstStreetFrom(streets, from), tries = 0; at < streets.length && tries < 3; at++, tries++) {
    const street = streets[at]!;
    const distance = street.start - from;
    if (distance > LONGEST_KYOTO_TOWN) return undefined;
    const town = text.slice(from, street.start);
    if (!isTown(town, place)) return undefined;
    // Numbers in a name: 三番町, 第2地区, 一の宮.
    if (street.strength === 'bare' && !isBareStreet(text, street, town)) continue;
    return street;
  }
  return undefined;
}

function isTown(town: string, place: Place): boolean {
  if (!TOWN.test(town) || /  |\n/.test(town)) return false;
  if (town.length > LONGEST_TOWN && !KYOTO.test(town)) return false;
  if ((place.rule !== 'label' || town.startsWith('の')) && PARTICLE_FIRST.test(town)) return false;
  return !SENTENCE.test(town);
}

/** One number is an address only at the end of one: 「松本市島内4567」. */
function isBareStreet(text: string, street: Street, town: string): boolean {
  return (
    town.trim().length >= 1 &&
    !town.endsWith(' ') &&
    /^(?:$|[\s、。,()"'」』|<;]|に(?:住|あ|所在|移)|(?:です|まで|宛))/.test(text.slice(street.end, street.end + 3))
  );
}

/** Whether place, town and numbers together are an address without anything that says so. */
function isEnough(text: string, place: Place, town: string, street: Street): boolean {
  if (street.strength === 'strong') {
    if (place.rule !== 'town') return true;
    return /丁目?.*[0-9一二三四五六七八九十]|番.*号|番地|-.*-/.test(text.slice(street.start, street.end));
  }
  if (street.strength === 'weak')
    return place.rule === 'prefecture' ? /[市区町村郡島]./.test(town) : place.rule !== 'town' && town.trim().length >= 1;
  return (place.rule === 'prefecture' || place.rule === 'city') && /[市区町村郡島].+/.test(town);
}

/** Without the name of a city: only where a label, the member name or the column says that it is an address. */
function findNamed(subject: Subject, start: number, end: number, report: (finding: Finding) => void): void {
  const isLabel = LABELS.includes(subject.text.slice(start, Math.min(end, start + 8)));
  const { text } = subject;
  let from = start;
  if (isLabel) from = end + /^[\s:=>"'()[\]【】「」|,はが]{0,8}/.exec(text.slice(end, end + 8))![0].length;
  else from = Math.max(start, end - LONGEST_KYOTO_TOWN) + (/^[はがの](?=\p{Script=Han})/u.test(text.slice(start, start + 2)) ? 1 : 0);
  if (!hasLabel(subject, 'address') || contextOf(subject, from, end, ['address'], 30) !== 'named') return;
  const place = { confidence: 0.8, rule: 'label' } as const;
  const street = streetBehind(subject, from, place);
  if (street === undefined || street.start === from) return;
  report({ type: 'address', start: from, end: endWithBuilding(text, street.end), confidence: 0.8, rule: 'address.label' });
}
