import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, describe, it } from 'node:test';
import type { CutRecord } from '#continuity';
import { findCut, localUrl, waitUntilInForce } from './continuity-cuts.ts';

const servers: Server[] = [];
after(() => {
  for (const server of servers) server.close();
});

async function readiness(bodies: () => unknown): Promise<string> {
  const server = createServer((request, response) => {
    assert.equal(request.url, '/readyz');
    response.end(JSON.stringify(bodies()));
  });
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const signal = new AbortController().signal;

describe('waitUntilInForce', () => {
  it('waits until every worker has the state, and says how long that took', async () => {
    let version = 3;
    const url = await readiness(() => ({ routingVersion: version++ }));
    const found = await waitUntilInForce({ url, version: 6, sinceMs: Date.now(), signal });
    assert.equal(found.kind, 'in-force');
    assert.equal(version, 7, 'asked no more than it had to');
  });

  it('knows a machine without a checkpoint at once', async () => {
    assert.deepEqual(await waitUntilInForce({ url: 'http://127.0.0.1:1', version: 1, sinceMs: 0, signal }), { kind: 'unreachable' });
  });

  it('does not take silence for consent', async () => {
    const controller = new AbortController();
    const url = await readiness(() => ({ status: 'ready' }));
    setTimeout(() => controller.abort(), 150);
    assert.deepEqual(await waitUntilInForce({ url, version: 1, sinceMs: 0, signal: controller.signal }), { kind: 'not-confirmed' });
  });
});

describe('localUrl', () => {
  it('is an address that this machine can reach', () => {
    const url = (host: string) => localUrl({ server: { host, port: 8080 } as Parameters<typeof localUrl>[0]['server'] });
    assert.deepEqual(['0.0.0.0', '::', '::1', '10.0.0.1'].map(url), [
      'http://127.0.0.1:8080',
      'http://[::1]:8080',
      'http://[::1]:8080',
      'http://10.0.0.1:8080',
    ]);
  });
});

describe('findCut', () => {
  const cut = (id: string, selector: string): CutRecord => ({
    id: `cut_${id.padEnd(26, '0')}`,
    selector,
    reason: '',
    by: '',
    atMs: 0,
    restoredAtMs: null,
    restoredBy: null,
    restoredReason: null,
  });
  const cuts = [cut('1', 'country:US'), cut('2', 'country:CN'), cut('3', 'country:CN')];
  const canonical = (text: string) => text.toLowerCase();

  it('finds it by id, and by selector in any spelling', () => {
    assert.equal(findCut(cuts[1]!.id, cuts, canonical), cuts[1]);
    assert.equal(findCut('COUNTRY:us', cuts, canonical), cuts[0]);
  });

  it('guesses nothing', () => {
    assert.throws(() => findCut('country:JP', cuts, canonical), { code: 'unknown-cut' });
    assert.throws(() => findCut('country:CN', cuts, canonical), { code: 'ambiguous-cut' });
    assert.throws(() => findCut(`cut_${'9'.repeat(26)}`, cuts, canonical), { code: 'unknown-cut' });
  });
});
