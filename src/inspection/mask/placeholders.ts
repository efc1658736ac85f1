// The placeholders of one conversation: for each value one, always the same, by its type a token that says what stands there or a
// pseudonym that keeps its shape. Derived from the conversation's key alone, so that a client that sends the history again gets the same
// placeholders from any worker, and a provider's prompt cache goes on hitting.
import { factsOf, type SensitiveType } from '../types.ts';
import { AddressPseudonyms } from './address-pseudonyms.ts';
import { formatIpv4, formatIpv6, isNetmask, netmask, parseIpv4, parseIpv6 } from './addresses.ts';
import { hostPseudonyms, mailPseudonyms } from './host-pseudonyms.ts';
import { macOf, type Mac } from './mac.ts';
import { suffixOf, TOKEN_PAIRS } from './suffix.ts';
import { Vocabulary, type Entry } from './vocabulary.ts';

/** What is masked: a type of the table, or text that only looks like a placeholder. */
export type MaskedType = SensitiveType | 'literal';

/** A value that was masked, with what its placeholders follow from beside the key. */
export interface RememberedValue {
  readonly type: MaskedType;
  readonly value: string;
  /** Of the dictionary's term. */
  readonly label: string | undefined;
  /** It stood somewhere as a token although its type has a shape of its own. */
  readonly hasToken: boolean;
}

export interface PlaceholderOptions {
  /** 32 bytes, the same for all conversations. */
  readonly secret: Buffer;
  /** 32 bytes of this conversation. */
  readonly key: Buffer;
  /** Types whose placeholders stay in answers. */
  readonly neverRestored: ReadonlySet<SensitiveType>;
}

interface Masked {
  readonly type: MaskedType;
  readonly placeholder: string;
  readonly label: string | undefined;
  /** What else can be put back because of it: the network of an address, the domain of a host. */
  readonly derived: readonly string[];
}

export class Placeholders {
  /** Everything that can be restored. */
  readonly vocabulary = new Vocabulary();
  readonly #secret: Buffer;
  readonly #mac: Mac;
  #addresses: AddressPseudonyms | undefined;
  readonly #neverRestored: ReadonlySet<SensitiveType>;
  /** In the order in which they were masked. */
  readonly #byValue = new Map<string, Masked>();
  readonly #tokens = new Map<string, string>();
  /** Of the value that is being masked. */
  #derived: string[] = [];
  readonly #labels = new Map<string, string>();
  /** Placeholders that stay: no two values share one of these either. */
  readonly #kept = new Map<string, string>();

  constructor({ secret, key, neverRestored }: PlaceholderOptions) {
    this.#secret = secret;
    this.#mac = macOf(key);
    this.#neverRestored = neverRestored;
  }

  get size(): number {
    return this.#byValue.size;
  }

  /** False: a placeholder of this type stays in answers. */
  restores(type: MaskedType): boolean {
    return type === 'literal' || !this.#neverRestored.has(type);
  }

  /** The type under which a value was first masked. */
  typeOf(value: string): MaskedType | undefined {
    return this.#byValue.get(value)?.type;
  }

