// The dependence report in Markdown and as one HTML page.
import type { ConcentrationDimension, ConcentrationWeight, ConcentrationWindow } from '#routing';
import type { DependenceReport, DimensionShares, LimitStanding, Without } from './dependence.ts';
import { commas, mono, section as htmlSection } from './drill-html.ts';
import { section as markdownSection } from './drill-markdown.ts';
import { number, plural, type Title, type Verdict } from './drill-words.ts';
import { bar, code, html, htmlTable, markdownTable, page, percent, utc, words, type Html } from '#markup';

const TITLES = {
  report: { en: 'Dependence report', ja: '依存状況報告書' },
  limits: { en: 'Limits', ja: '上限との比較' },
  without: { en: 'What would be left', ja: '失った場合に続く経路' },
  perRoute: { en: 'Routes', ja: '経路ごとの集中度' },
  unknown: { en: 'Unknown origins', ja: '出所不明の配備' },
  reading: { en: 'How to read this', ja: '読み方' },
} as const satisfies Readonly<Record<string, Title>>;

const DIMENSION_TITLES: Readonly<Record<ConcentrationDimension, Title>> = {
  company: { en: 'By company', ja: '企業別' },
  'vendor-country': { en: 'By the vendor’s country', ja: '提供企業の国別' },
  lineage: { en: 'By lineage of the weights', ja: 'モデルの系統別' },
  'hosting-country': { en: 'By hosting country', ja: '稼働国別' },
};

const WINDOWS: Readonly<Record<ConcentrationWindow, string>> = {
  hour: 'the last hour',
  day: 'the last 24 hours',
  '30-days': 'the last 30 days',
};
const WEIGHTS: Readonly<Record<ConcentrationWeight, string>> = {
  requests: 'requests',
  tokens: 'tokens',
  criticality: 'requests weighted by the criticality of their route',
};

const READING: readonly string[] = [
  'Concentration (HHI) is our measure: the sum of squared shares, from 0 to 1. 1: all with one; 0.5: evenly with two; 0: no traffic. Nobody has set thresholds for it.',
  '“Before” is the window of the same length before this one. A limit is compared over its own window and weight.',
  'A route goes on without a country or company when a deployment is left that meets every demand on its data and, where the route asks for evidence, has good evidence. Untried: it asks for none. Stopped already: nobody serves it as things are, whoever is gone. Cuts in force count as gone.',
  'What is unknown satisfies no demand, and counts as one value in shares.',
];

/** The rest of a long list is one line. */
const MOST_VALUES = 12;

function summary({ limits, without, routesConfigured }: DependenceReport): Verdict {
  const over = limits.filter(({ isExceeded }) => isExceeded).length;
  const worst = without[0];
  const lost =
    worst === undefined || worst.stops.length === 0
      ? 'No single company or country stops a route.'
      : `${withoutText(worst, routesConfigured)}.`;
  if (over > 0)
    return { tone: 'bad', text: `${number(over)} of ${number(limits.length)} ${plural(limits.length, 'limit')} exceeded. ${lost}` };
  return {
    tone: worst !== undefined && worst.stops.length > 0 ? 'fair' : 'good',
    text: `${limits.length === 0 ? 'No limits are configured.' : 'All limits are kept.'} ${lost}`,
  };
}

/** "without country:US: 7 of 9 routes go on" */
export function withoutText({ selector, goesOn, untried, degraded, stoppedAlready }: Without, routes: number): string {
  const extra = [
    ...(untried.length > 0 ? [`${untried.length} of them untried`] : []),
    ...(degraded.length > 0 ? [`${degraded.length} degraded`] : []),
  ];
  const alive = goesOn.length + untried.length + degraded.length;
  const working = routes - stoppedAlready.length;
  const rest = stoppedAlready.length > 0 ? `, and ${stoppedAlready.length} had stopped already` : '';
  return `Without ${selector}: ${alive} of ${working} ${plural(working, 'route')} go on${extra.length > 0 ? ` (${extra.join(', ')})` : ''}${rest}`;
}

function concentrationText({ hhi, hhiBefore }: DimensionShares): string {
  return `${hhi.toFixed(2)}${hhiBefore === null ? '' : ` (before: ${hhiBefore.toFixed(2)})`}`;
}

function points(share: number, before: number): string {
  const change = Math.round((share - before) * 1000) / 10;
  return `${change > 0 ? '+' : change < 0 ? '−' : '±'}${Math.abs(change).toFixed(1)} pp`;
}

