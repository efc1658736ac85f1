// The process of one local model: loads the library and the model, then serves until it is killed. It is started by local-model.ts with an
// empty environment and speaks to it in the messages of options.ts. It holds nothing that has to be put away: its end needs no ceremony.
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createSystemRandom, describeError, SekishoError, systemClock } from '#kernel';
import { loadEngine } from './engine.ts';
import type { Library } from './library.ts';
import type { FromProcess, ProcessData, ToProcess } from './options.ts';
import { createModelServer } from './server.ts';

const HOST = '127.0.0.1';

// A terminal or a service manager signals the whole group. The checkpoint finishes its requests first and then ends this process.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
process.once('disconnect', end);
process.on('message', (message: ToProcess) => {
  if (message.type === 'ask') tell({ type: 'alive' });
  else void run(message.data);
});

function tell(message: FromProcess): void {
  process.send?.(message);
}

/** Not by exit(): native work under way would find its environment gone and abort, which looks like a crash. */
function end(): void {
  process.kill(process.pid, 'SIGKILL');
}

async function run(data: ProcessData): Promise<void> {
  const onWarning = (message: string): void => tell({ type: 'warning', message });
  try {
    const random = createSystemRandom();
    const library = (await import(data.library)) as Library;
    const engine = await loadEngine(library, data.options, { random, onWarning });
    const server = createModelServer({
      engine,
      options: data.options,
      token: data.token,
      clock: systemClock,
      random,
      onWarning,
      onBroken: (error) => fail(error),
    });
    tell({ type: 'ready', port: await listen(server, data.port) });
  } catch (error) {
    fail(error);
  }
}

/** Says why and waits to be killed. */
function fail(error: unknown): void {
  const known = error instanceof SekishoError ? error : undefined;
  tell({ type: 'failed', code: known?.code ?? 'llama-failed', message: describeError(error), hint: known?.hint });
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, HOST, () => {
      server.removeListener('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}
