import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { MaskingVault, VaultEntry } from '#inspection';
import { scanJsonObject, SekishoError } from '#kernel';
import { chatCompletions, responses, type ClientFormat } from '#providers';
import { routeOf, deploymentOf } from '#test/routing';
import type { Reply } from './exchange.ts';
import type { Inspection } from './inspect.ts';
import { recall, remembering, type RecallOptions, type Remembering } from './masking-memory.ts';
import type { Passage } from './passage.ts';
import type { ContentRules } from './ports.ts';

const openaiChat = chatCompletions.format;
const openaiResponses = responses.format;

const ENTRY: VaultEntry = { key: Buffer.alloc(32, 1), values: [] };
const EVENT = (type: string) => Buffer.from(`data: {"type":"${type}","response":{"id":"resp_1"}}\n\n`);
const CREATED = EVENT('response.created');
const COMPLETED = EVENT('response.completed');

/** Writes down what happens, in order. */
class Scene {
  readonly log: string[] = [];
  readonly failures: unknown[] = [];
  readonly asked: string[] = [];
  isClosed = false;
  readonly #savings: { readonly resolve: () => void; readonly reject: (error: Error) => void }[] = [];
  load: MaskingVault['load'] = () => Promise.resolve(ENTRY);
  readonly begun = new Set<string>();

  readonly vault: MaskingVault = {
    hasBegun: (id, tenant) => Promise.resolve(this.begun.has(`${tenant}/${id}`)),
    begin: (id, tenant) => {
      this.begun.add(`${tenant}/${id}`);
      return Promise.resolve();
    },
    load: (id, tenant) => {
      this.asked.push(`${tenant}/${id}`);
      return this.load(id, tenant);
    },
    save: (id, tenant, entry) => {
      assert.equal(entry, ENTRY);
      this.log.push(`save ${tenant}/${id}`);
      return new Promise((resolve, reject) => {
        this.#savings.push({ resolve, reject });
      });
    },
  };

