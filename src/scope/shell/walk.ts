// Reads a shell script as bash would run it: in order, with every branch taken. What single commands do is judged elsewhere (judge.ts).
import {
  parse,
  type Assignment,
  type Command,
  type ParsedScript,
  type Redirection,
  type Statement,
  type SyntaxNode,
  type Word,
} from 'unbash';
import { hasMark, HOLE, LOCAL, shown, SPLIT, WILD } from '../marks.ts';
import { forgetAssigned, join } from './assigned.ts';
import { judgeAssignment } from './environment.ts';
import { either, inSequence } from './flows.ts';
import { judgeRedirect } from './redirects.ts';
import { forkState, known, MAX_DEPTH, NOTHING, UNKNOWN_HERE, type Flow, type Run, type ShellState } from './run.ts';
import { runInside, valuesOf, type Substitutions } from './words.ts';

const MAX_ARGV_ALTERNATIVES = 64;
const MAX_VARIABLES = 500;

/** What the script writes: of its last command, where that can be known. */
export function readShell(text: string, run: Run, stdin: Flow): Flow {
  const script = parse(text);
  const flow = walkScript(script, run, stdin, text);
  walkUncalled(run);
  return flow;
}

function walkScript(script: ParsedScript, run: Run, stdin: Flow, source?: string): Flow {
  const problem = script.errors?.[0];
  if (problem !== undefined) {
    run.findings.because(
      'unparsable-command',
      `The command cannot be read as a shell would read it (${shown(problem.message, 60)})${source === undefined ? '.' : `: ${shown(source, 60)}`}`,
    );
  }
  return walkStatements(script.commands, run, stdin);
}

function walkStatements(statements: readonly Statement[], run: Run, stdin: Flow): Flow {
  const outputs: Flow[] = [];
  for (const statement of statements) {
    if (!run.findings.spend()) break;
    outputs.push(walk(statement.command, run, stdin));
  }
  return inSequence(outputs);
}

function walk(node: SyntaxNode, run: Run, stdin: Flow): Flow {
  switch (node.type) {
    case 'Command':
      return walkCommand(node, run, stdin);
    case 'Pipeline': {
      let flow = stdin;
      const forks: ShellState[] = [];
      for (const command of node.commands) {
        const state = forkState(run.state);
        forks.push(state);
        flow = walk(command, { ...run, state }, flow);
      }
      // Some shells run the last command of a pipe in themselves.
      join(run.state, [forkState(run.state), ...forks.slice(-1)]);
      return flow;
    }
    case 'AndOr': {
      const outputs: Flow[] = [];
      const seen: ShellState[] = [];
      for (const [index, command] of node.commands.entries()) {
        if (index > 0 && node.operators[index - 1] === '||') join(run.state, [...seen, forkState(run.state)]);
        outputs.push(walk(command, run, stdin));
        seen.push(forkState(run.state));
      }
      join(run.state, seen);
      return inSequence(outputs);
    }
    case 'CompoundList':
    case 'Script':
      return walkStatements(node.commands, run, stdin);
    case 'BraceGroup':
      return walk(node.body, run, stdin);
    case 'Subshell': {
      const state = forkState(run.state);
      return walk(node.body, { ...run, state }, stdin);
    }
    case 'If': {
      const states: ShellState[] = [];
      const branch = (list: SyntaxNode): Flow => {
        const state = forkState(run.state);
        states.push(state);
        return walk(list, { ...run, state }, stdin);
      };
      walk(node.clause, run, stdin);
      const outputs = [branch(node.then)];
      for (const elif of node.elif) {
        walk(elif.clause, run, stdin);
        outputs.push(branch(elif.then));
      }
      if (node.else === undefined) states.push(forkState(run.state));
      else outputs.push(branch(node.else));
      join(run.state, states);
      return either(outputs);
    }
    case 'While': {
      forgetAssigned(node, run.state);
      const before = forkState(run.state);
      walk(node.clause, run, stdin);
      walk(node.body, run, stdin);
      join(run.state, [before, forkState(run.state)]);
      return UNKNOWN_HERE;
    }
    case 'For':
    case 'Select':
      return walkFor(node, run, stdin);
    case 'ArithmeticFor':
      forgetAssigned(node, run.state);
      runInside(node, substitutions(run));
      return walk(node.body, run, stdin);
    case 'Case': {
      words([node.word], run);
      const states = [forkState(run.state)];
      const outputs = node.items.map((item) => {
        words(item.pattern, run);
        const state = forkState(run.state);
        states.push(state);
        return walk(item.body, { ...run, state }, stdin);
      });
      join(run.state, states);
      return either(outputs);
    }
    case 'Function': {
      const name = node.name.value;
      run.state.functions.set(name, [...(run.state.functions.get(name) ?? []), node]);
      return known('');
    }
    case 'Coproc':
      walk(node.body, run, NOTHING);
      return UNKNOWN_HERE;
    case 'Redirected': {
      let flow = stdin;
      for (const redirect of node.redirects) flow = readRedirect(redirect, run, flow);
      const output = walk(node.command, run, flow);
      writeRedirects(node.redirects, run, output);
      return output;
    }
    case 'TestCommand':
    case 'ArithmeticCommand':
      runInside(node, substitutions(run));
      return known('');
    default:
      return known('');
  }
}

