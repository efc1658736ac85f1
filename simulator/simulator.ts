// A provider simulator: an HTTP server on 127.0.0.1 that answers like a model provider, says in every answer that it is simulated,
// and misbehaves on request. For the demo, tests and drills. It is not a proxy, holds no model, and is never a default of `up`.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { describeError, systemClock } from '#kernel';
import { jsonAnswer } from './answer.ts';
import { answerControl, CONTROL_PATH } from './control.ts';
import { deliver } from './delivery.ts';
import { createFaultSlot } from './faults.ts';
import { openJournal } from './journal.ts';
import {
  DEFAULT_BEHAVIOUR,
  SIMULATED_WIRES,
  type Behaviour,
  type RecordedRequest,
  type Simulator,
  type SimulatorOptions,
} from './options.ts';
import { createRing, readBody, recordingOf, type Recording } from './recording.ts';
import { pacingFor, respond, type Provider } from './respond.ts';

const HOST = '127.0.0.1';
/** Longer than clients keep idle connections, so that the client closes first and no request meets a closing socket. */
const KEEP_ALIVE_MS = 120_000;
const BACKLOG = 4096;
const NO_PAUSE = { firstByteMs: 0, delayMs: 0 };

interface Counters {
  received: number;
  answered: number;
  aborted: number;
  cut: number;
  faultsServed: number;
  openRequests: number;
  openStreams: number;
  openSockets: number;
  socketsAccepted: number;
}

/** Starts a simulator; resolves when it accepts connections. Rejects when the port is taken or the journal cannot be opened. */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const clock = options.clock ?? systemClock;
  let behaviour: Behaviour = { ...DEFAULT_BEHAVIOUR, ...options.behaviour };
  const provider: Provider = {
    name: options.name,
    label: options.label,
    wires: options.wires ?? SIMULATED_WIRES,
    models: options.models ?? [`sim-${options.name}-large`, `sim-${options.name}-small`],
    apiKey: options.apiKey,
    earlier: new Map(),
  };
  const counters: Counters = {
    received: 0,
    answered: 0,
    aborted: 0,
    cut: 0,
    faultsServed: 0,
    openRequests: 0,
    openStreams: 0,
    openSockets: 0,
    socketsAccepted: 0,
  };
  const faults = createFaultSlot(options.fault);
  const ring = createRing(() => behaviour);
  const listeners = new Set<(request: RecordedRequest) => void>();
  const journal = options.journal === undefined ? undefined : openJournal(options.journal);

  async function handle(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (message.url ?? '').split('?', 1)[0]!;
    if (path === CONTROL_PATH || path.startsWith(`${CONTROL_PATH}/`)) {
      const { body } = await readBody(message, behaviour.maxBodyBytes);
      const context = { name: provider.name, label: provider.label, stats: counters, faults, ring };
      const answer = answerControl(context, message.method ?? '', path, body);
      return deliver({ response, answer, fault: undefined, pacing: NO_PAUSE, onCut: () => {} });
    }
    const sequence = ++counters.received;
    const receivedAtMs = clock.now();
    const watch = watchEnd(response, counters);
    const received = await readBody(message, behaviour.maxBodyBytes);
    const { recording, json } = recordingOf(sequence, receivedAtMs, message, received);
    watch.recording = recording;
    journal?.append(recording);
    ring.add(recording);
    if (received.tooLarge) {
      response.writeHead(413, { connection: 'close', 'content-type': 'application/json' }).end('{"error":{"message":"request too large"}}');
      return;
    }
    for (const listener of listeners) listener(recording);
    if (!received.complete) {
      recording.aborted = true;
      return;
    }
    const { answer, fault } = respond(provider, behaviour, { recorded: recording, json }, (served) => faults.take(served));
    if (fault !== undefined) {
      counters.faultsServed++;
      recording.fault = fault.kind;
    }
    watch.streaming(answer.kind === 'stream');
    await deliver({ response, answer, fault, pacing: pacingFor(behaviour, recording.model), onCut: () => watch.onCut() });
  }

  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS, requestTimeout: 0, headersTimeout: 60_000 }, (message, response) => {
    handle(message, response).catch((error: unknown) => reportBug(response, error));
  });
  server.on('connection', (socket: Socket) => {
    counters.openSockets++;
    counters.socketsAccepted++;
    socket.once('close', () => counters.openSockets--);
  });
  let port: number;
  try {
    port = await listen(server, options.port ?? 0);
  } catch (error) {
    journal?.close();
    throw error;
  }
  let closing: Promise<void> | undefined;
  return {
    name: provider.name,
    label: provider.label,
    url: `http://${HOST}:${port}`,
    port,
    requests: ring.requests,
    stats: counters,
    onRequest(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    setFault: (fault, scope) => faults.set(fault, scope),
    setBehaviour(changes) {
      behaviour = { ...behaviour, ...changes };
    },
    clearRequests: () => ring.clear(),
    close: () => (closing ??= closeServer(server).then(() => journal?.close())),
  };
}

/** Follows one exchange to its end and books how it ended. */
function watchEnd(response: ServerResponse, counters: Counters) {
  let cutByFault = false;
  let streaming = false;
  const watch = {
    recording: undefined as Recording | undefined,
    streaming(now: boolean) {
      if (!now || response.destroyed) return;
      streaming = true;
      counters.openStreams++;
    },
    onCut() {
      cutByFault = true;
    },
  };
  counters.openRequests++;
  response.once('close', () => {
    counters.openRequests--;
    if (streaming) counters.openStreams--;
    if (cutByFault) counters.cut++;
    else if (response.writableFinished) counters.answered++;
    else {
      counters.aborted++;
      if (watch.recording !== undefined) watch.recording.aborted = true;
    }
  });
  // A write to a client that just left fails; the close event says all there is to say.
  response.on('error', () => {});
  return watch;
}

/** A fault of the simulator itself (or a throwing listener, or a full journal disk) must not pass for a provider's answer. */
function reportBug(response: ServerResponse, error: unknown): void {
  if (response.headersSent) return void response.destroy();
  const body = jsonAnswer({ error: { type: 'simulator_bug', message: describeError(error), param: null, code: 'simulator_bug' } }).body;
  response.writeHead(500, { 'content-type': 'application/json', connection: 'close' }).end(JSON.stringify(body));
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: HOST, port, backlog: BACKLOG }, () => {
      server.off('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.close((error) => (error === undefined ? resolve() : reject(error)));
    server.closeAllConnections();
  });
}
