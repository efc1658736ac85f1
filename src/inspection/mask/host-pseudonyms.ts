// Pseudonyms of host names and mail addresses that keep their hierarchy: `db1.corp.example.co.jp` and `web.corp.example.co.jp` stay
// siblings, and the public part (`co.jp`, `local`) stays readable. A label has one pseudonym under its parent.
import type { Mac } from './mac.ts';
import { LABEL_PAIRS, suffixOf, TOKEN_PAIRS } from './suffix.ts';

/** Second-level labels under which a country's registry registers names (`co.jp`, `com.au`); domain.md names no list, this is the usual one. */
const REGISTRY_LABELS: ReadonlySet<string> = new Set(
  'ac ad asn co com ed edu go gob gouv gov gr id idv info lg ltd me mil ne net nhs nic nom or org plc police sch'.split(' '),
);

/** How many labels at the end are nobody's secret. */
function publicLabels(labels: readonly string[]): number {
  if (labels.length < 2) return 0;
  const last = labels[labels.length - 1]!;
  const isCountry = last.length === 2;
  return isCountry && labels.length > 2 && REGISTRY_LABELS.has(labels[labels.length - 2]!.toLowerCase()) ? 2 : 1;
}

/** A pseudonym and what it stands for, followed by the same for each parent domain that is not public. */
export interface HostPseudonym {
  readonly text: string;
  readonly value: string;
}

/** The suffix of a label under its parents; `labels` remembers what domains have in common. */
function labelSuffix(mac: Mac, domain: string, labels: Map<string, string>): string {
  const key = spellingKey(domain);
  let suffix = labels.get(key);
  if (suffix === undefined) labels.set(key, (suffix = suffixOf(mac, 'label', key, LABEL_PAIRS)));
  return suffix;
}

export function hostPseudonyms(mac: Mac, host: string, known: Map<string, string>): readonly HostPseudonym[] {
  const labels = host.split('.');
  const kept = publicLabels(labels);
  const made: HostPseudonym[] = [];
  let text = labels.slice(labels.length - kept).join('.');
  let value = text;
  for (let index = labels.length - kept - 1; index >= 0; index--) {
    const label = labels[index]!;
    value = value === '' ? label : `${label}.${value}`;
    const word = kept > 0 && index === labels.length - kept - 1 ? 'org' : 'host';
    const pseudonym = inCaseOf(label, `${word}-${labelSuffix(mac, value, known)}`);
    text = text === '' ? pseudonym : `${pseudonym}.${text}`;
    made.unshift({ text, value });
  }
  return made;
}

/** `mail-…@` and the domain's pseudonym; then the part before the `@`, then the domain and its parents. */
export function mailPseudonyms(mac: Mac, address: string, known: Map<string, string>): readonly HostPseudonym[] {
  const at = address.lastIndexOf('@');
  // The part before it may stand alone somewhere.
  if (at < 0) return [mailboxOf(mac, address)];
  const local = address.slice(0, at);
  const domain = address.slice(at + 1);
  const domains = hostPseudonyms(mac, domain, known);
  const own = mailboxOf(mac, local);
  return [{ text: `${own.text}@${domains[0]?.text ?? domain}`, value: address }, own, ...domains];
}

function mailboxOf(mac: Mac, local: string): HostPseudonym {
  return { text: `mail-${suffixOf(mac, 'mailbox', local, TOKEN_PAIRS).toLowerCase()}`, value: local };
}

/** One case is kept; a mixture is a spelling of its own, so that it comes back as it was. */
function spellingKey(text: string): string {
  const lower = text.toLowerCase();
  return text === lower || text === text.toUpperCase() ? lower : text;
}

function inCaseOf(label: string, pseudonym: string): string {
  return label !== label.toLowerCase() && label === label.toUpperCase() ? pseudonym.toUpperCase() : pseudonym.toLowerCase();
}
