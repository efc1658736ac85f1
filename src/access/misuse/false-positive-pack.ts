// What an operator sends to a vendor when the vendor refused or warned without cause: which requests, when, under which model and program,
// what had been authorised, and the task in masked words. No name, no principal, no value: the vendor knows the pseudonym already.
import { code, markdownTable, utc, words } from '#markup';
import type { CaseDetails, Signal } from './case.ts';

export interface FalsePositivePack {
  readonly json: FalsePositiveJson;
  readonly markdown: string;
}

export interface FalsePositiveJson {
  readonly version: 1;
  readonly case: string;
  readonly madeAt: string;
  readonly vendor: string | null;
  readonly vendorCase: string | null;
  readonly notice: 'warning' | 'deactivation' | null;
  readonly vendorReason: string | null;
  /** The identifier under which the vendor knows the end user. */
  readonly entityIdentifier: string | null;
  /** Masked; null: nobody wrote one. */
  readonly task: string | null;
  readonly requests: readonly FalsePositiveRequest[];
}

export interface FalsePositiveRequest {
  readonly request: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly signal: string;
  readonly codes: readonly string[];
  readonly providerRequest: string | null;
  readonly model: string | null;
  readonly requestedProgram: string | null;
  readonly effectiveProgram: string | null;
}

const MOST_REQUESTS = 200;

export function falsePositivePack(found: CaseDetails, input: { readonly madeAtMs: number; readonly task?: string }): FalsePositivePack {
  const { vendorNotice } = found;
  const json: FalsePositiveJson = {
    version: 1,
    case: found.id,
    madeAt: utc(input.madeAtMs),
    vendor: vendorNotice?.vendor ?? null,
    vendorCase: vendorNotice?.vendorCaseId ?? null,
    notice: vendorNotice?.notice ?? null,
    vendorReason: vendorNotice?.reason ?? null,
    entityIdentifier: vendorNotice?.entityIdentifier ?? null,
    task: input.task ?? null,
    requests: found.signals.flatMap(requestOf).slice(0, MOST_REQUESTS),
  };
  return { json, markdown: markdownOf(json) };
}

function requestOf({ requestId, atMs, kind, evidence }: Signal): readonly FalsePositiveRequest[] {
  if (requestId === null) return [];
  const { ids = {}, codes = [] } = evidence;
  return [
    {
      request: requestId,
      at: utc(atMs),
      signal: kind,
      codes,
      providerRequest: ids.providerRequest ?? null,
      model: ids.effectiveModel ?? null,
      requestedProgram: ids.requestedProgram ?? null,
      effectiveProgram: ids.effectiveProgram ?? null,
    },
  ];
}

function markdownOf(json: FalsePositiveJson): string {
  const facts: readonly (readonly [string, string | null])[] = [
    ['Our case', json.case],
    ['Your case', json.vendorCase],
    ['Notice', json.notice],
    ['Reason given', json.vendorReason],
    ['Safety identifier', json.entityIdentifier],
    ['Made', json.madeAt],
  ];
  const rows = json.requests.map((each) => [
    each.at,
    code(each.request),
    known(each.providerRequest),
    known(each.model),
    known(each.requestedProgram),
    known(each.effectiveProgram),
    [each.signal, ...each.codes].map(code).join(' '),
  ]);
  const head = ['Time (UTC)', 'Request', 'Your request id', 'Effective model', 'Program asked for', 'Effective program', 'What was said'];
  return [
    '# Request for review: authorised defensive work was refused or reported',
    facts
      .filter(([, value]) => value !== null)
      .map(([name, value]) => `- ${name}: ${code(value!)}`)
      .join('\n'),
    '## The task',
    json.task === null
      ? 'Not described.'
      : json.task
          .split(/\r?\n/)
          .map((line) => (line === '' ? '>' : `> ${words(line)}`))
          .join('\n'),
    '## Requests',
    rows.length === 0 ? 'None on record.' : markdownTable(head, rows),
    '',
  ].join('\n\n');
}

function known(text: string | null): string {
  return text === null ? '–' : code(text);
}
