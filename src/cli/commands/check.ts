// sekisho check: validates a configuration and says what it means. Starts nothing and connects to nothing.
import { readFileSync } from 'node:fs';
import { loadConfig, type Config, type ConfigProblem } from '#config';
import { loadDictionary, type DictionaryProblem } from '#inspection';
import { compileConstraints, type ConcentrationLimit, type Deployment, type Route } from '#routing';
import { inspectionText, inspectionView, maskingLine, maskingOf } from '../check-inspection.ts';
import { command, CONFIG_FLAG, JSON_FLAG } from '../command.ts';
import { configPath, count, problemLines } from '../configuration.ts';
import { deploymentView, originsText } from '../deployments.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { usageError } from '../failure.ts';
import { columns, plain, type Terminal } from '../terminal.ts';

export const check = command({
  flags: {
    file: { type: 'positional', description: 'The configuration file; the same as --config' },
    config: CONFIG_FLAG,
    json: JSON_FLAG,
  },
  details:
    'Reads a configuration as `up` would and prints every problem as file:line:column path: reason, then warnings, then what the ' +
    'configuration means: who may serve which route, under which jurisdictions, and what is masked towards whom. Secrets are looked up (they must exist) and never shown. ' +
    'The dictionaries it names are read, and every bad line of them is a problem. Starts nothing and connects to nothing.',
  examples: [
    ['sekisho check', 'The configuration in the working directory'],
    ['sekisho check /etc/sekisho/sekisho.config.yaml', 'Before a reload'],
    ['sekisho check --json | jq .summary.routes', 'For a program'],
  ],
  run({ file, config, json }, { terminal }) {
    if (file !== undefined && config !== undefined) throw usageError('the file is given twice: as an argument and as --config');
    const path = configPath(file ?? config);
    const loaded = loadConfig(path);
    if (!loaded.ok) return Promise.resolve(reportProblems(terminal, path, loaded.error, json));
    const { config: resolved, warnings } = loaded.value;
    const bad = dictionaryProblems(resolved);
    if (bad.length > 0) return Promise.resolve(reportDictionaries(terminal, path, { bad, warnings }, json));
    if (json) terminal.out(JSON.stringify({ ok: true, file: path, problems: [], warnings, summary: summaryOf(resolved) }));
    else printSummary(terminal, path, resolved, warnings);
    return Promise.resolve(EXIT.ok);
  },
});

function reportProblems(terminal: Terminal, path: string, problems: readonly ConfigProblem[], json: boolean): ExitCode {
  if (json) terminal.out(JSON.stringify({ ok: false, file: path, problems, warnings: [] }));
  else terminal.out(`${problemLines(problems, path)}\n\n${terminal.style('red', '✗')} ${path} has ${count(problems.length, 'problem')}`);
  return EXIT.usage;
}

/** `up` would refuse them too: half a dictionary protects half of what it names. */
function dictionaryProblems({ inspection }: Config): readonly DictionaryProblem[] {
  const files = inspection?.dictionaries ?? [];
  if (files.length === 0) return [];
  const dictionary = loadDictionary(files, (file) => readFileSync(file));
  return dictionary.ok ? [] : dictionary.error;
}

interface DictionaryFaults {
  readonly bad: readonly DictionaryProblem[];
  readonly warnings: readonly ConfigProblem[];
}

function reportDictionaries(terminal: Terminal, path: string, { bad, warnings }: DictionaryFaults, json: boolean): ExitCode {
  if (json) {
    const problems = bad.map(({ file, line, reason }) => ({ file, line, column: 0, path: 'inspection.dictionaries', reason }));
    terminal.out(JSON.stringify({ ok: false, file: path, problems, warnings }));
    return EXIT.usage;
  }
  for (const { file, line, reason } of bad) terminal.out(plain(line === 0 ? `${file}: ${reason}` : `${file}:${line}: ${reason}`));
  terminal.out(`\n${terminal.style('red', '✗')} ${count(bad.length, 'problem')} in dictionaries named in ${path}`);
  return EXIT.usage;
}

