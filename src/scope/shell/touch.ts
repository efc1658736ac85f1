// Saying what a word names, or that it cannot be known.
import type { Use } from '../findings.ts';
import { shown } from '../marks.ts';
import type { Target } from '../targets/target.ts';
import type { TargetKind } from '../types.ts';
import type { Run } from './run.ts';

/** `targets` undefined or empty: one was expected here, and it cannot be known. */
export function touchAll(targets: readonly Target[] | undefined, kind: TargetKind, written: string, use: Use, run: Run): void {
  if (targets === undefined || targets.length === 0) {
    run.findings.touchUnknown(kind, written, `Which ${kind} is meant cannot be known from the call: ${shown(written)}`);
    return;
  }
  for (const target of targets) run.findings.touch(target, written, use);
}
