// What the readers of commands share: the state a command runs in, what flows into it, and each other. Types, and the smallest helpers.
import { hasUnknown, shown } from '../marks.ts';
import type { Findings } from '../findings.ts';
import type { Function as FunctionNode } from 'unbash';

/** What a command writes, or reads from a pipe or file. */
export interface Flow {
  /** Every text that it may be; undefined: it cannot be known. Marks stand for what is not known inside. */
  readonly texts: readonly string[] | undefined;
  /** `remote`: it came over a network. `none`: nothing is connected. */
  readonly origin: 'none' | 'local' | 'remote';
  /** It went through a decoder. */
  readonly wasEncoded: boolean;
}

export const NOTHING: Flow = { texts: undefined, origin: 'none', wasEncoded: false };
export const UNKNOWN_HERE: Flow = { texts: undefined, origin: 'local', wasEncoded: false };
export const FROM_NETWORK: Flow = { texts: undefined, origin: 'remote', wasEncoded: false };

export function known(...texts: readonly string[]): Flow {
  return { texts, origin: 'local', wasEncoded: false };
}

export interface ShellState {
  /** Every value a variable may have; absent: the environment decides. Elements of an array are parted by SPLIT. */
  readonly variables: Map<string, readonly string[]>;
  readonly functions: Map<string, readonly FunctionNode[]>;
  /** Those of them that the script has called. */
  readonly called: Set<string>;
  /** `$1` and on; undefined: the caller decides. */
  positional: readonly string[] | undefined;
  /** Where relative paths begin; undefined: where the work is done. */
  directory: string | undefined;
  /** What files hold that this call itself has written. */
  readonly files: Map<string, Flow>;
}

export function emptyState(): ShellState {
  return { variables: new Map(), functions: new Map(), called: new Set(), positional: undefined, directory: undefined, files: new Map() };
}

/** Variables are its own; functions and files are shared with where it came from. */
export function forkState(state: ShellState): ShellState {
  return { ...state, variables: new Map(state.variables) };
}

export interface Run {
  readonly findings: Findings;
  /** Of shells inside of shells. */
  readonly depth: number;
  readonly state: ShellState;
  /** `elsewhere`: on a host that was judged already, where paths are none of this machine's. */
  readonly place: 'here' | 'elsewhere';
  readonly readers: Readers;
}

/** Each reads one language, says what it finds, and returns what the command writes. */
export interface Readers {
  readonly shell: (text: string, run: Run, stdin: Flow) => Flow;
  readonly argv: (argv: readonly string[], run: Run, stdin: Flow) => Flow;
  readonly powershell: (text: string, run: Run) => void;
  readonly batch: (text: string, run: Run) => void;
  readonly code: (language: string, text: string, run: Run) => void;
}

export const MAX_DEPTH = 8;
export const MAX_COMMAND_LENGTH = 65_536;

/** A shell inside of this one; undefined: too deep, and said so. */
export function deeper(run: Run, state: ShellState = run.state, place: Run['place'] = run.place): Run | undefined {
  if (run.depth >= MAX_DEPTH) {
    run.findings.because('too-complex', `The command nests more than ${MAX_DEPTH} shells.`);
    return undefined;
  }
  return { ...run, depth: run.depth + 1, state, place };
}

/** Text that a shell or another interpreter would run. */
export function runText(
  text: string,
  run: Run,
  read: (text: string, run: Run) => Flow | void,
  state?: ShellState,
  place?: Run['place'],
): Flow {
  if (text.length > MAX_COMMAND_LENGTH) {
    run.findings.because('too-complex', `A command is longer than ${MAX_COMMAND_LENGTH} characters.`);
    return UNKNOWN_HERE;
  }
  if (hasUnknown(text)) {
    run.findings.because('dynamic-command', `What is run is put together at run time: ${shown(text)}`);
  }
  const inner = deeper(run, state, place);
  return inner === undefined ? UNKNOWN_HERE : (read(text, inner) ?? UNKNOWN_HERE);
}

/** What is fed to an interpreter: known text is read, anything else is held. */
export function runFlow(flow: Flow, run: Run, read: (text: string, run: Run) => Flow | void, what: string): Flow {
  if (flow.origin === 'none') return UNKNOWN_HERE;
  if (flow.origin === 'remote') run.findings.because('remote-code', `${what} runs what came over the network.`);
  if (flow.wasEncoded) run.findings.because('encoded-command', `${what} runs text that was encoded.`);
  if (flow.texts === undefined) {
    if (flow.origin === 'local') run.findings.because('dynamic-command', `${what} runs text that cannot be known from the call.`);
    return UNKNOWN_HERE;
  }
  for (const text of flow.texts) runText(text, run, read);
  return UNKNOWN_HERE;
}
