// What several commands write together.
import { HOLE } from '../marks.ts';
import { known, type Flow } from './run.ts';

/** One after the other: known only where each is. */
export function inSequence(flows: readonly Flow[]): Flow {
  if (flows.length === 0) return known('');
  if (flows.length === 1) return flows[0]!;
  const origin = flows.some((flow) => flow.origin === 'remote') ? 'remote' : 'local';
  const wasEncoded = flows.some((flow) => flow.wasEncoded);
  let texts: readonly string[] | undefined = [''];
  for (const flow of flows) {
    const isTooMuch =
      (texts?.length ?? 0) * (flow.texts?.length ?? 0) > 16 || (texts?.[0]?.length ?? 0) + (flow.texts?.[0]?.length ?? 0) > 65_536;
    if (texts === undefined || flow.texts === undefined || isTooMuch) texts = undefined;
    else texts = texts.flatMap((text) => flow.texts!.map((next) => text + next));
  }
  return { texts, origin, wasEncoded };
}

/** Either of them. */
export function either(flows: readonly Flow[]): Flow {
  const origin = flows.some((flow) => flow.origin === 'remote') ? 'remote' : 'local';
  const wasEncoded = flows.some((flow) => flow.wasEncoded);
  const texts = flows.flatMap((flow) => flow.texts ?? [HOLE]);
  return { texts: texts.length > 16 || texts.includes(HOLE) ? undefined : texts, origin, wasEncoded };
}
