// Reads the body of a chat completions request (OpenAI API reference, "Create chat completion") into what a local model is asked. Every
// member is kept, known to change nothing here, or refused by its name; none is dropped in silence. Renders no prompt and counts no tokens.
import { z } from 'zod';
import { err, ok, type Result } from '#kernel';
import { messageSchema, readMessages } from './chat-messages.ts';
import { grammarOf, JSON_OBJECT_GRAMMAR } from './gbnf.ts';
import { readSchema } from './json-schema.ts';
import type { CallSchema, HistoryItem } from './library.ts';
import type { DescribedSchema } from './schema-shape.ts';
import { callSchemaOf } from './tool-schema.ts';

/** `param`: the member that is the reason, as a path in the request. */
export interface RequestProblem {
  readonly param: string | undefined;
  readonly code: 'invalid_json' | 'invalid_value' | 'unsupported_parameter' | 'context_length_exceeded';
  readonly message: string;
}

export interface Tool {
  readonly name: string;
  readonly description: string | undefined;
  /** Undefined: it takes none. */
  readonly params: CallSchema | undefined;
  /** What `params` was made from. */
  readonly schema: DescribedSchema | undefined;
}

export interface Sampling {
  readonly temperature: number;
  readonly topP: number;
  readonly topK: number;
  readonly minP: number;
  /** Undefined: not to be repeated. */
  readonly seed: number | undefined;
}

export interface ChatRequest {
  /** As the caller named it. */
  readonly model: string;
  readonly history: readonly HistoryItem[];
  readonly maxTokens: number | undefined;
  readonly sampling: Sampling;
  readonly stop: readonly string[];
  /** GBNF text that the answer has to follow. */
  readonly grammar: string | undefined;
  readonly tools: readonly Tool[];
  readonly parallelToolCalls: boolean;
  readonly isStream: boolean;
  readonly includeUsage: boolean;
  /** For whom the model may remember the prompt: nobody else's request is compared with it. */
  readonly cacheOwner: string | undefined;
}

/** What llama.cpp's own server takes when nothing is said. */
const DEFAULTS = { temperature: 0.8, topP: 0.95, topK: 40, minP: 0.05 } as const;
const MAX_MESSAGES = 4_096;
const MAX_TOOLS = 128;
const MAX_STOP_CHARACTERS = 256;

const nothing = z.null().optional();
const anything = z.unknown().optional();

/** Members that a request may carry and that change nothing about the answer of a local model. */
const IGNORED = {
  metadata: anything,
  prediction: anything,
  prompt_cache_key: anything,
  prompt_cache_retention: anything,
  reasoning_effort: anything,
  service_tier: anything,
  store: anything,
  verbosity: anything,
};

/** Members that would change the answer and are not offered: only the value that asks for nothing is let through. */
const DECLINED = {
  audio: nothing,
  frequency_penalty: z.literal(0).nullish(),
  function_call: nothing,
  functions: nothing,
  logit_bias: z.strictObject({}).nullish(),
  logprobs: z.literal(false).nullish(),
  modalities: z.tuple([z.literal('text')]).nullish(),
  n: z.literal(1).nullish(),
  presence_penalty: z.literal(0).nullish(),
  top_logprobs: z.literal(0).nullish(),
  web_search_options: nothing,
};

const toolSchema = z.strictObject({
  type: z.literal('function', 'may be "function" only'),
  function: z.strictObject({
    name: z.string().regex(/^(?!__proto__$)[A-Za-z0-9_-]{1,64}$/, 'must have 1 to 64 letters, digits, "_" or "-"'),
    description: z.string().max(16_384).nullish(),
    parameters: z.record(z.string(), z.unknown()).nullish(),
    strict: z.boolean().nullish(),
  }),
});

const responseFormatSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('text') }),
  z.strictObject({ type: z.literal('json_object') }),
  z.strictObject({
    type: z.literal('json_schema'),
    json_schema: z.strictObject({
      name: z.string().max(64).nullish(),
      description: z.string().max(16_384).nullish(),
      schema: z.unknown().optional(),
      strict: z.boolean().nullish(),
    }),
  }),
]);

const stopSchema = z.string().min(1).max(MAX_STOP_CHARACTERS);
const ownerSchema = z.string().max(512).nullish();

const requestSchema = z.strictObject({
  ...IGNORED,
  ...DECLINED,
  model: z.string().max(512),
  messages: z.array(messageSchema).min(1).max(MAX_MESSAGES),
  max_tokens: z.int().min(1).nullish(),
  max_completion_tokens: z.int().min(1).nullish(),
  temperature: z.number().min(0).max(2).nullish(),
  top_p: z.number().gt(0).max(1).nullish(),
  top_k: z.int().min(0).max(1_000_000).nullish(),
  min_p: z.number().min(0).max(1).nullish(),
  seed: z.int().nullish(),
  stop: z.union([stopSchema, z.array(stopSchema).max(4)], 'must be one text or up to four, of 1 to 256 characters').nullish(),
  response_format: responseFormatSchema.nullish(),
  tools: z.array(toolSchema).max(MAX_TOOLS).nullish(),
  tool_choice: z
    .union([z.literal('auto'), z.literal('none')], 'may be "auto" or "none": a local model cannot be made to call a tool')
    .nullish(),
  parallel_tool_calls: z.boolean().nullish(),
  stream: z.boolean().nullish(),
  stream_options: z.looseObject({ include_usage: z.boolean().nullish() }).nullish(),
  user: ownerSchema,
  safety_identifier: ownerSchema,
});

