// What a row of the tables of vendors says. Two kinds: a key that its own form gives away, and a value that only the vendor's name
// beside it makes a key.

export interface KeyRule {
  readonly id: string;
  /** See form.ts. */
  readonly form: string;
  /** In lower case; the literal that the form begins with, unless said otherwise. */
  readonly trigger: string;
  /** How many characters of the key stand before its trigger: one number, or least and most. */
  readonly lead: readonly [least: number, most: number];
  /** Bits per character below which it is no key but a placeholder. */
  readonly entropy: number;
  /** One of these (lower case) must stand within some hundred characters. */
  readonly near: readonly string[];
  readonly confidence: number;
  /** Its alphabet is that of base64, so that `+` or `/` in front of it belongs to a longer text. */
  readonly base64: boolean;
  /** Check digits that raise confidence; a key without right ones is reported all the same. */
  readonly checksum: 'base62-crc32' | undefined;
}

export interface KeyOptions {
  readonly trigger?: string;
  readonly lead?: number | readonly [number, number];
  readonly entropy?: number;
  readonly near?: readonly string[];
  readonly confidence?: number;
  readonly checksum?: 'base62-crc32';
}

export interface NamedRule {
  readonly id: string;
  /** In lower case: the vendor's name in the name of a variable, such as `twitter` in TWITTER_API_KEY. */
  readonly names: readonly string[];
  readonly forms: readonly string[];
}

/** Rows: id, form, options. */
export type KeyRow = readonly [id: string, form: string, options?: KeyOptions];

/** Rows: id, names divided by spaces, forms. */
export type NamedRow = readonly [id: string, names: string, ...forms: string[]];

export const UUID = '<H:8>-<H:4>-<H:4>-<H:4>-<H:12>';
