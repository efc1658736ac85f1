// sekisho ledger verify: recomputes a whole ledger and compares it with what is signed.
import { readFileSync } from 'node:fs';
import { verifyLog, type LogFault, type VerifyReport } from '#ledger';
import { command, type Context } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { LEDGER_FLAGS, openLedgerAccess } from '../ledger-access.ts';
import { startProgress } from '../progress.ts';
import { bytesText, plain } from '../terminal.ts';

export const ledgerVerify = command({
  flags: {
    place: {
      type: 'positional',
      description: 'A ledger directory, or the http(s) URL that ends in /ledger/; default: that of the configuration',
    },
    previous: { type: 'string', valueHint: 'FILE', description: 'An older checkpoint of this ledger, which it must extend' },
    ...LEDGER_FLAGS,
  },
  details:
    'Reads every entry, recomputes every hash up to the root, and compares it with the signed checkpoint. Names the first entry or tile ' +
    'that is wrong. A checkpoint that you kept from earlier (--previous) also proves that the history before it was not rewritten: keep ' +
    'copies somewhere else.\n\nOver HTTP only the given URL is read, and redirects are not followed.',
  examples: [
    ['sekisho ledger verify', 'Your own ledger, with the key of the configuration'],
    ['sekisho ledger verify /backup/ledger --vkey-file sekisho.vkey --previous checkpoint.2026-11-01', 'A copy, against what you know'],
    ['SEKISHO_KEY=sk_… sekisho ledger verify https://ai.example.jp/ledger/ --vkey example.jp/sekisho+…', 'From outside, as an auditor'],
  ],
  async run({ place, previous, vkey, 'vkey-file': vkeyFile, key, config, json }, context) {
    const access = await openLedgerAccess({ target: place, vkey, vkeyFile, key, config }, context);
    if (access === undefined) return EXIT.usage;
    const older = previous === undefined ? {} : { previous: readFileSync(previous, 'utf8') };
    const startedAt = performance.now();
    const progress = startProgress();
    let report: VerifyReport;
    try {
      progress.say('verifying the ledger');
      report = await verifyLog({
        source: access.source,
        vkey: access.vkey,
        ...older,
        onProgress({ entries, size }) {
          context.signals.throwIfInterrupted();
          progress.count(`verifying the ledger: ${entries.toLocaleString('en')} of ${size.toLocaleString('en')} entries`);
        },
      });
    } finally {
      progress.end();
    }
    context.signals.throwIfInterrupted();
    const seconds = (performance.now() - startedAt) / 1000;
    if (json) context.terminal.out(JSON.stringify(viewOf(report, access.place, seconds)));
    else print(report, access.place, seconds, context);
    return report.ok ? EXIT.ok : EXIT.ledgerBad;
  },
});

function viewOf(report: VerifyReport, place: string, seconds: number) {
  const { checkpoint } = report;
  const tree =
    checkpoint === undefined ? null : { origin: checkpoint.origin, size: checkpoint.size, root: checkpoint.root.toString('base64') };
  const base = { ok: report.ok, place, checkpoint: tree, seconds: Math.round(seconds * 1000) / 1000 };
  return report.ok ? { ...base, entries: report.entries, bytes: report.bytes } : { ...base, fault: report.fault };
}

function print(report: VerifyReport, place: string, seconds: number, { terminal }: Context): void {
  const { style } = terminal;
  if (report.ok) {
    const { origin, size, root } = report.checkpoint;
    terminal.out(
      `${style('green', '✓')} ${place} is in order: ${origin} with ${size.toLocaleString('en')} entries (${bytesText(report.bytes)})`,
    );
    terminal.out(`  root ${root.toString('base64')}, signature, tiles and entries verified in ${seconds.toFixed(1)} s`);
    return;
  }
  terminal.out(`${style('red', '✗')} ${place} is NOT in order`);
  terminal.out(`  ${style('bold', placeOf(report.fault))}: ${plain(report.fault.message)}`);
}

function placeOf(fault: LogFault): string {
  if (fault.kind === 'entry') return `entry ${fault.index}`;
  if (fault.kind === 'tile') return `tile ${fault.path}, from entry ${fault.firstEntry}`;
  return { checkpoint: 'checkpoint', root: 'root', inconsistent: 'history' }[fault.kind];
}
