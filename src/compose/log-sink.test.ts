import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { LogSink } from './log-sink.ts';

const run = promisify(execFile);
const directory = await mkdtemp(join(tmpdir(), 'sekisho-log-'));
after(() => rm(directory, { recursive: true, force: true }));

describe('a log sink', () => {
  for (const blockLength of [0, 4096])
    it(`writes every line once and in order (blocks of ${blockLength})`, async () => {
      const path = join(directory, `lines-${blockLength}`);
      const file = await open(path, 'w');
      const sink = new LogSink(file.fd, blockLength);
      const lines = Array.from({ length: 1000 }, (_, count) => `${count} ${'関'.repeat(count % 70)}\n`);
      for (const line of lines) sink.write(line);
      await new Promise<void>((resolve) => sink.flush(resolve));
      assert.equal(await readFile(path, 'utf8'), lines.join(''));
      await file.close();
    });

  for (const blockLength of [0, 4096])
    it(`on a full disk costs lines, and neither the process nor its end (blocks of ${blockLength})`, async (context) => {
      if (!existsSync('/dev/full')) return context.skip('/dev/full absent');
      const program = `
        import { openSync } from 'node:fs';
        import { LogSink } from ${JSON.stringify(new URL('log-sink.ts', import.meta.url).href)};
        const sink = new LogSink(openSync('/dev/full', 'w'), ${blockLength});
        for (let count = 0; count < 10_000; count++) sink.write('x'.repeat(500));
        setTimeout(() => {
          sink.write('x'.repeat(500));
          console.log('still serving');
          process.exit();
        }, 50);`;
      const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', program], { timeout: 10_000 });
      assert.equal(stdout, 'still serving\n');
    });

  it('writes what is left when the process ends', async () => {
    const program = `
      import { LogSink } from ${JSON.stringify(new URL('log-sink.ts', import.meta.url).href)};
      new LogSink(1, 4096).write('last words');`;
    const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', program], { timeout: 10_000 });
    assert.equal(stdout, 'last words');
  });
});
