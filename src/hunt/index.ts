export type { BadRecord, Fields, FieldValue, LogEvent, LogFormat, Logsource, Position } from './event.ts';
export type { Evidence, Finding, Level, MatchedField } from './finding.ts';
export type { CorrelatedMatches, CorrelationReport } from './correlate/correlator.ts';
export { evidenceId, hunt, Hunter, matchEvent, type HuntOptions, type HuntReport, type Match } from './hunt.ts';
export { flattenInto, isFlat, newFields } from './inputs/flatten.ts';
export { fieldsText, timeOf, windowsEvent } from './inputs/windows-json.ts';
export * from './inputs/index.ts';
export { windowsLogsources } from './inputs/windows-logsources.ts';
export * from './intelligence/index.ts';
export type { RouteFigures } from './match/matcher.ts';
export {
  compileRules,
  loadPack,
  packKey,
  serializePack,
  type CompiledPack,
  type CompileOptions,
  type Limited,
  type PackStats,
} from './pack.ts';
export {
  ANY,
  KEYWORDS,
  ONE,
  type Atom,
  type CorrelationRule,
  type DetectionRule,
  type Expression,
  type GlobToken,
  type RuleLogsource,
  type Skipped,
  type Test,
} from './rules/model.ts';
export type { RuleSource } from './rules/parse.ts';
export type { Placeholders } from './rules/values.ts';
export {
  attackTags,
  coverageOf,
  huntHtml,
  isoTime,
  jsonLine,
  LEVELS,
  logsourceText,
  severity,
  summarise,
  Summary,
  TACTICS,
  TIMESKETCH_HEADER,
  timesketchLines,
  widthText,
  type AttackTags,
  type Coverage,
  type CoverageInput,
  type FileCoverage,
  type HostCount,
  type HuntReportInput,
  type HuntSummary,
  type IndicatorCoverage,
  type Language,
  type LogsourceCoverage,
  type RuleCount,
  type SummaryOptions,
  type Tactic,
  type TechniqueCount,
  type Timeline,
  type TimelineBucket,
} from './report/index.ts';
