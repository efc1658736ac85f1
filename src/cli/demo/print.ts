// The tour in words. Nothing here decides anything; the JSON form has the same facts.
import { at, recordLines } from '../records.ts';
import { plain, type Terminal } from '../terminal.ts';
import type { Proven, Received, Recorded } from './evidence.ts';
import type { Instruction } from './instructions.ts';
import type { Shown } from './steps.ts';

const SAID_CHARACTERS = 72;

export function printTitle({ out, style }: Terminal): void {
  out(
    `${style('bold', 'Sekisho')} ${style('dim', '· a demonstration: three simulated providers, no model, nothing leaves this machine')}\n`,
  );
}

export function printStep(shown: Shown, ms: number, { out, style }: Terminal): void {
  const where =
    shown.deployments.length === 0 ? style('red', `refused with ${shown.status}`) : shown.deployments.join(style('yellow', ' ✗ → '));
  const events = shown.events === undefined ? '' : style('dim', `  ${shown.events} events`);
  out(
    `${style('green', '✓')} ${style('bold', shown.name.padEnd(13))} route ${shown.route} → ${where}${events}${style('dim', `  ${Math.round(ms)} ms`)}`,
  );
  out(`                ${style('dim', quote(shown.said))}`);
  if (shown.providerSaw !== undefined)
    out(`                ${style('cyan', 'the provider saw')} ${style('dim', quote(shown.providerSaw))}`);
  for (const { verdict, command, notice } of shown.calls ?? []) {
    const colour = verdict === 'replaced' ? 'red' : 'green';
    const instead = notice === null ? '' : style('dim', ` → ${quote(notice)}`);
    out(`                ${style(colour, verdict.padEnd(8))} shell: ${plain(command)}${instead}`);
  }
}

function quote(text: string): string {
  const characters = Array.from(plain(text));
  return characters.length <= SAID_CHARACTERS * 2 ? characters.join('') : `${characters.slice(0, SAID_CHARACTERS * 2 - 1).join('')}…`;
}

export function printReceived(received: readonly Received[], { out, style }: Terminal): void {
  out(
    `\n${style('bold', 'What each provider received')} ${style('dim', '· its own key, never the caller’s; the route’s name became its model')}`,
  );
  for (const { label, requests } of received) {
    const texts = requests.map(({ path, model, bytes }) => `${plain(path)} ${plain(model)} ${bytes} B`);
    out(`  ${style('cyan', label)}  ${texts.join(style('dim', ' · '))}`);
  }
}

export function printRecorded({ requests, tree }: Recorded, { out, style }: Terminal): void {
  out(`\n${style('bold', 'What the ledger recorded')} ${style('dim', '· decisions were durable before a byte left')}`);
  for (const { step, records } of requests) {
    for (const { evidence, record } of records) {
      const [first, ...rest] = recordLines(record, style);
      out(`  ${style('dim', `#${String(evidence.index).padEnd(2)}`)} ${first!}`);
      if (at(record, 'type') !== 'decision') for (const line of rest) out(`      ${style('dim', line)}`);
    }
    if (records.length === 0) out(`  ${step.requestId}: nothing`);
  }
  out(`  ${style('dim', `${tree.checkpoint.size} entries, signed as ${tree.checkpoint.origin}`)}`);
}

export function printProven(proven: Proven, url: string, vkey: string, { out, style }: Terminal): void {
  out(`\n${style('bold', 'Inclusion proof')} ${style('dim', `· fetched from ${url}/ledger/ with an auditor’s key`)}`);
  out(
    `  ${style('green', '✓')} entry #${proven.index}: ${proven.hashes.length} hashes lead to the root ${proven.root} of ${proven.size} entries`,
  );
  out(`  ${style('green', '✓')} signed by ${vkey}`);
  out(`  ${style('green', '✓')} with one bit changed it proves nothing, and without an auditor’s key the entry is not given out`);
}

export function printInstructions(list: readonly Instruction[], url: string, { out, style }: Terminal): void {
  out(`\n${style('bold', `Serving at ${url}`)} ${style('dim', '· Ctrl-C ends it. Paste:')}`);
  for (const { title, lines } of list)
    out(`\n  ${style('cyan', `# ${title}`)}\n${lines.map((line) => (line === '' ? '' : `  ${line}`)).join('\n')}`);
}
