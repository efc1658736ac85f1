// The agents that engineers really use, pointed at the checkpoint as its documentation says: a text answer comes back, a tool round trip
// works, and the ledger knows of each request. Smoke tests: what the agents do with the answers is their own business.
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it, type TestContext } from 'node:test';
import type { RecordedRequest } from '#simulator';
import { CLAUDE_CODE, CODEX, installAgents, runAgent, type Ran } from '#test/agent-clients';
import { CHAT_ONLY_ROUTE, MODEL, RESPONSES_ONLY_ROUTE, ROUTE, startContract, type Contract } from '#test/contract';

const SAID = '[simulated JP provider]';
const unavailable = await installAgents();

let contract: Contract;
let root: string;
let work: string;

before(async () => {
  if (unavailable !== undefined) return;
  contract = await startContract();
  root = await mkdtemp(join(tmpdir(), 'sekisho-agents-'));
  work = join(root, 'work');
  // Codex puts no helper programs below the folder for temporary files, and its sandbox needs one of them.
  for (const folder of [work, join(root, 'codex'), join(root, 'tmp')]) await mkdir(folder);
});

after(async () => {
  if (unavailable === undefined) await rm(root, { recursive: true, force: true, maxRetries: 3 });
});

/** The requests of one run, each checked at the provider and in the ledger. */
async function checkRequests(operation: string, count: number, route = ROUTE): Promise<readonly RecordedRequest[]> {
  const received = [...contract.simulator.requests];
  contract.simulator.clearRequests();
  assert.equal(received.length, count, received.map((request) => `${request.path} ${request.bodySha256}`).join(', '));
  for (const request of received) {
    assert.equal(request.headers['authorization'], `Bearer ${contract.credential}`);
    assert.equal(request.headers['user-agent'], 'sekisho');
    assert.deepEqual([request.model, request.stream], [MODEL, true]);
    const [decision, outcome] = await contract.checkpoint.recordsOf(request.requestId!);
    assert.deepEqual([decision!['type'], decision!['operation'], decision!['route']], ['decision', operation, route]);
    assert.deepEqual([outcome!['type'], outcome!['ended'], outcome!['status']], ['outcome', 'complete', 200]);
    assert.ok((outcome!['usage'] as { outputTokens: number }).outputTokens > 0);
  }
  return received;
}

function report(context: TestContext, ran: Ran): void {
  assert.equal(ran.code, 0, `${ran.errors}\n${ran.output}`);
  const hosts = [...new Set(ran.refusedHosts)];
  context.diagnostic(hosts.length === 0 ? 'asked for no host but the checkpoint' : `also asked, in vain, for ${hosts.join(', ')}`);
}

function itemsOf(request: RecordedRequest, member: 'input' | 'messages'): Record<string, unknown>[] {
  return (request.json as Record<string, Record<string, unknown>[]>)[member]!;
}

