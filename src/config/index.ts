export { environment, processVariables, type Environment, type Variables } from './environment.ts';
export type { FileContent, ReadFile } from './files.ts';
export { renderJsonSchema } from './json-schema.ts';
export { loadConfig, type LoadedConfig, type LoadOptions } from './load.ts';
export { formatProblems, type ConfigProblem } from './problems.ts';
export type { CanarySchedule, Config, LocalModelConfig } from './resolved.ts';
export { SECTORS, type Sector } from './sectors.ts';
