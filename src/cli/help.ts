// --help: usage, what it does, flags, examples, exit codes. Words come from the commands; this only lays them out.
import type { Command, Flag, Group } from './command.ts';
import { EXIT_MEANINGS } from './exit-codes.ts';
import { columns, type Style } from './terminal.ts';

const WIDTH = 100;

export function groupHelp(group: Group, path: string, style: Style): string {
  const name = path === '' ? 'sekisho' : `sekisho ${path}`;
  const list = Object.entries(group.commands).map(([command, { summary }]) => [style('cyan', command), summary]);
  const sections = [
    `${style('bold', 'Usage')}  ${name} COMMAND [FLAGS]`,
    wrap(group.details),
    `${style('bold', 'Commands')}\n${columns(list, '  ')}`,
  ];
  sections.push(`${name} COMMAND --help shows flags and examples of one command.`);
  if (path === '') sections.push(exitCodes(style));
  return sections.join('\n\n');
}

export function commandHelp(command: Command, path: string, style: Style): string {
  const entries = Object.entries(command.flags);
  const positionals = entries.filter(([, flag]) => flag.type === 'positional');
  const options = entries.filter(([, flag]) => flag.type !== 'positional');
  const required = options.filter(([, flag]) => flag.required === true).map(([name, flag]) => ` --${name} ${hintOf(name, flag)}`);
  const taken = positionals.map(([name, flag]) => {
    const shown = `${name.toUpperCase()}${'repeatable' in flag && flag.repeatable ? '…' : ''}`;
    return flag.required === true ? ` ${shown}` : ` [${shown}]`;
  });
  const sections = [`${style('bold', 'Usage')}  sekisho ${path}${taken.join('')}${required.join('')} [FLAGS]`, wrap(command.details)];
  const rows = [
    ...positionals.map(([name, flag]) => [`  ${style('cyan', name.toUpperCase())}`, flag.description]),
    ...options.map(([name, flag]) => [`  ${style('cyan', flagText(name, flag))}`, describe(flag)]),
    [`  ${style('cyan', '-h, --help')}`, 'This text'],
  ];
  sections.push(`${style('bold', 'Flags')}\n${columns(rows)}`);
  const examples = command.examples.map(([line, meaning]) => `  ${style('dim', `# ${meaning}`)}\n  ${line}`);
  if (examples.length > 0) sections.push(`${style('bold', 'Examples')}\n${examples.join('\n\n')}`);
  sections.push(exitCodes(style));
  return sections.join('\n\n');
}

function exitCodes(style: Style): string {
  return `${style('bold', 'Exit codes')}\n${columns(
    EXIT_MEANINGS.map(([code, meaning]) => [String(code).padStart(3), meaning]),
    '  ',
  )}`;
}

function flagText(name: string, flag: Flag): string {
  const short = 'alias' in flag && flag.alias !== undefined ? `-${flag.alias}, ` : '';
  return flag.type === 'boolean' ? `${short}--${name}` : `${short}--${name} ${hintOf(name, flag)}`;
}

function hintOf(name: string, flag: Flag): string {
  if (flag.valueHint !== undefined) return flag.valueHint;
  return flag.type === 'enum' ? flag.options.join('|') : name.toUpperCase();
}

function describe(flag: Flag): string {
  const notes: string[] = [];
  if (flag.required === true) notes.push('required');
  if ('repeatable' in flag && flag.repeatable) notes.push('may be repeated');
  if ('default' in flag && flag.default !== undefined) notes.push(`default ${flag.default}`);
  return notes.length === 0 ? flag.description : `${flag.description} (${notes.join(', ')})`;
}

/** Paragraphs at a width that is comfortable to read. */
function wrap(text: string): string {
  return text
    .split('\n\n')
    .map((paragraph) => {
      const lines: string[] = [''];
      for (const word of paragraph.split(/\s+/)) {
        const last = lines.at(-1)!;
        if (last !== '' && last.length + 1 + word.length > WIDTH) lines.push(word);
        else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`;
      }
      return lines.join('\n');
    })
    .join('\n\n');
}
