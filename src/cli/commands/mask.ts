// sekisho mask: a file as it may leave, and back. Sends nothing.
import { realpathSync } from 'node:fs';
import type { RestoreCounts } from '#inspection';
import { command, type Context } from '../command.ts';
import { count } from '../configuration.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { usageError } from '../failure.ts';
import { nameOf } from '../masking-input.ts';
import { CONFIDENCE_FLAG, DETECTORS_FLAG, inspectingOf } from '../masking-inspector.ts';
import { keysOf, readMaps, refuseExisting, writeMap } from '../masking-map-file.ts';
import { openOutput } from '../masking-output.ts';
import { chosenPolicy } from '../masking-policy.ts';
import { DOCUMENT_FORMATS, formatOf, maskFile, restoreFile, type Job, type MaskedFile } from '../masking-run.ts';
import { startProgress, type Progress } from '../progress.ts';
import { plain } from '../terminal.ts';

export const mask = command({
  flags: {
    file: { type: 'positional', description: 'The file; `-` is standard input; default: -' },
    output: { type: 'string', alias: 'o', valueHint: 'FILE', description: 'Write there instead of standard output, when it is complete' },
    map: {
      type: 'string',
      repeatable: true,
      valueHint: 'FILE',
      description: 'Where which placeholder stands for what is kept; without it nothing can be restored. With --restore: one or several',
    },
    force: { type: 'boolean', description: 'Write over an existing map' },
    restore: { type: 'boolean', description: 'The way back: put values in again, by the maps' },
    'restore-secrets': { type: 'boolean', description: 'When masking: keep secrets in the map too, so that they come back' },
    'secret-file': {
      type: 'string',
      valueHint: 'FILE',
      description: 'Secret that placeholders follow from: the same value gets the same one in every run; default: a fresh one',
    },
    conversation: {
      type: 'string',
      valueHint: 'NAME',
      description: 'With --secret-file: files of one name share placeholders, others do not',
    },
    format: {
      type: 'enum',
      options: DOCUMENT_FORMATS,
      description: `${DOCUMENT_FORMATS.join(', ')}; default: by the file's extension, else text`,
    },
    'min-confidence': CONFIDENCE_FLAG,
    config: DETECTORS_FLAG,
    route: { type: 'string', valueHint: 'NAME', description: 'With --config: by the policy of this route …' },
    deployment: { type: 'string', valueHint: 'NAME', description: '… towards this deployment; default: everything but public domains' },
  },
  details:
    'Writes a text with placeholders where sensitive values stood: typed tokens such as PERSON_K7Q2M9X4T8B3, pseudonyms for addresses and ' +
    'host names that keep subnets and domains readable. What is found in one place is masked in all. With --map the way back is kept; the ' +
    'map is as sensitive as the original. Secrets (keys, passwords) stay masked for good unless --restore-secrets is given.\n\n' +
    'In JSON and JSONL only strings, names of members and numbers of six digits and more are masked, so that it stays JSON; strings that ' +
    'hold JSON are walked into. A masked number becomes a string, and a number again when it is restored.\n\n' +
    'With --restore, spellings that a model changed (case, blanks, Markdown, full width) are restored where there is no doubt; counts go to ' +
    'standard error. Before anything is written, it is proved that it comes back. Nothing leaves the machine.\n\n' +
    'Exit code 3 when the policy of --route and --deployment refuses what was found; nothing is written then.',
  examples: [
    ['sekisho mask incident.log --map incident.map.json > masked.log', 'A log as it may be shown'],
    ['sekisho mask --restore --map incident.map.json answer.md', 'The answer with the real values'],
    ['sekisho mask tickets.jsonl -o masked.jsonl --map tickets.map.json', 'Strings of JSONL; the structure stays'],
    ['sekisho mask a.log --secret-file secret --conversation case-7 --map a.json', 'Several files that share placeholders'],
    ['sekisho mask x.txt --config sekisho.config.yaml --route default --deployment example/large', 'What this provider would see'],
  ],
  async run(values, context) {
    const { file = '-', output, map: maps, format: given, restore } = values;
    if (output !== undefined && isSameFile(output, file))
      throw usageError('--output is the file itself', 'Name another file: the original would be gone.');
    const progress = startProgress();
    try {
      const job = { file, format: formatOf(given, file), signal: context.signals.first };
      if (!restore) return await maskOne(job, values, context, progress);
      if (maps.length === 0) throw usageError('--restore needs --map');
      const wrong = (['secret-file', 'conversation', 'config', 'route', 'deployment', 'min-confidence'] as const).find(
        (name) => values[name] !== undefined,
      );
      if (wrong !== undefined) throw usageError(`--${wrong} says how to mask, not how to restore`);
      if (values['restore-secrets'])
        throw usageError('--restore-secrets is given when masking', 'A map that was made without it holds no secrets.');
      return await restoreOne(job, { maps, output }, context, progress);
    } finally {
      progress.end();
    }
  },
});

