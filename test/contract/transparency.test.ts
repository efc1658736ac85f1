// Byte for byte: what a client receives through the checkpoint is what it would receive from the provider itself, and what the provider
// receives is what the client sent, but for the model's name and the usage that the checkpoint asks for. Headers are not compared here; the
// pseudonym of the end user, which would be added as one more member, is off.
import assert from 'node:assert/strict';
import { request as httpRequest } from 'node:http';
import { before, describe, it } from 'node:test';
import type { SseForm } from '#simulator';
import { MODEL, ROUTE, startContract, type Contract } from '#test/contract';

let contract: Contract;

before(async () => {
  contract = await startContract({ deployment: 'endUserField: none' });
});

interface Answer {
  readonly status: number;
  readonly contentType: string | undefined;
  readonly body: Buffer;
}

/** The same request to whoever; `bearer` is the only thing that differs. */
function post(base: string, path: string, bearer: string, body: Buffer): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = {
      authorization: `Bearer ${bearer}`,
      'content-type': 'application/json',
      'content-length': body.length,
      'anthropic-version': '2023-06-01',
    };
    const request = httpRequest(new URL(path, base), { method: 'POST', headers, agent: false }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('error', reject);
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, contentType: response.headers['content-type'], body: Buffer.concat(parts) });
      });
    });
    request.on('error', reject);
    request.end(body);
  });
}

const through = (path: string, body: Buffer) => post(contract.checkpoint.url, path, contract.key, body);
const direct = (path: string, body: Buffer) => post(contract.simulator.url, path, contract.credential, body);

function received(): Buffer {
  return contract.simulator.requests.at(-1)!.body;
}

/** JSON as no serializer writes it: odd spaces, escapes, numbers that a double cannot hold, unknown members, the model in the middle. */
function oddBody(members: string, { model, stream }: { model: string; stream: boolean }): Buffer {
  return Buffer.from(
    `\r\n{ "x_big" : 12345678901234567890.50e+2,\t"x_esc":"\\u0041\\/\\ud83d\\ude00 😀 \\u2028",\n ${members},
  "model"  :  ${JSON.stringify(model)}  ,"x_nested":{"model":"${ROUTE}","stream":false,"b":[ ],"a":[{}, null]},"stream":${stream}, "x":"" } \n`,
  );
}

const QUESTION = '"messages":[{"role":"user","content":"h\\u00e9llo \\u95a2\\u6240"}]';
const TOOLS =
  '"tools":[{"type":"function","function":{"name":"look","parameters":{"type":"object","properties":{"at":{"type":"string"}}}}}]';
const WIRES: readonly { name: string; path: string; members: string; streams: boolean }[] = [
  { name: 'chat completions', path: '/v1/chat/completions', members: QUESTION, streams: true },
  {
    name: 'chat completions with tools',
    path: '/v1/chat/completions',
    members: `${QUESTION},${TOOLS},"tool_choice":"required"`,
    streams: true,
  },
  {
    name: 'chat completions whose client asks for usage',
    path: '/v1/chat/completions',
    members: `${QUESTION},"stream_options":{"include_usage" : true, "x":1}`,
    streams: true,
  },
  { name: 'responses', path: '/v1/responses', members: '"input":"h\\u00e9llo","metadata":{"a":"b"}', streams: true },
  { name: 'embeddings', path: '/v1/embeddings', members: '"input":["h\\u00e9llo"],"encoding_format":"base64"', streams: false },
  { name: 'messages', path: '/v1/messages', members: `${QUESTION},"max_tokens":1000`, streams: true },
  { name: 'count tokens', path: '/v1/messages/count_tokens', members: QUESTION, streams: false },
];

/** The event with usage alone, which only the checkpoint asked for. */
const USAGE_EVENT = /data: \{[^\n]*"choices":\[\],[^\n]*\}\n\n/;

for (const { name, path, members, streams } of WIRES)
  describe(name, () => {
    for (const stream of streams ? [false, true] : [false])
      it(stream ? 'as an event stream' : 'as JSON', async () => {
        const sent = oddBody(members, { model: ROUTE, stream });
        const answer = await through(path, sent);
        assert.equal(answer.status, 200, answer.body.toString());
        const leaving = received();
        const asksForUsage = path.endsWith('/chat/completions') && stream && !members.includes('stream_options');
        const expected = oddBody(members, { model: MODEL, stream }).toString();
        assert.equal(
          leaving.toString(),
          asksForUsage ? expected.replace('{', '{"stream_options":{"include_usage":true},') : expected,
          'what the provider received',
        );
        const own = await direct(path, leaving);
        assert.equal(answer.contentType, own.contentType);
        const theirs = own.body.toString();
        if (asksForUsage) assert.match(theirs, USAGE_EVENT);
        assert.equal(answer.body.toString(), asksForUsage ? theirs.replace(USAGE_EVENT, '') : theirs, 'what the client received');
        assert.ok(answer.body.length > 100 || path.endsWith('count_tokens'));
      });

    it('an error of the provider', async () => {
      // Nothing but the model: every format finds something missing, and says so in its own words.
      const answer = await through(path, Buffer.from(`{"model":"${ROUTE}"}`));
      const own = await direct(path, received());
      assert.equal(answer.status, 400);
      assert.deepEqual([answer.status, answer.contentType], [own.status, own.contentType]);
      const withoutId = (body: Buffer) => body.toString().replace(/req_sim_\w+/, '');
      assert.equal(withoutId(answer.body), withoutId(own.body));
    });
  });

describe('existing stream_options are kept', () => {
  it('and only include_usage is set in them', async () => {
    const sent = Buffer.from(`{"stream_options":{"include_usage":false,"x":[1]},"model":"${ROUTE}","stream":true,${QUESTION}}`);
    await through('/v1/chat/completions', sent);
    const { stream_options } = JSON.parse(received().toString()) as { stream_options: unknown };
    assert.deepEqual(stream_options, { include_usage: true, x: [1] });
  });
});

describe('unusual streams', () => {
  const forms: readonly SseForm[] = ['crlf', 'cr', 'bom', 'comments', 'multi-line-data', 'bad-json', 'missing-blank-line', 'half-event'];
  for (const form of forms)
    it(`${form}: the bytes are the provider's`, async () => {
      contract.simulator.setFault({ kind: 'sse-form', form }, { times: 2 });
      try {
        const body = (model: string) => oddBody(`${QUESTION},"max_tokens":1000`, { model, stream: true });
        const answer = await through('/v1/messages', body(ROUTE));
        const own = await direct('/v1/messages', body(MODEL));
        assert.deepEqual(received(), contract.simulator.requests.at(-2)!.body);
        assert.equal(answer.body.toString('latin1'), own.body.toString('latin1'));
        assert.ok(answer.body.length > 500);
      } finally {
        contract.simulator.setFault(null);
      }
    });
});
