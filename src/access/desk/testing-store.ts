// A desk's store in memory, and a desk on it whose ledger is a list. Not for production code.
import type { Principal } from '#identity';
import type { PrincipalId } from '#kernel';
import type { Actor } from '../actor.ts';
import { createDesk, type Desk } from './desk.ts';
import type { Facts } from './facts.ts';
import type { GrantRecord } from './grant-record.ts';
import type { Application } from './model.ts';
import type { DeskEvent, DeskMember, DeskStore, EvidenceContent } from './store.ts';
import { APPLICANT, NOW } from './testing.ts';

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
  readonly state: { nowMs: number; recordFails: boolean };
  readonly principals: Map<string, Principal>;
  addMember(actor: Actor, changes?: Partial<DeskMember>): void;
}

export function createDeskWorld(store: MemoryStore = createMemoryStore()): DeskWorld {
  const ledger: DeskWorld['ledger'] = [];
  const state = { nowMs: NOW, recordFails: false };
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
