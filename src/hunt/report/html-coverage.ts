// The coverage part of the report. Long lists are folded and bounded; how much is left out is said.
import type { Coverage } from './coverage.ts';
import { html, htmlTable, type Html, type HtmlValue } from '#markup';
import type { Words } from './words.ts';

const MOST_ROWS = 2_000;

export function coverageHtml(coverage: Coverage, words: Words): Html {
  const { files, logsources, withoutRules, withoutLogs, skipped, limited, badRecords, undecided, correlationGaps, indicators } = coverage;
  const list = listed(words);
  return html`<h2>${words.coverage}</h2>
<dl>
<dt>${words.rule}</dt><dd>${coverage.rulesLoaded} + ${coverage.correlationsLoaded}</dd>
<dt>${words.skipped}</dt><dd>${skipped.length}</dd>
<dt>${words.limited}</dt><dd>${limited.length}</dd>
<dt>${words.badRecords}</dt><dd>${badRecords.total}</dd>
${indicators === undefined ? html`` : html`<dt>${words.indicators}</dt><dd>${indicators.loaded}</dd>`}
</dl>
${list(
  words.files,
  files.length,
  [words.file, words.format, words.events, words.bad, 'SHA-256', words.problem],
  files
    .slice(0, MOST_ROWS)
    .map((file) => [code(file.file), file.format, file.events, file.badRecords, code(file.sha256 ?? words.untold), file.problem ?? '']),
)}
${list(
  words.badRecords,
  badRecords.total,
  [words.file, words.position, words.problem],
  badRecords.shown
    .slice(0, MOST_ROWS)
    .map(({ position, problem }) => [code(position.file), `${position.record} (${position.offset} B)`, problem]),
)}
${list(
  words.logsources,
  logsources.length,
  [words.logsource, words.events, words.rule],
  logsources.slice(0, MOST_ROWS).map(({ logsource, events, rules }) => [code(logsource), events, rules]),
)}
${list(
  words.withoutRules,
  withoutRules.length,
  [words.logsource, words.events],
  withoutRules.slice(0, MOST_ROWS).map(({ logsource, events }) => [code(logsource), events]),
)}
${list(
  words.withoutLogs,
  withoutLogs.length,
  [words.logsource, words.rule],
  withoutLogs.slice(0, MOST_ROWS).map(({ logsource, rules }) => [code(logsource), rules]),
)}
${list(
  words.skipped,
  skipped.length,
  [words.file, words.rule, words.reason],
  skipped.slice(0, MOST_ROWS).map(({ path, title, reason }) => [code(path), title ?? words.untold, reason]),
)}
${list(
  words.limited,
  limited.length,
  [words.file, words.rule, words.reason],
  limited.slice(0, MOST_ROWS).map(({ path, title, reason }) => [code(path), title, reason]),
)}
${list(
  words.undecided,
  Object.keys(undecided).length,
  [words.value, words.events],
  Object.entries(undecided)
    .slice(0, MOST_ROWS)
    .map(([pattern, count]) => [code(pattern), count]),
)}
${list(
  words.correlations,
  correlationGaps.length,
  [words.reason],
  correlationGaps.slice(0, MOST_ROWS).map((gap) => [gap]),
)}
${
  indicators === undefined
    ? html``
    : list(
        words.indicatorsSkipped,
        indicators.skippedTotal + indicators.limited,
        [words.file, words.value, words.reason],
        indicators.skipped.map(({ list: file, id, reason }) => [code(file), code(id), reason]),
      )
}`;
}

function listed(words: Words): (title: string, total: number, head: readonly string[], rows: readonly (readonly HtmlValue[])[]) => Html {
  return (title, total, head, rows) => {
    if (total === 0) return html`<details><summary>${title}: 0</summary><p>${words.none}</p></details>`;
    const more = total > rows.length ? html`<p class="note">${words.andMore(total - rows.length)}</p>` : html``;
    return html`<details>
<summary>${title}: ${total}</summary>
${htmlTable(head, rows)}
${more}
</details>`;
  };
}

function code(text: string): Html {
  return html`<code>${text}</code>`;
}
