// Golden files: a recorded answer that review sees as a diff. Comparing never writes; updating is asked for by name and never in CI.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, relative } from 'node:path';
import { ROOT } from './repository.ts';

/**
 * Compares `lines` with the golden file, of which lines that begin with `#` or `>` (a heading and a note, where it is Markdown) and empty
 * lines are commentary. `test` is the file to name.
 */
export function assertGolden(golden: string, lines: readonly string[], test: string): void {
  const recorded = existsSync(golden) ? readFileSync(golden, 'utf8') : '';
  const known = recorded.split('\n').filter((line) => line !== '' && !isCommentary(line));
  const added = lines.filter((line) => !known.includes(line));
  const gone = known.filter((line) => !lines.includes(line));
  if (existsSync(golden) && added.length === 0 && gone.length === 0 && known.join('\n') === lines.join('\n')) return;
  if (updating()) {
    const commentary = recorded.split('\n').filter(isCommentary);
    const gap = commentary.some((line) => line.startsWith('>')) ? [''] : [];
    writeFileSync(golden, [...commentary, ...gap, ...lines].join('\n') + '\n');
    return;
  }
  const difference = [...added.map((line) => `  + ${line}`), ...gone.map((line) => `  - ${line}`)];
  assert.fail(
    [
      `${relative(ROOT, golden)} is not what the code says:`,
      ...(difference.length > 0 ? difference : ['  (same lines in another order, or the file is missing)']),
      `If the change is meant, record it with\n  npm run golden -- ${relative(ROOT, test)}\nand let ${basename(golden)} be reviewed with the code.`,
    ].join('\n'),
  );
}

function isCommentary(line: string): boolean {
  return line.startsWith('#') || line.startsWith('>');
}

function updating(): boolean {
  const asked = process.argv.includes('--update') || process.env['UPDATE_GOLDEN'] === '1';
  assert.ok(!asked || process.env['CI'] !== 'true', 'golden files are updated by people, not in CI');
  return asked;
}
