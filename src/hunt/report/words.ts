// Headings and labels of the report, in English and Japanese. Titles of rules and contents of records stay as they are.
import type { Level } from '../finding.ts';
import type { Tactic } from './attack.ts';

export type Language = 'en' | 'ja';

export interface Words {
  readonly title: string;
  readonly made: string;
  readonly period: string;
  readonly noTime: string;
  readonly interrupted: string;
  readonly severity: string;
  readonly findings: string;
  readonly timeline: string;
  readonly matrix: string;
  readonly rules: string;
  readonly rule: string;
  readonly hosts: string;
  readonly host: string;
  readonly details: string;
  readonly coverage: string;
  readonly files: string;
  readonly file: string;
  readonly format: string;
  readonly events: string;
  readonly bad: string;
  readonly problem: string;
  readonly first: string;
  readonly last: string;
  readonly logsources: string;
  readonly logsource: string;
  readonly withoutRules: string;
  readonly withoutLogs: string;
  readonly skipped: string;
  readonly limited: string;
  readonly reason: string;
  readonly badRecords: string;
  readonly correlations: string;
  readonly undecided: string;
  readonly indicators: string;
  readonly indicatorsSkipped: string;
  readonly none: string;
  readonly untold: string;
  readonly evidence: string;
  readonly position: string;
  readonly matched: string;
  readonly record: string;
  readonly field: string;
  readonly value: string;
  readonly condition: string;
  readonly ruleHash: string;
  readonly technique: string;
  readonly tactic: string;
  readonly levels: Readonly<Record<Level, string>>;
  /** `shown` of `total` are in the report. */
  readonly shownOf: (shown: number, total: number) => string;
  readonly bucket: (text: string) => string;
  readonly outside: (before: number, after: number) => string;
  readonly andMore: (count: number) => string;
  readonly tacticName: (tactic: Tactic) => string;
}

const ENGLISH: Words = {
  title: 'Hunt through logs',
  made: 'Made',
  period: 'Period of findings',
  noTime: 'no time stated',
  interrupted: 'Interrupted: this is what was found until then, not all there is.',
  severity: 'Severity',
  findings: 'Findings',
  timeline: 'Timeline',
  matrix: 'ATT&CK matrix',
  rules: 'Rules that matched',
  rule: 'Rule',
  hosts: 'Hosts',
  host: 'Host',
  details: 'Findings in detail',
  coverage: 'Coverage: how far this hunt could see',
  files: 'Files',
  file: 'File',
  format: 'Format',
  events: 'Events',
  bad: 'Unreadable',
  problem: 'Problem',
  first: 'First',
  last: 'Last',
  logsources: 'Events by logsource',
  logsource: 'Logsource',
  withoutRules: 'Logsources that no rule looks at',
  withoutLogs: 'Rules without logs',
  skipped: 'Rules not used',
  limited: 'Rules used with a limit',
  reason: 'Reason',
  badRecords: 'Records that could not be read',
  correlations: 'What correlations could not take into account',
  undecided: 'Patterns that could not be decided on some values',
  indicators: 'Indicators',
  indicatorsSkipped: 'Indicators that could not be used',
  none: 'None.',
  untold: 'not stated',
  evidence: 'Evidence',
  position: 'Position',
  matched: 'Why it matched',
  record: 'Whole record',
  field: 'Field',
  value: 'Value',
  condition: 'Condition of the rule',
  ruleHash: 'SHA-256 of the rule',
  technique: 'Technique',
  tactic: 'Tactic',
  levels: { informational: 'informational', low: 'low', medium: 'medium', high: 'high', critical: 'critical' },
  shownOf: (shown, total) => `${shown} of ${total} are shown here; the JSONL output holds all.`,
  bucket: (text) => `One bar is ${text}.`,
  outside: (before, after) => `Far outside of this period: ${before} before, ${after} after.`,
  andMore: (count) => `and ${count} more`,
  tacticName: ({ name }) => name,
};

const JAPANESE: Words = {
  title: 'ログ調査報告',
  made: '作成日時',
  period: '検知の期間',
  noTime: '時刻の記載なし',
  interrupted: '調査は中断されました。中断までの検知のみを示し、すべてではありません。',
  severity: '深刻度',
  findings: '検知',
  timeline: '時系列',
  matrix: 'ATT&CK マトリクス',
  rules: '一致したルール',
  rule: 'ルール',
  hosts: 'ホスト',
  host: 'ホスト',
  details: '検知の詳細',
  coverage: '調査の範囲（どこまで見えたか）',
  files: 'ファイル',
  file: 'ファイル',
  format: '形式',
  events: 'イベント数',
  bad: '読めない記録',
  problem: '問題',
  first: '最初',
  last: '最後',
  logsources: 'ログ種別ごとのイベント数',
  logsource: 'ログ種別',
  withoutRules: '対象ルールのないログ種別',
  withoutLogs: '対象ログのないルール',
  skipped: '使用しなかったルール',
  limited: '制限付きで使用したルール',
  reason: '理由',
  badRecords: '読めなかった記録',
  correlations: '相関分析で考慮できなかったもの',
  undecided: '一部の値で判定できなかったパターン',
  indicators: '侵害指標',
  indicatorsSkipped: '使用できなかった侵害指標',
  none: 'なし。',
  untold: '記載なし',
  evidence: '証拠',
  position: '位置',
  matched: '一致した理由',
  record: '記録の全体',
  field: '項目',
  value: '値',
  condition: 'ルールの条件',
  ruleHash: 'ルールの SHA-256',
  technique: 'テクニック',
  tactic: '戦術',
  levels: { informational: '情報', low: '低', medium: '中', high: '高', critical: '緊急' },
  shownOf: (shown, total) => `${total} 件中 ${shown} 件を表示。全件は JSONL 出力に含まれます。`,
  bucket: (text) => `棒 1 本は ${text}。`,
  outside: (before, after) => `この期間から大きく外れた検知: 前 ${before} 件、後 ${after} 件。`,
  andMore: (count) => `ほか ${count} 件`,
  tacticName: ({ japanese }) => japanese,
};

export function wordsIn(language: Language): Words {
  return language === 'ja' ? JAPANESE : ENGLISH;
}
