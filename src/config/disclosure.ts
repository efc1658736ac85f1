// What of the file may appear in a message. People paste secrets into the wrong place; a message that repeats one has leaked it.
// Known formats are recognised anywhere in the file; everything else is shown only when it reads like a name.

const KNOWN_SECRET_FORMATS: readonly RegExp[] = [
  /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
  /(?<![A-Za-z0-9])(?:sk|pk|rk)[-_][A-Za-z0-9_-]{20,}/,
  /(?<![A-Za-z0-9])gh[pousr]_[A-Za-z0-9]{30,}/,
  /(?<![A-Za-z0-9])github_pat_[A-Za-z0-9_]{30,}/,
  /(?<![A-Za-z0-9])glpat-[A-Za-z0-9_-]{20,}/,
  /(?<![A-Za-z0-9])xox[abeprs]-[A-Za-z0-9-]{10,}/,
  /(?<![A-Za-z0-9])(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Za-z0-9])/,
  /(?<![A-Za-z0-9])AIza[A-Za-z0-9_-]{35}/,
  /(?<![A-Za-z0-9])hf_[A-Za-z0-9]{30,}/,
  /(?<![A-Za-z0-9])nvapi-[A-Za-z0-9_-]{40,}/,
  /(?<![A-Za-z0-9])gsk_[A-Za-z0-9]{40,}/,
  /(?<![A-Za-z0-9])eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\./,
  /^[A-Za-z][A-Za-z0-9+.-]{1,20}:\/\/[^/\s:@]{0,256}:[^/\s@]{1,256}@/,
];

/** Whether the text holds something in a format that only secrets have. Few false alarms: the loader refuses such a file. */
export function holdsKnownSecret(text: string): boolean {
  return KNOWN_SECRET_FORMATS.some((format) => format.test(text));
}

const NAME_LIKE = /^[A-Za-z0-9_<][A-Za-z0-9._:@/+<-]{0,95}$/;

/** The text in back quotes when it reads like a name; otherwise undefined. Errs on the side of hiding. */
export function shown(text: string): string | undefined {
  if (!NAME_LIKE.test(text) || holdsKnownSecret(text)) return undefined;
  if (/^(?:sk|pk|rk|gh[pousr]|hf|xox[abeprs])[-_]/.test(text)) return undefined;
  return text.split(/[-._:@/+]/).some(looksRandom) ? undefined : `\`${text}\``;
}

/** A run without separators that is long and mixes letters and digits is more likely a token than a word. */
function looksRandom(run: string): boolean {
  return run.length > 32 || (run.length >= 12 && /[0-9]/.test(run) && /[A-Za-z]/.test(run));
}

/** Dotted path for messages: `providers.example.deployments."model-2.1".wire`, `candidates[0]`. Hides keys that `shown` hides. */
export function formatPath(path: readonly PropertyKey[]): string {
  let text = '';
  for (const segment of path) {
    if (typeof segment === 'number') {
      text += `[${segment}]`;
      continue;
    }
    const name = String(segment);
    const safe = /^[A-Za-z0-9_-]+$/.test(name) ? name : JSON.stringify(name);
    text += (text === '' ? '' : '.') + (shown(name) === undefined ? '(key not shown)' : safe);
  }
  return text;
}
