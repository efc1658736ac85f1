// sekisho access onboarding: the group and its commands.
import { z } from 'zod';
import { API_FLAGS, readAnswer, withApi, type ApiClient } from '../api-client.ts';
import { readReason, segment, WHY_FLAG } from '../access-input.ts';
import { day, done, facts, moment, show, stateText, table } from '../access-output.ts';
import { command, type Context, type Group } from '../command.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';

const findingSchema = z.looseObject({
  deployment: z.string(),
  proves: z.boolean(),
  isConclusive: z.boolean(),
  effectiveModel: z.string().nullable(),
  effectiveProgram: z.string().nullable(),
  requestId: z.string().nullable(),
  reason: z.string().nullable(),
});

const onboardingSchema = z.looseObject({
  id: z.string(),
  program: z.string(),
  account: z.string(),
  reference: z.string().nullable(),
  state: z.string(),
  createdAt: z.string(),
  changedAt: z.string(),
  history: z.array(
    z.looseObject({
      at: z.string(),
      from: z.string().nullable(),
      to: z.string(),
      by: z.looseObject({ name: z.string() }).nullable(),
      note: z.string(),
      probe: findingSchema.nullable(),
    }),
  ),
});

/** The vendor may think for a while. */
const PROBE_MS = 180_000;

const ID = { type: 'positional', required: true, description: 'Its id, such as onb_…' } as const;
const REFERENCE = { type: 'string', valueHint: 'TEXT', description: 'The vendor’s own reference' } as const;
const NOTE = { type: 'string', valueHint: 'TEXT', description: 'What else is to be kept with it' } as const;

const list = command({
  flags: API_FLAGS,
  details: 'Lists your applications to vendors’ programs, newest first.',
  examples: [['sekisho access onboarding list', 'Where everything stands']],
  run: (choice, context) =>
    withApi(choice, context, async (api) => {
      const schema = z.looseObject({ onboardings: z.array(onboardingSchema) });
      const answer = readAnswer(schema, await api.call('GET', '/api/v1/onboarding'));
      return show(context, answer, (terminal) =>
        table(
          terminal,
          ['ID', 'STATE', 'PROGRAM', 'ACCOUNT', 'REFERENCE', 'SINCE', 'SUBMITTED'],
          answer.onboardings.map((one) => [
            one.id,
            stateText(terminal, one.state),
            one.program,
            one.account,
            one.reference,
            day(one.changedAt),
            day(one.createdAt),
          ]),
          'No application to a vendor is kept yet: sekisho access onboarding submit PROGRAM --account NAME begins one.',
        ),
      );
    }),
});

const showOne = command({
  flags: { id: ID, ...API_FLAGS },
  details: 'Shows one application with everything that happened to it.',
  examples: [['sekisho access onboarding show onb_…', 'With its history']],
  run: ({ id, ...choice }, context) =>
    withApi(choice, context, async (api) => {
      const one = readAnswer(onboardingSchema, await api.call('GET', `/api/v1/onboarding/${segment(id)}`));
      return show(context, one, (terminal) => {
        facts(terminal, [
          ['id', one.id],
          ['program', one.program],
          ['account', one.account],
          ['reference', one.reference],
          ['state', stateText(terminal, one.state)],
        ]);
        table(
          terminal,
          ['AT', 'STATE', 'BY', 'WHAT'],
          one.history.map((event) => [
            moment(event.at),
            event.to,
            event.by?.name ?? 'a canary',
            event.probe === null ? event.note : findingText(event.probe),
          ]),
          '',
        );
      });
    }),
});

const submit = command({
  flags: {
    program: { type: 'positional', required: true, description: 'The program, such as daybreak_red' },
    account: {
      type: 'string',
      required: true,
      valueHint: 'NAME',
      description: 'Account, organisation or project at the vendor; a name, never a key',
    },
    reference: REFERENCE,
    note: NOTE,
    ...API_FLAGS,
  },
  details: 'Notes that your application has gone to the vendor. Nothing is sent to anybody: `sekisho access dossier` makes what you send.',
  examples: [['sekisho access onboarding submit daybreak_red --account org-cyber', 'It is on its way']],
  run: ({ program, account, reference, note, ...choice }, context) =>
    withApi(choice, context, (api) =>
      moved(api, context, '/api/v1/onboarding', { program, account, ...given({ reference, note }) }, ({ id }) => `${id}: submitted`),
    ),
});

