// Lifetime, recording, journal, control endpoints, the process form, and what a simulator notices of its clients.
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { Agent, request } from 'undici';
import { startSimulator, type JournalLine, type Simulator, type SimulatorOptions } from './index.ts';
import { rawPost } from '#test/raw-exchange';

const CHAT = { model: 'm', messages: [{ role: 'user', content: 'hi' }] };
const started: Simulator[] = [];
const children: ChildProcess[] = [];
const directories: string[] = [];

async function start(options: Partial<SimulatorOptions> = {}): Promise<Simulator> {
  const simulator = await startSimulator({ name: 'us', label: 'US', ...options });
  started.push(simulator);
  return simulator;
}

function scratch(): string {
  const directory = mkdtempSync(join(tmpdir(), 'simulator-'));
  directories.push(directory);
  return directory;
}

afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await Promise.all(started.splice(0).map((simulator) => simulator.close()));
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true });
});

async function post(url: string, body: unknown, headers: Record<string, string> = {}) {
  const answer = await request(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body),
  });
  const text = await answer.body.text();
  return { status: answer.statusCode, headers: answer.headers, text, json: () => JSON.parse(text) as unknown };
}

async function eventually(holds: () => boolean): Promise<void> {
  for (let tries = 0; !holds(); tries++) {
    assert.ok(tries < 500, 'it does not become true');
    await sleep(10);
  }
}

const sha256 = (data: string | Buffer) => createHash('sha256').update(data).digest('hex');

test('proposes the calls that it was told to, of tools that the client offers', async () => {
  const call = { name: 'shell', arguments: { command: 'nmap 10.20.3.4' } };
  const simulator = await start({ behaviour: { proposes: [call, { name: 'other', arguments: {} }] } });
  const tools = [{ type: 'function', function: { name: 'shell', parameters: { type: 'object' } } }];
  interface Completion {
    readonly choices: readonly { readonly message: { readonly tool_calls?: readonly { readonly function: unknown }[] } }[];
  }
  const proposed = async (body: object): Promise<unknown> => {
    const { choices } = (await post(`${simulator.url}/v1/chat/completions`, { ...CHAT, ...body })).json() as Completion;
    return choices[0]!.message.tool_calls?.map((each) => each.function);
  };
  assert.deepEqual(await proposed({ tools }), [{ name: 'shell', arguments: JSON.stringify(call.arguments) }]);
  assert.equal(await proposed({}), undefined);
  simulator.setBehaviour({ proposes: [] });
  assert.equal(await proposed({ tools }), undefined);
});

test('records a request as it came, unknown fields, headers and query included', async () => {
  const simulator = await start();
  const seen: string[] = [];
  const stop = simulator.onRequest((recorded) => seen.push(recorded.path));
  const body = { ...CHAT, x_future_field: { deep: [1, null] }, stream: true };
  await post(`${simulator.url}/v1/chat/completions?beta=true`, body, { 'x-client-request-id': 'req_1', authorization: 'Bearer k' });
  stop();
  await post(`${simulator.url}/v1/chat/completions`, CHAT);
  const recorded = simulator.requests[0]!;
  assert.deepEqual(recorded.json, body);
  assert.equal(recorded.bodySha256, sha256(JSON.stringify(body)));
  assert.deepEqual([recorded.path, recorded.query, recorded.requestId], ['/v1/chat/completions', 'beta=true', 'req_1']);
  assert.deepEqual([recorded.model, recorded.stream, recorded.headers.authorization], ['m', true, 'Bearer k']);
  assert.deepEqual(seen, ['/v1/chat/completions']);
});

test('calls listeners before the answer leaves', async () => {
  const simulator = await start();
  let answeredThen = -1;
  simulator.onRequest(() => {
    answeredThen = simulator.stats.answered;
  });
  await post(`${simulator.url}/v1/chat/completions`, CHAT);
  assert.equal(answeredThen, 0);
});

test('reads compressed request bodies and records the bytes as sent', async () => {
  const simulator = await start();
  const sent = gzipSync(JSON.stringify(CHAT));
  const answer = await post(`${simulator.url}/v1/chat/completions`, sent, { 'content-encoding': 'gzip' });
  assert.equal(answer.status, 200);
  assert.deepEqual(simulator.requests[0]!.body, sent);
  assert.deepEqual(simulator.requests[0]!.json, CHAT);
});

test('keeps the newest requests within both bounds', async () => {
  const simulator = await start({ behaviour: { recordedRequests: 5, recordedBytes: 1000 } });
  for (let index = 0; index < 8; index++) await post(`${simulator.url}/v1/chat/completions`, { ...CHAT, index });
  assert.deepEqual(
    simulator.requests.map((one) => one.sequence),
    [4, 5, 6, 7, 8],
  );
  await post(`${simulator.url}/v1/chat/completions`, { ...CHAT, large: 'x'.repeat(2000) });
  assert.deepEqual(
    simulator.requests.map((one) => one.sequence),
    [9],
  );
});

