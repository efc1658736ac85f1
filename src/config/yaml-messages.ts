// The parser's error codes in words for the person who wrote the file. The parser's own messages quote the source and are not used.
import type { ErrorCode } from 'yaml';

const QUOTE_ADVICE = 'check the colons (a space after each), quotes and indentation here';

export const SYNTAX_MESSAGES: Readonly<Record<ErrorCode, { readonly reason: string; readonly suggestion?: string }>> = {
  ALIAS_PROPS: { reason: 'an alias cannot have an anchor or a tag' },
  BAD_ALIAS: { reason: 'an alias or anchor has no usable name', suggestion: 'quote text that starts with `*` or `&`' },
  BAD_COLLECTION_TYPE: { reason: 'a tag does not fit what follows it' },
  BAD_DIRECTIVE: { reason: 'a YAML directive is not understood', suggestion: 'quote text that starts with `%`' },
  BAD_DQ_ESCAPE: { reason: 'an escape in double quotes is not valid', suggestion: 'use single quotes for text with backslashes' },
  BAD_INDENT: { reason: 'the indentation does not fit, or a bracket is not closed' },
  BAD_PROP_ORDER: { reason: 'an anchor or tag stands in the wrong place' },
  BAD_SCALAR_START: { reason: 'text cannot start with this character without quotes', suggestion: 'put it in quotes' },
  BLOCK_AS_IMPLICIT_KEY: { reason: 'two keys in one line, or a missing line break', suggestion: QUOTE_ADVICE },
  BLOCK_IN_FLOW: { reason: 'an indented block cannot stand inside brackets' },
  DUPLICATE_KEY: { reason: 'a key is given twice' },
  IMPOSSIBLE: { reason: 'cannot be read as YAML' },
  KEY_OVER_1024_CHARS: { reason: 'a key is longer than 1024 characters, or a quote is not closed' },
  MISSING_CHAR: { reason: 'a character is missing: a closing quote, bracket, comma or colon', suggestion: QUOTE_ADVICE },
  MULTILINE_IMPLICIT_KEY: { reason: 'a line is neither a key with a value nor part of one', suggestion: QUOTE_ADVICE },
  MULTIPLE_ANCHORS: { reason: 'two anchors on one value' },
  MULTIPLE_DOCS: { reason: 'the file holds more than one YAML document', suggestion: 'remove the `---` line' },
  MULTIPLE_TAGS: { reason: 'two tags on one value' },
  NON_STRING_KEY: { reason: 'a key is not plain text' },
  RESOURCE_EXHAUSTION: { reason: 'is nested too deeply' },
  TAB_AS_INDENT: { reason: 'a tab is used for indentation', suggestion: 'use spaces' },
  TAG_RESOLVE_FAILED: { reason: 'YAML tags (`!…`) are not supported', suggestion: 'quote text that starts with `!`' },
  UNEXPECTED_TOKEN: { reason: 'something unexpected stands here', suggestion: QUOTE_ADVICE },
};
