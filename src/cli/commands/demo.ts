// sekisho demo: a tour of the real checkpoint with simulated providers. Every line of it was checked, or the tour fails.
import { closeSync, openSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { loadConfig, type Config } from '#config';
import { describeError, SekishoError } from '#kernel';
import { withDirectoryLock } from '#store';
import { command, JSON_FLAG, type Context } from '../command.ts';
import { problemLines } from '../configuration.ts';
import {
  whatProvidersReceived,
  whatTheLedgerRecorded,
  provenInclusion,
  type Proven,
  type Received,
  type Recorded,
} from '../demo/evidence.ts';
import { ACCESS_STEPS } from '../demo/access-steps.ts';
import { cutOff } from '../demo/cut.ts';
import { instructions } from '../demo/instructions.ts';
import { printInstructions, printProven, printReceived, printRecorded, printStep, printTitle } from '../demo/print.ts';
import {
  choosePort,
  claimDirectory,
  clearDirectory,
  dataDirectoryOf,
  lockDirectoryOf,
  startProviders,
  stopProviders,
  writeConfiguration,
  type Provider,
  type Region,
} from '../demo/setup.ts';
import { makeKeys, makeMembers } from '../demo/people.ts';
import { STEPS, type Shown, type Stage } from '../demo/steps.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { startProgress, type Progress } from '../progress.ts';
import { plain } from '../terminal.ts';

export const demo = command({
  flags: {
    once: { type: 'boolean', description: 'End after the tour: exit code 0 when every step showed what it should, 1 otherwise' },
    port: { type: 'string', valueHint: 'PORT', description: 'Port to serve on; default: 8787, or any free one where that is taken' },
    directory: { type: 'string', valueHint: 'DIR', default: '.sekisho/demo', description: 'Where the demonstration keeps its files' },
    keep: { type: 'boolean', description: 'Go on with the database and ledger of the last one instead of beginning anew' },
    json: JSON_FLAG,
  },
  details:
    'Starts three simulated providers (US, JP, EU) and the real checkpoint with its embedded database in front of them, sends requests ' +
    'with the official openai client, and shows what each provider received, what the ledger recorded, and a verified inclusion proof. ' +
    'On the way it shows trusted access: a route that needs a grant refuses without one; with one that is made for the demonstration, tool ' +
    'calls that the model proposes pass, are replaced, or wait for a person. Then it keeps serving and prints how to point curl, Codex CLI and Claude Code at it.\n\nEvery step asserts what it shows. Needs no ' +
    'configuration and no network. Its files are in its directory; as root where only root can enter, the database and its programs go to ' +
    '/var/lib/sekisho or the temporary directory.',
  examples: [
    ['sekisho demo', 'The tour; then it serves until Ctrl-C'],
    ['sekisho demo --once', 'As a check that everything works on this machine'],
    ['sekisho demo --once --json | jq .steps', 'For a program'],
  ],
  async run({ once, port, directory: given, keep }, context) {
    const directory = resolve(given);
    const wanted = await choosePort(port);
    await claimDirectory(directory);
    const lock = { directory: lockDirectoryOf(directory), waitSeconds: 0 };
    return await withDirectoryLock(lock, () => perform({ directory, port: wanted, keep, once, context })).catch((error: unknown) => {
      throw error instanceof SekishoError && error.code === 'directory-busy' ? alreadyRunning(directory, error) : error;
    });
  },
});

interface Performance {
  readonly directory: string;
  readonly port: number;
  readonly keep: boolean;
  readonly once: boolean;
  readonly context: Context;
}

function alreadyRunning(directory: string, cause: SekishoError): SekishoError {
  return new SekishoError('directory-busy', `a demonstration already runs in ${directory}`, {
    cause,
    hint: 'End it with Ctrl-C where it runs, or begin another one with --directory DIR; it takes a free port by itself.',
  });
}

/** Things to put away, newest first, whatever happens. */
type Closers = (() => Promise<unknown>)[];

async function perform(performance: Performance): Promise<ExitCode> {
  const { context, once } = performance;
  const closers: Closers = [];
  const progress = startProgress();
  try {
    const stage = await setTheStage(performance, closers, progress);
    const tour = await showAround(stage, context, progress);
    const list = instructions({ url: stage.url, key: stage.keys.engineer, route: 'demo' });
    if (context.json)
      context.terminal.out(JSON.stringify({ ...viewOf(tour, stage, performance.directory), ...(once ? {} : { instructions: list }) }));
    if (once) return EXIT.ok;
    if (!context.json) printInstructions(list, stage.url, context.terminal);
    await untilInterrupted(context.signals.first);
    return EXIT.ok;
  } catch (error) {
    // An aborted request fails in many ways; what matters is that somebody asked to stop.
    if (context.signals.first.aborted) throw new SekishoError('interrupted', 'interrupted', { cause: error });
    throw error;
  } finally {
    progress.end();
    const ending = startProgress();
    ending.say('ending the demonstration');
    await closeAll(closers, context);
    ending.end();
  }
}

/** One that fails does not keep the others from being put away. */
async function closeAll(closers: Closers, { terminal }: Context): Promise<void> {
  for (const close of closers.toReversed()) {
    await close().catch((error: unknown) => terminal.note(`clean-up failed: ${plain(describeError(error))}`));
  }
}

async function setTheStage({ directory, port, keep, context }: Performance, closers: Closers, progress: Progress): Promise<Stage> {
  const { discardEmbeddedDatabase, holdEmbeddedDatabase, startSupervisor } = await import('#compose');
  const onProgress = (message: string): void => progress.say(plain(message));
  if (!keep) {
    progress.say('clearing away the last demonstration');
    await discardEmbeddedDatabase(dataDirectoryOf(directory));
    await clearDirectory(directory);
  }
  context.signals.throwIfInterrupted();
  const providers = await startProviders();
  closers.push(() => stopProviders(providers));
  const config = load(await writeConfiguration(directory, port, providers));
  const database = await holdEmbeddedDatabase(config.server.dataDirectory, onProgress);
  closers.push(() => database.release({ remove: !keep }));
  context.signals.throwIfInterrupted();
  onProgress('making keys');
  const keys = await makeKeys(context, config);
  await makeMembers(config);
  context.signals.throwIfInterrupted();
  const log = openSync(join(directory, 'checkpoint.log'), 'a', 0o600);
  closers.push(async () => closeSync(log));
  const supervisor = await startSupervisor({ config, onProgress, logDescriptor: log });
  closers.push(() => supervisor.close());
  context.signals.throwIfInterrupted();
  progress.end();
  const byRegion = Object.fromEntries(providers.map((provider) => [provider.region, provider])) as Record<Region, Provider>;
  const url = `http://${supervisor.host}:${supervisor.port}`;
  const cut = (selector: string) => cutOff({ selector, url, config, context });
  return { url, keys, providers: byRegion, supervisor, signal: context.signals.first, cut };
}

function load(path: string): Config {
  const loaded = loadConfig(path);
  if (loaded.ok) return loaded.value.config;
  throw new SekishoError('demo-configuration', `the demonstration's own configuration has faults:\n${problemLines(loaded.error, path)}`);
}

interface Tour {
  readonly steps: readonly { readonly shown: Shown; readonly ms: number }[];
  readonly received: readonly Received[];
  readonly recorded: Recorded;
  readonly proven: Proven;
}

async function showAround(stage: Stage, { terminal, json, signals }: Context, progress: Progress): Promise<Tour> {
  if (!json) printTitle(terminal);
  const steps: { readonly shown: Shown; readonly ms: number }[] = [];
  for (const step of [...STEPS, ...ACCESS_STEPS]) {
    signals.throwIfInterrupted();
    const startedAt = performance.now();
    const shown = await step.run(stage).catch((error: unknown) => {
      throw new SekishoError('demo-step-failed', `the step "${step.name}" failed`, {
        cause: error,
        hint: 'checkpoint.log in the directory of the demonstration may say more.',
      });
    });
    const ms = performance.now() - startedAt;
    steps.push({ shown, ms });
    if (!json) printStep(shown, ms, terminal);
  }
  progress.say('reading the ledger');
  const all = steps.map(({ shown }) => shown);
  const received = whatProvidersReceived(stage, all);
  if (!json) printReceived(received, terminal);
  const recorded = await whatTheLedgerRecorded(stage, all);
  if (!json) printRecorded(recorded, terminal);
  const proven = await provenInclusion(stage, recorded);
  if (!json) printProven(proven, stage.url, stage.supervisor.vkey, terminal);
  return { steps, received, recorded, proven };
}

function viewOf({ steps, received, recorded, proven }: Tour, stage: Stage, directory: string) {
  return {
    ok: true,
    demonstration: 'the providers are simulated',
    url: stage.url,
    directory,
    vkey: stage.supervisor.vkey,
    steps: steps.map(({ shown, ms }) => ({ ...shown, ms: Math.round(ms) })),
    received,
    ledger: recorded.requests.flatMap(({ step, records }) =>
      records.map(({ evidence, record }) => ({ step: step.name, index: evidence.index, record })),
    ),
    checkpoint: recorded.tree.note,
    proof: proven,
  };
}

async function untilInterrupted(signal: AbortSignal): Promise<void> {
  const alive = setInterval(() => undefined, 1 << 30);
  if (!signal.aborted) await new Promise<void>((done) => signal.addEventListener('abort', () => done(), { once: true }));
  clearInterval(alive);
}
