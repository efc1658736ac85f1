// A drill report in Markdown, for a terminal, a ticket or a wiki.
import type { DrillReport, Violation } from './drill-report.ts';
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
import { code, durationText, markdownTable, percent, utc, words } from '#markup';

export function drillMarkdown(report: DrillReport): string {
  const { drill, totals, routes, madeAtMs, endsAtMs, configuration } = report;
  const facts = [
    `**${verdictOf(report).text}**`,
    '',
    `- Drill: ${code(drill.id)}, ${stateText(report)}`,
    `- Taken away: ${drill.selectors.map(code).join(', ')}`,
    `- Took part: ${takesPartText(drill)}`,
    `- Time: ${utc(drill.startsAtMs)} to ${utc(endsAtMs)}`,
    `- Run by: ${words(drill.by)}. Reason: ${words(drill.reason)}`,
    ...(drill.abortedBy === null ? [] : [`- Aborted by: ${words(drill.abortedBy)}`]),
    `- Requests: ${number(totals.requests)}, of which answered ${number(totals.answered)}, declined by a provider ${number(totals.declined)}, left by the client ${number(totals.clientGone)}, failed ${number(totals.failed)}, refused for reasons of their own ${number(totals.unrelated)}`,
    `- Report made: ${utc(madeAtMs)} with configuration ${code(configuration)}`,
  ];
  const sections = [
    `# ${TITLES.report.en} · ${TITLES.report.ja}\n\n${facts.join('\n')}`,
    section(TITLES.violations, violationText(report)),
    section(
      TITLES.routes,
      routes.length === 0
        ? 'No request took part.'
        : markdownTable(
            ['Route', 'Requests', 'Answered', 'Failed', 'Recovery', 'First answer after', 'Latency (mean)'],
            routes.map((route) => [
              code(route.route),
              number(route.requests),
              number(route.answered),
              number(route.failed),
              recoveryVerdict(route.recovery).text,
              route.recovery.firstAnswerMs === null ? '–' : durationText(route.recovery.firstAnswerMs),
              latencyText(route),
            ]),
            [1, 2, 3],
          ),
    ),
    section(TITLES.servedBy, servedByText(report)),
    section(TITLES.failures, failuresText(report)),
    section(TITLES.unrelated, unrelatedText(report)),
    section(TITLES.attempts, attemptsText(report)),
    section(TITLES.removed, removedText(report)),
    ...(report.canaries.length === 0 ? [] : [section(TITLES.canaries, canariesText(report))]),
    section(TITLES.ledger, ledgerText(report)),
    section(TITLES.reading, READING.map((sentence) => `- ${sentence}`).join('\n')),
  ];
  return `${sections.join('\n\n')}\n`;
}

export function section({ en, ja }: Title, text: string): string {
  return `## ${en} · ${ja}\n\n${text}`;
}

function violationText({ sentToRemoved, sentAgainstDemands, unassessed }: DrillReport): string {
  const line = (violation: Violation, what: string): string =>
    `- ${number(violation.requests)} × ${code(violation.route)} → ${code(violation.deployment)}: ${what}`;
  const lines = [
    ...sentToRemoved.map((violation) => line(violation, 'it had been taken away')),
    ...sentAgainstDemands.map((violation) => line(violation, violation.demands.map(words).join('; '))),
  ];
  if (unassessed > 0)
    lines.push(`- ${number(unassessed)} requests went to deployments that are not configured any more: nothing can be said about them`);
  return lines.length === 0 ? '0 requests went to a deployment that had been taken away, and 0 against a demand.' : lines.join('\n');
}

function servedByText({ routes }: DrillReport): string {
  const rows = routes.flatMap(({ route, servedBy }) =>
    servedBy.map((served) => [
      code(route),
      code(served.deployment),
      number(served.answered),
      percent(served.share),
      served.shareBefore === null ? '–' : percent(served.shareBefore),
      durationText(served.latency.meanMs),
      durationText(served.latency.meanFirstByteMs),
    ]),
  );
  if (rows.length === 0) return 'Nothing was answered.';
  return markdownTable(['Route', 'Deployment', 'Answered', 'Share', 'Share before', 'Mean', 'First byte'], rows, [2, 3, 4, 5, 6]);
}

function failuresText({ routes }: DrillReport): string {
  const rows = routes.flatMap(({ route, failures }) =>
    failures.map((failure) => {
      const { text, name } = causeText(failure.cause);
      const before = failure.shareBefore === null ? '–' : percent(failure.shareBefore);
      return [
        code(route),
        `${text} ${code(name)}`,
        number(failure.count),
        durationText(failure.firstMs),
        durationText(failure.lastMs),
        before,
      ];
    }),
  );
  if (rows.length === 0) return 'None.';
  return markdownTable(['Route', 'Cause', 'Count', 'First after', 'Last after', 'Same cause before'], rows, [2, 3, 4, 5]);
}

function unrelatedText({ routes }: DrillReport): string {
  const rows = routes.flatMap(({ route, unrelatedRefusals }) =>
    unrelatedRefusals.map(({ cause, count, shareBefore }) => {
      const { text, name } = causeText(cause);
      return [code(route), `${text} ${code(name)}`, number(count), shareBefore === null ? '–' : percent(shareBefore)];
    }),
  );
  return rows.length === 0 ? 'None.' : markdownTable(['Route', 'Cause', 'Count', 'Same cause before'], rows, [2, 3]);
}

function attemptsText({ routes }: DrillReport): string {
  const rows = routes.flatMap(({ route, failedAttempts }) =>
    failedAttempts.map(({ deployment, cause, count }) => [code(route), code(deployment), code(cause), number(count)]),
  );
  return rows.length === 0 ? 'None.' : markdownTable(['Route', 'Deployment', 'Reason', 'Count'], rows, [3]);
}

function removedText({ removed }: DrillReport): string {
  if (removed.length === 0) return 'The selectors match no deployment of this configuration.';
  return markdownTable(
    ['Deployment', 'Vendor', 'Weights', 'Hosted in'],
    removed.map(({ id, company, vendorCountry, lineage, hostingCountry }) => [
      code(id),
      `${words(company)} (${words(vendorCountry)})`,
      words(lineage),
      words(hostingCountry),
    ]),
  );
}

function canariesText({ canaries }: DrillReport): string {
  return markdownTable(
    ['Route', 'Sent', 'Answered', 'Failures by cause'],
    canaries.map(({ route, sent, answered, failures }) => [
      code(route),
      number(sent),
      number(answered),
      failures.length === 0 ? 'none' : failures.map(({ cause, count }) => `${number(count)} × ${code(cause)}`).join(', '),
    ]),
    [1, 2],
  );
}

function ledgerText({ ledger, drill }: DrillReport): string {
  const lines = ledger.map(({ type, index, at, configuration }) => {
    return `- ${code(type)} at ${words(at)}: entry ${number(index)}${configuration === null ? '' : `, configuration ${code(configuration)}`}`;
  });
  const rest = `Every decision that this drill touched names ${code(drill.id)} in \`routing.drill\`.`;
  return lines.length === 0 ? `No entry was within reach when this report was made. ${rest}` : `${lines.join('\n')}\n\n${rest}`;
}
