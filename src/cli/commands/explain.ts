// sekisho explain: what would happen to a request, by the data plane's own functions. Sends nothing, records nothing, and shows content only
// where it is asked to, as a provider would see it.
import { readFile, stat } from 'node:fs/promises';
import type { Asker, ConsideredDeployment, Explanation } from '#compose';
import { environment, type Config } from '#config';
import { renderRefusal } from '#http';
import { SekishoError, type RequestId } from '#kernel';
import { chatCompletions, countTokens, embeddings, messages, responses, type Operation } from '#providers';
import type { Refusal } from '#checkpoint';
import { command, CONFIG_FLAG, JSON_FLAG } from '../command.ts';
import { accessRows, accessView, decisionText, decisionView } from '../access-explained.ts';
import { readConfig } from '../configuration.ts';
import { bodyText, contentRows, contentView, parsed, seenText } from '../masking-explained.ts';
import { deploymentView, originsText } from '../deployments.ts';
import { EXIT } from '../exit-codes.ts';
import { usageError } from '../failure.ts';
import { startProgress } from '../progress.ts';
import { columns, plain, type Terminal } from '../terminal.ts';

const OPERATIONS = {
  chat: chatCompletions,
  responses,
  embeddings,
  messages,
  'count-tokens': countTokens,
} as const satisfies Record<string, Operation>;

type OperationName = keyof typeof OPERATIONS;

export const explain = command({
  flags: {
    file: { type: 'positional', description: 'A file with the request body, or - for standard input; default: -' },
    operation: {
      type: 'enum',
      required: true,
      options: Object.keys(OPERATIONS) as OperationName[],
      description: 'chat (/v1/chat/completions), responses, embeddings, messages, or count-tokens',
    },
    key: {
      type: 'string',
      valueHint: 'KEY',
      description: 'Whose request it is; default: $SEKISHO_KEY, which others on this machine cannot see',
    },
    anyone: { type: 'boolean', description: 'As a caller who may use every route; needs no key and no database' },
    'end-user': { type: 'string', valueHint: 'ID', description: 'The end user a service would name in the header' },
    'data-class': { type: 'string', valueHint: 'NAME', description: 'As in the header x-sekisho-data-class' },
    jurisdiction: { type: 'string', valueHint: 'TEXT', description: 'As in the header x-sekisho-jurisdiction, such as JP' },
    conversation: { type: 'string', valueHint: 'NAME', description: 'As in the header x-sekisho-conversation' },
    capability: { type: 'string', valueHint: 'NAME', description: 'What the work is, as in the header x-sekisho-capability' },
    'show-body': { type: 'boolean', description: 'Show the body that each deployment would get, masked as it would get it' },
    config: CONFIG_FLAG,
    json: JSON_FLAG,
  },
  details:
    'A dry run. Reads a request body and shows what the checkpoint would make of it: who asks, what was read from the body, which route ' +
    'and which deployments in which order, under which jurisdictions, and how much would leave; what was found in its content, which level ' +
    'of data that makes it and why, and what each deployment would see of it. Where a route needs a grant: which of the caller’s would be used, ' +
    'which tools it takes out, and which deployments the policies let it reach; --anyone has none, and says that one is needed. Nothing is sent to a provider and nothing is recorded; a ' +
    'detector of your own (inspection.external) is asked. The functions are those of the data plane. What only a running checkpoint knows ' +
    'takes no part: health, shares, cuts, drills and evidence.\n\n' +
    'No content is shown without --show-body, and then as it would leave: values that are not masked towards a deployment stand in it. With ' +
    'a key, placeholders are those that a real request would get; with --anyone they have the same form but are others.\n\n' +
    'Exit code 0 when the request would pass, 3 when it would be refused.',
  examples: [
    [`echo '{"model":"default","messages":[]}' | sekisho explain --operation chat --anyone`, 'Where would a chat request to "default" go?'],
    ['SEKISHO_KEY=sk_… sekisho explain request.json --operation responses', 'With the rights of a key'],
    ['sekisho explain request.json --operation chat --json | jq .candidates[0].id', 'Who would be asked first?'],
    ['sekisho explain request.json --operation chat --anyone --show-body', 'What would each provider see?'],
  ],
  async run(
    {
      file,
      operation,
      key,
      anyone,
      'end-user': endUserHeader,
      'data-class': dataClass,
      jurisdiction,
      conversation,
      capability,
      'show-body': showsBody,
      config: given,
      json,
    },
    context,
  ) {
    if (anyone && key !== undefined) throw usageError('--anyone and --key contradict each other');
    const loaded = readConfig(context, given);
    if (loaded === undefined) return EXIT.usage;
    const { config } = loaded;
    const body = await readBody(file ?? '-', config.limits.maxBodyBytes);
    const asker: Asker = anyone ? { kind: 'anyone' } : { kind: 'key', key: key ?? environment().key };
    const progress = startProgress();
    const compose = await import('#compose');
    const explanation = await compose
      .explain({
        config,
        operation: OPERATIONS[operation],
        body,
        asker,
        endUserHeader,
        dataClass,
        jurisdiction,
        conversation,
        capability,
        onProgress: (message) => progress.say(plain(message)),
      })
      .finally(() => progress.end());
    context.signals.throwIfInterrupted();
    if (json) context.terminal.out(JSON.stringify(viewOf(explanation, { asker, operation, config, showsBody })));
    else print(context.terminal, explanation, { asker, operation, config, showsBody });
    return explanation.refusal === undefined ? EXIT.ok : EXIT.refused;
  },
});

