export { attackTags, TACTICS, type AttackTags, type Tactic } from './attack.ts';
export {
  coverageOf,
  logsourceText,
  type Coverage,
  type CoverageInput,
  type FileCoverage,
  type IndicatorCoverage,
  type LogsourceCoverage,
} from './coverage.ts';
export { huntHtml, type HuntReportInput } from './html.ts';
export { widthText } from './html-timeline.ts';
export {
  severity,
  summarise,
  Summary,
  type HostCount,
  type HuntSummary,
  type RuleCount,
  type SummaryOptions,
  type TechniqueCount,
} from './summary.ts';
export { LEVELS, type Timeline, type TimelineBucket } from './timeline.ts';
export type { Language } from './words.ts';
export { isoTime, jsonLine, TIMESKETCH_HEADER, timesketchLines } from './writers.ts';
