// Who may serve one request: demands of the route, of classes of data and of the caller, formats, cuts, drills, evidence, shares. Made once
// per configuration. It sends nothing, and knows nothing of a deployment's health: attempts.ts does.
//
// What depends on the configuration and on the request's own words is worked out once and kept; what depends on cuts and evidence is worked
// out once per state. A request pays for drills and shares only.
import { err, ok, type Clock, type Err, type Result } from '#kernel';
import type { Candidate } from './candidate.ts';
import type { Arranged, Concentration } from './concentration.ts';
import type { Constraints } from './constraints.ts';
import { classesByName, compileDemands, demandsOn, effectiveClasses, type Compile, type Demand } from './demands.ts';
import { WIRES, type DataClass, type Deployment, type Route, type Wire } from './deployment.ts';
import { eligibilityOf, type Eligibility } from './eligibility.ts';
import { LONGEST_JURISDICTION, parseJurisdiction } from './jurisdiction.ts';
import { cutsOf, liveState, takesPart, type LiveState } from './live-state.ts';
import type { LeftOut, Selection, SelectionRefusal } from './selection.ts';
import { standingOf, withoutDrilled, type Standing } from './standing.ts';
import type { RoutingState } from './state.ts';

export interface SelectionRequest {
  readonly route: Route;
  /** The client's format. */
  readonly wire: Wire;
  /** The operation can be put in another format: conversations can, counting tokens and embeddings cannot. */
  readonly translates: boolean;
  /** The class of data that the caller named. */
  readonly dataClass: string | undefined;
  /** The class of data that inspection found it to be. It has been configured. */
  readonly found?: string | undefined;
  /** The caller's own demands as the header has them. */
  readonly jurisdiction: string | undefined;
  /** The deployment that the caller named. */
  readonly pinned: string | undefined;
  /** Made to find out whether the pinned deployment can do the work: evidence is what it is about, so none is asked for. */
  readonly evaluates: boolean;
  /** 0 to 1 (1 excluded), drawn for this request; decides whether it takes part in a drill. */
  readonly roll: number;
  readonly isCanary: boolean;
  /** Worked out anew when it is another object than last time. */
  readonly state: RoutingState;
  readonly concentration: Concentration;
}

export interface Router {
  /** Allocates only what it returns, apart from the first time for a route, format, class, jurisdiction, or state. */
  select(request: SelectionRequest): Result<Selection, SelectionRefusal>;
  /** A cut in `state` means this deployment. Drills take no part. */
  isCut(deployment: Deployment, state: RoutingState): boolean;
}

/** Texts of callers are hostile: what is kept for them is bounded and thrown away at once when it is full. */
const MOST_WITH_JURISDICTION = 2_000;
const MOST_WITHOUT_JURISDICTION = 20_000;

const NO_DRILLS: LiveState['drills'] = [];

/** What the configuration and the request's own words decide, with what follows from the state at hand. */
interface Remembered extends Eligibility {
  standing: DrilledStanding | undefined;
  state: LiveState | undefined;
}

/** A standing and, by the drill that takes more away, those that follow from it. */
interface DrilledStanding {
  readonly standing: Standing;
  readonly next: Map<number, DrilledStanding>;
}

interface RoutePlan {
  readonly route: Route;
  readonly index: number;
  /** For requests that say nothing about data, by format and whether they translate: by far the most. */
  readonly plain: (Remembered | undefined)[];
}

