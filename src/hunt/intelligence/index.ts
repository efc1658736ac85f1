// The door of intelligence matching.
export {
  type Indicator,
  type IndicatorCondition,
  type IndicatorList,
  type IndicatorType,
  type Observable,
  type SkippedIndicator,
} from './indicator.ts';
export { readIndicatorCsv, readIndicators } from './lists.ts';
export {
  compileIndicators,
  IndicatorMatcher,
  matchIndicators,
  type IndicatorHit,
  type IndicatorOptions,
  type IndicatorStats,
} from './matcher.ts';
export { parseStixPattern } from './stix-pattern.ts';
