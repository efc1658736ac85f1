// A drill report as one HTML page that can be mailed, filed and printed: no scripts, nothing loaded from anywhere.
import type { DrillReport } from './drill-report.ts';
import {
  causeText,
  latencyText,
  number,
  READING,
  recoveryVerdict,
  stateText,
  takesPartText,
  TITLES,
  verdictOf,
  type Title,
} from './drill-words.ts';
import { bar, durationText, html, htmlTable, page, percent, utc, type Html, type HtmlValue } from '#markup';

export function drillHtml(report: DrillReport): string {
  const { drill, totals, madeAtMs, endsAtMs, configuration } = report;
  const verdict = verdictOf(report);
  const facts: (readonly [string, HtmlValue])[] = [
    ['Drill', html`<code>${drill.id}</code>, ${stateText(report)}`],
    ['Taken away', commas(drill.selectors.map(mono))],
    ['Took part', takesPartText(drill)],
    ['Time', `${utc(drill.startsAtMs)} to ${utc(endsAtMs)}`],
    ['Run by', drill.by],
    ['Reason', drill.reason],
    ...(drill.abortedBy === null ? [] : [['Aborted by', drill.abortedBy] as const]),
    [
      'Requests',
      `${number(totals.requests)}: answered ${number(totals.answered)}, declined by a provider ${number(totals.declined)}, left by the client ${number(totals.clientGone)}, failed ${number(totals.failed)}, refused for reasons of their own ${number(totals.unrelated)}`,
    ],
    ['Report made', html`${utc(madeAtMs)} with configuration <code>${configuration}</code>`],
  ];
  const body = html`<h1>${TITLES.report.en} <span lang="ja">${TITLES.report.ja}</span></h1>
<p class="${verdict.tone}">${verdict.text}</p>
<dl>${facts.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>\n`)}</dl>
${section(TITLES.violations, violationsPart(report))}
${section(TITLES.routes, routesPart(report))}
${section(TITLES.servedBy, servedByPart(report))}
${section(TITLES.failures, failuresPart(report))}
${section(TITLES.unrelated, unrelatedPart(report))}
${section(TITLES.attempts, attemptsPart(report))}
${section(TITLES.removed, removedPart(report))}
${report.canaries.length === 0 ? html`` : section(TITLES.canaries, canariesPart(report))}
${section(TITLES.ledger, ledgerPart(report))}
${section(TITLES.reading, html`<ul class="note">${READING.map((sentence) => html`<li>${sentence}</li>`)}</ul>`)}`;
  return page(`${TITLES.report.en} ${drill.id}`, body);
}

export function section({ en, ja }: Title, content: Html): Html {
  return html`<h2>${en} <span lang="ja">${ja}</span></h2>
