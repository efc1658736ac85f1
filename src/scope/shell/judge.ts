// What one command touches: its words read as the tables say, whatever is not in them by its looks.
import { hasMark, hasUnknown, HOLE, LOCAL, shown, WILD } from '../marks.ts';
import { judgePath } from '../sensitive.ts';
import { endpointTargets, guessTargets, scanText } from '../targets/recognise.ts';
import { constantOutput, unescaped } from './constant.ts';
import { judgeDestruction } from './destructive.ts';
import type { Place } from './read-targets.ts';
import { readRole } from './roles.ts';
import { emptyState, forkState, FROM_NETWORK, NOTHING, runFlow, runText, UNKNOWN_HERE, type Flow, type Run } from './run.ts';
import { SPECIAL } from './special.ts';
import { compileSpec, parseCommand, type CompiledSpec, type ParsedCommand } from './spec.ts';
import { ALIASES, NETWORK_TOOLS } from './table-network.ts';
import { LOCAL_ALIASES, LOCAL_TOOLS } from './table-local.ts';
import { touchAll } from './touch.ts';

const TOOLS: ReadonlyMap<string, CompiledSpec> = new Map(
  Object.entries({ ...LOCAL_TOOLS, ...NETWORK_TOOLS }).map(([name, spec]) => [name, compileSpec(spec)]),
);

/** Name of a program without its place and ending. */
export function programName(word: string): string {
  const base = word.slice(Math.max(word.lastIndexOf('/'), word.lastIndexOf('\\')) + 1).toLowerCase();
  const bare = base.replace(/\.(?:exe|com|cmd|bat)$/, '');
  const name = ALIASES[bare] ?? LOCAL_ALIASES[bare] ?? bare;
  return TOOLS.has(name) ? name : (/^(python|perl|ruby|php|lua|node)[0-9.]+$/.exec(name)?.[1] ?? name);
}

export function isKnownProgram(word: string): boolean {
  return TOOLS.has(programName(word));
}

/** Does it reach out, or run what it is given, rather than work on files and text? */
export function isActive(word: string): boolean {
  const spec = TOOLS.get(programName(word));
  return (
    spec !== undefined &&
    (spec.isLocal !== true ||
      spec.reads !== undefined ||
      spec.order.some((role) => /argv|shell|code|script|remote|sub|powershell|cmd/.test(role)))
  );
}

export function judgeArgv(argv: readonly string[], run: Run, stdin: Flow): Flow {
  const word = argv[0];
  if (word === undefined || word === '' || !run.findings.spend()) return UNKNOWN_HERE;
  const args = argv.slice(1);
  if (hasUnknown(word) || word === LOCAL) {
    run.findings.because('dynamic-command', `Which program is run cannot be known from the call: ${shown(argv.join(' '))}`);
    for (const arg of args) for (const target of guessTargets(arg)) run.findings.touch(target, arg, 'acts');
    return UNKNOWN_HERE;
  }
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(word)) {
    for (const target of guessTargets(word)) run.findings.touch(target, word, 'acts');
    run.findings.because('remote-code', `What comes over the network is run: ${shown(word)}`);
  }
  const name = programName(word);
  judgeDestruction(name, args, run);
  const written = run.state.files.get(word);
  if (written !== undefined && word.includes('/')) runFlow(written, run, (text, inner) => inner.readers.shell(text, inner, NOTHING), name);
  const spec = TOOLS.get(name);
  const flow = spec === undefined ? judgeUnknown(name, args, run) : judgeKnown(name, spec, args, run, stdin);
  return constantOutput(name, argv, stdin) ?? flow;
}

