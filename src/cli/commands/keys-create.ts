// sekisho keys create: standard output gets the key and nothing else, so that a script can take it.
import type { Config } from '#config';
import { PRINCIPAL_KINDS, ROLES } from '#identity';
import { closestName } from '#kernel';
import { command, CONFIG_FLAG, JSON_FLAG } from '../command.ts';
import { readConfig } from '../configuration.ts';
import { EXIT } from '../exit-codes.ts';
import { parseExpiry } from '../expiry.ts';
import { usageError } from '../failure.ts';
import { administer, keyView } from '../keys.ts';
import { columns, plain } from '../terminal.ts';

export const keysCreate = command({
  flags: {
    owner: { type: 'string', required: true, valueHint: 'NAME', description: 'Who will use the key; made known when the name is new' },
    kind: { type: 'enum', required: true, options: PRINCIPAL_KINDS, description: 'What the owner is' },
    label: { type: 'string', valueHint: 'TEXT', description: 'What the key is for' },
    role: {
      type: 'enum',
      options: ROLES,
      repeatable: true,
      description: 'caller uses models, operator administers, auditor reads ledger entries and metrics; default: caller',
    },
    route: { type: 'string', valueHint: 'ROUTE', repeatable: true, description: 'A route the key may use; default: every route' },
    expires: { type: 'string', valueHint: 'WHEN', description: 'After a span (12h, 90d, 1y) or at a time (ISO 8601); default: never' },
    config: CONFIG_FLAG,
    json: JSON_FLAG,
  },
  details:
    'Makes a key and prints it, once: the database keeps only a keyed hash. Standard output gets the key alone, everything else goes to ' +
    'standard error. The act is recorded in the ledger before the key exists.',
  examples: [
    ['sekisho keys create --owner "Yamada Hanako" --kind person --expires 90d', 'For a person, for a quarter'],
    ['sekisho keys create --owner soc-triage --kind agent --route domestic', 'For an agent, one route only'],
    ['export SEKISHO_KEY="$(sekisho keys create --owner audit --kind service --role auditor)"', 'Straight into the environment'],
  ],
  async run({ owner, kind, label, role, route, expires, config: given, json }, context) {
    const expiry = expires === undefined ? undefined : parseExpiry(expires, Date.now());
    if (expiry?.ok === false) throw usageError(expiry.error);
    const loaded = readConfig(context, given);
    if (loaded === undefined) return EXIT.usage;
    checkRoutes(route, loaded.config);
    const created = await administer(context, loaded.config, (administration) =>
      administration.createKey({
        owner,
        kind,
        ...(label === undefined ? {} : { label }),
        ...(role.length === 0 ? {} : { roles: role }),
        ...(route.length === 0 ? {} : { routes: route }),
        ...(expiry === undefined ? {} : { expiresAtMs: expiry.value }),
      }),
    );
    const view = keyView(created.record);
    if (json) {
      context.terminal.out(JSON.stringify({ ok: true, key: created.key, ...view }));
      return EXIT.ok;
    }
    const rows = [
      ['id', view.id],
      ['owner', `${plain(view.owner.name)} (${view.owner.kind}, ${view.owner.id})`],
      ['roles', view.roles.join(', ')],
      ['routes', view.routes === null ? 'every route' : view.routes.join(', ')],
      ['expires', view.expiresAt ?? 'never'],
    ];
    context.terminal.note(columns(rows, '  '));
    context.terminal.note('The key is shown this once and is kept nowhere:');
    context.terminal.out(created.key);
    return EXIT.ok;
  },
});

/** A route that does not exist (yet) would make a key that opens nothing: almost always a slip. */
function checkRoutes(routes: readonly string[], config: Config): void {
  const known = config.routes.map((route) => route.name);
  for (const route of routes) {
    if (known.includes(route)) continue;
    const nearest = closestName(route, known);
    throw usageError(
      `no route is named ${JSON.stringify(route)}`,
      nearest === undefined ? `There are: ${known.slice(0, 20).join(', ')}.` : `Did you mean ${nearest}?`,
    );
  }
}
