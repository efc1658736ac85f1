// What a dry run learns of a request's content: what was found, which data that makes it, and what each deployment would get of it. Follows
// src/checkpoint/content.ts step by step over the same inspector and rules; a test compares what it says with what the data plane sends.
import type { ContentRules, Inspection, Refusal } from '#checkpoint';
import type { CompiledPolicy, Content, InspectionProblem, MaskingProblem, SensitiveType, Spliced } from '#inspection';
import { err, ok, type JsonMember, type JsonObjectScan, type Result } from '#kernel';
import { segmentsOf, type ClientFormat } from '#providers';
import type { Route } from '#routing';

export interface ContentRequest {
  readonly body: Buffer;
  readonly format: ClientFormat;
  readonly inspection: Inspection;
  readonly route: Route;
  readonly rules: ContentRules;
  /** The key's principal, and whom it speaks for. */
  readonly tenant: readonly (string | undefined)[];
  /** As in the header x-sekisho-conversation. */
  readonly conversation: string | undefined;
}

export type Counts = Partial<Readonly<Record<SensitiveType, number>>>;

/** What the request holds. */
export interface FoundContent {
  readonly level: string;
  readonly because: readonly string[];
  /** The class of data that it has for everybody, masked or not. */
  readonly dataClass: string | undefined;
  /** Distinct values by type. */
  readonly found: Counts;
  readonly labels: readonly string[];
  readonly markings: readonly string[];
  /** Of what is no text. */
  readonly mediaTypes: readonly string[];
  readonly isTainted: boolean;
  /** Finders that did not answer and that the operator can do without. */
  readonly missing: readonly string[];
  readonly signals: Content['signals'];
}

/** What one deployment would see of it. */
export interface SeenContent {
  readonly masked: Counts;
  readonly unmasked: Counts;
  /** Of what is left after masking. */
  readonly level: string;
  readonly because: readonly string[];
}

type ContentProblem = Extract<
  Refusal,
  { rule: 'content-refused' | 'content-class' | 'unreadable-content' | 'unmaskable' | 'too-many-values' }
>;

export interface DryLeaving {
  readonly scan: JsonObjectScan;
  readonly seen: SeenContent;
}

export interface DryContent {
  readonly found: FoundContent;
  leavingTowards(deployment: string): Promise<Result<DryLeaving, ContentProblem>>;
}

const MARKS: ReadonlySet<string> = new Set(['prompt_cache_key', 'conversation']);
const MESSAGES_MARK = 'metadata';
const MOST_MEDIA_TYPES = 10;

export async function lookInside(request: ContentRequest): Promise<Result<DryContent, Refusal>> {
  const { body, format, rules, tenant, conversation } = request;
  if (body.length > rules.maxTextBytes) return err({ rule: 'content-too-large', limitBytes: rules.maxTextBytes });
  const segments = segmentsOf(body, format);
  if (!segments.ok) {
    const problem = segments.error.kind === 'not-utf8' ? 'the body is not valid UTF-8' : 'the body is not valid JSON';
    return err({ rule: 'body-malformed', problem });
  }
  const isMark = (member: string) => MARKS.has(member) || (format.wire === 'anthropic-messages' && member === MESSAGES_MARK);
  const marks = segments.value.filter(({ member }) => isMark(member)).map(({ start, end }) => body.toString('utf8', start, end));
  const inspected = await rules.inspector.inspect({ body, segments: segments.value, tenant, named: conversation, marks });
  if (!inspected.ok) return err(refusalOf(inspected.error));
  const content = inspected.value;
  return ok({
    found: foundOf(content, rules),
    leavingTowards: (deployment) => leavingTowards(deployment, content, request),
  });
}

function refusalOf(problem: InspectionProblem): Refusal {
  switch (problem.kind) {
    case 'malformed':
      return { rule: 'body-malformed', problem: `the body is not valid JSON near byte ${problem.offset}` };
    case 'member-name':
      return { rule: 'body-malformed', problem: 'the name of a top-level member holds a sensitive value; put it into a value' };
    case 'finder-failed':
      return { rule: 'finder-unavailable', finder: problem.finder, retryAfterSeconds: 1 };
    default:
      return maskingRefusal(problem);
  }
}

