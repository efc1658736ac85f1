// Which parts of an answer are no calls to the client, as data. Whatever is not named here is taken for one and reviewed, also what a vendor
// invents tomorrow. Calls of tools that the provider runs itself have happened when the client reads of them: whether such a tool may be
// offered at all is decided where requests are governed (tooling/). Sources: OpenAI API reference, "Responses", output items; Anthropic
// API reference, "Messages", content blocks; the types of both SDKs.

/** Items of a Responses answer. `tool_search_call` is one only when the server searches. */
export const PASSING_ITEMS: ReadonlySet<string> = new Set([
  'message',
  'reasoning',
  'compaction',
  // Run by the provider.
  'web_search_call',
  'file_search_call',
  'code_interpreter_call',
  'image_generation_call',
  'mcp_call',
  'mcp_list_tools',
  'program',
  // What came of calls.
  'program_output',
  'function_call_output',
  'custom_tool_call_output',
  'local_shell_call_output',
  'shell_call_output',
  'apply_patch_call_output',
  'computer_call_output',
  'tool_search_output',
  'mcp_approval_response',
  // Definitions and settings that the conversation already has.
  'additional_tools',
  'configuration_update',
  'moderation_result',
]);

/** Events of items above that would else read like events of a call. */
export const PASSING_CALL_EVENTS =
  /^response\.(?:(?:web_search|file_search|tool_search|code_interpreter|image_generation|mcp)_call[._]|[a-z_]+_call_output[._])/;

/** Blocks of a messages answer. */
export const PASSING_BLOCKS: ReadonlySet<string> = new Set([
  'text',
  'thinking',
  'redacted_thinking',
  'compaction',
  'fallback',
  'container_upload',
  // Run by the provider.
  'server_tool_use',
  'mcp_tool_use',
  'mcp_tool_listing',
  // What came of it.
  'mcp_tool_result',
  'web_search_tool_result',
  'web_fetch_tool_result',
  'code_execution_tool_result',
  'bash_code_execution_tool_result',
  'text_editor_code_execution_tool_result',
  'tool_search_tool_result',
  'advisor_tool_result',
]);

/** Those of them whose input arrives as pieces of JSON. */
export const SERVER_CALL_BLOCKS: ReadonlySet<string> = new Set(['server_tool_use', 'mcp_tool_use']);
