// The one place where reports of a hunt get their HTML from: the template that escapes what it is given.
export { html, htmlTable, page, type Html, type HtmlValue } from '#markup';