const MAX_ROUNDS = 300;

/** A loop over known words is read once for each of them; over others, once. */
function walkFor(node: Extract<SyntaxNode, { type: 'For' | 'Select' }>, run: Run, stdin: Flow): Flow {
  const items = node.wordlist === undefined ? (run.state.positional ?? [WILD]) : words(node.wordlist, run).flat();
  forgetAssigned(node.body, run.state);
  const isKnown = items.length <= MAX_ROUNDS && !items.some((item) => item.includes(WILD));
  const rounds = isKnown ? [...new Set(items)] : [items.every((item) => !item.includes(WILD)) ? localOrUnknown(items) : HOLE];
  const outputs: Flow[] = [];
  for (const item of rounds) {
    if (!run.findings.spend()) break;
    run.state.variables.set(node.name.value, [item]);
    outputs.push(walk(node.body, run, stdin));
  }
  return outputs.length <= 16 ? inSequence(outputs) : UNKNOWN_HERE;
}

function localOrUnknown(items: readonly string[]): string {
  return items.every((item) => item === LOCAL) ? LOCAL : HOLE;
}

function substitutions(run: Run): Substitutions {
  return {
    output: (script) => {
      if (run.depth >= MAX_DEPTH) {
        run.findings.because('too-complex', `The command nests more than ${MAX_DEPTH} shells.`);
        return undefined;
      }
      const flow = walkScript(script, { ...run, depth: run.depth + 1, state: forkState(run.state) }, NOTHING);
      if (flow.texts !== undefined && flow.wasEncoded) run.findings.noteDynamic();
      return flow.texts;
    },
    pipe: (script, operator) => {
      if (run.depth >= MAX_DEPTH) {
        run.findings.because('too-complex', `The command nests more than ${MAX_DEPTH} shells.`);
        return HOLE;
      }
      const flow = walkScript(
        script,
        { ...run, depth: run.depth + 1, state: forkState(run.state) },
        operator === '>' ? UNKNOWN_HERE : NOTHING,
      );
      const path = `/dev/fd/${run.state.files.size + 60}`;
      run.state.files.set(path, operator === '<' ? flow : UNKNOWN_HERE);
      return path;
    },
  };
}

/** One list of values for each word; those that fall into several words are several lists' worth in one value, parted by SPLIT. */
function words(list: readonly Word[], run: Run): readonly (readonly string[])[] {
  const subst = substitutions(run);
  return list.map((word) => valuesOf(word, run.state, subst).flatMap((value) => (value.includes(SPLIT) ? value.split(SPLIT) : [value])));
}

