// sekisho version
import { readFileSync } from 'node:fs';
import { command, JSON_FLAG } from '../command.ts';
import { EXIT } from '../exit-codes.ts';

/** Of what lies under the data directory. Raised when an older version could no longer read it. */
const DATA_FORMAT = 1;

export function packageVersion(): string {
  const manifest = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as { readonly version: string };
  return manifest.version;
}

export const version = command({
  flags: { json: JSON_FLAG },
  details:
    'Prints the version of Sekisho, of the Node that runs it, and of the data format: a data directory can be used by every version ' +
    'that names the same data format.',
  examples: [
    ['sekisho version', 'For a person'],
    ['sekisho version --json', 'For a program'],
  ],
  run({ json }, { terminal }) {
    const versions = { sekisho: packageVersion(), node: process.version, dataFormat: DATA_FORMAT };
    if (json) terminal.out(JSON.stringify(versions));
    else terminal.out(`sekisho ${versions.sekisho}\nnode ${versions.node}\ndata format ${versions.dataFormat}`);
    return Promise.resolve(EXIT.ok);
  },
});
