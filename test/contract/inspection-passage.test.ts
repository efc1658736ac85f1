// Masking on the ways that a request can take: from one deployment to another, through every operation, through errors of providers, through a
// reload in the middle of a stream, and with a name that the client gives its conversation. Real clients, the real program.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { startSimulator, type Simulator } from '#simulator';
import { reloadWith } from '#test/reload';
import { providerYaml, startCheckpoint, type LedgerRecord, type StartedCheckpoint } from '#test/started-checkpoint';

const MAIL = 'taro.tanaka@corp.example.co.jp';
const HOST = 'db01.corp.example.co.jp';
const PHONE = '090-1234-5678';
const VALUES = [MAIL, HOST, PHONE];
const LOG = `至急: ${MAIL} から ${HOST} へのログイン。電話 ${PHONE} を確認。`;

let abroad: Simulator;
let home: Simulator;
let quoting: Server;
/** What the provider that answers with errors got last. */
let quoted = '';
let checkpoint: StartedCheckpoint;
let key: string;

before(async () => {
  abroad = await startSimulator({ name: 'us', label: 'US', behaviour: { echo: 'text' } });
  home = await startSimulator({ name: 'jp', label: 'JP', behaviour: { echo: 'text' } });
  quoting = startQuoting();
  await once(quoting, 'listening');
  const url = `http://127.0.0.1:${(quoting.address() as AddressInfo).port}`;
  checkpoint = await startCheckpoint({
    yaml: `providers:
${providerYaml('us', { url: abroad.url, country: 'US' })}
${providerYaml('jp', { url: home.url, country: 'JP' })}
${providerYaml('quoting', { url, country: 'US' })}
inspection: { internalDomains: [corp.example.co.jp] }
routes:
  abroad: { candidates: [us/d] }
  outwards: { candidates: [jp/d, us/d] }
  homewards: { candidates: [us/d, jp/d] }
  quoting: { candidates: [quoting/d], maxAttempts: 1 }
  changing: { candidates: [us/d], masking: [{ towards: abroad, mask: [all] }] }
`,
  });
  key = await checkpoint.createKey();
});

after(async () => {
  await Promise.all([abroad.close(), home.close()]);
  quoting.closeAllConnections();
  await new Promise((resolve) => quoting.close(resolve));
});

/** Refuses everything, and says what of it was wrong. */
function startQuoting(): Server {
  return createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      quoted = Buffer.concat(parts).toString();
      const { messages } = JSON.parse(quoted) as { messages: { content: string }[] };
      const message = `messages[0].content: “${messages[0]!.content}” is not allowed here`;
      const error = request.url!.endsWith('/messages')
        ? { type: 'error', error: { type: 'invalid_request_error', message } }
        : { error: { message, type: 'invalid_request_error', param: messages[0]!.content, code: 'invalid_value' } };
      response.writeHead(400, { 'content-type': 'application/json' }).end(JSON.stringify(error));
    });
  }).listen(0, '127.0.0.1');
}

const openai = (conversation?: string) =>
  new OpenAI({
    baseURL: `${checkpoint.url}/v1`,
    apiKey: key,
    maxRetries: 0,
    defaultHeaders: conversation === undefined ? {} : { 'x-sekisho-conversation': conversation },
  });
const anthropic = () => new Anthropic({ baseURL: checkpoint.url, apiKey: key, maxRetries: 0 });

const received = (simulator = abroad) => simulator.requests.at(-1)!.body.toString();

function assertClean(text: string): void {
  for (const value of VALUES) assert.ok(!text.includes(value), `${value} is in ${text}`);
}

function chat(model: string, content = LOG, conversation?: string) {
  return openai(conversation)
    .chat.completions.create({ model, messages: [{ role: 'user', content }] })
    .withResponse();
}

async function streamed(model: string): Promise<string> {
  let text = '';
  const stream = await openai().chat.completions.create({ model, stream: true, messages: [{ role: 'user', content: LOG }] });
  for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? '';
  return text;
}

/** Deployments that were asked, and whether something was masked towards them. */
async function asked(response: Response): Promise<unknown[]> {
  const records = await checkpoint.recordsOf(response.headers.get('x-request-id')!);
  return records
    .filter(({ type }) => type === 'decision')
    .map((record) => [
      (record['deployment'] as LedgerRecord)['id'],
      ((record['content'] as LedgerRecord)['masked'] as unknown[]).length > 0,
    ]);
}

describe('a failover', () => {
  it('from abroad to home sends what each of them may get, and the client gets real values', async () => {
    abroad.setFault({ kind: 'status', status: 503 });
    try {
      const { data, response } = await chat('homewards');
      assertClean(received());
      assert.ok(received(home).includes(LOG), 'at home nothing is masked');
      assert.ok(data.choices[0]!.message.content!.includes(LOG));
      assert.equal(response.headers.get('x-sekisho-masked'), null);
      assert.deepEqual(await asked(response), [
        ['us/d', true],
        ['jp/d', false],
      ]);
      assert.ok((await streamed('homewards')).includes(LOG));
    } finally {
      abroad.setFault(null);
    }
  });

  it('from home to abroad as well, whole and streamed', async () => {
    home.setFault({ kind: 'status', status: 503 });
    try {
      const { data, response } = await chat('outwards');
      assert.ok(received(home).includes(LOG));
      assertClean(received());
      assert.ok(data.choices[0]!.message.content!.includes(LOG));
      assert.match(response.headers.get('x-sekisho-masked')!, /email/);
      assert.deepEqual(await asked(response), [
        ['jp/d', false],
        ['us/d', true],
      ]);
      const text = await streamed('outwards');
      assertClean(received());
      assert.ok(text.includes(LOG), text);
    } finally {
      home.setFault(null);
    }
  });
});