function walkCommand(node: Command, run: Run, stdin: Flow): Flow {
  if (!run.findings.spend()) return UNKNOWN_HERE;
  const subst = substitutions(run);
  const isAlone = node.name === undefined;
  const inner = isAlone ? run : { ...run, state: forkState(run.state) };
  let flow = stdin;
  for (const part of node.prefix) {
    if (part.type === 'Assignment') assign(part, inner, subst, isAlone ? 'plain' : 'exported');
  }
  const redirects = node.redirects;
  for (const redirect of redirects) flow = readRedirect(redirect, run, flow);
  if (node.name === undefined) {
    writeRedirects(redirects, run, flow);
    return known('');
  }
  // The words are expanded before the assignments in front of them take effect.
  const name = valuesOf(node.name, run.state, subst);
  const values: (readonly string[])[] = [name];
  const declares = /^(?:export|declare|typeset|local|readonly|alias|env)$/.test(name[0]!);
  for (const part of node.suffix) {
    if (part.type === 'Word') values.push(valuesOf(part, run.state, subst));
    else if (part.type === 'Assignment') {
      if (declares && name[0] !== 'alias') assign(part, run, subst, name[0] === 'export' ? 'exported' : 'plain');
      values.push(assignmentText(part, run, subst));
    }
  }
  const alternatives = argvAlternatives(values);
  if (alternatives === undefined) {
    run.findings.because('dynamic-command', `Too many values are possible for a command: ${shown(node.name.text)}`);
    return UNKNOWN_HERE;
  }
  const outputs = alternatives.map((argv) => runOne(argv, { ...run, state: isAlone ? run.state : inner.state }, run, flow));
  const output = outputs.length === 1 ? outputs[0]! : either(outputs);
  writeRedirects(redirects, run, output);
  return output;
}

function assignmentText(part: Assignment, run: Run, subst: Substitutions): readonly string[] {
  if (part.value.type === 'ArrayValue') return [part.text];
  return valuesOf(part.value, run.state, subst, 'assigned').map((value) => `${part.name}=${value}`);
}

function argvAlternatives(values: readonly (readonly string[])[]): readonly (readonly string[])[] | undefined {
  let all: string[][] = [[]];
  for (const list of values) {
    if (all.length * list.length > MAX_ARGV_ALTERNATIVES) return undefined;
    if (list.length === 1) for (const argv of all) argv.push(...pieces(list[0]!));
    else all = all.flatMap((argv) => list.map((value) => [...argv, ...pieces(value)]));
  }
  return all.filter((argv) => argv.length > 0);
}

function pieces(value: string): readonly string[] {
  return value.includes(SPLIT) ? value.split(SPLIT).filter((piece) => piece !== '') : [value];
}

/** A function of the script, and whatever else may have that name. */
function runOne(argv: readonly string[], run: Run, outer: Run, stdin: Flow): Flow {
  const name = argv[0]!;
  const bodies = hasMark(name) ? undefined : outer.state.functions.get(name);
  if (bodies !== undefined) {
    if (run.depth >= MAX_DEPTH) {
      run.findings.because('too-complex', `Functions call each other more than ${MAX_DEPTH} deep.`);
      return UNKNOWN_HERE;
    }
    run.state.called.add(name);
    const isWild = argv.some((word) => word.includes(WILD));
    const flows = bodies.map((body) => {
      // What a function assigns stays assigned.
      const state: ShellState = { ...outer.state, positional: isWild ? undefined : argv.slice(1) };
      return walk(body.body, { ...run, depth: run.depth + 1, state }, stdin);
    });
    return flows.length === 1 ? flows[0]! : either(flows);
  }
  if (name === 'read' || name === 'mapfile' || name === 'readarray') {
    for (const word of argv.slice(1)) if (/^[A-Za-z_]\w*$/.test(word)) outer.state.variables.set(word, readValues(stdin));
    return known('');
  }
  if (name === 'cd' || name === 'pushd') {
    const to = argv.slice(1).find((word) => !word.startsWith('-'));
    outer.state.directory =
      to === undefined || hasMark(to)
        ? undefined
        : /^[/~\\]|^[a-z]:/i.test(to) || outer.state.directory === undefined
          ? absolute(to)
          : `${outer.state.directory}/${to}`;
    return run.readers.argv(argv, run, stdin);
  }
  if (name === 'set' || name === 'shift') {
    run.readers.argv(argv, run, stdin);
    outer.state.positional = argv[1] === '--' && name === 'set' ? argv.slice(2) : undefined;
    return known('');
  }
  if (name === 'unset') {
    for (const word of argv.slice(1)) outer.state.variables.delete(word);
    return run.readers.argv(argv, run, stdin);
  }
  return run.readers.argv(argv, run, stdin);
}

/** Relative to where the work is done, a place is not known by its whole name. */
function absolute(path: string): string | undefined {
  return /^[/~\\]|^[a-z]:/i.test(path) ? path : undefined;
}

