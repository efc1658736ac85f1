// The texts of a chat completions stream: per choice what is said, refused, thought, and each tool call's arguments.
import { fieldsOf, itemsOf, type Fields } from '../json-fields.ts';
import { keyPart, onlyAt, type Path, type Piece, type StreamPlan } from './stream-plan.ts';

/** Members of a delta that come whole. */
const WHOLE: ReadonlySet<unknown> = new Set(['annotations', 'name']);
/** Members that tell the same thing twice, in two forms: neither ends the other. */
const GROUPS: ReadonlyMap<unknown, string> = new Map([
  ['reasoning_content', 'reasoning'],
  ['reasoning_details', 'reasoning'],
]);

export const chatPlan: StreamPlan = {
  pieceAt(payload, path) {
    const [top, position, member, name, ...inner] = path;
    if (top !== 'choices' || member !== 'delta' || name === undefined || WHOLE.has(name)) return undefined;
    const choice = choiceAt(payload, position);
    const scope = keyPart(choice['index'], position);
    const isTool = name === 'tool_calls';
    const group = `${scope}${GROUPS.get(name) ?? name}/`;
    const call = isTool ? fieldsOf(itemsOf(fieldsOf(choice['delta'])['tool_calls'])[Number(inner[0])]) : {};
    const key = [`${group}${name}/`, keyPart(call['index'], inner[0]), ...inner.slice(1).map((part) => keyPart(part))].join('');
    return { key, scope, group, isSerial: isTool } satisfies Piece;
  },
  endsOf(payload) {
    if ((payload['error'] ?? null) !== null) return ALL;
    const ends: string[] = [];
    itemsOf(payload['choices']).forEach((item, position) => {
      const choice = fieldsOf(item);
      if ((choice['finish_reason'] ?? null) !== null) ends.push(keyPart(choice['index'], position));
    });
    return ends;
  },
  extra(payload, path, text) {
    const { usage: _usage, obfuscation: _obfuscation, choices: _choices, ...frame } = payload;
    const choice = choiceAt(payload, path[1]);
    const kept = path[3] === 'tool_calls' ? ['index'] : ['index', 'type'];
    const delta = onlyAt(choice['delta'], path.slice(3), text, kept);
    return { ...frame, choices: [{ index: choice['index'] ?? path[1], delta, logprobs: null, finish_reason: null }] };
  },
};

const ALL: readonly string[] = [''];

function choiceAt(payload: Fields, position: Path[number] | undefined): Fields {
  return fieldsOf(itemsOf(payload['choices'])[Number(position)]);
}
