// Trusted access in one worker: the copy of grants and standings that requests are judged by, held calls, signs of misuse, and the services of
// the management API, over connections of its own. The domains decide; this only joins them.
import { createHmac } from 'node:crypto';
import {
  createAccessDirectory,
  createConcerned,
  createEscalations,
  createHolds,
  createJudge,
  createMisuse,
  createWatch,
  grantProblem,
  loadJudgeRubric,
  loadMisuseCatalogue,
  type AccessDirectory,
  type EscalatedSign,
  type Holds,
  type Misuse,
  type MisuseOptions,
  type Noticed,
} from '#access';
import type { AccessPorts, MisuseSign } from '#checkpoint';
import type { Config } from '#config';
import { createPseudonymBook, type Caller } from '#identity';
import { canonicalJson, type Clock, type Json, type PrincipalId, type Random } from '#kernel';
import type { Journal } from '#ledger';
import { pseudonymOf } from '#providers';
import {
  createAccessFeed,
  createDeskStore,
  createHoldStore,
  createMisuseStore,
  createPseudonymStore,
  openDatabase,
  type Database,
} from '#store';
import { createWordsForVendors } from './words-for-vendors.ts';
import { createJudgeAsker } from './judge-asker.ts';

const CONNECTIONS = 4;
/** Somebody waits for it, a person or a client. */
const TIMEOUT_SECONDS = 5;
const SALT_BYTES = 16;
/** Separates the key of held calls from every other use of the same secret. */
export const HOLDS_DOMAIN = 'sekisho/held-calls/v1';

/** A durable record of an act, before it takes effect. */
export type RecordAct = (subject: string, facts: { readonly [name: string]: Json }) => Promise<void>;

export interface WorkerAccess {
  readonly ports: AccessPorts;
  readonly directory: AccessDirectory;
  readonly holds: Holds;
  readonly misuse: Misuse;
  readonly record: RecordAct;
  readonly database: Database;
  /** The person or service behind a request, as a provider may know it. */
  pseudonym(caller: Caller, endUser: string | undefined): string;
  /** Where this checkpoint is reached, so that it can ask itself; until then no judge is asked. */
  listensAt(url: string): void;
  close(): Promise<void>;
}

export interface WorkerAccessOptions {
  readonly config: () => Config;
  readonly databaseUrl: string;
  readonly journal: Pick<Journal, 'append'>;
  readonly pepper: Buffer;
  readonly clock: Clock;
  readonly random: Random;
  readonly onError: (what: string, error: unknown) => void;
}

