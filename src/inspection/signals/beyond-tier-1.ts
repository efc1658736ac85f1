// Which capabilities a text asks for that no grant of tier 1 covers: work that attacks. For people to look at, never for refusing. Tier 1
// covers analysing and finding all of it, and scanning what is one's own (whose it is, the review of targets tells), so these count only where
// the words say that something is made or done, or leave little room for anything else, and somebody asks for it.
import type { Capabilities } from './capabilities.ts';
import { asksIn } from './prohibited.ts';
import type { CapabilityTag } from './words-of-capabilities.ts';

/** A tag whose words are made or done scores at least so much. */
export const MADE_BEYOND_TIER_1 = 0.4;
/** A tag scores at least so much, whatever surrounds its words. */
export const ABOUT_BEYOND_TIER_1 = 0.59;

const ATTACKS: ReadonlySet<CapabilityTag> = new Set([
  'exploit-development',
  'malware',
  'credentials',
  'command-and-control',
  'evasion',
  'post-exploitation',
  'social-engineering',
]);

export interface TagBeyond {
  readonly tag: CapabilityTag;
  /** 0 to 1. */
  readonly score: number;
}

/** `capabilities` of `folded`, with places in it. Best first. */
export function beyondTier1(folded: string, capabilities: Capabilities): TagBeyond[] {
  return capabilities.tags
    .filter(({ tag, score, made }) => ATTACKS.has(tag) && (made >= MADE_BEYOND_TIER_1 || score >= ABOUT_BEYOND_TIER_1))
    .filter(({ evidence }) => evidence.some((span) => asksIn(folded, span)))
    .map(({ tag, score }) => ({ tag, score }));
}
