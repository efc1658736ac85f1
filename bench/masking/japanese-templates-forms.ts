// Templates of the generated set: forms, applications, invoices, registers. Symbol and number of an insured person, and the number of the
// commercial register, may be found and need not be.
import { doc, value } from './doc.ts';
import { OPTIONAL } from './scoring.ts';
import type { Template } from './japanese-writer.ts';

export const FORMS: readonly Template[] = [
  [
    'form',
    (w) =>
      doc`氏　　名：${w.name()}\nフリガナ：${w.kana()}\n生年月日：${w.birth()}\n住　　所：${w.postalAddress()}\n電話番号：${w.namedPhone()}\n個人番号：${w.myNumber()}`,
  ],
  [
    'form',
    (w) =>
      doc`【氏名】${w.name()}\n【生年月日】${w.birth()}（満${w.number(20, 80)}歳）\n【性別】${w.pick('男', '女')}\n【現住所】${w.address()}\n【連絡先】${w.namedPhone()}`,
  ],
  [
    'form',
    (w) =>
      doc`扶養控除等（異動）申告書\nあなたの氏名　${w.name()}\nあなたの個人番号　${w.myNumber()}\nあなたの生年月日　${w.birth()}\nあなたの住所又は居所　（郵便番号 ${w.barePostal()}）${w.address()}\n給与の支払者の法人番号　${w.corporate()}`,
  ],
  [
    'form',
    (w) =>
      doc`健康保険 被保険者資格取得届\n事業所所在地　${w.postalAddress()}\n事業主氏名　${w.name()}\n電話番号　${w.namedPhone('fixed')}\n\n被保険者氏名 ${w.name()}\n生年月日 ${w.birth()}\n個人番号［基礎年金番号］ ${w.pension()}\n保険者番号 ${w.insurer()}`,
  ],
  [
    'form',
    (w) =>
      doc`資格確認書\n記号 ${value(OPTIONAL, w.digits(4))}　番号 ${value(OPTIONAL, w.digits(3))}\n保険者番号　${w.insurer()}\n保険者名称　${w.pick('全国健康保険協会', '東京電子機械工業健康保険組合', '札幌市')}\n生年月日　${w.birth()}`,
  ],
  ['form', (w) => doc`運転免許証\n氏名 ${w.name()}　${w.birth()}生\n住所 ${w.address()}\n番号 第 ${w.licence()} 号`],
  ['form', (w) => doc`本人確認書類：運転免許証\n免許証番号：${w.licence()}\n交付日：${w.date()}\n確認者：${w.surname()}`],
  [
    'form',
    (w) =>
      doc`在留カード番号：${w.residence()}\n国籍・地域：ベトナム\n在留資格：技術・人文知識・国際業務\n生年月日：${w.isoBirth()}\n住居地：${w.address()}`,
  ],
  [
    'form',
    (w) =>
      doc`旅券番号（Passport No.） ${w.passport()}\n姓名 ${w.roman()}\n生年月日（Date of birth） ${w.isoBirth()}\n発行年月日 ${w.date()}`,
  ],
  [
    'form',
    (w) =>
      doc`口座振替依頼書\n金融機関コード ${w.digits(4)}　支店コード ${w.digits(3)}\n預金種目　1.普通　2.当座\n口座番号　${w.account()}\n口座名義（カナ）　${w.kana()}`,
  ],
  [
    'form',
    (w) =>
      doc`振込先\n銀行名：${w.pick('りそな銀行', '横浜銀行', '千葉銀行', '楽天銀行')}\n支店名：${w.pick('新宿支店', '第一営業支店', '本店')}\n種別：普通預金\n口座番号：${w.account()}\n口座名義：${w.firm()}`,
  ],
  ['form', (w) => doc`ゆうちょ銀行口座\n${w.postBank()}\n口座名義人：${w.kana()}`],
  ['form', (w) => doc`☐ 個人番号カード　☑ 通知カード\n番号（12桁）: ${w.myNumber()}\n提出日：${w.date()}`],
  [
    'form',
    (w) =>
      doc`入館申請書\n会社名：${w.firm()}\n会社住所：${w.address()}\n来訪者：${w.name()}　様\n連絡先（携帯）：${w.namedPhone('mobile')}\n入館日：${w.date()}\n車両番号：品川 300 あ ${w.digits(2)}-${w.digits(2)}`,
  ],
  [
    'form',
    (w) =>
      doc`緊急連絡網\n第1連絡先　${w.name()}（続柄：父）　${w.namedPhone()}\n第2連絡先　${w.name()}（続柄：母）　${w.namedPhone('mobile')}\nかかりつけ医　${w.phone('fixed')}`,
  ],
  [
    'form',
    (w) =>
      doc`保守作業員名簿\n氏名：${w.name()}　資格：第一種電気工事士（免状番号 第${w.digits(5)}号）\n生年月日：${w.birth()}\n血液型：${w.pick('A', 'B', 'O', 'AB')}型\n住所：${w.address()}\n健康診断：${w.date()} 受診`,
  ],
  ['form', (w) => doc`ＴＥＬ　${w.phone('fixed')}\nＦＡＸ　${w.phone('fixed')}\n〒${w.barePostal()}\n${w.address()}`],
  [
    'invoice',
    (w) =>
      doc`請求書\n請求番号：${w.digits(10)}\n発行日：${w.date()}\n\n${w.firm()} 御中\n\n登録番号：${w.invoice()}\n${w.firm()}\n${w.postalAddress()}\nTEL ${w.phone('fixed')}\n\nご請求金額　${w.money()}\n振込先：三井住友銀行 日比谷支店 普通 ${w.account()}`,
  ],
  [
    'invoice',
    (w) =>
      doc`領 収 書\n\n${w.firm()} 様\n\n${w.money()}\n\n但し、設備点検費用として上記正に領収いたしました。\n${w.date()}\n${w.address()}\n${w.firm()}\n登録番号 ${w.invoice()}`,
  ],
  [
    'invoice',
    (w) =>
      doc`支払通知書\n支払先コード：${w.digits(8)}\n法人番号：${w.corporate()}\n銀行コード-支店-口座番号：${w.accountInFull()}\n支払金額：${w.money()}\n支払日：${w.date()}`,
  ],
  ['register', (w) => doc`住所録\n${w.lines(4, () => doc`${w.name()}　${w.postal()}　${w.address()}　${w.phone()}`)}`],
  [
    'register',
    (w) =>
      doc`会員情報\n会員ID: M${w.digits(8)}\n氏名: ${w.name()}\n郵便番号: ${w.barePostal()}\n住所1: ${w.address()}\n電話番号(自宅): ${w.namedPhone('fixed')}\n電話番号(携帯): ${w.namedPhone('mobile')}\n生年月日: ${w.birth()}`,
  ],
  [
    'register',
    (w) =>
      doc`商業登記\n会社法人等番号　${value(OPTIONAL, `${w.digits(4)}-${w.digits(2)}-${w.digits(6)}`)}\n法人番号　${w.corporate()}\n商号　${w.firm()}\n本店　${w.address()}\n資本金の額　${w.money()}`,
  ],
  [
    'contract',
    (w) =>
      doc`業務委託契約書\n\n甲　${w.address()}\n　　${w.firm()}\n　　代表取締役　${w.name()}\n乙　${w.address()}\n　　${w.firm()}\n\n第3条第2項に定める委託料は、${w.money()}とする。\n${w.date()}`,
  ],
  [
    'pension',
    (w) =>
      doc`ねんきん定期便\n照会番号 ${w.digits(16)}\n基礎年金番号：${w.pension()}\n生年月日：${w.birth()}\nお問い合わせ：${w.phone('free')}`,
  ],
  [
    'medical',
    (w) =>
      doc`診療情報提供書\n患者氏名　${w.name()}　殿　（${w.pick('男', '女')}）\n${w.birth()}生　${w.number(20, 90)}歳\n患者住所　${w.address()}\n電話　${w.namedPhone()}\n保険者番号 ${w.insurer()}\n傷病名　高血圧症　BP ${w.number(110, 180)}/${w.number(60, 110)}`,
  ],
];
