// Inspection as the checkpoint uses it: what a request holds, which level of data that makes, the body as it may leave under a policy, and the
// way back for the answer. Decides about nobody: policies come with the request, and what to refuse is the checkpoint's.
import { ok, type Result } from '#kernel';
import { DEFAULT_LEVELS, type LevelDecision, type LevelTable } from './classify/index.ts';
import { Conversations, type ConversationFacts } from './conversation/conversations.ts';
import { inspectSegments, levelOfRequest, type SegmentsProblem, type Spliced } from './conversation/request-inspection.ts';
import { AggregateMemory, type InspectedRequest } from './conversation/aggregate.ts';
import { RequestMasker, type MaskingProblem, type Restoring } from './conversation/request-masker.ts';
import { SegmentCache } from './conversation/segment-cache.ts';
import type { Segment, SegmentInspection } from './conversation/segment-inspection.ts';
import type { SignalSummary } from './signals/index.ts';
import { TurnsMemory } from './conversation/turns.ts';
import type { CompiledPolicy } from './masking-policy.ts';
import type { RemoteFinder } from './remote.ts';
import type { TextInspector } from './text-inspector.ts';
import type { SensitiveType } from './types.ts';
import type { VaultEntry } from './vault.ts';

export interface RequestInspectorOptions {
  readonly inspector: TextInspector;
  /** Asked about every new text. */
  readonly remote?: readonly RemoteFinder[];
  /** At least 32 random bytes; the same on every node. */
  readonly secret: Buffer;
  readonly neverRestored: readonly SensitiveType[];
  /** What differs from the usual levels. */
  readonly levels: Partial<Pick<LevelTable, 'labels' | 'bulkFrom'>> & { readonly types?: Partial<LevelTable['types']> };
  /** Bytes of inspected segments that are remembered. */
  readonly memoryBytes: number;
}

export type { MaskingProblem, Restoring } from './conversation/request-masker.ts';

export interface RequestToInspect extends ConversationFacts {
  readonly body: Buffer;
  readonly segments: readonly Segment[];
  /** How the conversation was masked that the request continues without its history; undefined: told by the request itself. */
  readonly remembered?: VaultEntry | undefined;
}

export type InspectionProblem = SegmentsProblem | MaskingProblem;

export interface RequestInspector {
  /** Ends what it asks: threads and connections. */
  close(): Promise<void>;
  inspect(request: RequestToInspect): Promise<Result<Content, InspectionProblem>>;
}

/** What one request holds. */
export interface Content extends InspectedRequest {
  /** Finders that did not answer and that the operator can do without. */
  readonly missing: readonly string[];
  /** Of the request as it came. */
  readonly level: LevelDecision;
  /** Of what no mask takes away: markings. */
  readonly marked: LevelDecision;
  /** Of what a deployment under this policy would get. */
  levelUnder(policy: CompiledPolicy): LevelDecision;
  /** The body as it may leave; undefined: as it is. */
  mask(policy: CompiledPolicy): Promise<Result<Spliced | undefined, MaskingProblem>>;
  /** Types among what was found that the policy does not let go even masked. */
  refused(policy: CompiledPolicy): readonly SensitiveType[];
  /** Undefined as long as nothing has been masked that could come back. */
  restoring(): Restoring | undefined;
  /** The conversation by how it began and by what it says of itself, whatever its client calls it: equal for all of its requests. */
  readonly beginning: string;
  /** What the parts say themselves whose signals are meant, oldest first: nothing that came from outside. */
  textsOf(isMeant: (signals: SignalSummary) => boolean): readonly string[];
  /** What has to be remembered, so that the conversation can go on without its history; undefined: nothing was to be masked. */
  toRemember(): VaultEntry | undefined;
}

const MOST_CONVERSATIONS = 2_000;
/** Some hundred bytes each. */
const MOST_REMEMBERED_VALUES = 20_000;

export function createRequestInspector(options: RequestInspectorOptions): RequestInspector {
  const cache = new SegmentCache(options.memoryBytes / 2);
  const turns = new TurnsMemory(options.memoryBytes / 2);
  const aggregates = new AggregateMemory();
  const conversations = new Conversations({
    secret: options.secret,
    neverRestored: new Set(options.neverRestored),
    maxConversations: MOST_CONVERSATIONS,
    maxValues: MOST_REMEMBERED_VALUES,
  });
  const levels: LevelTable = {
    types: { ...DEFAULT_LEVELS.types, ...options.levels.types },
    labels: { ...DEFAULT_LEVELS.labels, ...options.levels.labels },
    bulkFrom: options.levels.bulkFrom ?? DEFAULT_LEVELS.bulkFrom,
  };
  const { inspector, remote = [] } = options;
  return {
    async close() {
      await Promise.all(remote.map((finder) => finder.close()));
    },
    async inspect({ body, segments, remembered, ...facts }) {
      const inspected = await inspectSegments(body, segments, { inspector, remote, cache, turns });
      if (!inspected.ok) return inspected;
      const { inspections, parts, missing } = inspected.value;
      const summary = aggregates.summaryOf(parts.map(({ part }) => part));
      // A conversation is only needed, and remembered, where something may be masked.
      const masker = new RequestMasker({
        body,
        parts,
        remembered: remembered?.values ?? [],
        conversation: () => conversations.get(remembered?.key ?? conversations.keyOf(facts, inspections)),
        onMasked: (conversation) => conversations.settle(conversation),
      });
      return ok({
        ...summary,
        missing,
        level: levelOfRequest(summary, () => true, levels),
        marked: levelOfRequest(summary, () => false, levels),
        levelUnder: (policy) => levelOfRequest(summary, (type, label) => !policy.masks(type, label), levels),
        mask: (policy) => masker.mask(policy),
        refused: (policy) => refusedTypes(inspections, policy),
        restoring: () => masker.restoring(),
        get beginning() {
          return (remembered?.key ?? conversations.keyOf({ ...facts, named: undefined }, inspections)).toString('base64url');
        },
        textsOf: (isMeant) =>
          inspections.filter(({ signals }) => signals !== undefined && isMeant(signals)).flatMap(({ slots }) => ownTexts(slots)),
        toRemember: () => masker.toRemember(),
      });
    },
  };
}

function ownTexts(slots: SegmentInspection['slots']): string[] {
  return slots.filter(({ slot }) => slot.type === 'string' && !slot.isTainted).map(({ text }) => text);
}

function refusedTypes(inspections: readonly SegmentInspection[], policy: CompiledPolicy): readonly SensitiveType[] {
  if (policy.refusesNothing) return [];
  const refused = new Set<SensitiveType>();
  for (const { values } of inspections) for (const { type, label } of values) if (policy.refuses(type, label)) refused.add(type);
  return [...refused].toSorted();
}
