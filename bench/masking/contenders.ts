// Who is measured for accuracy, all by one question: which spans of these texts? Ours in this process, peers in theirs.
import { askPeer, PEER_TITLES, versionOf, type PeerName } from './peers.ts';
import type { Finding, Inspector } from './inspector.ts';
import type { Span } from './scoring.ts';

export interface Answer {
  readonly found: readonly (readonly Span[])[];
  readonly milliseconds: number;
  /** Worth a line in the report: texts on which it threw, attempts to use the network. */
  readonly note: string;
}

export interface Contender {
  readonly name: string;
  readonly ask: (texts: readonly string[]) => Promise<Answer>;
}

const SECRETS = new Set(['api-key', 'private-key', 'jwt', 'connection-string', 'credential']);

/** Our types under the names that sets and peers share. */
export function commonType(type: string): string {
  if (SECRETS.has(type)) return 'secret';
  return type === 'ipv4-address' || type === 'ipv6-address' ? 'ip' : type;
}

export function ours(inspector: Inspector): Contender {
  return {
    name: 'sekisho',
    ask: (texts) => {
      const start = performance.now();
      const found = texts.map((text) =>
        inspector.inspectText(text).map((finding: Finding) => ({ ...finding, type: commonType(finding.type) })),
      );
      return Promise.resolve({ found, milliseconds: performance.now() - start, note: '' });
    },
  };
}

/** What a peer with many types calls a secret. */
const SECRET_TYPE = /KEY|TOKEN|SECRET|JWT|PASSWORD|CREDENTIAL|CONNECTION/;

export function peer(name: PeerName, purpose: 'personal' | 'secrets'): Contender {
  const asSecret = (span: Span): Span => (name === 'openredaction' && !SECRET_TYPE.test(span.type) ? span : { ...span, type: 'secret' });
  return {
    name: `${PEER_TITLES[name][0]} ${versionOf(name)}${name.includes('+') ? ' +PERSON' : ''}`,
    ask: async (texts) => {
      const { found, failures, networkAttempts, milliseconds } = await askPeer(name, texts);
      const notes = [
        ...(failures > 0 ? [`threw on ${failures} of ${texts.length} texts`] : []),
        ...(networkAttempts > 0 ? [`tried to use the network ${networkAttempts} times and was refused`] : []),
      ];
      return {
        found: purpose === 'secrets' ? found.map((spans) => spans.map(asSecret)) : found,
        milliseconds,
        note: notes.join('; '),
      };
    },
  };
}
