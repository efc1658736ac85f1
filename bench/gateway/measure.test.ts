import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { startNode, stopAll, type Child } from './children.ts';
import type { Contender } from './contender.ts';
import { readyPort, startDirect, startReference } from './contender-simple.ts';
import { measure } from './measure.ts';
import { WORKLOADS } from './workloads.ts';

let directory: string;
let upstream: Child;
let load: Child;
let contenders: readonly Contender[];
const progress = (): void => undefined;

const helper = (name: string): Child =>
  startNode({ name, arguments: [join(import.meta.dirname, `${name}.ts`)], logFile: join(directory, `${name}.log`), ipc: true });

before(async () => {
  directory = mkdtempSync(join(tmpdir(), 'sekisho-bench-test-'));
  upstream = helper('upstream');
  load = helper('load');
  const [upstreamPort] = await Promise.all([upstream.message(readyPort), load.message(() => true)]);
  const setting = { upstreamPort, scratchDirectory: directory, profileDirectory: undefined, progress };
  contenders = [await startDirect(setting), await startReference(setting)];
});

after(async () => {
  await stopAll();
  rmSync(directory, { recursive: true, force: true });
});

test('every workload passes through direct and reference unchanged and is measured without an error', async () => {
  const bench = { load, upstream, contenders, scratchDirectory: directory, progress };
  const measured = await measure(bench, { workloads: WORKLOADS, rounds: 1, sliceMs: 100, warmUpMs: 50 });
  assert.deepEqual(measured.errors, []);
  for (const name of ['direct', 'reference'] as const) {
    for (const { id } of WORKLOADS) {
      const [slice] = measured.slices.get(name)?.get(id) ?? [];
      assert.ok((slice?.requestsPerSecond ?? 0) > 0 && slice?.errors === 0, `${name} ${id}`);
      assert.ok(slice.p50Ms > 0 && slice.p50Ms <= slice.p99Ms, `${name} ${id}`);
    }
  }
});

test('a gateway that loses the credential fails the run', async () => {
  const [direct] = contenders;
  assert.ok(direct !== undefined);
  const bench = {
    load,
    upstream,
    contenders: [{ ...direct, headers: { authorization: 'Bearer someone-else' } }],
    scratchDirectory: directory,
    progress,
  };
  await assert.rejects(
    measure(bench, { workloads: WORKLOADS.slice(0, 1), rounds: 1, sliceMs: 50, warmUpMs: 50 }),
    /without the operator’s credential/,
  );
});

test('a contender that ends under load is an error and not a figure', async () => {
  const reference = contenders.find(({ name }) => name === 'reference');
  const json = WORKLOADS.find(({ id }) => id === 'json-64');
  assert.ok(reference?.child !== undefined && json !== undefined);
  const bench = { load, upstream, contenders: [reference], scratchDirectory: directory, progress };
  const running = measure(bench, { workloads: [json], rounds: 1, sliceMs: 1500, warmUpMs: 1500 }).then(
    ({ errors }) => errors.join(),
    (error: unknown) => String(error),
  );
  setTimeout(() => void reference.child?.stop(), 700);
  assert.match(await running, /wrong or lost answers|load generator|closed|ECONNREFUSED/);
});
