// Whole documents as they come along: signatures, forms, configuration, logs, cards.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { foundIn } from './testing.ts';

test('the signature of a mail', () => {
  assert.deepEqual(
    foundIn(
      '━━━━\n山田 太郎\n〒531-0071 大阪市北区中津1-18-6\nTEL 06-6372-1234（直通） / FAX 06-6372-1235\n携帯 080-1234-5678\n内線：4321\n━━━━',
    ),
    [
      'postal-code:531-0071',
      'address:大阪市北区中津1-18-6',
      'phone:06-6372-1234',
      'phone:06-6372-1235',
      'phone:080-1234-5678',
      'phone:4321',
    ],
  );
});

test('a form in full width with spaced labels', () => {
  assert.deepEqual(
    foundIn(
      '生年月日：昭和５５年　５月　５日\n住　　所：東京都千代田区丸の内１－２－３\n電　　話：０３１２３４５６７８\n口座番号：普通　１２３４５６７',
    ),
    ['date-of-birth:昭和55年 5月 5日', 'address:東京都千代田区丸の内1-2-3', 'phone:0312345678', 'bank-account:1234567'],
  );
});

test('JSON in a text', () => {
  assert.deepEqual(
    foundIn(
      '{"orderId": "621498320257", "myNumber": 621498320257, "postalCode": "1000005", "bankCode": "0001", "accountNumber": "1234567"}',
    ),
    ['my-number:621498320257', 'postal-code:1000005', 'bank-account:1234567'],
  );
});

test('a log with numbers of all kinds', () => {
  assert.deepEqual(
    foundIn(
      '2025-11-24 10:23:45,678 INFO lookup tel=0312345678 myno=621498320257 elapsed=1234567us\n' +
        '2025-11-24 10:23:46,001 WARN code=E0312345 job 20251124000123 192.168.1.20:51234\n' +
        'Nov 24 10:23:47 host sshd[12345]: Accepted publickey from 203.0.113.5 port 51234 ssh2',
    ),
    ['phone:0312345678', 'my-number:621498320257'],
  );
});

test('a licence and an insurance card', () => {
  assert.deepEqual(
    foundIn('運転免許証\n昭和55年5月5日生\n住所 東京都千代田区丸の内1-2-3\n交付 令和05年01月10日 12345\n番号 第 309012345620 号'),
    ['date-of-birth:昭和55年5月5日', 'address:東京都千代田区丸の内1-2-3', 'drivers-licence:309012345620'],
  );
  assert.deepEqual(
    foundIn('保険者番号　33120015\n被保険者証等記号・番号　1234・567（枝番 01）\n資格取得年月日　令和5年4月1日\n生年月日　昭和55年5月5日'),
    ['insurer-number:33120015', 'insurer-number:1234・567', 'insurer-number:01', 'date-of-birth:昭和55年5月5日'],
  );
});

test('papers of a plant hold none of it', () => {
  assert.deepEqual(
    foundIn(
      '点検日 2025/11/24 作業番号 W-20251124-0312 機器 P-1234-567 予備品コード 4901234567894\n' +
        '制御盤 MCC-3-2-1、バルブ 3-12-5、系統 No.2-1-3、第2工区1-2-3号機、流量 1234567 L、圧力 0.1234 MPa\n' +
        '発電実績 2024年度 1,234,567,890 kWh、電話工事 12件、北区変電所は2-1系統',
    ),
    [],
  );
});
