// NEC's own API for cotomi: POST /chat. Upstream only: no client speaks it. Text of one turn, whole or streamed.
// Sources: docs.cotomi.nec-cloud.com/cotomi-api.html ("一般対話API": headers, userContent, systemContent, historyId, oneshot, model, stream,
// streamNum, maxTokens), and public programs that use it (the answer's `answer` and `historyId`; in a stream `data: {"answer"}` with the next
// piece, `data: {"error"}`, and `event:done` at the end).
// Assumed, because no document that says so was found: a header of the other product is ignored; an error body is JSON of any shape; the stream's pieces are increments; an answer
// names neither model, token counts nor why it stopped. Verify against your contract before relying on it.
import { editJsonObject, err, memberValue, ok, type JsonEdit } from '#kernel';
import { fieldsOf, parseFields, textOf, type Fields } from '../json-fields.ts';
import { observeError, type Observation } from '../observation.ts';
import { OPERATOR_MEMBERS, refuseOperatorMembers } from '../operator-members.ts';
import { eventData } from '../sse.ts';
import type { StreamObserver, WireFormat } from '../wire-format.ts';

export const COTOMI_PATH = '/chat';

/** The same API under NEC’s two products: cotomi, and Generative AI Cloud (docs.genai-api.nec-cloud.com). Each ignores the other’s name. */
const CLIENT_ID_HEADERS = ['x-nec-cotomi-client-id', 'x-nec-genai-client-id'];
/** The header is required; with `oneshot` nothing is kept that it could give access to. */
const NOBODY = 'sekisho';

export const necCotomi: WireFormat<'nec-cotomi'> = {
  wire: 'nec-cotomi',
  members: new Set(['model', 'stream', 'userContent', 'systemContent', 'oneshot', ...OPERATOR_MEMBERS]),
  endUser: () => undefined,
  prepare(request, { model, endUser }) {
    const refusal = refuseOperatorMembers(request, undefined);
    if (refusal !== undefined) return err(refusal);
    const edits: JsonEdit[] = [{ member: 'model', json: JSON.stringify(model) }];
    // Nothing is to be remembered at the provider, whatever made this request.
    if (memberValue(request, 'oneshot') !== true) edits.push({ member: 'oneshot', json: 'true' });
    return ok({
      body: editJsonObject(request, edits),
      addedStreamUsage: false,
      headers: CLIENT_ID_HEADERS.flatMap((name) => [name, endUser ?? NOBODY]),
    });
  },
  observeAnswer(body) {
    const observation: Observation = {};
    const answer = parseFields(body.toString('utf8'));
    if (answer !== undefined) observeError(answer, observation);
    return observation;
  },
  createStreamObserver,
};

function createStreamObserver(): StreamObserver {
  const observation: Observation = {};
  let ended = false;
  return {
    observation,
    get ended() {
      return ended;
    },
    interesting: /^event:[ ]?done[ ]*$|"error"\s*:\s*[^n\s]/gm,
    observe(event) {
      if (isDone(event)) ended = true;
      const payload = parseFields(eventData(event) ?? '');
      if (payload !== undefined && failureOf(payload) !== undefined) {
        observeError(payload, observation);
        ended = true;
      }
      return 'keep';
    },
  };
}

/** The event by which the provider ends a stream. */
export function isDone(event: Buffer): boolean {
  return /^event:[ ]?done[ ]*$/m.test(event.toString('latin1'));
}

/** An error reported in the place of an answer or inside a stream: its text or object; undefined when there is none. */
export function failureOf(payload: Fields): unknown {
  const error = payload['error'] ?? undefined;
  return error === undefined || error === false || error === '' ? undefined : error;
}

/** What to say of a failure in OpenAI's error shape. A code, where there is one, is kept: refusals are recognised by it. */
export function openaiError(failure: unknown): {
  readonly message: string;
  readonly type: string;
  readonly param: null;
  readonly code: string | null;
} {
  const fields = fieldsOf(failure);
  const message = textOf(failure, 4096) ?? textOf(fields['message'], 4096) ?? 'The provider reported an error.';
  return { message, type: textOf(fields['type']) ?? 'server_error', param: null, code: textOf(fields['code']) ?? null };
}
