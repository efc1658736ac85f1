// Which folder imports which, read from the sources without a compiler, and every import that goes around a door.
// It looks at src/ and simulator/; what packages a folder uses is not its concern.
import { existsSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { filesBelow, readJson, readText } from './repository.ts';
import { scanImports, type ImportSite } from './imports.ts';

export interface Edge {
  readonly from: string;
  readonly to: string;
  /**
   * 'code' beats 'types' beats 'starts' beats 'tests': an edge is 'tests' only when nothing but test files has it.
   * 'starts': no import; the folder names another's program (its main.ts) to run it as a process of its own.
   */
  readonly kind: 'code' | 'types' | 'starts' | 'tests';
}

export interface FolderGraph {
  readonly files: readonly string[];
  readonly edges: readonly Edge[];
  /** One sentence each, with file and line. */
  readonly violations: readonly string[];
}

const TREES = ['src', 'simulator'];
/** The one door that is a pattern: what tests share, for tests only. */
const TEST_SUPPORT = { name: '#test/*', target: './test/support/*.ts' };
const STRENGTH = { code: 0, types: 1, starts: 2, tests: 3 };
/** Files that are programs: they may be started by path, and nothing may import them. */
const PROGRAMS = new Set(['src/main.ts', 'simulator/main.ts']);

/** The folder a path belongs to: `src/ledger/x.ts` → ledger, `src/main.ts` → main, `simulator/x.ts` → simulator. Undefined outside both trees. */
export function folderOf(path: string): string | undefined {
  const [tree, name, ...rest] = path.split('/');
  if (tree === 'simulator') return 'simulator';
  if (tree !== 'src' || name === undefined) return undefined;
  return rest.length > 0 ? name : name.replace(/\.ts$/, '');
}

/** `computed`: the files in which a module chosen at run time is known and reviewed. */
export function readFolderGraph(root: string, computed: ReadonlySet<string> = new Set()): FolderGraph {
  const manifest = readJson('package.json', root) as { imports?: Record<string, string> };
  const doors = manifest.imports ?? {};
  const violations = doorViolations(root, doors);
  const edges = new Map<string, Edge>();
  const files = TREES.flatMap((tree) =>
    filesBelow(join(root, tree), (name) => name !== 'node_modules').map((path) => `${tree}/${path}`),
  ).filter((path) => /\.[cm]?tsx?$/.test(path));
  for (const file of files) {
    const from = folderOf(file)!;
    const isTest = file.endsWith('.test.ts');
    for (const site of sitesIn(file, root)) {
      if (site.specifier === undefined && computed.has(file)) continue;
      const target = resolveTarget(file, site.specifier, doors);
      const where = `${file}:${site.line}`;
      if (target.problem !== undefined) violations.push(`${where}: ${target.problem}`);
      if (target.path === undefined) continue;
      const to = folderOf(target.path);
      if (to === undefined) {
        if (!(isTest && target.path.startsWith('test/support/')))
          violations.push(`${where}: '${site.specifier}' leaves src/ and simulator/`);
      } else if (to !== from) {
        const starts = site.kind === 'url' && PROGRAMS.has(target.path);
        if (!target.door && !starts) violations.push(`${where}: '${site.specifier}' leaves ${from}/ by path; use the door '#${to}'`);
        const kind = site.kind === 'url' ? 'starts' : site.kind;
        record(edges, { from, to, kind: isTest ? 'tests' : kind });
      } else if (target.door && !isTest) violations.push(`${where}: ${from}/ imports itself through its own door; name the file`);
    }
  }
  const sorted = [...edges.values()].sort((a, b) => (`${a.from} ${a.to}` < `${b.from} ${b.to}` ? -1 : 1));
  return { files, edges: sorted, violations };
}

/** The first cycle among imports that are not tests', as a path that ends where it begins; undefined when there is none. */
export function findCycle(edges: readonly Edge[]): string[] | undefined {
  const next = Map.groupBy(
    edges.filter((edge) => edge.kind === 'code' || edge.kind === 'types'),
    (edge) => edge.from,
  );
  const done = new Set<string>();
  const visit = (folder: string, path: readonly string[]): string[] | undefined => {
    if (path.includes(folder)) return [...path.slice(path.indexOf(folder)), folder];
    if (done.has(folder)) return undefined;
    for (const edge of next.get(folder) ?? []) {
      const cycle = visit(edge.to, [...path, folder]);
      if (cycle !== undefined) return cycle;
    }
    done.add(folder);
    return undefined;
  };
  for (const folder of next.keys()) {
    const cycle = visit(folder, []);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}

export function describeEdge(edge: Edge): string {
  const note = { code: '', types: ' (types only)', starts: ' (starts it)', tests: ' (tests only)' }[edge.kind];
  return `${edge.from} -> ${edge.to}${note}`;
}

function sitesIn(file: string, root: string): ImportSite[] {
  try {
    return scanImports(readText(file, root));
  } catch (error) {
    throw new Error(`${file} could not be read for its imports`, { cause: error });
  }
}

function record(edges: Map<string, Edge>, edge: Edge): void {
  const key = `${edge.from} ${edge.to}`;
  const known = edges.get(key);
  if (known === undefined || STRENGTH[edge.kind] < STRENGTH[known.kind]) edges.set(key, edge);
}

/** Every folder has exactly one door, named like the folder, at its index.ts. */
function doorViolations(root: string, doors: Record<string, string>): string[] {
  const problems: string[] = [];
  for (const [name, target] of Object.entries(doors)) {
    if (name === TEST_SUPPORT.name && target === TEST_SUPPORT.target) continue;
    const folder = name.slice(1);
    const expected = folder === 'simulator' ? './simulator/index.ts' : `./src/${folder}/index.ts`;
    if (target !== expected) problems.push(`package.json imports: ${name} opens ${target}, not ${expected}`);
    else if (!existsSync(join(root, target))) problems.push(`package.json imports: ${name} opens ${target}, which does not exist`);
  }
  return problems;
}

interface Target {
  /** Path from the root when the specifier stays in this repository. */
  readonly path?: string;
  readonly door?: boolean;
  readonly problem?: string;
}

function resolveTarget(file: string, specifier: string | undefined, doors: Record<string, string>): Target {
  if (specifier === undefined) return { problem: 'the module is chosen at run time; name it in a string so that the edge can be seen' };
  if (specifier.startsWith('#')) {
    const support = /^#test\/(?<file>[\w-]+)$/.exec(specifier)?.groups?.['file'];
    if (support !== undefined && doors[TEST_SUPPORT.name] !== undefined) return { path: `test/support/${support}.ts`, door: true };
    const target = doors[specifier];
    return target === undefined ? { problem: `'${specifier}' is no door` } : { path: posix.normalize(target), door: true };
  }
  if (specifier.startsWith('.')) return { path: posix.join(dirname(file), specifier).replace(/\.js$/, '.ts'), door: false };
  if (/^(\/|file:|data:|[a-z]:\\)/i.test(specifier)) return { problem: `'${specifier}' is an absolute path` };
  return {};
}
