// `npm run bench:masking`: how much of what must not leave is found, what is found without need, and what looking for it costs.
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';

import { measureAccuracy, type Accuracy } from './accuracy.ts';
import { findData } from './data.ts';
import { measureForwarding, type Forwarding } from './forwarding.ts';
import { loadInspector } from './inspector.ts';
import { measureJapanese, type Japanese } from './japanese.ts';
import { HELP, readOptions, type Options } from './options.ts';
import { installPeers } from './peers.ts';
import { renderAccuracy, renderForwarding, renderJapanese, renderMisses, renderSpeed } from './report.ts';
import { measureSpeed, type Speed } from './speed.ts';

interface Outcome {
  readonly machine: string;
  readonly missing: readonly string[];
  readonly accuracy?: Accuracy;
  readonly japanese?: Japanese;
  readonly speed?: Speed;
  readonly forwarding?: Forwarding;
}

const progress = (text: string): void => void process.stderr.write(`bench: ${text}\n`);

function machine(): string {
  const load = readFileSync('/proc/loadavg', 'utf8').split(' ').slice(0, 3).join(' ');
  return `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, load ${load}`;
}

/** Without the peers the rest is still worth measuring: the report says that they are absent. */
async function peersAreThere(options: Options, missing: string[]): Promise<boolean> {
  if (!options.withPeers) return false;
  try {
    await installPeers(progress);
    return true;
  } catch (error) {
    missing.push(`the peers: ${error instanceof Error ? error.message : String(error)}`);
    return false;
  }
}

/** Needs the whole gateway with its database: the rest is worth reporting without it. */
async function forwarding(options: Options, missing: string[]): Promise<{ readonly forwarding?: Forwarding }> {
  try {
    return { forwarding: await measureForwarding(options.rounds, progress) };
  } catch (error) {
    missing.push(`forwarding: ${error instanceof Error ? error.message : String(error)}`);
    return {};
  }
}

async function measure(options: Options): Promise<Outcome> {
  const { inspector, parts, missing: missingParts } = await loadInspector();
  const missing = [...missingParts];
  const data = findData(options.data);
  const wants = (section: Options['sections'][number]): boolean => options.sections.includes(section);
  if (data === undefined && wants('accuracy'))
    missing.push('the public development sets (name their folder with --data): accuracy on them');
  const withPeers = (wants('accuracy') || wants('japanese')) && (await peersAreThere(options, missing));
  return {
    machine: machine(),
    missing,
    ...(wants('accuracy') && data !== undefined && { accuracy: await measureAccuracy({ inspector, data, withPeers, progress }) }),
    ...(wants('japanese') && { japanese: await measureJapanese(inspector, withPeers, progress) }),
    ...(wants('speed') && { speed: measureSpeed(parts, options.rounds, progress) }),
    ...(wants('forwarding') && (await forwarding(options, missing))),
  };
}

function render({ machine: about, missing, accuracy, japanese, speed, forwarding: forwarded }: Outcome): string {
  return [
    about,
    ...missing.map((what) => `!! MISSING FROM THIS RUN: ${what}`),
    ...(accuracy === undefined ? [] : [`\n${renderAccuracy(accuracy)}`]),
    ...(japanese === undefined ? [] : [`\n${renderJapanese(japanese)}`]),
    ...(speed === undefined ? [] : [`\n${renderSpeed(speed)}`]),
    ...(forwarded === undefined ? [] : [`\n${renderForwarding(forwarded)}`]),
    '',
  ].join('\n');
}

const options = readOptions(process.argv.slice(2));
if (options === 'help') process.stdout.write(HELP);
else if ('fault' in options) {
  process.stderr.write(`bench: ${options.fault}\n\n${HELP}`);
  process.exitCode = 64;
} else {
  const outcome = await measure(options);
  const { accuracy, japanese } = outcome;
  if (options.misses !== undefined) writeFileSync(options.misses, renderMisses([...(accuracy?.misses ?? []), ...(japanese?.misses ?? [])]));
  process.stdout.write(options.json ? `${JSON.stringify(outcome, undefined, 2)}\n` : render(outcome));
}