test('gives equal requests equal answers over restarts, and different places different ones', async () => {
  const answers = await Promise.all(
    ['US', 'US', 'EU'].map(async (label) => (await post(`${(await start({ label })).url}/v1/chat/completions`, CHAT)).text),
  );
  assert.equal(answers[0], answers[1]);
  assert.notEqual(answers[0], answers[2]);
  assert.match(answers[2]!, /simulated EU provider/);
});

test('cuts streams as told, and repeats the text to the asked length', async () => {
  const simulator = await start({ behaviour: { chunks: 100, chunkCharacters: 20 } });
  const { text } = await post(`${simulator.url}/v1/chat/completions`, { ...CHAT, stream: true });
  const contents = [...text.matchAll(/"content":"([^"]+)"/g)].map((match) => match[1]!);
  assert.equal(contents.length, 100);
  assert.deepEqual(new Set(contents.map((content) => Array.from(content).length)), new Set([20]));
});

test('echoes the text when told to', async () => {
  const simulator = await start();
  simulator.setBehaviour({ echo: 'text' });
  const answer = await post(`${simulator.url}/v1/responses`, { model: 'm', input: '山田 <太郎>' });
  const { output } = answer.json() as { output: { content: { text: string }[] }[] };
  assert.match(output[0]!.content[0]!.text, /You wrote: 山田 <太郎>$/);
});

test('repeats what was written before the answer that a request continues from', async () => {
  const simulator = await start({ behaviour: { echo: 'text' } });
  const ask = async (body: object): Promise<{ id: string; said: string }> => {
    const answer = await post(`${simulator.url}/v1/responses`, { model: 'm', ...body });
    const { id, output } = answer.json() as { id: string; output: { content: { text: string }[] }[] };
    return { id, said: output[0]!.content[0]!.text.replace(/^.*You wrote: /, '') };
  };
  const first = await ask({ input: 'one' });
  const second = await ask({ input: 'two', previous_response_id: first.id });
  assert.equal(second.said, 'one\ntwo');
  assert.equal((await ask({ input: 'three', previous_response_id: second.id })).said, 'one\ntwo\nthree');
  assert.equal((await ask({ input: 'four', previous_response_id: 'resp_unknown' })).said, 'four');
  const unkept = await ask({ input: 'five', store: false });
  assert.equal((await ask({ input: 'six', previous_response_id: unkept.id })).said, 'six');
  await ask({ input: 'seven', conversation: 'conv_1' });
  assert.equal((await ask({ input: 'eight', conversation: { id: 'conv_1' } })).said, 'seven\neight');
});

test('sim-slow pauses before the first byte and between events', async () => {
  const simulator = await start({ behaviour: { slow: { firstByteMs: 80, delayMs: 10 } } });
  const began = performance.now();
  await post(`${simulator.url}/v1/chat/completions`, { ...CHAT, model: 'sim-slow', stream: true });
  assert.ok(performance.now() - began >= 150);
});

test("refuses what a provider would refuse, in the format's own shape", async () => {
  const simulator = await start({
    wires: ['openai-chat', 'anthropic-messages'],
    models: ['m'],
    behaviour: { refuseUnknownModels: true, maxBodyBytes: 10_000 },
  });
  const version = { 'anthropic-version': '2023-06-01' };
  const cases: readonly (readonly [path: string, body: unknown, headers: Record<string, string>, status: number, said: RegExp])[] = [
    ['/v1/chat/completions', '{"model":', {}, 400, /JSON/],
    ['/v1/chat/completions', '[]', {}, 400, /JSON/],
    ['/v1/chat/completions', { messages: [] }, {}, 400, /model/],
    ['/v1/chat/completions', { model: 'm' }, {}, 400, /messages/],
    ['/v1/chat/completions', { ...CHAT, n: 0 }, {}, 400, /'n'/],
    ['/v1/chat/completions', { ...CHAT, model: 'other' }, {}, 404, /model_not_found/],
    ['/v1/responses', { model: 'm', input: 'x' }, {}, 404, /not served/],
    ['/v1/nothing', {}, {}, 404, /not served/],
    ['/v1/messages', { ...CHAT, max_tokens: 9 }, {}, 400, /anthropic-version/],
    ['/v1/messages', CHAT, version, 400, /max_tokens/],
    ['/v1/messages', { ...CHAT, model: 'other', max_tokens: 9 }, version, 404, /not_found_error/],
    ['/v1/chat/completions', { ...CHAT, padding: 'x'.repeat(20_000) }, {}, 413, /too large/],
  ];
  for (const [path, body, headers, status, said] of cases) {
    const answer = await post(simulator.url + path, body, headers);
    assert.equal(answer.status, status, `${path} ${answer.text}`);
    assert.match(answer.text, said);
    if (path === '/v1/messages') assert.equal((answer.json() as { type: string }).type, 'error');
  }
  assert.equal((await request(`${simulator.url}/v1/chat/completions`)).statusCode, 405);
});