function isSameFile(output: string, file: string): boolean {
  try {
    return file !== '-' && realpathSync(output) === realpathSync(file);
  } catch {
    return false;
  }
}

interface MaskFlags {
  readonly map: readonly string[];
  readonly output: string | undefined;
  readonly force: boolean;
  readonly config: string | undefined;
  readonly 'min-confidence': string | undefined;
  readonly route: string | undefined;
  readonly deployment: string | undefined;
  readonly 'restore-secrets': boolean;
  readonly 'secret-file': string | undefined;
  readonly conversation: string | undefined;
}

async function maskOne(job: Job, flags: MaskFlags, context: Context, progress: Progress): Promise<ExitCode> {
  const { signals, terminal } = context;
  const [map, ...others] = flags.map;
  if (others.length > 0) throw usageError('--map is given twice', 'Several maps are for --restore.');
  if (flags.conversation !== undefined && flags['secret-file'] === undefined) throw usageError('--conversation needs --secret-file');
  if (map !== undefined && map === flags.output) throw usageError('--map and --output are the same file');
  if (map !== undefined) refuseExisting(map, flags.force);
  const inspecting = inspectingOf({ config: flags.config, minConfidence: flags['min-confidence'], withSignals: false }, context);
  if (inspecting === undefined) return EXIT.usage;
  const chosen = chosenPolicy(inspecting.config, { ...flags, restoreSecrets: flags['restore-secrets'] });
  const warn = (text: string): void => terminal.note(`${terminal.noteStyle('yellow', '!')} ${plain(text)}`);
  const keys = await keysOf(flags['secret-file'], flags.conversation, warn);
  progress.say(`reading ${plain(nameOf(job.file))}`);
  const masked = await maskFile(job, {
    inspector: inspecting.inspector,
    ...chosen,
    ...keys,
    onProgress: (step, share) => {
      signals.throwIfInterrupted();
      progress.count(`${step} ${plain(nameOf(job.file))}: ${Math.floor(share * 100)} %`);
    },
  });
  signals.throwIfInterrupted();
  if (masked.text === undefined) {
    progress.end();
    terminal.note(
      `${terminal.noteStyle('red', 'sekisho:')} the policy refuses what was found, and nothing was written: ${masked.masker.refused.join(', ')}`,
    );
    return EXIT.refused;
  }
  // The map first: what is masked without one is lost.
  if (map !== undefined) await writeMap(map, masked.masker.map);
  const output = await openOutput(flags.output);
  try {
    await output.write(masked.text);
    await output.close();
  } catch (error) {
    await output.discard();
    throw error;
  }
  progress.end();
  say(masked, flags, context);
  return EXIT.ok;
}

function say({ masker, asText }: MaskedFile, { map, output }: MaskFlags, { terminal }: Context): void {
  const types = Object.entries(masker.masked).map(([type, number]) => `${number} ${type}`);
  const [shown, more] = [asText.slice(0, 10), asText.length - 10];
  if (shown.length > 0)
    terminal.note(
      `${terminal.noteStyle('yellow', '!')} no JSON, masked as text: line ${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`,
    );
  terminal.note(types.length === 0 ? 'nothing in it is masked' : `masked: ${types.join(', ')}`);
  if (map[0] !== undefined) terminal.note(`${terminal.noteStyle('green', '✓')} map in ${plain(map[0])}, as sensitive as the original`);
  if (output !== undefined) terminal.note(`${terminal.noteStyle('green', '✓')} written to ${plain(output)}`);
}

interface RestoreFlags {
  readonly maps: readonly string[];
  readonly output: string | undefined;
}

async function restoreOne(
  job: Job,
  { maps, output: path }: RestoreFlags,
  { terminal, signals }: Context,
  progress: Progress,
): Promise<ExitCode> {
  const map = await readMaps(maps);
  progress.say(`restoring ${plain(nameOf(job.file))}`);
  const output = await openOutput(path);
  let counts: RestoreCounts;
  try {
    counts = await restoreFile(job, map, output);
    signals.throwIfInterrupted();
    await output.close();
  } catch (error) {
    await output.discard();
    throw error;
  }
  progress.end();
  const { restored, altered, ambiguous } = counts;
  terminal.note(`restored: ${restored + altered}${altered === 0 ? '' : `, of them ${altered} spelled in another way`}`);
  if (ambiguous > 0)
    terminal.note(`${terminal.noteStyle('yellow', '!')} left as they are: ${count(ambiguous, 'placeholder')} that could mean two values`);
  return EXIT.ok;
}
