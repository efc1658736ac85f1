// What of a request changes where its tools are governed, and what is refused.
import fc from 'fast-check';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ClientWire } from '../wire-format.ts';
import { toolDefinitionsOf } from './definitions.ts';
import { governRequest } from './govern.ts';
import type { OfferedTool } from './types.ts';

/** Tools whose name begins with `no`, and hosted ones but for `web_search`, are not allowed. */
const isAllowed = ({ name, isHosted }: OfferedTool): boolean =>
  !name.split('.').at(-1)!.startsWith('no') && (!isHosted || name === 'web_search');

function govern(wire: ClientWire, body: string, statement?: string, rule = isAllowed): string {
  const governed = governRequest({ body: Buffer.from(body), format: { wire }, isAllowed: rule, statement });
  return governed.ok ? governed.value.body.toString() : JSON.stringify(governed.error);
}

test('chat completions: definitions that are not allowed go, and everything else stays as it was', () => {
  for (const [body, expected] of [
    [
      '{ "model":"m", "tools": [ {"type":"function","function":{"name":"no1"}} , {"type":"function","function":{"name":"yes","x":1.0}} ] , "seed": 12345678901234567890 }',
      '{ "model":"m", "tools": [ {"type":"function","function":{"name":"yes","x":1.0}} ] , "seed": 12345678901234567890 }',
    ],
    [
      '{"tools":[{"type":"function","function":{"name":"no1"}},{"type":"web_scrape"}],"tool_choice":"auto","parallel_tool_calls":true,"n":2}',
      '{"n":2}',
    ],
    ['{"functions":[{"name":"no1"}],"function_call":"auto"}', '{}'],
    [
      '{"functions":[{"name":"no1"},{"name":"yes"}],"function_call":{"name":"yes"}}',
      '{"functions":[{"name":"yes"}],"function_call":{"name":"yes"}}',
    ],
    ['{"web_search_options":{},"n":1}', '{"web_search_options":{},"n":1}'],
    ['{"tools":null,"n":1}', '{"tools":null,"n":1}'],
    ['{"tools":[],"tool_choice":"none"}', '{"tools":[],"tool_choice":"none"}'],
  ] as const)
    assert.equal(govern('openai-chat', body), expected);
  assert.equal(
    govern('openai-chat', '{"web_search_options":{},"n":1}', undefined, () => false),
    '{"n":1}',
  );
});

test('Responses: also in namespaces, from which single tools go', () => {
  for (const [body, expected] of [
    [
      '{"tools":[{"type":"namespace","name":"a","tools":[{"type":"function","name":"no"}, {"type":"function","name":"yes"}]},{"type":"namespace","name":"b","tools":[{"type":"function","name":"no"}]}]}',
      '{"tools":[{"type":"namespace","name":"a","tools":[{"type":"function","name":"yes"}]}]}',
    ],
    [
      '{"tools":[{"type":"web_search"},{"type":"mcp","server_label":"db"},{"type":"local_shell"}],"tool_choice":{"type":"web_search"},"previous_response_id":"r"}',
      '{"tools":[{"type":"web_search"},{"type":"local_shell"}],"tool_choice":{"type":"web_search"},"previous_response_id":"r"}',
    ],
    ['{"tools":[{"type":"custom","name":"no"}],"background":true}', '{"background":true}'],
  ] as const)
    assert.equal(govern('openai-responses', body), expected);
});

test('messages: a server goes with the tools of it', () => {
  assert.equal(
    govern(
      'anthropic-messages',
      '{"tools":[{"name":"yes"},{"type":"mcp_toolset","mcp_server_name":"db"}],"mcp_servers":[{"type":"url","name":"db"}],"tool_choice":{"type":"any"}}',
    ),
    '{"tools":[{"name":"yes"}],"tool_choice":{"type":"any"}}',
  );
  assert.equal(govern('anthropic-messages', '{"tools":[{"name":"no"}],"tool_choice":{"type":"auto"},"max_tokens":1}'), '{"max_tokens":1}');
});

