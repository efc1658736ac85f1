// What Sekisho can see by itself of an obligation, as sentences in English and Japanese with the place they come from. Each check looks at
// the facts and at nothing else; what it cannot see is unknown, and nothing is ever presumed met.
import type { DeploymentFact, GrantFact, ObligationFacts } from './facts.ts';

export type CheckStatus = 'met' | 'unmet' | 'unknown';

export interface Evidence {
  readonly en: string;
  readonly ja: string;
  /** Where it comes from, such as `configuration: deployments`. */
  readonly from: string;
}

export interface Checked {
  readonly status: CheckStatus;
  readonly evidence: Evidence;
}

/** What of the facts concerns one program. */
export interface CheckInput {
  readonly program: { readonly id: string; readonly vendor: string };
  /** Deployments under the program. */
  readonly deployments: readonly DeploymentFact[];
  /** Active grants that open it. */
  readonly grants: readonly GrantFact[] | null;
  readonly facts: ObligationFacts;
}

type Check = (input: CheckInput) => Checked;

const DEPLOYMENTS = 'configuration: deployments';
const GRANTS = 'database: grants';
const MOST_NAMED = 5;

export const CHECKS = {
  'end-user-on-every-request': ({ deployments }) =>
    ofDeployments(deployments, ({ tellsEndUser }) => tellsEndUser, {
      met: (all) => [
        `Requests to ${all} carry a pseudonym of the person or service behind them.`,
        `${all} へのリクエストには、実際の利用者を示す仮名識別子が付く。`,
      ],
      unmet: (some) => [
        `${some} is not told who asks (endUserField: none).`,
        `${some} には利用者の識別子が送られない(endUserField: none)。`,
      ],
    }),

  'phishing-resistant-sign-in': ({ grants }) =>
    ofPeople(grants, ({ conditions }) => conditions.includes('passkey'), {
      none: ['No person holds a grant that opens it.', '本プログラムを利用できる許可を持つ者はいない。'],
      met: (count) => [
        `Every grant that opens it to a person (${count}) demands a passkey at each use.`,
        `本プログラムを利用できる個人の許可 ${count} 件すべてで、利用のたびにパスキーを必須としている。`,
      ],
      unmet: (some) => [`Grants that do not demand a passkey: ${some}.`, `パスキーを必須としていない許可: ${some}。`],
    }),

  'sso-mfa-enforced'({ grants, facts }) {
    const providers = facts.signIn.identityProviders;
    if (providers.length === 0)
      return unmet('No identity provider is configured.', 'IDプロバイダーが設定されていない。', 'configuration: access.oidc');
    return ofPeople(grants, ({ conditions }) => conditions.includes('sso-mfa'), {
      none: [
        `Members sign in through ${listed(providers)}; no person holds a grant that opens it.`,
        `メンバーは ${listed(providers)} を通じてサインインする。本プログラムを利用できる許可を持つ者はいない。`,
      ],
      met: (count) => [
        `Members sign in through ${listed(providers)}, and every grant that opens it to a person (${count}) demands single sign-on with MFA.`,
        `メンバーは ${listed(providers)} を通じてサインインし、個人の許可 ${count} 件すべてで多要素認証付きSSOを必須としている。`,
      ],
      unmet: (some) => [
        `Grants that do not demand single sign-on with MFA: ${some}.`,
        `多要素認証付きSSOを必須としていない許可: ${some}。`,
      ],
    });
  },

  'provider-keeps-data': ({ deployments }) => retention(deployments, (days) => days > 0),
  'retention-known': ({ deployments }) => retention(deployments, () => true),

  'operator-members-only'({ deployments, grants, facts }) {
    if (!facts.access.isEnforced)
      return unmet(
        'Grants are not demanded (access.enforce: off).',
        '許可の確認が無効になっている(access.enforce: off)。',
        'configuration: access.enforce',
      );
    const open = [...new Set(deployments.flatMap(({ openRoutes }) => openRoutes))];
    if (open.length > 0)
      return unmet(
        `Routes that need no grant reach it: ${listed(open)}.`,
        `許可なしで利用できる経路がある: ${listed(open)}。`,
        'configuration: routes',
      );
    if (grants === null) return unknown('Grants cannot be read now.', '許可の一覧を現在読み取れない。', GRANTS);
    const outside = grants.filter(({ isOutside }) => isOutside).map(({ id }) => id);
    if (outside.length > 0)
      return unmet(
        `Grants of somebody who is not the operator’s own: ${listed(outside)}.`,
        `自組織に属さない者の許可: ${listed(outside)}。`,
        GRANTS,
      );
    return met(
      `Only holders of a grant reach it (${grants.length}), none of them from outside; outside principals are refused.`,
      `利用できるのは許可を持つ者(${grants.length} 件)のみで、外部の者は含まれず、外部からの利用は拒否される。`,
      GRANTS,
    );
  },

  'grants-name-targets'({ grants }) {
    if (grants === null) return unknown('Grants cannot be read now.', '許可の一覧を現在読み取れない。', GRANTS);
    const without = grants.filter(({ targetCount }) => targetCount === 0).map(({ id }) => id);
    if (without.length > 0)
      return unmet(`Grants that name no target: ${listed(without)}.`, `対象が記載されていない許可: ${listed(without)}。`, GRANTS);
    return met(
      `Every grant that opens it (${grants.length}) names its authorised targets; what lies outside is denied.`,
      `本プログラムを利用できる許可 ${grants.length} 件すべてに対象が記載され、対象外は拒否される。`,
      GRANTS,
    );
  },

  'calls-reviewed': ({ facts }) =>
    of(
      facts.access.isEnforced && facts.access.reviewsCalls,
      [
        'Proposed tool calls are held until their arguments are complete and checked against the grant’s scope; what is not authorised is replaced by a notice.',
        'ツール呼び出しは引数が揃うまで保留され、許可範囲と照合される。許可されていないものは通知に置き換えられる。',
      ],
      ['Proposed tool calls are not checked.', 'ツール呼び出しの確認が行われていない。'],
      'configuration: access',
    ),

  'ambiguous-calls-held'({ facts }) {
    if (!facts.access.isEnforced || !facts.access.holdsCalls)
      return unmet('Ambiguous tool calls wait for nobody.', '曖昧なツール呼び出しが保留されない。', 'configuration: access.holds');
    if (facts.approvers === null) return unknown('Members cannot be read now.', 'メンバーの一覧を現在読み取れない。', 'database: members');
    return of(
      facts.approvers > 0,
      [
        `Ambiguous tool calls wait for one of ${facts.approvers} approvers; without an approval they are not delivered.`,
        `曖昧なツール呼び出しは承認者(${facts.approvers} 名)の判断まで保留され、承認がなければ実行側に渡されない。`,
      ],
      ['Ambiguous tool calls wait, but no member is an approver.', '曖昧なツール呼び出しは保留されるが、承認者がいない。'],
      'database: members',
    );
  },

  'audit-log'({ facts: { ledger } }) {
    const size = ledger.entries === null ? '' : ` (${ledger.entries} entries)`;
    return of(
      ledger.isWritten,
      [
        `Every decision is in the ledger ${ledger.origin}${size} before a byte leaves; a changed or missing entry fails verification.`,
        `すべての判断は送信前に台帳 ${ledger.origin} に記録され、変更や欠落は検証で検出される。`,
      ],
      ['The ledger is not written.', '台帳への記録が行われていない。'],
      'ledger',
    );
  },

  'no-fallback': ({ facts: { fallback } }) =>
    of(
      fallback.isRefusedAtVendor && fallback.isRefusalFinal,
      [
        'A vendor’s refusal is final, and requests that ask for a fallback are refused with the rule vendor-fallback.',
        'ベンダーの拒否は最終とし、フォールバックを求めるリクエストは規則 vendor-fallback により拒否される。',
      ],
      ['Refused requests may be answered by another model.', '拒否されたリクエストが別のモデルで処理される可能性がある。'],
      'checkpoint',
    ),

  'entitlement-watched': ({ deployments }) =>
    ofDeployments(deployments, ({ hasCanary }) => hasCanary, {
      met: (all) => [
        `A canary asks ${all} at intervals and tells when the program or model is not what was asked for.`,
        `${all} をカナリアが定期的に確認し、プログラムやモデルが要求と異なる場合に通知する。`,
      ],
      unmet: (some) => [`No canary watches ${some}.`, `${some} にはカナリアが設定されていない。`],
    }),

  'safety-notices': ({ program, facts }) =>
    facts.safetyNoticesFrom.includes(program.vendor)
      ? met(
          `Safety notices of ${program.vendor} come in by webhook, open a case and suspend the person locally first.`,
          `${program.vendor} の安全性通知はWebhookで受信され、案件が作成されるとともに該当者がまず自組織側で停止される。`,
          'configuration: access.webhooks',
        )
      : unknown(
          `No webhook for safety notices of ${program.vendor} is configured; whether somebody reads them elsewhere is not known here.`,
          `${program.vendor} の安全性通知のWebhookは未設定であり、別の手段で確認しているかは不明。`,
          'configuration: access.webhooks',
        ),

  'incident-contact': ({ facts: { incidentContact } }) =>
    incidentContact === null
      ? unmet('No contact for incidents is named.', 'インシデント連絡先が設定されていない。', 'configuration: operator')
      : met(`The contact is ${incidentContact}.`, `連絡先は ${incidentContact}。`, 'configuration: operator'),

  attested: () =>
    unknown(
      'No machine can see this; a person of the operator has to attest it.',
      '機械では確認できず、組織の責任者による表明が必要。',
      'attestations',
    ),
} as const satisfies Readonly<Record<string, Check>>;

