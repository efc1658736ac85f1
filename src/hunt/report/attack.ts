// What the tags of a rule say in the terms of MITRE ATT&CK. Knows the tactics, which are few and stable, and no list of techniques.

export interface Tactic {
  readonly id: string;
  readonly name: string;
  readonly japanese: string;
}

/** The enterprise matrix from left to right, with the tactics of earlier and later versions side by side: rules use both. */
export const TACTICS: readonly Tactic[] = [
  { id: 'reconnaissance', name: 'Reconnaissance', japanese: '偵察' },
  { id: 'resource-development', name: 'Resource development', japanese: 'リソース開発' },
  { id: 'initial-access', name: 'Initial access', japanese: '初期アクセス' },
  { id: 'execution', name: 'Execution', japanese: '実行' },
  { id: 'persistence', name: 'Persistence', japanese: '永続化' },
  { id: 'privilege-escalation', name: 'Privilege escalation', japanese: '権限昇格' },
  { id: 'defense-evasion', name: 'Defence evasion', japanese: '防御回避' },
  { id: 'stealth', name: 'Stealth', japanese: '隠密' },
  { id: 'impair-defenses', name: 'Impair defences', japanese: '防御の妨害' },
  { id: 'defense-impairment', name: 'Defence impairment', japanese: '防御の弱体化' },
  { id: 'credential-access', name: 'Credential access', japanese: '認証情報アクセス' },
  { id: 'discovery', name: 'Discovery', japanese: '探索' },
  { id: 'lateral-movement', name: 'Lateral movement', japanese: '水平展開' },
  { id: 'collection', name: 'Collection', japanese: '収集' },
  { id: 'command-and-control', name: 'Command and control', japanese: '遠隔操作' },
  { id: 'exfiltration', name: 'Exfiltration', japanese: '持ち出し' },
  { id: 'impact', name: 'Impact', japanese: '影響' },
];

const TACTIC_IDS: ReadonlySet<string> = new Set(TACTICS.map(({ id }) => id));

export interface AttackTags {
  /** Ids of `TACTICS`. */
  readonly tactics: readonly string[];
  /** `T1059.001`. */
  readonly techniques: readonly string[];
}

export function attackTags(tags: readonly string[]): AttackTags {
  const tactics = new Set<string>();
  const techniques = new Set<string>();
  for (const tag of tags) {
    const name = tag.toLowerCase();
    if (!name.startsWith('attack.')) continue;
    const rest = name.slice('attack.'.length).replaceAll('_', '-');
    if (/^t\d{4}(\.\d{3})?$/.test(rest)) techniques.add(rest.toUpperCase());
    else if (TACTIC_IDS.has(rest)) tactics.add(rest);
  }
  return { tactics: [...tactics], techniques: [...techniques] };
}
