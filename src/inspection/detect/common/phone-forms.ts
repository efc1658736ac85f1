// How telephone numbers are written: international prefixes (ITU-T E.164 country codes) and national forms, as data. Japanese national
// numbers are not here: they are another detector's.

/** Country codes in use: of one, two and three digits. No code is the beginning of another. */
const COUNTRY_CODES =
  '1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|21[1-368]|22[0-9]|23[0-9]|24[0-9]|25[0-8]|26[0-9]|29[0-9]|35[0-9]|37[0-9]|38[0-9]|' +
  '42[013]|50[0-9]|59[0-9]|67[0-9]|68[0-9]|69[0-2]|80[08]|85[02356]|87[08]|88[0-368]|96[0-8]|97[0-9]|99[2-8]';

/** At most one separator; each text has one reading only, so that a search never tries two. */
const GAP = String.raw`(?: - | ?\(|\) ?|\)-|[ .\/-])?`;
/** Digits of a subscriber. */
const digits = (least: number, most: number) => `(?:${GAP}[0-9]){${least},${most}}`;

export interface PhoneForm {
  readonly name: string;
  /** The characters that it may begin with. */
  readonly begins: string;
  /** Without look-around; the reader checks what stands on both sides. */
  readonly pattern: string;
  /** How sure without any word about it; below 0.5 it needs one. */
  readonly confidence: number;
}

/** In order: the first that fits at a place is what it is. */
export const PHONE_FORMS: readonly PhoneForm[] = [
  form('north-america', '+(', String.raw`\(?\+ ?1\)?[ .-]{0,2}\(?[0-9]{3}\)?[ .-]{0,2}[0-9]{3}[ .-]?[0-9]{4}`, 0.9),
  form('international', '+(', String.raw`\(?\+ ?(?:${COUNTRY_CODES})\)?(?:[ .-]?\(0\))?${digits(6, 12)}`, 0.9),
  // A plus sign and an unknown code: still what people call a number.
  form('plus', '+(', String.raw`\(?\+ ?[0-9]{1,3}\)?${digits(6, 12)}`, 0.55),
  form('prefix-001', '01', String.raw`(?:001[ .-]|1[ .-])\(?[0-9]{3}\)?[ .-][0-9]{3}[ .-][0-9]{4}`, 0.8),
  form('prefix-00', '0', String.raw`(?:00|011)[ -]?(?:${COUNTRY_CODES})[ \-.(]{1,2}[0-9]${digits(6, 11)}`, 0.7),
  form('parenthesised', '(', String.raw`\([0-9]{3}\)[ -]?[0-9]{3}[ .-]?[0-9]{4}`, 0.85),
  form('parenthesised', '01', String.raw`(?:001|1)[ -]?\([0-9]{3}\)[ -]?[0-9]{3}[ .-]?[0-9]{4}`, 0.85),
  form('french', '0', String.raw`0[1-9](?:[ .-][0-9]{2}){4}`, 0.75),
  form('three-three-four', '23456789', String.raw`[2-9][0-9]{2}(?:-[0-9]{3}-|\.[0-9]{3}\.)[0-9]{4}`, 0.8),
  form('three-three-four', '01', String.raw`[01][0-9]{2}(?:-[0-9]{3}-|\.[0-9]{3}\.)[0-9]{4}`, 0.6),
  form('three-three-four-spaced', '23456789', String.raw`[2-9][0-9]{2} [2-9][0-9]{2} [0-9]{4}`, 0.55),
  form(
    'british',
    '0',
    String.raw`0(?:2[0-9] [0-9]{4} [0-9]{4}|1[0-9]{2} [0-9]{3} [0-9]{4}|[1378][0-9]{3} [0-9]{3} ?[0-9]{3}|7[0-9]{3}[ -][0-9]{6})`,
    0.65,
  ),
  form('british', '0', '07[0-9]{9}', 0.6),
  form('area-in-parentheses', '(', String.raw`\(0[0-9]{1,5}\)[ -]?[0-9]{3,8}(?:[ -][0-9]{2,5}){0,3}`, 0.75),
  form('area-slash', '0', String.raw`0[1-9][0-9]{1,4} ?\/ ?[0-9]{4,8}(?:[ -][0-9]{2,5}){0,2}`, 0.55),
  // Brackets around an area code without a trunk digit: `(11) 4706-6184`.
  form('area-in-parentheses', '(', String.raw`\([1-9][0-9]{1,3}\) ?[0-9]{3,4}[ -][0-9]{3,4}`, 0.7),
  // A trunk digit, a hyphen, one group: `021-4006034`. In three or more groups: `0487 23 46 71`.
  form('trunk-hyphen', '0', '0[1-9][0-9]{0,3}-[0-9]{6,8}', 0.6),
  form('trunk-space', '0', '0[1-9][0-9]{2,4} [0-9]{5,8}', 0.55),
  form('trunk-groups', '0', String.raw`0[1-9][0-9]{0,3}(?: [0-9]{2,4}){2,4}`, 0.55),
  form('australian', '0', String.raw`04[0-9]{2}[ -][0-9]{3}[ -][0-9]{3}`, 0.65),
  form('national-trunk', '0', String.raw`0[1-9][0-9]{0,4}(?:[ .\-][0-9]{2,8}){1,5}`, 0.4),
  form('grouped', '(0123456789', String.raw`\(?[0-9]{1,15}(?:(?: - | ?\(|\) ?|\)-|[ .\/-])[0-9]{1,8}){0,6}`, 0.35),
];

