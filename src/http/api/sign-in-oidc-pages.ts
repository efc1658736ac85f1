// What people see when they come back from an identity provider: that they are signed in, or why not and what to do. Static texts; nothing
// of what the provider sent is shown but the name by which it calls the person.
import type { OidcRefusal } from '#identity';
import { escaped, languageOf } from '../pages/pages.ts';
import type { ApiAnswer } from './route.ts';

interface Words {
  readonly heading: string;
  readonly explanation: string;
}

type Spoken = Readonly<Record<'en' | 'ja', Words>>;

const SIGNED_IN: Spoken = {
  en: { heading: 'You are signed in', explanation: 'You can close this page, or go on in Sekisho.' },
  ja: { heading: 'サインインしました', explanation: 'このページは閉じてかまいません。' },
};

const REFUSED: Readonly<Record<OidcRefusal['kind'], Spoken>> = {
  'unknown-provider': {
    en: { heading: 'Not signed in', explanation: 'There is no such identity provider here.' },
    ja: { heading: 'サインインできませんでした', explanation: 'この ID プロバイダーは設定されていません。' },
  },
  'provider-unavailable': {
    en: { heading: 'Not signed in', explanation: 'The identity provider cannot be reached. Try again shortly.' },
    ja: { heading: 'サインインできませんでした', explanation: 'ID プロバイダーに接続できません。しばらくしてからお試しください。' },
  },
  'attempt-unknown': {
    en: { heading: 'Not signed in', explanation: 'That took too long, or was begun elsewhere or used before. Begin again.' },
    ja: { heading: 'サインインできませんでした', explanation: '時間切れか、すでに使用済みです。最初からやり直してください。' },
  },
  declined: {
    en: { heading: 'Not signed in', explanation: 'The identity provider did not sign you in. Begin again, or ask an administrator there.' },
    ja: { heading: 'サインインできませんでした', explanation: 'ID プロバイダーがサインインを認めませんでした。' },
  },
  'not-accepted': {
    en: {
      heading: 'Not signed in',
      explanation: 'What the identity provider said cannot be accepted. An administrator finds the reason in the log.',
    },
    ja: {
      heading: 'サインインできませんでした',
      explanation: 'ID プロバイダーの応答を受け付けられませんでした。理由は管理者がログで確認できます。',
    },
  },
  'identity-unknown': {
    en: {
      heading: 'Not signed in',
      explanation: 'Nobody here has said who you are. Ask an administrator to invite you under the name that the identity provider uses.',
    },
    ja: {
      heading: 'サインインできませんでした',
      explanation: 'このアカウントはまだ登録されていません。ID プロバイダーでの名前を伝えて、管理者に招待を依頼してください。',
    },
  },
  'member-disabled': {
    en: { heading: 'Not signed in', explanation: 'You may not sign in at present. Ask an administrator.' },
    ja: { heading: 'サインインできませんでした', explanation: '現在サインインできません。管理者にお問い合わせください。' },
  },
};

/** No script: it has nothing to do here. */
const CONTENT_SECURITY_POLICY =
  "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

export function signedInPage(acceptLanguage: string | undefined): ApiAnswer {
  const language = languageOf(acceptLanguage);
  return page(200, language, SIGNED_IN[language]);
}

export function refusedPage(refusal: OidcRefusal, acceptLanguage: string | undefined): ApiAnswer {
  const language = languageOf(acceptLanguage);
  const name = refusal.kind === 'identity-unknown' ? refusal.name : undefined;
  return page(refusal.kind === 'provider-unavailable' ? 503 : 403, language, REFUSED[refusal.kind][language], name);
}

function page(status: ApiAnswer['status'], language: 'en' | 'ja', { heading, explanation }: Words, name?: string): ApiAnswer {
  const body = `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${escaped(heading)} — Sekisho</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/pages/page.css">
</head>
<body>
<main>
<h1>${escaped(heading)}</h1>
<p>${escaped(explanation)}</p>
${name === undefined ? '' : `<p><code>${escaped(name)}</code></p>\n`}<p><a href="/sign-in">${language === 'en' ? 'Sign in' : 'サインイン'}</a></p>
</main>
</body>
</html>
`;
  return {
    status,
    contentType: 'text/html; charset=utf-8',
    body,
    headers: { 'content-security-policy': CONTENT_SECURITY_POLICY, 'cross-origin-opener-policy': 'same-origin', vary: 'accept-language' },
  };
}
