// The load generator: a process of its own that keeps `concurrency` requests in flight over kept-alive raw sockets and checks every answer
// (status, length, number of events) against one probe answer that the harness has read in full. As light as it can be, because it shares
// the machine with what it measures. It takes orders over IPC and knows nothing of contenders.
import { connect, type Socket } from 'node:net';
import type { LoadFigures, LoadOrder, LoadReport, PrepareOrder, Probe, RunOrder } from './load-protocol.ts';
import { ResponseReader, type Answer } from './response-reader.ts';
import { percentile } from './statistics.ts';

const READ_BUFFER_BYTES = 65_536;
const MAX_ERRORS = 100;
const ERROR_SAMPLES = 5;
/** An answer that takes longer counts as lost. */
const ANSWER_TIMEOUT_MS = 15_000;

interface Connection {
  socket: Socket;
  reader: ResponseReader;
  sentAtMs: number;
  firstByteAtMs: number;
  busy: boolean;
}

interface Target {
  readonly port: number;
  readonly request: Buffer;
  /** What every answer must look like. */
  readonly expected: Answer;
}

interface Run {
  readonly order: RunOrder;
  readonly startedAtMs: number;
  readonly latenciesMs: number[];
  readonly firstBytesMs: number[];
  readonly errorSamples: string[];
  sent: number;
  errors: number;
  busy: number;
  endedAtMs: number;
  finish: () => void;
}

let target: Target | undefined;
let connections: Connection[] = [];
let run: Run | undefined;

async function prepare(order: PrepareOrder): Promise<Probe> {
  const request = renderRequest(order);
  const answer = await probe(order.port, request);
  target = { port: order.port, request, expected: { ...answer, body: undefined } };
  connections = await Promise.all(Array.from({ length: order.concurrency }, () => open(order.port)));
  return { status: answer.status, body: answer.body?.toString() ?? '' };
}

function renderRequest({ path, headers, body, port }: PrepareOrder): Buffer {
  const bytes = Buffer.from(body, 'base64');
  const all = { host: `127.0.0.1:${port}`, 'content-type': 'application/json', ...headers, 'content-length': String(bytes.length) };
  const head = Object.entries(all)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('');
  return Buffer.concat([Buffer.from(`POST ${path} HTTP/1.1\r\n${head}\r\n`), bytes]);
}

/** One request on a connection of its own, its answer kept in full. */
function probe(port: number, request: Buffer): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const reader = new ResponseReader({ keepBody: true });
    const socket = connect({ host: '127.0.0.1', port, noDelay: true });
    const fail = (error: Error): void => {
      socket.destroy();
      reject(error);
    };
    socket.setTimeout(ANSWER_TIMEOUT_MS, () => fail(new Error('no answer to the probe')));
    socket.on('error', fail);
    socket.on('close', () => fail(new Error('the connection closed before the answer to the probe')));
    socket.on('data', (bytes) => {
      try {
        const answer = reader.push(bytes);
        if (answer === undefined) return;
        resolve(answer);
        socket.destroy();
      } catch (error) {
        fail(error instanceof Error ? error : new Error(String(error)));
      }
    });
    socket.on('connect', () => socket.write(request));
  });
}

function open(port: number): Promise<Connection> {
  return new Promise((resolve, reject) => {
    const buffer = Buffer.allocUnsafe(READ_BUFFER_BYTES);
    const onread = {
      buffer,
      callback: (count: number): boolean => {
        received(connection, buffer.subarray(0, count));
        return true;
      },
    };
    const socket = connect({ host: '127.0.0.1', port, noDelay: true, onread });
    const connection: Connection = { socket, reader: new ResponseReader({ keepBody: false }), sentAtMs: 0, firstByteAtMs: 0, busy: false };
    socket.on('error', reject);
    socket.on('connect', () => resolve(connection));
    socket.on('close', () => closed(connection));
  });
}

function start(order: RunOrder): Promise<LoadFigures> {
  const cpuBefore = process.cpuUsage();
  return new Promise((resolve) => {
    const current: Run = {
      order,
      startedAtMs: performance.now(),
      latenciesMs: [],
      firstBytesMs: [],
      errorSamples: [],
      sent: 0,
      errors: 0,
      busy: 0,
      endedAtMs: 0,
      finish: () => {
        clearInterval(watchdog);
        run = undefined;
        resolve(figures(current, process.cpuUsage(cpuBefore)));
      },
    };
    const watchdog = setInterval(() => expire(current), 1000);
    run = current;
    for (const connection of connections) send(connection, current);
    if (current.busy === 0) current.finish();
  });
}

