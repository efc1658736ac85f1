// A declared kind, checked against the string itself. A place that passes unread would otherwise be the place to hide something in: what does
// not look like what its place is for is text.
import type { SlotKind } from './slot.ts';

const STRUCTURAL_LENGTH = 128;
/** Ids, roles, names of models and tools. A name with `@` may be an address, one with blanks is a sentence. */
const STRUCTURAL = /^[A-Za-z0-9_.:/+=-]*$/;
const LETTER = /[A-Za-z]/;
/** Line breaks included: encoders of mail write lines of 76 characters, and decoders pass over them. */
const NOT_BASE64 = /[^A-Za-z0-9+/=_\r\n-]/;
/** Base64, and the punctuation with which vendors join its parts. */
const NOT_OPAQUE = /[^A-Za-z0-9+/=_.:~|-]/;
/** Shorter ones without a letter (`2`, `1.5`) are versions and sizes, too short to be anybody's number. */
const NUMBER_LENGTH = 6;

export function kindOf(declared: SlotKind, value: string): SlotKind {
  switch (declared) {
    case 'structural':
      return looksStructural(value) ? 'structural' : 'text';
    case 'data':
      if (value.startsWith('data:')) return 'url';
      return NOT_BASE64.test(value) ? 'text' : 'data';
    case 'opaque':
      // A number of a person or a card is base64 too, but no signature is all digits.
      return NOT_OPAQUE.test(value) || (value.length >= NUMBER_LENGTH && !LETTER.test(value)) ? 'text' : 'opaque';
    case 'text':
    case 'json':
    case 'definition':
    case 'signed':
    case 'user':
    case 'url':
      return declared;
  }
}

export function looksStructural(value: string): boolean {
  if (value === '') return true;
  return value.length <= STRUCTURAL_LENGTH && STRUCTURAL.test(value) && (LETTER.test(value) || value.length < NUMBER_LENGTH);
}
