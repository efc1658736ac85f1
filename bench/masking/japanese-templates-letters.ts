// Templates of the generated set: mail, chat, minutes, reports, prose.
import { doc, value } from './doc.ts';
import { OPTIONAL } from './scoring.ts';
import type { Template } from './japanese-writer.ts';

export const LETTERS: readonly Template[] = [
  [
    'mail',
    (w) =>
      doc`${w.firm()}\n${w.surname()}様\n\nいつもお世話になっております。${w.firm()}の${w.surname()}です。\n先日の件、下記まで折り返しお電話いただけますでしょうか。\n\nTEL：${w.phone('fixed')}\n携帯：${w.phone('mobile')}\n\nどうぞよろしくお願いいたします。`,
  ],
  [
    'mail',
    (w) =>
      doc`お疲れ様です。\n\n明日の訪問先は${w.address()}です。\n当日の連絡先は${w.namedPhone('mobile')}（${w.surname()}）まで。\n現地集合は${w.number(9, 16)}時${w.number(10, 50)}分です。`,
  ],
  [
    'signature',
    (w) =>
      doc`--\n${w.firm()}　システム運用部\n${w.name()}\n${w.postalAddress()}\nTEL: ${w.phone('fixed')} / FAX: ${w.phone('fixed')}\nMobile: ${w.phone('mobile')}\nE-mail: taro.sato@example.co.jp`,
  ],
  [
    'signature',
    (w) =>
      doc`━━━━━━━━━━━━━━━━━━━━\n${w.firm()}\n保全課　${w.name()}\n${w.postalAddress()}\n電話 ${w.phoneWithExtension()}　直通 ${w.phone('fixed')}\n━━━━━━━━━━━━━━━━━━━━`,
  ],
  [
    'mail',
    (w) =>
      doc`各位\n\n本人確認のため、マイナンバーの提出をお願いしています。\n${w.surname()}さんの個人番号は${w.myNumber()}で登録済みです。\n相違がある場合は人事（内線${value(OPTIONAL, w.digits(4))}）までご連絡ください。`,
  ],
  [
    'mail',
    (w) =>
      doc`${w.surname()}様\n\nご返金先の口座情報を確認いたしました。\n\n${w.pick('みずほ銀行', '三井住友銀行', '三菱UFJ銀行', '北洋銀行')} ${w.pick('丸の内支店', '本店営業部', '札幌支店')}（店番号${w.digits(3)}）\n${w.pick('普通', '当座')} ${w.account()}\n口座名義：${w.kana()}\n\nお振込みは${w.date()}を予定しております。`,
  ],
  ['mail', (w) => doc`Subject: 振込先変更のお知らせ\n\nゆうちょ銀行\n${w.postBank()}\n名義　${w.kana()}\n\n変更日：${w.date()}`],
  [
    'mail',
    (w) =>
      doc`経理ご担当者様\n\n弊社の適格請求書発行事業者登録番号は ${w.invoice()} です。\n法人番号（${w.corporate()}）とあわせてご登録ください。`,
  ],
  [
    'chat',
    (w) =>
      doc`[10:${w.number(10, 59)}] ${w.surname()}: 例の件、相手の番号わかります？\n[10:${w.number(10, 59)}] ${w.surname()}: ${w.phone('mobile')} です🙇\n[10:${w.number(10, 59)}] ${w.surname()}: ありがとうございます！住所も\n[10:${w.number(10, 59)}] ${w.surname()}: ${w.address()}`,
  ],
  [
    'chat',
    (w) => doc`${w.surname()}さん、パスポートの番号を送ってもらえますか\n> 旅券番号 ${w.passport()} です\n有効期限は${w.date()}まで`,
  ],
  ['chat', (w) => doc`@${w.pick('sato', 'suzuki', 'tanaka')} 誕生日いつだっけ？\n＞ ${w.birth()}生まれだよ😄`],
  ['chat', (w) => doc`すみません、電話番号変わりました！新しいのは${w.namedPhone('mobile')}です。よろしくです🙏`],
  [
    'minutes',
    (w) =>
      doc`議事録\n日時：${w.date()} 14:00～15:30\n場所：${w.address()}\n出席者：${w.name()}、${w.name()}、${w.name()}\n\n1. 緊急連絡先は${w.phone('fixed')}に一本化する。\n2. 予算は${w.money()}とする。`,
  ],
  [
    'minutes',
    (w) => doc`■決定事項\n・委託先（法人番号${w.corporate()}）との契約を更新\n・契約金額：${w.money()}（税込）\n・次回は${w.date()}`,
  ],
  [
    'incident',
    (w) =>
      doc`【インシデント報告書】\n受付番号：INC-2026${w.digits(6)}\n発生日時：${w.date()} ${w.number(10, 23)}:${w.number(10, 59)}\n検知元：${w.ip()}\n影響：顧客の個人情報（氏名、住所、電話番号）${w.number(2, 900)}件\n例：${w.name()}、${w.address()}、${w.phone()}\n第一報連絡先：${w.phone('fixed')}`,
  ],
  [
    'incident',
    (w) =>
      doc`${w.date()}、${w.firm()}の従業員が誤って次の情報を含むファイルを送信した。\n・${w.name()}（生年月日 ${w.birth()}）\n・運転免許証番号 ${w.licence()}\n・基礎年金番号 ${w.pension()}\n再発防止策を検討する。`,
  ],
  [
    'incident',
    (w) =>
      doc`漏えいした項目：在留カード番号（${w.residence()}）、旅券番号（${w.passport()}）、携帯電話番号（${w.phone('mobile')}）。\n漏えい件数は${w.number(2, 40)}件、期間は${w.date()}から${w.date()}まで。`,
  ],
  ['prose', (w) => doc`${w.name()}は${w.birth()}生まれで、現在は${w.address()}に住んでいる。`],
  ['prose', (w) => doc`本社は${w.address()}にあり、代表電話は${w.phone('fixed')}、お客様相談室は${w.phone('free')}である。`],
  ['prose', (w) => doc`事故のあった変電所の所在地は${w.address()}。周辺の${w.number(100, 9000)}戸が停電した。`],
  [
    'notice',
    (w) =>
      doc`お客様各位\n\n移転のお知らせ\n\n旧住所：${w.postal()} ${w.address()}\n新住所：${w.postal()} ${w.address()}\n電話番号：${w.phone('fixed')}（変更ありません）`,
  ],
  [
    'notice',
    (w) =>
      doc`お問い合わせ先\n　${w.firm()} お客様センター\n　フリーダイヤル ${w.phone('free')}（受付時間 9:00〜17:00）\n　海外からは ${w.phone('international')}`,
  ],
  [
    'call-log',
    (w) =>
      doc`受電記録\n${w.date()} ${w.number(9, 17)}:${w.number(10, 59)}　発信者番号 ${w.namedPhone()}\n氏名：${w.name()}（${w.kana()}）\n用件：停電の問い合わせ。折り返し希望 → ${w.namedPhone('mobile')}`,
  ],
  [
    'english',
    (w) =>
      doc`Please contact ${w.roman()} at ${w.phone('international')}.\nIndividual Number (My Number): ${w.myNumber()}\nResidence card No. ${w.residence()}\nPassport No.: ${w.passport()}`,
  ],
  [
    'delivery',
    (w) =>
      doc`お届け先\n${w.postalAddress()}\n${w.name()} 様\n電話：${w.namedPhone()}\n伝票番号：${w.digits(4)}-${w.digits(4)}-${w.digits(4)}\n品名：${w.pick('書類', '部品', '計測器')}`,
  ],
  [
    'faq',
    (w) =>
      doc`Q. マイナンバーカードを紛失しました。\nA. 個人番号カードコールセンター（${w.phone('free')}）へご連絡ください。一時停止は24時間受け付けます。`,
  ],
];
