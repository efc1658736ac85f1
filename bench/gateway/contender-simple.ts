// The two contenders that frame the others: no gateway at all, and the least a gateway can do.
import { join } from 'node:path';
import { startNode } from './children.ts';
import { bearer, type Contender, type Setting } from './contender.ts';
import { UPSTREAM_KEY, UPSTREAM_MODEL } from './workloads.ts';

/** Clients talk to the mock upstream. */
export function startDirect({ upstreamPort }: Setting): Promise<Contender> {
  return Promise.resolve({ name: 'direct', port: upstreamPort, model: UPSTREAM_MODEL, headers: bearer(UPSTREAM_KEY), child: undefined });
}

/** The pass-through of reference.ts. */
export async function startReference({ upstreamPort, scratchDirectory }: Setting): Promise<Contender> {
  const child = startNode({
    name: 'reference',
    arguments: [join(import.meta.dirname, 'reference.ts'), `http://127.0.0.1:${upstreamPort}`, UPSTREAM_KEY],
    logFile: join(scratchDirectory, 'reference.log'),
    ipc: true,
  });
  const port = await child.message(readyPort);
  return { name: 'reference', port, model: UPSTREAM_MODEL, headers: bearer('key-of-the-client'), child };
}

/** The port in a `ready` message; undefined for any other message. */
export function readyPort(message: unknown): number | undefined {
  const { type, port } = message as { type?: unknown; port?: unknown };
  return type === 'ready' && typeof port === 'number' ? port : undefined;
}