/** A program that is in no table: everything by its looks, and nothing may be unknown. */
function judgeUnknown(name: string, args: readonly string[], run: Run): Flow {
  for (const [index, arg] of args.entries()) {
    if (!run.findings.spend()) break;
    const option =
      /^--?(?:r?hosts?|targets?|server|url|uri|addr(?:ess)?|domain|ip|endpoint|proxy|remote|dest(?:ination)?|connect|peer|gateway|broker|node)(=|:|$)(.*)$/i.exec(
        arg,
      );
    const value = option === null ? undefined : option[1] === '' ? args[index + 1] : option[2];
    if (value !== undefined && value !== '' && !/^[0-9]{1,5}$/.test(value) && !value.startsWith('-')) {
      const targets = /[/=]/.test(value) ? guessTargets(value) : endpointTargets(value);
      if (targets.length > 0) for (const target of targets) run.findings.touch(target, value, 'acts');
      else if (hasUnknown(value)) touchAll(undefined, 'host', value, 'acts', run);
    }
    if (hasUnknown(arg))
      run.findings.because('dynamic-command', `What ${shown(name, 40)} is told cannot be known from the call: ${shown(arg)}`);
    for (const target of guessTargets(arg)) run.findings.touch(target, arg, 'acts');
    if (run.place === 'here' && !arg.startsWith('-')) judgePath(arg, { access: 'read', directory: run.state.directory }, run.findings);
  }
  return UNKNOWN_HERE;
}

function judgeKnown(name: string, spec: CompiledSpec, args: readonly string[], run: Run, stdin: Flow): Flow {
  if (spec.isLocal !== true && args.some((arg) => arg.includes(WILD))) {
    run.findings.because('target-unknown', `What ${name} is told cannot be known from the call: ${shown(args.join(' '))}`);
  }
  const parsed = parseCommand(spec, args);
  const at: Place = { run, stdin, use: spec.looksUp === true ? 'looks-up' : 'acts', name, flags: new Set(parsed.flags) };
  for (const [flag, why] of Object.entries(spec.held ?? {})) {
    if (flag === '*' || at.flags.has(flag)) run.findings.because('target-unknown', `${name}${flag === '*' ? '' : ` ${flag}`} ${why}.`);
  }
  if (args.some(hasMark)) run.findings.noteDynamic();
  const isInPlace = name === 'sed' && parsed.flags.some((flag) => flag === '-i' || flag === '--in-place');
  for (const { role, value } of parsed.given) {
    if (!run.findings.spend()) return UNKNOWN_HERE;
    const special = SPECIAL[role];
    if (special === undefined) readRole(isInPlace && role === 'file' ? 'out' : role, value, at);
    if (role === 'out' && spec.fetches === true && value !== '-') run.state.files.set(value, FROM_NETWORK);
  }
  for (const role of new Set(parsed.given.map((given) => given.role)))
    SPECIAL[role]?.(
      parsed.given.filter((given) => given.role === role).map((given) => given.value),
      at,
      args,
    );
  return finish(name, spec, parsed, at, args);
}

