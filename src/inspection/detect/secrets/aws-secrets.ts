// The secret half of an AWS key: 40 characters of base64 that nothing but the access key id near them tells from a hash.
import type { Detector } from '../detector.ts';
import { classesOf, looksRandom } from './measure.ts';

const REACH = 300;
const SECRET = /(?<![A-Za-z0-9+/=])[A-Za-z0-9+/]{40}(?![A-Za-z0-9+/=])/g;

export const awsSecretDetector: Detector = {
  id: 'aws-secret',
  types: ['api-key'],
  triggers: ['akia', 'asia', 'secretaccesskey', 'secret_access_key'],
  find(subject, start, end, report) {
    const { text, folded } = subject;
    if (folded.startsWith('a', start) && !/^A[KS]IA[A-Z2-7]{16}$/.test(text.slice(start, start + 20))) return;
    const window = text.slice(end, end + REACH);
    for (const match of window.matchAll(SECRET)) {
      const { digits, lower, upper } = classesOf(match[0]);
      if (digits === 0 || lower === 0 || upper === 0 || !looksRandom(match[0])) continue;
      const from = end + match.index;
      const confidence = /EXAMPLE/i.test(match[0]) ? 0.4 : 0.85;
      return report({ type: 'api-key', start: from, end: from + 40, confidence, rule: 'aws-secret.pair' });
    }
  },
};
