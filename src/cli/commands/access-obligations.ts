// sekisho access obligations
import { z } from 'zod';
import { API_FLAGS, readAnswer, withApi } from '../api-client.ts';
import { show, stateText, table } from '../access-output.ts';
import { command } from '../command.ts';
import { count } from '../configuration.ts';
import { EXIT } from '../exit-codes.ts';
import { plain, type Terminal } from '../terminal.ts';

const reportSchema = z.looseObject({
  version: z.string(),
  programs: z.array(
    z.looseObject({
      id: z.string(),
      vendor: z.string(),
      en: z.string(),
      ja: z.string(),
      isInUse: z.boolean(),
      mayEnable: z.boolean(),
      obligations: z.array(
        z.looseObject({
          obligation: z.string(),
          en: z.string(),
          ja: z.string(),
          hard: z.boolean(),
          status: z.string(),
          basis: z.string(),
          isAttestable: z.boolean(),
          evidence: z.array(z.looseObject({ en: z.string(), ja: z.string(), from: z.string() })),
        }),
      ),
    }),
  ),
});

type Program = z.output<typeof reportSchema>['programs'][number];
type Language = 'en' | 'ja';

export const accessObligations = command({
  flags: {
    program: { type: 'positional', description: 'One program, such as daybreak_blue; default: those in use' },
    all: { type: 'boolean', description: 'Also programs that nothing here uses' },
    unmet: { type: 'boolean', description: 'Only what is not met' },
    language: { type: 'enum', options: ['en', 'ja'], description: 'Language of texts and evidence; default: en' },
    ...API_FLAGS,
  },
  details:
    'What each program of trusted access demands of you, whether it is met, and by which evidence: from the configuration, the database, the ' +
    'ledger, or a person who attested it. What is not known is not met.\n\n' +
    'Exit code 1 when a hard obligation of a program in use (or of the one that you name) is not met. Such a program is not enabled.',
  examples: [
    ['sekisho access obligations', 'Programs in use'],
    ['sekisho access obligations daybreak_red --unmet', 'What is missing for one that you want'],
    ['sekisho access obligations --all --language ja', 'Everything, in Japanese'],
  ],
  async run({ program: named, all, unmet, language = 'en', ...choice }, context) {
    return await withApi(choice, context, async (api) => {
      const answer = readAnswer(reportSchema, await api.call('GET', '/api/v1/obligations', { query: { program: named } }));
      const chosen = answer.programs.filter(({ isInUse }) => named !== undefined || all || isInUse);
      const isComplete = chosen.every(({ isInUse, mayEnable }) => mayEnable || (named === undefined && !isInUse));
      return show(
        context,
        { ...answer, programs: chosen },
        (terminal) => {
          if (chosen.length === 0) terminal.note('No program is in use. --all shows those that are known.');
          for (const each of chosen) write(each, { terminal, unmet, language });
          terminal.note(`Obligations as of ${plain(answer.version)}. Your agreement with the vendor comes before them.`);
        },
        isComplete ? EXIT.ok : EXIT.failed,
      );
    });
  },
});

function write(program: Program, options: { readonly terminal: Terminal; readonly unmet: boolean; readonly language: Language }): void {
  const { terminal, unmet, language } = options;
  const missing = program.obligations.filter(({ hard, status }) => hard && status !== 'met');
  const verdict = program.mayEnable
    ? terminal.style('green', 'may be enabled')
    : terminal.style('red', `must not be enabled: ${count(missing.length, 'hard obligation')} not met`);
  terminal.out(`${terminal.style('bold', plain(program.id))} ${plain(program.vendor)}, ${plain(program[language])}: ${verdict}`);
  const shown = program.obligations.filter(({ status }) => !unmet || status !== 'met');
  table(
    terminal,
    ['STATUS', '', 'OBLIGATION', 'EVIDENCE'],
    shown.flatMap((one) => [
      [stateText(terminal, one.status), one.hard ? 'hard' : 'advisory', one.obligation, one[language]],
      ...one.evidence.map((each) => [' ', ' ', ' ', `${each[language]} (${each.from})`]),
    ]),
    '  Nothing.',
  );
  const attestable = shown.filter(({ status, isAttestable }) => isAttestable && status !== 'met');
  if (attestable.length > 0)
    terminal.note(`→ sekisho access attestations add ${plain(program.id)} ${plain(attestable[0]!.obligation)} --statement … --until 1y`);
}