function finish(name: string, spec: CompiledSpec, parsed: ParsedCommand, at: Place, args: readonly string[]): Flow {
  const { run, stdin } = at;
  const rest = parsed.rest;
  if (rest !== undefined) {
    if (rest.role === 'sub') return judgeSub(name, spec, rest.argv, parsed, at);
    if (rest.role === 'remote') return judgeRemote(name, rest.argv, at);
    const isGiven = parsed.given.some(({ role }) => role === 'shell' || role.startsWith('code:') || role === 'pymodule');
    // What is run was an option; these are its words.
    if (rest.role === 'script' && isGiven) return judgeUnknown(name, rest.argv, run);
    if (name === 'flock' && rest.argv[0] === '-c') return judgeRemote('eval', rest.argv.slice(1), at);
    if (rest.role === 'script') return judgeScript(name, spec, rest.argv, at);
    if (name === 'xargs' || name === 'parallel') return judgeFed(rest.argv, parsed, at);
    const isContainer = /^(?:docker|podman|nerdctl|kubectl|oc|mosh|psexec)/.test(name);
    const argv = isContainer && rest.argv[0] === '--' ? rest.argv.slice(1) : rest.argv;
    return run.readers.argv(argv, isContainer ? { ...run, place: 'elsewhere' } : run, stdin);
  }
  // Nothing to run was named: it runs what it is fed.
  const isGivenCode = parsed.given.some(
    ({ role }) => role === 'shell' || role.startsWith('code:') || role === 'pymodule' || role === 'powershell',
  );
  if (spec.reads !== undefined && spec.reads !== '' && !isGivenCode) {
    const language = spec.reads;
    const read = (text: string, inner: Run): Flow | void =>
      language === 'shell' ? inner.readers.shell(text, inner, NOTHING) : inner.readers.code(language, text, inner);
    return runFlow(stdin, run, read, name);
  }
  if (name === 'env' && args.length === 0) return UNKNOWN_HERE;
  if (TALKERS.has(name) && stdin.origin !== 'none') judgeTalk(name, parsed, at);
  if (spec.fetches === true) return FROM_NETWORK;
  if (/^(?:ssh|nc|socat|telnet|openssl)$/.test(name)) {
    // Commands that are fed to a shell on the other side.
    if (name === 'ssh' && stdin.origin !== 'none' && parsed.given.some((given) => given.role === 'host')) {
      runFlow(stdin, { ...run, place: 'elsewhere' }, (text, inner) => inner.readers.shell(text, inner, NOTHING), name);
    }
    return FROM_NETWORK;
  }
  return UNKNOWN_HERE;
}

/** Clients that take commands, such as `open HOST`, from what they are fed. */
const TALKERS: ReadonlySet<string> = new Set(['ftp', 'lftp', 'sftp', 'tftp', 'telnet', 'smbclient', 'nslookup', 'msfconsole', 'rpcclient']);

function judgeTalk(name: string, parsed: ParsedCommand, at: Place): void {
  for (const text of at.stdin.texts ?? []) for (const { target, written } of scanText(text)) at.run.findings.touch(target, written, at.use);
  const isPointed = parsed.given.some(({ role }) => role !== 'data');
  if (at.stdin.texts === undefined || !isPointed) {
    at.run.findings.because('target-unknown', `What ${name} connects to may stand in what it is fed.`);
  }
}

