// sekisho keys list: what may be shown of keys. Never a secret: there is none to show.
import { command, CONFIG_FLAG, JSON_FLAG } from '../command.ts';
import { readConfig } from '../configuration.ts';
import { EXIT } from '../exit-codes.ts';
import { administer, keyView, type KeyState } from '../keys.ts';
import { columns, plain, type Style } from '../terminal.ts';

export const keysList = command({
  flags: {
    owner: { type: 'string', valueHint: 'NAME', description: 'Only keys of this owner, by name or id' },
    config: CONFIG_FLAG,
    json: JSON_FLAG,
  },
  details: 'Lists keys, newest first: id, state, owner, roles, routes, creation and end. Secrets are not stored and cannot be shown.',
  examples: [
    ['sekisho keys list', 'All keys'],
    ['sekisho keys list --owner soc-triage', 'Those of one owner'],
    [`sekisho keys list --json | jq -r '.keys[] | select(.state == "active") | .id'`, 'Ids of keys in force'],
  ],
  async run({ owner, config: given, json }, context) {
    const loaded = readConfig(context, given);
    if (loaded === undefined) return EXIT.usage;
    const records = await administer(context, loaded.config, (administration) =>
      administration.listKeys(owner === undefined ? {} : { owner }),
    );
    const views = records.map(keyView);
    const { terminal } = context;
    if (json) terminal.out(JSON.stringify({ ok: true, keys: views }));
    else if (views.length === 0) terminal.note('There are no keys yet: sekisho keys create --owner NAME --kind person makes one.');
    else {
      const head = ['ID', 'STATE', 'OWNER', 'KIND', 'ROLES', 'ROUTES', 'CREATED', 'ENDS', 'LABEL'].map((title) =>
        terminal.style('dim', title),
      );
      const rows = views.map((view) => [
        view.id,
        terminal.style(COLOUR[view.state], view.state),
        plain(view.owner.name),
        view.owner.kind,
        view.roles.join(','),
        view.routes === null ? 'every' : view.routes.join(','),
        view.createdAt!.slice(0, 10),
        (view.revokedAt ?? view.expiresAt)?.slice(0, 10) ?? 'never',
        plain(view.revokedReason ?? view.label),
      ]);
      terminal.out(columns([head, ...rows]));
    }
    return EXIT.ok;
  },
});

const COLOUR: Readonly<Record<KeyState, Parameters<Style>[0]>> = {
  active: 'green',
  revoked: 'red',
  expired: 'dim',
  'owner disabled': 'red',
};
