// Goes through the arguments of a tool call and reads each text as what its place says it is.
import { base64 } from '../shell/constant.ts';
import { judgeAssignment } from '../shell/environment.ts';
import { isActive } from '../shell/judge.ts';
import type { Place } from '../shell/read-targets.ts';
import { readRole } from '../shell/roles.ts';
import { emptyState, NOTHING, runText, type Run } from '../shell/run.ts';
import { hasMark, shown } from '../marks.ts';
import { judgePath } from '../sensitive.ts';
import { standingOf } from '../standing.ts';
import { readCloudAccount } from '../targets/accounts.ts';
import { readNetworks } from '../targets/network.ts';
import { guessTargets, scanText } from '../targets/recognise.ts';
import { writeTarget } from '../targets/target.ts';
import { isShell, readingOf, type Reading, type ToolKind } from './tools.ts';

const MAX_DEPTH = 32;
const MAX_DOCUMENT = 65_536;

interface Tool {
  readonly name: string;
  readonly kind: ToolKind;
  readonly language: string;
}

/** Arguments that are the raw input of a custom tool. */
export function readRawText(text: string, tool: Tool, run: Run): void {
  if (tool.kind === 'patch') readPatch(text, run);
  else if (tool.kind === 'unknown') readWord(text, tool, run);
  else
    readText(text, isShell(tool.kind) ? 'command' : tool.kind === 'code' ? 'code' : tool.kind === 'fetch' ? 'url' : 'document', tool, run);
}

/** Arguments that are JSON, parsed. */
export function readMembers(value: unknown, tool: Tool, run: Run): void {
  readValue(value, isShell(tool.kind) ? 'command' : 'word', tool, run, 0);
}

function readValue(value: unknown, reading: Reading, tool: Tool, run: Run, depth: number): void {
  if (!run.findings.spend()) return;
  if (depth > MAX_DEPTH) {
    run.findings.because('too-complex', `The arguments nest more than ${MAX_DEPTH} levels.`);
    return;
  }
  if (typeof value === 'string') readText(value, reading, tool, run);
  // A number may be an address, or one of many other things; a small one is no address that anybody means.
  else if (typeof value === 'number' && ((reading === 'host' && value >= 2 ** 24) || reading === 'account'))
    readText(String(value), reading, tool, run);
  else if (Array.isArray(value)) readArray(value, reading, tool, run, depth);
  else if (typeof value === 'object' && value !== null) readObject(value, reading, tool, run, depth);
}

function readArray(values: readonly unknown[], reading: Reading, tool: Tool, run: Run, depth: number): void {
  if ((reading === 'command' || reading === 'argv') && values.length > 0 && values.every((value) => typeof value === 'string')) {
    // One command in words, or several commands: whatever has spaces in its first word is no program.
    const words: readonly string[] = values;
    if (reading === 'command' && words.every((word) => /\s/.test(word.trim())))
      for (const word of words) readText(word, 'command', tool, run);
    else readArgv(words, run);
    return;
  }
  if (tool.kind === 'unknown' && values.length === 4) readPieces(values, run);
  for (const value of values) readValue(value, reading, tool, run, depth + 1);
}

/** An address in four pieces. */
function readPieces(values: readonly unknown[], run: Run): void {
  const text = values.map(String).join('.');
  if (text.length <= 15) for (const range of readNetworks(text)) run.findings.touch({ kind: 'network', range }, text, 'acts');
}

/** Two members that are the ends of a range of addresses. */
function readEnds(entries: readonly (readonly [string, unknown])[], run: Run): void {
  const value = (pattern: RegExp): string | undefined => {
    const found = entries.find(([name, member]) => pattern.test(name) && typeof member === 'string');
    return found === undefined ? undefined : (found[1] as string).trim();
  };
  const [from, to] = [
    value(/^(?:from|start|first|begin)(?:_?(?:ip|address|addr))?$/i),
    value(/^(?:to|end|last|until)(?:_?(?:ip|address|addr))?$/i),
  ];
  if (from === undefined || to === undefined) return;
  for (const range of readNetworks(`${from}-${to}`)) run.findings.touch({ kind: 'network', range }, `${from}-${to}`, 'acts');
}

