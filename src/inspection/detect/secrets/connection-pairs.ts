// Secrets in strings of pairs: `Server=…;User Id=…;Password=…` (ADO, ODBC), `AccountKey=…` and shared access signatures (Azure),
// `jdbc:…?user=…&password=…`. Reported is the secret alone: server and user stay readable for a model.
import type { Detector } from '../detector.ts';
import { isFiller, isPlaceholder } from './placeholder.ts';

const REACH = 240;

/** Other keys of such a string, one of which must stand near. */
const OTHER_KEY =
  /(?:^|[;"'\s(,?&{])(?:server|data source|addr(?:ess)?|host(?:name)?|uid|user(?: ?id| ?name)?|database|initial catalog|dsn|driver|port|dbname|jdbc:[a-z0-9]{2,20}:)\s?[=/]/i;
const VALUE = /\s?=\s?(?:"([^"\r\n]{1,128})"|'([^'\r\n]{1,128})'|\{([^}\r\n]{1,128})\}|([^\s;&"',<>)\]]{1,128}))/y;

export const connectionPairDetector: Detector = {
  id: 'connection-string',
  types: ['connection-string'],
  triggers: ['password=', 'pwd=', 'password =', 'pwd ='],
  find({ text }, start, end, report) {
    const keyEnd = end - 1;
    VALUE.lastIndex = text[keyEnd - 1] === ' ' ? keyEnd - 1 : keyEnd;
    const match = VALUE.exec(text);
    if (match === null) return;
    const value = match[1] ?? match[2] ?? match[3] ?? match[4]!;
    const quotes = match[4] === undefined ? 1 : 0;
    const valueEnd = VALUE.lastIndex - quotes;
    if (value.length < 3 || isPlaceholder(value)) return;
    const before = lastLine(text.slice(Math.max(0, start - REACH), start));
    const behind = firstLine(text.slice(end, end + REACH));
    const joined = /[;&]\s?$|[;,&(?]\s?\w*$/.test(before) || /^[^;&]{1,130}[;&]/.test(behind);
    if (!joined || !(OTHER_KEY.test(before) || OTHER_KEY.test(behind))) return;
    report({ type: 'connection-string', start: valueEnd - value.length, end: valueEnd, confidence: 0.88, rule: 'connection-string.pairs' });
  },
};

function lastLine(text: string): string {
  return text.slice(text.lastIndexOf('\n') + 1);
}

function firstLine(text: string): string {
  const end = text.indexOf('\n');
  return end < 0 ? text : text.slice(0, end);
}

/** Trigger → what may follow it. */
const AZURE: readonly (readonly [trigger: string, form: RegExp])[] = [
  ['accountkey=', /[A-Za-z0-9+/]{86}==|[A-Za-z0-9+/]{40,100}={0,2}/y],
  ['sharedaccesskey=', /[A-Za-z0-9+/]{40,88}={0,2}/y],
  ['sharedaccesssignature=', /(?:SharedAccessSignature )?[^\s;"']{40,500}/y],
  ['instrumentationkey=', /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/y],
];

export const azurePairDetectors: readonly Detector[] = AZURE.map(([trigger, form]) => ({
  id: 'connection-string',
  types: ['connection-string'],
  triggers: [trigger],
  find({ text }, _start, end, report) {
    form.lastIndex = end;
    if (!form.test(text)) return;
    const confidence = isFiller(text.slice(end, form.lastIndex - 2)) ? 0.4 : 0.95;
    report({ type: 'connection-string', start: end, end: form.lastIndex, confidence, rule: 'connection-string.azure' });
  },
}));

const SIGNATURE = /[A-Za-z0-9%+/_-]{40,130}(?:=|%3[Dd]){0,2}/y;

/** The signature of a shared access signature of Azure, or of a signed URL of a cloud store; near it stand version and expiry. */
export const signedUrlDetector: Detector = {
  id: 'signed-url',
  types: ['api-key'],
  triggers: ['&sig=', '?sig=', 'x-amz-signature=', 'x-goog-signature=', 'x-amz-security-token='],
  find(subject, start, end, report) {
    const { text } = subject;
    SIGNATURE.lastIndex = end;
    if (!SIGNATURE.test(text)) return;
    const last = SIGNATURE.lastIndex;
    const around = subject.folded.slice(Math.max(0, start - REACH), last + REACH);
    const isSas = /[?&]s[vepr]=/.test(around);
    if (text.slice(start + 1, start + 4).toLowerCase() === 'sig' && !isSas) return;
    report({ type: 'api-key', start: end, end: last, confidence: 0.85, rule: 'signed-url.signature' });
  },
};
