// Templates of the generated set of which nobody gets to see what was missed, not even once: written after the first run, in other words and
// layouts than the others. When one of them has been worked on, it belongs to the others.
import { doc } from './doc.ts';
import type { Template } from './japanese-writer.ts';
import { corporateDigits, jan, myNumberDigits } from './japanese-values.ts';

export const UNSEEN: readonly Template[] = [
  [
    'mail',
    (w) =>
      doc`${w.surname()}部長\n\n出張の件、宿泊先が決まりました。\n${w.address()}\n電話は${w.phone('fixed')}です。到着は${w.date()}の夜になります。`,
  ],
  [
    'mail',
    (w) =>
      doc`件名：年末調整の書類について\n\n${w.surname()}様の申告書に記載のマイナンバー「${w.myNumber()}」が、前年の控えと一致しません。至急ご確認ください。`,
  ],
  [
    'fax',
    (w) =>
      doc`ＦＡＸ送信票\n宛先　${w.firm()}　${w.surname()}様\nＦＡＸ番号　${w.phone('fixed')}\n発信元　${w.firm()}\n　　　　${w.postal()}　${w.address()}\n　　　　電話　${w.phone('fixed')}\n枚数　${w.number(1, 9)}枚（本紙含む）`,
  ],
  [
    'questionnaire',
    (w) =>
      doc`ご契約者さま情報\n・お名前……${w.name()}\n・お生まれになった日……${w.birth()}\n・ご住所……${w.address()}\n・お電話番号……${w.namedPhone()}`,
  ],
  [
    'ledger',
    (w) =>
      doc`取引先台帳 No.${w.digits(4)}\n名称: ${w.firm()}\n法人番号: ${w.corporate()}\nインボイス登録番号: ${w.invoice()}\n振込口座: ${w.pick('静岡銀行', '福岡銀行', '北陸銀行')} 本店 当座預金 口座番号 ${w.account()}`,
  ],
  [
    'register',
    (w) =>
      doc`外国人雇用状況\n氏名（ローマ字） ${w.roman()}\n在留カードの番号 ${w.residence()}\n旅券番号 ${w.passport()}\n生年月日 ${w.birth()}\n在留期間 ${w.date()} まで`,
  ],
  [
    'csv',
    (w) =>
      doc`氏名;マイナンバー;基礎年金番号;携帯番号\n${w.lines(4, () => doc`${w.name()};${w.myNumber()};${w.pension()};${w.namedPhone('mobile')}`)}`,
  ],
  [
    'csv',
    (w) => doc`受付日,申請者,運転免許証の番号,現住所\n${w.lines(4, () => doc`${w.date()},${w.name()},${w.licence()},${w.address()}`)}`,
  ],
  [
    'json',
    (w) =>
      doc`[{"individualNumber":"${w.myNumber()}","dateOfBirth":"${w.isoBirth()}","mobilePhone":"${w.namedPhone('mobile')}","zipCode":"${w.barePostal()}","streetAddress":"${w.address()}"}]`,
  ],
  [
    'ini',
    (w) =>
      doc`[事業所]\n名称=${w.firm()}\n郵便番号=${w.barePostal()}\n所在地=${w.address()}\n電話=${w.phone('fixed')}\n保険者番号=${w.insurer()}`,
  ],
  [
    'log',
    (w) =>
      doc`09:${w.number(10, 59)}:${w.number(10, 59)} SMS送信 宛先:${w.namedPhone('mobile')} 結果:OK 送信ID:${w.digits(12)}\n09:${w.number(10, 59)}:${w.number(10, 59)} SMS送信 宛先:${w.namedPhone('mobile')} 結果:NG(圏外) 送信ID:${w.digits(12)}`,
  ],
  [
    'minutes',
    (w) => doc`○ 被災者名簿の確認\n　${w.name()}さん（${w.birth()}生）、避難先は${w.address()}の親族宅。連絡は${w.phone('mobile')}へ。`,
  ],
  [
    'contract',
    (w) =>
      doc`本契約に関する通知は、次の宛先に書面で行う。\n（甲）${w.postalAddress()}　${w.firm()}　法務部\n（乙）${w.postalAddress()}　${w.firm()}　総務課`,
  ],
  [
    'bank',
    (w) =>
      doc`給与振込先届\n　ゆうちょ銀行　${w.postBank()}\n　上記以外の場合　金融機関名：${w.pick('百五銀行', '常陽銀行')}　店番：${w.digits(3)}　口座番号：${w.account()}`,
  ],
  [
    'decoy inventory',
    (w) =>
      doc`棚卸結果\n${w.lines(5, () => doc`品目コード ${jan(w.random)}　ロット ${w.digits(8)}　数量 ${w.number(1, 900)}　単価 ${w.money()}`)}`,
  ],
  [
    'decoy operations',
    (w) =>
      doc`運転日誌 ${w.date()}\n1号機 出力 ${w.number(100, 900)}MW、主蒸気 ${w.number(10, 25)}.${w.digits(1)}MPa、積算 ${myNumberDigits(w.random)}kWh、${w.ip()} 応答なし、伝票 ${corporateDigits(w.random)}。東京都、千葉県の需要は前日比${w.number(1, 9)}%増。`,
  ],
  [
    'decoy rules',
    (w) =>
      doc`第${w.number(2, 40)}条（個人番号の取扱い）　会社は、個人番号、基礎年金番号及び銀行口座番号を、${w.date()}以降、規程第${w.number(2, 30)}-${w.number(1, 9)}号に従い管理する。保存期間は7年、様式は第${w.digits(3)}号とする。`,
  ],
];
