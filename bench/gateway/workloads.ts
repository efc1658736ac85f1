// What is asked and what the mock upstream answers: request bodies, prebuilt answers, and the check that an answer is the right one.
// Everything is deterministic, so two runs compare. It knows nothing of contenders or of timing.
import { isDeepStrictEqual } from 'node:util';

export type WorkloadId = 'json-1' | 'json-64' | 'sse-1' | 'sse-64' | 'agentic-1' | 'agentic-16';

export interface Workload {
  readonly id: WorkloadId;
  readonly title: string;
  readonly concurrency: number;
  readonly stream: boolean;
  /** The request body with the model name that the contender's clients use. */
  readonly body: (model: string) => Buffer;
}

/** Credential that the mock upstream's operator handed out; gateways must present it in place of the caller's own key. */
export const UPSTREAM_KEY = 'upstream-credential-of-the-benchmark';

/** Model name in the upstream's world. */
export const UPSTREAM_MODEL = 'mock-model-1';

/** Events in a streamed answer, without the closing [DONE]. */
export const STREAM_EVENTS = 100;

const ANSWER_TEXT =
  'The alert is consistent with credential stuffing against the VPN portal: 412 failed logins for 87 accounts from nine addresses in ' +
  'eleven minutes, then one success for an account without a second factor. Disable the account, end its sessions, and compare the ' +
  'source addresses with the proxy logs of the last 24 hours before you widen the block list.';

const USAGE = { prompt_tokens: 182, completion_tokens: 97, total_tokens: 279 };

const SYSTEM_PROMPT =
  'You assist the security operations team of an electricity company. Answer in at most five sentences. Name the evidence you used and ' +
  'say what is missing. Never invent log lines. 日本語で書かれたログはそのまま引用してください。';

const QUESTION =
  'Triage this alert: 2026-11-24T05:12:09Z vpn-gw-2 sshd[4121]: Failed password for invalid user operator from 203.0.113.57 port 51122; ' +
  'the same address appears 41 times in the last ten minutes. The portal reported one success for account k.tanaka at 05:14:33Z. ' +
  'Which three facts should be checked first, which of them need another team, and what can wait until the morning shift? Say what you assumed.';

/** The body of the JSON answer, about 0.8 KB. */
export const JSON_ANSWER = Buffer.from(
  JSON.stringify({
    id: 'chatcmpl-bench-000000000000000001',
    object: 'chat.completion',
    created: 1_795_000_000,
    model: UPSTREAM_MODEL,
    choices: [{ index: 0, message: { role: 'assistant', content: ANSWER_TEXT, refusal: null }, logprobs: null, finish_reason: 'stop' }],
    usage: { ...USAGE, prompt_tokens_details: { cached_tokens: 0 }, completion_tokens_details: { reasoning_tokens: 0 } },
    service_tier: 'default',
    system_fingerprint: 'fp_bench',
  }),
);

/** The events of the streamed answer as they go on the wire: one buffer per event, [DONE] last. */
export const STREAM_ANSWER: readonly Buffer[] = buildStreamAnswer();

const STREAM_TEXT = streamPieces().join('');

export const WORKLOADS: readonly Workload[] = [
  { id: 'json-1', title: 'JSON 0.8 KB, concurrency 1', concurrency: 1, stream: false, body: (model) => chatBody(model, false) },
  { id: 'json-64', title: 'JSON 0.8 KB, concurrency 64', concurrency: 64, stream: false, body: (model) => chatBody(model, false) },
  { id: 'sse-1', title: 'SSE of 100 chunks, concurrency 1', concurrency: 1, stream: true, body: (model) => chatBody(model, true) },
  { id: 'sse-64', title: 'SSE of 100 chunks, concurrency 64', concurrency: 64, stream: true, body: (model) => chatBody(model, true) },
  { id: 'agentic-1', title: 'agentic body 115 KB, concurrency 1', concurrency: 1, stream: false, body: agenticBody },
  { id: 'agentic-16', title: 'agentic body 115 KB, concurrency 16', concurrency: 16, stream: false, body: agenticBody },
];

/** Why this answer is not what the upstream sent, or undefined when it is. Looks at the content, not at the bytes around it. */
export function answerFault(workload: Workload, status: number, body: string): string | undefined {
  if (status !== 200) return `status ${status}: ${body.slice(0, 300)}`;
  try {
    return workload.stream ? streamFault(body) : jsonFault(body);
  } catch (error) {
    return `unreadable answer (${String(error)}): ${body.slice(0, 300)}`;
  }
}

function isScopeStatement(message: unknown): boolean {
  const { role, content } = (message ?? {}) as { readonly role?: unknown; readonly content?: unknown };
  return role === 'system' && typeof content === 'string' && content.startsWith('[Sekisho]');
}

/**
 * Why the request that reached the upstream is not the one the client sent, or undefined. Model name and stream options may change, and a
 * gateway may add a pseudonym of the caller and the statement of a grant's scope.
 */
export function deliveryFault(sent: Buffer, received: string): string | undefined {
  const comparable = (text: string): Record<string, unknown> => {
    const { model: _model, stream_options: _options, safety_identifier: _pseudonym, ...rest } = JSON.parse(text) as Record<string, unknown>;
    const { messages } = rest;
    if (Array.isArray(messages) && isScopeStatement(messages[0])) messages.shift();
    return rest;
  };
  return isDeepStrictEqual(comparable(sent.toString()), comparable(received))
    ? undefined
    : `the request body reached the upstream changed: ${received.slice(0, 200)}`;
}

