// One peer in a process of its own: texts in on standard input, spans out on standard output. Each peer with the options its documentation
// gives for local detection, and without network. Offsets are UTF-16 units of the original text.
import { attempts } from './no-network.ts';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { PeerAnswer, PeerQuestion } from './peers.ts';
import type { Span } from './scoring.ts';

const packages = resolve(import.meta.dirname, '../peers/node_modules');

/** Of the private use area: in no text of the sets. */
const MARK = '\ue000';

type Find = (text: string) => readonly Span[] | Promise<readonly Span[]>;

const importFile = async <T>(path: string): Promise<T> => (await import(pathToFileURL(join(packages, path)).href)) as T;

/** Texts in which a peer replaced each finding by a mark of ours: what stands between the marks is found again from left to right. */
function spansBetween(text: string, redacted: string, mark: string, type: string, shortest: number): readonly Span[] {
  const pieces = redacted.split(mark);
  const spans: Span[] = [];
  let at = pieces[0]!.length;
  for (const [index, piece] of pieces.entries()) {
    if (index === 0) continue;
    const isLast = index === pieces.length - 1;
    const end = isLast ? text.length - piece.length : piece === '' ? at + shortest : text.indexOf(piece, at + shortest);
    if (end < at) throw new Error('the redacted text does not fit the original');
    spans.push({ type, start: at, end });
    at = end + piece.length;
  }
  return spans;
}

/** Every place of the value: some peers name values and no places. */
function placesOf(text: string, value: string, type: string): readonly Span[] {
  const spans: Span[] = [];
  if (value === '') return spans;
  for (let at = text.indexOf(value); at !== -1; at = text.indexOf(value, at + value.length)) {
    spans.push({ type, start: at, end: at + value.length });
  }
  return spans;
}

/** With the ranges in the original of each unit of the normalised text, because this peer reports values of the latter. */
function normalised(text: string): { readonly text: string; readonly back: (span: Span) => Span } {
  const starts: number[] = [];
  let made = '';
  for (let at = 0; at < text.length; at++) {
    const character = String.fromCodePoint(text.codePointAt(at)!);
    const form = character.normalize('NFKC');
    for (let unit = 0; unit < form.length; unit++) starts.push(at);
    made += form;
    if (character.length === 2) at++;
  }
  starts.push(text.length);
  return { text: made, back: ({ type, start, end }) => ({ type, start: starts[start]!, end: starts[end]! }) };
}

interface Guardrails {
  readonly pii: (
    context: object,
    text: string,
    config: unknown,
  ) => Promise<{ info: { detected_entities: Readonly<Record<string, readonly string[]>> } }>;
  readonly PIIConfig: { parse(config: object): { entities: string[] } };
}

async function guardrails(withPersons: boolean): Promise<Find> {
  const { pii, PIIConfig } = (await importFile<{ default: Guardrails }>('@openai/guardrails/dist/checks/pii.js')).default;
  const config = PIIConfig.parse({});
  if (withPersons) config.entities = [...config.entities, 'PERSON'];
  return async (original) => {
    const { text, back } = normalised(original);
    if (text === '') return [];
    const { info } = await pii({}, text, config);
    return Object.entries(info.detected_entities).flatMap(([type, values]) =>
      values.flatMap((value) => placesOf(text, value, type).map(back)),
    );
  };
}

interface GuardrailsSecrets {
  readonly secretKeysCheck: (context: object, text: string, config: object) => Promise<{ info: { detected_secrets: readonly string[] } }>;
}

async function guardrailsSecrets(): Promise<Find> {
  const { secretKeysCheck } = (await importFile<{ default: GuardrailsSecrets }>('@openai/guardrails/dist/checks/secret-keys.js')).default;
  return async (text) => {
    const { info } = await secretKeysCheck({}, text, { threshold: 'balanced' });
    return [...new Set(info.detected_secrets)].flatMap((value) => placesOf(text, value, 'SECRET'));
  };
}

