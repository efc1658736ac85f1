// Conversations that go on by `previous_response_id` or `conversation`: the real program with two workers, a provider abroad that repeats what
// users wrote in the whole conversation. What only earlier requests named comes back all the same, from any worker, after a restart, to its
// owner only; and the database holds none of it in clear.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import OpenAI from 'openai';
import pg from 'pg';
import { startSimulator, type Simulator } from '#simulator';
import { providerYaml, startCheckpoint, type StartedCheckpoint } from '#test/started-checkpoint';

let abroad: Simulator;
let home: Simulator;
let checkpoint: StartedCheckpoint;
let key: string;

before(async () => {
  abroad = await startSimulator({ name: 'us', label: 'US', behaviour: { echo: 'text', chunkCharacters: 1 } });
  home = await startSimulator({ name: 'jp', label: 'JP', behaviour: { echo: 'text' } });
  checkpoint = await startCheckpoint({
    yaml: `providers:
${providerYaml('us', { url: abroad.url, country: 'US', model: 'sim-us' })}
${providerYaml('chat', { url: abroad.url, country: 'US', model: 'sim-us', wire: 'openai-chat' })}
${providerYaml('jp', { url: home.url, country: 'JP', model: 'sim-jp' })}
inspection:
  internalDomains: [corp.example.co.jp]
  vault: { lifetimeDays: 7 }
routes:
  abroad: { candidates: [us/d] }
  translated: { candidates: [chat/d] }
  home: { candidates: [jp/d] }
`,
    workers: 2,
  });
  key = await checkpoint.createKey();
});

after(() => Promise.all([abroad.close(), home.close()]));

async function query<Row extends object>(text: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: await readFile(join(checkpoint.directory, 'database-url'), 'utf8') });
  await client.connect();
  try {
    return (await client.query<Row>(text)).rows;
  } finally {
    await client.end();
  }
}

const MAIL = 'taro.tanaka@corp.example.co.jp';
const ADDRESS = '10.20.30.40';
const PHONE = '090-1234-5678';
const LOG = `至急: ${MAIL} から ${ADDRESS} へのログイン。電話 ${PHONE} を確認。`;

/** Each request over a connection of its own, so that both workers get some. */
const openai = (apiKey = key) =>
  new OpenAI({ baseURL: `${checkpoint.url}/v1`, apiKey, maxRetries: 0, defaultHeaders: { connection: 'close' } });

async function ask(body: Partial<OpenAI.Responses.ResponseCreateParamsNonStreaming>, apiKey = key) {
  return await openai(apiKey)
    .responses.create({ model: 'abroad', input: 'go on', ...body })
    .withResponse();
}

function received(): string {
  return abroad.requests.at(-1)!.body.toString('utf8');
}

function assertClean(text: string, values: readonly string[] = [MAIL, ADDRESS, PHONE]): void {
  for (const value of values) assert.ok(!text.includes(value), `${value} is in ${text}`);
}

async function refusedWith(request: Promise<unknown>, status: number, code: string) {
  let thrown: unknown;
  await request.catch((error: unknown) => (thrown = error));
  assert.ok(thrown instanceof OpenAI.APIError, 'refused');
  assert.deepEqual([thrown.status, thrown.code], [status, code], thrown.message);
  return { message: thrown.message, headers: thrown.headers as Headers };
}

async function outcomeOf(response: Response): Promise<unknown> {
  const records = await checkpoint.recordsOf(response.headers.get('x-request-id')!);
  return records.find(({ type }) => type === 'outcome')!['maskingMemory'];
}

