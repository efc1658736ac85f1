// sekisho up: the running checkpoint. Logs go to standard output as JSON lines, words for the person who started it to standard error.
// A simulator is never started here.
import { loadConfig, type Config } from '#config';
import type { Supervisor } from '#compose';
import { describeError, SekishoError } from '#kernel';
import { command, CONFIG_FLAG, type Context } from '../command.ts';
import { configPath, count, problemLines, readConfig } from '../configuration.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { plain, type Terminal } from '../terminal.ts';
import { packageVersion } from './version.ts';

export const up = command({
  flags: {
    config: CONFIG_FLAG,
    json: { type: 'boolean', description: 'No words on standard error; the log on standard output is JSON in any case' },
  },
  details:
    'Checks the configuration, prepares the database, opens the ledger, starts the workers and serves until it is told to stop. Logs ' +
    'are JSON lines on standard output; the line with msg "ready" says that requests are taken.\n\nSIGHUP reads the configuration ' +
    'again without dropping a request; a file with faults changes nothing and is logged. SIGTERM or Ctrl-C finishes the requests in ' +
    'progress up to server.shutdownDeadlineSeconds; a second one cuts them (exit code 130).',
  examples: [
    ['sekisho up', 'With ./sekisho.config.yaml'],
    ['sekisho up --config /etc/sekisho/sekisho.config.yaml >> /var/log/sekisho.jsonl', 'Logs into a file'],
    ['systemctl reload sekisho', 'Take a changed configuration into use, with the unit in examples/'],
  ],
  async run({ config: given }, context) {
    const loaded = readConfig(context, given);
    if (loaded === undefined) return EXIT.usage;
    const path = configPath(given);
    const words = context.json ? SILENT : speaker(context.terminal);
    words.say(`Sekisho ${packageVersion()}, configuration ${path} (${loaded.config.version.slice(0, 19)})`);
    if (loaded.warnings.length > 0) words.say(problemLines(loaded.warnings, path).replace(/^/gm, 'warning '));
    return await serve({ config: loaded.config, path, context, words });
  },
});

interface Words {
  say(line: string): void;
}

const SILENT: Words = { say: () => undefined };

/** Two parts of the start may say the same thing one after the other; once is enough. */
function speaker(terminal: Terminal): Words {
  let last = '';
  return {
    say(line) {
      if (line !== last) terminal.note(line);
      last = line;
    },
  };
}

interface Serving {
  readonly config: Config;
  readonly path: string;
  readonly context: Context;
  readonly words: Words;
}

async function serve({ config, path, context, words }: Serving): Promise<ExitCode> {
  const { terminal, signals } = context;
  // From now on, SIGHUP must not end the process; one that comes early is heard once there is something to reload.
  let isReloadWanted = false;
  let reload = (): void => void (isReloadWanted = true);
  signals.onHangUp(() => reload());
  const { startSupervisor } = await import('#compose');
  const supervisor = await startSupervisor({ config, onProgress: (message) => words.say(`  … ${plain(message)}`) });
  if (signals.first.aborted) {
    await supervisor.close();
    return EXIT.interrupted;
  }
  announce({ supervisor, config, path, words, terminal });
  reload = () => void reloadFrom(path, supervisor, words);
  if (isReloadWanted) reload();
  return await untilStopped(supervisor, context, words);
}

async function untilStopped(supervisor: Supervisor, { signals }: Context, words: Words): Promise<ExitCode> {
  // Only a timer keeps the loop alive for sure: workers and database may be anything.
  const alive = setInterval(() => undefined, 1 << 30);
  await new Promise<void>((resolve) => signals.first.addEventListener('abort', () => resolve(), { once: true }));
  words.say('Stopping: requests in progress are finished. Once more cuts them.');
  let wasCut = false;
  const closed = supervisor.close();
  signals.onSecond(() => {
    if (wasCut) process.exit(EXIT.interrupted);
    wasCut = true;
    words.say('Cutting what is in progress.');
    void supervisor.close();
  });
  await closed;
  clearInterval(alive);
  words.say('Stopped.');
  return wasCut ? EXIT.interrupted : EXIT.ok;
}

function announce(input: {
  readonly supervisor: Supervisor;
  readonly config: Config;
  readonly path: string;
  readonly words: Words;
  readonly terminal: Terminal;
}): void {
  const { supervisor, config, path, words, terminal } = input;
  const { noteStyle: style } = terminal;
  const url = baseUrl(supervisor);
  const routes = config.routes.map((route) => route.name);
  const { version } = config;
  supervisor.logger.info(
    { url, host: supervisor.host, port: supervisor.port, routes, configuration: version, vkey: supervisor.vkey },
    'ready',
  );
  words.say(`${style('green', '✓')} ${style('bold', url)}`);
  words.say(`  routes      ${routes.join(', ')}`);
  words.say(`  ledger key  ${supervisor.vkey}`);
  words.say(`  new key     sekisho keys create --config ${path} --owner NAME --kind person`);
  words.say(`  reload      kill -HUP ${process.pid}`);
  const { firstEnrolment } = supervisor;
  if (firstEnrolment === undefined) return;
  words.say(
    `  ${style('yellow', 'first administrator')}: nobody can sign in yet. Open this once, before ${new Date(firstEnrolment.expiresAtMs).toISOString()}:`,
  );
  words.say(`  ${firstEnrolment.url}`);
}

const NOT_RELOADED = 'the configuration has faults and was not taken into use; the running one stays';

/** Where clients reach it. An address that stands for all of them is not one to connect to. */
function baseUrl({ host, port }: Pick<Supervisor, 'host' | 'port'>): string {
  const reachable = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`;
}

async function reloadFrom(path: string, supervisor: Supervisor, words: Words): Promise<void> {
  const { logger } = supervisor;
  const loaded = loadConfig(path);
  if (!loaded.ok) {
    logger.error({ file: path, problems: loaded.error }, NOT_RELOADED);
    words.say(
      `${problemLines(loaded.error, path)}\nNot reloaded: ${count(loaded.error.length, 'problem')}; the running configuration stays.`,
    );
    return;
  }
  const { config, warnings } = loaded.value;
  let needsRestart: readonly string[];
  try {
    needsRestart = await supervisor.configure(config);
  } catch (error) {
    const code = error instanceof SekishoError ? error.code : 'unexpected';
    logger.error({ file: path, code, problem: describeError(error) }, NOT_RELOADED);
    words.say(`${plain(describeError(error))}\nNot reloaded; the running configuration stays.`);
    return;
  }
  logger.info({ configuration: config.version, needsRestart, warnings }, 'configuration reloaded');
  const rest = needsRestart.length === 0 ? '' : ` These changes need a restart: ${needsRestart.join(', ')}.`;
  words.say(`Reloaded: ${config.version.slice(0, 19)} is in force.${rest}`);
}
