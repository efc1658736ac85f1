// What a request holds, and what of it leaves towards each deployment: searched once, masked by the policy of whoever is asked, put back in
// the answer. Chooses no deployment.
import { err, ok, scanJsonObject, type Err, type JsonMember, type JsonObjectScan, type Result } from '#kernel';
import type {
  CompiledPolicy,
  Content,
  DataLevel,
  InspectionProblem,
  MaskingProblem,
  Restoring,
  SensitiveType,
  Spliced,
  VaultEntry,
} from '#inspection';
import { createStreamRewriter, pdfPartsOf, rewriteAnswer, segmentsOf, type ClientFormat, type StreamRewriter } from '#providers';
import type { Route } from '#routing';
import type { Inspection } from './inspect.ts';
import type { MemoryProblem, Recalled } from './masking-memory.ts';
import type { ContentRules } from './ports.ts';
import type { Refusal } from './refusal.ts';

/** The request as it leaves towards one deployment. */
export interface Leaving {
  readonly scan: JsonObjectScan;
  readonly body: Buffer;
  /** What the policy masks of what was found. */
  readonly masked: readonly SensitiveType[];
}

/** What keeps one deployment from getting the request. */
export type ContentProblem =
  | Extract<Refusal, { rule: 'content-refused' | 'content-class' | 'unreadable-content' | 'unmaskable' | 'too-many-values' }>
  | MemoryProblem;

/** Puts values back into what the client gets. */
export interface AnswerRestorer {
  readonly counts: Restoring['counts'];
  /** One for the client's whole stream, whoever goes on with it. */
  stream(): StreamRewriter;
  whole(body: Buffer): Buffer;
}

/** Request members that tell conversations of one client apart, where a client sends them. */
const MARKS: ReadonlySet<string> = new Set(['prompt_cache_key', 'conversation']);
/** The Messages API has no other: clients put their session into `metadata.user_id`. */
const MESSAGES_MARK = 'metadata';

export interface ContentOptions {
  readonly format: ClientFormat;
  /** The key's principal, and whom it speaks for. */
  readonly tenant: readonly (string | undefined)[];
  /** The client's own name for the conversation. */
  readonly conversation: string | undefined;
  readonly body: Buffer;
  readonly inspection: Inspection;
  readonly route: Route;
  readonly rules: ContentRules;
  /** What was masked in the conversation before. */
  readonly recalled: Recalled;
}

