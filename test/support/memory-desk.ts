// The desk of trusted access for tests: people, a form, a store in memory, and a desk on it whose ledger is a list.
import { createDesk } from '#access';
import type {
  Actor,
  Application,
  Authentication,
  Desk,
  DeskEvent,
  DeskMember,
  DeskStore,
  EnablementRefusal,
  EvidenceContent,
  Facts,
  GrantFact,
  GrantRecord,
} from '#access';
import type { MemberRole, Principal } from '#identity';
import type { PrincipalId } from '#kernel';

type Form = Application['form'];

export const DAY = 24 * 3600 * 1000;
/** 2026-11-24T00:00:00Z */
export const NOW = Date.UTC(2026, 10, 24);

/** The principal id of a test person: 26 characters made of the name. */
export function idOfPerson(name: string): PrincipalId {
  const letters = name.toUpperCase().replaceAll(/[^0-9A-HJKMNP-TV-Z]/g, 'X');
  return `prn_${letters.padStart(26, '0')}` as PrincipalId;
}

export function person(name: string, roles: readonly MemberRole[], authentication: Authentication = 'passkey'): Actor {
  return { principalId: idOfPerson(name), name, roles: new Set(roles), authentication };
}

export const APPLICANT = person('aoki', ['applicant']);
export const SCREENER = person('sato', ['screener']);
export const APPROVER = person('abe', ['approver']);
export const SECOND_APPROVER = person('baba', ['approver']);

export function formOf(changes: Partial<Form> = {}): Form {
  return {
    kind: 'person',
    employer: '東都電力株式会社',
    role: 'CSIRT analyst',
    sector: 'electric-power',
    tier: 1,
    capabilities: ['vulnerability-triage', 'code-review'],
    purpose: 'Triage of vulnerabilities in our substation gateways.',
    targets: [
      { kind: 'network', value: '10.20.0.0/16', proof: { basis: 'owned', text: 'Address plan of the plant network.' } },
      { kind: 'host', value: '*.plant.example', proof: { basis: 'owned', text: 'Our domain.' } },
    ],
    exclusions: [{ kind: 'network', value: '10.20.99.0/24' }],
    forbiddenTools: ['ssh*'],
    retention: 'up-to-30-days',
    supervisor: { name: '上野', email: 'ueno@plant.example' },
    endDate: '2027-03-31',
    programs: ['daybreak_blue'],
    ...changes,
  };
}

export const TIER_2: Partial<Form> = { tier: 2, capabilities: ['penetration-testing', 'exploit-validation'] };

export interface MemoryStore extends DeskStore {
  readonly applications: Map<string, Application>;
  readonly grants: Map<string, GrantRecord>;
  readonly events: DeskEvent[];
  readonly members: Map<PrincipalId, DeskMember>;
}

