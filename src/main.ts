#!/usr/bin/env node
// Entry point: a worker process serves, every other process is the command line.
import cluster from 'node:cluster';

const OLDEST_NODE = 24;
if (Number(process.versions.node.split('.')[0]) < OLDEST_NODE) {
  process.stderr.write(`sekisho needs Node ${OLDEST_NODE} or newer; this is ${process.version}\n`);
  process.exit(2);
}

if (cluster.isWorker) (await import('#compose')).runWorker();
else await (await import('#cli')).runCli(process.argv.slice(2));
