// What the two pages say, in both languages.

export interface PageWords {
  readonly title: string;
  readonly heading: string;
  readonly explanation: string;
  readonly button: string;
  /** Shown by the script; the names are those of `data-` attributes, and of codes of the management API. */
  readonly texts: Readonly<Record<string, string>>;
}

export type PageLanguage = 'en' | 'ja';

const SHARED: Readonly<Record<PageLanguage, Readonly<Record<string, string>>>> = {
  en: {
    waiting: 'Follow what your device asks …',
    done: 'You are signed in:',
    cancelled: 'Nothing happened: it was cancelled, or took too long. Try again.',
    unable: 'This browser knows no passkeys, or this page was not opened over https.',
    'challenge-unknown': 'That took too long. Try again.',
    'too-many-attempts': 'Too many attempts in a short time. Wait a minute and try again.',
    'member-disabled': 'You may not sign in at present. Ask an administrator.',
  },
  ja: {
    waiting: '端末の指示に従ってください…',
    done: 'サインインしました:',
    cancelled: '取り消されたか、時間切れです。もう一度お試しください。',
    unable: 'このブラウザはパスキーに対応していないか、https で開かれていません。',
    'challenge-unknown': '時間切れです。もう一度お試しください。',
    'too-many-attempts': '短時間に試行が多すぎます。1分待ってから、もう一度お試しください。',
    'member-disabled': '現在サインインできません。管理者にお問い合わせください。',
  },
};

export const SIGN_IN_WORDS: Readonly<Record<PageLanguage, PageWords>> = {
  en: {
    title: 'Sign in — Sekisho',
    heading: 'Sign in',
    explanation: 'With a passkey: your fingerprint, face, PIN or security key.',
    button: 'Sign in with a passkey',
    texts: {
      ...SHARED.en,
      provider: 'Sign in through',
      'passkey-unknown': 'This passkey is not registered here. Use another one, or ask an administrator for a link.',
    },
  },
  ja: {
    title: 'サインイン — Sekisho',
    heading: 'サインイン',
    explanation: 'パスキー(指紋、顔、PIN、セキュリティキー)でサインインします。',
    button: 'パスキーでサインイン',
    texts: {
      ...SHARED.ja,
      provider: '次の認証サービスでサインイン:',
      'passkey-unknown': 'このパスキーは登録されていません。別のパスキーを使うか、管理者に登録用リンクを依頼してください。',
    },
  },
};

export const ENROL_WORDS: Readonly<Record<PageLanguage, PageWords>> = {
  en: {
    title: 'Register a passkey — Sekisho',
    heading: 'Register a passkey',
    explanation: 'From now on you sign in here with it. Passkeys and sessions that you had before end.',
    button: 'Register a passkey',
    texts: {
      ...SHARED.en,
      done: 'Registered. You are signed in:',
      'enrolment-unknown': 'This link has been used or replaced, or its day is over. Ask an administrator for a new one.',
      'already-registered': 'This passkey is registered already. Sign in with it, or use another one.',
    },
  },
  ja: {
    title: 'パスキーの登録 — Sekisho',
    heading: 'パスキーの登録',
    explanation: '今後はこのパスキーでサインインします。以前のパスキーとセッションは無効になります。',
    button: 'パスキーを登録',
    texts: {
      ...SHARED.ja,
      done: '登録しました。サインインしています:',
      'enrolment-unknown':
        'このリンクは使用済みか、差し替えられたか、有効期限(1日)が切れています。管理者に新しいリンクを依頼してください。',
      'already-registered': 'このパスキーは登録済みです。そのままサインインするか、別のパスキーを使ってください。',
    },
  },
};
