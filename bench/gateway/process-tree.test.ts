import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { cpuBetween, isRunning, treeCpu, treeMemory, treeProcesses, type TreeCpu } from './process-tree.ts';

const skip = existsSync('/proc/self/stat') ? false : 'skipped: /proc absent';

/** A process that starts a second one, which burns CPU and holds memory, and waits. */
const PROGRAM = `
  const { spawn } = require('node:child_process');
  const burn = "const kept = Buffer.alloc(64 * 2 ** 20, 1); while (process.cpuUsage().user < 300_000); console.log(kept.length); setInterval(() => {}, 1000)";
  spawn(process.execPath, ['-e', burn], { stdio: ['ignore', 'inherit', 'inherit'] });
`;

test('CPU and memory of a grandchild count, and the tree ends with its processes', { skip }, async () => {
  const root = spawn(process.execPath, ['-e', PROGRAM], { stdio: ['ignore', 'pipe', 'inherit'] });
  const pid = root.pid ?? 0;
  await once(root.stdout, 'data');
  const tree = treeProcesses(pid);
  try {
    assert.equal(tree.length, 2);
    const cpu = treeCpu(pid);
    assert.ok((cpu?.totalMicros ?? 0) > 250_000);
    assert.ok((cpu?.processes.find((process) => process.pid !== pid)?.micros ?? 0) > 200_000);
    const memory = treeMemory(pid);
    assert.ok((memory?.rssBytes ?? 0) > 96 * 2 ** 20);
    assert.ok((memory?.peakBytes ?? 0) >= (memory?.rssBytes ?? 0) * 0.9);
    assert.equal(memory?.processes.length, 2);
    assert.ok(tree.every(isRunning));
  } finally {
    for (const identity of tree.toReversed()) process.kill(identity.pid, 'SIGKILL');
    await once(root, 'close');
  }
  assert.equal(treeCpu(pid), undefined);
  assert.equal(isRunning(tree[0] ?? { pid, startTime: 0 }), false);
});

test('the CPU time of a child that ended stays with the tree', { skip }, async () => {
  const program = `
    const { spawnSync } = require('node:child_process');
    spawnSync(process.execPath, ['-e', 'while (process.cpuUsage().user < 200_000);']);
    console.log('done'); setInterval(() => {}, 1000);
  `;
  const root = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(root.stdout, 'data');
  const cpu = treeCpu(root.pid ?? 0)?.totalMicros ?? 0;
  root.kill('SIGKILL');
  await once(root, 'close');
  assert.ok(cpu > 180_000, `counted ${cpu} us`);
});

test('CPU between two readings is told for each process', () => {
  const reading = (micros: readonly number[]): TreeCpu => ({
    totalMicros: micros.reduce((sum, value) => sum + value, 0),
    processes: micros.map((value, pid) => ({ pid, name: 'node', micros: value })),
  });
  assert.deepEqual(cpuBetween(reading([10, 20]), reading([15, 20, 7])), reading([5, 0, 7]));
  assert.equal(cpuBetween(undefined, reading([1])), undefined);
});
