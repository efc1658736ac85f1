// Laws of masking whole requests: each by what it holds itself, whoever else was here; in what a provider signed and in definitions of tools
// only what must not leave; and never so long at a time that others wait.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { compilePolicy, createInspector, createRequestInspector, type Content, type RequestInspector } from '#inspection';
import { chatCompletions, messages, segmentsOf, type ClientFormat } from '#providers';

const inspector = createInspector({ internalDomains: ['corp.example.co.jp'] });
assert.ok(inspector.ok);
const policy = compilePolicy({ mask: ['all'], refuse: [], allow: ['public-domain'] });

function fresh(): RequestInspector {
  assert.ok(inspector.ok);
  return createRequestInspector({
    inspector: inspector.value,
    secret: Buffer.alloc(32, 7),
    neverRestored: ['api-key'],
    levels: {},
    memoryBytes: 16 << 20,
  });
}

async function look(
  request: object,
  requests: RequestInspector,
  format: ClientFormat = chatCompletions.format,
): Promise<{ content: Content; body: Buffer }> {
  const body = Buffer.from(JSON.stringify(request));
  const segments = segmentsOf(body, format);
  assert.ok(segments.ok);
  const content = await requests.inspect({ body, segments: segments.value, tenant: ['t', undefined], named: undefined, marks: [] });
  assert.ok(content.ok);
  return { content: content.value, body };
}

async function masked(request: object, requests = fresh(), format?: ClientFormat): Promise<{ out: string; content: Content }> {
  const { content, body } = await look(request, requests, format);
  const spliced = await content.mask(policy);
  assert.ok(spliced.ok);
  return { out: (spliced.value?.body ?? body).toString(), content };
}

const chat = (...contents: string[]) => ({
  model: 'm',
  messages: contents.map((content, index) => ({ role: index % 2 === 0 ? 'user' : 'assistant', content })),
});

const contentOf = (out: string, index: number) => (JSON.parse(out) as ReturnType<typeof chat>).messages[index]!.content;