describe('a conversation without its history', () => {
  it('gets back what only the first request named, whole and streamed, from whichever worker', async () => {
    const first = await ask({ input: LOG });
    let previous = first.data.id;
    assert.equal(await outcomeOf(first.response), 'saved');
    for (let turn = 2; turn <= 6; turn++) {
      const { data } = await ask({ input: `turn ${turn}`, previous_response_id: previous });
      assertClean(received());
      assert.ok(data.output_text.includes(LOG), `turn ${turn}: ${data.output_text}`);
      previous = data.id;
    }
    let text = '';
    for await (const event of await openai().responses.create({
      model: 'abroad',
      input: 'streamed',
      previous_response_id: previous,
      stream: true,
    })) {
      if (event.type === 'response.output_text.delta') text += event.delta;
      if (event.type === 'response.completed') previous = event.response.id;
    }
    assertClean(received());
    assert.ok(text.includes(LOG), text);
    const { data } = await ask({ previous_response_id: previous });
    assert.ok(data.output_text.includes(LOG), 'a stream can be continued as well');
  });

  it('knows values of earlier requests where nothing else tells that they are any', async () => {
    const value = 'Zq8vRt2LmPx4';
    const alone = `compare with ${value} please`;
    await ask({ input: alone });
    assert.ok(received().includes(value), 'nothing in this text says what it is');
    const { data } = await ask({ input: `password=${value}` });
    assertClean(received(), [value]);
    await ask({ input: alone, previous_response_id: data.id });
    assertClean(received(), [value]);
  });

  it('masks the same value alike in later requests', async () => {
    const { data } = await ask({ input: LOG });
    const pseudonym = /[\w.-]+@[\w.-]+/.exec(received())![0];
    await ask({ input: `and ${MAIL}?`, previous_response_id: data.id });
    assert.ok(received().includes(`and ${pseudonym}?`), received());
  });

  it('goes on after a restart', async () => {
    const { data } = await ask({ input: LOG });
    await checkpoint.stop();
    await checkpoint.restart();
    for (let time = 0; time < 4; time++) {
      const later = await ask({ input: `${MAIL} ${time}`, previous_response_id: data.id });
      assertClean(received());
      assert.ok(later.data.output_text.includes(LOG), later.data.output_text);
    }
  });

  it('goes on under the name of a conversation at the provider', async () => {
    await ask({ input: LOG, conversation: 'conv_1' });
    const { data } = await ask({ input: `and 192.168.7.9`, conversation: { id: 'conv_1' } });
    assertClean(received(), [MAIL, ADDRESS, PHONE, '192.168.7.9']);
    assert.ok(data.output_text.includes(LOG), data.output_text);
    const third = await ask({ conversation: 'conv_1' });
    assert.ok(third.data.output_text.includes(LOG) && third.data.output_text.includes('192.168.7.9'), third.data.output_text);
  });

  it('can go on from an answer in which nothing was masked', async () => {
    const first = await ask({ input: 'hello' });
    const { data } = await ask({ input: MAIL, previous_response_id: first.data.id });
    assertClean(received());
    assert.ok(data.output_text.includes(MAIL));
  });
});