export function createMemoryStore(): MemoryStore {
  const applications = new Map<string, Application>();
  const grants = new Map<string, GrantRecord>();
  const events: DeskEvent[] = [];
  const members = new Map<PrincipalId, DeskMember>();
  const contents = new Map<string, EvidenceContent>();
  const isOf = (id: PrincipalId | undefined, { ownerId, principalId }: Pick<Application, 'ownerId' | 'principalId'>): boolean =>
    id === undefined || id === ownerId || id === principalId;
  const newestFirst = <T extends { readonly id: string }>(items: Iterable<T>): T[] => [...items].sort((a, b) => (a.id < b.id ? 1 : -1));
  return {
    applications,
    grants,
    events,
    members,
    async insertApplication(application, event) {
      applications.set(application.id, application);
      events.push(event);
    },
    async saveApplication({ application, event, content, grant }) {
      if (applications.get(application.id)?.version !== application.version - 1) return false;
      applications.set(application.id, application);
      events.push(event);
      if (content !== undefined) contents.set(`${application.id} ${content.evidence.id}`, content);
      if (grant !== undefined) grants.set(grant.id, grant);
      return true;
    },
    findApplication: async (id) => applications.get(id),
    async listApplications({ concerning, states, before, limit }) {
      return newestFirst(applications.values())
        .filter((each) => isOf(concerning, each) && (states?.includes(each.state) ?? true) && (before === undefined || each.id < before))
        .slice(0, limit);
    },
    async countApplications(ownerId) {
      const own = [...applications.values()].filter((each) => each.ownerId === ownerId);
      return { all: own.length, open: own.filter(({ state }) => !['approved', 'withdrawn', 'rejected'].includes(state)).length };
    },
    readEvidence: async (applicationId, evidenceId) => contents.get(`${applicationId} ${evidenceId}`),
    listEvents: async (applicationId, limit) => events.filter((each) => each.applicationId === applicationId).slice(0, limit),
    async saveGrant({ grant, event }) {
      if (grants.get(grant.id)?.version !== grant.version - 1) return false;
      grants.set(grant.id, grant);
      events.push(event);
      return true;
    },
    findGrant: async (id) => grants.get(id),
    async listGrants({ concerning, states, before, limit }) {
      return newestFirst(grants.values())
        .filter((each) => isOf(concerning, each) && (states?.includes(each.state) ?? true) && (before === undefined || each.id < before))
        .slice(0, limit);
    },
    async listDue({ nowMs, beforeMs, concerning, limit }) {
      const due = ({ recertifyByMs, endsAtMs }: GrantRecord): number => Math.min(recertifyByMs, endsAtMs);
      return [...grants.values()]
        .filter((each) => isOf(concerning, each) && each.state === 'active' && each.endsAtMs > nowMs && due(each) < beforeMs)
        .sort((a, b) => due(a) - due(b))
        .slice(0, limit);
    },
    async applicantsFor(principalId) {
      const of = [...applications.values()].filter((each) => each.principalId === principalId && each.submittedAtMs !== null);
      return [...new Set(of.map(({ ownerId }) => ownerId))];
    },
    findMember: async (principalId) => members.get(principalId),
    async membersByEmail(email) {
      return [...members.values()]
        .filter((each) => each.email?.toLowerCase() === email.toLowerCase())
        .map(({ principalId }) => principalId);
    },
  };
}

export interface DeskWorld {
  readonly desk: Desk;
  readonly store: MemoryStore;
  /** What the ledger was told, in order. */
  readonly ledger: { readonly subject: string; readonly facts: Facts }[];
  readonly state: { nowMs: number; recordFails: boolean; unmet: (grant: Omit<GrantFact, 'id'>) => readonly EnablementRefusal[] };
  readonly principals: Map<string, Principal>;
  addMember(actor: Actor, changes?: Partial<DeskMember>): void;
}

export function createDeskWorld(store: MemoryStore = createMemoryStore()): DeskWorld {
  const ledger: DeskWorld['ledger'] = [];
  const state: DeskWorld['state'] = { nowMs: NOW, recordFails: false, unmet: () => [] };
  const principals = new Map<string, Principal>();
  let drawn = 0;
  const desk = createDesk({
    store,
    async record(subject, facts) {
      if (state.recordFails) throw new Error('the ledger is out of reach');
      ledger.push({ subject, facts });
    },
    clock: { now: () => state.nowMs, monotonic: () => state.nowMs },
    // Ids that rise, so that lists have an order.
    random: {
      bytes(count) {
        const bytes = Buffer.alloc(count);
        bytes.writeUInt32BE(++drawn, 0);
        return bytes;
      },
    },
    findPrincipal: async (name) => principals.get(name),
    sectors: [{ id: 'electric-power', en: 'Electric power', ja: '電力' }],
    programs: [
      { id: 'daybreak_blue', allowsZeroRetention: true },
      { id: 'cvp', allowsZeroRetention: false },
    ],
    unmetObligations: async (grant) => state.unmet(grant),
  });
  const world: DeskWorld = {
    desk,
    store,
    ledger,
    state,
    principals,
    addMember({ principalId, name }, changes = {}) {
      store.members.set(principalId, { principalId, email: `${name}@plant.example`, isOutside: false, ...changes });
    },
  };
  world.addMember(APPLICANT);
  return world;
}
