// Applications as the management API answers them, and as people read them. Decides nothing.
import { z } from 'zod';
import type { Document } from './access-application-file.ts';
import { readAnswer, type ApiClient } from './api-client.ts';
import { segment } from './access-input.ts';
import { commas, day, facts, moment, stateText, table } from './access-output.ts';
import { plain, type Terminal } from './terminal.ts';

export const APPLICATIONS = '/api/v1/applications';

const deed = { name: z.string(), at: z.string() };
const targetSchema = z.looseObject({ kind: z.string(), value: z.string() });

export const outlineSchema = z.looseObject({
  id: z.string(),
  owner: z.looseObject({ name: z.string() }),
  state: z.string(),
  version: z.int(),
  tier: z.int().nullable(),
  capabilities: z.array(z.string()),
  createdAt: z.string(),
  submittedAt: z.string().nullable(),
  round: z.int(),
  screener: z.looseObject({ name: z.string() }).nullable(),
  approvals: z.int(),
  documents: z.int(),
  renews: z.string().nullable(),
  grant: z.string().nullable(),
});

const roundSchema = z.looseObject({
  appeal: z.looseObject({ ...deed, reason: z.string() }).nullable(),
  screening: z.array(z.looseObject({ ...deed, item: z.string(), verdict: z.string(), reason: z.string() })),
  approvals: z.array(z.looseObject({ ...deed, reason: z.string() })),
  rejection: z.looseObject({ ...deed, code: z.string(), reason: z.string() }).nullable(),
});

/** What a form may hold, as far as it is shown by itself. */
const formSchema = z.looseObject({
  targets: z
    .array(
      targetSchema.extend({
        proof: z.looseObject({ basis: z.string().optional(), text: z.string().optional(), evidence: z.string().optional() }).optional(),
      }),
    )
    .optional(),
  exclusions: z.array(targetSchema).optional(),
});

/** Administrators get the outline alone. */
export const applicationSchema = outlineSchema.extend({
  form: formSchema.optional(),
  rounds: z.array(roundSchema).optional(),
  remarks: z.array(z.looseObject({ ...deed, text: z.string(), isInternal: z.boolean() })).optional(),
  evidence: z
    .array(z.looseObject({ ...deed, id: z.string(), fileName: z.string(), mediaType: z.string(), bytes: z.int(), sha256: z.string() }))
    .optional(),
});

export type ApplicationAnswer = z.output<typeof applicationSchema>;

export function pathOf(id: string, ...parts: readonly string[]): string {
  return [`${APPLICATIONS}/${segment(id)}`, ...parts].join('/');
}

export async function readApplication(api: ApiClient, id: string): Promise<ApplicationAnswer> {
  return readAnswer(applicationSchema, await api.call('GET', pathOf(id)));
}

/** The id under which it is kept. */
export async function attachDocument(api: ApiClient, id: string, { fileName, mediaType, content }: Document): Promise<string> {
  const answer = await api.call('POST', pathOf(id, 'evidence'), { query: { name: fileName }, bytes: { content, mediaType } });
  return readAnswer(z.looseObject({ id: z.string() }), answer).id;
}

export function writeApplication(one: ApplicationAnswer, terminal: Terminal): void {
  facts(terminal, [
    ['id', `${one.id}, version ${one.version}`],
    ['state', stateText(terminal, one.state)],
    ['owner', one.owner.name],
    ['submitted', moment(one.submittedAt)],
    ['round', one.round > 1 ? one.round : null],
    ['screener', one.screener?.name],
    ['approvals', one.approvals],
    ['renews', one.renews],
    ['grant', one.grant],
    ...formFacts(one.form),
  ]);
  const { targets = [], exclusions = [] } = one.form ?? {};
  if (targets.length + exclusions.length > 0) {
    table(
      terminal,
      ['TARGET', 'KIND', 'PROOF', 'DOCUMENT'],
      [
        ...targets.map(({ kind, value, proof }) => [
          value,
          kind,
          [proof?.basis, proof?.text].filter((part) => part !== undefined).join(': '),
          proof?.evidence,
        ]),
        ...exclusions.map(({ kind, value }) => [value, kind, 'never', null]),
      ],
      '',
    );
  }
  for (const [index, round] of (one.rounds ?? []).entries()) writeRound(round, index + 1, terminal);
  if (one.evidence !== undefined && one.evidence.length > 0)
    table(
      terminal,
      ['DOCUMENT', 'FILE', 'BYTES', 'BY', 'AT', 'SHA-256'],
      one.evidence.map(({ id, fileName, bytes, name, at, sha256 }) => [id, fileName, bytes, name, moment(at), sha256]),
      '',
    );
  for (const { name, at, text, isInternal } of one.remarks ?? [])
    terminal.out(`${plain(name)}, ${moment(at)}${isInternal ? ', internal' : ''}: ${plain(text)}`);
}

/** In the order of the form; lists and objects with their own tables are left out. */
function formFacts(form: ApplicationAnswer['form']): (readonly [string, string | null])[] {
  return Object.entries(form ?? {})
    .filter(([name]) => name !== 'targets' && name !== 'exclusions')
    .map(([name, value]) => [name, valueText(value)]);
}

function valueText(value: unknown): string | null {
  if (typeof value === 'string') return value;
  if (value === null || value === undefined) return null;
  if (Array.isArray(value) && value.every((each) => typeof each === 'string')) return commas(value);
  return JSON.stringify(value);
}

function writeRound({ appeal, screening, approvals, rejection }: z.output<typeof roundSchema>, number: number, terminal: Terminal): void {
  if (appeal !== null) terminal.out(`round ${number}, appealed by ${plain(appeal.name)}, ${moment(appeal.at)}: ${plain(appeal.reason)}`);
  if (screening.length > 0)
    table(
      terminal,
      ['ITEM', 'VERDICT', 'BY', 'AT', 'REASON'],
      screening.map(({ item, verdict, name, at, reason }) => [item, verdict, name, moment(at), reason]),
      '',
    );
  for (const { name, at, reason } of approvals) terminal.out(`approved by ${plain(name)}, ${moment(at)}: ${plain(reason)}`);
  if (rejection !== null)
    terminal.out(`rejected by ${plain(rejection.name)}, ${moment(rejection.at)} (${plain(rejection.code)}): ${plain(rejection.reason)}`);
}

export function outlineRows(all: readonly z.output<typeof outlineSchema>[], terminal: Terminal) {
  return all.map((one) => [
    one.id,
    stateText(terminal, one.state),
    one.owner.name,
    one.tier,
    commas(one.capabilities),
    one.screener?.name,
    one.approvals,
    day(one.submittedAt ?? one.createdAt),
    one.grant,
  ]);
}
