// Words for the refusals of inspection: what the request holds that must not leave, and what to do about it. Never repeats a value.
import type { Refusal } from '#checkpoint';
import { quoted, type Words } from './words.ts';

type ContentRefusal = Extract<
  Refusal,
  {
    rule:
      | 'content-too-large'
      | 'content-refused'
      | 'content-class'
      | 'unreadable-content'
      | 'unmaskable'
      | 'too-many-values'
      | 'finder-unavailable'
      | 'masking-memory-missing'
      | 'masking-memory-unreachable';
  }
>;

export function contentWords(refusal: ContentRefusal): Words {
  switch (refusal.rule) {
    case 'content-too-large':
      return {
        status: 413,
        code: 'content_too_large',
        message: `The body is larger than ${refusal.limitBytes} bytes, the most that is searched for sensitive values before anything leaves. Send less at a time, or ask the operator to raise inspection.maxText.`,
      };
    case 'too-many-values':
      return {
        status: 413,
        code: 'too_many_values',
        message: `The request holds more than ${refusal.limit} different values that would have to be masked. Nothing was sent. Send less at a time, or use a route to a deployment for which nothing has to be masked.`,
      };
    case 'content-refused':
      return {
        status: 403,
        code: 'content_refused',
        message: `The request holds values (${refusal.types.join(', ')}) that no deployment of ${quoted(refusal.route)} may get, not even masked. Nothing was sent. Take them out, or use a route to a deployment that may have them.`,
      };
    case 'content-class':
      return {
        status: 403,
        code: 'content_class',
        message: `What the request holds (${refusal.because.slice(0, 5).join(', ')}) makes it data of class ${quoted(refusal.dataClass)}, and no deployment of ${quoted(refusal.route)} may have that: ${refusal.unmet.slice(0, 5).join('; ')}. Nothing was sent. Take it out, or use a route to a deployment that may have such data.`,
      };
    case 'unreadable-content':
      return {
        status: 403,
        code: 'unreadable_content',
        message: `The request holds ${refusal.mediaTypes.join(', ')}, which cannot be masked, and its data is ${refusal.level}. Nothing was sent. Send it as text, or use a route to a deployment for which nothing has to be masked.`,
      };
    case 'finder-unavailable':
      return {
        status: 503,
        code: 'finder_unavailable',
        message: `The ${refusal.finder} that has to look at every request did not answer in time. Nothing was sent. Try again; if it goes on, tell the operator.`,
        retryAfterSeconds: refusal.retryAfterSeconds,
      };
    case 'masking-memory-missing':
      return {
        status: 400,
        code: 'masking_memory_missing',
        message:
          'The request continues from an earlier answer, and what was masked in that conversation is not known here: it is too long ago, the answer was given to another owner of keys or not masked by this installation, or it could not be remembered. Nothing was sent. Send the history in `input` instead of `previous_response_id`, or begin anew.',
      };
    case 'masking-memory-unreachable':
      return {
        status: 503,
        code: 'masking_memory_unreachable',
        message:
          'The request continues from an earlier answer, and what was masked in that conversation cannot be looked up right now, because the database is out of reach. Nothing was sent. Try again shortly, or send the history in `input`.',
        retryAfterSeconds: refusal.retryAfterSeconds,
      };
    case 'unmaskable':
      return {
        status: 500,
        code: 'unmaskable',
        message:
          'What the request holds could not be masked in a way that is certain to come back. Nothing was sent. Please report the request id to the operator.',
      };
  }
}