describe('what is not remembered', () => {
  it('is another owner’s: their ids are refused, and nothing leaves', async () => {
    const { data } = await ask({ input: LOG });
    const other = await checkpoint.createKey({ owner: 'somebody else' });
    const count = abroad.requests.length;
    const refused = await refusedWith(ask({ previous_response_id: data.id }, other), 400, 'masking_memory_missing');
    assert.match(refused.message, /Send the history/);
    assert.equal(refused.headers.get('x-sekisho-rule'), 'masking-memory-missing');
    assert.equal(abroad.requests.length, count);
    const second = await checkpoint.createKey();
    assert.ok((await ask({ previous_response_id: data.id }, second)).data.output_text.includes(LOG), 'another key of the same owner');
  });

  it('is what is too old, or was never made here, or was not to be kept', async () => {
    const { data } = await ask({ input: LOG });
    await ask({ input: LOG, conversation: 'conv_2' });
    const rows = await query<{ days: number }>(
      'select distinct extract(epoch from expires_at - created_at)::int / 86400 as days from sekisho.masking_vault order by days',
    );
    // Of a conversation at the provider it is known for longer that something was masked in it, though not what.
    assert.deepEqual(
      rows.map(({ days }) => days),
      [7, 407],
    );
    await query(
      "update sekisho.masking_vault set created_at = created_at - interval '8 days', expires_at = expires_at - interval '8 days'",
    );
    await refusedWith(ask({ previous_response_id: data.id }), 400, 'masking_memory_missing');
    await refusedWith(ask({ conversation: 'conv_2' }), 400, 'masking_memory_missing');
    await refusedWith(ask({ previous_response_id: 'resp_elsewhere' }), 400, 'masking_memory_missing');
    const unkept = await ask({ input: LOG, store: false });
    assert.equal(await outcomeOf(unkept.response), null);
    await refusedWith(ask({ previous_response_id: unkept.data.id }), 400, 'masking_memory_missing');
  });

  it('is deleted when its time is over', async () => {
    const expired = () => query('select from sekisho.masking_vault where expires_at <= now()');
    assert.ok((await expired()).length > 0);
    await checkpoint.stop();
    await checkpoint.restart();
    for (let tries = 0; tries < 100 && (await expired()).length > 0; tries++) await new Promise((resolve) => setTimeout(resolve, 20));
    assert.equal((await expired()).length, 0);
  });

  it('is what somebody changed in the database, or put in another’s place', async () => {
    const moved = [await ask({ input: LOG }), await ask({ input: 'another' })];
    await query(`update sekisho.masking_vault as entry set sealed = other.sealed from (
      select name, coalesce(lead(sealed) over (order by name), first_value(sealed) over (order by name)) as sealed from sekisho.masking_vault
    ) as other where entry.name = other.name`);
    for (const { data } of moved) await refusedWith(ask({ previous_response_id: data.id }), 400, 'masking_memory_missing');
    const [first, second] = [await ask({ input: LOG }), await ask({ input: 'another' })];
    await query('update sekisho.masking_vault set sealed = set_byte(sealed, 40, get_byte(sealed, 40) # 1) where expires_at > now()');
    for (const { data } of [first, second]) await refusedWith(ask({ previous_response_id: data.id }), 400, 'masking_memory_missing');
  });

  it('matters only where something is masked', async () => {
    const count = home.requests.length;
    const { data, response } = await ask({ model: 'home', input: LOG });
    assert.equal(await outcomeOf(response), null);
    await ask({ model: 'home', previous_response_id: data.id });
    await ask({ model: 'home', previous_response_id: 'resp_elsewhere' });
    assert.equal(home.requests.length, count + 3);
  });

  it('is what was asked of another format: nobody can continue from an id of ours', async () => {
    const { response } = await ask({ model: 'translated', input: LOG });
    assert.equal(await outcomeOf(response), null);
  });
});

describe('the database', () => {
  it('holds no value, no id and no placeholder in clear', async () => {
    const { data } = await ask({ input: LOG });
    const pseudonym = /[\w.-]+@[\w.-]+/.exec(received())![0];
    const rows = await query<Record<string, unknown>>('select * from sekisho.masking_vault');
    assert.ok(rows.length > 0);
    const dump = Buffer.concat(
      rows.flatMap((row) => Object.values(row).map((value) => (Buffer.isBuffer(value) ? value : Buffer.from(JSON.stringify(value))))),
    );
    const words = [MAIL, ADDRESS, PHONE, 'tanaka', 'example', 'email', pseudonym, data.id, 'resp_'];
    for (const word of words)
      for (const form of [word, Buffer.from(word).toString('base64').replace(/=+$/, ''), Buffer.from(word).toString('hex')])
        assert.ok(!dump.includes(form), `${form} is in the table`);
  });

  it('may fail: an answer is delivered and says so in the ledger, a request that needs it is not', async () => {
    const known = await ask({ input: LOG });
    await query('alter table sekisho.masking_vault rename to masking_vault_elsewhere');
    try {
      const first = await ask({ input: LOG });
      assert.ok(first.data.output_text.includes(LOG));
      assert.equal(await outcomeOf(first.response), 'failed');
      const count = abroad.requests.length;
      const refused = await refusedWith(ask({ previous_response_id: known.data.id }), 503, 'masking_memory_unreachable');
      assert.equal(refused.headers.get('retry-after'), '2');
      assert.equal(abroad.requests.length, count);
      assert.ok((await ask({ input: LOG, store: false })).data.output_text.includes(LOG), 'whoever needs no memory');
    } finally {
      await query('alter table sekisho.masking_vault_elsewhere rename to masking_vault');
    }
    assert.ok((await ask({ previous_response_id: known.data.id })).data.output_text.includes(LOG));
  });
});