/** Resolves once the first copy has been read: nobody serves without knowing who is suspended. */
export async function openWorkerAccess(options: WorkerAccessOptions): Promise<WorkerAccess> {
  const { clock, random, pepper, onError } = options;
  const { access, identity } = options.config();
  const database = openDatabase(options.databaseUrl, {
    max: CONNECTIONS,
    statementTimeoutSeconds: TIMEOUT_SECONDS,
    connectTimeoutSeconds: TIMEOUT_SECONDS,
    onIdleError: (error) => onError('database connection lost', error),
  });
  const record = recorder(options);
  const pseudonyms = createPseudonymStore(database);
  const book = createPseudonymBook({
    store: pseudonyms,
    clock,
    onError: (error) => onError('a pseudonym could not be kept', error),
  });
  const directory = createAccessDirectory({
    store: createAccessFeed(database),
    clock,
    maxStaleSeconds: identity.maxStaleSeconds,
    onError: (error) => onError('grants and standings could not be brought up to date', error),
  });
  const concerned = createConcerned(createDeskStore(database));
  const misuse = createMisuse({
    concerned,
    store: createMisuseStore(database),
    record,
    clock,
    random,
    ...misuseRules(access),
    resolvePseudonym: async (identifier) => (await pseudonyms.find(identifier))?.principalId,
    mask: createWordsForVendors({ config: options.config, pepper, random }),
  });
  let ownUrl: string | undefined;
  const reports = new Set<Promise<unknown>>();
  const suspect = (sign: MisuseSign | Noticed | EscalatedSign): void => {
    // Who does without trusted access has nobody to answer appeals. What vendors complain of counts all the same.
    if (options.config().access.enforce === 'off') return;
    const reported = misuse.report(sign).catch((error: unknown) => onError('a sign of misuse could not be kept', error));
    reports.add(reported);
    void reported.finally(() => reports.delete(reported));
  };
  const asker =
    access.judge === undefined
      ? undefined
      : createJudgeAsker({ route: access.judge.route, url: () => ownUrl, database, record, pepper, clock, random });
  const escalations = createEscalations({
    judge:
      asker === undefined
        ? undefined
        : createJudge({
            ...access.judge!,
            ask: (body, signal) => asker.ask(body, signal),
            rubric: loadJudgeRubric(),
            clock,
            random,
            onError: (error) => onError('the judge could not be asked', error),
          }),
    record,
    report: suspect,
    clock,
    onError: (error) => onError('a verdict of the judge could not be recorded', error),
  });
  const holds = createHolds({
    store: createHoldStore(database),
    record,
    clock,
    random,
    secret: createHmac('sha256', pepper).update(HOLDS_DOMAIN).digest(),
    concerned,
    stillGranted: ({ principalId, grantId }) => isGranted(directory, { principalId, grantId, nowMs: clock.now() }),
    validSeconds: access.holds.validMinutes * 60,
    onDenied: async ({ id, principalId, requestId, tool }) => {
      await misuse.report({ principalId, kind: 'hold-denied', requestId, atMs: clock.now(), evidence: { ids: { hold: id, tool } } });
    },
  });
  try {
    await directory.start();
  } catch (error) {
    await database.destroy();
    throw error;
  }
  return {
    ports: {
      directory,
      holds,
      watch: createWatch({ clock, report: suspect }),
      escalate: (escalation) => escalations.escalate(escalation),
      suspect,
    },
    directory,
    holds,
    misuse,
    record,
    database,
    pseudonym(caller, endUser) {
      const who = pseudonymous(caller, endUser);
      const pseudonym = pseudonymOf({ secret: pepper, ...who });
      book.note(pseudonym, who);
      return pseudonym;
    },
    listensAt(url) {
      ownUrl = url;
    },
    async close() {
      await escalations.close();
      await Promise.all(reports);
      await asker?.close().catch((error: unknown) => onError('the key of the judge could not be revoked; it expires by itself', error));
      await directory.close();
      await database.destroy();
    },
  };
}

/** A person is one person, whatever the tool in use names (some name each session anew); a service speaks for those it names. */
function pseudonymous(
  { principalId, kind }: Caller,
  endUser: string | undefined,
): { principalId: PrincipalId; endUser: string | undefined } {
  return { principalId, endUser: kind === 'person' ? undefined : endUser };
}

/** The grant counts and nothing is closed to its principal. Strength of sign-in was judged when the call's request was. */
function isGranted(
  directory: AccessDirectory,
  { principalId, grantId, nowMs }: { readonly principalId: PrincipalId; readonly grantId: string; readonly nowMs: number },
): boolean {
  const found = directory.of(principalId);
  if (!found.ok || found.value.standing === 'suspended' || found.value.standing === 'restricted') return false;
  const grant = found.value.grants.find(({ id }) => id === grantId);
  return grant !== undefined && grantProblem(grant, nowMs, 'passkey') === undefined;
}

/** Signs and thresholds, with the operator's own thresholds over those shipped: the same for whoever judges a standing. */
export function misuseRules({ misuse }: Config['access']): Pick<MisuseOptions, 'catalogue' | 'thresholds'> {
  const catalogue = loadMisuseCatalogue();
  return { catalogue, thresholds: { ...catalogue.thresholds, ...misuse } };
}

export function recorder({ journal, clock, random }: Pick<WorkerAccessOptions, 'journal' | 'clock' | 'random'>): RecordAct {
  return async (subject, facts) => {
    const entry = canonicalJson({
      ...facts,
      at: new Date(clock.now()).toISOString(),
      salt: random.bytes(SALT_BYTES).toString('hex'),
      v: 1,
    });
    await journal.append('note', subject, entry);
  };
}