describe('operations without an answer in words', () => {
  it('count_tokens', async () => {
    const { input_tokens } = await anthropic().messages.countTokens({ model: 'abroad', messages: [{ role: 'user', content: LOG }] });
    assert.ok(input_tokens > 0);
    assert.match(abroad.requests.at(-1)!.path, /count_tokens$/);
    assert.match(received(), /mail-/);
    assertClean(received());
  });

  it('embeddings, of one text and of several', async () => {
    for (const input of [LOG, [`one ${MAIL}`, `two ${MAIL}`]]) {
      const { data } = await openai().embeddings.create({ model: 'abroad', input });
      assert.equal(data.length, Array.isArray(input) ? 2 : 1);
      assert.match(received(), /mail-/);
      assertClean(received());
    }
    assert.equal(new Set(received().match(/mail-[\w.@-]+/g)).size, 1, 'one value has one placeholder in all texts of a request');
  });
});

describe('an error of a provider that quotes what it got', () => {
  it('comes back with real values, in the shape of each format', async () => {
    await assert.rejects(chat('quoting'), (error: unknown) => {
      assert.ok(error instanceof OpenAI.APIError);
      assert.equal(error.status, 400);
      assert.ok(error.message.includes(`“${LOG}” is not allowed here`), error.message);
      assert.equal(error.param, LOG);
      return true;
    });
    assertClean(quoted);
    await assert.rejects(
      anthropic().messages.create({ model: 'quoting', max_tokens: 9, messages: [{ role: 'user', content: LOG }] }),
      (error) => {
        assert.ok(error instanceof Anthropic.APIError);
        assert.ok(error.message.includes(`“${LOG}” is not allowed here`), error.message);
        return true;
      },
    );
    assertClean(quoted);
  });
});

describe('the header x-sekisho-conversation', () => {
  /** The placeholder of the mail address, as the provider got it. */
  async function placeholder(opening: string, conversation?: string): Promise<string> {
    const { data } = await chat('abroad', `${opening} ${MAIL} please`, conversation);
    assert.ok(data.choices[0]!.message.content!.includes(`${opening} ${MAIL} please`));
    assertClean(received());
    return /mail-[\w.@-]+/.exec(received())![0];
  }

  it('makes two conversations with the same opening differ', async () => {
    assert.notEqual(await placeholder('hello', 'incident-1'), await placeholder('hello', 'incident-2'));
    assert.equal(await placeholder('hello'), await placeholder('hello'), 'without it they are one');
  });

  it('lets conversations with different openings share placeholders', async () => {
    assert.equal(await placeholder('hello', 'incident-3'), await placeholder('another', 'incident-3'));
    assert.notEqual(await placeholder('hello'), await placeholder('another'), 'without it they do not');
  });

  it('does not reach the provider', () => {
    assert.deepEqual(
      abroad.requests.filter(({ headers }) => Object.values(headers).some((value) => value.includes('incident-'))),
      [],
    );
  });
});

describe('a reload that changes what is masked', () => {
  const MASKING = 'masking: [{ towards: abroad, mask: [all] }]';
  const NONE = 'masking: []';

  it('takes effect, and a stream that runs is finished as it began', async () => {
    abroad.setBehaviour({ chunks: 20, chunkCharacters: 0, delayMs: 60 });
    try {
      const count = abroad.requests.length;
      const running = streamed('changing');
      while (abroad.requests.length === count) await new Promise((resolve) => setTimeout(resolve, 10));
      assertClean(received());
      await reloadWith(checkpoint, MASKING, NONE);
      let isOver = false;
      void running.then(() => (isOver = true));
      await chat('changing', `short ${MAIL}`);
      assert.ok(received().includes(`short ${MAIL}`), 'nothing is masked any more');
      assert.equal(isOver, false, 'the stream outlives the reload');
      assert.ok((await running).includes(LOG), 'and its placeholders become values to the end');
    } finally {
      abroad.setBehaviour({ chunks: 0, chunkCharacters: 12, delayMs: 0 });
    }
  });

  it('masks from then on what was not masked before, and a stream without placeholders goes on', async () => {
    abroad.setBehaviour({ chunks: 20, chunkCharacters: 0, delayMs: 60 });
    try {
      const count = abroad.requests.length;
      const running = streamed('changing');
      while (abroad.requests.length === count) await new Promise((resolve) => setTimeout(resolve, 10));
      assert.ok(received().includes(LOG));
      await reloadWith(checkpoint, NONE, MASKING);
      await chat('changing', `short ${MAIL}`);
      assertClean(received());
      assert.ok((await running).includes(LOG));
    } finally {
      abroad.setBehaviour({ chunks: 0, chunkCharacters: 12, delayMs: 0 });
    }
  });
});