interface OpenRedaction {
  readonly OpenRedaction: new () => {
    detect(text: string): Promise<{ detections: readonly { type: string; position: readonly [number, number] }[] }>;
  };
}

async function openRedaction(): Promise<Find> {
  const { OpenRedaction: Detector } = await importFile<OpenRedaction>('@openredaction/openredaction/dist/index.mjs');
  const detector = new Detector();
  return async (text) => (await detector.detect(text)).detections.map(({ type, position: [start, end] }) => ({ type, start, end }));
}

async function redactPii(): Promise<Find> {
  const { Redactor } = await importFile<{ Redactor: new (options: object) => { redact(text: string): string } }>(
    '@redactpii/node/lib/index.mjs',
  );
  // One rule at a time: the package only returns the text without what it found.
  const rules = ['CREDIT_CARD', 'EMAIL', 'NAME', 'PHONE', 'SSN'].map(
    (rule) => [rule, new Redactor({ rules: { [rule]: true }, globalReplaceWith: MARK })] as const,
  );
  return (text) => rules.flatMap(([rule, redactor]) => spansBetween(text, redactor.redact(text), MARK, rule, 6));
}

async function arcjet(): Promise<Find> {
  const { redact } = await importFile<{ redact: (text: string, options: object) => Promise<readonly [string]> }>(
    '@arcjet/redact/dist/index.js',
  );
  return async (text) => {
    const values: { readonly type: string; readonly value: string }[] = [];
    const replace = (type: string, value: string): string => `\ue000${values.push({ type, value }) - 1}\ue001`;
    const [redacted] = await redact(text, { replace });
    const spans: Span[] = [];
    let shift = 0;
    // The mark stands where the value stood: the difference of their lengths moves everything behind it.
    for (const mark of redacted.matchAll(/\ue000(\d+)\ue001/g)) {
      const found = values[Number(mark[1])]!;
      const start = mark.index + shift;
      spans.push({ type: found.type, start, end: start + found.value.length });
      shift += found.value.length - mark[0].length;
    }
    return spans;
  };
}

interface SecretLintCore {
  lintSource: (question: object) => Promise<{ messages: readonly { ruleId: string; range: readonly [number, number] }[] }>;
}

async function secretlint(): Promise<Find> {
  const { lintSource } = await importFile<SecretLintCore>('@secretlint/core/module/index.js');
  const { creator } = await importFile<{ creator: unknown }>('@secretlint/secretlint-rule-preset-recommend/module/index.js');
  const config = { rules: [{ id: '@secretlint/secretlint-rule-preset-recommend', rule: creator, rules: [] }] };
  return async (content) => {
    const source = { content, filePath: '/settings.txt', ext: '.txt', contentType: 'text' };
    const { messages } = await lintSource({ source, options: { config, noPhysicFilePath: true } });
    return messages.map(({ ruleId, range: [start, end] }) => ({ type: ruleId, start, end }));
  };
}

const PEERS: Readonly<Record<PeerQuestion['peer'], () => Promise<Find>>> = {
  guardrails: () => guardrails(false),
  'guardrails+person': () => guardrails(true),
  'guardrails-secrets': guardrailsSecrets,
  openredaction: openRedaction,
  redactpii: redactPii,
  arcjet,
  secretlint,
};

// Some packages print warnings: standard output is for the answer.
for (const method of ['log', 'info', 'debug'] as const) console[method] = console.warn;
const { peer, texts } = JSON.parse(readFileSync(0, 'utf8')) as PeerQuestion;
const find = await PEERS[peer]();
const start = performance.now();
const found: (readonly Span[])[] = [];
let failures = 0;
for (const text of texts) {
  try {
    found.push(await find(text));
  } catch {
    failures++;
    found.push([]);
  }
}
const answer: PeerAnswer = { found, failures, networkAttempts: attempts.count, milliseconds: performance.now() - start };
process.stdout.write(JSON.stringify(answer));
