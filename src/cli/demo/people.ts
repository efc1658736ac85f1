// The people of a demonstration: who calls with which key, and who applies, screens and approves. They are made for it, in a database that is
// thrown away, and nobody signs in as them.
import type { Config } from '#config';
import { ok, type Result } from '#kernel';
import type { Administration, AdministrationRefusal, MemberRole, PrincipalKind, Role } from '#identity';
import type { Context } from '../command.ts';
import { actor, administer } from '../keys.ts';
import { expect } from './steps.ts';

const LABEL = 'demonstration';

const KEYS = {
  /** Calls models throughout the tour. */
  engineer: { owner: 'demo engineer', kind: 'person', role: 'caller' },
  /** Calls models, and nobody has granted anything. */
  newcomer: { owner: 'demo newcomer', kind: 'person', role: 'caller' },
  auditor: { owner: 'demo auditor', kind: 'service', role: 'auditor' },
  /** These three act in the management API. */
  applicant: { owner: 'demo engineer', kind: 'person', role: 'member' },
  screener: { owner: 'demo screener', kind: 'person', role: 'member' },
  approver: { owner: 'demo approver', kind: 'person', role: 'member' },
} as const satisfies Readonly<Record<string, { readonly owner: string; readonly kind: PrincipalKind; readonly role: Role }>>;

export type DemoKeys = Readonly<Record<keyof typeof KEYS, string>>;

export async function makeKeys(context: Context, config: Config): Promise<DemoKeys> {
  return administer(context, config, async (administration) => {
    const keys: Partial<Record<keyof typeof KEYS, string>> = {};
    for (const [name, who] of Object.entries(KEYS) as [keyof typeof KEYS, (typeof KEYS)[keyof typeof KEYS]][]) {
      const made = await makeKey(administration, who);
      if (!made.ok) return made;
      keys[name] = made.value;
    }
    return ok(keys as DemoKeys);
  });
}

async function makeKey(
  administration: Administration,
  { owner, kind, role }: (typeof KEYS)[keyof typeof KEYS],
): Promise<Result<string, AdministrationRefusal>> {
  const made = await administration.createKey({ owner, kind, roles: [role], label: LABEL });
  return made.ok ? ok(made.value.key) : made;
}

const MEMBERS: readonly { readonly name: string; readonly roles: readonly MemberRole[] }[] = [
  { name: KEYS.applicant.owner, roles: ['applicant', 'defender'] },
  { name: KEYS.screener.owner, roles: ['screener'] },
  { name: KEYS.approver.owner, roles: ['approver'] },
];

/** Whoever is a member already stays one: a demonstration may go on with the database of the last. */
export async function makeMembers(config: Config): Promise<void> {
  const { withMembers } = await import('#compose');
  await withMembers({
    config,
    by: actor(),
    onProgress: () => undefined,
    async work(members) {
      for (const { name, roles } of MEMBERS) {
        if ((await members.find(name)) !== undefined) continue;
        const added = await members.add({ name, kind: 'person', roles }, undefined);
        expect(added.ok, `${name} becomes a member`);
      }
    },
  });
}
