// Lines to paste: how curl and two coding agents are pointed at a checkpoint. Sources: the Codex CLI configuration reference
// (model_providers, wire_api, env_key) and the Claude Code documentation on gateways (ANTHROPIC_BASE_URL without /v1).

/** Ready to paste for a checkpoint at `url` (no trailing slash); `route` must speak chat, Responses and Messages. */
export function instructions({
  url,
  key,
  route,
}: {
  readonly url: string;
  readonly key: string;
  readonly route: string;
}): readonly Instruction[] {
  return [
    { title: 'The key of this demonstration', lines: [`export SEKISHO_KEY=${key}`] },
    {
      title: 'curl',
      lines: [
        `curl -s ${url}/v1/chat/completions -H "Authorization: Bearer $SEKISHO_KEY" -H 'Content-Type: application/json' \\`,
        `  -d '{"model":"${route}","messages":[{"role":"user","content":"hello"}]}'`,
      ],
    },
    {
      title: 'Codex CLI, in ~/.codex/config.toml (above any [table])',
      lines: [
        `model = "${route}"`,
        'model_provider = "sekisho"',
        '',
        '[model_providers.sekisho]',
        'name = "Sekisho"',
        `base_url = "${url}/v1"`,
        'env_key = "SEKISHO_KEY"',
        'wire_api = "responses"',
      ],
    },
    {
      title: 'Claude Code',
      lines: [
        `ANTHROPIC_BASE_URL=${url} ANTHROPIC_AUTH_TOKEN="$SEKISHO_KEY" \\`,
        `  ANTHROPIC_MODEL=${route} ANTHROPIC_DEFAULT_HAIKU_MODEL=${route} claude`,
      ],
    },
  ];
}

export interface Instruction {
  readonly title: string;
  readonly lines: readonly string[];
}
