export { bar, code, durationText, html, htmlTable, markdownTable, page, percent, utc, words, type Html, type HtmlValue } from './markup.ts';
