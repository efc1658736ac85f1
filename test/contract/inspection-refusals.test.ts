// What inspection refuses, in the real program: which rule, which status, that nothing left, and that no refusal, log line or record holds a
// value. With a detector of the operator's own that answers, is slow, or is broken.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import OpenAI from 'openai';
import { startSimulator, type Simulator } from '#simulator';
import { reloadWith } from '#test/reload';
import { providerYaml, startCheckpoint, type LedgerRecord, type StartedCheckpoint } from '#test/started-checkpoint';

const HOST = 'db01.corp.example.co.jp';
const PROJECT = 'KV-TANGO-77';
const SECRET = `-----BEGIN RSA PRIVATE KEY-----\n${'MIIEpAIBAAKCAQEA7bq3x9zKfP2vWcYt0Rr5mJhLsUaNd8Ge'.repeat(4)}\n-----END RSA PRIVATE KEY-----`;
/** Nothing but the external detector knows that it is a person. */
const STRANGER = 'Zorblaxa';
const MAIL = 'taro.tanaka@corp.example.co.jp';
const TOKEN = 'token-of-the-detector-1';
const VALUES = [HOST, PROJECT, SECRET.split('\n')[1]!, STRANGER, MAIL, TOKEN];
const IMAGE = `data:image/png;base64,${Buffer.from('\u0089PNG\r\n\u001a\n'.padEnd(200, 'x'), 'latin1').toString('base64')}`;

type Mode = 'answers' | 'slow' | 'broken' | 'nonsense';

/** Speaks the protocol of docs/how-to/add-a-detector.md and knows one name. */
interface Detector {
  readonly url: string;
  mode: Mode;
  readonly texts: string[];
  readonly authorizations: Set<string | undefined>;
  close(): Promise<void>;
}

async function startDetector(): Promise<Detector> {
  const texts: string[] = [];
  const authorizations = new Set<string | undefined>();
  const server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      const asked = (JSON.parse(body) as { texts: { id: string; text: string }[] }).texts;
      texts.push(...asked.map(({ text }) => text));
      authorizations.add(request.headers.authorization);
      const results = asked.map(({ id, text }) => ({ id, spans: spansOf(text) }));
      const answer = () => response.end(JSON.stringify({ results: detector.mode === 'nonsense' ? results.slice(1) : results }));
      response.setHeader('content-type', 'application/json');
      if (detector.mode === 'slow') setTimeout(answer, 1_500).unref();
      else if (detector.mode === 'broken') response.writeHead(500).end('{}');
      else answer();
    });
  });
  const detector: Detector = { url: await addressOf(server), mode: 'answers', texts, authorizations, close: () => closed(server) };
  return detector;
}

function spansOf(text: string) {
  const start = Array.from(text.split(STRANGER)[0]!).length;
  return text.includes(STRANGER) ? [{ start, end: start + STRANGER.length, type: 'PERSON', confidence: 0.9 }] : [];
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString();
}

async function addressOf(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}

interface Asked {
  readonly checkpoint: StartedCheckpoint;
  readonly key: string;
}

let folder: string;
let abroad: Simulator;
let home: Simulator;
let detector: Detector;
let plain: Asked;
let watched: Asked;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sekisho-refusals-'));
  const dictionary = join(folder, 'projects.csv');
  await writeFile(dictionary, `term,label,class\n${PROJECT},project,restricted\n`);
  abroad = await startSimulator({ name: 'us', label: 'US', behaviour: { echo: 'text' } });
  home = await startSimulator({ name: 'jp', label: 'JP', behaviour: { echo: 'text' } });
  detector = await startDetector();
  const providers = `providers:
${providerYaml('us', { url: abroad.url, country: 'US' })}
${providerYaml('jp', { url: home.url, country: 'JP' })}`;
  const started = async (yaml: string): Promise<Asked> => {
    const checkpoint = await startCheckpoint({ yaml: `${providers}\n${yaml}`, env: { DETECTOR: TOKEN } });
    return { checkpoint, key: await checkpoint.createKey() };
  };
  [plain, watched] = await Promise.all([
    started(`dataClasses: { restricted: { constraints: { hostingCountry: { allow: [JP] } } } }
inspection: { internalDomains: [corp.example.co.jp], maxText: 4kB, dictionaries: ["${dictionary}"] }
routes:
  abroad: { candidates: [us/d] }
  either: { candidates: [us/d, jp/d] }
  names: { candidates: [us/d], masking: [{ towards: abroad, mask: [identity] }] }
  strict: { candidates: [us/d], masking: [{ towards: abroad, refuse: ["label:project"] }] }`),
    started(`inspection:
  external: { url: "${detector.url}/detect", timeoutMs: 400, token: env:DETECTOR, types: { PERSON: person-name }, onFailure: refuse }
routes: { abroad: { candidates: [us/d] } }`),
  ]);
});

after(async () => {
  await Promise.all([abroad.close(), home.close(), detector.close()]);
  await rm(folder, { recursive: true });
});

type Content = OpenAI.ChatCompletionUserMessageParam['content'];

function ask({ checkpoint, key }: Asked, model: string, content: Content) {
  const client = new OpenAI({ baseURL: `${checkpoint.url}/v1`, apiKey: key, maxRetries: 0 });
  return client.chat.completions.create({ model, messages: [{ role: 'user', content }] }).withResponse();
}

const refusals: string[] = [];

