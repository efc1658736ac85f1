// sekisho access dossier
import { writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { API_FLAGS, readAnswer, withApi } from '../api-client.ts';
import { command } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { usageError } from '../failure.ts';
import { plain } from '../terminal.ts';

const dossierSchema = z.looseObject({ sha256: z.string() });

export const accessDossier = command({
  flags: {
    program: { type: 'positional', required: true, description: 'The program that you apply for, such as daybreak_red' },
    html: { type: 'string', valueHint: 'FILE', description: 'Write the page to this file: for print, English and Japanese' },
    names: { type: 'boolean', description: 'Users by name; otherwise they are counted' },
    ...API_FLAGS,
  },
  details:
    'What you hand to the vendor with your own application: organisation, members by role and authentication, grants with their use, targets and ' +
    'proofs (as hashes), the obligations with their evidence, policies in force, and the ledger’s public key and checkpoint. What looks like a key ' +
    'is taken out. The hash of what was made goes into the ledger.\n\n' +
    'With --json the dossier is written to standard output as JSON; with --html as a page to a file, which must not exist yet.',
  examples: [
    ['sekisho access dossier daybreak_red --html dossier.html', 'A page to print, sign and send'],
    ['sekisho access dossier daybreak_red --names --json > dossier.json', 'With names, for a program'],
  ],
  async run({ program, html, names, json, ...choice }, context) {
    if (json === (html !== undefined)) throw usageError('give either --html FILE or --json');
    return await withApi(choice, context, async (api) => {
      const body = { program, names };
      const { terminal } = context;
      if (html === undefined) {
        const dossier = readAnswer(dossierSchema, await api.call('POST', '/api/v1/dossiers', { body: { ...body, format: 'json' } }));
        terminal.out(JSON.stringify(dossier));
        return EXIT.ok;
      }
      const page = await api.bytes('POST', '/api/v1/dossiers', { body: { ...body, format: 'html' } });
      // For whoever runs this alone: it names systems.
      await writeFile(html, page, { flag: 'wx', mode: 0o600 });
      terminal.note(`${terminal.noteStyle('green', '✓')} written to ${plain(html)}`);
      return EXIT.ok;
    });
  },
});
