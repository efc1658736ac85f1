// The observer of formats whose every event is one JSON payload with a `type`.
import { parseFields, type Fields } from './json-fields.ts';
import type { Observation } from './observation.ts';
import { eventData } from './sse.ts';
import type { StreamObserver } from './wire-format.ts';

/** `read` takes what a payload says into the observation and returns true at the stream's own end mark. Drops nothing. */
export function createEventObserver(interesting: RegExp, read: (payload: Fields, into: Observation) => boolean): StreamObserver {
  const observation: Observation = {};
  let ended = false;
  return {
    observation,
    get ended() {
      return ended;
    },
    interesting,
    observe(event) {
      const payload = parseFields(eventData(event) ?? '');
      if (payload !== undefined && read(payload, observation)) ended = true;
      return 'keep';
    },
  };
}
