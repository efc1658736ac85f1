// Trusted access for tests of other things: everybody is clear, nobody has a grant, no route needs one, and no call is ever held.
import type { AccessPorts, AccessRules } from '#checkpoint';
import { ok } from '#kernel';

export const NO_ACCESS_RULES: AccessRules = {
  policy: { decide: () => ({ allowed: false, policies: [], reason: 'nobody may', next: 'nothing' }) },
  tools: 'remove',
  holdWaitMs: 0,
  isDomestic: () => false,
  isExempt: () => false,
};

export const EVERYBODY_CLEAR: AccessPorts = {
  directory: { of: () => ok({ member: undefined, standing: 'clear', grants: [] }), holdState: () => undefined },
  holds: {
    open: () => Promise.reject(new Error('nothing is held here')),
    consume: () => Promise.reject(new Error('nothing is held here')),
  },
  watch: { visited: () => undefined, refused: () => undefined, held: () => undefined },
  escalate: () => undefined,
  suspect: () => undefined,
};
