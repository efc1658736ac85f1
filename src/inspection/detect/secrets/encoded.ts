// Secrets that stand in base64: the data of a Kubernetes Secret, and a JSON Web Token that was encoded once more.
import type { Detector } from '../detector.ts';
import { looksRandom } from './measure.ts';
import { isPlaceholder } from './placeholder.ts';

const LONGEST_MANIFEST = 4096;
const LONGEST_BEFORE = 1024;
const DATA = /(?:^|\n)([ \t]{0,8})(?:data|stringData):[ \t]{0,4}\r?\n/;
const ENTRY = /^([ \t]{1,12})([\w.-]{1,80}):[ \t]{1,4}["']?([^\s"'#]{4,2000})["']?[ \t]{0,8}\r?$/;

export const kubernetesSecretDetector: Detector = {
  id: 'kubernetes-secret',
  types: ['credential'],
  triggers: ['kind: secret', 'kind: "secret"'],
  find({ text }, start, end, report) {
    // Of the document, which `---` or the next kind ends: to both sides what is near enough.
    const before = text.slice(Math.max(0, start - LONGEST_BEFORE), start);
    const first = start - before.length + Math.max(0, before.lastIndexOf('\n---') + 1, before.lastIndexOf('kind:') + 1);
    const behind = text.slice(end, end + LONGEST_MANIFEST);
    const closing = /\n---|kind: /.exec(behind)?.index ?? behind.length;
    const manifest = text.slice(first, end + closing);
    const data = DATA.exec(manifest);
    if (data === null) return;
    let at = data.index + data[0].length;
    for (const line of manifest.slice(at).split('\n')) {
      const entry = ENTRY.exec(line);
      if (entry === null || entry[1]!.length <= data[1]!.length) break;
      const value = entry[3]!;
      const from = first + at + line.lastIndexOf(value);
      if (!isPlaceholder(value) && value !== '|')
        report({ type: 'credential', start: from, end: from + value.length, confidence: 0.7, rule: 'kubernetes-secret.data' });
      at += line.length + 1;
    }
  },
};

const ENCODED_TOKEN = /ZXlK[A-Za-z0-9+/_-]{40,4000}={0,2}/y;

export const encodedJwtDetector: Detector = {
  id: 'jwt',
  types: ['jwt'],
  triggers: ['zxlk'],
  find({ text }, start, _end, report) {
    if (/[A-Za-z0-9+/]/.test(text[start - 1] ?? '')) return;
    ENCODED_TOKEN.lastIndex = start;
    const encoded = ENCODED_TOKEN.exec(text)?.[0];
    if (encoded === undefined || !looksRandom(encoded)) return;
    const token = Buffer.from(encoded.slice(0, 2000), 'base64').toString('latin1');
    if (!/^eyJ[A-Za-z0-9_-]{10,}\.?[A-Za-z0-9_.-]*/.test(token)) return;
    report({ type: 'jwt', start, end: start + encoded.length, confidence: token.includes('.') ? 0.9 : 0.5, rule: 'jwt.encoded' });
  },
};
