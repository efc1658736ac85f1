// Language models of a few hundred kilobytes, made here and nowhere else: a llama of two layers with random weights, which says nothing
// sensible, and one whose attention is zero and whose next token depends on the last one only, which says exactly what it was told to say.
import { ggufFile, type Tensor } from './llama-gguf.ts';

/** One token per byte, and SentencePiece's sign for a space: any text can be read and written. */
const SPACE = '▁';
const TOKEN_TYPE = { normal: 1, unknown: 2, control: 3, byte: 6 } as const;
const UNKNOWN_ID = 0;
const BOS_ID = 1;
const EOS_ID = 2;
const FIRST_BYTE_ID = 3;
const SPACE_ID = FIRST_BYTE_ID + 256;
const FIRST_PIECE_ID = SPACE_ID + 1;

const HEADS = 4;
const CONTEXT_TOKENS = 4096;

interface Dimensions {
  readonly embedding: number;
  readonly layers: number;
  readonly feedForward: number;
}

/**
 * A llama with weights drawn from a generator with this seed. It writes printable ASCII, line breaks and the end of the text, and reads
 * anything: the first dimension is the same for every token and no layer writes to it, so that the output can turn tokens off by it.
 */
export function randomModel(options: { readonly seed: number; readonly chatTemplate?: string }): Buffer {
  const dimensions: Dimensions = { embedding: 32, layers: 2, feedForward: 64 };
  const draw = generator(options.seed);
  return modelFile(dimensions, [], options.chatTemplate, (name, shape) => {
    const [width, rows = 1] = shape as [number, number?];
    if (name.endsWith('norm.weight')) return new Float32Array(width).fill(1);
    const values = Float32Array.from({ length: width * rows }, () => draw() * (name === 'output.weight' ? 0.8 : 0.4));
    if (name === 'token_embd.weight') for (let token = 0; token < rows; token++) values[token * width] = 1;
    if (name === 'output.weight') for (let token = 0; token < rows; token++) values[token * width] = isWritten(token) ? 0 : -30;
    if (name.endsWith('attn_output.weight') || name.endsWith('ffn_down.weight')) values.fill(0, 0, width);
    return values;
  });
}

function isWritten(token: number): boolean {
  const byte = token - FIRST_BYTE_ID;
  return token === EOS_ID || token === SPACE_ID || byte === 10 || (byte > 32 && byte < 127);
}

/**
 * A model that, read greedily, walks along `script`: after `script[0]` comes `script[1]`, and so on, then the end of the text, or the
 * beginning when it is `endless`. Each item is a token of its own: a byte when it is one character below U+0100, else a piece added to the
 * vocabulary. No item may occur twice.
 */
export function scriptedModel(options: {
  readonly script: readonly string[];
  readonly endless?: boolean;
  readonly chatTemplate?: string;
}): Buffer {
  const { script } = options;
  if (new Set(script).size !== script.length) throw new Error('an item occurs twice, so what follows it is not determined');
  const pieces = script.filter((item) => item.length > 1);
  const idOf = (item: string): number => {
    if (item.length > 1) return FIRST_PIECE_ID + pieces.indexOf(item);
    return item === ' ' ? SPACE_ID : FIRST_BYTE_ID + item.charCodeAt(0);
  };
  const last = options.endless === true ? idOf(script[0]!) : EOS_ID;
  const follows = new Map(script.map((item, index) => [idOf(item), index + 1 < script.length ? idOf(script[index + 1]!) : last]));
  const dimensions: Dimensions = { embedding: 128, layers: 1, feedForward: 4 };
  const draw = generator(1);
  // Random directions of 128 dimensions are nearly orthogonal: the token after `last` gets the direction of `last` as its output row.
  const vocabulary = FIRST_PIECE_ID + pieces.length;
  const directions = Array.from({ length: vocabulary }, () => Float32Array.from({ length: dimensions.embedding }, () => Math.sign(draw())));
  return modelFile(dimensions, pieces, options.chatTemplate, (name, shape) => {
    if (name === 'token_embd.weight') return Float32Array.from(directions.flatMap((direction) => [...direction]));
    const values = new Float32Array(shape.reduce((product, length) => product * length, 1)).fill(name.endsWith('norm.weight') ? 1 : 0);
    if (name !== 'output.weight') return values;
    for (const [token, next] of follows) {
      for (const [index, value] of directions[token]!.entries()) values[next * dimensions.embedding + index]! += value;
    }
    return values;
  });
}

