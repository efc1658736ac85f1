// sekisho access apply
import { createHash } from 'node:crypto';
import { API_FLAGS, readAnswer, withApi, type ApiClient } from '../api-client.ts';
import { readApplicationFile, readDocument, type ApplicationFile, type Document } from '../access-application-file.ts';
import {
  APPLICATIONS,
  applicationSchema,
  attachDocument,
  pathOf,
  readApplication,
  type ApplicationAnswer,
} from '../access-applications.ts';
import { done, show } from '../access-output.ts';
import { command, type Context } from '../command.ts';
import { usageError } from '../failure.ts';
import { plain } from '../terminal.ts';

export const accessApply = command({
  flags: {
    file: {
      type: 'positional',
      required: true,
      description: 'YAML with the fields of the form; `sekisho access form --template` makes one',
    },
    update: { type: 'string', valueHint: 'ID', description: 'Put it in the place of a draft’s form, instead of beginning another' },
    renews: { type: 'string', valueHint: 'GRANT', description: 'The grant that this one would follow' },
    submit: { type: 'boolean', description: 'Submit it as well; otherwise it stays a draft' },
    ...API_FLAGS,
  },
  details:
    'Makes an application from a file. A target’s proof may name a document by its path, relative to the file (`proof: { basis: owned, file: ' +
    'assets.pdf }`): it is attached, and its SHA-256 kept with the application. A draft may lack anything; submitting says field by field what is ' +
    'missing, and the draft is kept.',
  examples: [
    ['sekisho access form --template > application.yaml', 'Something to fill in'],
    ['sekisho access apply application.yaml --submit', 'Apply'],
    ['sekisho access apply application.yaml --update app_… --submit', 'Again, with what was missing'],
  ],
  run: ({ file, update, renews, submit, ...choice }, context) => {
    if (update !== undefined && renews !== undefined) throw usageError('--update and --renews contradict each other');
    const read = readApplicationFile(file);
    // Before anything is sent: a document that cannot be read leaves no half application.
    const documents = new Map(read.documents.map((path) => [path, readDocument(path)]));
    return withApi(choice, context, async (api) => {
      let one = await begin(api, read, { update, renews });
      if (documents.size > 0) one = await attach(api, one, read, documents);
      if (submit) one = await handIn(api, one, context);
      return show(context, one, (terminal) => {
        done(terminal, `${one.id}: ${one.state === 'draft' ? 'a draft' : one.state}`);
        if (one.state === 'draft') terminal.note(`  sekisho access apply ${plain(file)} --update ${plain(one.id)} --submit submits it`);
      });
    });
  },
});

async function begin(
  api: ApiClient,
  file: ApplicationFile,
  { update, renews }: { readonly update: string | undefined; readonly renews: string | undefined },
): Promise<ApplicationAnswer> {
  const form = file.form(() => undefined);
  if (update === undefined) {
    const body = { form, ...(renews === undefined ? {} : { renews }) };
    return readAnswer(applicationSchema, await api.call('POST', APPLICATIONS, { body }));
  }
  const { version } = await readApplication(api, update);
  return readAnswer(applicationSchema, await api.call('PUT', pathOf(update), { body: { version, form } }));
}

/** What is attached already, by its bytes, is not attached again. */
async function attach(
  api: ApiClient,
  one: ApplicationAnswer,
  file: ApplicationFile,
  documents: ReadonlyMap<string, Document>,
): Promise<ApplicationAnswer> {
  const ids = new Map<string, string>();
  const known = new Map(one.evidence?.map(({ id, sha256 }) => [sha256, id]));
  for (const [path, document] of documents) {
    const sha256 = sha256Of(document.content);
    const id = known.get(sha256) ?? (await attachDocument(api, one.id, document));
    known.set(sha256, id);
    ids.set(path, id);
  }
  const { version } = await readApplication(api, one.id);
  const form = file.form((path) => ids.get(path));
  return readAnswer(applicationSchema, await api.call('PUT', pathOf(one.id), { body: { version, form } }));
}

function sha256Of(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

async function handIn(api: ApiClient, { id, version }: ApplicationAnswer, { terminal, json }: Context): Promise<ApplicationAnswer> {
  try {
    return readAnswer(applicationSchema, await api.call('POST', pathOf(id, 'submit'), { body: { version } }));
  } catch (error) {
    if (!json) terminal.note(`${plain(id)} is kept as a draft.`);
    throw error;
  }
}