function limitText({ limit }: LimitStanding): string {
  return `${percent(limit.limit)} by ${limit.by}, ${limit.weight}, ${limit.window}, ${limit.action}`;
}

interface Shown {
  readonly values: DimensionShares['shares'];
  readonly hidden: number;
}

function shown({ shares }: DimensionShares): Shown {
  return { values: shares.slice(0, MOST_VALUES), hidden: Math.max(0, shares.length - MOST_VALUES) };
}

export function dependenceMarkdown(report: DependenceReport): string {
  const { window, weight, requests, madeAtMs, configuration, operator, limits, without, routesConfigured, unknownOrigins } = report;
  const shares = operator.map((dimension) => {
    const { values, hidden } = shown(dimension);
    const table = markdownTable(
      ['', 'Share', 'Before', 'Change'],
      values.map(({ value, share, shareBefore }) => [
        words(value),
        percent(share),
        dimension.hhiBefore === null ? '–' : percent(shareBefore),
        dimension.hhiBefore === null ? '–' : points(share, shareBefore),
      ]),
      [1, 2, 3],
    );
    const text =
      values.length === 0
        ? 'No traffic.'
        : `${table}${hidden > 0 ? `\n\nand ${number(hidden)} more` : ''}\n\nConcentration (HHI): ${concentrationText(dimension)}`;
    return markdownSection(DIMENSION_TITLES[dimension.by], text);
  });
  const limitTable = markdownTable(
    ['Scope', 'Limit', 'Largest', 'Share', ''],
    limits.map((standing) => [
      standing.route === null ? 'operator' : code(standing.route),
      words(limitText(standing)),
      standing.largest === null ? '–' : words(standing.largest.value),
      standing.largest === null ? '–' : percent(standing.largest.share),
      standing.isExceeded ? '**exceeded**' : 'kept',
    ]),
    [3],
  );
  const withoutTable = markdownTable(
    ['Without', 'Go on', 'Untried', 'Degraded', 'Stop', 'Stopped already'],
    without.map(({ selector, goesOn, untried, degraded, stops, stoppedAlready }) => [
      code(selector),
      `${number(goesOn.length)} of ${number(routesConfigured - stoppedAlready.length)}`,
      number(untried.length),
      number(degraded.length),
      named(stops),
      named(stoppedAlready),
    ]),
    [1, 2, 3],
  );
  const parts = [
    `# ${TITLES.report.en} · ${TITLES.report.ja}\n\n**${words(summary(report).text)}**\n\n- Counted: ${WEIGHTS[weight]} of ${WINDOWS[window]}, ${number(requests)} requests in all\n- Made: ${utc(madeAtMs)} with configuration ${code(configuration)}`,
    ...shares,
    markdownSection(TITLES.limits, limits.length === 0 ? 'None are configured.' : limitTable),
    markdownSection(TITLES.without, without.length === 0 ? 'No route has a candidate.' : withoutTable),
    markdownSection(TITLES.perRoute, routeTable(report) ?? 'No traffic.'),
    markdownSection(
      TITLES.unknown,
      unknownOrigins.length === 0
        ? 'None.'
        : unknownOrigins.map(({ deployment, unknown }) => `- ${code(deployment)}: ${unknown.join(', ')}`).join('\n'),
    ),
    markdownSection(TITLES.reading, READING.map((sentence) => `- ${sentence}`).join('\n')),
  ];
  return `${parts.join('\n\n')}\n`;
}

function named(routes: readonly string[]): string {
  if (routes.length === 0) return '0';
  return `${number(routes.length)}: ${routes.slice(0, MOST_VALUES).map(code).join(', ')}${routes.length > MOST_VALUES ? ', …' : ''}`;
}

function routeTable({ routes, operator }: DependenceReport): string | undefined {
  const rows = routes
    .filter(({ requests }) => requests > 0)
    .map(({ route, requests, dimensions }) => [code(route), number(requests), ...dimensions.map((dimension) => largest(dimension, words))]);
  if (rows.length === 0) return undefined;
  return markdownTable(['Route', 'Requests', ...operator.map(({ by }) => DIMENSION_TITLES[by].en)], rows, [1]);
}

function largest({ shares, hhi }: DimensionShares, escape: (text: string) => string): string {
  const [first] = shares;
  return first === undefined || first.share === 0 ? '–' : `${escape(first.value)} ${percent(first.share)}, HHI ${hhi.toFixed(2)}`;
}