test('a request that insists on what went is refused, with its name', () => {
  const tool = (name: string): string => `{"type":"function","function":{"name":"${name}"}}`;
  const flat = (name: string): string => `{"type":"function","name":"${name}"}`;
  for (const [wire, body, name] of [
    ['openai-chat', `{"tools":[${tool('no')},${tool('yes')}],"tool_choice":${tool('no')}}`, 'no'],
    [
      'openai-chat',
      `{"tools":[${tool('no')},${tool('yes')}],"tool_choice":{"type":"allowed_tools","allowed_tools":{"mode":"auto","tools":[${tool('yes')},${tool('no')}]}}}`,
      'no',
    ],
    ['openai-chat', `{"tools":[${tool('no')}],"tool_choice":"required"}`, 'required'],
    ['openai-chat', '{"functions":[{"name":"no"}],"function_call":{"name":"no"}}', 'no'],
    ['openai-responses', `{"tools":[${flat('no')}],"tool_choice":${flat('no')}}`, 'no'],
    [
      'openai-responses',
      `{"tools":[${flat('no')},${flat('yes')}],"tool_choice":{"type":"allowed_tools","mode":"auto","tools":[${flat('no')}]}}`,
      'no',
    ],
    ['openai-responses', '{"tools":[{"type":"mcp","server_label":"db"}],"tool_choice":{"type":"mcp","server_label":"db"}}', 'db'],
    ['openai-responses', '{"tools":[{"type":"code_interpreter"}],"tool_choice":{"type":"code_interpreter"}}', 'code_interpreter'],
    ['anthropic-messages', '{"tools":[{"name":"no"},{"name":"yes"}],"tool_choice":{"type":"tool","name":"no"}}', 'no'],
    ['anthropic-messages', '{"tools":[{"name":"no"}],"tool_choice":{"type":"any"}}', 'required'],
  ] as const)
    assert.equal(govern(wire, body), JSON.stringify({ kind: 'tool-choice-removed', name }), body);
  const twice = `{"tools":[{"type":"custom","name":"web_search"},{"type":"function","name":"no"}],"tool_choice":{"type":"custom","name":"web_search"}}`;
  assert.equal(
    govern('openai-responses', twice),
    '{"tools":[{"type":"custom","name":"web_search"}],"tool_choice":{"type":"custom","name":"web_search"}}',
  );
});

test('what would pass by the gate, or cannot be seen or taken out, is refused', () => {
  const within = String.raw`{"input":[{"type":"additional_tools","to\u006fls":[{"type":"function","name":"no"}]}]}`;
  const added =
    '{"messages":[{"role":"user","content":[{"type":"tool_addition","tool":{"type":"tool_definition","definition":{"name":"no"}}}]}]}';
  for (const [wire, body, error] of [
    ['openai-responses', '{"background":true,"tools":[{"type":"local_shell"}]}', { kind: 'background-refused' }],
    ['openai-responses', '{"background":1,"tools":[{"type":"local_shell"}]}', { kind: 'background-refused' }],
    ['openai-responses', '{"prompt":{"id":"pmpt_1"}}', { kind: 'stored-prompt-refused', name: 'pmpt_1' }],
    ['openai-responses', within, { kind: 'tool-refused', name: 'no' }],
    ['anthropic-messages', added, { kind: 'tool-refused', name: 'no' }],
    ['openai-responses', '{"input":[{"tools":[],"tools":[{"type":"mcp"}]}]}', { kind: 'malformed-member', member: 'input' }],
    ['openai-chat', '{"tools":{"a":1}}', { kind: 'malformed-member', member: 'tools' }],
    ['openai-chat', '{"tools":[{"type":"function","function":{"name":"yes","name":"no"}}]}', { kind: 'malformed-member', member: 'tools' }],
    ['openai-chat', '{"tools":[{"type":"function","function":{"name":"yes","Name":"no"}}]}', { kind: 'malformed-member', member: 'tools' }],
    ['openai-chat', '{"tools":[],"Tools":[]}', { kind: 'ambiguous-member', name: 'Tools' }],
    ['openai-chat', '[]', { kind: 'not-an-object' }],
  ] as const)
    assert.equal(govern(wire, body), JSON.stringify(error), body);
  for (const body of ['{"background":false,"tools":[{"type":"local_shell"}]}', '{"background":true}', '{"background":null,"tools":[]}'])
    assert.equal(govern('openai-responses', body), body);
  const bytes = Buffer.concat([Buffer.from('{"x":"'), Buffer.from([0xff]), Buffer.from('"}')]);
  const invalid = governRequest({ body: bytes, format: { wire: 'openai-chat' }, isAllowed, statement: undefined });
  assert.deepEqual(invalid, { ok: false, error: { kind: 'not-utf8' } });
});

