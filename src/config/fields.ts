// Scalar fields that several sections share: names, countries, secret references, sizes, addresses, headers.
// Messages are `reason; suggestion` (issues.ts splits them) and never repeat a value that could be a secret.
import { z } from 'zod';
import { closestName } from '#kernel';
import { parseBaseUrl } from './base-url.ts';
import { COUNTRY_CODES, COUNTRY_HINTS } from './countries.ts';

export const SECRET_REFERENCE = /^(?:env:[A-Z_][A-Z0-9_]{0,127}|file:\S.{0,4095})$/;

const NOT_A_REFERENCE =
  'must be a reference to a secret, and nothing else (the value is not shown here); write `env:NAME` (upper case) or `file:/path` and keep the secret there';

/** `env:NAME` or `file:/path`. Whatever else stands there may be a secret, so no message repeats it. */
export const secretReference = z
  .string({ error: NOT_A_REFERENCE })
  .regex(SECRET_REFERENCE, { error: NOT_A_REFERENCE })
  .meta({ examples: ['env:EXAMPLE_API_KEY', 'file:/run/secrets/example'] });

/** Names of providers and deployments; together they make the deployment's id, so no slash. */
export const idName = z.string().regex(/^[a-z0-9][a-z0-9._-]{0,63}$/, {
  error: 'is not a usable name; use 1 to 64 lower-case letters, digits, dots, hyphens and underscores, starting with a letter or digit',
});

/** What clients send as `model`. */
export const routeName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._:/@+-]{0,127}$/, {
  error: 'is not a usable route name; use 1 to 128 letters, digits and any of . _ : / @ + -, starting with a letter or digit',
});

/** One line of text for people. */
export function line(maxCharacters: number) {
  return z
    .string()
    .min(1)
    .max(maxCharacters)
    .refine((text) => !/\p{Cc}/u.test(text), { error: 'must be a single line without control characters' });
}

function countryError(accepted: string) {
  return (issue: { readonly input?: unknown }): string => {
    const reason = `must be ${accepted}`;
    if (typeof issue.input !== 'string') return reason;
    const upper = issue.input.trim().toUpperCase();
    if (COUNTRY_CODES.includes(upper)) return `${reason}; did you mean \`${upper}\`?`;
    const hint = Object.hasOwn(COUNTRY_HINTS, upper) ? COUNTRY_HINTS[upper] : undefined;
    return hint === undefined ? reason : `${reason}; ${hint}`;
  };
}

export const country = z
  .enum(COUNTRY_CODES, { error: countryError('an ISO 3166-1 alpha-2 country code in upper case, such as `JP`') })
  .meta({ id: 'country', description: 'ISO 3166-1 alpha-2 country code in upper case.' });

export const countryOrUnknown = z
  .enum([...COUNTRY_CODES, 'unknown'], {
    error: countryError('an ISO 3166-1 alpha-2 country code in upper case, such as `JP`, or `unknown`'),
  })
  .meta({ id: 'countryOrUnknown', description: 'ISO 3166-1 alpha-2 country code in upper case, or `unknown`.' });

/** A choice of names, with "did you mean". */
export function choice<const Names extends readonly [string, ...string[]]>(names: Names) {
  return z.enum(names, { error: (issue) => notOneOf(names, issue.input) });
}

export function notOneOf(names: readonly string[], input: unknown, others = ''): string {
  return withNearest(`must be one of ${names.map((name) => `\`${name}\``).join(', ')}${others}`, names, input);
}

/** A reason, with the name that was probably meant. */
export function withNearest(reason: string, names: readonly string[], input: unknown): string {
  const nearest = typeof input === 'string' ? closestName(input, names) : undefined;
  return nearest === undefined ? reason : `${reason}; did you mean \`${nearest}\`?`;
}

const UNIT_BYTES: Readonly<Record<string, number>> = {
  B: 1,
  kB: 1e3,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
};

const SIZE = /^(\d{1,15}) ?(B|kB|KB|MB|GB|KiB|MiB|GiB)$/;

/** Bytes of a size that `byteSize` accepted: kB, MB, GB are powers of 1000, KiB, MiB, GiB powers of 1024. */
export function parseByteSize(size: number | string): number {
  if (typeof size === 'number') return size;
  const [, digits, unit] = SIZE.exec(size) ?? [];
  return Number(digits) * (UNIT_BYTES[unit ?? ''] ?? Number.NaN);
}