export type CheckName = keyof typeof CHECKS;

export function runCheck(name: CheckName, input: CheckInput): Checked {
  return CHECKS[name](input);
}

type Words = readonly [en: string, ja: string];

function ofDeployments(
  deployments: readonly DeploymentFact[],
  holds: (deployment: DeploymentFact) => boolean,
  words: { readonly met: (all: string) => Words; readonly unmet: (some: string) => Words },
): Checked {
  if (deployments.length === 0) return noDeployment();
  const failing = deployments.filter((deployment) => !holds(deployment));
  const named = listed((failing.length > 0 ? failing : deployments).map(({ id }) => id));
  return failing.length > 0 ? unmet(...words.unmet(named), DEPLOYMENTS) : met(...words.met(named), DEPLOYMENTS);
}

function ofPeople(
  grants: readonly GrantFact[] | null,
  holds: (grant: GrantFact) => boolean,
  words: { readonly none: Words; readonly met: (count: number) => Words; readonly unmet: (some: string) => Words },
): Checked {
  if (grants === null) return unknown('Grants cannot be read now.', '許可の一覧を現在読み取れない。', GRANTS);
  const people = grants.filter(({ holderKind }) => holderKind === 'person');
  if (people.length === 0) return met(...words.none, GRANTS);
  const failing = people.filter((grant) => !holds(grant));
  if (failing.length > 0) return unmet(...words.unmet(listed(failing.map(({ id }) => id))), GRANTS);
  return met(...words.met(people.length), GRANTS);
}

