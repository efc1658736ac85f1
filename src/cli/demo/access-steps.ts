// Trusted access in the demonstration: refused without a grant; with one, each tool call that the model proposes passes, is replaced by a
// notice, or waits for a person.
import { APIError } from 'openai';
import type OpenAI from 'openai';
import { SekishoError } from '#kernel';
import { approveHold, makeGrant, SCOPE } from './grant.ts';
import { client, expect, shown, type Shown, type Stage, type Step } from './steps.ts';

export const ACCESS_STEPS: readonly Step[] = [
  { name: 'no grant', run: noGrant },
  { name: 'with a grant', run: withGrant },
  { name: 'held call', run: heldCall },
];

const ROUTE = 'cyber';
const QUESTION = 'Which of our gateways still run the firmware of the advisory?';
const TOOLS = [
  {
    type: 'function' as const,
    function: { name: 'shell', parameters: { type: 'object', properties: { command: { type: 'string' } }, required: ['command'] } },
  },
];

const IN_SCOPE = 'nmap -sV 10.20.3.4';
const OUT_OF_SCOPE = 'nmap -sV 203.0.113.9';
/** What it touches is known only once it runs. */
const AMBIGUOUS = 'nmap -sV $(cat targets.txt)';

/** A worker may not know of the grant yet. */
const SPREAD_MS = 300;
const MOST_TRIES = 10;

async function noGrant(stage: Stage): Promise<Shown> {
  const before = stage.providers.jp.simulator.stats.received;
  try {
    await ask(stage, stage.keys.newcomer, []);
  } catch (error) {
    if (!(error instanceof APIError)) throw error;
    expect(error.status === 403, 'a caller without a grant is refused with 403');
    expect(/needs a grant/.test(error.message) && error.message.includes('sekisho access apply'), 'the refusal says how to apply');
    expect(stage.providers.jp.simulator.stats.received === before, 'a refused request reaches no provider');
    const requestId = (error.headers as Headers | undefined)?.get('x-request-id') ?? '';
    expect(requestId !== '', 'a refusal carries a request id');
    return { name: 'no grant', route: ROUTE, requestId, deployments: [], status: 403, said: error.message.replace(/^\d+ /, '') };
  }
  throw new SekishoError('demo-expectation', 'expected: the route "cyber" needs a grant, so the request is refused');
}

async function withGrant(stage: Stage): Promise<Shown> {
  const grant = await makeGrant(stage);
  const { message, response } = await askOnceKnown(stage, [IN_SCOPE, OUT_OF_SCOPE]);
  expect(commandsOf(message).join('\n') === IN_SCOPE, 'the call in scope passes as it is, and no other');
  const notice = message.content ?? '';
  expect(/^\[Sekisho: .*203\.0\.113\.9.*rule target-outside/s.test(notice), 'a notice takes the place of the call out of scope');
  const said = `grant ${grant} for ${SCOPE.network}, made for the demonstration by three people of its own, who applied, screened and approved`;
  return {
    ...shown('with a grant', ROUTE, response, said, ['sim-jp/large']),
    calls: [
      { verdict: 'passed', command: IN_SCOPE, notice: null },
      { verdict: 'replaced', command: OUT_OF_SCOPE, notice },
    ],
  };
}

async function heldCall(stage: Stage): Promise<Shown> {
  const asked = ask(stage, stage.keys.engineer, [AMBIGUOUS]);
  const [{ message, response }, hold] = await Promise.all([asked, approveHold(stage)]);
  expect(commandsOf(message).join('\n') === AMBIGUOUS, 'an ambiguous call is delivered once somebody else has approved it');
  return {
    ...shown('held call', ROUTE, response, `${hold.id} waited for a person: ${hold.why}`, ['sim-jp/large']),
    calls: [{ verdict: 'approved', command: AMBIGUOUS, notice: null }],
  };
}

interface Answered {
  readonly message: OpenAI.Chat.ChatCompletionMessage;
  readonly response: Response;
}

/** The simulated model proposes these commands. */
async function ask(stage: Stage, key: string, commands: readonly string[]): Promise<Answered> {
  const { simulator } = stage.providers.jp;
  simulator.setBehaviour({ proposes: commands.map((command) => ({ name: 'shell', arguments: { command } })) });
  try {
    const { data, response } = await client(stage, key)
      .chat.completions.create({ model: ROUTE, messages: [{ role: 'user', content: QUESTION }], tools: TOOLS }, { signal: stage.signal })
      .withResponse();
    return { message: data.choices[0]!.message, response };
  } finally {
    simulator.setBehaviour({ proposes: [] });
  }
}

async function askOnceKnown(stage: Stage, commands: readonly string[]): Promise<Answered> {
  for (let tries = 1; ; tries++) {
    await new Promise((resolve) => setTimeout(resolve, SPREAD_MS));
    try {
      return await ask(stage, stage.keys.engineer, commands);
    } catch (error) {
      if (!(error instanceof APIError) || error.code !== 'grant_missing' || tries === MOST_TRIES) throw error;
    }
  }
}

function commandsOf({ tool_calls: calls = [] }: OpenAI.Chat.ChatCompletionMessage): string[] {
  return calls.map((call) => (call.type === 'function' ? (JSON.parse(call.function.arguments) as { command: string }).command : call.type));
}
