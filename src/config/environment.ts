// The process environment. This folder is the only reader of process.env; everyone else asks here.

/** Environment variables by name. */
export type Variables = Readonly<Record<string, string | undefined>>;

export interface Environment {
  /** NO_COLOR is set and not empty: https://no-color.org */
  readonly noColor: boolean;
  /** SEKISHO_CONFIG: path of the configuration file, used when the command line names none. */
  readonly configPath: string | undefined;
  /** SEKISHO_URL: where a running checkpoint is reached, used when the command line names none. */
  readonly url: string | undefined;
  /** SEKISHO_KEY: the API key with which the command line speaks to a running checkpoint. A secret: never print it. */
  readonly key: string | undefined;
  /** CI is set to something other than "false" or "0": no prompts, no progress animation. */
  readonly ci: boolean;
  /** SEKISHO_DEBUG is set and not empty: errors are shown with their stack. */
  readonly debug: boolean;
}

/** The variables of this process, for `loadConfig` and for handing on to child processes. */
export function processVariables(): Variables {
  return process.env;
}

/** The variables that steer the program itself, outside the configuration file. */
export function environment(variables: Variables = processVariables()): Environment {
  return {
    noColor: filled(variables['NO_COLOR']) !== undefined,
    configPath: filled(variables['SEKISHO_CONFIG']),
    url: filled(variables['SEKISHO_URL']),
    key: filled(variables['SEKISHO_KEY']),
    ci: !['false', '0', undefined].includes(filled(variables['CI'])?.toLowerCase()),
    debug: filled(variables['SEKISHO_DEBUG']) !== undefined,
  };
}

function filled(value: string | undefined): string | undefined {
  return value === '' ? undefined : value;
}