function retention(deployments: readonly DeploymentFact[], suffices: (days: number) => boolean): Checked {
  if (deployments.length === 0) return noDeployment();
  const failing = deployments.filter(({ retentionDays }) => retentionDays !== null && !suffices(retentionDays)).map(({ id }) => id);
  if (failing.length > 0)
    return unmet(
      `Nothing is kept under the agreement for ${listed(failing)} (retentionDays: 0).`,
      `${listed(failing)} の契約ではデータが保持されない(retentionDays: 0)。`,
      DEPLOYMENTS,
    );
  const unsaid = deployments.filter(({ retentionDays }) => retentionDays === null).map(({ id }) => id);
  if (unsaid.length > 0)
    return unknown(
      `The configuration does not say how long ${listed(unsaid)} keeps data (retentionDays).`,
      `${listed(unsaid)} の保持期間が設定に記載されていない(retentionDays)。`,
      DEPLOYMENTS,
    );
  const stated = listed(deployments.map(({ id, retentionDays }) => `${id}: ${retentionDays} d`));
  return met(`The vendor keeps data for a known time: ${stated}.`, `ベンダーの保持期間は把握されている: ${stated}。`, DEPLOYMENTS);
}

function noDeployment(): Checked {
  return unknown('No deployment is under the program yet.', '本プログラムの対象となるデプロイメントがまだない。', DEPLOYMENTS);
}

function of(holds: boolean, yes: Words, no: Words, from: string): Checked {
  return holds ? met(...yes, from) : unmet(...no, from);
}

function met(en: string, ja: string, from: string): Checked {
  return { status: 'met', evidence: { en, ja, from } };
}

function unmet(en: string, ja: string, from: string): Checked {
  return { status: 'unmet', evidence: { en, ja, from } };
}

function unknown(en: string, ja: string, from: string): Checked {
  return { status: 'unknown', evidence: { en, ja, from } };
}

/** In a fixed order, so that equal facts give equal words. */
function listed(names: readonly string[]): string {
  const sorted = [...new Set(names)].toSorted((a, b) => (a < b ? -1 : 1));
  const shown = sorted.slice(0, MOST_NAMED).join(', ');
  return sorted.length > MOST_NAMED ? `${shown} (+${sorted.length - MOST_NAMED})` : shown;
}