function summaryOf(config: Config) {
  return {
    version: config.version,
    operator: config.operator,
    listen: { host: config.server.host, port: config.server.port, workers: config.server.workers },
    dataDirectory: config.server.dataDirectory,
    database: config.database.url === undefined ? 'embedded' : 'external',
    ledgerOrigin: config.ledger.origin,
    dataClasses: config.dataClasses.map(({ name, description, constraints }) => ({
      name,
      description: description ?? null,
      demands: compileConstraints(constraints).map(({ text }) => text),
    })),
    concentration: config.concentration,
    inspection: inspectionView(config),
    routes: config.routes.map((route) => ({
      name: route.name,
      description: route.description ?? null,
      maxAttempts: route.maxAttempts,
      dataClass: route.dataClass ?? null,
      demands: compileConstraints(route.constraints).map(({ text }) => text),
      translation: route.translation,
      qualification: route.qualification ?? null,
      concentration: route.concentration,
      resumption: route.resumption,
      candidates: route.candidates.map(deploymentView),
      masking: maskingOf(config, route.name),
    })),
  };
}

function printSummary(terminal: Terminal, path: string, config: Config, warnings: readonly ConfigProblem[]): void {
  const { style } = terminal;
  if (warnings.length > 0) terminal.out(`${problemLines(warnings, path).replace(/^/gm, `${style('yellow', 'warning')} `)}\n`);
  const { operator, server, ledger } = config;
  terminal.out(`${style('green', '✓')} ${path} is in order   ${style('dim', config.version.slice(0, 19))}\n`);
  terminal.out(
    columns(
      [
        ['operator', plain(`${operator.name} (${operator.homeCountry}${operator.sector === undefined ? '' : `, ${operator.sector}`})`)],
        ['address', `${server.host}:${server.port}, ${count(server.workers, 'worker')}`],
        ['database', config.database.url === undefined ? `embedded, in ${server.dataDirectory}` : 'your own PostgreSQL'],
        ['ledger', `${ledger.origin}, signed every ${ledger.checkpointIntervalMs / 1000} s while there is traffic`],
        ['inspection', config.inspection === undefined ? style('yellow', inspectionText(config)) : inspectionText(config)],
      ],
      '  ',
    ),
  );
  for (const line of ruleLines(config)) terminal.out(line);
  for (const route of config.routes) {
    terminal.out(`\n${style('bold', route.name)}${route.description === undefined ? '' : `  ${plain(route.description)}`}`);
    const rows = route.candidates.map((deployment, index) => candidateRow(deployment, index, operator.homeCountry, terminal));
    terminal.out(columns(rows, '  '));
    for (const line of demandLines(route)) terminal.out(style('dim', `     ${plain(line)}`));
    const masking = maskingLine(config, route.name);
    if (masking !== undefined) terminal.out(style('dim', `     ${masking}`));
  }
}

/** Classes of data and limits on dependence, where there are any. */
function ruleLines({ dataClasses, concentration }: Config): string[] {
  const classes = dataClasses.map(({ name, constraints }) => {
    const demands = compileConstraints(constraints).map(({ text }) => text);
    return `  data ${name}: ${demands.length === 0 ? 'demands nothing' : plain(demands.join('; '))}`;
  });
  const lines = [...classes, ...concentration.map((limit) => `  limit ${limitText(limit)}`)];
  return lines.length === 0 ? [] : ['', ...lines];
}

/** What decides who of a route's candidates may serve, beside their order. */
function demandLines({ dataClass, constraints, translation, qualification, concentration, resumption }: Route): string[] {
  return [
    ...(dataClass === undefined ? [] : [`data ${dataClass}`]),
    ...compileConstraints(constraints).map(({ text }) => text),
    ...(translation === 'strict' ? [] : [`translation ${translation}`]),
    ...(qualification === undefined
      ? []
      : [`fallbacks need a score of ${qualification.bar} no older than ${qualification.maxAgeDays} days, else ${qualification.degraded}`]),
    ...concentration.map((limit) => `limit ${limitText(limit)}`),
    ...(resumption ? ['streams that break off are continued'] : []),
  ];
}

function limitText({ by, limit, window, weight, action, only }: ConcentrationLimit): string {
  const whom = only === undefined ? `any ${by}` : `${by} ${only.join(', ')}`;
  return `${action}: ${plain(whom)} at most ${Math.round(limit * 1000) / 10} % of ${weight} in a rolling ${window}`;
}

function candidateRow(deployment: Deployment, index: number, home: string, { style }: Terminal): string[] {
  return [String(index + 1), deployment.id, originsText(deployment, home, style), style('dim', deployment.wires.join(', '))];
}