type RequestBody = z.output<typeof requestSchema>;

/** The model's name is not looked at: there is one model here, and what it is called is the operator's choice. */
export function readChatRequest(body: Buffer): Result<ChatRequest, RequestProblem> {
  let json: unknown;
  try {
    json = JSON.parse(body.toString('utf8'));
  } catch {
    return err({ param: undefined, code: 'invalid_json', message: 'The body is not JSON.' });
  }
  const parsed = requestSchema.safeParse(json);
  if (!parsed.success) return err(problemOf(parsed.error.issues[0]));
  const request = parsed.data;
  const history = readMessages(request.messages);
  if (!history.ok) return history;
  const grammar = readResponseFormat(request.response_format ?? undefined);
  if (!grammar.ok) return grammar;
  const tools = request.tool_choice === 'none' ? ok([]) : readTools(request.tools ?? []);
  if (!tools.ok) return tools;
  if (grammar.value !== undefined && tools.value.length > 0) {
    return err(unsupported('response_format', 'is not supported together with tools'));
  }
  return ok({
    model: request.model,
    history: history.value,
    maxTokens: request.max_completion_tokens ?? request.max_tokens ?? undefined,
    sampling: samplingOf(request),
    stop: typeof request.stop === 'string' ? [request.stop] : (request.stop ?? []),
    grammar: grammar.value,
    tools: tools.value,
    parallelToolCalls: request.parallel_tool_calls ?? true,
    isStream: request.stream ?? false,
    includeUsage: request.stream_options?.include_usage ?? false,
    cacheOwner: request.safety_identifier ?? request.user ?? undefined,
  });
}

function samplingOf(request: RequestBody): Sampling {
  return {
    temperature: request.temperature ?? DEFAULTS.temperature,
    topP: request.top_p ?? DEFAULTS.topP,
    topK: request.top_k ?? DEFAULTS.topK,
    minP: request.min_p ?? DEFAULTS.minP,
    seed: request.seed ?? undefined,
  };
}

function readResponseFormat(format: z.output<typeof responseFormatSchema> | undefined): Result<string | undefined, RequestProblem> {
  if (format === undefined || format.type === 'text') return ok(undefined);
  if (format.type === 'json_object') return ok(JSON_OBJECT_GRAMMAR);
  const place = 'response_format.json_schema.schema';
  if (format.json_schema.schema === undefined) return err(unsupported(place, 'is required'));
  const schema = readSchema(format.json_schema.schema, place, 'exact');
  return schema.ok ? ok(grammarOf(schema.value)) : err(unsupported(schema.error.place, schema.error.reason));
}

function readTools(tools: NonNullable<RequestBody['tools']>): Result<readonly Tool[], RequestProblem> {
  const read: Tool[] = [];
  const names = new Set<string>();
  for (const [index, { function: given }] of tools.entries()) {
    if (names.has(given.name)) return err(unsupported(`tools[${index}].function.name`, 'names a tool that is there already'));
    names.add(given.name);
    const description = given.description ?? undefined;
    const place = `tools[${index}].function.parameters`;
    const isStrict = given.strict === true;
    if (given.parameters === undefined || given.parameters === null || Object.keys(given.parameters).length === 0) {
      read.push({ name: given.name, description, params: undefined, schema: undefined });
      continue;
    }
    const schema = readSchema(given.parameters, place, isStrict ? 'exact' : 'loose');
    if (!schema.ok) return err(unsupported(schema.error.place, schema.error.reason));
    const params = callSchemaOf(schema.value, place, isStrict);
    if (!params.ok) return err(unsupported(params.error.place, params.error.reason));
    read.push({ name: given.name, description, params: params.value, schema: schema.value });
  }
  return ok(read);
}

function unsupported(param: string, reason: string): RequestProblem {
  return { param, code: 'unsupported_parameter', message: `${param} ${reason}.` };
}

const MAX_PLACE_CHARACTERS = 256;

function problemOf(issue: z.core.$ZodIssue | undefined): RequestProblem {
  if (issue === undefined) return { param: undefined, code: 'invalid_value', message: 'The request cannot be read.' };
  const member = String(issue.path[0]);
  if (Object.hasOwn(DECLINED, member)) return unsupported(member, 'is not supported by a local model');
  const at = issue.path.reduce<string>(
    (path, step) => `${path}${typeof step === 'number' ? `[${step}]` : `${path === '' ? '' : '.'}${String(step)}`}`,
    '',
  );
  if (issue.code === 'unrecognized_keys') {
    const param = `${at === '' ? '' : `${at}.`}${issue.keys[0] ?? ''}`.slice(0, MAX_PLACE_CHARACTERS);
    return unsupported(param, 'is not supported by a local model');
  }
  const param = at === '' ? undefined : at.slice(0, MAX_PLACE_CHARACTERS);
  return { param, code: 'invalid_value', message: `${param ?? 'The request'}: ${issue.message}.` };
}
