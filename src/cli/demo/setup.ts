// What the demonstration stands on: a directory of its own, three simulated providers, and a configuration that says it is one.
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { SekishoError } from '#kernel';
import { startSimulator, type Simulator } from '#simulator';
import { SCOPE } from './grant.ts';

const MARKER = 'THIS-IS-A-DEMONSTRATION';
const LOCK = 'lock';
const DEFAULT_PORT = 8787;

export type Region = 'us' | 'jp' | 'eu';

export interface Provider {
  readonly region: Region;
  /** As the simulator says it in every answer. */
  readonly label: string;
  readonly company: string;
  readonly country: string;
  /** The provider's own key, which no caller knows. */
  readonly credential: string;
  readonly simulator: Simulator;
}

const PROVIDERS: readonly Omit<Provider, 'credential' | 'simulator'>[] = [
  { region: 'us', label: 'US', company: 'Simulated Models Inc.', country: 'US' },
  { region: 'jp', label: 'JP', company: '模擬モデル株式会社', country: 'JP' },
  { region: 'eu', label: 'EU', company: 'Modèles Simulés SAS', country: 'FR' },
];

export async function startProviders(): Promise<readonly Provider[]> {
  const started: Provider[] = [];
  try {
    for (const provider of PROVIDERS) {
      const credential = `simulated-${provider.region}-${randomBytes(16).toString('hex')}`;
      const simulator = await startSimulator({
        name: provider.region,
        label: provider.label,
        apiKey: credential,
        models: [modelOf(provider.region)],
        behaviour: { delayMs: 5, refuseUnknownModels: true },
      });
      started.push({ ...provider, credential, simulator });
    }
    return started;
  } catch (error) {
    await stopProviders(started);
    throw error;
  }
}

export async function stopProviders(providers: readonly Provider[]): Promise<void> {
  await Promise.all(providers.map(({ simulator }) => simulator.close()));
}

export function modelOf(region: Region): string {
  return `sim-${region}-large`;
}

/** Where the lock of a demonstration is: inside its directory, so that nothing lies around beside it. */
export function lockDirectoryOf(directory: string): string {
  return join(directory, LOCK);
}

/** Makes the directory of a demonstration, marked as one. Throws `not-a-demo` rather than touch a directory of someone else's. */
export async function claimDirectory(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o755 });
  const names = await readdir(directory);
  if (names.length > 0 && !names.includes(MARKER)) {
    throw new SekishoError('not-a-demo', `${directory} is not empty and was not made by a demonstration, so it is left alone`, {
      hint: 'Name another one with --directory.',
    });
  }
  await writeFile(join(directory, MARKER), 'Made by `sekisho demo`, and emptied by the next one. Nothing in here is real.\n');
}

/** Removes what an earlier demonstration left in a claimed directory. Call under its lock. */
export async function clearDirectory(directory: string): Promise<void> {
  for (const name of await readdir(directory)) {
    if (name !== MARKER && name !== LOCK) await rm(join(directory, name), { recursive: true, force: true });
  }
}

export function dataDirectoryOf(directory: string): string {
  return join(directory, 'data');
}

/** Writes the configuration and the providers' keys; returns the configuration's path. */
export async function writeConfiguration(directory: string, port: number, providers: readonly Provider[]): Promise<string> {
  await mkdir(join(directory, 'provider-keys'), { recursive: true, mode: 0o700 });
  for (const { region, credential } of providers) {
    await writeFile(join(directory, 'provider-keys', region), `${credential}\n`, { mode: 0o600 });
  }
  const path = join(directory, 'sekisho.config.yaml');
  await writeFile(path, configuration(port, providers));
  return path;
}

function configuration(port: number, providers: readonly Provider[]): string {
  const sections = providers.map(({ region, company, country, simulator }) =>
    [
      `  sim-${region}:`,
      `    company: ${JSON.stringify(company)}`,
      `    country: ${country}`,
      `    baseUrl: ${simulator.url}/v1`,
      `    credential: file:provider-keys/${region}`,
      '    authentication: bearer',
      '    deployments:',
      '      large:',
      `        model: ${modelOf(region)}`,
      '        wire: [openai-chat, openai-responses, openai-embeddings, anthropic-messages]',
      ...origins(country),
      // The same model through one format only, for what has to be translated.
      ...(region === 'jp' ? ['      chat:', `        model: ${modelOf(region)}`, '        wire: openai-chat', ...origins(country)] : []),
    ].join('\n'),
  );
  return `# DEMONSTRATION. The providers in here are simulators on this machine: no model answers, and nothing leaves.
# Written by \`sekisho demo\`; the next one writes it anew. For a real one, start from examples/sekisho.config.yaml.

operator: { name: "DEMONSTRATION (simulated providers)", homeCountry: JP }

server: { listen: "127.0.0.1:${port}", workers: 2, dataDirectory: ./data, shutdownDeadlineSeconds: 3, metrics: open }

ledger: { origin: demo.example/sekisho, checkpointIntervalMs: 200 }

dataClasses:
  restricted:
    description: Stays in Japan, with a vendor that no foreign law binds
    constraints: { hostingCountry: { allow: [JP] }, vendorCountry: { allow: [JP] }, subprocessorCountry: { allow: [JP] } }

providers:
${sections.join('\n')}

routes:
  demo: { description: "US first, then JP, then EU", candidates: [sim-us/large, sim-jp/large, sim-eu/large] }
  domestic: { description: "Stays in Japan", candidates: [sim-jp/large] }
  europe: { description: "Stays in the EU", candidates: [sim-eu/large] }
  translated: { description: "Speaks chat completions only", candidates: [sim-jp/chat] }
  cyber: { description: "Needs a grant", candidates: [sim-jp/large], access: { grant: required, capability: ${SCOPE.capability} } }
`;
}

function origins(country: string): string[] {
  return [
    '        origins:',
    `          weights: { lineage: simulated, country: ${country} }`,
    `          hosting: { country: ${country} }`,
    '          subprocessors: []',
  ];
}

/** The port asked for; else the usual one, or any free one where that is taken. */
export async function choosePort(asked: string | undefined): Promise<number> {
  if (asked === undefined) return (await isFree(DEFAULT_PORT)) ? DEFAULT_PORT : 0;
  const port = Number(asked);
  if (!/^[0-9]{1,5}$/.test(asked) || port > 65_535)
    throw new SekishoError('usage', '--port is a number from 0 to 65535; 0 takes a free one');
  return port;
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ host: '127.0.0.1', port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
