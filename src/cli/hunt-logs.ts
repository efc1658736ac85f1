// Logs as a hunt reads them.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { jsonEvent, type BadRecord, type Coverage, type FileCoverage, type LogEvent } from '#hunt';
import { describeError } from '#kernel';
import { filesBelow } from './hunt-rules.ts';

export interface LogReading {
  readonly events: AsyncIterable<LogEvent>;
  readonly bytesRead: () => number;
  /** Undefined: not known, as of standard input. */
  readonly totalBytes: number | undefined;
  readonly files: () => readonly FileCoverage[];
  readonly badRecords: () => Coverage['badRecords'];
  /** Hex SHA-256 of a file that has records. */
  readonly fileSha256: (file: string) => string;
}
const MOST_BAD = 1_000;

export async function readLogs(paths: readonly string[]): Promise<LogReading> {
  const files = (await Promise.all(paths.map((path) => filesBelow(path, () => true)))).flat();
  const sizes = await Promise.all(files.map(async (file) => (await stat(file)).size));
  const hashes = new Map<string, string>();
  const coverage: FileCoverage[] = [];
  const bad: BadRecord[] = [];
  let badTotal = 0;
  let bytes = 0;
  async function* events(): AsyncGenerator<LogEvent> {
    for (const [index, file] of files.entries()) {
      const hash = createHash('sha256');
      for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
      const sha256 = hash.digest('hex');
      hashes.set(file, sha256);
      let [record, offset, count, wrong] = [0, 0, 0, 0];
      for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
        record++;
        const position = { file, record, offset };
        offset += Buffer.byteLength(line) + 1;
        bytes += Buffer.byteLength(line) + 1;
        if (line.trim() === '') continue;
        try {
          const event = jsonEvent(JSON.parse(line), position, [{ product: 'sekisho', category: undefined, service: 'ledger' }]);
          count++;
          yield event;
        } catch (error) {
          wrong++;
          badTotal++;
          if (bad.length < MOST_BAD) bad.push({ position, problem: describeError(error) });
        }
      }
      coverage.push({ file, format: 'ndjson', events: count, badRecords: wrong, bytes: sizes[index], sha256, problem: undefined });
    }
  }
  return {
    events: events(),
    bytesRead: () => bytes,
    totalBytes: sizes.reduce((sum, size) => sum + size, 0),
    files: () => coverage,
    badRecords: () => ({ total: badTotal, shown: bad }),
    fileSha256: (file) => hashes.get(file) ?? '',
  };
}
