// Templates of the generated set that hold nothing to be found: numbers and words that look like what the others carry. Half of the long
// numbers pass a check digit on purpose, because one in ten of any such numbers does.
import { corporateDigits, jan, myNumberDigits, stamp } from './japanese-values.ts';
import { doc } from './doc.ts';
import type { Template } from './japanese-writer.ts';

export const DECOYS: readonly Template[] = [
  [
    'decoy order',
    (w) => doc`ご注文ありがとうございます。\n注文番号：${myNumberDigits(w.random)}\nお支払い金額：${w.money()}\n発送予定日：${w.date()}`,
  ],
  [
    'decoy tracking',
    (w) =>
      doc`お荷物伝票番号 ${myNumberDigits(w.random).replaceAll(/(.{4})(?=.)/g, '$1-')} の配達が完了しました。\n追跡番号：${w.digits(12)}`,
  ],
  [
    'decoy jan',
    (w) =>
      doc`商品名,JANコード,数量,単価\n${w.lines(6, () => doc`${w.pick('端子台', '継電器', 'ヒューズ', 'ケーブル')},${jan(w.random)},${w.number(1, 90)},${w.number(100, 9000)}`)}`,
  ],
  [
    'decoy jan',
    (w) => doc`JANコード ${jan(w.random)} の在庫を確認してください。ISBN978-4-${w.digits(2)}-${w.digits(6)}-${w.digits(1)} は別便です。`,
  ],
  ['decoy numbers', (w) => doc`計測値: ${myNumberDigits(w.random)} ${corporateDigits(w.random)} ${w.digits(12)} ${w.digits(13)}`],
  ['decoy numbers', (w) => doc`シリアル番号 ${myNumberDigits(w.random)}、ロット ${w.digits(3)}-${w.digits(4)}、製造番号 ${w.digits(7)}`],
  [
    'decoy timestamps',
    (w) =>
      doc`バックアップ ${stamp(w.random)}${w.number(10, 59)} 完了。次回 ${stamp(w.random)}。epoch=${w.number(1_700_000_000, 1_790_000_000)}${w.digits(3)}`,
  ],
  [
    'decoy log',
    (w) =>
      doc`2026/11/${w.number(10, 28)} 1${w.number(0, 9)}:${w.number(10, 59)}:${w.number(10, 59)} ERROR 接続失敗 host=${w.ip()} port=${w.number(1024, 65000)} tx=${corporateDigits(w.random)} 経過=${w.number(100, 9000)}ms`,
  ],
  [
    'decoy version',
    (w) =>
      doc`ファームウェアを ${w.number(1, 9)}.${w.number(0, 20)}.${w.number(0, 30)} から 10.0.${w.number(10000, 26000)}.${w.number(100, 9000)} に更新。対象機 ${w.ip()}、${w.ip()}/24。`,
  ],
  ['decoy parts', (w) => doc`部品番号 TK-${w.digits(7)}-A、型式 M6-090-${w.digits(4)}、品番 03-${w.digits(4)}-${w.digits(5)}B を手配。`],
  ['decoy money', (w) => doc`内訳：工事費 ${w.money()}、諸経費 ${w.money()}、合計 ${w.money()}（消費税10%）`],
  [
    'decoy prefectures',
    (w) =>
      doc`東京都は${w.date()}、新しい計画を発表した。大阪府と京都府、北海道でも同様の動きがある。愛知県内の${w.number(2, 50)}市町村が対象となる。`,
  ],
  [
    'decoy prefectures',
    (w) => doc`神奈川県と千葉県の送電線で点検を行う。福岡市では${w.number(2, 30)}件、仙台市では${w.number(2, 30)}件の申し込みがあった。`,
  ],
  [
    'decoy dates',
    (w) =>
      doc`${w.date()}に臨時総会を開催する。平成30年7月豪雨の教訓を踏まえ、令和7年度の訓練は2026年11月${w.number(10, 28)}日とする。前回は2025/11/05。`,
  ],
  [
    'decoy law',
    (w) =>
      doc`電気事業法第${w.number(2, 90)}条第4項及び同法施行規則第${w.number(2, 99)}条の規定による。昭和39年法律第170号、別表第3-2-1参照。`,
  ],
  [
    'decoy passport words',
    (w) => doc`認証ライブラリ passport ${w.number(0, 9)}.${w.number(0, 9)}.1 を更新。チケット AB${w.digits(7)}、型番 ZX${w.digits(8)}QT。`,
  ],
  [
    'decoy chat',
    (w) =>
      doc`会議IDは ${w.digits(3)} ${w.digits(4)} ${w.digits(4)}、パスコードは別途。比率は3-2-1、出席率は${w.number(10, 99)}.${w.number(0, 9)}%でした😅`,
  ],
  [
    'decoy table',
    (w) =>
      doc`| 設備 | 電圧(V) | 電流(A) | 管理番号 |\n|---|---|---|---|\n${w.lines(4, () => doc`| ${w.pick('遮断器', '変圧器', '断路器')} | ${w.number(100, 66000)} | ${w.number(1, 900)} | ${w.digits(4)}-${w.digits(6)} |`)}`,
  ],
  [
    'decoy json',
    (w) =>
      doc`{"order_id":"${myNumberDigits(w.random)}","sku":"${jan(w.random)}","trace":"${corporateDigits(w.random)}","created":${w.number(1_700_000_000, 1_790_000_000)}${w.digits(3)},"total":${w.number(1000, 900000)},"ratio":0.${w.digits(12)}}`,
  ],
  [
    'decoy prose',
    (w) =>
      doc`電話での問い合わせは前年比${w.number(10, 90)}%減、年金記録の照会は${w.number(1000, 90000)}件、口座数は${w.number(1_000_000, 9_000_000)}件だった。免許の更新期限は${w.date()}。`,
  ],
  [
    'decoy contract',
    (w) => doc`契約番号：${w.digits(4)}-${w.digits(6)}\nお客様番号：${w.digits(10)}\n受付番号：${w.digits(7)}\n見積番号：Q${w.digits(8)}`,
  ],
  [
    'decoy code',
    (w) =>
      doc`const LIMITS = [${w.digits(7)}, ${myNumberDigits(w.random)}, 0x${w.digits(8)}]; // 上限値\nif (id === '${corporateDigits(w.random)}') return null; // 廃止`,
  ],
];
