// A drill plan in Markdown and as one HTML page.
import type { PlannedRoute } from '#routing';
import { commas, mono, section as htmlSection } from './drill-html.ts';
import { section as markdownSection } from './drill-markdown.ts';
import { number } from './drill-words.ts';
import { code, html, htmlTable, markdownTable, page, utc, words, type Html } from '#markup';
import {
  costChange,
  latencyChange,
  ORDER,
  outcomeOf,
  PLAN_READING,
  PLAN_TITLES,
  planVerdict,
  takeoverText,
  trafficText,
  type PlanReport,
} from './plan-words.ts';

/** What takes over is listed up to here for each class of data; the rest is counted. */
const MOST_TAKEOVERS = 3;

/** Worst first, and those that nothing changes for last. */
function ordered({ plan }: PlanReport): readonly PlannedRoute[] {
  const rank = ({ outcome, gone }: PlannedRoute): number => ORDER.indexOf(outcome) + (gone.length === 0 ? ORDER.length : 0);
  return plan.routes.toSorted((a, b) => rank(a) - rank(b));
}

interface Row {
  readonly route: string;
  readonly dataClasses: readonly string[];
  readonly deployment: string;
  readonly text: string;
}

function takeovers(report: PlanReport): readonly Row[] {
  return ordered(report)
    .filter(({ gone }) => gone.length > 0)
    .flatMap(({ route, classes, isUntried }) =>
      classes.flatMap(({ dataClasses, takesOver }) => {
        const more = takesOver.length - MOST_TAKEOVERS;
        return takesOver.slice(0, MOST_TAKEOVERS).map((takeover, index) => ({
          route,
          dataClasses,
          deployment: takeover.deployment,
          text: `${index === 0 ? 'first' : 'then'}: ${takeoverText(takeover, { isFirst: index === 0, isUntried })}${index === MOST_TAKEOVERS - 1 && more > 0 ? `; and ${more} more` : ''}`,
        }));
      }),
    );
}

/** Only where something stops or gets worse: elsewhere nobody asks why. */
function blocked(report: PlanReport): readonly Row[] {
  return ordered(report).flatMap(({ route, classes }) =>
    classes
      .filter(({ outcome }) => outcome !== 'goes-on')
      .flatMap((each) =>
        each.blocked.map(({ deployment, reasons }) => ({ route, dataClasses: each.dataClasses, deployment, text: reasons.join('; ') })),
      ),
  );
}

const ROUTE_HEAD = ['Route', 'Outcome', 'Traffic to what is gone', 'Latency (mean)', 'Cost per million tokens'];
const ROW_HEAD = ['Route', 'Data', 'Deployment'];

export function planMarkdown(report: PlanReport): string {
  const { plan, madeAtMs, days, configuration } = report;
  const rows = (all: readonly Row[], none: string, title: string): string =>
    all.length === 0
      ? none
      : markdownTable(
          [...ROW_HEAD, title],
          all.map(({ route, dataClasses, deployment, text }) => [
            code(route),
            dataClasses.map(code).join(', ') || '–',
            code(deployment),
            words(text),
          ]),
        );
  const routes = markdownTable(
    ROUTE_HEAD,
    ordered(report).map((route) => [
      code(route.route),
      outcomeOf(route).text,
      trafficText(route),
      latencyChange(route),
      words(costChange(route)),
    ]),
  );
  const parts = [
    `# ${PLAN_TITLES.report.en} · ${PLAN_TITLES.report.ja}\n\n**${planVerdict(report).text}**\n\n- Without: ${plan.selectors.map(code).join(', ')}\n- Traffic of the last ${number(days)} days: ${number(plan.totals.requests)} requests\n- Made: ${utc(madeAtMs)} with configuration ${code(configuration)}`,
    markdownSection(PLAN_TITLES.routes, routes),
    markdownSection(PLAN_TITLES.takeover, rows(takeovers(report), 'Nothing has to.', 'How good')),
    markdownSection(PLAN_TITLES.blocked, rows(blocked(report), 'Nothing.', 'Why not')),
    markdownSection(
      PLAN_TITLES.gone,
      plan.gone.length === 0 ? 'Nothing: no deployment of any route is meant.' : plan.gone.map((id) => `- ${code(id)}`).join('\n'),
    ),
    markdownSection(PLAN_TITLES.reading, PLAN_READING.map((sentence) => `- ${sentence}`).join('\n')),
  ];
  return `${parts.join('\n\n')}\n`;
}

export function planHtml(report: PlanReport): string {
  const { plan, madeAtMs, days, configuration } = report;
  const verdict = planVerdict(report);
  const rows = (all: readonly Row[], none: string, title: string): Html =>
    all.length === 0
      ? html`<p>${none}</p>`
      : htmlTable(
          [...ROW_HEAD, title],
          all.map(({ route, dataClasses, deployment, text }) => [
            mono(route),
            dataClasses.length === 0 ? '–' : commas(dataClasses.map(mono)),
            mono(deployment),
            text,
          ]),
        );
  const routes = htmlTable(
    ROUTE_HEAD,
    ordered(report).map((route) => {
      const { tone, text } = outcomeOf(route);
      return [mono(route.route), html`<span class="${tone}">${text}</span>`, trafficText(route), latencyChange(route), costChange(route)];
    }),
  );
  const gone =
    plan.gone.length === 0
      ? html`<p>Nothing: no deployment of any route is meant.</p>`
      : html`<ul>${plan.gone.map((id) => html`<li>${mono(id)}</li>`)}</ul>`;
  const body = html`<h1>${PLAN_TITLES.report.en} <span lang="ja">${PLAN_TITLES.report.ja}</span></h1>
<p class="${verdict.tone}">${verdict.text}</p>
<dl><dt>Without</dt><dd>${commas(plan.selectors.map(mono))}</dd>
<dt>Traffic</dt><dd>of the last ${number(days)} days: ${number(plan.totals.requests)} requests</dd>
<dt>Made</dt><dd>${utc(madeAtMs)} with configuration <code>${configuration}</code></dd></dl>
${htmlSection(PLAN_TITLES.routes, routes)}
${htmlSection(PLAN_TITLES.takeover, rows(takeovers(report), 'Nothing has to.', 'How good'))}
${htmlSection(PLAN_TITLES.blocked, rows(blocked(report), 'Nothing.', 'Why not'))}
${htmlSection(PLAN_TITLES.gone, gone)}
${htmlSection(PLAN_TITLES.reading, html`<ul class="note">${PLAN_READING.map((sentence) => html`<li>${sentence}</li>`)}</ul>`)}`;
  return page(`${PLAN_TITLES.report.en}: without ${plan.selectors.join(', ')}`, body);
}