function send(connection: Connection, current: Run): void {
  const over = performance.now() - current.startedAtMs >= current.order.durationMs || current.sent >= current.order.maxRequests;
  if (over || current.errors >= MAX_ERRORS || target === undefined) return;
  current.sent++;
  current.busy++;
  connection.busy = true;
  connection.firstByteAtMs = 0;
  connection.sentAtMs = performance.now();
  connection.socket.write(target.request);
}

function received(connection: Connection, bytes: Buffer): void {
  const current = run;
  if (current === undefined || !connection.busy) return;
  if (connection.firstByteAtMs === 0) connection.firstByteAtMs = performance.now();
  try {
    const answer = connection.reader.push(bytes);
    if (answer !== undefined) complete(connection, answer, current);
  } catch (error) {
    lost(connection, current, String(error));
    connection.socket.destroy();
  }
}

function complete(connection: Connection, answer: Answer, current: Run): void {
  const now = performance.now();
  const expected = target?.expected;
  connection.busy = false;
  current.busy--;
  current.endedAtMs = now;
  if (answer.status !== expected?.status || answer.bodyBytes !== expected.bodyBytes || answer.events !== expected.events) {
    fault(
      current,
      `status ${answer.status}, ${answer.bodyBytes} bytes, ${answer.events} events; expected ${expected?.status}, ${expected?.bodyBytes}, ${expected?.events}`,
    );
  } else {
    current.latenciesMs.push(now - connection.sentAtMs);
    current.firstBytesMs.push(connection.firstByteAtMs - connection.sentAtMs);
  }
  if (answer.closes) {
    replace(connection, current);
    connection.socket.destroy();
  } else send(connection, current);
  if (current.busy === 0) current.finish();
}

/** A connection ended. In the middle of an answer that is an error; between answers it is only replaced. */
function closed(connection: Connection): void {
  const current = run;
  if (current === undefined || !connections.includes(connection)) return;
  replace(connection, current);
  if (connection.busy) lost(connection, current, 'the connection closed in the middle of an answer');
}

/** Opens another connection in the place of this one; until it stands, the run counts it as busy. */
function replace(connection: Connection, current: Run): void {
  connections = connections.filter((other) => other !== connection);
  current.busy++;
  const settle = (): void => {
    current.busy--;
    if (current.busy === 0 && run === current) current.finish();
  };
  void open(target?.port ?? 0).then(
    (replacement) => {
      connections.push(replacement);
      if (run === current) send(replacement, current);
      settle();
    },
    (error: unknown) => {
      fault(current, `cannot reconnect: ${String(error)}`);
      settle();
    },
  );
}

function lost(connection: Connection, current: Run, reason: string): void {
  connection.busy = false;
  current.busy--;
  current.endedAtMs = performance.now();
  fault(current, reason);
  if (current.busy === 0) current.finish();
}

function expire(current: Run): void {
  const now = performance.now();
  for (const connection of connections) {
    if (!connection.busy || now - connection.sentAtMs < ANSWER_TIMEOUT_MS) continue;
    lost(connection, current, `no complete answer within ${ANSWER_TIMEOUT_MS} ms`);
    connection.socket.destroy();
  }
}

function fault(current: Run, reason: string): void {
  current.errors++;
  if (current.errorSamples.length < ERROR_SAMPLES) current.errorSamples.push(reason);
}

function figures(current: Run, cpu: NodeJS.CpuUsage): LoadFigures {
  const latencies = Float64Array.from(current.latenciesMs).sort();
  return {
    requests: latencies.length,
    errors: current.errors,
    errorSamples: current.errorSamples,
    elapsedMs: current.endedAtMs - current.startedAtMs,
    p50Ms: percentile(latencies, 0.5),
    p99Ms: percentile(latencies, 0.99),
    maxMs: percentile(latencies, 1),
    firstByteP50Ms: percentile(Float64Array.from(current.firstBytesMs).sort(), 0.5),
    loaderCpuMicros: cpu.user + cpu.system,
  };
}

function release(): void {
  const closing = connections;
  connections = [];
  target = undefined;
  for (const { socket } of closing) socket.destroy();
}

async function obey(order: LoadOrder): Promise<LoadReport> {
  if (order.type === 'prepare') return { type: 'prepared', probe: await prepare(order) };
  if (order.type === 'run') return { type: 'figures', figures: await start(order) };
  release();
  return { type: 'released' };
}

const report = (message: LoadReport): void => void process.send?.(message);
process.on('message', (order: LoadOrder) => {
  obey(order).then(report, (error: unknown) => report({ type: 'failed', reason: error instanceof Error ? error.message : String(error) }));
});
process.on('disconnect', () => process.exit(0));
report({ type: 'started' });
