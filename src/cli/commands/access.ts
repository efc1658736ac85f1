// sekisho access: the group.
import type { Group } from '../command.ts';

export const access: Group = {
  kind: 'group',
  details:
    'Who may use models for sensitive work, for what, on which systems, until when. Every command speaks to a running checkpoint: `--url` or ' +
    'SEKISHO_URL says where it is (default: as the configuration says), SEKISHO_KEY or `--key-file` holds your key. Sign in at the checkpoint ' +
    'and make a key with the role member there: it acts for you, with your roles. Every act is in the ledger before it takes effect.\n\n' +
    'The way: `apply`, `applications screen`, `applications approve`; then the work, with `holds` to decide about and `signals` to look at; ' +
    '`grants` and `calendar` for what was granted; `obligations`, `onboarding` and `dossier` for the vendors.',
  commands: {
    form: { summary: 'What an application asks for', load: async () => (await import('./access-form.ts')).accessForm },
    apply: { summary: 'Apply, from a file', load: async () => (await import('./access-apply.ts')).accessApply },
    applications: {
      summary: 'Applications: list, show, screen, approve, reject, appeal',
      load: async () => (await import('./access-applications.ts')).accessApplications,
    },
    grants: {
      summary: 'Grants: list, show, narrow, suspend, revoke, recertify',
      load: async () => (await import('./access-grants.ts')).accessGrants,
    },
    calendar: {
      summary: 'What is due: recertifications and ends',
      load: async () => (await import('./access-calendar.ts')).accessCalendar,
    },
    holds: { summary: 'Tool calls that wait for a person', load: async () => (await import('./access-holds.ts')).accessHolds },
    signals: { summary: 'Signs of misuse, of the clear as well', load: async () => (await import('./access-signals.ts')).accessSignals },
    cases: { summary: 'Cases of misuse, or of what looked like it', load: async () => (await import('./access-cases.ts')).accessCases },
    standing: { summary: 'How somebody stands, or set it', load: async () => (await import('./access-standing.ts')).accessStanding },
    members: {
      summary: 'Members: add, give roles, disable, invite',
      load: async () => (await import('./access-members.ts')).accessMembers,
    },
    obligations: {
      summary: 'What vendors’ programs demand, and what is met',
      load: async () => (await import('./access-obligations.ts')).accessObligations,
    },
    attestations: {
      summary: 'What people have attested to vendors’ demands',
      load: async () => (await import('./access-attestations.ts')).accessAttestations,
    },
    onboarding: {
      summary: 'Your own applications to vendors’ programs',
      load: async () => (await import('./access-onboarding.ts')).accessOnboarding,
    },
    dossier: {
      summary: 'The dossier for a vendor, as a page or as JSON',
      load: async () => (await import('./access-dossier.ts')).accessDossier,
    },
  },
};
