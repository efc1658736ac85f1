// Which format is spoken with a deployment on behalf of a client that speaks `wire`. Translates nothing itself.
import type { Deployment, Route, Wire } from './deployment.ts';

/**
 * Formats to translate to, closest first: the fewer fields of the client's format they cannot carry, the better. The two of OpenAI share
 * most of their fields; Responses carries reasoning and results of tools in more detail than chat completions, as Anthropic's does.
 * NEC's own carries text alone. Embeddings have one format and nothing to translate to.
 */
const CLOSEST: Readonly<Record<Wire, readonly Wire[]>> = {
  'openai-chat': ['openai-responses', 'anthropic-messages', 'nec-cotomi'],
  'openai-responses': ['openai-chat', 'anthropic-messages', 'nec-cotomi'],
  'anthropic-messages': ['openai-responses', 'openai-chat', 'nec-cotomi'],
  'openai-embeddings': [],
  // No client speaks it.
  'nec-cotomi': [],
};

/** The client's own format where the deployment speaks it, else one to translate to; undefined: it cannot serve this client. */
export function wireFor(
  deployment: Deployment,
  { wire, translates, translation }: { readonly wire: Wire; readonly translates: boolean; readonly translation: Route['translation'] },
): Wire | undefined {
  if (deployment.wires.includes(wire)) return wire;
  if (!translates || translation === 'off') return undefined;
  return CLOSEST[wire].find((other) => deployment.wires.includes(other));
}

/** Every format in which clients reach a deployment. */
export function wiresServed(
  deployment: Deployment,
  { translates, translation }: { readonly translates: boolean; readonly translation: Route['translation'] },
): readonly Wire[] {
  return (Object.keys(CLOSEST) as Wire[]).filter((wire) => wireFor(deployment, { wire, translates, translation }) !== undefined);
}