export function byteSize(minBytes: number, maxBytes: number) {
  const form = 'must be a size such as `32MB`, `32MiB` or a whole number of bytes';
  const range = `must be between ${minBytes} and ${maxBytes} bytes`;
  const written = z
    .string()
    .regex(SIZE, { error: form, abort: true })
    .refine((size) => parseByteSize(size) >= minBytes && parseByteSize(size) <= maxBytes, { error: range });
  return z.union([z.int().min(minBytes, { error: range }).max(maxBytes, { error: range }), written], { error: form });
}

export const baseUrl = z
  .string()
  .max(2048)
  .regex(/^https?:\/\//i, { error: 'must start with https:// or http://', abort: true })
  .superRefine((text, context) => {
    const parsed = parseBaseUrl(text);
    if (!parsed.ok) context.addIssue({ code: 'custom', message: parsed.error });
  })
  .meta({ examples: ['https://api.example.com/v1', 'http://127.0.0.1:8000/v1'] });

const FIELD_NAME = /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128}$/; // token, RFC 9110 §5.6.2

/** Fields that frame the message or that the gateway itself sets; a fixed value would break requests or smuggle them. */
const RESERVED_FIELDS: readonly string[] = (
  'connection content-encoding content-length content-type expect host http2-settings keep-alive proxy-connection ' +
  'te trailer transfer-encoding upgrade'
).split(' ');

const SECRET_FIELD = /auth|cookie|credential|key|passw|secret|session|signature|token/i;

/** Whether a value written for a header is a reference to a secret, not the value itself. */
export function isReference(value: string): boolean {
  return /^(?:env|file):/.test(value);
}

/** Header names to literal values or secret references. Names that sound like secrets take references only. */
export const headers = z
  .record(
    z.string().regex(FIELD_NAME, { error: 'is not a valid header name' }),
    z.string().max(4096).meta({ description: 'The value, or `env:NAME` or `file:/path` for a secret one.' }),
  )
  .superRefine((fields, context) => {
    const seen = new Set<string>();
    if (Object.keys(fields).length > 64) context.addIssue({ code: 'custom', message: 'must have at most 64 entries' });
    for (const [name, value] of Object.entries(fields)) {
      const message = headerFault(name.toLowerCase(), value, seen);
      if (message !== undefined) context.addIssue({ code: 'custom', path: [name], message });
      seen.add(name.toLowerCase());
    }
  });

function headerFault(name: string, value: string, seen: ReadonlySet<string>): string | undefined {
  if (seen.has(name)) return 'is the same header as one above; header names do not differ by case';
  if (RESERVED_FIELDS.includes(name)) return 'is a header that the gateway sets itself; leave it out';
  if (isReference(value)) return SECRET_REFERENCE.test(value) ? undefined : NOT_A_REFERENCE;
  if (SECRET_FIELD.test(name)) return NOT_A_REFERENCE;
  return /^[\x21-\x7e](?:[\t\x20-\x7e]*[\x21-\x7e])?$/.test(value)
    ? undefined
    : 'must be visible ASCII characters, without space at the ends';
}

/** Name of a header whose content the gateway trusts or copies, in any case. */
export const endUserHeaderName = z
  .string()
  .regex(FIELD_NAME, { error: 'is not a valid header name' })
  .refine(
    (name) => !RESERVED_FIELDS.includes(name.toLowerCase()) && !['authorization', 'cookie', 'x-api-key'].includes(name.toLowerCase()),
    {
      error: 'is a header with a meaning of its own; choose another, such as `x-sekisho-end-user`',
    },
  );

export interface Listen {
  /** Without the brackets of an IPv6 address. */
  readonly host: string;
  readonly port: number;
}

/** `host:port`, `[::1]:port`; undefined when it is neither. Port 0 lets the system choose. */
export function parseListen(text: string): Listen | undefined {
  const [, bracketed, plain, digits] = /^(?:\[([0-9A-Fa-f:.]{2,45})\]|([A-Za-z0-9.-]{1,253})):(\d{1,5})$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  const port = Number(digits);
  if (host === undefined || port > 65_535) return undefined;
  if (bracketed !== undefined && !URL.canParse(`http://[${bracketed}]/`)) return undefined;
  return { host, port };
}

export const listen = z.string().refine((text) => parseListen(text) !== undefined, {
  error: 'must be `host:port`, such as `127.0.0.1:8787`, `0.0.0.0:8787` or `[::1]:8787`',
});

/** A mapping with at least one and at most `max` entries. */
export function entries<Key extends z.ZodType<string, string>, Value extends z.ZodType>(key: Key, value: Value, max: number) {
  return z
    .record(key, value)
    .refine((record) => Object.keys(record).length > 0, { error: 'must have at least one entry' })
    .refine((record) => Object.keys(record).length <= max, { error: `must have at most ${max} entries` })
    .meta({ minProperties: 1, maxProperties: max });
}