function jsonFault(body: string): string | undefined {
  const answer = JSON.parse(body) as { choices?: { message?: { content?: string } }[]; usage?: { total_tokens?: number } };
  if (answer.choices?.[0]?.message?.content !== ANSWER_TEXT) return 'the answer text is not what the upstream sent';
  if (answer.usage?.total_tokens !== USAGE.total_tokens) return 'the usage is not what the upstream sent';
  return undefined;
}

function streamFault(body: string): string | undefined {
  const data = body
    .split('\n\n')
    .filter((event) => event.startsWith('data: '))
    .map((event) => event.slice(6));
  if (data.length !== STREAM_EVENTS + 1) return `${data.length} events instead of ${STREAM_EVENTS + 1}`;
  if (data.at(-1) !== '[DONE]') return 'the stream does not end with [DONE]';
  const events = data.slice(0, -1).map((text) => JSON.parse(text) as { choices: { delta: { content?: string } }[]; usage?: unknown });
  if (events.map((event) => event.choices[0]?.delta.content ?? '').join('') !== STREAM_TEXT)
    return 'the streamed text is not what the upstream sent';
  return events.at(-1)?.usage ? undefined : 'the stream lost its usage';
}

function chatBody(model: string, stream: boolean): Buffer {
  return Buffer.from(
    JSON.stringify({
      model,
      ...(stream ? { stream: true, stream_options: { include_usage: true } } : {}),
      messages: [
        { role: 'system', content: SYSTEM_PROMPT },
        { role: 'user', content: QUESTION },
      ],
      temperature: 0.2,
      max_tokens: 400,
    }),
  );
}

/** A turn deep inside an agent's session: a long instruction, tool definitions, and a history of tool calls with their output. */
function agenticBody(model: string): Buffer {
  const tools = Array.from({ length: 18 }, (_, index) => toolDefinition(index));
  const messages: unknown[] = [
    { role: 'system', content: Array.from({ length: 24 }, (_, index) => `${index + 1}. ${SYSTEM_PROMPT}`).join('\n') },
    { role: 'user', content: QUESTION },
  ];
  const render = (): Buffer =>
    Buffer.from(JSON.stringify({ model, tools, messages, tool_choice: 'auto', temperature: 0, max_tokens: 2000 }));
  for (let turn = 0; render().length < 113_500; turn++) {
    const id = `call_${String(turn).padStart(6, '0')}`;
    const call = {
      name: `tool_${turn % 18}`,
      arguments: JSON.stringify({ path: `/var/log/vpn/gw-${turn % 4}.log`, from: turn * 40, limit: 40 }),
    };
    messages.push({ role: 'assistant', content: null, tool_calls: [{ id, type: 'function', function: call }] });
    messages.push({
      role: 'tool',
      tool_call_id: id,
      content: Array.from({ length: 16 }, (_, line) => logLine(turn * 16 + line)).join('\n'),
    });
  }
  return render();
}

function toolDefinition(index: number): unknown {
  const text = (description: string): unknown => ({ type: 'string', description });
  return {
    type: 'function',
    function: {
      name: `tool_${index}`,
      description: `Reads a window of one log source (${index}) and returns the lines unchanged, oldest first. Use it before you conclude.`,
      parameters: {
        type: 'object',
        properties: {
          path: text('Absolute path of the log file on the collector.'),
          filter: text('Lines that do not contain this text are left out; case matters.'),
          from: { type: 'integer', minimum: 0, description: 'First line, counted from zero.' },
          limit: { type: 'integer', minimum: 1, maximum: 500, description: 'How many lines at most.' },
        },
        required: ['path', 'from', 'limit'],
        additionalProperties: false,
      },
    },
  };
}

function logLine(index: number): string {
  const second = String(index % 60).padStart(2, '0');
  const account = ['k.tanaka', 'm.suzuki', 'svc-backup', 'operator'][index % 4];
  return `2026-11-24T05:${String(Math.floor(index / 60) % 60).padStart(2, '0')}:${second}Z vpn-gw-${index % 3} auth[${4000 + (index % 700)}]: "認証失敗" user=${account} src=203.0.113.${index % 250} port=${30_000 + index} reason=\\bad_password\\`;
}

/** The answer text cut into the pieces that the stream carries; padded by repetition to the wanted number of events. */
function streamPieces(): readonly string[] {
  const words = ANSWER_TEXT.split(/(?<= )/);
  return Array.from({ length: STREAM_EVENTS - 3 }, (_, index) => words[index % words.length] ?? ' ');
}

function buildStreamAnswer(): readonly Buffer[] {
  const event = (delta: unknown, finishReason: string | null): Buffer =>
    frame({ choices: [{ index: 0, delta, logprobs: null, finish_reason: finishReason }], usage: null });
  const frame = (fields: Record<string, unknown>): Buffer => {
    const head = {
      id: 'chatcmpl-bench-000000000000000001',
      object: 'chat.completion.chunk',
      created: 1_795_000_000,
      model: UPSTREAM_MODEL,
    };
    return Buffer.from(`data: ${JSON.stringify({ ...head, ...fields })}\n\n`);
  };
  return [
    event({ role: 'assistant', content: '' }, null),
    ...streamPieces().map((content) => event({ content }, null)),
    event({}, 'stop'),
    frame({ choices: [], usage: USAGE }),
    Buffer.from('data: [DONE]\n\n'),
  ];
}