function readObject(value: object, reading: Reading, tool: Tool, run: Run, depth: number): void {
  const entries = Object.entries(value);
  if (reading === 'environment') {
    for (const [name, setting] of entries) if (typeof setting === 'string') judgeAssignment(name, setting, 'exported', run);
    return;
  }
  if (tool.kind === 'unknown') {
    readEnds(entries, run);
    for (const [name] of entries) for (const target of guessTargets(name)) run.findings.touch(target, name, 'acts');
  }
  const directory = entries.find(
    ([name, member]) => /^(?:cwd|work_?ing_?dir(?:ectory)?|workdir)$/i.test(name) && typeof member === 'string',
  )?.[1] as string | undefined;
  if (isShell(tool.kind) && directory !== undefined && /^[/~]|^[a-z]:/i.test(directory)) run.state.directory = directory;
  // A program and its words in two members are one command.
  const command = entries.find(
    ([name, member]) => /^(?:command|cmd|program|executable|file|path)$/i.test(name) && typeof member === 'string',
  );
  const words = entries.find(
    ([name, member]) =>
      /^(?:args|argv|arguments|argumentList)$/i.test(name) && Array.isArray(member) && member.every((word) => typeof word === 'string'),
  );
  const isPair = command !== undefined && words !== undefined && tool.kind !== 'prose';
  if (isPair) readArgv([command[1] as string, ...(words[1] as string[])], run);
  for (const [name, member] of entries) {
    if (isPair && (name === command[0] || name === words[0])) continue;
    const named = readingOf(tool.kind, name);
    if (typeof member === 'string' && named !== 'document' && /b(?:ase)?_?64|encoded/i.test(name)) readEncoded(member, tool, run);
    if (typeof member === 'string' && tool.kind === 'write' && named === 'document') readProgram(member, entries, run);
    // Inside of a document everything is part of it.
    readValue(
      member,
      reading === 'document' || (depth > 0 && named === 'word' && reading !== 'command') ? reading : named,
      tool,
      run,
      depth + 1,
    );
  }
}

function readArgv(words: readonly string[], run: Run): void {
  const text = words.join(' ');
  if (words.some(hasMark)) run.findings.because('encoded-command', `The command holds characters that are none: ${shown(text)}`);
  // Some clients give the words to a shell after all.
  run.readers.argv(words, { ...run, state: { ...emptyState(), directory: run.state.directory } }, NOTHING);
}

function readText(text: string, reading: Reading, tool: Tool, run: Run): void {
  if (text === '') return;
  if (hasMark(text) && reading !== 'document' && reading !== 'data') {
    run.findings.because('encoded-command', `The call holds characters that are none: ${shown(text)}`);
    return;
  }
  const at: Place = {
    run,
    stdin: NOTHING,
    use: tool.kind === 'fetch' || tool.kind === 'search' ? 'looks-up' : 'acts',
    name: shown(tool.name, 40),
    flags: new Set(),
  };
  switch (reading) {
    case 'command':
    case 'argv':
      readCommand(text, tool, run);
      return;
    case 'code':
      runText(text, run, (code, inner) => inner.readers.code(tool.language, code, inner));
      return;
    case 'url':
      readRole(/\s/.test(text.trim()) ? 'scan' : 'url', text.trim(), at);
      return;
    case 'host':
      for (const word of text.split(/[\s,]+/)) if (word !== '') readRole('urlorhost', word, at);
      return;
    case 'read-path':
    case 'write-path':
      readPath(text, reading, at);
      return;
    case 'account':
      for (const account of [`aws:${text}`, `azure:${text}`, `gcp:${text}`, text]) {
        const target = readCloudAccount(account);
        if (target === undefined || (account.startsWith('gcp') && !/-/.test(text))) continue;
        run.findings.touch(target, text, at.use);
        return;
      }
      readWord(text, tool, run);
      return;
    case 'email':
      readRole('email', text, at);
      return;
    case 'repository':
      readRole('git', text, at);
      if (!/[:@]/.test(text)) for (const target of guessTargets(text)) run.findings.touch(target, text, at.use);
      return;
    case 'document':
      readDocument(text, run);
      return;
    case 'data':
      return;
    case 'environment':
    case 'word':
      readWord(text, tool, run);
      return;
  }
}

function readCommand(text: string, tool: Tool, run: Run): void {
  const state = { ...emptyState(), directory: run.state.directory };
  if (tool.kind === 'batch') runText(text, run, (code, inner) => inner.readers.batch(code, inner), state);
  else if (tool.kind === 'powershell' || isPowershell(text))
    runText(text, run, (code, inner) => inner.readers.powershell(code, inner), state);
  else runText(text, run, (code, inner) => inner.readers.shell(code, inner, NOTHING), state);
}

