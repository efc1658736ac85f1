// `npm run bench`: starts the mock upstream, the load generator and the contenders, measures, prints, and ends what it started.
import { mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { startNode, stopAll, type Child } from './children.ts';
import type { Contender, ContenderName, Setting } from './contender.ts';
import { pinnedVersion, startPortkey } from './contender-portkey.ts';
import { startSekisho, startSekishoAccess, startSekishoRouting } from './contender-sekisho.ts';
import { readyPort, startDirect, startReference } from './contender-simple.ts';
import { judge } from './aims.ts';
import { createScratchDirectory } from './disk.ts';
import { measure, type Bench } from './measure.ts';
import { HELP, readOptions, type Options } from './options.ts';
import { profileFiles, summariseProfile } from './profile-summary.ts';
import { renderJson, renderText, type Outcome } from './report.ts';
import { soak } from './soak.ts';

const STARTERS: Readonly<Record<ContenderName, (setting: Setting) => Promise<Contender>>> = {
  direct: startDirect,
  reference: startReference,
  portkey: startPortkey,
  sekisho: startSekisho,
  'sekisho-routing': startSekishoRouting,
  'sekisho-access': startSekishoAccess,
};

const EXIT = { measured: 0, failed: 1, aimNotMet: 2, usage: 64 } as const;

const startedAtMs = performance.now();

function progress(text: string): void {
  const seconds = ((performance.now() - startedAtMs) / 1000).toFixed(0).padStart(4);
  process.stderr.write(`bench ${seconds} s  ${text}\n`);
}

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  if (options === 'help') {
    process.stdout.write(HELP);
    return EXIT.measured;
  }
  if ('fault' in options) {
    process.stderr.write(`bench: ${options.fault}\n\n${HELP}`);
    return EXIT.usage;
  }
  const scratchDirectory = createScratchDirectory(options.scratch);
  const endEverything = onceOnly(async () => {
    await stopAll();
    rmSync(scratchDirectory, { recursive: true, force: true });
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => {
      progress(`${signal}: stopping the processes of this run`);
      void endEverything().finally(() => process.exit(signal === 'SIGINT' ? 130 : 143));
    });
  }
  try {
    const outcome = await run(options, scratchDirectory);
    process.stdout.write(options.json ? renderJson(outcome) : renderText(outcome));
    await endEverything();
    if (options.profileDirectory !== undefined) printProfiles(options.profileDirectory);
    if (outcome.errors.length > 0) return EXIT.failed;
    return options.strict && outcome.aims.some(({ verdict }) => verdict === 'not met') ? EXIT.aimNotMet : EXIT.measured;
  } finally {
    await endEverything();
  }
}

async function run(options: Options, scratchDirectory: string): Promise<Outcome> {
  const upstream = startHelper('upstream', scratchDirectory);
  const load = startHelper('load', scratchDirectory);
  const [upstreamPort] = await Promise.all([
    upstream.message(readyPort),
    load.message((message) => (isStarted(message) ? true : undefined)),
  ]);
  const profileDirectory = options.profileDirectory === undefined ? undefined : resolve(options.profileDirectory);
  if (profileDirectory !== undefined) mkdirSync(profileDirectory, { recursive: true });
  const setting: Setting = { upstreamPort, scratchDirectory, profileDirectory, progress };
  const { contenders, missing } = await startContenders(options.contenders, setting);
  const bench: Bench = { load, upstream, contenders, scratchDirectory, progress };
  const measurements = await measure(bench, options);
  const recorder = contenders.find(({ recordedEntries }) => recordedEntries !== undefined);
  const requests = recorder === undefined ? 0 : (measurements.answered.get(recorder.name) ?? 0);
  const entries = requests === 0 ? undefined : await recorder?.recordedEntries?.();
  const soakContender = contenders.find(({ name }) => name === 'sekisho') ?? (options.workloads.length === 0 ? contenders[0] : undefined);
  const soaked =
    soakContender === undefined || options.soakRequests === 0 ? undefined : await soak(bench, soakContender, options.soakRequests);
  return {
    options,
    measurements,
    soak: soaked,
    aims: judge(
      measurements,
      soaked,
      missing.map(({ name }) => name),
    ),
    missing,
    ledger: entries === undefined ? undefined : { entries, requests },
    errors: [
      ...measurements.errors,
      ...(soaked?.errors ?? []),
      ...(entries !== undefined && entries < requests * 2
        ? [`sekisho recorded ${entries} entries for ${requests} requests: fewer than two each`]
        : []),
      ...missing.filter(({ name }) => name !== 'portkey').map(({ name, reason }) => `${name} could not take part: ${reason}`),
    ],
    portkeyVersion: pinnedVersion(),
  };
}

/** Starts the contenders one after the other. One that cannot start is reported as missing; the others are measured all the same. */
async function startContenders(
  names: readonly ContenderName[],
  setting: Setting,
): Promise<Pick<Outcome, 'missing'> & { readonly contenders: readonly Contender[] }> {
  const contenders: Contender[] = [];
  const missing: { name: ContenderName; reason: string }[] = [];
  for (const name of names) {
    try {
      contenders.push(await STARTERS[name](setting));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      missing.push({ name, reason });
      progress(`!! ${name} cannot take part: ${reason}`);
    }
  }
  return { contenders, missing };
}

function startHelper(name: 'upstream' | 'load', scratchDirectory: string): Child {
  return startNode({
    name,
    arguments: [join(import.meta.dirname, `${name}.ts`)],
    logFile: join(scratchDirectory, `${name}.log`),
    ipc: true,
  });
}

function isStarted(message: unknown): boolean {
  return (message as { type?: unknown }).type === 'started';
}

function printProfiles(directory: string): void {
  const files = profileFiles(resolve(directory));
  process.stderr.write(
    files.length === 0 ? `no profile was written to ${directory}\n` : files.map((file) => `\n${summariseProfile(file)}`).join(''),
  );
}

function onceOnly(action: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  return () => (running ??= action());
}

process.exitCode = await main().catch(async (error: unknown) => {
  process.stderr.write(`bench: ${error instanceof Error ? error.message : String(error)}\n`);
  await stopAll();
  return EXIT.failed;
});
