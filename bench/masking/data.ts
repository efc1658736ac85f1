// Public development sets, out of the files they are published in. They are not part of the project and lie beside it.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { inUtf16, type Span } from './scoring.ts';

export interface Text {
  readonly text: string;
  /** UTF-16 units. Types are ours where there is one for it, else those of the set. */
  readonly gold: readonly Span[];
}

export interface PresidioText extends Text {
  readonly template: number;
}

/** Undefined: there is no such folder. */
export function findData(given: string | undefined): string | undefined {
  const folder = given ?? resolve(import.meta.dirname, '../../../shared/data/masking');
  return existsSync(join(folder, 'presidio_generated_large.json')) ? folder : undefined;
}

/** What the set's types are called here. Other types keep their name and only excuse findings. */
const PRESIDIO_TYPES: Readonly<Record<string, string>> = {
  EMAIL_ADDRESS: 'email',
  PHONE_NUMBER: 'phone',
  CREDIT_CARD: 'credit-card',
  IBAN_CODE: 'iban',
  US_SSN: 'us-ssn',
  IP_ADDRESS: 'ip',
  PERSON: 'person-name',
};

interface PresidioRow {
  readonly full_text: string;
  readonly template_id: number;
  readonly spans: readonly { readonly entity_type: string; readonly start_position: number; readonly end_position: number }[];
}

export function readPresidio(data: string): readonly PresidioText[] {
  const rows = JSON.parse(readFileSync(join(data, 'presidio_generated_large.json'), 'utf8')) as readonly PresidioRow[];
  return rows.map(({ full_text: text, spans, template_id: template }) => ({
    text,
    template,
    gold: inUtf16(
      text,
      spans.map((span) => ({
        type: PRESIDIO_TYPES[span.entity_type] ?? span.entity_type,
        start: span.start_position,
        end: span.end_position,
      })),
    ),
  }));
}

interface StockmarkRow {
  readonly text: string;
  readonly entities: readonly { readonly type: string; readonly span: readonly [number, number] }[];
}

/** 人名 is `person-name`. By article: what the model of names was fitted on (names/data.ts), and what was held out of the fitting. */
export function readStockmark(data: string): readonly (Text & { readonly part: 'fitted' | 'held out' })[] {
  const lines = gunzipSync(readFileSync(join(data, 'stockmark_ner_dev.jsonl.gz')))
    .toString('utf8')
    .trimEnd()
    .split('\n');
  return lines.map((line) => {
    const { text, entities, curid } = JSON.parse(line) as StockmarkRow & { readonly curid: string };
    const spans = entities.map(({ type, span: [start, end] }) => ({ type: type === '人名' ? 'person-name' : type, start, end }));
    return { text, gold: inUtf16(text, spans), part: createHash('sha256').update(curid).digest()[0]! % 5 === 0 ? 'held out' : 'fitted' };
  });
}

export interface SecretCase extends Text {
  readonly rule: string;
  readonly name: string;
}

export function readSecretCases(data: string): readonly SecretCase[] {
  const rows = JSON.parse(gunzipSync(readFileSync(join(data, 'secretlint_cases.json.gz'))).toString('utf8')) as readonly {
    readonly rule: string;
    readonly name: string;
    readonly text: string;
    readonly ranges: readonly (readonly [number, number])[];
  }[];
  return rows.map(({ rule, name, text, ranges }) => ({
    rule,
    name,
    text,
    gold: ranges.map(([start, end]) => ({ type: 'secret', start, end })),
  }));
}

export function readGitleaks(data: string): string {
  return readFileSync(join(data, 'gitleaks.toml'), 'utf8');
}
