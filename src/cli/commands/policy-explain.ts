// sekisho policy explain: one decision, from facts on the command line. Asks no checkpoint: what a real request would carry is `sekisho explain`.
import {
  AUTHENTICATION_NAMES,
  CAPABILITY_NAMES,
  completeFacts,
  createPolicyEngine,
  DATA_LEVELS,
  JURISDICTIONS,
  PRINCIPAL_KINDS,
  STANDING_NAMES,
  type AccessExplanation,
  type PartialFacts,
} from '#policy';
import { command, JSON_FLAG, type Context } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { usageError } from '../failure.ts';
import { POLICIES_FLAG, policySet, WITHOUT_DEFAULTS_FLAG } from '../policy-sets.ts';
import { columns, plain } from '../terminal.ts';

const TIERS = ['none', '1', '2'] as const;

export const policyExplain = command({
  flags: {
    policies: POLICIES_FLAG,
    'without-defaults': WITHOUT_DEFAULTS_FLAG,
    capability: { type: 'enum', options: CAPABILITY_NAMES, description: 'Kind of work' },
    data: { type: 'enum', options: DATA_LEVELS, description: 'Level of the data that the deployment would get' },
    tier: { type: 'enum', options: TIERS, description: 'Tier of the grant' },
    covers: { type: 'enum', options: CAPABILITY_NAMES, repeatable: true, description: 'Capability of the grant; default: all of its tier' },
    opens: { type: 'string', repeatable: true, valueHint: 'PROGRAM', description: 'Vendor program that the grant opens' },
    kind: { type: 'enum', options: PRINCIPAL_KINDS, description: 'Who asks' },
    principal: { type: 'string', valueHint: 'ID', description: 'The principal’s id, for policies that name it' },
    outside: { type: 'boolean', description: 'Not one of the operator’s own' },
    standing: { type: 'enum', options: STANDING_NAMES, description: 'What misuse signals have made of it' },
    authentication: { type: 'enum', options: AUTHENTICATION_NAMES, description: 'How the person behind it signed in' },
    deployment: { type: 'string', valueHint: 'ID', description: 'Where the request would go' },
    company: { type: 'string', description: 'The deployment’s company' },
    program: { type: 'string', description: 'The deployment’s vendor program; default: none' },
    jurisdiction: { type: 'enum', options: JURISDICTIONS, description: 'Whether vendor, weights and hosting are of your own country' },
    'vendor-country': { type: 'string', valueHint: 'CC', description: 'Country of the vendor' },
    'hosting-country': { type: 'string', valueHint: 'CC', description: 'Country where it is hosted' },
    route: { type: 'string', description: 'The route' },
    json: JSON_FLAG,
  },
  details:
    'What is not said is ordinary: a person of the operator in good standing, signed in with a passkey, with a grant of tier 1 for all defensive ' +
    'work; general work on internal data with a domestic deployment outside any program.',
  examples: [
    ['sekisho policy explain --capability penetration-testing', 'Offensive work with a grant of tier 1'],
    ['sekisho policy explain --data restricted --jurisdiction foreign --policies policies', 'Restricted data abroad, with your policies'],
  ],
  async run(flags, context) {
    const { policies, 'without-defaults': withoutDefaults, tier, covers, opens, json } = flags;
    if (tier === 'none' && (covers.length > 0 || opens.length > 0))
      throw usageError('--tier none is no grant: it neither covers nor opens anything');
    const set = await policySet(policies, { withoutDefaults, context });
    if (set === undefined) return EXIT.refused;
    const facts = completeFacts({
      principal: defined({
        id: flags.principal,
        kind: flags.kind,
        isOutside: flags.outside,
        standing: flags.standing,
        authentication: flags.authentication,
      }),
      grant: tier === 'none' ? 'none' : grantOf({ tier, covers, opens }),
      deployment: defined({
        id: flags.deployment,
        company: flags.company,
        program: flags.program,
        vendorCountry: flags['vendor-country'],
        hostingCountry: flags['hosting-country'],
        jurisdiction: flags.jurisdiction,
      }),
      ...defined({ capability: flags.capability, dataLevel: flags.data, route: flags.route }),
    });
    const explained = createPolicyEngine({ set, memoSize: 0 }).explain(facts);
    if (json) {
      const { decision, errors } = explained;
      const shown = explained.policies.map(({ id, effect, file, line, reason, next }) => ({ id, effect, file, line, reason, next }));
      context.terminal.out(JSON.stringify({ ok: decision.allowed, version: set.version, decision, policies: shown, errors, facts }));
    } else show(explained, context);
    return explained.decision.allowed ? EXIT.ok : EXIT.refused;
  },
});

function grantOf(given: {
  readonly tier: '1' | '2' | undefined;
  readonly covers: readonly string[];
  readonly opens: readonly string[];
}): GrantFacts {
  const { tier, covers, opens } = given;
  return {
    ...(tier === undefined ? {} : { tier: tier === '2' ? 2 : 1 }),
    ...(covers.length === 0 ? {} : { capabilities: [...covers] }),
    programs: [...opens],
  };
}

type GrantFacts = Exclude<PartialFacts['grant'], 'none' | undefined>;

type Defined<T> = { [Name in keyof T]?: Exclude<T[Name], undefined> };

function defined<T extends object>(members: T): Defined<T> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Defined<T>;
}

function show({ decision, policies, errors }: AccessExplanation, { terminal }: Context): void {
  const { style } = terminal;
  if (decision.allowed) terminal.out(`${style('green', '✓')} allowed`);
  else {
    terminal.out(`${style('red', '✗')} denied: ${plain(decision.reason)}`);
    terminal.out(`  ${style('cyan', '→')} ${plain(decision.next)}`);
  }
  if (policies.length > 0) {
    terminal.out(
      columns(
        policies.map(({ id, effect, file, line }) => [effect, id, style('dim', plain(`${file}:${line}`))]),
        '  ',
      ),
    );
  }
  for (const { policy, message } of errors)
    terminal.out(`  ${style('yellow', '!')} ${plain(policy === undefined ? message : `${policy}: ${message}`)}`);
}