function form(name: string, begins: string, pattern: string, confidence: number): PhoneForm {
  return { name, begins, pattern, confidence };
}

/** `x123`, `ext. 45`, `#6`, `Durchwahl`: belongs to the number before it. */
export const EXTENSION = /^[ ,;]{0,2}(?:extension|ext\.?|extn\.?|x|#|durchwahl|poste|内線)[ .:]{0,2}[0-9]{1,6}(?![0-9a-z])/;

/** Right before the number, with at most a few words between: it is a telephone number. */
export const PHONE_LABEL =
  /(?:\bphones?\b|\btele?phone|\btel\b|\btel\.|\bmobiles?\b|\bmob\b|\bcell(?:ular|phone)?\b|\bfax\b|\bwhatsapp\b|\bhotline\b|\bhandy\b|\btelefon|\btéléphone|\btelefono|\bteléfono|\bmóvil|\bportable\b|\bdial(?:ing|ed|led)?\b|\bpager\b|\bvoicemail\b|\bsms\b|\bcontact (?:no|number|num)\b|電話|携帯|連絡先|\bph ?[:#])(?:[^\n]{0,60}|[ :#]{0,4}\r?\n[ \t]{0,8})$/;
export const PHONE_VERB =
  /(?:\b(?:call|calling|called|text|texting|ring|reach|reached|reachable|contact|answering|answer|messages|messaged|messaging|registered|notif(?:y|ied)|speak|buzz|mfa|otp|verification code)\b[^\n0-9]{0,40}|\b(?:my|her|his|their|our|your|home|work|office|desk|emergency|direct|landline|contact) (?:new |old )?(?:number|no\.?|line|landline)\b[^\n0-9]{0,25})$/;
/** Right behind the number: `(office)`, ` mobile`, `[fax]`, `-home`. */
export const PHONE_LABEL_BEHIND =
  /^[)\s]{0,3}[([-]? ?(?:office|fax|mobile|mob|cell|home|work|tel|telephone|phone|direct|main|desk|landline|voice|whatsapp|is (?:my|his|her|their|our|the) (?:new |old |home |work |current |correct )?(?:number|phone|mobile|cell|line))\b(?![ ]?[=:])/;
/** Right before the number: it is some other number. */
export const OTHER_LABEL =
  /(?:\b(?:card|account|acct|order|invoice|ticket|case|reference|ref|serial|licen[cs]e|passport|policy|routing|sort ?code|iban|ssn|social security(?: number)?|zip|postcode|postal ?code|version|id|uid|pid|port|part|model|imei|isbn|tax|vat|tracking|flight|room|extension|ext|employee|customer|member|transaction|build|page|line|error|code|status|date|dob|born|birth|amount|total|price|size|bytes|address)\b(?: ?(?:number|no\.?|num|#|is|:|=|code|id))*[ :=#"']{0,4}|[$€£¥] ?)$/;
export const PHONE_HINT =
  /(?:phone|telephone|mobile|cell|fax|^tel$|^telno$|^telnumber$|^mobileno|^cellno|^contactno|^contactnumber$|^msisdn$|whatsapp|hotline)(?:no|num|number|nr|[0-9])?$/;