/** One byte more than the limit is enough to know that it is too much. */
async function readBody(file: string, limitBytes: number): Promise<Buffer> {
  if (file !== '-') {
    const { size } = await stat(file);
    if (size > limitBytes) return Buffer.alloc(limitBytes + 1);
    return await readFile(file);
  }
  if (process.stdin.isTTY) throw usageError('there is no request body', 'Name a file, or pipe the body in.');
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > limitBytes) break;
  }
  return Buffer.concat(chunks);
}

interface RefusalWords {
  readonly status: number;
  readonly rule: Refusal['rule'];
  readonly message: string;
}

/** What the client would read, from the one place that has the words; a dry run has no request id to name. */
function wordsOf(refusal: Refusal): RefusalWords {
  const id = 'dry-run' as RequestId;
  const rendered = renderRefusal(refusal, 'openai', id);
  const { error } = JSON.parse(rendered.body.toString()) as { readonly error?: { readonly message?: string } };
  if (error?.message === undefined) throw new SekishoError('unexpected', 'a refusal has no message');
  return { status: rendered.status, rule: refusal.rule, message: error.message.replace(` (rule ${refusal.rule}, request ${id})`, '') };
}

interface Showing {
  readonly asker: Asker;
  readonly operation: OperationName;
  readonly config: Config;
  readonly showsBody: boolean;
}

function viewOf(explanation: Explanation, { asker, operation, config, showsBody }: Showing) {
  const { caller, request, route, refusal } = explanation;
  return {
    ok: refusal === undefined,
    operation,
    configuration: config.version,
    caller:
      caller === undefined
        ? null
        : {
            assumed: asker.kind === 'anyone',
            ...(asker.kind === 'anyone' ? {} : { key: caller.keyId, principal: caller.principalId, name: caller.name, kind: caller.kind }),
            roles: [...caller.roles],
            routes: caller.routes === null ? null : [...caller.routes],
          },
    request:
      request === undefined
        ? null
        : { bytes: request.bytes, model: request.model, stream: request.isStream, endUser: request.endUser ?? null },
    decision: refusal === undefined ? { pass: true } : { pass: false, ...wordsOf(refusal) },
    access: accessView(explanation),
    route: route === undefined ? null : { name: route.name, maxAttempts: route.maxAttempts, dataClasses: explanation.dataClasses },
    content: contentView(explanation),
    candidates: explanation.considered.map(({ deployment, leaving, seen, access, why }) => ({
      ...deploymentView(deployment),
      qualifies: leaving !== undefined,
      why: leaving === undefined ? why.join('; ') : null,
      access: decisionView(access),
      sends:
        leaving === undefined
          ? null
          : {
              url: leaving.url,
              model: deployment.model,
              bytes: leaving.bytes,
              asksForUsage: leaving.asksForUsage,
              translatedTo: leaving.translatedTo ?? null,
              leftOut: leaving.notes,
              ...(seen === undefined ? {} : { sees: seen }),
              ...(showsBody ? { body: parsed(leaving.body) } : {}),
            },
    })),
  };
}

