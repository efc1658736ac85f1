// What one review has found so far: targets with their standing, and reasons not to allow. It only ever adds, so that more of a call read
// never makes the answer milder.
import { shown } from './marks.ts';
import type { CompiledScope } from './scope.ts';
import { standingOf, type Standing } from './standing.ts';
import { writeTarget, type Target } from './targets/target.ts';
import type { FoundTarget, Reason, ReasonCode, Review, TargetKind } from './types.ts';

/**
 * How a target is touched. `acts`: something may change or be run there. `looks-up`: it is only asked. `mentions`: it stands in text that
 * nothing acts on, and does not decide.
 */
export type Use = 'acts' | 'looks-up' | 'mentions';

const DENYING: ReadonlySet<ReasonCode> = new Set(['tool-forbidden', 'tool-not-allowed', 'target-excluded', 'target-outside']);
const MAX_REPORTED = 100;
const MAX_REASONS = 20;
const MAX_TARGETS = 4000;

export class Findings {
  readonly scope: CompiledScope;
  readonly #targets = new Map<string, FoundTarget>();
  readonly #reasons = new Map<string, Reason>();
  #count = 0;
  #units: number;
  #acts = false;
  #isDynamic = false;

  /** `units`: how many steps (commands, words, texts) may be looked at before it is too complex. */
  constructor(scope: CompiledScope, units: number) {
    this.scope = scope;
    this.#units = units;
  }

  /** False: enough; stop looking. The review is held then. */
  spend(units = 1): boolean {
    this.#units -= units;
    if (this.#units >= 0) return true;
    this.because('too-complex', 'The call holds more than is looked at in one review.');
    return false;
  }

  because(code: ReasonCode, text: string): void {
    if (this.#reasons.size < MAX_REASONS || DENYING.has(code)) this.#reasons.set(`${code} ${text}`, { code, text });
  }

  /** A part of the call is made at run time, of values that were found to be harmless or not to matter here. */
  noteDynamic(): void {
    this.#isDynamic = true;
  }

  touch(target: Target, written: string, use: Use): void {
    this.#count += 1;
    if (this.#count > MAX_TARGETS) {
      this.#units = 0;
      this.because('too-complex', `The call names more than ${MAX_TARGETS} targets.`);
      return;
    }
    const standing = standingOf(target, this.scope);
    this.report(target.kind, writeTarget(target), written, standing);
    if (use === 'mentions') return;
    if (use === 'acts') this.#acts = true;
    this.#judge(standing, target.kind, writeTarget(target));
  }

  /** A target is expected here, and which one cannot be known. */
  touchUnknown(kind: TargetKind, written: string, why: string): void {
    this.#acts = true;
    this.report(kind, shown(written), shown(written), 'unknown');
    this.because('target-unknown', why);
  }

  report(kind: TargetKind, value: string, written: string, standing: Standing): void {
    const key = `${kind} ${value}`;
    if (this.#targets.size < MAX_REPORTED && !this.#targets.has(key)) {
      this.#targets.set(key, { kind, value: shown(value, 300), written: shown(written, 300), standing });
    }
  }

  #judge(standing: Standing, kind: TargetKind, value: string): void {
    const name = `${KIND_WORDS[kind]} ${shown(value)}`;
    if (standing === 'excluded') this.because('target-excluded', `The ${name} is excluded from the scope.`);
    if (standing === 'outside') this.because('target-outside', `The ${name} is outside of the scope.`);
    if (standing === 'unknown') this.because('target-unknown', `Whether the ${name} is in scope cannot be known from the call.`);
  }

  review(isTainted: boolean): Review {
    if (isTainted && this.#acts && this.#isDynamic) {
      this.because(
        'tainted-context',
        'The call acts on a target and is partly made up at run time, and the conversation holds text from outside that may have led to it.',
      );
    }
    const reasons = [...this.#reasons.values()].sort((a, b) => Number(DENYING.has(b.code)) - Number(DENYING.has(a.code)));
    const decision = reasons.length === 0 ? 'allow' : DENYING.has(reasons[0]!.code) ? 'deny' : 'hold';
    return { decision, reasons: reasons.slice(0, MAX_REASONS), targets: [...this.#targets.values()] };
  }
}

const KIND_WORDS: Readonly<Record<TargetKind, string>> = {
  network: 'address',
  host: 'host',
  url: 'URL',
  email: 'mailbox',
  repository: 'repository',
  path: 'path',
  'cloud-account': 'cloud account',
};
