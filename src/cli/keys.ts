// What the commands about keys share: who acts, the way to the administration, and words for its refusals.
import { userInfo } from 'node:os';
import type { Administrator } from '#compose';
import type { Config } from '#config';
import type { Administration, AdministrationRefusal, KeyRecord } from '#identity';
import { SekishoError, type Result } from '#kernel';
import type { Context } from './command.ts';
import { interruptedError, usageError } from './failure.ts';
import { startProgress } from './progress.ts';
import { plain } from './terminal.ts';

/** Runs one piece of administration; a refusal becomes an error in words. */
export async function administer<T>(
  context: Context,
  config: Config,
  work: (administration: Administration) => Promise<Result<T, AdministrationRefusal>>,
): Promise<T> {
  const { withAdministration } = await import('#compose');
  const progress = startProgress();
  try {
    const result = await withAdministration({
      config,
      by: actor(),
      onProgress: (message) => progress.say(plain(message)),
      work: async (administration) => {
        if (context.signals.first.aborted) throw interruptedError();
        return await work(administration);
      },
    });
    if (!result.ok) throw refusalError(result.error);
    return result.value;
  } finally {
    progress.end();
  }
}

/** Who runs this, as the operating system knows it. */
export function actor(): Administrator {
  const uid = process.getuid?.();
  try {
    return { user: userInfo().username, uid };
  } catch {
    // An account without a name, as in some containers.
    return { user: uid === undefined ? 'unknown' : `uid ${uid}`, uid };
  }
}

function refusalError(refusal: AdministrationRefusal): SekishoError {
  switch (refusal.kind) {
    case 'invalid-input':
      return usageError(`--${FLAG_OF[refusal.field]} ${refusal.problem}`);
    case 'unknown-key':
      return new SekishoError('unknown-key', `there is no key ${JSON.stringify(refusal.given)}`, {
        hint: 'sekisho keys list shows the ids.',
      });
    case 'unknown-principal':
      return new SekishoError('unknown-principal', `nobody is named ${JSON.stringify(refusal.given)}`, {
        hint: 'sekisho keys list shows every owner.',
      });
    case 'owner-kind-differs':
      return new SekishoError('owner-kind-differs', `${JSON.stringify(refusal.owner.name)} is known as ${article(refusal.owner.kind)}`, {
        hint: `Use --kind ${refusal.owner.kind}, or another name.`,
      });
    case 'owner-disabled':
      return new SekishoError('owner-disabled', `${JSON.stringify(refusal.owner.name)} is disabled, so it gets no keys`);
  }
}

const FLAG_OF: Readonly<Record<Extract<AdministrationRefusal, { kind: 'invalid-input' }>['field'], string>> = {
  owner: 'owner',
  kind: 'kind',
  label: 'label',
  roles: 'role',
  routes: 'route',
  expires: 'expires',
  reason: 'reason',
};

function article(noun: string): string {
  return /^[aeiou]/.test(noun) ? `an ${noun}` : `a ${noun}`;
}

/** A key as data, without what the store alone needs. Times are ISO 8601. */
export function keyView(record: KeyRecord) {
  return {
    id: record.id,
    owner: { id: record.owner.id, name: record.owner.name, kind: record.owner.kind, disabled: record.owner.disabledAtMs !== null },
    label: record.label,
    roles: record.roles,
    routes: record.routes,
    createdAt: iso(record.createdAtMs),
    expiresAt: iso(record.expiresAtMs),
    revokedAt: iso(record.revokedAtMs),
    revokedReason: record.revokedReason,
    state: keyState(record, Date.now()),
  };
}

export type KeyState = 'active' | 'revoked' | 'expired' | 'owner disabled';

export function keyState(record: KeyRecord, nowMs: number): KeyState {
  if (record.revokedAtMs !== null) return 'revoked';
  if (record.owner.disabledAtMs !== null) return 'owner disabled';
  return record.expiresAtMs !== null && nowMs >= record.expiresAtMs ? 'expired' : 'active';
}

function iso(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}
