// One finding in the report: when, where, why, and the whole record, folded.
import type { Evidence, Finding } from '../finding.ts';
import { html, htmlTable, type Html } from '#markup';
import type { Words } from './words.ts';
import { isoTime, valueText } from './writers.ts';

/** The template cuts longer values; evidence is shown whole, piece after piece. */
const PIECE = 400;

export function findingHtml({ atMs, host, evidence }: Finding, words: Words): Html {
  const first = evidence.at(-1);
  const hint =
    first === undefined
      ? ''
      : first.matched
          .slice(0, 2)
          .map(({ field, value }) => `${field}=${value.slice(0, 120)}`)
          .join(' · ');
  return html`<details>
<summary>${isoTime(atMs) ?? words.noTime} · ${host ?? words.untold} · <code>${hint}</code></summary>
${evidence.map((each) => evidenceHtml(each, words))}
</details>
`;
}

function evidenceHtml({ id, fileSha256, position, matched, fields }: Evidence, words: Words): Html {
  const names = Object.keys(fields);
  return html`<dl>
<dt>${words.evidence}</dt><dd><code>${id}</code></dd>
<dt>${words.file}</dt><dd><code>${long(position.file)}</code></dd>
<dt>SHA-256</dt><dd><code>${fileSha256 === '' ? words.untold : fileSha256}</code></dd>
<dt>${words.position}</dt><dd>${position.record} (${position.offset} B)</dd>
</dl>
<p>${words.matched}</p>
${htmlTable(
  [words.field, words.value, words.condition],
  matched.map(({ field, value, condition }) => [code(field), code(value), code(condition)]),
)}
<details>
<summary>${words.record}</summary>
${htmlTable(
  [words.field, words.value],
  names.map((name) => [code(name), code(valueText(fields[name]!))]),
)}
</details>
`;
}

function code(text: string): Html {
  return html`<code>${long(text)}</code>`;
}

function long(text: string): readonly Html[] {
  const whole = text.toWellFormed();
  const pieces: Html[] = [];
  for (let at = 0; at < whole.length;) {
    let end = Math.min(whole.length, at + PIECE);
    // A pair of surrogates stays together.
    if (end < whole.length && /[\uDC00-\uDFFF]/.test(whole[end]!)) end++;
    pieces.push(html`${whole.slice(at, end)}`);
    at = end;
  }
  return pieces;
}