function judgeSub(name: string, spec: CompiledSpec, argv: readonly string[], parsed: ParsedCommand, at: Place): Flow {
  const sub = spec.subs.get(argv[0]!);
  if (hasUnknown(argv[0]!))
    at.run.findings.because('dynamic-command', `What ${name} does cannot be known from the call: ${shown(argv.join(' '))}`);
  if (sub === undefined) {
    // The options of the tool itself may also stand behind the subcommand.
    const inner = parseCommand({ ...spec, order: [spec.isLocal === true ? 'data*' : 'scan*'], subs: new Map() }, argv.slice(1));
    for (const { role, value } of inner.given) readRole(role === 'data' && /:\/\//.test(value) ? 'scan' : role, value, at);
    return UNKNOWN_HERE;
  }
  void parsed;
  return judgeKnown(name, sub, argv.slice(1), at.run, at.stdin);
}

/** Words that are put together to one command for a shell: here (`eval`, `watch`), or on the host that was named. */
function judgeRemote(name: string, argv: readonly string[], at: Place): Flow {
  const isHere = name === 'eval' || name === 'watch';
  const run: Run = isHere ? at.run : { ...at.run, place: 'elsewhere' };
  const state = isHere ? at.run.state : emptyState();
  const text = argv.join(' ');
  const flow = runText(text, run, (command, inner) => inner.readers.shell(command, inner, isHere ? at.stdin : NOTHING), state);
  const first = programName(argv[0]!.split(/\s+/)[0]!);
  const runsInput =
    /^(?:sh|bash|dash|zsh|ksh|python|perl|ruby|node|powershell)$/.test(first) && (argv.length === 1 || argv[1]!.startsWith('-'));
  if (!isHere && at.stdin.origin !== 'none' && (runsInput || /^(?:sudo )?(?:ba|da|z|k)?sh(?: -s?)?$/.test(text))) {
    runFlow(at.stdin, run, (command, inner) => inner.readers.shell(command, inner, NOTHING), name);
  }
  return isHere ? flow : FROM_NETWORK;
}

/** A script file: what this call itself wrote is read, what the network brought is held; what was there before runs. */
function judgeScript(name: string, spec: CompiledSpec, argv: readonly string[], at: Place): Flow {
  const { run } = at;
  const file = argv[0]!;
  const language = spec.reads ?? 'shell';
  const read = (text: string, inner: Run): Flow | void =>
    language === 'shell' ? inner.readers.shell(text, inner, NOTHING) : inner.readers.code(language, text, inner);
  if (file === '-' || file === '/dev/stdin' || file === '/dev/fd/0') return runFlow(at.stdin, run, read, name);
  if (at.flags.has('-s') && language === 'shell') runFlow(at.stdin, run, read, name);
  if (hasUnknown(file)) run.findings.because('dynamic-command', `Which script ${name} runs cannot be known from the call: ${shown(file)}`);
  const written = run.state.files.get(file) ?? run.state.files.get(file.replace(/^\.\//, '')) ?? run.state.files.get(`./${file}`);
  if (written !== undefined) runFlow(written, run, read, name);
  else if (/^(?:https?|ftp):\/\//i.test(file) || file.startsWith('\\\\')) {
    for (const target of guessTargets(file)) run.findings.touch(target, file, 'acts');
    run.findings.because('remote-code', `${name} runs what comes over the network: ${shown(file)}`);
  } else if (run.place === 'here') judgePath(file, { access: 'read', directory: run.state.directory }, run.findings);
  judgeUnknown(file, argv.slice(1), run);
  return UNKNOWN_HERE;
}

/** xargs and parallel: the command gets words from what flows in, all at once or one by one. */
function judgeFed(argv: readonly string[], parsed: ParsedCommand, at: Place): Flow {
  const { run, stdin } = at;
  const option = (...names: readonly string[]): string | undefined =>
    parsed.given.find((given) => names.includes(given.option ?? ''))?.value;
  const place = option('-I', '-i', '--replace') ?? '{}';
  const isListed = parsed.given.some((given) => given.role === 'list');
  const split = argv.indexOf(':::');
  const given = split === -1 ? argv : argv.slice(0, split);
  const fed =
    split === -1
      ? isListed
        ? undefined
        : fedWords(stdin, at.flags.has('-0') || at.flags.has('--null'), option('-d', '--delimiter'), option('-I', '-i', '-L') !== undefined)
      : argv.slice(split + 1);
  const items = fed === undefined || fed.length > 256 ? [stdin.origin === 'none' || isActive(given[0]!) ? HOLE : LOCAL] : fed;
  const isFilled = given.some((word) => word.includes(place));
  const isSingle = isFilled || at.name === 'parallel' || option('-n', '-L', '--max-args', '-I') !== undefined;
  for (const some of isSingle ? items.map((item) => [item]) : [items]) {
    if (!run.findings.spend()) break;
    const filled = isFilled ? given.map((word) => word.replaceAll(place, some.join(' '))) : [...given, ...some];
    // parallel gives what it puts together to a shell.
    if (at.name === 'parallel') runText(filled.join(' '), run, (text, inner) => inner.readers.shell(text, inner, NOTHING));
    else run.readers.argv(filled, { ...run, state: forkState(run.state) }, NOTHING);
  }
  return UNKNOWN_HERE;
}

function fedWords(stdin: Flow, isNull: boolean, delimiter: string | undefined, isLines: boolean): readonly string[] | undefined {
  const by = isNull ? '\0' : delimiter !== undefined ? unescaped(delimiter) : isLines ? '\n' : /\s+/;
  return stdin.texts?.flatMap((text) => text.split(by).filter((word) => word !== ''));
}