test('the statement stands where the format has the operator’s words, behind the client’s where it has some', () => {
  const says = 'Only "a".\n範囲';
  const json = JSON.stringify(says);
  const inner = json.slice(1, -1);
  for (const [wire, body, expected] of [
    ['openai-chat', '{"messages": [ {"role":"user"}]}', `{"messages": [{"role":"system","content":${json}}, {"role":"user"}]}`],
    ['openai-chat', '{"messages":[ ]}', `{"messages":[{"role":"system","content":${json}} ]}`],
    ['openai-responses', '{"input":"x"}', `{"instructions":${json},"input":"x"}`],
    ['openai-responses', '{}', `{"instructions":${json}}`],
    ['openai-responses', '{"instructions":null}', `{"instructions":${json}}`],
    ['openai-responses', String.raw`{"instructions":"\u0041\""}`, String.raw`{"instructions":"\u0041\"\n\n${inner}"}`],
    ['openai-responses', '{"instructions":""}', `{"instructions":${json}}`],
    ['openai-responses', '{"instructions":[{"role":"user"}]}', `{"instructions":[{"role":"user"},{"role":"system","content":${json}}]}`],
    ['anthropic-messages', '{"system":"a","messages":[]}', String.raw`{"system":"a\n\n${inner}","messages":[]}`],
    [
      'anthropic-messages',
      '{"system":[{"type":"text","text":"a"} ]}',
      `{"system":[{"type":"text","text":"a"} ,{"type":"text","text":${json}}]}`,
    ],
    ['anthropic-messages', '{"system":[]}', `{"system":[{"type":"text","text":${json}}]}`],
    ['anthropic-messages', '{"messages":[]}', `{"system":${json},"messages":[]}`],
    ['anthropic-messages', '{"system":null}', `{"system":${json}}`],
    ['openai-embeddings', '{"input":"x"}', '{"input":"x"}'],
    ['openai-chat', '{"messages":"x"}', JSON.stringify({ kind: 'malformed-member', member: 'messages' })],
    ['openai-responses', '{"instructions":1}', JSON.stringify({ kind: 'malformed-member', member: 'instructions' })],
  ] as const)
    assert.equal(govern(wire, body, says), expected, body);
});

const leaf = fc.oneof(fc.string(), fc.integer(), fc.constantFrom('\ud800', '"tools"', 'tool_addition', null, true));
const others = fc.dictionary(
  fc.constantFrom('model', 'temperature', 'metadata', 'stream_options', 'seed', 'x'),
  fc.oneof(leaf, fc.array(leaf), fc.dictionary(fc.string(), leaf)),
);
const names = fc.uniqueArray(fc.constantFrom('yes', 'no', 'nova', 'yet', '日本', 'a"b'), { maxLength: 5 });
const DEFINITIONS: Readonly<Record<string, (name: string) => object>> = {
  'openai-chat': (name) => ({ type: 'function', function: { name, parameters: { n: 1.5 } } }),
  'openai-responses': (name) => ({ type: 'function', name, parameters: { n: 1.5 } }),
  'anthropic-messages': (name) => ({ name, input_schema: { n: 1.5 } }),
};

for (const wire of ['openai-chat', 'openai-responses', 'anthropic-messages'] as const) {
  const request = fc.tuple(names, others, fc.constantFrom(undefined, 1, '\t')).map(([tools, rest, indent]) => {
    const members = { ...rest, tools: tools.map(DEFINITIONS[wire]!), messages: [{ role: 'user', content: 'x' }], big: 0 };
    // Digits that no parser of doubles keeps.
    return JSON.stringify(members, null, indent).replace(/"big":\s*0/, '"big": 12345678901234567890.50');
  });

  test(`${wire}: what is left is the request without the tools that are not allowed, and offers none of them`, () => {
    fc.assert(
      fc.property(request, (body) => {
        const governed = governRequest({ body: Buffer.from(body), format: { wire }, isAllowed, statement: undefined });
        assert.ok(governed.ok);
        const before = JSON.parse(Buffer.from(body).toString()) as { tools?: unknown[] };
        const offered = toolDefinitionsOf(before, { wire });
        const after = JSON.parse(governed.value.body.toString()) as { tools?: unknown[] };
        const kept = before.tools!.filter((_, index) => isAllowed(offered[index]!));
        const { tools: _tools, ...rest } = before;
        assert.deepEqual(after, kept.length === 0 && offered.length > 0 ? rest : { ...rest, tools: kept });
        assert.deepEqual(
          governed.value.removed,
          offered.filter((tool) => !isAllowed(tool)).map(({ name }) => name),
        );
        assert.ok(governed.value.body.includes('12345678901234567890.50'));
        assert.ok(toolDefinitionsOf(after, { wire }).every(isAllowed));
      }),
    );
  });

  test(`${wire}: without a removal and a statement it is the very buffer, and a statement is all that is added`, () => {
    fc.assert(
      fc.property(request, fc.string(), (text, statement) => {
        const body = Buffer.from(text);
        const all = governRequest({ body, format: { wire }, isAllowed: () => true, statement: undefined });
        assert.ok(all.ok && all.value.body === body && all.value.removed.length === 0);
        const once = governRequest({ body, format: { wire }, isAllowed: () => true, statement });
        const again = governRequest({ body, format: { wire }, isAllowed: () => true, statement });
        assert.ok(once.ok && again.ok && once.value.body.equals(again.value.body));
        assert.ok(isWithInsertion(once.value.body, body));
      }),
    );
  });
}

/** Whether `longer` is `shorter` with bytes put in at one place. */
function isWithInsertion(longer: Buffer, shorter: Buffer): boolean {
  let same = 0;
  while (same < shorter.length && longer[same] === shorter[same]) same++;
  const rest = shorter.subarray(same);
  return longer.length > shorter.length && longer.subarray(longer.length - rest.length).equals(rest);
}
