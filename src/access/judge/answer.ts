// What a chat completion says, as far as a verdict can stand in it. Somebody else's words: bounded by whoever fetched them, and read for one
// text and nothing else.
import { z } from 'zod';

const completion = z.looseObject({
  choices: z
    .array(
      z.looseObject({
        message: z.looseObject({ content: z.string(), refusal: z.unknown().optional(), tool_calls: z.unknown().optional() }),
        finish_reason: z.unknown().optional(),
      }),
    )
    .length(1),
});

/** Undefined: it is no whole chat completion of one text. */
export function textOfCompletion(body: string): string | undefined {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return undefined;
  }
  const read = completion.safeParse(value);
  const choice = read.data?.choices[0];
  if (choice === undefined) return undefined;
  const { message, finish_reason: finish } = choice;
  const hasCalls = Array.isArray(message.tool_calls) && message.tool_calls.length > 0;
  const isRefusal = typeof message.refusal === 'string' && message.refusal !== '';
  return hasCalls || isRefusal || finish === 'length' || finish === 'content_filter' ? undefined : message.content;
}
