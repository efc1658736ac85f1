// sekisho access applications evidence: the group and its commands.
import { writeFile } from 'node:fs/promises';
import { API_FLAGS, withApi } from '../api-client.ts';
import { readDocument } from '../access-application-file.ts';
import { attachDocument, pathOf } from '../access-applications.ts';
import { segment } from '../access-input.ts';
import { done, show } from '../access-output.ts';
import { command, type Group } from '../command.ts';

const ID = { type: 'positional', required: true, description: 'The application, such as app_…' } as const;

const add = command({
  flags: { id: ID, file: { type: 'positional', required: true, description: 'PDF, PNG, JPEG or plain text, up to 5 MiB' }, ...API_FLAGS },
  details: 'Attaches a document. Its SHA-256 is in the ledger; whoever reads it, other than you, is recorded.',
  examples: [['sekisho access applications evidence add app_… letter.pdf', 'The owner’s authorisation']],
  run: ({ id, file, ...choice }, context) => {
    const document = readDocument(file);
    return withApi(choice, context, async (api) => {
      const evidence = await attachDocument(api, id, document);
      return show(context, { id: evidence, application: id }, (terminal) => done(terminal, `${evidence} is attached to ${id}`));
    });
  },
});

const get = command({
  flags: {
    id: ID,
    document: { type: 'positional', required: true, description: 'The document, such as evi_…' },
    output: { type: 'string', alias: 'o', required: true, valueHint: 'FILE', description: 'Write it to this new file' },
    ...API_FLAGS,
  },
  details: 'Writes a document to a file, byte for byte. Reading what is not your own is recorded.',
  examples: [['sekisho access applications evidence get app_… evi_… -o letter.pdf', 'To look at it']],
  run: ({ id, document, output, ...choice }, context) =>
    withApi(choice, context, async (api) => {
      const content = await api.bytes('GET', pathOf(id, 'evidence', segment(document)));
      await writeFile(output, content, { flag: 'wx', mode: 0o600 });
      return show(context, { file: output, bytes: content.length }, (terminal) =>
        done(terminal, `${content.length} bytes written to ${output}`),
      );
    }),
});

export const applicationsEvidence: Group = {
  kind: 'group',
  details: 'Documents prove what an application says: ownership of a target, the owner’s authorisation, training.',
  commands: {
    add: { summary: 'Attach a document', load: () => Promise.resolve(add) },
    get: { summary: 'Write one to a file', load: () => Promise.resolve(get) },
  },
};
