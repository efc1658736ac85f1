// Entitlement canaries in the primary: small requests that go through the checkpoint like everybody's, with a key of their own, on time.
// What they find is kept in the database; a change is logged, counted and recorded.
import type { Config } from '#config';
import { alertFacts, createCanaryRunner, type CanaryAnswer, type CanaryRequest, type CanarySubject } from '#continuity';
import { createAdministration, type Administration } from '#identity';
import { createSystemRandom, SekishoError, systemClock } from '#kernel';
import { chatCompletions, messages, mismatchOf, responses } from '#providers';
import { createCanaryStore, createKeyStore, openDatabase } from '#store';
import { recordingStore } from './administration.ts';
import { createDiary } from './diary.ts';
import { ledgerDirectory } from './foundations.ts';
import { logFailure, type Logger } from './logging.ts';

export interface Canaries {
  /** Sends no more and ends the key. */
  close(): Promise<void>;
}

export interface CanariesOptions {
  readonly config: Config;
  readonly port: number;
  readonly databaseUrl: string;
  readonly pepper: Buffer;
  readonly logger: Logger;
}

const OWNER = 'sekisho-canary';
const KEY_MS = 24 * 3_600_000;
/** A new key is made before the last one ends, and must reach every worker before it is used. */
const RENEW_BEFORE_MS = 3_600_000;
const KEY_SPREAD_MS = 1_000;
const LARGEST_ANSWER_BYTES = 1 << 20;

const FORMATS = {
  'openai-chat': chatCompletions.format,
  'openai-responses': responses.format,
  'anthropic-messages': messages.format,
} as const;

/** Undefined: no deployment has a canary. */
export function startCanaries(options: CanariesOptions): Canaries | undefined {
  const schedule = subjectsOf(options.config);
  if (schedule.length === 0) return undefined;
  const { config, pepper, logger, port } = options;
  const database = openDatabase(options.databaseUrl, {
    max: 2,
    onIdleError: (error) => logFailure(logger, 'database connection lost', error),
  });
  const diary = createDiary(ledgerDirectory(config), { user: OWNER, uid: process.getuid?.() });
  const store = recordingStore(createKeyStore(database), diary);
  const key = new CanaryKey(
    createAdministration({ store, pepper, clock: systemClock, random: createSystemRandom() }),
    schedule.map(({ route }) => route),
  );
  const runner = createCanaryRunner({
    schedule,
    store: createCanaryStore(database),
    clock: systemClock,
    random: createSystemRandom(),
    send: async (request) => ask(await key.current(), request, baseUrl(config.server.host, port), config),
    async onAlert(alert) {
      const { deployment, program } = alert.record;
      logger.warn({ deployment, program, from: alert.from, to: alert.to }, 'an entitlement has changed');
      await diary.record(alert.record.id, alertFacts(alert));
    },
    onError: (subject, error) => logFailure(logger, 'a canary could not run', error, { deployment: subject.deployment }),
  });
  runner.start();
  return {
    async close() {
      await runner.stop();
      await key
        .end()
        .catch((error: unknown) => logFailure(logger, 'the key of the canaries could not be revoked; it expires by itself', error));
      await diary.close();
      await database.destroy();
    },
  };
}

function subjectsOf({ canaries, deployments }: Config): CanarySubject[] {
  return canaries.flatMap(({ deployment: id, route, everyMinutes }) => {
    const deployment = deployments.find((each) => each.id === id);
    const wire = deployment?.wires.find((each): each is keyof typeof FORMATS => Object.hasOwn(FORMATS, each));
    // One that speaks NEC's own format only is asked in chat completions, as clients would.
    const asked = wire ?? (deployment?.wires.includes('nec-cotomi') === true ? 'openai-chat' : undefined);
    return deployment === undefined || asked === undefined
      ? []
      : [{ deployment: id, program: deployment.accessProgram, everyMinutes, route, wire: asked }];
  });
}

/** The secret lives in this process alone. */
class CanaryKey {
  readonly #administration: Administration;
  readonly #routes: readonly string[];
  #held: { readonly id: string; readonly key: string; readonly endsAtMs: number } | undefined;

  constructor(administration: Administration, routes: readonly string[]) {
    this.#administration = administration;
    this.#routes = [...new Set(routes)];
  }

  async current(): Promise<string> {
    const nowMs = systemClock.now();
    if (this.#held !== undefined && nowMs < this.#held.endsAtMs - RENEW_BEFORE_MS) return this.#held.key;
    const endsAtMs = nowMs + KEY_MS;
    const created = await this.#administration.createKey({
      owner: OWNER,
      kind: 'service',
      label: 'entitlement canaries',
      roles: ['caller'],
      routes: [...this.#routes],
      expiresAtMs: endsAtMs,
    });
    if (!created.ok) throw new SekishoError('canary-key', `no key could be made for the canaries (${created.error.kind})`);
    this.#held = { id: created.value.record.id, key: created.value.key, endsAtMs };
    await new Promise((resolve) => setTimeout(resolve, KEY_SPREAD_MS));
    return this.#held.key;
  }

  async end(): Promise<void> {
    if (this.#held !== undefined) await this.#administration.revokeKey({ key: this.#held.id, reason: 'the checkpoint stops' });
  }
}

async function ask(key: string, request: CanaryRequest, base: string, config: Config): Promise<CanaryAnswer> {
  const { subject } = request;
  const answer = await fetch(base + request.path, {
    method: 'POST',
    headers: { ...request.headers, authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: request.body,
    signal: request.signal,
    redirect: 'error',
  });
  const body = Buffer.from(await answer.arrayBuffer()).subarray(0, LARGEST_ANSWER_BYTES);
  const { status, headers } = answer;
  const requestId = headers.get('x-request-id') ?? undefined;
  const rule = headers.get('x-sekisho-rule');
  if (rule !== null) return { status, requestId, isOwnRefusal: rule !== 'upstream-failed', reason: rule };
  const observed = FORMATS[subject.wire].observeAnswer(body);
  const { effectiveModel, effectiveProgram, refusal, error } = observed;
  const deployment = config.deployments.find(({ id }) => id === subject.deployment);
  const requested = { model: deployment?.model ?? '', program: subject.program };
  return {
    status,
    requestId,
    effectiveModel,
    effectiveProgram,
    refusal,
    error,
    mismatch: mismatchOf(requested, observed),
  };
}

/** Where this machine reaches its own checkpoint. */
function baseUrl(host: string, port: number): string {
  if (host === '0.0.0.0') return `http://127.0.0.1:${port}`;
  if (host === '::') return `http://[::1]:${port}`;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
