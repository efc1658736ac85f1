// Commands for cmd.exe, read roughly: its own rules of quoting differ from program to program, so what may vary is not known.
import { HOLE } from '../marks.ts';
import { deeper, NOTHING, type Run } from './run.ts';

/** `%VAR%` and `!VAR!` cannot be known; `^` only escapes. */
export function readBatch(text: string, run: Run): void {
  const inner = deeper(run);
  if (inner === undefined) return;
  let rest = text.trim();
  // cmd /c "..." takes one pair of quotes away.
  if (rest.startsWith('"') && rest.endsWith('"') && rest.length > 1) rest = rest.slice(1, -1);
  for (const command of splitCommands(rest)) {
    if (!run.findings.spend()) return;
    const words = splitWords(command);
    const name = words[0]?.toLowerCase().replace(/^@/, '');
    if (name === undefined) continue;
    if (name === 'type' || name === 'more') inner.readers.argv(['cat', ...words.slice(1)], inner, NOTHING);
    else if (name === 'for' || name === 'if' || name === 'set' || name === 'goto') {
      run.findings.because('dynamic-command', `cmd decides at run time what is run: ${name}`);
      const at = words.findIndex((word) => word.toLowerCase() === 'do');
      if (at !== -1) inner.readers.argv(words.slice(at + 1), inner, NOTHING);
    } else
      inner.readers.argv(name === 'call' ? words.slice(1) : words[0]!.startsWith('@') ? [name, ...words.slice(1)] : words, inner, NOTHING);
  }
}

function splitCommands(text: string): readonly string[] {
  const commands: string[] = [];
  let start = 0;
  let isQuoted = false;
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index]!;
    if (character === '"') isQuoted = !isQuoted;
    else if (character === '^' && !isQuoted) index += 1;
    else if (!isQuoted && (character === '&' || character === '|' || character === '\n' || character === '(' || character === ')')) {
      commands.push(text.slice(start, index));
      start = index + 1;
    }
  }
  commands.push(text.slice(start));
  return commands.filter((command) => command.trim() !== '');
}

function splitWords(command: string): readonly string[] {
  const plain = command.replaceAll(/\^(.)/gs, '$1').replaceAll(/%[^%\s]+%|![^!\s]+!|%%?~?\w/g, HOLE);
  return (plain.match(/(?:[^\s"]|"[^"]*"?)+/g) ?? []).map((word) => word.replaceAll('"', ''));
}