/** Refused before anything left, and the ledger says by which rule. */
async function refused(asked: Asked, model: string, content: Content, [status, code]: readonly [number, string]) {
  const before = abroad.requests.length + home.requests.length;
  let thrown: unknown;
  await ask(asked, model, content).catch((error: unknown) => (thrown = error));
  assert.ok(thrown instanceof OpenAI.APIError, 'refused');
  assert.deepEqual([thrown.status, thrown.code], [status, code], thrown.message);
  assert.equal(abroad.requests.length + home.requests.length, before, 'nothing left');
  const headers = thrown.headers as Headers;
  const records = await asked.checkpoint.recordsOf(headers.get('x-request-id')!);
  assert.equal(records.at(-1)!['rule'], code.replaceAll('_', '-'));
  refusals.push(JSON.stringify([thrown.message, thrown.error, [...headers], records]));
  return { message: thrown.message, headers };
}

async function contentOf({ checkpoint }: Asked, response: Response) {
  const records = await checkpoint.recordsOf(response.headers.get('x-request-id')!);
  return records.find(({ type }) => type === 'decision')!['content'] as LedgerRecord;
}

const received = (simulator = abroad) => simulator.requests.at(-1)!.body.toString();

describe('a request is refused', () => {
  it('when it is larger than what is searched', async () => {
    const { message } = await refused(plain, 'abroad', 'word '.repeat(900), [413, 'content_too_large']);
    assert.match(message, /larger than 4000 bytes/);
    assert.ok((await ask(plain, 'abroad', 'word '.repeat(500))).data.id !== '', 'a smaller one passes');
  });

  it('when what would be left after masking is data of a class that no candidate may have', async () => {
    const { message } = await refused(plain, 'names', `What is ${PROJECT}?`, [403, 'content_class']);
    assert.match(message, /\(.*project.*\) makes it data of class .restricted., and no deployment .*hosting/);
    await refused(plain, 'names', SECRET, [403, 'content_class']);
    await ask(plain, 'abroad', `What is ${PROJECT}?`);
    assert.ok(!received().includes(PROJECT), 'where it is masked, what is left may leave');
  });

  it('when a label of a dictionary must not leave, not even masked', async () => {
    const { message } = await refused(plain, 'strict', `What is ${PROJECT}?`, [403, 'content_refused']);
    assert.match(message, /dictionary-term/);
  });

  it('when an image stands in confidential data, and not elsewhere', async () => {
    const withImage = (text: string): Content => [
      { type: 'text', text },
      { type: 'image_url', image_url: { url: IMAGE } },
    ];
    const { message } = await refused(plain, 'abroad', withImage(`The console of ${HOST}`), [403, 'unreadable_content']);
    assert.match(message, /image\/png.*its data is confidential/);
    await ask(plain, 'abroad', withImage('A cat'));
    assert.ok(received().includes(IMAGE), 'beside public data it passes as it is');
    await ask(plain, 'either', withImage(`The console of ${HOST}`));
    assert.ok(received(home).includes(HOST), 'the next candidate gets it, for which nothing is masked');
  });
});

describe('an external detector', () => {
  const text = (opening: string) => `${opening}: ${STRANGER} <${MAIL}> called.`;

  it('is asked with its token about the text as it is, and what it finds is masked and comes back', async () => {
    const { data, response } = await ask(watched, 'abroad', text('🙂 one'));
    assert.ok(!received().includes(STRANGER) && !received().includes(MAIL), received());
    assert.match(received(), /PERSON_/);
    assert.ok(data.choices[0]!.message.content!.includes(text('🙂 one')));
    assert.ok(detector.texts.includes(text('🙂 one')), JSON.stringify(detector.texts));
    assert.deepEqual([...detector.authorizations], [`Bearer ${TOKEN}`]);
    const content = await contentOf(watched, response);
    assert.deepEqual([content['found'], content['missing']], [{ email: 1, 'person-name': 1 }, []]);
  });

  for (const mode of ['slow', 'broken', 'nonsense'] as const) {
    it(`that is ${mode} keeps a request from leaving`, async () => {
      detector.mode = mode;
      const { message, headers } = await refused(watched, 'abroad', text(`two ${mode}`), [503, 'finder_unavailable']);
      assert.match(message, /external/);
      assert.equal(headers.get('retry-after'), '1');
      detector.mode = 'answers';
    });
  }

  it('that fails and is not needed lets a request pass on what was found without it, and the record says so', async () => {
    await reloadWith(watched.checkpoint, 'onFailure: refuse', 'onFailure: pass');
    detector.mode = 'broken';
    const { data, response } = await ask(watched, 'abroad', text('three'));
    assert.ok(received().includes(STRANGER), 'nobody else knows it');
    assert.ok(!received().includes(MAIL));
    assert.ok(data.choices[0]!.message.content!.includes(text('three')));
    const content = await contentOf(watched, response);
    assert.equal((content['missing'] as string[]).length, 1);
    assert.match(String(content['missing']), /external/);
    detector.mode = 'answers';
  });
});

describe('what was refused', () => {
  it('is told to client, log and ledger without any value', async () => {
    assert.ok(refusals.length >= 8, 'there was something to refuse');
    for (const { checkpoint } of [plain, watched]) {
      const told = [...refusals, JSON.stringify(checkpoint.logs), JSON.stringify(await checkpoint.entries())];
      for (const value of VALUES)
        for (const form of [value, Buffer.from(value).toString('base64').slice(0, -3)])
          assert.ok(!told.some((each) => each.includes(form)), `${form} in ${told.find((each) => each.includes(form))}`);
    }
  });
});
