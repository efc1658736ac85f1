// The commands there are. Each is loaded when it is used.
import type { Group } from '../command.ts';

export const ROOT: Group = {
  kind: 'group',
  details:
    'Sekisho is one checkpoint between an organisation and every AI model it uses: one endpoint, each caller known, each decision ' +
    'recorded before a byte leaves.\n\nTo begin: `sekisho demo` shows all of it with simulated providers. Then copy ' +
    'examples/sekisho.config.yaml, `sekisho check` it, `sekisho up` it, and make keys with `sekisho keys create`.',
  commands: {
    up: { summary: 'Start the checkpoint', load: async () => (await import('./up.ts')).up },
    demo: {
      summary: 'A tour with three simulated providers; changes nothing of yours',
      load: async () => (await import('./demo.ts')).demo,
    },
    check: { summary: 'Say whether a configuration is in order, and what it means', load: async () => (await import('./check.ts')).check },
    keys: { summary: 'Make, list and revoke API keys', load: async () => (await import('./keys.ts')).keys },
    explain: { summary: 'What would happen to a request, without sending it', load: async () => (await import('./explain.ts')).explain },
    inspect: { summary: 'Personal data, secrets and markings in texts', load: async () => (await import('./inspect.ts')).inspect },
    mask: { summary: 'A file with placeholders for what must not leave, and back', load: async () => (await import('./mask.ts')).mask },
    access: {
      summary: 'Who may use models for sensitive work: apply, screen, grant, decide',
      load: async () => (await import('./access.ts')).access,
    },
    qualify: {
      summary: 'Try a route’s fallbacks with your own evaluation cases',
      load: async () => (await import('./qualify.ts')).qualify,
    },
    cut: { summary: 'Cut off a country, a company or a deployment at once', load: async () => (await import('./cut.ts')).cut },
    restore: { summary: 'Undo a cut', load: async () => (await import('./restore.ts')).restore },
    cuts: { summary: 'What is cut off now, and what was', load: async () => (await import('./cuts.ts')).cuts },
    drill: { summary: 'What stops if something is gone? On paper, or live', load: async () => (await import('./drill.ts')).drill },
    dependence: {
      summary: 'How much depends on which company, country and lineage',
      load: async () => (await import('./dependence.ts')).dependence,
    },
    canaries: {
      summary: 'Whether vendors still answer under the programs and models asked for',
      load: async () => (await import('./canaries.ts')).canaries,
    },
    catalogue: {
      summary: 'What is publicly known of models, with dates and sources',
      load: async () => (await import('./catalogue.ts')).catalogue,
    },
    hunt: { summary: 'Every rule over every log, with evidence; works offline', load: async () => (await import('./hunt.ts')).hunt },
    rules: { summary: 'Check, list and test detection rules', load: async () => (await import('./rules.ts')).rules },
    policy: { summary: 'Check, test, compare and explain access policies', load: async () => (await import('./policy.ts')).policy },
    ledger: { summary: 'Verify the ledger; look up the records of a request', load: async () => (await import('./ledger.ts')).ledger },
    version: { summary: 'Versions of Sekisho, Node and the data format', load: async () => (await import('./version.ts')).version },
  },
};
