// Reports as HTML and Markdown, safe whatever the names in them hold: configuration, traffic and providers are all strangers here. HTML is
// made by a template that escapes what it is given; nothing becomes markup by being a string.
import { createHash } from 'node:crypto';

// Control characters, line separators, and the marks that reorder or hide text.
const UNSAFE = /[\p{Cc}\p{Zl}\p{Zp}\u061C\u200B-\u200F\u202A-\u202E\u2060-\u2069\uFEFF]/gu;

/** A longer name is cut, visibly: a report is for people. */
const LONGEST_VALUE = 500;

function visible(text: string): string {
  const shown = text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}…` : text;
  return shown.toWellFormed().replace(UNSAFE, (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`);
}

/** A name or identifier in Markdown: a code span, which nothing inside can leave, in a table cell as well. */
export function code(text: string): string {
  const inner = visible(text).replace(/[`|]/g, (character) => `\\u{${character.charCodeAt(0).toString(16)}}`);
  return inner.trim() === '' ? '(empty)' : `\`${inner}\``;
}

/** A sentence that a person wrote, in Markdown, for the middle of a line: what would be markup there is escaped. */
export function words(text: string): string {
  return visible(text).replace(/[\\`*_[\]<>|~&$]/g, '\\$&');
}

/** A table with a header; cells are Markdown already. `right`: columns of numbers. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[], right: readonly number[] = []): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, index) => (right.includes(index) ? '---:' : '---'))), ...rows.map(line)].join('\n');
}

/** A piece of HTML that is safe as it stands. Nothing outside this file makes one but through `html`. */
export interface Html {
  readonly [safe]: string;
}

const safe = Symbol('safe HTML');

export type HtmlValue = string | number | Html | readonly Html[];

/** Every value is escaped unless `html` made it. Values stand in text or between double quotes, nowhere else. */
export function html(parts: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  return { [safe]: parts.map((part, index) => (index === 0 ? part : rendered(values[index - 1]!) + part)).join('') };
}

function rendered(value: HtmlValue): string {
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string') return escaped(value);
  return safe in value ? value[safe] : value.map((each) => each[safe]).join('');
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

function escaped(text: string): string {
  return visible(text).replace(/[&<>"']/g, (character) => ENTITIES[character]!);
}

/** A table with a header; `right`: columns of numbers. */
export function htmlTable(head: readonly string[], rows: readonly (readonly HtmlValue[])[], right: readonly number[] = []): Html {
  const side = (index: number): string => (right.includes(index) ? 'number' : 'text');
  return html`<table><thead><tr>${head.map((title, index) => html`<th class="${side(index)}">${title}</th>`)}</tr></thead>
<tbody>
${rows.map((row) => html`<tr>${row.map((cell, index) => html`<td class="${side(index)}">${cell}</td>`)}</tr>\n`)}</tbody></table>`;
}

const PERCENT_WIDTH = 100;

/** A bar for a share from 0 to 1, with a mark where a limit is. Drawn with attributes alone, so that no style is inline. */
export function bar(share: number, limit?: number): Html {
  const at = (value: number): number => Math.round(Math.min(1, Math.max(0, value)) * PERCENT_WIDTH * 10) / 10;
  const mark = limit === undefined ? html`` : html`<rect class="limit" x="${at(limit)}" y="0" width="0.8" height="8"/>`;
  const kind = limit !== undefined && share > limit ? 'over' : 'share';
  return html`<svg class="bar" viewBox="0 0 101 8" preserveAspectRatio="none" aria-hidden="true"><rect class="ground" x="0" y="1" width="100" height="6"/><rect class="${kind}" x="0" y="1" width="${at(share)}" height="6"/>${mark}</svg>`;
}

const STYLE = `
:root { color-scheme: light; }
body { font: 15px/1.55 system-ui, 'Hiragino Sans', 'Noto Sans JP', 'Noto Sans CJK JP', 'Yu Gothic', sans-serif; color: #1b1f24; background: #fff; margin: 2.5rem auto; max-width: 62rem; padding: 0 1.25rem; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .25rem; }
h2 { font-size: 1.1rem; margin: 2.2rem 0 .6rem; border-bottom: 1px solid #d5dae0; padding-bottom: .25rem; }
h1 span, h2 span { color: #5b6572; font-weight: 400; }
table { border-collapse: collapse; width: 100%; margin: .6rem 0; font-size: .92rem; }
th, td { text-align: left; vertical-align: top; padding: .35rem .6rem .35rem 0; border-bottom: 1px solid #e6e9ed; }
th { color: #5b6572; font-weight: 600; white-space: nowrap; }
.number { text-align: right; font-variant-numeric: tabular-nums; }
code { font: .9em ui-monospace, 'SFMono-Regular', Menlo, Consolas, monospace; overflow-wrap: anywhere; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1.2rem; margin: .8rem 0; }
dt { color: #5b6572; } dd { margin: 0; overflow-wrap: anywhere; }
.good { color: #17663a; } .fair { color: #8a5a00; } .bad { color: #a51d24; font-weight: 600; }
.note { color: #5b6572; font-size: .9rem; }
.bar { width: 9rem; height: .7rem; } .ground { fill: #edf0f3; } .share { fill: #3b6ea8; } .over { fill: #a51d24; } .limit { fill: #1b1f24; }
@media print { body { margin: 0; max-width: none; font-size: 10.5pt; } tr, dl { break-inside: avoid; } h2 { break-after: avoid; } }
@page { margin: 18mm 15mm; }
`;

const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');

/** A whole page that runs nothing and loads nothing: its own policy says so to every browser. */
export function page(title: string, body: Html): string {
  const style: Html = { [safe]: STYLE };
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-${STYLE_HASH}'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<style>${style}</style>
</head>
<body>
${body}
</body>
</html>
`[safe];
}

/** `12.3 %`; what is not zero never reads as zero. */
export function percent(share: number): string {
  const value = share * 100;
  if (value > 0 && value < 0.1) return '< 0.1 %';
  if (value < 100 && value > 99.9) return '> 99.9 %';
  return `${value.toFixed(1)} %`;
}

/** `850 ms`, `12.4 s`, `3 min 20 s`. */
export function durationText(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1_000);
  const minutes = Math.floor(seconds / 60);
  return `${minutes} min${seconds % 60 === 0 ? '' : ` ${seconds % 60} s`}`;
}

export function utc(ms: number): string {
  return new Date(ms).toISOString();
}