test('checks the key in either header, and does not use a fault up for a stranger', async () => {
  const simulator = await start({ apiKey: 'k' });
  simulator.setFault({ kind: 'status', status: 500 }, { times: 1 });
  const headers = [{}, { authorization: 'Bearer x' }, { authorization: 'k' }, { 'x-api-key': 'k' }, { authorization: 'Bearer k' }];
  const statuses: number[] = [];
  for (const one of headers) statuses.push((await post(`${simulator.url}/v1/chat/completions`, CHAT, { ...one })).status);
  assert.deepEqual(statuses, [401, 401, 401, 500, 200]);
});

test('is controlled over HTTP, without showing credentials or recording the control itself', async () => {
  const simulator = await start();
  const set = await post(`${simulator.url}/__simulator/fault`, { kind: 'status', status: 503, times: 1 });
  assert.deepEqual(set.json(), { fault: { kind: 'status', status: 503, times: 1 } });
  assert.equal((await post(`${simulator.url}/__simulator/fault`, { kind: 'status' })).status, 400);
  assert.equal((await post(`${simulator.url}/v1/chat/completions`, CHAT, { authorization: 'Bearer secret' })).status, 503);
  await post(`${simulator.url}/__simulator/fault`, { kind: 'status', status: 503 });
  await (await request(`${simulator.url}/__simulator/fault`, { method: 'DELETE' })).body.dump();
  assert.equal((await post(`${simulator.url}/v1/chat/completions`, CHAT)).status, 200);
  const listing = await (await request(`${simulator.url}/__simulator/requests`)).body.text();
  assert.ok(!listing.includes('secret'));
  const { requests } = JSON.parse(listing) as { requests: { fault: string | null; headers: Record<string, string> }[] };
  assert.deepEqual(
    requests.map((one) => one.fault),
    ['status', null],
  );
  assert.equal(requests[0]!.headers.authorization, `sha256:${sha256('Bearer secret')}`);
  const described = await (await request(`${simulator.url}/__simulator`)).body.text();
  const status = JSON.parse(described) as { name: string; stats: { received: number }; fault: unknown };
  assert.deepEqual([status.name, status.stats.received, status.fault], ['us', 2, null]);
});

test('journals every request before it is answered, cut uploads too', async () => {
  const journal = join(scratch(), 'journal');
  const simulator = await start({ journal });
  let linesAtListener = -1;
  const lines = () =>
    readFileSync(journal, 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as JournalLine);
  simulator.onRequest(() => {
    linesAtListener = lines().length;
  });
  simulator.setFault({ kind: 'hang', at: 'before-headers' }, { times: 1 });
  const hanging = rawPost(simulator.port, '/v1/chat/completions', CHAT, { 'x-client-request-id': 'req_a' });
  await eventually(() => linesAtListener === 1);
  hanging.socket.destroy();
  const partial = rawPost(simulator.port, '/v1/messages', CHAT, { 'x-client-request-id': 'req_b', 'content-length': '9999' });
  await eventually(() => simulator.stats.received === 2);
  partial.socket.destroy();
  await eventually(() => lines().length === 2);
  const [a, b] = lines();
  const sent = JSON.stringify(CHAT);
  assert.deepEqual(a, {
    requestId: 'req_a',
    path: '/v1/chat/completions',
    bodySha256: sha256(sent),
    bodyBytes: sent.length,
    complete: true,
  });
  assert.deepEqual([b!.requestId, b!.complete], ['req_b', false]);
  await simulator.close();
  await start({ journal });
  assert.equal(lines().length, 2, 'an existing journal is appended to');
});

test('does not start with a journal it cannot open', async () => {
  await assert.rejects(startSimulator({ name: 'x', label: 'X', journal: scratch() }), { code: 'EISDIR' });
});

const FULL = '/dev/full';
test(
  'does not answer as a provider when the journal cannot be written',
  { skip: existsSync(FULL) ? false : `skipped: ${FULL} absent` },
  async () => {
    const simulator = await start({ journal: FULL });
    const answer = await post(`${simulator.url}/v1/chat/completions`, CHAT);
    assert.equal(answer.status, 500);
    assert.match(answer.text, /simulator_bug.*ENOSPC|ENOSPC.*simulator_bug/);
  },
);