const advance = command({
  flags: {
    id: ID,
    to: { type: 'enum', required: true, options: ['approved', 'provisioned'], description: 'What the vendor said' },
    reference: REFERENCE,
    note: NOTE,
    ...API_FLAGS,
  },
  details:
    'Notes what the vendor said: approved, then provisioned (your account has the access). `ready` cannot be noted: only a probe that was answered ' +
    'under the program leads there.',
  examples: [
    ['sekisho access onboarding advance onb_… --to approved --reference TAC-7', 'The letter has come'],
    ['sekisho access onboarding advance onb_… --to provisioned', 'The project has the program'],
  ],
  run: ({ id, to, reference, note, ...choice }, context) =>
    withApi(choice, context, (api) =>
      moved(
        api,
        context,
        `/api/v1/onboarding/${segment(id)}/advance`,
        { to, ...given({ reference, note }) },
        (one) => `${one.id}: ${one.state}`,
      ),
    ),
});

const probe = command({
  flags: {
    id: ID,
    deployment: {
      type: 'string',
      valueHint: 'PROVIDER/NAME',
      description: 'Which deployment to ask; default: the first under the program',
    },
    ...API_FLAGS,
  },
  details:
    'Sends one small request through the checkpoint to the vendor, now. An answer under the program makes the application ready; one that is ' +
    'refused, or silent about the program, takes it back to provisioned. Hard obligations of the program have to be met first.\n\n' +
    'Exit code 1 when the access was not proved.',
  examples: [['sekisho access onboarding probe onb_…', 'Is it really ours?']],
  run: ({ id, deployment, ...choice }, context) =>
    withApi(choice, context, async (api) => {
      const schema = z.looseObject({ onboarding: onboardingSchema, finding: findingSchema });
      const path = `/api/v1/onboarding/${segment(id)}/probe`;
      const answer = readAnswer(schema, await api.call('POST', path, { body: given({ deployment }), timeoutMs: PROBE_MS }));
      const { onboarding, finding } = answer;
      return show(
        context,
        answer,
        (terminal) => {
          const mark = finding.proves ? terminal.style('green', '✓') : terminal.style('red', '✗');
          terminal.out(`${mark} ${onboarding.id}: ${stateText(terminal, onboarding.state)}`);
          facts(terminal, [
            ['  asked', finding.deployment],
            ['  found', findingText(finding)],
            ['  request', finding.requestId],
          ]);
        },
        finding.proves ? EXIT.ok : EXIT.failed,
      );
    }),
});

const close = command({
  flags: { id: ID, reason: WHY_FLAG, ...API_FLAGS },
  details:
    'Notes that the vendor refused, or that the application was withdrawn or has ended. What is closed stays closed; a new one may begin.',
  examples: [['sekisho access onboarding close onb_… --reason "the vendor declined"', 'It is over']],
  run: ({ id, reason, ...choice }, context) => {
    const body = { note: readReason(reason) };
    return withApi(choice, context, (api) =>
      moved(api, context, `/api/v1/onboarding/${segment(id)}/close`, body, (one) => `${one.id}: closed`),
    );
  },
});

type OnboardingAnswer = z.output<typeof onboardingSchema>;

async function moved(
  api: ApiClient,
  context: Context,
  path: string,
  body: object,
  words: (one: OnboardingAnswer) => string,
): Promise<ExitCode> {
  const one = readAnswer(onboardingSchema, await api.call('POST', path, { body }));
  return show(context, one, (terminal) => done(terminal, words(one)));
}

function findingText({ proves, isConclusive, effectiveModel, effectiveProgram, reason }: z.output<typeof findingSchema>): string {
  if (!isConclusive) return `nothing can be said: ${reason ?? 'nobody answered'}`;
  if (proves) return `${effectiveModel ?? 'a model'} answered${effectiveProgram === null ? '' : ` under ${effectiveProgram}`}`;
  if (reason !== null) return `refused: ${reason}`;
  return `${effectiveModel ?? 'a model'} answered under ${effectiveProgram ?? 'no program that it names'}`;
}

function given(members: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(Object.entries(members).filter((entry): entry is [string, string] => entry[1] !== undefined));
}

export const accessOnboarding: Group = {
  kind: 'group',
  details:
    'Your organisation’s own way into a vendor’s program: submitted, approved, provisioned, ready. The first three are what the vendor says; ready ' +
    'is a live request that it answered under the program, and it is lost again when a later one is not.',
  commands: {
    list: { summary: 'Where they stand', load: () => Promise.resolve(list) },
    show: { summary: 'One of them, with its history', load: () => Promise.resolve(showOne) },
    submit: { summary: 'Note that an application has gone to a vendor', load: () => Promise.resolve(submit) },
    advance: { summary: 'Note what the vendor said', load: () => Promise.resolve(advance) },
    probe: { summary: 'Ask the vendor now; an answer proves the access', load: () => Promise.resolve(probe) },
    close: { summary: 'Note that it was refused, withdrawn or ended', load: () => Promise.resolve(close) },
  },
};
