// sekisho drill: the group.
import type { Group } from '../command.ts';

export const drill: Group = {
  kind: 'group',
  details:
    'What stops if a country, a company or a deployment is gone? `plan` says it from configuration, evidence and recorded traffic and touches ' +
    'nothing. `live` tries it: the running checkpoint treats what you name as gone for some minutes, for a share of the requests or for ' +
    'canaries alone; it ends by itself, whatever becomes of this command. For a real emergency there is `sekisho cut`.\n\n' +
    '`sekisho drill --without … --plan` and `sekisho drill --without … --live` are the same as `drill plan` and `drill live`.',
  shorthands: { '--plan': 'plan', '--live': 'live' },
  commands: {
    plan: {
      summary: 'Say what would go on and what would stop; changes nothing',
      load: async () => (await import('./drill-plan.ts')).drillPlan,
    },
    live: { summary: 'Take something away for a while and watch', load: async () => (await import('./drill-live.ts')).drillLive },
    abort: { summary: 'End a live drill at once, from anywhere', load: async () => (await import('./drill-abort.ts')).drillAbort },
    list: { summary: 'Live drills, newest first', load: async () => (await import('./drill-list.ts')).drillList },
    report: { summary: 'The report of a live drill, at any later time', load: async () => (await import('./drill-report.ts')).drillReport },
  },
};
