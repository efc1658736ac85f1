// What comes with Sekisho: schema, default policies and the table of decisions they must give. Reads files; checks nothing.
import { readdirSync, readFileSync } from 'node:fs';
import { openCedar, type Cedar } from './cedar.ts';

/** A text with policies, and the name it goes by in messages: a path, as the reader would type it. */
export interface PolicyText {
  readonly file: string;
  readonly text: string;
}

const FOLDER = new URL('../../data/access/', import.meta.url);

/** In the order in which their policies are named in refusals. */
export function defaultPolicyTexts(): readonly PolicyText[] {
  const folder = new URL('policies/', FOLDER);
  return readdirSync(folder)
    .filter((name) => name.endsWith('.cedar'))
    .toSorted()
    .map((name) => ({ file: `data/access/policies/${name}`, text: readFileSync(new URL(name, folder), 'utf8') }));
}

/** The table that the default policies must pass. */
export function defaultPolicyTests(): PolicyText {
  return { file: 'data/access/policy-tests.yaml', text: readFileSync(new URL('policy-tests.yaml', FOLDER), 'utf8') };
}

let opened: Promise<Cedar> | undefined;

/** The library with the shipped schema, loaded once per process. */
export function shippedCedar(): Promise<Cedar> {
  opened ??= openCedar(readFileSync(new URL('schema.cedarschema', FOLDER), 'utf8'));
  return opened;
}