/** Cmdlets are verb-noun; bash has no commands of that form. */
function isPowershell(text: string): boolean {
  return /^\s*(?:\$\w+\s*=|(?:Get|Set|New|Invoke|Test|Start|Stop|Enter|Remove|Add|Clear|Copy|Move|Import|Export|Restart|Resolve|Select|Write|Out|Disable|Enable|ConvertTo|ConvertFrom|Send|Connect)-[A-Za-z]+\b|\(New-Object\b|IEX\b|i[ew][xr]\s*[( ])/i.test(
    text,
  );
}

function readPath(text: string, reading: 'read-path' | 'write-path', at: Place): void {
  if (text.includes('://')) readRole('url', text, at);
  else if (text.startsWith('\\\\')) readRole('share', text, at);
  else judgePath(text, { access: reading === 'write-path' ? 'write' : 'open', directory: at.run.state.directory }, at.run.findings);
}

/** Words for people or for a file: what they name is told, and decides nothing. */
function readDocument(value: unknown, run: Run): void {
  if (typeof value !== 'string') return;
  for (const { target, written } of scanText(value.slice(0, MAX_DOCUMENT), 100)) run.findings.touch(target, written, 'mentions');
}

const PROGRAM_PATH = /\.(?:sh|bash|zsh|command|ps1|psm1|bat|cmd)$/i;

/** A script that is written to be run later: what it names outside of the scope is for a person to see. Never more than held. */
function readProgram(text: string, entries: readonly (readonly [string, unknown])[], run: Run): void {
  const paths = entries
    .filter(([name, member]) => /path|file/i.test(name) && typeof member === 'string')
    .map(([, member]) => member as string);
  const isNotebook = paths.some((path) => path.endsWith('.ipynb'));
  const isProgram =
    text.startsWith('#!') ||
    paths.some((path) => PROGRAM_PATH.test(path)) ||
    (isNotebook && /^\s*(?:!|%%(?:bash|sh|script|cmd))/m.test(text));
  if (!isProgram) return;
  for (const { target } of scanText(text.slice(0, MAX_DOCUMENT))) {
    const standing = standingOf(target, run.findings.scope);
    if (standing === 'outside' || standing === 'excluded') {
      run.findings.because('target-unknown', `A program is written that names what is not in scope: ${shown(writeTarget(target))}`);
    }
  }
}

function readEncoded(text: string, tool: Tool, run: Run): void {
  const decoded = base64(text);
  if (decoded !== undefined && decoded !== '') readWord(decoded, tool, run);
  run.findings.because('encoded-command', `The call holds encoded text: ${shown(text)}`);
}

/** A text of an unknown tool: everything that it names counts, and if it is a command, what that does. */
function readWord(text: string, tool: Tool, run: Run): void {
  if (text.length > MAX_DOCUMENT) {
    run.findings.because('too-complex', `A text of an unknown tool is longer than ${MAX_DOCUMENT} characters.`);
    return;
  }
  const use = tool.kind === 'fetch' || tool.kind === 'search' ? 'looks-up' : 'acts';
  for (const { target, written } of scanText(text)) run.findings.touch(target, written, use);
  const first = /^\s*(?:[A-Za-z_]\w*=\S*\s+)*([^\s;|&]+)/.exec(text)?.[1] ?? '';
  if (isActive(first) && /\s/.test(text.trim())) readCommand(text, tool, run);
  else if (
    /[|;&`]|\$\(/.test(text) &&
    /(?:^|[|;&(`]\s*)(?:sudo\s+)?(?:curl|wget|nc|ncat|ssh|bash|sh|python3?|perl|powershell|nmap)\s/.test(text)
  )
    readCommand(text, tool, run);
  else if (isPowershell(text)) readCommand(text, tool, run);
  if (/^(?:[/~]|[a-z]:[\\/]|\\\\|\.\.)/i.test(text) && !/\s/.test(text))
    judgePath(text, { access: 'write', directory: run.state.directory }, run.findings);
}

/** The envelope of apply_patch: which files it changes. What it writes is a document. */
function readPatch(text: string, run: Run): void {
  for (const match of text
    .slice(0, 1_000_000)
    .matchAll(/^(?:\*\*\* (?:Update|Add|Delete) File: |\*\*\* Move to: |\+\+\+ (?:b\/)?)(.{1,4096})$/gm)) {
    if (!run.findings.spend()) return;
    judgePath(match[1]!.trim(), { access: 'write', directory: run.state.directory }, run.findings);
  }
  readDocument(text, run);
}
