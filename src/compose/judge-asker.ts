// Carries texts to the judge through this machine's own checkpoint, as everybody's requests go: what leaves is masked by the policy of the
// judge's route, and recorded. The key may use that route and no other. Reads no verdict.
import type { AskJudge } from '#access';
import { createAdministration } from '#identity';
import type { Clock, Random } from '#kernel';
import { createKeyStore, type Database } from '#store';
import type { RecordAct } from './access.ts';
import { recordingStore } from './administration.ts';
import { limitedBody } from './own-checkpoint.ts';
import { JUDGE_OWNER, ServiceKey } from './service-key.ts';

export interface JudgeAsker {
  readonly ask: AskJudge;
  /** Ends the key. */
  close(): Promise<void>;
}

export interface JudgeAskerOptions {
  readonly route: string;
  /** Of this checkpoint; undefined: nobody listens yet. */
  readonly url: () => string | undefined;
  readonly database: Database;
  readonly record: RecordAct;
  readonly pepper: Buffer;
  readonly clock: Clock;
  readonly random: Random;
}

const PATH = '/v1/chat/completions';

export function createJudgeAsker({ route, url, database, record, pepper, clock, random }: JudgeAskerOptions): JudgeAsker {
  const by = { principal: null, name: 'checkpoint', authentication: 'none' };
  const store = recordingStore(createKeyStore(database), { record: (subject, facts) => record(subject, { ...facts, by }) });
  const key = new ServiceKey({
    administration: createAdministration({ store, pepper, clock, random, isOwn: true }),
    owner: JUDGE_OWNER,
    label: 'texts for the judge',
    roles: ['caller'],
    routes: [route],
    clock,
  });
  return {
    async ask(body, signal) {
      const base = url();
      if (base === undefined) throw new Error('nobody listens yet');
      const answer = await fetch(base + PATH, {
        method: 'POST',
        headers: { authorization: `Bearer ${await key.current()}`, 'content-type': 'application/json' },
        body: JSON.stringify({ model: route, ...body }),
        signal,
        redirect: 'error',
      });
      const text = (await limitedBody(answer)).toString('utf8');
      return { requestId: answer.headers.get('x-request-id') ?? undefined, status: answer.status, body: text };
    },
    close: () => key.end(),
  };
}
