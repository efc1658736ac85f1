// Tools and tool choices of the two OpenAI formats: chat completions put the particulars into a member named after the kind, Responses
// beside `type`.
import type { At, Tool, ToolChoice, ToolName } from '../conversation.ts';
import { finished, type ObjectReader } from './object-reader.ts';

export type ToolShape = 'nested' | 'flat';

/** None, and a note, for a tool that only its own provider can run. */
export function openaiTool(tool: ObjectReader, kind: unknown, shape: ToolShape): Tool[] {
  if (kind !== 'function' && kind !== 'custom') {
    tool.loseAll(kind);
    return [];
  }
  const inner = inside(tool, kind, shape);
  if (inner === undefined) return [];
  const format = kind === 'custom' ? inner.object('format') : undefined;
  const grammar = format?.take('type') === 'grammar' ? inside(format, 'grammar', shape) : undefined;
  const made: Tool = {
    at: tool.at,
    kind,
    name: inner.requiredString('name'),
    description: inner.string('description'),
    parameters: kind === 'function' ? inner.fields('parameters') : undefined,
    strict: kind === 'function' ? inner.boolean('strict') : undefined,
    grammar: grammar && { at: grammar.at, syntax: grammar.requiredString('syntax'), definition: grammar.requiredString('definition') },
  };
  grammar?.finish();
  format?.finish();
  inner.finish();
  return [finished(tool, made)];
}

export function openaiToolChoice(body: ObjectReader, shape: ToolShape): At<ToolChoice> | undefined {
  const choice = body.take('tool_choice');
  if (choice === undefined) return undefined;
  if (choice === 'auto' || choice === 'none' || choice === 'required') return body.located('tool_choice', { type: choice });
  const reader = body.object('tool_choice');
  if (reader === undefined) return undefined;
  const type = reader.take('type');
  if (type === 'allowed_tools') {
    const allowed = inside(reader, type, shape);
    const mode = allowed?.string('mode') === 'required' ? 'required' : 'auto';
    const tools = allowed === undefined ? [] : [...allowed.objects('tools')].flatMap((tool) => namedTool(tool, shape));
    allowed?.finish();
    return finished(reader, body.located<ToolChoice>('tool_choice', { type: 'allowed', mode, tools }));
  }
  const [named] = namedTool(reader, shape, type);
  return named && body.located<ToolChoice>('tool_choice', { type: 'named', ...named });
}

function namedTool(reader: ObjectReader, shape: ToolShape, tool: unknown = reader.take('type')): ToolName[] {
  if (tool !== 'function' && tool !== 'custom') {
    reader.loseAll(tool);
    return [];
  }
  const inner = inside(reader, tool, shape);
  const name = inner?.requiredString('name') ?? '';
  inner?.finish();
  return [finished(reader, { tool, name })];
}

function inside(reader: ObjectReader, kind: string, shape: ToolShape): ObjectReader | undefined {
  if (shape === 'flat') return reader;
  const inner = reader.object(kind);
  if (inner === undefined) reader.malformed(kind, 'is missing');
  return inner;
}
