// sekisho inspect: what texts hold. Masks nothing, sends nothing, and shows no value unless it is asked to.
import { examineDocument, levelOfDocument } from '#inspection';
import { command, JSON_FLAG, type Context } from '../command.ts';
import { count } from '../configuration.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { usageError } from '../failure.ts';
import { bytesOf, linesOf, nameOf, readText } from '../masking-input.ts';
import { CONFIDENCE_FLAG, DETECTORS_FLAG, inspectingOf, TYPE_NAMES, type Inspecting } from '../masking-inspector.ts';
import { inspectLines } from '../masking-jsonl.ts';
import { openOutput } from '../masking-output.ts';
import { typesNamed } from '../masking-places.ts';
import { printFile, printSummary, summaryOf, viewOfFile, type FileView, type Showing } from '../masking-report.ts';
import { startProgress, type Progress } from '../progress.ts';
import { plain } from '../terminal.ts';

export const inspect = command({
  flags: {
    files: { type: 'positional', repeatable: true, description: 'Text files; `-` is standard input; default: -' },
    type: {
      type: 'enum',
      repeatable: true,
      options: TYPE_NAMES,
      valueHint: 'TYPE',
      description: `Show only this type or group: ${TYPE_NAMES.join(', ')}`,
    },
    'min-confidence': CONFIDENCE_FLAG,
    'show-values': { type: 'boolean', description: 'Show the values themselves; without it only their shape is shown' },
    jsonl: { type: 'boolean', description: 'One JSON object `{"id","text"}` a line in, one `{"id","spans"}` a line out' },
    config: DETECTORS_FLAG,
    json: JSON_FLAG,
  },
  details:
    'Looks for personal data, secrets, operational data and terms of your dictionaries in texts, as the checkpoint does in requests, and ' +
    'shows where what stands, which rule found it and how sure it is; then the level of data and what asks for it, markings of the ' +
    'document, and signals: hidden or encoded text, instructions to a model, cyber capabilities, targets. Lines and columns begin with 1; ' +
    'columns, and offsets in --json, count code points.\n\n' +
    'With --jsonl each line of input is a text of its own, and the answer to {"id":"a","text":"…"} is ' +
    '{"id":"a","spans":[{"start","end","type","confidence"}]}, in order. `start` and `end` are offsets in code points of the text (as ' +
    'Python counts), `end` is exclusive. Memory stays bounded however long the input is. A line that cannot be read has no answer: it is ' +
    'named on standard error, the rest goes on, and the exit code is 1.\n\n' +
    'Nothing leaves the machine. Values are shown with --show-values only.',
  examples: [
    ['sekisho inspect report.txt', 'What is in it, values obscured'],
    ['sekisho inspect --type secret --type email src/*.py', 'Secrets and mail addresses'],
    ['cat app.log | sekisho inspect - --json --config sekisho.config.yaml | jq .summary', 'With your dictionaries, for a program'],
    ['sekisho inspect --jsonl texts.jsonl > spans.jsonl', 'Spans of many texts, with offsets in code points'],
  ],
  async run({ files, type, 'min-confidence': minConfidence, 'show-values': showsValues, jsonl, config, json }, context) {
    if (jsonl && json) throw usageError('--jsonl and --json contradict each other');
    if (jsonl && showsValues) throw usageError('--jsonl gives offsets, no values');
    if (files.length > 1 && new Set(files).size < files.length) throw usageError('a file is named twice');
    const inspecting = inspectingOf({ config, minConfidence, withSignals: !jsonl }, context);
    if (inspecting === undefined) return EXIT.usage;
    const given = files.length === 0 ? ['-'] : files;
    const showing = { types: typesNamed(type), showsValues };
    const progress = startProgress();
    try {
      return await (jsonl
        ? inspectJsonl(given, inspecting, showing, context, progress)
        : inspectFiles(given, inspecting, showing, context, progress));
    } finally {
      progress.end();
    }
  },
});

async function inspectJsonl(
  files: readonly string[],
  { inspector }: Inspecting,
  { types }: Showing,
  { terminal, signals }: Context,
  progress: Progress,
): Promise<ExitCode> {
  const output = await openOutput(undefined);
  let bad = 0;
  for (const file of files) {
    const result = await inspectLines({
      lines: linesOf(bytesOf(file, signals.first)),
      inspector,
      types,
      output,
      bad: (line, reason) => terminal.note(`${plain(nameOf(file))}:${line}: ${reason}`),
      onProgress: (lines) => progress.count(`${lines} lines of ${plain(nameOf(file))}`),
    });
    bad += result.bad;
  }
  await output.close();
  if (bad === 0) return EXIT.ok;
  terminal.note(`${terminal.noteStyle('yellow', '!')} ${count(bad, 'line')} could not be read; the other lines were answered`);
  return EXIT.failed;
}

async function inspectFiles(
  files: readonly string[],
  { inspector, config }: Inspecting,
  showing: Showing,
  { terminal, signals, json }: Context,
  progress: Progress,
): Promise<ExitCode> {
  const views: FileView[] = [];
  const problems: { file: string; reason: string }[] = [];
  for (const file of files) {
    progress.say(`reading ${plain(nameOf(file))}`);
    try {
      const text = await readText(file, signals.first);
      const onProgress = (done: number, of: number): void => {
        signals.throwIfInterrupted();
        progress.count(`${plain(nameOf(file))}: ${Math.floor((done / of) * 100)} %`);
      };
      const examination = await examineDocument(text, { inspector, onProgress });
      const level = levelOfDocument(text, examination, config?.inspection?.levels);
      views.push(viewOfFile({ file, text, examination, level }, showing));
    } catch (error) {
      signals.throwIfInterrupted();
      // One that cannot be read keeps nobody from the others.
      if (files.length === 1 || !(error instanceof Error)) throw error;
      problems.push({ file, reason: error.message });
    }
  }
  progress.end();
  if (json) terminal.out(JSON.stringify({ ok: problems.length === 0, files: views, summary: summaryOf(views), problems }));
  else {
    for (const view of views) printFile(terminal, view, showing);
    printSummary(terminal, views);
    for (const { file, reason } of problems) terminal.note(`${terminal.noteStyle('red', 'sekisho:')} ${plain(`${file}: ${reason}`)}`);
  }
  return problems.length === 0 ? EXIT.ok : EXIT.failed;
}
