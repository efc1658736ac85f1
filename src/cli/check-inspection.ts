// What `sekisho check` says of inspection: what is looked for, and what is masked towards which candidates of a route.
import type { Config } from '#config';
import { plain } from './terminal.ts';

export interface MaskingView {
  readonly towards: readonly string[];
  readonly mask: readonly string[];
  readonly refuse: readonly string[];
  readonly allow: readonly string[];
}

/** Candidates of a route with one policy together, in their order; empty where inspection is off. */
export function maskingOf({ inspection, routes }: Config, name: string): readonly MaskingView[] {
  const views = new Map<string, { towards: string[]; mask: readonly string[]; refuse: readonly string[]; allow: readonly string[] }>();
  const candidates = routes.find((route) => route.name === name)?.candidates ?? [];
  for (const { id } of inspection === undefined ? [] : candidates) {
    const { mask, refuse, allow } = inspection!.policies[name]![id]!;
    const key = JSON.stringify([mask, refuse, mask.length + refuse.length > 0 ? allow : []]);
    const view = views.get(key);
    if (view === undefined) views.set(key, { towards: [id], mask, refuse, allow });
    else view.towards.push(id);
  }
  return [...views.values()];
}

/** Such as `masked: all except public-domain towards us/large; nothing towards jp/large`. Undefined where inspection is off. */
export function maskingLine(config: Config, name: string): string | undefined {
  const views = maskingOf(config, name);
  if (views.length === 0) return undefined;
  const texts = views.map((view) => `${policyText(view)} towards ${view.towards.join(', ')}`);
  return plain(`masked: ${texts.join('; ')}`);
}

/** What is in `allow` passes although `mask` or `refuse` covers it. */
function policyText({ mask, refuse, allow }: MaskingView): string {
  if (mask.length + refuse.length === 0) return 'nothing';
  const masked = mask.length === 0 ? 'nothing' : mask.join(', ');
  const refused = refuse.length === 0 ? '' : `, refusing ${refuse.join(', ')},`;
  return `${masked}${refused}${allow.length === 0 ? '' : ` except ${allow.join(', ')}`}`;
}

export function inspectionText({ inspection }: Config): string {
  if (inspection === undefined) return 'off: nothing is looked for, and everything leaves as it comes';
  const { dictionaries, external, off } = inspection;
  return [
    'on',
    ...(off.length === 0 ? [] : [`not for ${off.join(', ')}`]),
    ...(dictionaries.length === 0 ? [] : [`${dictionaries.length} ${dictionaries.length === 1 ? 'dictionary' : 'dictionaries'}`]),
    ...(external === undefined ? [] : [`external detector; without it requests ${external.onFailure === 'pass' ? 'pass' : 'are refused'}`]),
  ].join(', ');
}

export function inspectionView({ inspection }: Config) {
  if (inspection === undefined) return null;
  const { dictionaries, dictionaryHashes, external, off, neverRestored } = inspection;
  return {
    off,
    neverRestored,
    dictionaries: dictionaries.map((file) => ({ file, sha256: dictionaryHashes[file] ?? null })),
    external: external === undefined ? null : { url: external.url, onFailure: external.onFailure },
  };
}