/** Lines of a known text: each may be what `read` reads. */
function readValues(stdin: Flow): readonly string[] {
  const lines = stdin.texts?.flatMap((text) => text.split('\n')).filter((line) => line !== '');
  return lines === undefined || lines.length === 0 || lines.length > 32
    ? [HOLE]
    : [...new Set(lines.flatMap((line) => [line, ...line.split(/[ \t]+/)]))].slice(0, 32);
}

function assign(part: Assignment, run: Run, subst: Substitutions, how: 'plain' | 'exported'): void {
  const { value } = part;
  let values: readonly string[];
  if (value.type === 'ArrayValue') {
    const elements = value.elements.flatMap((element) => valuesOf(element, run.state, subst));
    values = [elements.join(SPLIT)];
  } else values = valuesOf(value, run.state, subst, 'assigned');
  if (part.append === true) {
    const glue = value.type === 'ArrayValue' ? SPLIT : '';
    const [olds, news] = [run.state.variables.get(part.name) ?? [HOLE], values];
    values =
      olds.length * news.length > 32 || (olds[0]?.length ?? 0) + (news[0]?.length ?? 0) > 65_536
        ? [HOLE]
        : olds.flatMap((old) => news.map((next) => old + glue + next));
  }
  if (part.index !== undefined) values = [...(run.state.variables.get(part.name) ?? []), ...values];
  if (run.state.variables.size >= MAX_VARIABLES) {
    run.findings.because('too-complex', `The command sets more than ${MAX_VARIABLES} variables.`);
    return;
  }
  run.state.variables.set(part.name, values.length > 32 ? [HOLE] : values);
  for (const text of values) judgeAssignment(part.name, text, how, run);
}

function readRedirect(redirect: Redirection, run: Run, stdin: Flow): Flow {
  const subst = substitutions(run);
  if (redirect.type === 'HereString') {
    return redirect.target === undefined
      ? UNKNOWN_HERE
      : known(...valuesOf(redirect.target, run.state, subst, 'assigned').map((text) => `${text}\n`));
  }
  if (redirect.type === 'HereDoc') {
    const { body } = redirect;
    const text = redirect.operator === '<<-' ? body.text.replaceAll(/^\t+/gm, '') : body.text;
    if (body.parts === undefined || redirect.delimiter?.quoted === true) return known(text);
    return known(
      ...valuesOf({ type: 'Word', text, value: text, pos: body.pos, end: body.end, parts: body.parts }, run.state, subst, 'assigned'),
    );
  }
  if (redirect.target === undefined) return stdin;
  const isInput = redirect.operator === '<' || redirect.operator === '<>';
  if (!isInput) return stdin;
  let flow: Flow = UNKNOWN_HERE;
  for (const path of valuesOf(redirect.target, run.state, subst)) {
    judgeRedirect(redirect.operator, path, run);
    flow = run.state.files.get(path) ?? (path.startsWith('/dev/tcp/') ? { ...UNKNOWN_HERE, origin: 'remote' } : UNKNOWN_HERE);
  }
  return flow;
}

/** Says where output goes, and remembers what a file of this call then holds. */
function writeRedirects(redirects: readonly Redirection[], run: Run, output: Flow): void {
  for (const redirect of redirects) {
    if (
      redirect.type !== 'Redirect' ||
      redirect.target === undefined ||
      redirect.operator === '<' ||
      redirect.operator === '<>' ||
      redirect.operator === '<&'
    )
      continue;
    for (const path of valuesOf(redirect.target, run.state, substitutions(run))) {
      if (redirect.operator === '>&' && /^(?:[0-9]+|-)-?$/.test(path)) continue;
      judgeRedirect(redirect.operator, path, run);
      const earlier = redirect.operator.endsWith('>>') ? run.state.files.get(path) : undefined;
      run.state.files.set(path, earlier === undefined ? output : inSequence([earlier, output]));
    }
  }
}

/** Functions that the script defines and does not call itself: somebody may, with whatever. */
function walkUncalled(run: Run): void {
  for (const [name, bodies] of run.state.functions) {
    if (run.state.called.has(name)) continue;
    for (const node of bodies) walk(node.body, { ...run, state: { ...forkState(run.state), positional: undefined } }, NOTHING);
  }
}