describe('masking of requests', () => {
  it('masks alike in a worker that knows the conversation, and others that began alike, and in one that knows nothing', async () => {
    const turns = [
      'hello',
      'yes',
      'mail taro.tanaka@corp.example.co.jp, call 090-1234-5678',
      'ok',
      'user taro.tanaka 09012345678 TARO.TANAKA',
    ];
    const others = ['hello', 'yes', 'taro.tanaka and 09012345678 are here, host db01.corp.example.co.jp', 'ok', 'db01 10.20.30.40'];
    const warm = fresh();
    for (let turn = 1; turn <= turns.length; turn += 2)
      for (const history of [turns, others]) {
        const request = chat(...history.slice(0, turn));
        assert.equal((await masked(request, warm)).out, (await masked(request)).out);
      }
  });

  it('puts nothing into an answer that only another request of the conversation holds', async () => {
    const warm = fresh();
    const theirs = await masked(chat('hello', 'yes', 'host 10.20.30.40 of db01.corp.example.co.jp'), warm);
    const mine = await masked(chat('hello', 'yes', 'mail x.y@corp.example.co.jp'), warm);
    const seen = contentOf(theirs.out, 2);
    assert.equal(mine.content.restoring()!.whole(seen, 'text').includes('10.20.30.40'), false);
    assert.equal(mine.content.restoring()!.whole(seen, 'text').includes('db01'), false);
    assert.equal(theirs.content.restoring()!.whole(seen, 'text'), 'host 10.20.30.40 of db01.corp.example.co.jp');
    const own = contentOf(mine.out, 2);
    assert.equal(mine.content.restoring()!.whole(own, 'text'), 'mail x.y@corp.example.co.jp');
    // What several hosts have in common comes back to each who has one of them.
    assert.equal(mine.content.restoring()!.whole(own.slice(own.indexOf('@') + 1), 'text'), 'corp.example.co.jp');
    assert.deepEqual(
      mine.content.toRemember()!.values.map(({ value }) => value),
      ['x.y@corp.example.co.jp'],
    );
  });

  it('leaves what a provider signed as it is, but for what the request holds elsewhere', async () => {
    const request = (said: string, thinking: string) => ({
      model: 'm',
      max_tokens: 9,
      messages: [
        { role: 'user', content: said },
        { role: 'assistant', content: [{ type: 'thinking', thinking, signature: 'abc' }] },
        { role: 'user', content: 'go on' },
      ],
    });
    const thinking = 'I could ping 8.8.8.8 or ask admin@example.net.';
    assert.ok((await masked(request('mail taro.tanaka@corp.example.co.jp', thinking), fresh(), messages.format)).out.includes(thinking));
    const known = await masked(request('host 10.20.30.40', 'It is 10.20.30.40, not 8.8.8.8.'), fresh(), messages.format);
    assert.ok(!known.out.includes('10.20.30.40') && known.out.includes('not 8.8.8.8.'));
  });

  it('changes no definition of a tool because of a word that some log calls a user', async () => {
    const tools = [{ type: 'function', function: { name: 'f', description: 'read a command, k.sato42', parameters: { type: 'object' } } }];
    for (const log of ['TargetUserName: command', 'User=read', ['', 'home', 'object', 'x'].join('/'), 'username = "description"']) {
      const { out } = await masked({ ...chat('go', 'yes', log), tools });
      assert.deepEqual((JSON.parse(out) as { tools: unknown }).tools, tools, log);
    }
    const { out } = await masked({ ...chat('ユーザー名: k.sato42'), tools });
    assert.ok(!out.includes('k.sato42'), out);
  });

  it('never keeps others waiting for long, whatever the request holds', async () => {
    const many = (count: number, make: (index: number) => string) => Array.from({ length: count }, (_, index) => make(index));
    const cases: Readonly<Record<string, object>> = {
      phones: chat(many(20_000, (index) => `090-${1000 + ((index >> 4) & 4095)}-${5000 + (index % 5000)}`).join(' ')),
      mails: chat(many(10_000, (index) => `user${index}@example.co.jp`).join(' ')),
      messages: chat(...many(10_000, (index) => `hello ${index}`)),
      leaves: chat(JSON.stringify(many(40_000, (index) => `v${index}`))),
    };
    for (const [name, request] of Object.entries(cases)) {
      const requests = fresh();
      let turns = 0;
      const timer = setInterval(() => turns++, 1);
      const before = process.cpuUsage();
      await masked(request, requests);
      const { user } = process.cpuUsage(before);
      clearInterval(timer);
      assert.ok(user < 8_000_000, `${name}: ${user} µs`);
      // A turn for every 100 ms of work at the very least.
      assert.ok(turns >= user / 100_000 - 1, `${name}: ${turns} turns in ${user} µs`);
    }
  });

  it('looks for many new values in an old history once, not once for each', async () => {
    const requests = fresh();
    const history = Array.from(
      { length: 501 },
      (_, index) => `step ${index}: https://x.example/?q=%E3%81%82 createRequestInspectorOptions`,
    );
    await masked(chat(...history), requests);
    const values = Array.from({ length: 2000 }, (_, index) => `u${index}x@corp.example.co.jp`).join('\n');
    const { content } = await look(chat(...history, 'y', values), requests);
    const before = process.cpuUsage();
    const spliced = await content.mask(policy);
    const { user } = process.cpuUsage(before);
    assert.ok(spliced.ok);
    assert.ok(user < 1_500_000, `${user} µs`);
  });

  it('refuses more values than are masked in one request', async () => {
    const { content } = await look(chat(Array.from({ length: 50_001 }, (_, index) => `u${index}@example.co.jp`).join('\n')), fresh());
    const spliced = await content.mask(policy);
    assert.deepEqual(spliced, { ok: false, error: { kind: 'too-many-values', limit: 50_000 } });
  });
});
