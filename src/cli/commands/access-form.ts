// sekisho access form
import { z } from 'zod';
import { API_FLAGS, readAnswer, withApi } from '../api-client.ts';
import { commas, show, table } from '../access-output.ts';
import { command } from '../command.ts';
import { usageError } from '../failure.ts';
import { plain, type Terminal } from '../terminal.ts';

const words = z.looseObject({ en: z.string(), ja: z.string() });

const formSchema = z.looseObject({
  version: z.int(),
  fields: z.array(
    z.looseObject({
      id: z.string(),
      required: z.string(),
      label: words,
      help: words,
      options: z.array(z.looseObject({ id: z.string(), label: words })).optional(),
    }),
  ),
  sectors: z.array(z.looseObject({ id: z.string(), en: z.string(), ja: z.string() })),
  programs: z.array(z.looseObject({ id: z.string() })),
  checklist: z.looseObject({ items: z.array(z.looseObject({ id: z.string(), blocking: z.boolean(), label: words, help: words })) }),
});

type Form = z.output<typeof formSchema>;
type Field = Form['fields'][number];
type Language = 'en' | 'ja';

export const accessForm = command({
  flags: {
    template: { type: 'boolean', description: 'A YAML file to fill in, on standard output' },
    checklist: { type: 'boolean', description: 'What screening looks at, instead' },
    language: { type: 'enum', options: ['en', 'ja'], description: 'Language of the texts; default: en' },
    ...API_FLAGS,
  },
  details: 'What an application asks for, field by field. With --template, a file for `sekisho access apply`.',
  examples: [
    ['sekisho access form --template > application.yaml', 'Something to fill in'],
    ['sekisho access form --checklist --language ja', 'What screeners look at'],
  ],
  run: ({ template, checklist, language = 'en', ...choice }, context) => {
    if (template && (checklist || context.json)) throw usageError('--template stands alone');
    return withApi(choice, context, async (api) => {
      const form = readAnswer(formSchema, await api.call('GET', '/api/v1/access/form'));
      return show(context, form, (terminal) => {
        if (template) return writeTemplate(form, language, terminal);
        if (checklist) {
          const rows = form.checklist.items.map(({ id, blocking, label, help }) => [
            id,
            blocking ? 'blocking' : null,
            label[language],
            help[language],
          ]);
          return table(terminal, ['ITEM', '', 'WHAT', 'MEANING'], rows, '');
        }
        const rows = form.fields.map((field) => [field.id, field.required, field.label[language], field.help[language]]);
        table(terminal, ['FIELD', 'REQUIRED', 'WHAT', 'MEANING'], rows, '');
        for (const field of form.fields) {
          const choices = choicesOf(field, form);
          if (choices.length > 0) terminal.out(`${plain(field.id)}: ${plain(commas(choices))}`);
        }
      });
    });
  },
});

function choicesOf({ id, options }: Field, { sectors, programs }: Form): readonly string[] {
  if (id === 'sector') return sectors.map((sector) => sector.id);
  if (id === 'programs') return programs.map((program) => program.id);
  return options?.map((option) => option.id) ?? [];
}

/** Fields of more than a line, as they are written. Fields that are not here are a line. */
const SHAPES: Readonly<Record<string, readonly string[]>> = {
  tier: ['tier: 1'],
  capabilities: ['capabilities: []'],
  purpose: ['purpose: >-', '  '],
  targets: ['targets:', '# - kind: network', '#   value: 192.0.2.0/24', '#   proof: { basis: owned, text: "", file: ./assets.pdf }'],
  exclusions: ['exclusions:', '# - { kind: host, value: scada.example.jp }'],
  allowedTools: ['# allowedTools: []'],
  forbiddenTools: ['forbiddenTools: []'],
  supervisor: ['supervisor:', '  name: ""', '  email: ""'],
  endDate: ['endDate: ""'],
  programs: ['programs: []'],
};
/** Part of each target. */
const WITHIN = new Set(['proof']);
/** What may be left out has no line that says nothing. */
const ONLY_WHERE_NEEDED = new Set(['never', 'service']);

function writeTemplate(form: Form, language: Language, { out }: Terminal): void {
  out(`# ${plain(form.fields.length.toString())} fields, form version ${form.version}`);
  for (const field of form.fields.filter(({ id }) => !WITHIN.has(id))) {
    out('');
    out(`# ${plain(field.label[language])} (${plain(field.required)}): ${plain(field.help[language])}`);
    const choices = choicesOf(field, form);
    if (choices.length > 0) out(`# ${plain(commas(choices))}`);
    const lines = SHAPES[field.id] ?? [`${plain(field.id)}: ""`];
    const isOff = ONLY_WHERE_NEEDED.has(field.required);
    for (const line of lines) out(isOff && !line.startsWith('#') ? `# ${line}` : line);
  }
}
