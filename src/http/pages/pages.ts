// The two pages that somebody without a session can open: signing in, and registering a passkey with an enrolment link. Static: nothing of
// a request but the preferred language is looked at. Everything else that people see is a client of the management API elsewhere.
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { apiRoute, type ApiAnswer, type ApiRoute } from '../api/route.ts';
import { ENROL_WORDS, SIGN_IN_WORDS, type PageLanguage, type PageWords } from './words.ts';

const FOLDER = new URL('../../../data/pages/', import.meta.url);

/** Scripts, styles and calls from here alone; no inline script, nothing written into the page as markup (W3C Trusted Types). */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  // The empty icon, so that none is asked for.
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  'trusted-types',
].join('; ');

const PAGE_HEADERS = {
  'content-security-policy': CONTENT_SECURITY_POLICY,
  'cross-origin-opener-policy': 'same-origin',
  'permissions-policy': 'publickey-credentials-create=(self), publickey-credentials-get=(self)',
  vary: 'accept-language',
} as const;

const anything = z.record(z.string(), z.unknown());

export const PAGE_ROUTES: readonly ApiRoute[] = [
  page('/sign-in', 'sign-in', SIGN_IN_WORDS),
  page('/enrol', 'enrol', ENROL_WORDS),
  file('/pages/passkey.js', 'passkey.js', 'text/javascript; charset=utf-8'),
  file('/pages/page.css', 'page.css', 'text/css; charset=utf-8'),
];

function page(path: string, work: string, words: Readonly<Record<PageLanguage, PageWords>>): ApiRoute {
  const pages = { en: htmlOf('en', work, words.en), ja: htmlOf('ja', work, words.ja) };
  return apiRoute({
    method: 'GET',
    path,
    guard: 'public',
    summary: words.en.heading,
    query: anything,
    handle: ({ headers }): Promise<ApiAnswer> =>
      Promise.resolve({
        status: 200,
        contentType: 'text/html; charset=utf-8',
        body: pages[languageOf(headers['accept-language'])],
        headers: PAGE_HEADERS,
      }),
  });
}

function file(path: string, name: string, contentType: string): ApiRoute {
  let body: string | undefined;
  return apiRoute({
    method: 'GET',
    path,
    guard: 'public',
    summary: name,
    query: anything,
    handle: (): Promise<ApiAnswer> => {
      body ??= readFileSync(new URL(name, FOLDER), 'utf8');
      return Promise.resolve({ status: 200, contentType, body });
    },
  });
}

/** Japanese unless English is asked for first; what else is asked for is not looked at. */
export function languageOf(acceptLanguage: string | undefined): PageLanguage {
  const known = (acceptLanguage ?? '')
    .slice(0, 256)
    .toLowerCase()
    .match(/\b(?:ja|en)\b/);
  return known?.[0] === 'en' ? 'en' : 'ja';
}

/** `texts` are our own words; they are escaped all the same. */
function htmlOf(language: PageLanguage, work: string, { title, heading, explanation, button, texts }: PageWords): string {
  const data = Object.entries(texts).map(([name, text]) => ` data-${name}="${escaped(text)}"`);
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${escaped(title)}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/pages/page.css">
<script src="/pages/passkey.js" defer></script>
</head>
<body>
<main id="work" data-work="${work}"${data.join('')}>
<h1>${escaped(heading)}</h1>
<p>${escaped(explanation)}</p>
<p><button id="go" type="button" disabled>${escaped(button)}</button></p>
<p id="status" role="status" aria-live="polite"></p>
<ul id="providers"></ul>
</main>
</body>
</html>
`;
}

export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
