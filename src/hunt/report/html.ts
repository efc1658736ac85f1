// The report for people: one HTML file that runs nothing, loads nothing and escapes every value; records of a log are written by
// strangers. Everything folds open without a script.
import type { HuntSummary, RuleCount } from './summary.ts';
import { severity } from './summary.ts';
import { TACTICS } from './attack.ts';
import type { Coverage } from './coverage.ts';
import { coverageHtml } from './html-coverage.ts';
import { findingHtml } from './html-finding.ts';
import { timelineSvg } from './html-timeline.ts';
import { html, htmlTable, page, type Html } from '#markup';
import { LEVELS } from './timeline.ts';
import { wordsIn, type Language, type Words } from './words.ts';
import { isoTime } from './writers.ts';

export interface HuntReportInput {
  readonly summary: HuntSummary;
  readonly coverage: Coverage;
  readonly madeAtMs: number;
  readonly language: Language;
  /** The hunt was ended before all was read. */
  readonly interrupted: boolean;
}

const MOST_RULES = 1_000;
const MOST_HOSTS = 200;

export function huntHtml(input: HuntReportInput): string {
  const { summary, coverage, madeAtMs, language, interrupted } = input;
  const words = wordsIn(language);
  return page(
    words.title,
    html`<main lang="${language}">
<h1>${words.title}</h1>
${interrupted ? html`<p class="bad">${words.interrupted}</p>` : html``}
<dl>
<dt>${words.made}</dt><dd>${new Date(madeAtMs).toISOString()}</dd>
<dt>${words.events}</dt><dd>${total(coverage.files.map(({ events }) => events))}</dd>
<dt>${words.findings}</dt><dd>${summary.findings}</dd>
<dt>${words.period}</dt><dd>${periodOf(summary, words)}</dd>
</dl>
<h2>${words.severity}</h2>
${severityTable(summary, words)}
<h2>${words.timeline}</h2>
${timelineSvg(summary.timeline, words)}
<h2>${words.matrix}</h2>
${matrix(summary, words)}
<h2>${words.rules}</h2>
${rulesTable(summary, words)}
<h2>${words.hosts}</h2>
${hostsTable(summary, words)}
<h2>${words.details}</h2>
${details(summary, words)}
${coverageHtml(coverage, words)}
</main>`,
  );
}

function total(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}

function periodOf({ rules }: HuntSummary, words: Words): string {
  let [first, last] = [Infinity, -Infinity];
  for (const { firstMs, lastMs } of rules) {
    first = Math.min(first, firstMs ?? Infinity);
    last = Math.max(last, lastMs ?? -Infinity);
  }
  return first === Infinity ? words.noTime : `${isoTime(first) ?? words.noTime} – ${isoTime(last) ?? words.noTime}`;
}

export function levelClass(level: RuleCount['level']): string {
  return severity(level) >= 3 ? 'bad' : severity(level) === 2 ? 'fair' : 'note';
}

function levelCell(level: RuleCount['level'], words: Words): Html {
  return html`<span class="${levelClass(level)}">${words.levels[level]}</span>`;
}

function severityTable({ byLevel }: HuntSummary, words: Words): Html {
  const rows = LEVELS.toReversed().map((level) => [levelCell(level, words), byLevel[level]]);
  return htmlTable([words.severity, words.findings], rows, [1]);
}

/** A tactic is a row: techniques of rules that name several tactics stand in each of them. */
function matrix({ techniques, tactics }: HuntSummary, words: Words): Html {
  const rows = TACTICS.filter(({ id }) => Object.hasOwn(tactics, id)).map((tactic) => {
    const cells = techniques.filter(({ byTactic }) => byTactic[tactic.id] !== undefined);
    return [
      html`<strong>${words.tacticName(tactic)}</strong>`,
      tactics[tactic.id]!,
      cells.map(
        ({ id, byTactic, worst }) => html`<span class="${levelClass(worst)}"><code>${id}</code> ${byTactic[tactic.id]!}</span> &nbsp; `,
      ),
    ];
  });
  const alone = techniques.filter(({ byTactic }) => Object.keys(byTactic).length === 0);
  if (alone.length > 0) {
    rows.push([html`—`, total(alone.map(({ count }) => count)), alone.map(({ id, count }) => html`<code>${id}</code> ${count} &nbsp; `)]);
  }
  return rows.length === 0 ? html`<p>${words.none}</p>` : htmlTable([words.tactic, words.findings, words.technique], rows, [1]);
}

function rulesTable({ rules }: HuntSummary, words: Words): Html {
  if (rules.length === 0) return html`<p>${words.none}</p>`;
  const rows = rules
    .slice(0, MOST_RULES)
    .map((rule, index) => [
      levelCell(rule.level, words),
      html`<a href="#rule-${index}">${rule.title}</a>`,
      rule.count,
      rule.hosts.length,
      isoTime(rule.firstMs) ?? words.noTime,
      isoTime(rule.lastMs) ?? words.noTime,
    ]);
  return html`${htmlTable([words.severity, words.rule, words.findings, words.hosts, words.first, words.last], rows, [2, 3])}
${rules.length > rows.length ? html`<p class="note">${words.andMore(rules.length - rows.length)}</p>` : html``}`;
}

function hostsTable({ hosts }: HuntSummary, words: Words): Html {
  if (hosts.length === 0) return html`<p>${words.none}</p>`;
  const order = LEVELS.toReversed();
  const rows = hosts
    .slice(0, MOST_HOSTS)
    .map(({ host, count, byLevel }) => [html`<code>${host}</code>`, count, ...order.map((level) => byLevel[level])]);
  const head = [words.host, words.findings, ...order.map((level) => words.levels[level])];
  return html`${htmlTable(head, rows, [1, 2, 3, 4, 5, 6])}
${hosts.length > rows.length ? html`<p class="note">${words.andMore(hosts.length - rows.length)}</p>` : html``}`;
}

function details({ rules, samples }: HuntSummary, words: Words): Html {
  if (rules.length === 0) return html`<p>${words.none}</p>`;
  const parts = rules.slice(0, MOST_RULES).map((rule, index) => {
    const shown = samples(rule.id);
    return html`<details id="rule-${index}">
<summary>${levelCell(rule.level, words)} <strong>${rule.title}</strong> · ${rule.count}</summary>
<dl>
<dt>${words.rule}</dt><dd><code>${rule.id}</code></dd>
<dt>${words.ruleHash}</dt><dd><code>${rule.sha256}</code></dd>
<dt>${words.technique}</dt><dd>${rule.tags.slice(0, 50).map((tag) => html`<code>${tag}</code> `)}</dd>
<dt>${words.hosts}</dt><dd>${rule.hosts.map((host) => html`<code>${host}</code> `)}</dd>
</dl>
${shown.length < rule.count ? html`<p class="note">${words.shownOf(shown.length, rule.count)}</p>` : html``}
${shown.map((finding) => findingHtml(finding, words))}
</details>
`;
  });
  return html`${parts}`;
}