function print(terminal: Terminal, explanation: Explanation, { asker, operation, config, showsBody }: Showing): void {
  const { style } = terminal;
  const { caller, request, route, considered, refusal } = explanation;
  const rows: string[][] = [];
  if (caller !== undefined) rows.push(['who', asker.kind === 'anyone' ? 'anyone (assumed: role caller, every route)' : callerText(caller)]);
  if (request !== undefined) {
    const endUser = request.endUser === undefined ? '' : `, for end user ${plain(request.endUser)}`;
    rows.push([
      'asks',
      `${operation}, model ${plain(request.model)}, ${request.isStream ? 'streamed' : 'not streamed'}, ${request.bytes} bytes${endUser}`,
    ]);
  }
  if (route !== undefined) rows.push(['route', `${route.name}, up to ${route.maxAttempts} attempts`]);
  rows.push(...accessRows(explanation, { isAssumed: asker.kind === 'anyone' }));
  if (explanation.dataClasses.length > 0) rows.push(['data', explanation.dataClasses.map((name) => plain(name)).join(', ')]);
  rows.push(...contentRows(explanation), ['rules', config.version.slice(0, 19)]);
  terminal.out(columns(rows.map(([name, text]) => [style('dim', name!), text!])));
  if (considered.length > 0) terminal.out(`\n${candidateTexts(considered, { config, showsBody }, terminal).join('\n')}`);
  if (showsBody && !explanation.hasRealPlaceholders && considered.some(({ leaving }) => leaving !== undefined))
    terminal.note('Placeholders of a real request are others of the same form: they follow from the caller and the installation’s secret.');
  if (refusal === undefined) {
    terminal.out(`\n${style('green', '✓')} It would pass. Nothing was sent.`);
    return;
  }
  const words = wordsOf(refusal);
  terminal.out(`\n${style('red', '✗')} It would be refused with ${words.status} by the rule ${words.rule}:\n  ${plain(words.message)}`);
}

function callerText(caller: NonNullable<Explanation['caller']>): string {
  const routes = caller.routes === null ? 'every route' : [...caller.routes].join(', ');
  return `${plain(caller.name)} (${caller.kind}), key ${caller.keyId}, ${[...caller.roles].join(' and ')}, ${routes}`;
}

function candidateTexts(
  considered: readonly ConsideredDeployment[],
  { config, showsBody }: Pick<Showing, 'config' | 'showsBody'>,
  { style }: Terminal,
): string[] {
  let turn = 0;
  return considered.map(({ deployment, leaving, seen, access, why }) => {
    const place = leaving === undefined ? style('dim', '–') : style('green', String(++turn));
    const head = `${place} ${style('bold', deployment.id)}  ${originsText(deployment, config.operator.homeCountry, style)}`;
    const allowed = access === undefined ? '' : `\n    ${decisionText(access)}`;
    if (leaving === undefined) {
      const others = why.filter((reason) => access?.allowed !== false || reason !== access.reason);
      return [head + allowed, ...others.map((reason) => `    does not qualify: ${plain(reason)}`)].join('\n');
    }
    const usage = leaving.asksForUsage ? ', asks for usage' : '';
    const translated = leaving.translatedTo === undefined ? '' : `, translated to ${leaving.translatedTo}`;
    const leftOut = leaving.notes.map(({ field, problem }) => `\n    leaves out ${plain(field)}: ${plain(problem)}`);
    const sees = seen === undefined ? '' : `\n    ${plain(seenText(seen))}`;
    const body = showsBody ? `\n${bodyText(leaving.body)}` : '';
    return `${head}${allowed}\n    would get ${leaving.bytes} bytes as ${plain(deployment.model)}${usage}${translated}: POST ${leaving.url}${leftOut.join('')}${sees}${body}`;
  });
}
