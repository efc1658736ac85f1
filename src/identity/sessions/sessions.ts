// Sessions of members: begun by signing in, held by the browser as a secret, looked up at every call, ended at once when somebody says so.
import { ulid, type Clock, type PrincipalId, type Random, type Result } from '#kernel';
import { act, byFacts, type Acting, type RecordAct } from '../act.ts';
import type { Authentication } from '../authentication.ts';
import { newToken, tokenHash } from '../secret-token.ts';
import type { InsertSessionRefusal, NewSession, PasskeyUse, SessionStore } from './session-store.ts';
import type { Session, SignedIn } from './session.ts';

/** Where somebody signs in from, as the socket and the browser say. */
export interface Place {
  readonly address: string;
  readonly userAgent: string;
}

export interface StartSession extends Place {
  readonly member: { readonly principalId: PrincipalId; readonly name: string };
  readonly authentication: Exclude<Authentication, 'none'>;
  readonly passkey?: PasskeyUse | undefined;
}

export interface StartedSession {
  /** For the browser alone; kept nowhere. */
  readonly token: string;
  readonly session: Session;
}

export interface Sessions {
  /** Recorded as `signed-in` before it counts. */
  start(input: StartSession): Promise<Result<StartedSession, InsertSessionRefusal>>;
  /** Undefined: no such session, or it counts no more. Reads the database each time. */
  resume(token: string): Promise<SignedIn | undefined>;
  list(principalId: PrincipalId): Promise<readonly Session[]>;
  /** One session, or all but `exceptId`. Returns the ids of what has ended: none, where there was nothing to end. */
  end(
    input: { readonly principalId: PrincipalId; readonly id?: string | undefined; readonly exceptId?: string | undefined },
    by: Acting | undefined,
  ): Promise<readonly string[]>;
  /** A session that another transaction stores, such as that of an enrolment. */
  prepare(input: Omit<StartSession, 'passkey'> & { readonly passkeyId?: string | undefined }): {
    readonly token: string;
    readonly session: NewSession;
  };
}

export interface SessionsOptions {
  readonly store: SessionStore;
  readonly record: RecordAct;
  readonly clock: Clock;
  readonly random: Random;
  /** Over when nothing came for this long. Default 30 minutes. */
  readonly idleSeconds?: number;
  /** Over after this long in any case. Default 12 hours. */
  readonly absoluteSeconds?: number;
}

const NOTE_EVERY_MS = 60_000;
const MOST_FOR_A_MEMBER = 20;
const ADDRESS_LENGTH = 64;
const USER_AGENT_LENGTH = 256;

export function createSessions(options: SessionsOptions): Sessions {
  const { store, record, clock, random } = options;
  const idleMs = (options.idleSeconds ?? 30 * 60) * 1000;
  const absoluteMs = (options.absoluteSeconds ?? 12 * 3600) * 1000;

  const prepare: Sessions['prepare'] = ({ member, authentication, passkeyId, address, userAgent }) => {
    const nowMs = clock.now();
    const token = newToken(random);
    const session: NewSession = {
      id: `ses_${ulid(nowMs, random.bytes(10))}`,
      tokenHash: tokenHash(token)!,
      principalId: member.principalId,
      authentication,
      passkeyId: passkeyId ?? null,
      createdAtMs: nowMs,
      expiresAtMs: nowMs + absoluteMs,
      address: shown(address, ADDRESS_LENGTH),
      userAgent: shown(userAgent, USER_AGENT_LENGTH),
    };
    return { token, session };
  };

  return {
    prepare,
    async start(input) {
      const { member, authentication, passkey } = input;
      const { token, session } = prepare({ ...input, passkeyId: passkey?.id });
      const by = { principalId: member.principalId, name: member.name, authentication };
      const facts = { type: 'signed-in', session: session.id, passkey: session.passkeyId, ...byFacts(by) };
      const inserted = await act<void, Awaited<ReturnType<SessionStore['insert']>>>(
        record,
        () => ({ subject: member.principalId, facts }),
        (confirm) => store.insert({ session, ...(passkey === undefined ? {} : { use: passkey }), most: MOST_FOR_A_MEMBER }, confirm),
      );
      return inserted.ok ? { ok: true, value: { token, session: inserted.value } } : inserted;
    },
    async resume(token) {
      const hash = tokenHash(token);
      if (hash === undefined) return undefined;
      return store.resume({ tokenHash: hash, nowMs: clock.now(), idleMs, noteEveryMs: NOTE_EVERY_MS });
    },
    list: (principalId) => store.list({ principalId, nowMs: clock.now(), idleMs }),
    end: (input, by) =>
      act<readonly string[], readonly string[]>(
        record,
        (sessions) => ({ subject: input.principalId, facts: { type: 'sessions-ended', sessions, ...byFacts(by) } }),
        (confirm) => store.remove(input, confirm),
      ),
  };
}

/** What a client says of itself is shown to people later. */
function shown(text: string, length: number): string {
  return text
    .slice(0, length)
    .toWellFormed()
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu, '�');
}
