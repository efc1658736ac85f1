// Asks a deployment something small through this machine's own checkpoint, as everybody does, with a key that no person has: for canaries,
// and for the probe that proves a vendor's approval. Judges no answer.
import type { Config } from '#config';
import { canaryRequest, type CanaryAnswer, type CanaryRequest, type CanarySubject } from '#continuity';
import type { ProbeResult } from '#access';
import { createAdministration } from '#identity';
import { createSystemRandom, systemClock } from '#kernel';
import { chatCompletions, messages, mismatchOf, responses } from '#providers';
import { createKeyStore, openDatabase } from '#store';
import { recordingStore } from './administration.ts';
import { createDiary, type Diary } from './diary.ts';
import { ledgerDirectory } from './foundations.ts';
import { logFailure, type Logger } from './logging.ts';
import { limitedBody, ownUrl } from './own-checkpoint.ts';
import { CANARY_OWNER, ServiceKey } from './service-key.ts';

export interface CanaryAsker {
  readonly diary: Diary;
  ask(request: CanaryRequest): Promise<CanaryAnswer>;
  /** Once, now. */
  probe(deployment: string): Promise<ProbeResult>;
  /** Ends the key. */
  close(): Promise<void>;
}

export interface CanaryAskerOptions {
  readonly config: Config;
  readonly port: number;
  readonly databaseUrl: string;
  readonly pepper: Buffer;
  readonly logger: Logger;
}

const PROBE_TIMEOUT_MS = 60_000;

const FORMATS = {
  'openai-chat': chatCompletions.format,
  'openai-responses': responses.format,
  'anthropic-messages': messages.format,
} as const;

export function createCanaryAsker({ config, port, databaseUrl, pepper, logger }: CanaryAskerOptions): CanaryAsker {
  const database = openDatabase(databaseUrl, { max: 2, onIdleError: (error) => logFailure(logger, 'database connection lost', error) });
  const diary = createDiary(ledgerDirectory(config), { user: CANARY_OWNER, uid: process.getuid?.() });
  const store = recordingStore(createKeyStore(database), diary);
  const key = new ServiceKey({
    administration: createAdministration({ store, pepper, clock: systemClock, random: createSystemRandom(), isOwn: true }),
    owner: CANARY_OWNER,
    label: 'entitlement canaries',
    roles: ['caller', 'operator'],
    routes: config.routes.map(({ name }) => name),
    clock: systemClock,
  });
  const asked = async (request: CanaryRequest): Promise<CanaryAnswer> =>
    ask(await key.current(), request, ownUrl(config.server.host, port), config);
  return {
    diary,
    ask: asked,
    async probe(deployment) {
      const subject = subjectOf(config, deployment);
      if (subject === undefined) return inconclusive('no-route');
      try {
        return probeResult(await asked(canaryRequest(subject, AbortSignal.timeout(PROBE_TIMEOUT_MS))));
      } catch (error) {
        logFailure(logger, 'a probe could not run', error, { deployment });
        return inconclusive('not-sent');
      }
    },
    async close() {
      await key
        .end()
        .catch((error: unknown) => logFailure(logger, 'the key of the canaries could not be revoked; it expires by itself', error));
      await diary.close();
      await database.destroy();
    },
  };
}

/** How a deployment is asked: through the first route that has it, in a format that it speaks; undefined: it cannot be. */
export function subjectOf({ deployments, routes }: Config, id: string): CanarySubject | undefined {
  const deployment = deployments.find((each) => each.id === id);
  const route = routes.find(({ candidates }) => candidates.some((candidate) => candidate.id === id));
  const wire = deployment?.wires.find((each): each is keyof typeof FORMATS => Object.hasOwn(FORMATS, each));
  // One that speaks NEC's own format only is asked in chat completions, as clients would.
  const asked = wire ?? (deployment?.wires.includes('nec-cotomi') === true ? 'openai-chat' : undefined);
  if (deployment === undefined || route === undefined || asked === undefined) return undefined;
  return { deployment: id, program: deployment.accessProgram, everyMinutes: 0, route: route.name, wire: asked };
}

/** What an answer says of an access. */
export function probeResult({
  status,
  requestId,
  isOwnRefusal,
  reason,
  effectiveModel,
  effectiveProgram,
  refusal,
  error,
}: CanaryAnswer): ProbeResult {
  return {
    ok: status !== undefined && status < 300 && isOwnRefusal !== true && refusal === undefined && error === undefined,
    isConclusive: isOwnRefusal !== true && status !== undefined && (status < 300 || status === 400 || status === 403),
    effectiveModel: effectiveModel ?? null,
    effectiveProgram: effectiveProgram ?? null,
    requestId: requestId ?? null,
    reason: refusal?.code ?? error ?? reason ?? null,
  };
}

/** Nothing was found out. */
export function inconclusive(reason: string): ProbeResult {
  return { ok: false, isConclusive: false, effectiveModel: null, effectiveProgram: null, requestId: null, reason };
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
