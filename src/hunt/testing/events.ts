// Small events and rules for tests.
import type { Fields, LogEvent, Logsource } from '../event.ts';
import { compileRules, type CompiledPack } from '../pack.ts';

const processCreation: readonly Logsource[] = [{ product: 'windows', category: 'process_creation', service: 'sysmon' }];

export function eventOf(
  fields: Fields,
  options: Partial<Pick<LogEvent, 'atMs' | 'host' | 'logsources'>> & { readonly record?: number; readonly file?: string } = {},
): LogEvent {
  return {
    fields,
    position: { file: options.file ?? 'test.json', record: options.record ?? 1, offset: 0 },
    format: 'ndjson',
    logsources: options.logsources ?? processCreation,
    atMs: options.atMs,
    host: options.host,
    text: () => Object.values(fields).map(String).join('\n'),
  };
}

/** A rule of Windows process creations; `detection` is YAML, indented by two. */
export function ruleText(detection: string, head: string = 'title: t\nid: rule-1'): string {
  return `${head}\nlogsource:\n  product: windows\n  category: process_creation\ndetection:\n${detection}\n`;
}

export function packOf(...texts: readonly string[]): CompiledPack {
  return compileRules(texts.map((text, index) => ({ path: `rule-${index}.yml`, text })));
}

/** Whether the rule with this selection fires. */
export function fires(selection: string, fields: Fields): boolean {
  const pack = packOf(ruleText(`  selection:\n    ${selection}\n  condition: selection`));
  if (pack.skipped.length > 0) throw new Error(pack.skipped[0]?.reason);
  return pack.matcher.match(eventOf(fields)).length === 1;
}

/** Why the rule with this selection is not used. */
export function skipReason(selection: string, condition: string = 'selection'): string | undefined {
  return packOf(ruleText(`  selection:\n    ${selection}\n  condition: ${condition}`)).skipped[0]?.reason;
}