export function dependenceHtml(report: DependenceReport): string {
  const { window, weight, requests, madeAtMs, configuration, operator, without, routesConfigured, unknownOrigins } = report;
  const verdict = summary(report);
  const withoutTable = htmlTable(
    ['Without', 'Go on', '', 'Untried', 'Degraded', 'Stop', 'Stopped already'],
    without.map(({ selector, goesOn, untried, degraded, stops, stoppedAlready }) => [
      mono(selector),
      `${number(goesOn.length)} of ${number(routesConfigured - stoppedAlready.length)}`,
      bar((goesOn.length + untried.length + degraded.length) / Math.max(1, routesConfigured - stoppedAlready.length)),
      number(untried.length),
      number(degraded.length),
      stops.length === 0 ? '0' : html`<span class="bad">${number(stops.length)}</span>: ${commas(stops.map(mono))}`,
      stoppedAlready.length === 0 ? '0' : html`${number(stoppedAlready.length)}: ${commas(stoppedAlready.map(mono))}`,
    ]),
    [1, 3, 4],
  );
  const body = html`<h1>${TITLES.report.en} <span lang="ja">${TITLES.report.ja}</span></h1>
<p class="${verdict.tone}">${verdict.text}</p>
<dl><dt>Counted</dt><dd>${WEIGHTS[weight]} of ${WINDOWS[window]}, ${number(requests)} requests in all</dd>
<dt>Made</dt><dd>${utc(madeAtMs)} with configuration <code>${configuration}</code></dd></dl>
${operator.map((dimension) => htmlSection(DIMENSION_TITLES[dimension.by], sharesPart(dimension)))}
${htmlSection(TITLES.limits, limitsPart(report))}
${htmlSection(TITLES.without, without.length === 0 ? html`<p>No route has a candidate.</p>` : withoutTable)}
${htmlSection(TITLES.perRoute, routesPart(report))}
${htmlSection(
  TITLES.unknown,
  unknownOrigins.length === 0
    ? html`<p class="good">None.</p>`
    : htmlTable(
        ['Deployment', 'Unknown', 'Candidate of'],
        unknownOrigins.map(({ deployment, unknown, routes }) => [mono(deployment), unknown.join(', '), commas(routes.map(mono))]),
      ),
)}
${htmlSection(TITLES.reading, html`<ul class="note">${READING.map((sentence) => html`<li>${sentence}</li>`)}</ul>`)}`;
  return page(TITLES.report.en, body);
}

function sharesPart(dimension: DimensionShares): Html {
  const { values, hidden } = shown(dimension);
  if (values.length === 0) return html`<p>No traffic.</p>`;
  const isFirst = dimension.hhiBefore === null;
  const table = htmlTable(
    ['', 'Share', '', 'Before', 'Change'],
    values.map(({ value, share, shareBefore }) => [
      value,
      percent(share),
      bar(share),
      isFirst ? '–' : percent(shareBefore),
      isFirst ? '–' : points(share, shareBefore),
    ]),
    [1, 3, 4],
  );
  return html`${table}${hidden > 0 ? html`<p class="note">and ${number(hidden)} more</p>` : html``}
<p>Concentration (HHI): ${concentrationText(dimension)}</p>`;
}

function limitsPart({ limits }: DependenceReport): Html {
  if (limits.length === 0) return html`<p>None are configured.</p>`;
  return htmlTable(
    ['Scope', 'Limit', 'Largest', 'Share', '', ''],
    limits.map((standing) => [
      standing.route === null ? 'operator' : mono(standing.route),
      limitText(standing),
      standing.largest?.value ?? '–',
      standing.largest === null ? '–' : percent(standing.largest.share),
      bar(standing.largest?.share ?? 0, standing.limit.limit),
      standing.isExceeded ? html`<span class="bad">exceeded</span>` : html`<span class="good">kept</span>`,
    ]),
    [3],
  );
}

function routesPart({ routes, operator }: DependenceReport): Html {
  const rows = routes
    .filter(({ requests }) => requests > 0)
    .map(({ route, requests, dimensions }) => [
      mono(route),
      number(requests),
      ...dimensions.map((dimension) => largest(dimension, (text) => text)),
    ]);
  return rows.length === 0
    ? html`<p>No traffic.</p>`
    : htmlTable(['Route', 'Requests', ...operator.map(({ by }) => DIMENSION_TITLES[by].en)], rows, [1]);
}