export async function inspectContent(options: ContentOptions): Promise<Result<RequestContent, Refusal>> {
  const { format, tenant, conversation, body, rules, recalled } = options;
  if (body.length > rules.maxTextBytes) return err({ rule: 'content-too-large', limitBytes: rules.maxTextBytes });
  const segments = segmentsOf(body, format);
  if (!segments.ok) return malformed(segments.error.kind === 'not-utf8' ? 'the body is not valid UTF-8' : 'the body is not valid JSON');
  const isMark = (member: string) => MARKS.has(member) || (format.wire === 'anthropic-messages' && member === MESSAGES_MARK);
  const marks = segments.value.filter(({ member }) => isMark(member)).map(({ start, end }) => body.toString('utf8', start, end));
  const inspected = await rules.inspector.inspect({
    body,
    segments: segments.value,
    tenant,
    named: conversation,
    marks,
    remembered: recalled.ok ? recalled.value : undefined,
  });
  if (!inspected.ok) return err(refusalOf(inspected.error));
  return ok(new RequestContent({ ...options, content: inspected.value }));
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

function malformed(problem: string): Err<Refusal> {
  return err({ rule: 'body-malformed', problem });
}

export class RequestContent {
  readonly #options: ContentOptions;
  readonly #content: Content;
  readonly #leaving = new Map<string, Promise<Result<Leaving, ContentProblem>>>();
  /** The request with the text of its documents in their place, once somebody may have it only like that. */
  #withoutDocuments: RequestContent | undefined;
  #restorer: AnswerRestorer | undefined;

  constructor(options: ContentOptions & { readonly content: Content }) {
    this.#options = options;
    this.#content = options.content;
  }

  /** What the request holds, its documents included where they have been read. */
  get content(): Content {
    return this.#withoutDocuments?.content ?? this.#content;
  }

  /** The configured class of data that the request has for everybody, masked or not. */
  get dataClass(): string | undefined {
    const { level, marked } = this.content;
    return this.#options.rules.classOf((this.#options.rules.countsMasked ? level : marked).level);
  }

  /** The level of what the deployment would get, masked values counting as configured. */
  levelFor(deployment: string): DataLevel {
    const { content } = this;
    return (this.#options.rules.countsMasked ? content.level : content.levelUnder(this.policyFor(deployment))).level;
  }

  policyFor(deployment: string): CompiledPolicy {
    return this.#options.rules.policyFor(this.#options.route.name, deployment);
  }

  async leavingTowards(deployment: string): Promise<Result<Leaving, ContentProblem>> {
    const policy = this.policyFor(deployment);
    let pending = this.#leaving.get(policy.id);
    if (pending === undefined) this.#leaving.set(policy.id, (pending = this.#mask(policy)));
    const leaving = await pending;
    return leaving.ok ? (this.#classProblem(deployment, policy) ?? leaving) : leaving;
  }

  /** What one deployment has said so far may go to the other: it was masked for the first, and the second may see no more than that. */
  mayContinue(from: string, to: string): boolean {
    const [before, after] = [from, to].map((deployment) => this.policyFor(deployment));
    return after!.masksNothing || after!.id === before!.id;
  }

  /** How the conversation was masked towards this deployment, for a later request without history; undefined: nothing is masked for it. */
  toRemember(deployment: string): VaultEntry | undefined {
    return this.policyFor(deployment).masksNothing ? undefined : this.content.toRemember();
  }

  /** Undefined as long as nothing that left could come back as a placeholder. */
  restorer(): AnswerRestorer | undefined {
    if (this.#withoutDocuments !== undefined) return this.#withoutDocuments.restorer();
    const restoring = this.#restorer === undefined ? this.content.restoring() : undefined;
    if (restoring !== undefined) this.#restorer = answerRestorer(restoring, this.#options.format);
    return this.#restorer;
  }

  /** What is left after masking is data of a class that this deployment may not have. */
  #classProblem(deployment: string, policy: CompiledPolicy): Err<ContentProblem> | undefined {
    if (this.#options.rules.countsMasked) return undefined;
    const { level, because } = this.content.levelUnder(policy);
    const dataClass = this.#options.rules.classOf(level);
    const unmet = dataClass === undefined ? [] : this.#options.rules.unmetDemands(deployment, dataClass);
    return unmet.length === 0
      ? undefined
      : err({ rule: 'content-class', route: this.#options.route.name, dataClass: dataClass!, because, unmet });
  }

  async #mask(policy: CompiledPolicy): Promise<Result<Leaving, ContentProblem>> {
    const refused = this.#content.refused(policy);
    if (refused.length > 0) return err({ rule: 'content-refused', route: this.#options.route.name, types: refused });
    const { scan } = this.#options.inspection;
    if (policy.masksNothing) return ok({ scan, body: this.#options.body, masked: [] });
    if (!this.#options.recalled.ok) return this.#options.recalled;
    if (this.#content.data.length > 0) {
      // Of the request as it came: a picture beside a My Number is about the same person, and cannot be masked.
      const { level } = this.#content.level;
      const rule = this.#options.rules.nonTextRule(level);
      if (rule === 'extract') return this.#maskDocuments(policy, level);
      if (rule === 'refuse') return err(this.#unreadable(level, mediaTypesOf(this.#content)));
    }
    const spliced = await this.#content.mask(policy);
    if (!spliced.ok) return err(maskingRefusal(spliced.error));
    const masked = maskedTypes(this.#content, policy);
    if (spliced.value === undefined) return ok({ scan, body: this.#options.body, masked });
    return ok({ scan: movedScan(scan, spliced.value), body: spliced.value.body, masked });
  }

  #unreadable(level: DataLevel, mediaTypes: readonly string[]): Extract<Refusal, { rule: 'unreadable-content' }> {
    return { rule: 'unreadable-content', route: this.#options.route.name, level, mediaTypes };
  }

  /** The same once every document has become its text; what else is no text is judged again. */
  async #maskDocuments(policy: CompiledPolicy, level: DataLevel): Promise<Result<Leaving, ContentProblem>> {
    if (this.#withoutDocuments === undefined) {
      const read = await readDocuments(this.#options);
      if (!read.ok) return err(this.#unreadable(level, read.error.length > 0 ? read.error : mediaTypesOf(this.#content)));
      const inspected = await inspectContent(read.value);
      if (!inspected.ok) return err(isContentProblem(inspected.error) ? inspected.error : this.#unreadable(level, [PDF]));
      this.#withoutDocuments = inspected.value;
    }
    return this.#withoutDocuments.#mask(policy);
  }
}

const PDF = 'application/pdf';

/** Errors: what cannot be read, in words; empty: there is no document. */
async function readDocuments(options: ContentOptions): Promise<Result<ContentOptions, readonly string[]>> {
  const { body, format, rules, inspection } = options;
  const request: unknown = JSON.parse(body.toString('utf8'));
  const parts = pdfPartsOf(request, format.wire);
  if (parts.length === 0 || rules.documents === undefined) return err([]);
  const problems: string[] = [];
  for (const part of parts) {
    const read = await rules.documents.read(Buffer.from(part.base64, 'base64'));
    if (read.ok) part.replace(read.value.text, read.value.pages);
    else problems.push(`${PDF} (${read.error.kind})`);
  }
  if (problems.length > 0) return err([...new Set(problems)]);
  const changed = Buffer.from(JSON.stringify(request));
  const scan = scanJsonObject(changed, format.members);
  return scan.ok ? ok({ ...options, body: changed, inspection: { ...inspection, scan: scan.value } }) : err([PDF]);
}

/** Of what inspecting a request can be refused for, what concerns those for whom something is masked. */
function isContentProblem(refusal: Refusal): refusal is ContentProblem {
  return refusal.rule === 'unmaskable' || refusal.rule === 'too-many-values';
}

const MOST_MEDIA_TYPES = 10;

/** Of what is no text. */
export function mediaTypesOf({ data }: Content): readonly string[] {
  return [...new Set(data.map(({ mediaType }) => mediaType ?? 'unknown'))].slice(0, MOST_MEDIA_TYPES);
}

function maskedTypes({ found, labels }: Content, policy: CompiledPolicy): SensitiveType[] {
  const types = Object.keys(found) as SensitiveType[];
  return types.filter(
    (type) =>
      policy.masks(type, undefined) || (type === 'dictionary-term' && [...labels.keys()].some((label) => policy.masks(type, label))),
  );
}

/** Members stand where they stood; only their places have moved. */
function movedScan(scan: JsonObjectScan, moved: Spliced): JsonObjectScan {
  const members = new Map<string, JsonMember>();
  for (const [name, { nameStart, start, end }] of scan.members)
    members.set(name, { nameStart: moved.place(nameStart), start: moved.place(start), end: moved.place(end) });
  return { bytes: moved.body, members, bodyStart: scan.bodyStart, isEmpty: scan.isEmpty };
}

/** What a provider signed must come back to it as it is: it is shown as the provider wrote it. */
const UNCHANGED = { push: (text: string) => text, end: () => '' };

function answerRestorer(restoring: Restoring, format: ClientFormat): AnswerRestorer {
  let stream: StreamRewriter | undefined;
  return {
    counts: restoring.counts,
    stream: () =>
      (stream ??= createStreamRewriter(format, {
        open: (encoding) => (encoding === 'signed' ? UNCHANGED : restoring.open(encoding)),
      })),
    whole: (body) => rewriteAnswer(body, format, (text, { encoding }) => (encoding === 'signed' ? text : restoring.whole(text, encoding))),
  };
}
