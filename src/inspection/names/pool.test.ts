import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { SekishoError } from '#kernel';
import { subjectOf } from '../text/subject.ts';
import { createNameTagger } from './japanese-tagger.ts';
import { createNamePool, type NamePool } from './pool.ts';

const program = (source: string) =>
  new URL(`data:text/javascript,${encodeURIComponent(`import { parentPort } from 'node:worker_threads';${source}`)}`);
/** Dies of the text `die`, hangs on `hang`, answers anything else with nothing. */
const FAULTY = program(
  `parentPort.on('message', ({ id, texts }) => { const { text } = texts[0]; if (text === 'die') process.exit(3); if (text === 'throw') throw new Error('no'); if (text === 'hang') for (;;); parentPort.postMessage({ id, findings: texts.map(() => []) }); });`,
);
const failsWith = (code: string) => (error: unknown) => error instanceof SekishoError && error.code === code;
const text = (value: string) => [{ text: value, hint: '' }];

const pools: NamePool[] = [];
const pool = (
  entry?: URL,
  more: {
    readonly maxQueuedCharacters?: number;
    readonly timeoutMs?: number;
    readonly workers?: number;
  } = {},
) => {
  const made = createNamePool({
    workers: 1,
    maxQueuedCharacters: 1_000_000,
    timeoutMs: 20_000,
    ...more,
    ...(entry === undefined ? {} : { entry }),
  });
  pools.push(made);
  return made;
};
after(async () => {
  await Promise.all(pools.map((each) => each.close()));
});

describe('the pool', () => {
  test('finds what the tagger finds, text by text, also in texts of many windows', async () => {
    const sentence = '本日、営業部の山田太郎様より電話がありました。担当は鈴木さんです。';
    const texts = ['', 'no names', sentence, `${sentence}\n`.repeat(1_000), sentence.repeat(1_000)];
    const tagger = createNameTagger();
    const found = await pool(undefined, { workers: 2 }).tag(texts.map((each) => ({ text: each, hint: '' })));
    assert.equal(found.length, texts.length);
    assert.ok(found[2]!.length > 0);
    for (const [at, each] of texts.entries()) {
      const expected = tagger.tag(subjectOf(each)).map(({ start, end }) => [start, end]);
      assert.deepEqual(
        found[at]!.map(({ start, end }) => [start, end]),
        expected,
      );
    }
  });

  test('passes on what the member name says', async () => {
    const [found] = await pool().tag([{ text: '山田 花子', hint: 'full_name' }]);
    assert.deepEqual(
      found!.map(({ start, end }) => [start, end]),
      [[0, 5]],
    );
  });

  test('refuses what does not fit into its queue and takes it when there is room', async () => {
    const small = pool(FAULTY, { maxQueuedCharacters: 10 });
    const first = small.tag(text('12345678'));
    await assert.rejects(small.tag(text('123')), failsWith('names-queue-full'));
    await first;
    await small.tag(text('123'));
  });

  for (const fault of ['die', 'throw'])
    test(`fails what a worker had that ended (${fault}) and goes on with another`, async () => {
      const faulty = pool(FAULTY);
      const lost = assert.rejects(faulty.tag(text(fault)), failsWith('names-worker-failed'));
      const behind = faulty.tag(text('fine'));
      await lost;
      assert.deepEqual(await behind, [[]]);
    });

  test('ends a worker that is stuck and goes on with another', async () => {
    const faulty = pool(FAULTY, { timeoutMs: 500 });
    await faulty.tag(text('warm'));
    const stuck = assert.rejects(faulty.tag(text('hang')), failsWith('names-timeout'));
    const behind = faulty.tag(text('fine'));
    await stuck;
    assert.deepEqual(await behind, [[]]);
  });

  test('rejects what waits and what comes when it is closed', async () => {
    const closing = pool(FAULTY);
    const waits = [
      assert.rejects(closing.tag(text('hang')), failsWith('names-pool-closed')),
      assert.rejects(closing.tag(text('b')), failsWith('names-pool-closed')),
    ];
    await closing.close();
    await Promise.all(waits);
    await assert.rejects(closing.tag(text('c')), failsWith('names-pool-closed'));
  });
});