test('notices clients that leave: 300 aborted streams leave nothing open, and then it answers', async () => {
  const simulator = await start({ behaviour: { chunks: 1000, delayMs: 5 } });
  for (let round = 0; round < 3; round++) {
    const streams = Array.from({ length: 100 }, () => rawPost(simulator.port, '/v1/chat/completions', { ...CHAT, stream: true }));
    await Promise.all(streams.map((one) => one.until(() => one.body().length > 0)));
    assert.equal(simulator.stats.openStreams, 100);
    for (const one of streams) one.socket.destroy();
    await eventually(() => simulator.stats.openSockets === 0);
  }
  assert.equal(simulator.stats.aborted, 300);
  assert.deepEqual([simulator.stats.openStreams, simulator.stats.openRequests], [0, 0]);
  assert.ok(simulator.requests.every((one) => one.aborted));
  assert.equal((await post(`${simulator.url}/v1/chat/completions`, CHAT)).status, 200);
});

test('answers 4,000 requests over few connections and counts them', async () => {
  const simulator = await start();
  const dispatcher = new Agent({ connections: 32 });
  const body = JSON.stringify(CHAT);
  const one = async () => {
    const answer = await request(`${simulator.url}/v1/chat/completions`, { method: 'POST', body, dispatcher });
    await answer.body.dump();
    return answer.statusCode;
  };
  for (let batch = 0; batch < 8; batch++) {
    const statuses = await Promise.all(Array.from({ length: 500 }, one));
    assert.ok(statuses.every((status) => status === 200));
  }
  await eventually(() => simulator.stats.answered === 4000);
  assert.ok(simulator.stats.socketsAccepted <= 32);
  assert.equal(simulator.requests.length, 1000);
  await dispatcher.close();
});

test('closes at once with streams and hangs open, twice without harm, and frees its port', async () => {
  const simulator = await start({ behaviour: { chunks: 1000, delayMs: 20 } });
  const stream = rawPost(simulator.port, '/v1/chat/completions', { ...CHAT, stream: true });
  await stream.until(() => stream.body().length > 0);
  simulator.setFault({ kind: 'hang', at: 'before-headers' });
  const hanging = rawPost(simulator.port, '/v1/chat/completions', CHAT);
  await eventually(() => simulator.stats.faultsServed === 1);
  const began = performance.now();
  await Promise.all([simulator.close(), simulator.close()]);
  assert.ok(performance.now() - began < 1000);
  await hanging.until(() => false);
  const second = await start({ port: simulator.port });
  assert.equal(second.port, simulator.port);
  await assert.rejects(startSimulator({ name: 'x', label: 'X', port: second.port }), { code: 'EADDRINUSE' });
});

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));

test('runs as a process: prints its address, serves the given fault, journals, ends with its standard input', async () => {
  const journal = join(scratch(), 'journal');
  const flags = ['--name', 'eu', '--label', 'EU', '--port', '0', '--journal', journal, '--exit-with-stdin'];
  const child = spawn(process.execPath, [MAIN, ...flags, '--fault', '{"kind":"status","status":429,"times":1}'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  children.push(child);
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  const { url, pid } = JSON.parse(line) as { url: string; pid: number };
  assert.equal(pid, child.pid);
  const statuses = [await post(`${url}/v1/chat/completions`, CHAT), await post(`${url}/v1/chat/completions`, CHAT)].map(
    (one) => one.status,
  );
  assert.deepEqual(statuses, [429, 200]);
  assert.equal(readFileSync(journal, 'utf8').trim().split('\n').length, 2);
  child.stdin.end();
  assert.deepEqual(await once(child, 'exit'), [0, null]);
});

test('as a process refuses wrong flags with exit code 2 and a reason', async () => {
  const cases: readonly (readonly [flags: readonly string[], said: RegExp])[] = [
    [[], /--name is missing/],
    [['--name', 'x', '--fault', '{"kind":"nap"}'], /"kind" is one of/],
    [['--name', 'x', '--nope'], /--nope/],
    [['--name', 'x', '--behaviour', '{"chunk":1}'], /"chunk"/],
  ];
  await Promise.all(
    cases.map(async ([flags, said]) => {
      const child = spawn(process.execPath, [MAIN, ...flags], { stdio: ['ignore', 'ignore', 'pipe'] });
      children.push(child);
      let text = '';
      child.stderr.on('data', (piece) => (text += piece));
      assert.deepEqual(await once(child, 'close'), [2, null]);
      assert.match(text, said);
    }),
  );
});
