export { createAttempts, type Attempt, type Attempts } from './attempts.ts';
export type { Candidate } from './candidate.ts';
export type {
  Arranged,
  Concentration,
  ConcentrationDimension,
  ConcentrationLimit,
  ConcentrationWeight,
  ConcentrationWindow,
  Flush,
  LimitBreach,
  LimitedRoutes,
  LimitScope,
  LimitTotals,
  TrafficWeight,
} from './concentration.ts';
export { compileConstraints, type CompiledConstraint, type Constraints, type ListRule } from './constraints.ts';
export { unmetDemands, type DemandFailure } from './demands.ts';
export {
  WIRES,
  type Country,
  type DataClass,
  type Deployment,
  type Origins,
  type Price,
  type QualificationRule,
  type Route,
  type Subprocessor,
  type Timeouts,
  type Vendor,
  type Wire,
} from './deployment.ts';
export { evidenceProblem, type EvidenceProblem } from './evidence.ts';
export { createHealth, type Health, type HealthState } from './health.ts';
export { sameName } from './names.ts';
export { parseJurisdiction, type JurisdictionProblem } from './jurisdiction.ts';
export { limitKeyOf, limitTotals, WINDOW_MS, windowsOf } from './limit-totals.ts';
export { createRouter, type Router, type SelectionRequest } from './router.ts';
export type { LeftOut, Selection, SelectionRefusal } from './selection.ts';
export { describeSelector, matching, parseSelector, selects, type Selector, type SelectorKind, type SelectorProblem } from './selectors.ts';
export { createConcentration } from './shares.ts';
export { EMPTY_STATE, type Cut, type Evidence, type LiveDrill, type RoutingState } from './state.ts';
export {
  dependencesOf,
  hhi,
  NOT_CONFIGURED,
  sharesOf,
  substitutability,
  trendOf,
  type Quality,
  type Share,
  type Substitutability,
  type Trend,
} from './report.ts';
export type { PlannedCost, RecordedTraffic } from './plan-change.ts';
export {
  planDrill,
  type DrillPlan,
  type PlannedClass,
  type PlannedOutcome,
  type PlannedRoute,
  type PlanOptions,
  type Takeover,
} from './plan.ts';
