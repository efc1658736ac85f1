// The fixed grants that the cases of this folder are judged under, and short ways to write a tool call down. No judging here.
import type { Scope, ToolCall } from '#scope';

export type ScopeName = 'plant' | 'networks' | 'desk';

/** `plant`: a whole grant with exclusions. `networks`: addresses and nothing else. `desk`: few targets, and a list of allowed tools. */
export const SCOPES: Readonly<Record<ScopeName, Scope>> = {
  plant: {
    targets: [
      { kind: 'network', value: '10.20.0.0/16' },
      { kind: 'network', value: '192.0.2.0/24' },
      { kind: 'network', value: '2001:db8:20::/48' },
      { kind: 'host', value: '*.plant.example.jp' },
      { kind: 'host', value: 'scan.example.jp' },
      { kind: 'url', value: 'https://portal.example.jp/maintenance/' },
      { kind: 'email', value: '@plant.example.jp' },
      { kind: 'repository', value: 'git.example.jp/plant/*' },
      { kind: 'path', value: '/srv/plant' },
      { kind: 'path', value: '/var/log/plant' },
      { kind: 'cloud-account', value: 'aws:123456789012' },
    ],
    excluded: [
      { kind: 'network', value: '10.20.9.0/24' },
      { kind: 'host', value: 'scada.plant.example.jp' },
      { kind: 'path', value: '/srv/plant/secrets' },
      { kind: 'repository', value: 'git.example.jp/plant/keys' },
    ],
    allowedTools: null,
    forbiddenTools: ['wire_transfer', 'mcp__payments__*', 'metasploit*'],
  },
  networks: {
    targets: [{ kind: 'network', value: '10.20.0.0/16' }],
    excluded: [],
    allowedTools: null,
    forbiddenTools: [],
  },
  desk: {
    targets: [
      { kind: 'network', value: '192.0.2.0/24' },
      { kind: 'host', value: '*.plant.example.jp' },
      { kind: 'path', value: '/srv/plant' },
    ],
    excluded: [],
    allowedTools: ['Bash', 'Read', 'Grep', 'Glob', 'Edit', 'mcp__plant__*'],
    forbiddenTools: ['mcp__plant__delete_*'],
  },
};

/** A call with an object of arguments. */
export function tool(name: string, input: Readonly<Record<string, unknown>>): ToolCall {
  return { name, encoding: 'json', arguments: JSON.stringify(input) };
}

/** A call whose arguments are this text and claim to be JSON. */
export function rawJson(name: string, text: string): ToolCall {
  return { name, encoding: 'json', arguments: text };
}

/** A call of a custom tool, which takes text. */
export function rawText(name: string, text: string): ToolCall {
  return { name, encoding: 'text', arguments: text };
}

/** As Claude Code asks for a command. */
export function bash(command: string): ToolCall {
  return tool('Bash', { command, description: 'Run a command' });
}

/** As Codex asks for a command. */
export function codex(command: string, workdir = '.'): ToolCall {
  return tool('shell', { command: ['bash', '-lc', command], workdir, timeout_ms: 10_000 });
}

/** As tools for Windows take a script. */
export function powershell(command: string): ToolCall {
  return tool('powershell', { command });
}

export function base64(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64');
}

/** What `powershell -EncodedCommand` takes. */
export function utf16Base64(text: string): string {
  return Buffer.from(text, 'utf16le').toString('base64');
}

export function hex(text: string): string {
  return Buffer.from(text, 'utf8').toString('hex');
}