function maskingRefusal(problem: MaskingProblem): Extract<Refusal, { rule: 'unmaskable' | 'too-many-values' }> {
  return problem.kind === 'unmaskable' ? { rule: 'unmaskable' } : { rule: 'too-many-values', limit: problem.limit };
}

function foundOf(content: Content, rules: ContentRules): FoundContent {
  const { level, marked, found, labels, markings, isTainted, missing, signals } = content;
  return {
    ...level,
    dataClass: rules.classOf((rules.countsMasked ? level : marked).level),
    found,
    labels: [...labels.keys()],
    markings: [...new Set(markings.map(({ rule }) => rule))],
    mediaTypes: mediaTypesOf(content),
    isTainted,
    missing,
    signals,
  };
}

function mediaTypesOf({ data }: Content): readonly string[] {
  return [...new Set(data.map(({ mediaType }) => mediaType ?? 'unknown'))].slice(0, MOST_MEDIA_TYPES);
}

async function leavingTowards(deployment: string, content: Content, request: ContentRequest): Promise<Result<DryLeaving, ContentProblem>> {
  const { route, rules, inspection } = request;
  const policy = rules.policyFor(route.name, deployment);
  const refused = content.refused(policy);
  if (refused.length > 0) return err({ rule: 'content-refused', route: route.name, types: refused });
  const under = content.levelUnder(policy);
  // Of the request as it came: a picture beside a My Number is about the same person, and cannot be masked.
  const { level } = content.level;
  if (!policy.masksNothing && content.data.length > 0 && !rules.allowsNonText(level))
    return err({ rule: 'unreadable-content', route: route.name, level, mediaTypes: mediaTypesOf(content) });
  const spliced = policy.masksNothing ? ok(undefined) : await content.mask(policy);
  if (!spliced.ok) return err(maskingRefusal(spliced.error));
  const dataClass = rules.countsMasked ? undefined : rules.classOf(under.level);
  const unmet = dataClass === undefined ? [] : rules.unmetDemands(deployment, dataClass);
  if (unmet.length > 0) return err({ rule: 'content-class', route: route.name, dataClass: dataClass!, because: under.because, unmet });
  const scan = spliced.value === undefined ? inspection.scan : movedScan(inspection.scan, spliced.value);
  return ok({ scan, seen: { ...countsUnder(content, policy), ...under } });
}

function movedScan(scan: JsonObjectScan, moved: Spliced): JsonObjectScan {
  const members = new Map<string, JsonMember>();
  for (const [name, { nameStart, start, end }] of scan.members)
    members.set(name, { nameStart: moved.place(nameStart), start: moved.place(start), end: moved.place(end) });
  return { bytes: moved.body, members, bodyStart: scan.bodyStart, isEmpty: scan.isEmpty };
}

/** Distinct values by type, masked and not. Terms of a dictionary count as masked where every label that occurs is. */
function countsUnder({ found, labels }: Content, policy: CompiledPolicy): Pick<SeenContent, 'masked' | 'unmasked'> {
  const terms = [...labels.keys()];
  const isMasked = (type: SensitiveType): boolean =>
    policy.masks(type, undefined) || (type === 'dictionary-term' && terms.length > 0 && terms.every((label) => policy.masks(type, label)));
  const pick = (wanted: boolean): Counts =>
    Object.fromEntries((Object.entries(found) as [SensitiveType, number][]).filter(([type]) => isMasked(type) === wanted));
  return { masked: pick(true), unmasked: pick(false) };
}

/** Why a deployment would not get it, in the words of a list. */
export function problemText(problem: ContentProblem): string {
  switch (problem.rule) {
    case 'content-refused':
      return `it must not get what the request holds, not even masked: ${problem.types.join(', ')}`;
    case 'content-class':
      return `what it would get is data of class ${problem.dataClass} (${problem.because.join(', ')}): ${problem.unmet.join('; ')}`;
    case 'unreadable-content':
      return `the request holds ${problem.mediaTypes.join(', ')}, which cannot be masked, and its data is ${problem.level}`;
    case 'unmaskable':
      return 'what the request holds could not be masked in a way that is certain to come back';
    case 'too-many-values':
      return `the request holds more than ${problem.limit} values that would have to be masked`;
  }
}