export function createRouter(options: {
  readonly routes: readonly Route[];
  readonly dataClasses: readonly DataClass[];
  readonly clock: Clock;
}): Router {
  const { routes, clock } = options;
  const known = classesByName(options.dataClasses);
  const knownNames = [...known.keys()].toSorted();
  const plans = new WeakMap<Route, RoutePlan>();
  const withJurisdiction = new Map<string, Remembered>();
  const withoutJurisdiction = new Map<string, Remembered>();
  const compile = memoisedCompile();
  let plansMade = 0;
  let seen: { readonly state: RoutingState; readonly live: LiveState } | undefined;

  // A class that is not configured shows now and not at the first request.
  for (const route of routes) demandsOn(route, effectiveClasses(route), known, compile);

  function planOf(route: Route): RoutePlan {
    let plan = plans.get(route);
    if (plan === undefined) plans.set(route, (plan = { route, index: plansMade++, plain: [] }));
    return plan;
  }

  function liveOf(state: RoutingState): LiveState {
    if (seen?.state !== state) seen = { state, live: liveState(state) };
    return seen.live;
  }

  function eligibilityFor(request: SelectionRequest): Result<Remembered, SelectionRefusal> {
    const { wire, translates, dataClass, found: inspected, jurisdiction, pinned, evaluates } = request;
    const plan = planOf(request.route);
    if (dataClass === undefined && inspected === undefined && jurisdiction === undefined && pinned === undefined) {
      const slot = WIRES.indexOf(wire) * 2 + (translates ? 1 : 0);
      return ok((plan.plain[slot] ??= work(request, plan.route, {})));
    }
    if (dataClass !== undefined && !known.has(dataClass)) return err({ kind: 'unknown-data-class', name: dataClass, known: knownNames });
    if (pinned !== undefined && !plan.route.candidates.some(({ id }) => id === pinned))
      return err({ kind: 'pinned-unknown', deployment: pinned });
    if (jurisdiction !== undefined && jurisdiction.length > LONGEST_JURISDICTION) return malformed(jurisdiction);
    // The caller's own text last, so that nothing in it can pass for another member.
    const key = `${plan.index} ${wire} ${translates} ${dataClass ?? ''} ${inspected ?? ''} ${pinned ?? ''} ${evaluates} ${jurisdiction ?? ''}`;
    const cache = jurisdiction === undefined ? withoutJurisdiction : withJurisdiction;
    const found = cache.get(key);
    if (found !== undefined) return ok(found);
    const parsed = jurisdiction === undefined ? ok<Constraints>({}) : parseJurisdiction(jurisdiction);
    if (!parsed.ok) return err({ kind: 'jurisdiction-malformed', ...parsed.error });
    const made = work(request, plan.route, parsed.value);
    if (cache.size >= (jurisdiction === undefined ? MOST_WITHOUT_JURISDICTION : MOST_WITH_JURISDICTION)) cache.clear();
    cache.set(key, made);
    return ok(made);
  }

  function work(
    { wire, translates, dataClass, found, pinned, evaluates }: SelectionRequest,
    route: Route,
    jurisdiction: Constraints,
  ): Remembered {
    const dataClasses = effectiveClasses(route, dataClass, found);
    const eligibility = eligibilityOf(route, {
      wires: [wire],
      translates,
      pinned,
      evaluates,
      dataClasses,
      demands: [...demandsOn(route, dataClasses, known, compile), ...compileDemands(jurisdiction, 'caller')],
      ownDemands: demandsOn(route, effectiveClasses(route), known, compile),
    });
    return { ...eligibility, standing: undefined, state: undefined };
  }

  function drilledStanding(eligibility: Remembered, live: LiveState): DrilledStanding {
    const kept = eligibility.standing;
    if (kept !== undefined && eligibility.state === live) {
      const { validUntilMs } = kept.standing;
      if (validUntilMs === Infinity || clock.now() <= validUntilMs) return kept;
    }
    eligibility.state = live;
    return (eligibility.standing = { standing: standingOf(eligibility, live, clock.now()), next: new Map() });
  }

  return {
    select(request) {
      const { route, concentration } = request;
      const eligible = eligibilityFor(request);
      if (!eligible.ok) return eligible;
      const eligibility = eligible.value;
      if (eligibility.refusal !== undefined) return eligibility.refusal;
      const live = liveOf(request.state);
      let now = drilledStanding(eligibility, live);
      let drill: string | undefined;
      // What is to be found out about one deployment takes no part in exercises, nor in the shares of work.
      const isExercised = !eligibility.isEvaluation;
      const drills = isExercised ? live.drills : NO_DRILLS;
      const nowMs = drills.length === 0 ? 0 : clock.now();
      for (let index = 0; index < drills.length; index++) {
        const each = drills[index]!;
        if (!takesPart(each.drill, request, nowMs)) continue;
        drill ??= each.drill.id;
        now = drilledBy(now, index, eligibility, each);
      }
      const { standing } = now;
      if (standing.refusal !== undefined) return standing.refusal;
      const arranged = isExercised ? concentration.arrange(route, standing.candidates) : asTheyAre(standing.candidates);
      if (arranged.refused) return err({ kind: 'concentration-exceeded', breaches: arranged.breaches });
      const { order, breaches } = arranged;
      return ok({ candidates: order, dataClasses: eligibility.dataClasses, drill, breaches, leftOut: leftOutOf(standing, order) });
    },
    isCut: (deployment, state) => cutsOf(deployment, liveOf(state)).length > 0,
  };
}

function asTheyAre(order: readonly Candidate[]): Arranged {
  return { order, breaches: [], refused: false };
}

function leftOutOf({ leftOut, candidates }: Standing, order: readonly Candidate[]): readonly LeftOut[] {
  if (order.length === candidates.length) return leftOut;
  const over = candidates.filter((candidate) => !order.includes(candidate));
  return [...leftOut, ...over.map(({ deployment }): LeftOut => ({ deployment: deployment.id, reason: 'over-limit' }))];
}

function drilledBy(before: DrilledStanding, index: number, eligible: Eligibility, drill: LiveState['drills'][number]): DrilledStanding {
  let after = before.next.get(index);
  if (after === undefined)
    before.next.set(index, (after = { standing: withoutDrilled(before.standing, eligible, drill), next: new Map() }));
  return after;
}

function malformed(jurisdiction: string): Err<SelectionRefusal> {
  const parsed = parseJurisdiction(jurisdiction);
  return err({ kind: 'jurisdiction-malformed', problem: parsed.ok ? 'it is too long' : parsed.error.problem });
}

/** Constraints of the configuration are read once, however many routes have them. */
function memoisedCompile(): Compile {
  const compiled = new WeakMap<Constraints, Map<string, readonly Demand[]>>();
  return (constraints, from) => {
    let byOrigin = compiled.get(constraints);
    if (byOrigin === undefined) compiled.set(constraints, (byOrigin = new Map<string, readonly Demand[]>()));
    let demands = byOrigin.get(from);
    if (demands === undefined) byOrigin.set(from, (demands = compileDemands(constraints, from)));
    return demands;
  };
}