  finishSaving(): void {
    for (const { resolve } of this.#savings) resolve();
  }

  failSaving(error: Error): void {
    for (const { reject } of this.#savings) reject(error);
  }

  passage(format: ClientFormat = openaiResponses): Passage {
    const isClosed = () => this.isClosed;
    const reply: Partial<Reply> = {
      get isClosed() {
        return isClosed();
      },
      start: (status) => void this.log.push(`start ${status}`),
      write: (chunk) => this.log.push(`write ${chunk.toString()}`) > 0,
      end: (chunk) => void this.log.push(`end ${chunk?.toString() ?? ''}`),
      interrupt: (reason) => void this.log.push(`interrupt ${reason}`),
    };
    return { id: 'req_1', reply, caller: { principalId: 'prn_1' }, inbound: { operation: { format } } } as unknown as Passage;
  }

  observer = { passed: () => undefined, failed: (_: unknown, error: unknown) => void this.failures.push(error) };
}

function inspectionOf(body: object, format: ClientFormat = openaiResponses): Inspection {
  const scan = scanJsonObject(Buffer.from(JSON.stringify(body)), format.members);
  assert.ok(scan.ok);
  return { scan: scan.value, model: 'route', isStream: true, endUser: undefined };
}

function begin(scene: Scene, body: object = {}): Remembering {
  const options = { passage: scene.passage(), vault: scene.vault, entry: () => ENTRY, observer: scene.observer };
  const memory = remembering({ ...options, format: openaiResponses, inspection: inspectionOf(body) });
  assert.ok(memory !== undefined);
  return memory;
}

describe('remembering', () => {
  it('saves at the first word of the id, lets the stream flow, and holds back its end until that is done', async () => {
    const scene = new Scene();
    const memory = begin(scene);
    const observer = memory.format.createStreamObserver({ dropUsage: false });
    memory.reply.start(200, []);
    observer.observe(CREATED);
    memory.reply.write(Buffer.from('first'));
    observer.observe(COMPLETED);
    assert.equal(observer.ended, true);
    memory.reply.write(Buffer.from('last'));
    memory.reply.end();
    await Promise.resolve();
    assert.deepEqual(scene.log, ['start 200', 'save prn_1/resp_1', 'write first']);
    scene.finishSaving();
    assert.equal(await memory.outcome(), 'saved');
    assert.deepEqual(scene.log.slice(3), ['write last', 'end ']);
  });

  it('holds back a whole answer, under the name of its conversation as well', async () => {
    const scene = new Scene();
    const memory = begin(scene, { conversation: { id: 'conv_1' } });
    memory.format.observeAnswer(Buffer.from('{"id":"resp_1","status":"completed"}'));
    memory.reply.start(200, []);
    memory.reply.end(Buffer.from('all'));
    assert.deepEqual(scene.log, ['save prn_1/resp_1', 'save prn_1/conv_1', 'start 200']);
    assert.deepEqual([...scene.begun], ['prn_1/conv_1']);
    scene.finishSaving();
    await memory.outcome();
    assert.deepEqual(scene.log.slice(3), ['end all']);
  });

  it('delivers the answer when saving fails, and says so', async () => {
    const scene = new Scene();
    const memory = begin(scene);
    memory.format.observeAnswer(Buffer.from('{"id":"resp_1","status":"completed"}'));
    memory.reply.end(Buffer.from('all'));
    scene.failSaving(new Error('no database'));
    assert.equal(await memory.outcome(), 'failed');
    assert.deepEqual(scene.log, ['save prn_1/resp_1', 'end all']);
    assert.match(String(scene.failures[0]), /no database/);
  });

  it('gives out what was held before a break, and nothing to a client that has gone', async () => {
    const broken = new Scene();
    const memory = begin(broken);
    const observer = memory.format.createStreamObserver({ dropUsage: false });
    observer.observe(CREATED);
    observer.observe(COMPLETED);
    memory.reply.write(Buffer.from('last'));
    memory.reply.interrupt('connection-broken', 'req_1' as never, true);
    assert.deepEqual(broken.log.slice(1), ['write last', 'interrupt connection-broken']);
    const left = new Scene();
    const other = begin(left);
    other.format.observeAnswer(Buffer.from('{"id":"resp_1"}'));
    other.reply.end(Buffer.from('all'));
    left.isClosed = true;
    left.finishSaving();
    assert.equal(await other.outcome(), 'saved');
    assert.deepEqual(left.log, ['save prn_1/resp_1']);
  });

  it('has nothing to do with answers that the provider does not keep, that name no id, or of other formats', async () => {
    const scene = new Scene();
    const options = { passage: scene.passage(), vault: scene.vault, entry: () => ENTRY, observer: scene.observer };
    assert.equal(remembering({ ...options, format: openaiResponses, inspection: inspectionOf({ store: false }) }), undefined);
    assert.equal(remembering({ ...options, format: openaiChat, inspection: inspectionOf({}, openaiChat) }), undefined);
    const nothing = { ...options, entry: () => undefined, format: openaiResponses, inspection: inspectionOf({}) };
    assert.equal(remembering(nothing), undefined);
    const memory = begin(scene);
    memory.format.observeAnswer(Buffer.from('{"error":{"code":"x"}}'));
    memory.reply.end(Buffer.from('all'));
    assert.deepEqual(scene.log, ['end all']);
    assert.equal(await memory.outcome(), undefined);
  });
});

describe('recalling', () => {
  const route = routeOf('route', [deploymentOf('us/d')]);
  const options = (scene: Scene, body: object, masksNothing = false, format: ClientFormat = openaiResponses): RecallOptions => ({
    passage: scene.passage(format),
    inspection: inspectionOf(body, format),
    route,
    rules: { vault: scene.vault, policyFor: () => ({ masksNothing }) } as unknown as ContentRules,
    observer: scene.observer,
  });

  it('asks only where a request continues from an id and may leave masked, and never waits otherwise', () => {
    const scene = new Scene();
    const quiet: RecallOptions[] = [
      options(scene, { input: 'x' }),
      options(scene, { previous_response_id: null, conversation: null }),
      options(scene, { previous_response_id: 7, conversation: { id: '' } }),
      options(scene, { previous_response_id: 'resp_1' }, true),
      options(scene, { previous_response_id: 'resp_1', conversation: 'conv_1' }, false, openaiChat),
    ];
    for (const each of quiet) assert.deepEqual(recall(each), { ok: true, value: undefined });
    assert.deepEqual(scene.asked, []);
  });

  it('finds what is remembered under the answer, else under the conversation, of the caller’s principal', async () => {
    const scene = new Scene();
    for (const body of [
      { previous_response_id: 'resp_1', conversation: 'conv_1' },
      { conversation: 'conv_1' },
      { conversation: { id: 'c' } },
    ])
      assert.deepEqual(await recall(options(scene, body)), { ok: true, value: ENTRY });
    assert.deepEqual(scene.asked, ['prn_1/resp_1', 'prn_1/conv_1', 'prn_1/c']);
  });

  it('refuses to continue from an answer that is not remembered; a conversation begins with the first request that names it', async () => {
    const scene = new Scene();
    scene.load = () => Promise.resolve(undefined);
    assert.deepEqual(await recall(options(scene, { previous_response_id: 'resp_1' })), {
      ok: false,
      error: { rule: 'masking-memory-missing' },
    });
    assert.deepEqual(await recall(options(scene, { conversation: 'conv_1' })), { ok: true, value: undefined });
    scene.begun.add('prn_1/conv_1');
    assert.deepEqual(await recall(options(scene, { conversation: 'conv_1' })), {
      ok: false,
      error: { rule: 'masking-memory-missing' },
    });
    assert.deepEqual(await recall(options(scene, { conversation: 'conv_2' })), { ok: true, value: undefined });
  });

  it('tells a memory out of reach from one that cannot be read', async () => {
    const scene = new Scene();
    scene.load = () => Promise.reject(new Error('no database'));
    const unreachable = { rule: 'masking-memory-unreachable', retryAfterSeconds: 2 };
    for (const body of [{ previous_response_id: 'resp_1' }, { conversation: 'conv_1' }])
      assert.deepEqual(await recall(options(scene, body)), { ok: false, error: unreachable });
    scene.load = () => Promise.reject(new SekishoError('masking-memory-unreadable', 'changed'));
    assert.deepEqual(await recall(options(scene, { conversation: 'conv_1' })), { ok: false, error: { rule: 'masking-memory-missing' } });
    assert.equal(scene.failures.length, 3);
  });
});
