// POST /v1/embeddings: OpenAI API description, schema CreateEmbeddingResponse. Vectors are hashes: equal texts have equal vectors and
// nothing else about them means anything.
import type { Json } from '#kernel';
import { createHash } from 'node:crypto';
import { jsonAnswer, modelOf, type Answer } from '../answer.ts';
import { asArray, asCount, type JsonObject } from '../json.ts';
import { POLICY_ERROR_MODEL, tokensOf } from '../reply.ts';
import type { ErrorDetails } from './errors.ts';
import { POLICY_ERROR } from './openai-chat.ts';

const DEFAULT_DIMENSIONS = 256;
const MOST_DIMENSIONS = 4096;
const MOST_INPUTS = 2048;

/** The answer to a parsed body, or what is wrong with it. `encoding_format` base64 is little-endian 32-bit floats. */
export function answerEmbeddings(body: JsonObject): Answer | ErrorDetails {
  const model = modelOf(body);
  if (model === undefined) return { status: 400, message: 'you must provide a model parameter' };
  if (model === POLICY_ERROR_MODEL) return POLICY_ERROR;
  const inputs = readInputs(body.input);
  if (inputs === undefined) return { status: 400, param: 'input', message: "'$.input' is invalid." };
  const dimensions = body.dimensions === undefined ? DEFAULT_DIMENSIONS : asCount(body.dimensions);
  if (dimensions === undefined || dimensions < 1 || dimensions > MOST_DIMENSIONS) {
    return { status: 400, param: 'dimensions', message: "Invalid value for 'dimensions'." };
  }
  const encode = body.encoding_format === 'base64' ? toBase64 : (vector: Float32Array): Json => [...vector];
  const tokens = inputs.reduce((sum, input) => sum + tokensOf(input), 0);
  return jsonAnswer({
    object: 'list',
    data: inputs.map((input, index) => ({ object: 'embedding', index, embedding: encode(embed(input, dimensions)) })),
    model,
    usage: { prompt_tokens: tokens, total_tokens: tokens },
    x_simulated: true,
  });
}

/** A text, texts, one token array, or token arrays; token arrays as their JSON. */
function readInputs(input: Json | undefined): string[] | undefined {
  if (typeof input === 'string') return input === '' ? undefined : [input];
  const items = asArray(input);
  if (items === undefined || items.length === 0 || items.length > MOST_INPUTS) return undefined;
  if (items.every((item) => typeof item === 'number')) return [JSON.stringify(items)];
  return items.map((item) => (typeof item === 'string' ? item : JSON.stringify(item)));
}

/** A unit vector from SHAKE-256 of the text. */
function embed(text: string, dimensions: number): Float32Array {
  const bytes = createHash('shake256', { outputLength: dimensions * 2 })
    .update(text)
    .digest();
  const vector = Float32Array.from({ length: dimensions }, (_, index) => bytes.readInt16LE(index * 2) + 0.5);
  const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
  return vector.map((value) => value / length);
}

function toBase64(vector: Float32Array): string {
  const bytes = Buffer.allocUnsafe(vector.length * 4);
  vector.forEach((value, index) => bytes.writeFloatLE(value, index * 4));
  return bytes.toString('base64');
}
