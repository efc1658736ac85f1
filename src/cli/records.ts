// Ledger records as a reader sees them: finding those of one request, checking that the signed tree includes them, and their short form.
import { findEntry, proveInclusion, verifyInclusion, type Checkpoint, type InclusionEvidence, type TileSource } from '#ledger';
import { plain, type Style } from './terminal.ts';

export interface FoundRecord {
  readonly evidence: InclusionEvidence;
  readonly record: JsonRecord;
  /** The signed root covers this entry. */
  readonly included: boolean;
}

type JsonRecord = { readonly [name: string]: unknown };

export const REQUEST_ID = /^req_[0-9A-HJKMNP-TV-Z]{26}$/;

/** The records of one request, oldest first; empty when the tree of the checkpoint holds none (yet). */
export async function findRecords(source: TileSource, checkpoint: Checkpoint, requestId: string): Promise<FoundRecord[]> {
  const needle = Buffer.from(`"${requestId}"`);
  const found: { readonly index: number; readonly entry: Buffer; readonly record: JsonRecord }[] = [];
  for (;;) {
    const next = await findEntry(
      source,
      (entry) => entry.includes(needle) && parseRecord(entry)?.['id'] === requestId && !found.some((known) => known.entry.equals(entry)),
      checkpoint.size,
    );
    if (next === undefined) break;
    const record = parseRecord(next.entry)!;
    found.unshift({ ...next, record });
    // The search runs backwards, and a request begins with its first decision or with a refusal.
    if (record['type'] === 'refusal' || (record['type'] === 'decision' && record['attempt'] === 1)) break;
  }
  return await Promise.all(
    found.map(async ({ index, record }) => {
      const evidence = await proveInclusion(source, index, checkpoint.size);
      return { evidence, record, included: verifyInclusion({ ...evidence, root: checkpoint.root }) };
    }),
  );
}

export function parseRecord(entry: Buffer): JsonRecord | undefined {
  try {
    const value: unknown = JSON.parse(entry.toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonRecord) : undefined;
  } catch {
    return undefined;
  }
}

/** The member at a path, as text that is safe for a terminal; empty when there is none. */
export function at(record: JsonRecord, ...path: readonly string[]): string {
  let value: unknown = record;
  for (const name of path)
    value = typeof value === 'object' && value !== null && Object.hasOwn(value, name) ? (value as JsonRecord)[name] : undefined;
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? plain(String(value)) : '';
}

/** What a record says, in one or two lines without its index. */
export function recordLines(record: JsonRecord, style: Style): string[] {
  const kind = at(record, 'type');
  if (kind === 'decision') {
    const origins = `vendor ${at(record, 'deployment', 'origins', 'vendor', 'country')} · weights ${at(record, 'deployment', 'origins', 'weights', 'country')} · hosted ${at(record, 'deployment', 'origins', 'hosting', 'country')}`;
    const endUser = at(record, 'endUser');
    return [
      `${style('cyan', 'decision')}  ${at(record, 'caller', 'name')}${endUser === '' ? '' : ` for ${endUser}`} may send ${at(record, 'operation')} to ${style('bold', at(record, 'deployment', 'id'))} (${origins})`,
      `route ${at(record, 'route')}, attempt ${at(record, 'attempt')}, received ${at(record, 'received', 'bytes')} bytes, sent ${at(record, 'sent', 'bytes')} bytes sha256 ${at(record, 'sent', 'sha256').slice(0, 12)}…`,
      ...routingLines(record),
    ];
  }
  if (kind === 'outcome') return outcomeLines(record, style);
  if (kind === 'refusal') {
    return [
      `${style('red', 'refusal')}   ${at(record, 'caller', 'name')} asked ${at(record, 'operation')} for ${at(record, 'route')}: refused by the rule ${style('bold', at(record, 'rule'))}`,
    ];
  }
  return [kind === '' ? 'unreadable' : kind];
}

/** What was special about the way, where anything was. */
function routingLines(record: JsonRecord): string[] {
  const routing = record['routing'] as JsonRecord | undefined;
  if (routing === undefined) return [];
  const list = (name: string): readonly unknown[] => (Array.isArray(routing[name]) ? (routing[name] as unknown[]) : []);
  const classes = list('dataClasses').map((name) => plain(String(name)));
  const fields = list('notes').map((note) => at(note as JsonRecord, 'field'));
  const parts = [
    classes.length === 0 ? '' : `data ${classes.join(', ')}`,
    at(routing, 'jurisdiction') === '' ? '' : `jurisdiction ${at(routing, 'jurisdiction')}`,
    at(routing, 'program') === '' ? '' : `program ${at(routing, 'program')}`,
    at(routing, 'translatedTo') === '' ? '' : `translated to ${at(routing, 'translatedTo')}`,
    fields.length === 0 ? '' : `left out ${fields.join(', ')}`,
    at(routing, 'degraded') === '' ? '' : `degraded: ${at(routing, 'degraded')}`,
    at(routing, 'drill') === '' ? '' : `drill ${at(routing, 'drill')}`,
    at(routing, 'resumes') === 'true' ? 'goes on with a broken stream' : '',
    list('leftOut').length === 0
      ? ''
      : `left out ${list('leftOut')
          .map((each) => `${at(each as JsonRecord, 'deployment')} (${at(each as JsonRecord, 'reason')})`)
          .join(', ')}`,
    list('breaches').length === 0 ? '' : `over ${list('breaches').length} limit(s) on dependence`,
  ].filter((part) => part !== '');
  return parts.length === 0 ? [] : [parts.join(' · ')];
}

function outcomeLines(record: JsonRecord, style: Style): string[] {
  const lines: string[] = [];
  const deployment = at(record, 'deployment');
  const status = at(record, 'status');
  const who = deployment === '' ? '' : ` by ${style('bold', deployment)}`;
  const refusal = at(record, 'refusal');
  lines.push(
    `${style('green', 'outcome')}   ${at(record, 'ended')}${who}${status === '' ? '' : `, status ${status}`}${refusal === '' ? '' : `, refused by ${refusal}`}`,
  );
  const facts = [
    [at(record, 'effectiveModel'), 'model'],
    [at(record, 'usage', 'inputTokens'), 'tokens in'],
    [at(record, 'usage', 'outputTokens'), 'tokens out'],
    [at(record, 'providerRefusal', 'code'), 'provider refusal'],
  ];
  const parts = facts.filter(([value]) => value !== '').map(([value, name]) => `${name} ${value}`);
  const totalMs = at(record, 'timing', 'totalMs');
  if (totalMs !== '')
    parts.push(
      `${Math.round(Number(totalMs))} ms, of which ${Number(at(record, 'timing', 'recordMs')).toFixed(1)} ms to record the decision`,
    );
  for (const failure of Array.isArray(record['failures']) ? (record['failures'] as unknown[]) : []) {
    const failed = failure as JsonRecord;
    const failedStatus = at(failed, 'status');
    parts.push(`before it, ${at(failed, 'deployment')} failed (${at(failed, 'reason')}${failedStatus === '' ? '' : ` ${failedStatus}`})`);
  }
  if (parts.length > 0) lines.push(parts.join(', '));
  return lines;
}