describe(`Codex CLI ${CODEX.version}`, { skip: unavailable ?? false }, () => {
  async function codex(prompt: string, model = ROUTE): Promise<Ran> {
    await writeFile(
      join(root, 'codex', 'config.toml'),
      `model = "${model}"
model_provider = "sekisho"
check_for_update_on_startup = false
[analytics]
enabled = false
[model_providers.sekisho]
name = "Sekisho"
base_url = "${contract.checkpoint.url}/v1"
env_key = "SEKISHO_KEY"
wire_api = "responses"
request_max_retries = 0
stream_max_retries = 0
`,
    );
    return await runAgent(CODEX, {
      args: ['exec', '--skip-git-repo-check', '--sandbox', 'read-only', '--json', prompt],
      env: { HOME: root, CODEX_HOME: join(root, 'codex'), TMPDIR: join(root, 'tmp'), SEKISHO_KEY: contract.key },
      cwd: work,
    });
  }

  function events({ output }: Ran): Record<string, unknown>[] {
    return output
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  it('answers', async (context) => {
    const ran = await codex('hello');
    report(context, ran);
    const items = events(ran).map((event) => event['item'] as Record<string, unknown> | undefined);
    const message = items.find((item) => item?.['type'] === 'agent_message');
    assert.ok(message !== undefined && (message['text'] as string).startsWith(SAID), ran.output);
    const [request] = await checkRequests('responses', 1);
    assert.equal(request!.path, '/v1/responses');
    const done = events(ran).find((event) => event['type'] === 'turn.completed')!['usage'] as Record<string, number>;
    const [, outcome] = await contract.checkpoint.recordsOf(request!.requestId!);
    const { inputTokens, outputTokens } = outcome!['usage'] as Record<string, number>;
    assert.deepEqual([done['input_tokens'], done['output_tokens']], [inputTokens, outputTokens]);
  });

  it('proposes a command, runs it in its sandbox and hands back the result', async (context) => {
    // The simulator fills in a command that does not exist.
    const ran = await codex('use the tool exec_command');
    report(context, ran);
    assert.match(ran.output, /1 tool result\(s\) received/);
    const [, second] = await checkRequests('responses', 2);
    const types = itemsOf(second!, 'input').map((item) => item['type']);
    assert.deepEqual(types.slice(-2), ['function_call', 'function_call_output']);
  });

  it('works against a model that speaks chat completions only: an answer, and a tool round trip', async (context) => {
    const answered = await codex('hello', CHAT_ONLY_ROUTE);
    report(context, answered);
    assert.ok(answered.output.includes(SAID), answered.output);
    const [request] = await checkRequests('responses', 1, CHAT_ONLY_ROUTE);
    assert.equal(request!.path, '/v1/chat/completions');
    const worked = await codex('use the tool exec_command', CHAT_ONLY_ROUTE);
    report(context, worked);
    assert.match(worked.output, /1 tool result\(s\) received/);
    const [, second] = await checkRequests('responses', 2, CHAT_ONLY_ROUTE);
    const roles = itemsOf(second!, 'messages').map((message) => message['role']);
    assert.deepEqual(roles.slice(-2), ['assistant', 'tool']);
  });

  it('shows what the checkpoint says when it refuses', async () => {
    const { key } = contract;
    const ran = await runAgent(CODEX, {
      args: ['exec', '--skip-git-repo-check', '--sandbox', 'read-only', '--json', '--model', 'absent', 'hello'],
      env: { HOME: root, CODEX_HOME: join(root, 'codex'), TMPDIR: join(root, 'tmp'), SEKISHO_KEY: key },
      cwd: work,
    });
    assert.notEqual(ran.code, 0);
    assert.match(ran.output, /No route is named/);
    assert.equal(contract.simulator.requests.length, 0);
  });
});

describe(`Claude Code ${CLAUDE_CODE.version}`, { skip: unavailable ?? false }, () => {
  function claude(prompt: string, model = ROUTE): Promise<Ran> {
    return runAgent(CLAUDE_CODE, {
      args: ['-p', prompt, '--output-format', 'json', '--model', model, '--permission-mode', 'plan', '--allowedTools', 'Read'],
      env: {
        HOME: root,
        CLAUDE_CONFIG_DIR: join(root, 'claude'),
        ANTHROPIC_BASE_URL: contract.checkpoint.url,
        ANTHROPIC_AUTH_TOKEN: contract.key,
        DISABLE_TELEMETRY: '1',
        DISABLE_ERROR_REPORTING: '1',
        DISABLE_AUTOUPDATER: '1',
        CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
      },
      cwd: work,
    });
  }

  it('answers', async (context) => {
    const ran = await claude('hello');
    report(context, ran);
    const result = JSON.parse(ran.output) as { result: string; is_error: boolean; usage: Record<string, number> };
    assert.ok(result.result.startsWith(SAID) && !result.is_error, ran.output);
    const [request] = await checkRequests('messages', 1);
    const [decision, outcome] = await contract.checkpoint.recordsOf(request!.requestId!);
    const { inputTokens, outputTokens } = outcome!['usage'] as Record<string, number>;
    assert.deepEqual([result.usage['input_tokens'], result.usage['output_tokens']], [inputTokens, outputTokens]);
    const { metadata } = request!.json as { metadata?: { user_id?: string } };
    assert.match(metadata?.user_id ?? '', /^[\w-]{43}$/, 'the provider knows whom the tool names under a pseudonym');
    assert.match(decision!['endUser'] as string, /device_id/, 'whom the tool names is on record');
  });

  it('calls its Read tool and hands back the result', async (context) => {
    const ran = await claude('use the tool Read');
    report(context, ran);
    assert.match((JSON.parse(ran.output) as { result: string }).result, /1 tool result\(s\) received/);
    const [, second] = await checkRequests('messages', 2);
    const blocks = itemsOf(second!, 'messages').at(-1)!['content'] as { type: string }[];
    assert.ok(blocks.some((block) => block.type === 'tool_result'));
  });

  it('works against a model that speaks Responses only: an answer, and a tool round trip', async (context) => {
    const answered = await claude('hello', RESPONSES_ONLY_ROUTE);
    report(context, answered);
    assert.ok((JSON.parse(answered.output) as { result: string }).result.startsWith(SAID), answered.output);
    const [request] = await checkRequests('messages', 1, RESPONSES_ONLY_ROUTE);
    assert.equal(request!.path, '/v1/responses');
    const worked = await claude('use the tool Read', RESPONSES_ONLY_ROUTE);
    report(context, worked);
    assert.match((JSON.parse(worked.output) as { result: string }).result, /1 tool result\(s\) received/);
    const [, second] = await checkRequests('messages', 2, RESPONSES_ONLY_ROUTE);
    const types = itemsOf(second!, 'input').map((item) => item['type']);
    assert.deepEqual(types.slice(-2), ['function_call', 'function_call_output']);
  });

  it('shows what the checkpoint says when it refuses', async () => {
    const ran = await claude('hello', 'absent');
    assert.notEqual(ran.code, 0);
    // It puts its own words in place of a 404; the checkpoint's record has the rule.
    assert.match(ran.output, /absent/);
    assert.equal(contract.simulator.requests.length, 0);
    const refusals = (await contract.checkpoint.entries()).filter((entry) => entry['type'] === 'refusal' && entry['route'] === 'absent');
    assert.ok(refusals.length > 0 && refusals.every((entry) => entry['rule'] === 'unknown-route'));
  });
});
