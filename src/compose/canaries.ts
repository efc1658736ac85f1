// Entitlement canaries in the primary: small requests that go through the checkpoint like everybody's, with a key of their own, on time.
// What they find is kept in the database; a change is logged, counted and recorded.
import type { Config } from '#config';
import { alertFacts, createCanaryRunner, type CanaryAnswer, type CanaryRequest, type CanarySubject } from '#continuity';
import { createAdministration } from '#identity';
import { createSystemRandom, Pieces, SekishoError, systemClock } from '#kernel';
import { chatCompletions, messages, mismatchOf, responses } from '#providers';
import { createCanaryStore, createKeyStore, openDatabase } from '#store';
import { recordingStore } from './administration.ts';
import { CANARY_OWNER, CanaryKey } from './canary-key.ts';
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
  const diary = createDiary(ledgerDirectory(config), { user: CANARY_OWNER, uid: process.getuid?.() });
  const store = recordingStore(createKeyStore(database), diary);
  const key = new CanaryKey({
    administration: createAdministration({ store, pepper, clock: systemClock, random: createSystemRandom() }),
    routes: schedule.map(({ route }) => route),
    clock: systemClock,
  });
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

async function ask(key: string, request: CanaryRequest, base: string, config: Config): Promise<CanaryAnswer> {
  const { subject } = request;
  const answer = await fetch(base + request.path, {
    method: 'POST',
    headers: { ...request.headers, authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: request.body,
    signal: request.signal,
    redirect: 'error',
  });
  const body = await limitedBody(answer);
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

/** What a provider sends comes through the checkpoint as it is, however much it is: this process must survive it. */
export async function limitedBody(answer: Response): Promise<Buffer> {
  const pieces = new Pieces();
  const body: AsyncIterable<Uint8Array> | [] = answer.body ?? [];
  for await (const piece of body) {
    pieces.add(Buffer.from(piece));
    if (pieces.length > LARGEST_ANSWER_BYTES)
      throw new SekishoError('canary-answer', `the answer to a canary is larger than ${LARGEST_ANSWER_BYTES} bytes`);
  }
  return pieces.length === 0 ? Buffer.alloc(0) : pieces.take();
}

/** Where this machine reaches its own checkpoint. */
function baseUrl(host: string, port: number): string {
  if (host === '0.0.0.0') return `http://127.0.0.1:${port}`;
  if (host === '::') return `http://[::1]:${port}`;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
