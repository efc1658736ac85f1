#!/usr/bin/env node
// Entry point: a worker process serves, every other process is the command line.
import cluster from 'node:cluster';

if (cluster.isWorker) (await import('#compose')).runWorker();
else await (await import('#cli')).runCli(process.argv.slice(2));
