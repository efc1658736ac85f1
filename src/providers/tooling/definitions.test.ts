// What requests of each format offer.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ClientWire } from '../wire-format.ts';
import { toolDefinitionsOf } from './definitions.ts';

const offered = (wire: ClientWire, request: object): string[] =>
  toolDefinitionsOf(request, { wire }).map(({ name, type, isHosted }) => `${name} ${type}${isHosted ? ' hosted' : ''}`);

test('chat completions: functions, custom tools, the old list, and search by the provider', () => {
  const request = {
    tools: [
      { type: 'function', function: { name: 'f' } },
      { function: { name: 'g' } },
      { type: 'custom', custom: { name: 'c' } },
      { type: 'web_search' },
      { type: 'function', function: { name: { toString: '' } } },
      null,
    ],
    functions: [{ name: 'old' }],
    web_search_options: {},
  };
  assert.deepEqual(offered('openai-chat', request), [
    'f function',
    'g function',
    'c custom',
    'web_search web_search hosted',
    ' function',
    ' function',
    'old function',
    'web_search web_search_options hosted',
  ]);
  assert.deepEqual(offered('openai-chat', { tools: null, web_search_options: null }), []);
});

test('Responses: tools of every kind, namespaces, and tools within the conversation', () => {
  const request = {
    tools: [
      { type: 'function', name: 'f' },
      { type: 'custom', name: 'c' },
      {
        type: 'namespace',
        name: 'crm',
        tools: [
          { type: 'function', name: 'get' },
          { type: 'custom', name: 'put' },
        ],
      },
      { type: 'mcp', server_label: 'db', server_url: 'https://db.example' },
      { type: 'web_search_2025_08_26' },
      { type: 'code_interpreter' },
      { type: 'local_shell' },
      { type: 'shell', environment: { type: 'local' } },
      { type: 'shell', environment: { type: 'container_auto' } },
      { type: 'shell' },
      { type: 'apply_patch' },
      { type: 'computer' },
      { type: 'tool_search', execution: 'client' },
      { type: 'tool_search' },
      { type: 'teleport', name: 'f' },
    ],
    input: [{ type: 'message' }, { type: 'additional_tools', role: 'developer', tools: [{ type: 'function', name: 'later' }] }],
  };
  assert.deepEqual(offered('openai-responses', request), [
    'f function',
    'c custom',
    'crm.get function',
    'crm.put custom',
    'db mcp hosted',
    'web_search_2025_08_26 web_search_2025_08_26 hosted',
    'code_interpreter code_interpreter hosted',
    'local_shell local_shell',
    'shell shell',
    'shell shell hosted',
    'shell shell hosted',
    'apply_patch apply_patch',
    'computer computer',
    'tool_search tool_search',
    'tool_search tool_search hosted',
    'teleport teleport hosted',
    'later function',
  ]);
});

test('messages: tools, those of the vendor that the client runs or the provider, servers, and tools within the conversation', () => {
  const definition = { name: 'late', input_schema: {} };
  const request = {
    tools: [
      { name: 'f', input_schema: {} },
      { type: 'custom', name: 'g' },
      { type: 'bash_20250124', name: 'bash' },
      { type: 'computer_toolset_20260801' },
      { type: 'web_search_20250305', name: 'web_search' },
      { type: 'bash_of_tomorrow', name: 'bash' },
      { type: 'mcp_toolset', mcp_server_name: 'db' },
    ],
    mcp_servers: [{ type: 'url', name: 'db', url: 'https://db.example' }],
    messages: [
      { role: 'user', content: [{ type: 'tool_addition', tool: { type: 'tool_definition', definition } }] },
      { role: 'user', content: 'x' },
    ],
  };
  assert.deepEqual(offered('anthropic-messages', request), [
    'f custom',
    'g custom',
    'bash bash_20250124',
    'computer_toolset_20260801 computer_toolset_20260801',
    'web_search web_search_20250305 hosted',
    'bash bash_of_tomorrow hosted',
    'db mcp hosted',
    'db mcp hosted',
    'late custom',
  ]);
});

test('embeddings offer nothing, and neither does what is no request', () => {
  assert.deepEqual(offered('openai-embeddings', { tools: [{ type: 'function', function: { name: 'f' } }] }), []);
  for (const nothing of [null, 'x', [], { tools: 'x', input: 'y', messages: {} }])
    assert.deepEqual(toolDefinitionsOf(nothing, { wire: 'openai-responses' }), []);
});
