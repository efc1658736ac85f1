// Templates of the generated set: CSV, JSON, tables, logs and other output of machines.
import { doc } from './doc.ts';
import type { Template } from './japanese-writer.ts';

export const TABLES: readonly Template[] = [
  [
    'csv',
    (w) =>
      doc`社員番号,氏名,生年月日,住所,電話番号\n${w.lines(4, () => doc`${w.digits(6)},${w.name()},${w.birth()},${w.address()},${w.namedPhone()}`)}`,
  ],
  ['csv', (w) => doc`氏名,個人番号,提出日\n${w.lines(5, () => doc`${w.name()},${w.myNumber()},${w.date()}`)}`],
  [
    'csv',
    (w) =>
      doc`"取引先コード","取引先名","法人番号","登録番号","電話番号"\n${w.lines(4, () => doc`"${w.digits(6)}","${w.firm()}","${w.corporate()}","${w.invoice()}","${w.phone('fixed')}"`)}`,
  ],
  [
    'csv',
    (w) =>
      doc`銀行コード,支店コード,預金種目,口座番号,受取人名,振込金額\n${w.lines(4, () => doc`${w.pick('0001', '0005', '0009')},${w.digits(3)},1,${w.account()},${w.kana()},${w.number(1000, 900000)}`)}`,
  ],
  [
    'csv',
    (w) =>
      doc`id,name,zip,address,tel\n${w.lines(4, (row) => doc`${row + 1},${w.name()},${w.barePostal()},${w.address()},${w.namedPhone()}`)}`,
  ],
  ['csv', (w) => doc`氏名,免許証番号,有効期限\n${w.lines(3, () => doc`${w.name()},${w.licence()},${w.date()}`)}`],
  [
    'tsv',
    (w) =>
      doc`氏名\t郵便番号\t住所\t携帯電話\n${w.lines(4, () => doc`${w.name()}\t${w.barePostal()}\t${w.address()}\t${w.namedPhone('mobile')}`)}`,
  ],
  [
    'tsv',
    (w) =>
      doc`被保険者氏名\t保険者番号\t基礎年金番号\t生年月日\n${w.lines(3, () => doc`${w.name()}\t${w.insurer()}\t${w.pension()}\t${w.birth()}`)}`,
  ],
  [
    'table',
    (w) => doc`| 氏名 | 電話番号 | 住所 |\n|---|---|---|\n${w.lines(3, () => doc`| ${w.name()} | ${w.namedPhone()} | ${w.address()} |`)}`,
  ],
  [
    'table',
    (w) =>
      doc`| 項目 | 内容 |\n| --- | --- |\n| マイナンバー | ${w.myNumber()} |\n| 生年月日 | ${w.birth()} |\n| パスポート番号 | ${w.passport()} |\n| 在留カード番号 | ${w.residence()} |`,
  ],
  [
    'table',
    (w) =>
      doc`｜会社名　　｜${w.firm()}｜\n｜法人番号　｜${w.corporate()}｜\n｜所在地　　｜${w.address()}｜\n｜代表電話　｜${w.phone('fixed')}｜`,
  ],
  ['json', (w) => doc`{"name":"${w.name()}","my_number":"${w.myNumber()}","birth_date":"${w.isoBirth()}","phone":"${w.namedPhone()}"}`],
  [
    'json',
    (w) =>
      doc`{\n  "customer": {\n    "氏名": "${w.name()}",\n    "郵便番号": "${w.barePostal()}",\n    "住所": "${w.address()}",\n    "電話番号": "${w.namedPhone()}",\n    "生年月日": "${w.birth()}"\n  },\n  "order_id": "${w.digits(12)}",\n  "amount": ${w.number(100, 90000)}\n}`,
  ],
  [
    'json',
    (w) =>
      doc`{"company":"${w.firm()}","corporate_number":"${w.corporate()}","invoice_registration_number":"${w.invoice()}","tel":"${w.phone('fixed')}","postal_code":"${w.barePostal()}","address":"${w.address()}","updated_at":"2026-0${w.number(1, 9)}-1${w.number(0, 9)}T09:${w.number(10, 59)}:00+09:00"}`,
  ],
  [
    'json',
    (w) =>
      doc`{"bank_code":"0005","branch_code":"${w.digits(3)}","account_type":"普通","account_number":"${w.account()}","account_holder":"${w.kana()}"}`,
  ],
  [
    'yaml',
    (w) =>
      doc`申請者:\n  氏名: ${w.name()}\n  生年月日: ${w.birth()}\n  運転免許証番号: ${w.licence()}\n  連絡先: ${w.namedPhone('mobile')}\nversion: 2.${w.number(0, 20)}.${w.number(0, 9)}`,
  ],
  [
    'xml',
    (w) =>
      doc`<申告者><氏名>${w.name()}</氏名><個人番号>${w.myNumber()}</個人番号><住所>${w.address()}</住所><電話番号>${w.namedPhone()}</電話番号></申告者>`,
  ],
  [
    'log',
    (w) =>
      doc`2026-11-${w.number(10, 28)}T0${w.number(0, 9)}:${w.number(10, 59)}:${w.number(10, 59)}.${w.digits(3)}+09:00 INFO [user-service] 会員登録 name=${w.name()} tel=${w.namedPhone()} req=${w.digits(13)} ip=${w.ip()}`,
  ],
  [
    'log',
    (w) =>
      doc`Nov ${w.number(10, 28)} 0${w.number(1, 9)}:${w.number(10, 59)}:${w.number(10, 59)} pbx01 asterisk[${w.digits(5)}]: 着信 from=${w.namedPhone('mobile')} to=${w.namedPhone('fixed')} duration=${w.number(3, 900)}`,
  ],
  [
    'log',
    (w) => doc`[WARN] マイナンバー照合エラー: 個人番号=${w.myNumber()} トランザクション=${w.digits(14)} 処理時間=${w.number(10, 900)}ms`,
  ],
  ['log', (w) => doc`UPDATE customers SET 住所='${w.address()}', 電話番号='${w.namedPhone()}' WHERE customer_id=${w.digits(8)};`],
  ['list', (w) => doc`${w.lines(5, (row) => doc`${row + 1}. ${w.name()}（${w.phone()}）`)}`],
  [
    'list',
    (w) =>
      doc`事業所一覧\n${w.lines(4, () => doc`・${w.pick('本社', '支店', '営業所', '工場')}：${w.postalAddress()}　TEL ${w.phone('fixed')}`)}`,
  ],
  [
    'ticket',
    (w) =>
      doc`チケット #${w.digits(5)}\n起票者: ${w.name()}\n種別: 住所変更\n変更後: ${w.postal()} ${w.address()}\n電話: ${w.namedPhone()}\n備考: 契約番号 ${w.digits(12)} は変更なし`,
  ],
  [
    'vcard',
    (w) =>
      doc`BEGIN:VCARD\nVERSION:3.0\nFN:${w.name()}\nTEL;TYPE=CELL:${w.namedPhone('mobile')}\nTEL;TYPE=WORK:${w.namedPhone('fixed')}\nBDAY:${w.isoBirth()}\nEND:VCARD`,
  ],
];
