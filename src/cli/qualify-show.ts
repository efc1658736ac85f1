// `sekisho qualify ROUTE --show`: the newest evidence of each candidate, and whether routing still takes it for good.
import type { Config } from '#config';
import { evidenceProblem, type Deployment, type Route } from '#routing';
import type { Context } from './command.ts';
import { withControl } from './continuity-access.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { printShown, shownView, type Shown } from './qualify-output.ts';

const MOST_EVIDENCE = 1000;

export async function showEvidence(context: Context, config: Config, route: Route, deployments: readonly Deployment[]): Promise<ExitCode> {
  const all = await withControl(context, config, ({ controlStore }) =>
    controlStore.listEvidence({ route: route.name, limit: MOST_EVIDENCE }),
  );
  const nowMs = Date.now();
  const rule = route.qualification;
  const shown = deployments.map((deployment): Shown => {
    const evidence = all.find((each) => each.deployment === deployment.id);
    if (rule === undefined) return { deployment, evidence, standing: evidence === undefined ? 'no-evidence' : 'no-bar' };
    return { deployment, evidence, standing: evidenceProblem(rule, deployment, evidence, nowMs) ?? 'counts' };
  });
  if (context.json) context.terminal.out(JSON.stringify(shownView(route, shown, nowMs)));
  else printShown(route, shown, nowMs, context.terminal);
  return EXIT.ok;
}