  /** The placeholder; the value itself where it says nothing about anybody (a netmask, `10.0.0.0/8`). */
  of(type: MaskedType, value: string, label?: string): string {
    let known = this.#byValue.get(value);
    if (known === undefined) {
      const own = detached(value);
      this.#derived = [];
      known = { type, placeholder: this.#make(type, own, label), label, derived: this.#derived };
      this.#byValue.set(own, known);
    }
    return known.placeholder;
  }

  /** A token whatever the type's shape: for a value in a place where its pseudonym would be taken for something else. */
  tokenOf(type: MaskedType, value: string, label?: string): string {
    const known = this.#byValue.get(value);
    if (known !== undefined && known.placeholder.includes('_')) return known.placeholder;
    let token = this.#tokens.get(value);
    if (token === undefined) {
      token = this.#token(known?.type ?? type, value, label);
      this.#tokens.set(value, token);
    }
    return token;
  }

  /** What can be put back beside the value itself because it was masked. */
  derivedOf(value: string): readonly string[] {
    return this.#byValue.get(value)?.derived ?? [];
  }

  /** Of these values what was masked, in the order in which it was: the same calls lead to the same placeholders. */
  remembered(isAmong: (value: string) => boolean): readonly RememberedValue[] {
    const values: RememberedValue[] = [];
    for (const [value, { type, placeholder, label }] of this.#byValue)
      if (placeholder !== value && isAmong(value)) values.push({ type, value, label, hasToken: this.#tokens.has(value) });
    return values;
  }

  recall({ type, value, label, hasToken }: RememberedValue): void {
    this.of(type, value, label);
    if (hasToken) this.tokenOf(type, value, label);
  }

  #make(type: MaskedType, value: string, label: string | undefined): string {
    const shape = type === 'literal' ? 'token' : factsOf(type).shape;
    if (shape === 'ipv4') return this.#ipv4(value) ?? this.#token(type, value, label);
    if (shape === 'ipv6') return this.#ipv6(value) ?? this.#token(type, value, label);
    if (shape === 'host') return this.#family(hostPseudonyms(this.#mac, value, this.#labels)) ?? this.#token(type, value, label);
    if (shape === 'email') return this.#family(mailPseudonyms(this.#mac, value, this.#labels)) ?? this.#token(type, value, label);
    return this.#token(type, value, label);
  }

  #token(type: MaskedType, value: string, label: string | undefined): string {
    const word = type === 'literal' ? 'TEXT' : type === 'dictionary-term' && label !== undefined ? wordOf(label) : factsOf(type).word;
    for (let attempt = 0; ; attempt++) {
      const suffix = suffixOf(this.#mac, attempt === 0 ? word : `${word}/${attempt}`, value, TOKEN_PAIRS);
      const entry: Entry = { placeholder: `${word}_${suffix}`, value, isBounded: false };
      if (!this.restores(type)) {
        if ((this.#kept.get(entry.placeholder) ?? value) !== value) continue;
        this.#kept.set(entry.placeholder, value);
        return entry.placeholder;
      }
      if (!this.vocabulary.add(entry)) continue;
      // A model that translates the word keeps the rest.
      this.vocabulary.addSpelling(suffix, entry);
      return entry.placeholder;
    }
  }

  /** The first of them, when it stands for nothing else; parents that do are left out. */
  #family(pseudonyms: readonly { readonly text: string; readonly value: string }[]): string | undefined {
    const [own, ...parents] = pseudonyms;
    if (own === undefined || !this.vocabulary.add({ placeholder: own.text, value: own.value, isBounded: false })) return undefined;
    for (const { text, value } of parents) {
      this.#derived.push(value);
      this.vocabulary.add({ placeholder: text, value, isBounded: false });
    }
    return own.text;
  }

  /** Made when first needed: few conversations have addresses. */
  #pseudonyms(): AddressPseudonyms {
    return (this.#addresses ??= new AddressPseudonyms(this.#secret, this.#mac));
  }

  #ipv4(value: string): string | undefined {
    const parsed = parseIpv4(value);
    if (parsed === undefined) return undefined;
    const { address, prefixLength } = parsed;
    if (isNetmask(address)) return value;
    const hostBits = prefixLength === undefined ? 0 : ~netmask(prefixLength) >>> 0;
    const isNetwork = prefixLength !== undefined && (address & hostBits) === 0;
    const pseudonym = this.#pseudonyms().v4(address);
    const text = formatIpv4({ ...parsed, address: isNetwork ? (pseudonym & netmask(prefixLength)) >>> 0 : pseudonym });
    if (text === value) return value;
    if (!this.vocabulary.add({ placeholder: text, value, isBounded: true })) return undefined;
    if (!isNetwork) this.#addNetworks(address, pseudonym);
    return text;
  }

  /** A model that sees addresses speaks of their networks. */
  #addNetworks(address: number, pseudonym: number): void {
    for (const prefixLength of [24, 16]) {
      const network = (bits: number) =>
        formatIpv4({ address: (bits & netmask(prefixLength)) >>> 0, separators: ['.', '.', '.'], prefixLength });
      const [placeholder, value] = [network(pseudonym), network(address)];
      if (placeholder === value) continue;
      this.#derived.push(value);
      this.vocabulary.add({ placeholder, value, isBounded: true });
    }
  }

  #ipv6(value: string): string | undefined {
    const bytes = parseIpv6(value);
    if (bytes === undefined) return undefined;
    const text = formatIpv6(this.#pseudonyms().v6(bytes));
    const spelled = value === value.toUpperCase() && value !== value.toLowerCase() ? text.toUpperCase() : text;
    return this.vocabulary.add({ placeholder: spelled, value, isBounded: true }) ? spelled : undefined;
  }
}

/** A copy: a piece of a text would keep all of the text in memory. */
function detached(value: string): string {
  return Buffer.from(value, 'utf16le').toString('utf16le');
}

/** Letters of a dictionary's label. */
function wordOf(label: string): string {
  const letters = label.toUpperCase().replaceAll(/[^A-Z]/g, '');
  return letters === '' ? 'TERM' : letters.slice(0, 16);
}
