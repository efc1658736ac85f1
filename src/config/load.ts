// Reads a configuration file and answers with the resolved configuration or with everything that is wrong with it.
// Keeps no state: a reload calls it again and, on faults, goes on with the configuration it has.
import { availableParallelism } from 'node:os';
import { dirname, resolve } from 'node:path';
import { type Result, err, ok } from '#kernel';
import { draftOf } from './draft.ts';
import { type Variables, processVariables } from './environment.ts';
import { type HashFile, hashFileInPieces, hashWhole, type ReadFile, readSmallFile } from './files.ts';
import { problem, schemaProblems } from './issues.ts';
import type { ConfigProblem } from './problems.ts';
import type { Reporter } from './reporter.ts';
import { resolveConfig } from './resolve.ts';
import type { Config } from './resolved.ts';
import { fileSchema } from './schema.ts';
import { createSecretReader, readFailure } from './secrets.ts';
import { type Path, SECRET_TEXT, type YamlSource, parseYaml } from './yaml-source.ts';

const MAX_FILE_BYTES = 1_048_576;
const MAX_PROBLEMS = 200;
const MAX_NAMED_FILE_BYTES = 4_194_304;
/** What a dictionary may have at most: more is refused when it is loaded. */
const MAX_HASHED_FILE_BYTES = 256 * 2 ** 20;

export interface LoadOptions {
  /** Where `env:NAME` references are looked up. Default: the variables of this process. */
  readonly env?: Variables;
  /** Default: the file system. */
  readonly readFile?: ReadFile;
  /** What `workers: auto` means. Default: the cores this process may use. */
  readonly usableCores?: number;
}

export interface LoadedConfig {
  readonly config: Config;
  /** What works but deserves a look: secret files that others can read, deployments in no route, … In the order of the file. */
  readonly warnings: readonly ConfigProblem[];
}

/**
 * Loads `path` (relative to the working directory). Same file, variables and secret files: same answer; nothing is kept between calls.
 * Errors: all problems in the order of the file, never holding a secret. Exceptions are bugs.
 */
export function loadConfig(path: string, options: LoadOptions = {}): Result<LoadedConfig, readonly ConfigProblem[]> {
  const { env = processVariables(), readFile = readSmallFile, usableCores = availableParallelism() } = options;
  const source = resolve(path);
  const text = readText(source, readFile);
  if (!text.ok) return err([wholeFile(text.error)]);
  const yaml = parseYaml(text.value.text);
  if (yaml.value === undefined) return err(ordered(yaml.problems));
  if (yaml.value === null) return err([wholeFile('the file is empty; start from examples/sekisho.config.yaml')]);
  const broken = schemaProblems(fileSchema, yaml);
  // A secret in a place for references is reported by the schema, which knows better what belongs there.
  const faults: ConfigProblem[] = [
    ...yaml.problems.filter((found) => found.reason !== SECRET_TEXT || !broken.some((other) => samePlace(found, other))),
    ...broken,
  ];
  const warnings: ConfigProblem[] = text.value.warning === undefined ? [] : [wholeFile(text.value.warning)];
  const readSecret = createSecretReader(env, readFile, dirname(source));
  const hashFile = options.readFile === undefined ? hashFileInPieces : hashWhole(readFile);
  const reporter = createReporter(yaml, { faults, warnings, readSecret, readFile, hashFile, folder: dirname(source) });
  const config = resolveConfig(draftOf(yaml.value), { source, usableCores }, reporter);
  if (faults.length > 0) return err(ordered(faults));
  if (config === undefined) throw new Error('a configuration without faults did not resolve');
  return ok({ config, warnings: ordered(warnings) });
}

interface ReporterParts {
  readonly faults: ConfigProblem[];
  readonly warnings: ConfigProblem[];
  readonly readSecret: ReturnType<typeof createSecretReader>;
  readonly readFile: ReadFile;
  readonly hashFile: HashFile;
  readonly folder: string;
}

function createReporter(yaml: YamlSource, { faults, warnings, readSecret, readFile, hashFile, folder }: ReporterParts): Reporter {
  const named = <T>(path: Path, read: () => T): T | undefined => {
    try {
      return read();
    } catch (error) {
      faults.push(problem(path, `names a file that ${readFailure(error)}`, yaml, 'value'));
      return undefined;
    }
  };
  return {
    fault: (path, message, prefer = 'value') => void faults.push(problem(path, message, yaml, prefer)),
    warn: (path, message, prefer = 'value') => void warnings.push(problem(path, message, yaml, prefer)),
    secret: (path, reference) => {
      const secret = readSecret(reference);
      if (!secret.ok) {
        faults.push(problem(path, secret.error, yaml, 'value'));
        return undefined;
      }
      if (secret.value.warning !== undefined) warnings.push(problem(path, secret.value.warning, yaml, 'value'));
      return secret.value.value;
    },
    text: (path, file) =>
      named(path, () => new TextDecoder('utf-8', { fatal: true }).decode(readFile(resolve(folder, file), MAX_NAMED_FILE_BYTES).bytes)),
    sha256: (path, file) => named(path, () => hashFile(resolve(folder, file), MAX_HASHED_FILE_BYTES)),
  };
}

function readText(source: string, readFile: ReadFile): Result<{ text: string; warning: string | undefined }, string> {
  try {
    const { bytes, mode } = readFile(source, MAX_FILE_BYTES);
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    const open = mode !== undefined && (mode & 0o002) !== 0;
    return ok({
      text,
      warning: open ? 'anyone on this machine may change this file and with it where prompts go; run `chmod o-w` on it' : undefined,
    });
  } catch (error) {
    return err(`the file ${readFailure(error)}`);
  }
}

function wholeFile(message: string): ConfigProblem {
  const [reason = message, suggestion] = message.split('; ', 2);
  return suggestion === undefined ? { line: 0, column: 0, path: '', reason } : { line: 0, column: 0, path: '', reason, suggestion };
}

function samePlace(a: ConfigProblem, b: ConfigProblem): boolean {
  return a.line === b.line && a.column === b.column && a.path === b.path;
}

/** In the order of the file, each fault once: a value that many deployments inherit is wrong once. */
function ordered(problems: readonly ConfigProblem[]): readonly ConfigProblem[] {
  const distinct = new Map(problems.map((each) => [JSON.stringify([each.line, each.column, each.path, each.reason]), each]));
  const sorted = [...distinct.values()].toSorted((a, b) => a.line - b.line || a.column - b.column);
  if (sorted.length <= MAX_PROBLEMS) return sorted;
  const { line = 0, column = 0 } = sorted[MAX_PROBLEMS - 1] ?? {};
  return [
    ...sorted.slice(0, MAX_PROBLEMS),
    { line, column, path: '', reason: `and ${sorted.length - MAX_PROBLEMS} more problems after this one` },
  ];
}
