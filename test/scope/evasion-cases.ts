// Tool calls that reach, or may reach, what the grant does not name, or that hide what they do. None of them is ever to be allowed;
// those that are plain enough are to be denied. Written from the contract of the review (src/scope/types.ts), not from its rules.
import { ADDRESS_EVASIONS } from './evasion-addresses.ts';
import type { EvasionCase } from './evasion-case.ts';
import { NAME_EVASIONS } from './evasion-names.ts';
import { NETWORK_EVASIONS } from './evasion-network.ts';
import { PROGRAM_EVASIONS } from './evasion-programs.ts';
import { SHELL_EVASIONS } from './evasion-shell.ts';
import { TOOL_EVASIONS } from './evasion-tools.ts';

export const EVASION_CASES: readonly EvasionCase[] = [
  ...ADDRESS_EVASIONS,
  ...NAME_EVASIONS,
  ...NETWORK_EVASIONS,
  ...SHELL_EVASIONS,
  ...PROGRAM_EVASIONS,
  ...TOOL_EVASIONS,
];
