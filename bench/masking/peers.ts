// The peers: packages of npm at the versions pinned in bench/peers, installed on first use, each asked in a process of its own. What a
// peer's types are called here is in one table.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Span } from './scoring.ts';

const FOLDER = resolve(import.meta.dirname, '../peers');

export type PeerName = 'guardrails' | 'guardrails+person' | 'guardrails-secrets' | 'openredaction' | 'redactpii' | 'arcjet' | 'secretlint';

export interface PeerQuestion {
  readonly peer: PeerName;
  readonly texts: readonly string[];
}

export interface PeerAnswer {
  readonly found: readonly (readonly Span[])[];
  /** Texts on which the peer threw; it found nothing there. */
  readonly failures: number;
  readonly networkAttempts: number;
  readonly milliseconds: number;
}

export const PEER_TITLES: Readonly<Record<PeerName, readonly [packageName: string, note: string]>> = {
  guardrails: ['@openai/guardrails', 'PII check, default entities'],
  'guardrails+person': ['@openai/guardrails', 'PII check, default entities and PERSON, which the package advises against'],
  'guardrails-secrets': ['@openai/guardrails', 'secret keys check, balanced'],
  openredaction: ['@openredaction/openredaction', 'default options'],
  redactpii: ['@redactpii/node', 'default rules'],
  arcjet: ['@arcjet/redact', 'all entities'],
  secretlint: ['secretlint', '@secretlint/secretlint-rule-preset-recommend'],
};

/** Whatever a peer calls it. What is not named here keeps the peer's own name and is judged in the columns of any type only. */
const TYPES: readonly (readonly [pattern: RegExp, type: string])[] = [
  [/^email(?:_address)?$/i, 'email'],
  [/phone/i, 'phone'],
  [/^credit[-_]card/i, 'credit-card'],
  [/^iban/i, 'iban'],
  [/^(?:us_)?ssn$/i, 'us-ssn'],
  [/^(?:ip[-_]address|ipv[46])$/i, 'ip'],
  [/^(?:person|name)(?:_|$)/i, 'person-name'],
  [/^japan.*my_?number|my_number/i, 'my-number'],
  [/passport/i, 'passport'],
  [/^(?:date_of_birth|dob)/i, 'date-of-birth'],
  [/^(?:address|location|street_address)/i, 'address'],
];

export function typeOf(peerType: string): string {
  return TYPES.find(([pattern]) => pattern.test(peerType))?.[1] ?? peerType;
}

/** Rejects with npm's words when that fails. */
export async function installPeers(progress: (text: string) => void): Promise<void> {
  const isThere = (): boolean => Object.keys(pinned()).every((name) => installedVersion(name) === pinned()[name]);
  if (isThere()) return;
  progress('installing the peers of bench/peers (first use)');
  const { code, output } = await run('npm', ['ci', '--prefix', FOLDER, '--ignore-scripts', '--no-audit', '--no-fund'], '');
  if (code !== 0 || !isThere()) throw new Error(`npm ci failed (${code}): ${output.trim().slice(-500)}`);
}

function pinned(): Readonly<Record<string, string>> {
  return (JSON.parse(readFileSync(join(FOLDER, 'package.json'), 'utf8')) as { dependencies: Record<string, string> }).dependencies;
}

export function versionOf(peer: PeerName): string {
  return pinned()[PEER_TITLES[peer][0]] ?? '';
}

function installedVersion(name: string): string | undefined {
  const manifest = join(FOLDER, 'node_modules', name, 'package.json');
  return existsSync(manifest) ? (JSON.parse(readFileSync(manifest, 'utf8')) as { version?: string }).version : undefined;
}

const MOST_MS = 240_000;

/** Undefined fields never: a peer that fails as a whole rejects with its words. */
export async function askPeer(peer: PeerName, texts: readonly string[]): Promise<PeerAnswer> {
  const script = new URL('./peer-child.ts', import.meta.url).pathname;
  const { code, output, errors } = await run(process.execPath, [script], JSON.stringify({ peer, texts } satisfies PeerQuestion), MOST_MS);
  if (code !== 0) throw new Error(`${peer} ended with ${code}: ${errors.trim().slice(-300)}`);
  const answer = JSON.parse(output) as PeerAnswer;
  return { ...answer, found: answer.found.map((spans) => spans.map((span) => ({ ...span, type: typeOf(span.type) }))) };
}

interface Ended {
  readonly code: number | string;
  readonly output: string;
  readonly errors: string;
}

function run(program: string, args: readonly string[], input: string, timeoutMs?: number): Promise<Ended> {
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'], ...(timeoutMs === undefined ? {} : { timeout: timeoutMs }) });
  const output: Buffer[] = [];
  const errors: Buffer[] = [];
  child.stdout.on('data', (bytes: Buffer) => output.push(bytes));
  child.stderr.on('data', (bytes: Buffer) => errors.push(bytes));
  child.stdin.on('error', () => undefined); // it ended before it read everything: its status says so
  child.stdin.end(input);
  return new Promise((settle) => {
    const end = (code: number | string): void =>
      settle({ code, output: Buffer.concat(output).toString(), errors: Buffer.concat(errors).toString() });
    child.once('error', (error) => end(error.message));
    child.once('close', (status, signal) => end(status ?? signal ?? 'unknown'));
  });
}
