// sekisho access applications: the group.
import type { Group } from '../command.ts';

export const accessApplications: Group = {
  kind: 'group',
  details:
    'An application goes from draft to submitted, screening, screened, and approved or rejected. Nobody screens or approves their own, who screened ' +
    'does not approve, and tier 2 needs two approvers. A rejection can be appealed: other people screen and decide again.',
  commands: {
    list: { summary: 'Applications, newest first', load: async () => (await import('./access-applications-look.ts')).applicationsList },
    show: { summary: 'One of them, or its history', load: async () => (await import('./access-applications-look.ts')).applicationsShow },
    screen: {
      summary: 'Take, decide items, hand on',
      load: async () => (await import('./access-applications-screen.ts')).applicationsScreen,
    },
    approve: { summary: 'Approve it, or less', load: async () => (await import('./access-applications-decide.ts')).applicationsApprove },
    reject: { summary: 'Reject it, with a reason', load: async () => (await import('./access-applications-decide.ts')).applicationsReject },
    submit: { summary: 'Submit a draft', load: async () => (await import('./access-applications-own.ts')).applicationsSubmit },
    withdraw: { summary: 'Take one’s own back', load: async () => (await import('./access-applications-own.ts')).applicationsWithdraw },
    appeal: { summary: 'Appeal a rejection', load: async () => (await import('./access-applications-own.ts')).applicationsAppeal },
    comment: { summary: 'Remark on one', load: async () => (await import('./access-applications-own.ts')).applicationsComment },
    evidence: {
      summary: 'Documents: add, get',
      load: async () => (await import('./access-applications-evidence.ts')).applicationsEvidence,
    },
  },
};
