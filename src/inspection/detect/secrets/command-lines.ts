// Credentials on command lines and in the configuration of network devices, whose options say nothing by their names: `curl -u user:password`, `mysql -p…`, `sshpass -p …`,
// `net use … /user:… password`, `redis-cli -a …`. Options with telling names (`--password`) are assignments.
import type { Detector } from '../detector.ts';
import { classesOf } from './measure.ts';
import { isPlaceholder } from './placeholder.ts';

/** Of one command, with its continuation lines. */
const LONGEST_COMMAND = 300;

interface Command {
  readonly trigger: string;
  /** Group 1 is the credential; matched in the command's text from the last character of the trigger on. */
  readonly option: RegExp;
}

const VALUE = String.raw`(?:"([^"\n]{2,128})"|'([^'\n]{2,128})'|([^\s"'\`|;&<>]{2,128}))`;
const USER_PASSWORD = String.raw`(?:"([^":\n]{0,80}:[^"\n]{2,128})"|'([^':\n]{0,80}:[^'\n]{2,128})'|([^\s"'\`:|;&<>]{0,80}:[^\s"'\`|;&<>]{2,128}))`;

/** `ID/PW: name / password`. */
const CREDENTIAL_PAIR = new RegExp(
  String.raw`^.(?:word)?\s{0,2}[:=は]\s{0,2}[^\s/,=:]{1,40}\s{0,2}[/,]\s{0,2}${VALUE}(?=\s|$|[、。」])`,
  'i',
);

const COMMANDS: readonly Command[] = [
  { trigger: 'curl ', option: new RegExp(String.raw`\s(?:-u|--user|--proxy-user|-U)[\s=]{0,4}${USER_PASSWORD}`) },
  { trigger: 'http ', option: new RegExp(String.raw`\s(?:-a|--auth)[\s=]{1,4}${USER_PASSWORD}`) },
  { trigger: 'mysql', option: new RegExp(String.raw`\s-p${VALUE}`) },
  { trigger: 'sshpass ', option: new RegExp(String.raw`-p\s{0,3}${VALUE}`) },
  { trigger: 'redis-cli', option: new RegExp(String.raw`\s(?:-a|--pass)\s{1,3}${VALUE}`) },
  { trigger: 'docker login', option: new RegExp(String.raw`\s-p\s{0,3}${VALUE}`) },
  { trigger: 'mongo', option: new RegExp(String.raw`\s-p\s{1,3}${VALUE}`) },
  { trigger: 'sqlcmd', option: new RegExp(String.raw`\s-P\s{0,3}${VALUE}`) },
  { trigger: 'psexec', option: new RegExp(String.raw`\s-p\s{1,3}${VALUE}`) },
  { trigger: 'plink', option: new RegExp(String.raw`\s-pw\s{1,3}${VALUE}`) },
  { trigger: 'smbclient', option: new RegExp(String.raw`-U\s{0,3}["']?[^\s%"']{1,80}%${VALUE}`) },
  { trigger: 'ldapsearch', option: new RegExp(String.raw`\s-w\s{0,3}${VALUE}`) },
  { trigger: 'net use', option: new RegExp(String.raw`\s/user:[^\s]{1,80}\s{1,3}${VALUE}`, 'i') },
  { trigger: 'net user ', option: new RegExp(String.raw`^[^\s/]{1,80}\s{1,3}${VALUE}\s{1,3}/add`, 'i') },
  { trigger: 'net use ', option: new RegExp(String.raw`\\\\[^\s]{1,120}\s{1,3}(?!/)${VALUE}\s{1,3}/user:`, 'i') },
  { trigger: 'openssl ', option: new RegExp(String.raw`\s-(?:pass(?:in|out)?|k)\s{1,3}(?:pass:)${VALUE}`) },
  { trigger: 'convertto-securestring', option: new RegExp(String.raw`^.\s{1,3}(?:-String\s{1,3})?(?=["'])${VALUE}`, 'i') },
  { trigger: 'snmp-server community', option: new RegExp(`^.\\s${VALUE}`) },
  { trigger: ' password 0 ', option: new RegExp(`^.${VALUE}`) },
  { trigger: ' password 7 ', option: new RegExp(`^.${VALUE}`) },
  { trigger: ' secret 0 ', option: new RegExp(`^.${VALUE}`) },
  { trigger: ' key 0 ', option: new RegExp(`^.${VALUE}`) },
  { trigger: ' key 7 ', option: new RegExp(`^.${VALUE}`) },
  { trigger: 'key-string', option: new RegExp(`^.\\s(?:[0-9]\\s)?${VALUE}`) },
  { trigger: 'crypto isakmp key', option: new RegExp(`^.\\s(?:[0-9]\\s)?${VALUE}`) },
  { trigger: 'id/pw', option: CREDENTIAL_PAIR },
  { trigger: 'id/pass', option: CREDENTIAL_PAIR },
  { trigger: 'id/パスワード', option: CREDENTIAL_PAIR },
  { trigger: 'ユーザー/パスワード', option: CREDENTIAL_PAIR },
  { trigger: 'cmdkey', option: new RegExp(String.raw`\s/pass:${VALUE}`, 'i') },
];

export const commandLineDetectors: readonly Detector[] = COMMANDS.map(({ trigger, option }) => ({
  id: 'command-line',
  types: ['credential'],
  triggers: [trigger],
  find({ text }, _start, end, report) {
    const command = commandFrom(text, end);
    const match = option.exec(command);
    const value = match?.[1] ?? match?.[2] ?? match?.[3];
    if (match === null || value === undefined) return;
    const password = value.slice(value.indexOf(':') + 1);
    if (isPlaceholder(password) || !/^[!-.0-~][!-~]*$/.test(password) || /^[-$]/.test(password)) return;
    const from = end - 1 + match.index + match[0].lastIndexOf(value);
    report({ type: 'credential', start: from, end: from + value.length, confidence: confidenceOf(password), rule: 'command-line.option' });
  },
}));

/** What belongs to the command: to the end of the line, or of the lines that `\\` (in cmd `^`, in PowerShell a backtick) continues. */
function commandFrom(text: string, start: number): string {
  const window = text.slice(start - 1, start + LONGEST_COMMAND);
  for (let end = window.indexOf('\n'); end >= 0; end = window.indexOf('\n', end + 1)) {
    const last = window[end - 1] === '\r' ? window[end - 2] : window[end - 1];
    if (last !== '\\' && last !== '^' && last !== '`') return window.slice(0, end);
  }
  return window;
}

function confidenceOf(password: string): number {
  const { digits, others, upper } = classesOf(password);
  return digits + others > 0 || upper > 0 ? 0.8 : 0.55;
}