${content}`;
}

export function mono(text: string): Html {
  return html`<code>${text}</code>`;
}

export function commas(parts: readonly Html[]): Html {
  return html`${parts.map((part, index) => (index === 0 ? part : html`, ${part}`))}`;
}

function violationsPart({ sentToRemoved, sentAgainstDemands, unassessed }: DrillReport): Html {
  const rows = [
    ...sentToRemoved.map(({ route, deployment, requests }) => [mono(route), mono(deployment), number(requests), 'it had been taken away']),
    ...sentAgainstDemands.map(({ route, deployment, requests, demands }) => [
      mono(route),
      mono(deployment),
      number(requests),
      demands.join('; '),
    ]),
  ];
  const rest =
    unassessed === 0
      ? html``
      : html`<p class="fair">${number(unassessed)} requests went to deployments that are not configured any more: nothing can be said about them.</p>`;
  if (rows.length > 0) return html`${htmlTable(['Route', 'Deployment', 'Requests', 'What it breaks'], rows, [2])}${rest}`;
  return html`<p class="good">0 requests went to a deployment that had been taken away, and 0 against a demand.</p>${rest}`;
}

function routesPart({ routes }: DrillReport): Html {
  if (routes.length === 0) return html`<p>No request took part.</p>`;
  return htmlTable(
    ['Route', 'Requests', 'Answered', 'Failed', 'Recovery', 'First answer after', 'Latency (mean)'],
    routes.map((route) => {
      const recovery = recoveryVerdict(route.recovery);
      return [
        mono(route.route),
        number(route.requests),
        number(route.answered),
        number(route.failed),
        html`<span class="${recovery.tone}">${recovery.text}</span>`,
        route.recovery.firstAnswerMs === null ? '–' : durationText(route.recovery.firstAnswerMs),
        latencyText(route),
      ];
    }),
    [1, 2, 3, 5],
  );
}

function servedByPart({ routes }: DrillReport): Html {
  const rows = routes.flatMap(({ route, servedBy }) =>
    servedBy.map((served) => [
      mono(route),
      mono(served.deployment),
      number(served.answered),
      html`${bar(served.share)} ${percent(served.share)}`,
      served.shareBefore === null ? '–' : percent(served.shareBefore),
      durationText(served.latency.meanMs),
      durationText(served.latency.meanFirstByteMs),
    ]),
  );
  if (rows.length === 0) return html`<p>Nothing was answered.</p>`;
  return htmlTable(['Route', 'Deployment', 'Answered', 'Share', 'Share before', 'Mean', 'First byte'], rows, [2, 4, 5, 6]);
}

function failuresPart({ routes }: DrillReport): Html {
  const rows = routes.flatMap(({ route, failures }) =>
    failures.map(({ cause, count, firstMs, lastMs, shareBefore }) => {
      const { text, name } = causeText(cause);
      const before = shareBefore === null ? '–' : percent(shareBefore);
      return [mono(route), html`${text} ${mono(name)}`, number(count), durationText(firstMs), durationText(lastMs), before];
    }),
  );
  if (rows.length === 0) return html`<p class="good">None.</p>`;
  return htmlTable(['Route', 'Cause', 'Count', 'First after', 'Last after', 'Same cause before'], rows, [2, 3, 4, 5]);
}

function unrelatedPart({ routes }: DrillReport): Html {
  const rows = routes.flatMap(({ route, unrelatedRefusals }) =>
    unrelatedRefusals.map(({ cause, count, shareBefore }) => {
      const { text, name } = causeText(cause);
      return [mono(route), html`${text} ${mono(name)}`, number(count), shareBefore === null ? '–' : percent(shareBefore)];
    }),
  );
  return rows.length === 0 ? html`<p>None.</p>` : htmlTable(['Route', 'Cause', 'Count', 'Same cause before'], rows, [2, 3]);
}

function attemptsPart({ routes }: DrillReport): Html {
  const rows = routes.flatMap(({ route, failedAttempts }) =>
    failedAttempts.map(({ deployment, cause, count }) => [mono(route), mono(deployment), mono(cause), number(count)]),
  );
  return rows.length === 0 ? html`<p>None.</p>` : htmlTable(['Route', 'Deployment', 'Reason', 'Count'], rows, [3]);
}

function removedPart({ removed }: DrillReport): Html {
  if (removed.length === 0) return html`<p>The selectors match no deployment of this configuration.</p>`;
  return htmlTable(
    ['Deployment', 'Vendor', 'Weights', 'Hosted in'],
    removed.map(({ id, company, vendorCountry, lineage, hostingCountry }) => [
      mono(id),
      `${company} (${vendorCountry})`,
      lineage,
      hostingCountry,
    ]),
  );
}

function canariesPart({ canaries }: DrillReport): Html {
  return htmlTable(
    ['Route', 'Sent', 'Answered', 'Failures by cause'],
    canaries.map(({ route, sent, answered, failures }) => [
      mono(route),
      number(sent),
      number(answered),
      failures.length === 0 ? 'none' : commas(failures.map(({ cause, count }) => html`${number(count)} × ${mono(cause)}`)),
    ]),
    [1, 2],
  );
}

function ledgerPart({ ledger, drill }: DrillReport): Html {
  const rows = ledger.map(({ type, index, at, configuration }) => [
    mono(type),
    at,
    `entry ${number(index)}`,
    configuration === null ? '–' : mono(configuration),
  ]);
  const table =
    rows.length === 0
      ? html`<p>No entry was within reach when this report was made.</p>`
      : htmlTable(['Act', 'At', 'Place', 'Configuration'], rows);
  return html`${table}<p class="note">Every decision that this drill touched names <code>${drill.id}</code> in <code>routing.drill</code>.</p>`;
}