function modelFile(
  { embedding, layers, feedForward }: Dimensions,
  pieces: readonly string[],
  chatTemplate: string | undefined,
  weights: (name: string, shape: readonly number[]) => Float32Array,
): Buffer {
  const bytes = Array.from({ length: 256 }, (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`);
  const tokens = ['<unk>', '<s>', '</s>', ...bytes, SPACE, ...pieces.map((piece) => piece.replaceAll(' ', SPACE))];
  const types = tokens.map((_, id) => {
    if (id === UNKNOWN_ID) return TOKEN_TYPE.unknown;
    if (id === BOS_ID || id === EOS_ID) return TOKEN_TYPE.control;
    return id < SPACE_ID ? TOKEN_TYPE.byte : TOKEN_TYPE.normal;
  });
  const shapes: [name: string, shape: number[]][] = [
    ['token_embd.weight', [embedding, tokens.length]],
    ['output_norm.weight', [embedding]],
    ['output.weight', [embedding, tokens.length]],
  ];
  for (let layer = 0; layer < layers; layer++) {
    const at = `blk.${layer}`;
    shapes.push([`${at}.attn_norm.weight`, [embedding]], [`${at}.ffn_norm.weight`, [embedding]]);
    for (const part of ['attn_q', 'attn_k', 'attn_v', 'attn_output']) shapes.push([`${at}.${part}.weight`, [embedding, embedding]]);
    for (const part of ['ffn_gate', 'ffn_up']) shapes.push([`${at}.${part}.weight`, [embedding, feedForward]]);
    shapes.push([`${at}.ffn_down.weight`, [feedForward, embedding]]);
  }
  const tensors = shapes.map(([name, shape]): Tensor => ({ name, shape, values: weights(name, shape) }));
  return ggufFile(
    {
      'general.architecture': { string: 'llama' },
      'general.name': { string: 'tiny' },
      'llama.context_length': { uint32: CONTEXT_TOKENS },
      'llama.embedding_length': { uint32: embedding },
      'llama.block_count': { uint32: layers },
      'llama.feed_forward_length': { uint32: feedForward },
      'llama.attention.head_count': { uint32: HEADS },
      'llama.attention.head_count_kv': { uint32: HEADS },
      'llama.attention.layer_norm_rms_epsilon': { float32: 1e-5 },
      'llama.rope.dimension_count': { uint32: embedding / HEADS },
      'llama.vocab_size': { uint32: tokens.length },
      'tokenizer.ggml.model': { string: 'llama' },
      'tokenizer.ggml.tokens': { strings: tokens },
      'tokenizer.ggml.scores': { float32s: tokens.map((_, id) => -id) },
      'tokenizer.ggml.token_type': { int32s: types },
      'tokenizer.ggml.unknown_token_id': { uint32: UNKNOWN_ID },
      'tokenizer.ggml.bos_token_id': { uint32: BOS_ID },
      'tokenizer.ggml.eos_token_id': { uint32: EOS_ID },
      'tokenizer.ggml.add_bos_token': { bool: true },
      'tokenizer.ggml.add_eos_token': { bool: false },
      'tokenizer.ggml.add_space_prefix': { bool: false },
      ...(chatTemplate === undefined ? {} : { 'tokenizer.chat_template': { string: chatTemplate } }),
    },
    tensors,
  );
}

/** mulberry32 as numbers from -1 to 1: the same everywhere, from the same seed. */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 31 - 1;
  };
}
