// The rules that one worker goes by, made of a configuration, and taking another one into use while requests are under way.
import type { Rules } from '#checkpoint';
import type { Config } from '#config';
import { describeError, systemClock } from '#kernel';
import { createTransport } from '#providers';
import { createRouter } from '#routing';
import type { MaskingVaultStore } from '#store';
import { createAccessRules, type ClosableAccessRules } from './access-rules.ts';
import { closeContentRules, createContentRules } from './content-rules.ts';

/** A configuration, when it was read, and its number among those of the primary's life. */
export interface Configured {
  readonly config: Config;
  readonly configuredAtMs: number;
  readonly generation: number;
}

type OpenRules = Rules & { readonly access: ClosableAccessRules };

export interface WorkerRules {
  readonly current: OpenRules;
  readonly configured: Configured;
  /** Why not; then everything stays as it is. */
  take(next: Configured): Promise<string | undefined>;
  close(): Promise<void>;
}

/** Requests under way finish with what they began with: a call may wait for a person longer than any time that could be set here. */
async function retire({ transport, content, access }: OpenRules): Promise<void> {
  await transport.close();
  await closeContentRules(content);
  access.close();
}

export async function openWorkerRules(
  first: Configured,
  { pepper, vault }: { readonly pepper: Buffer; readonly vault: MaskingVaultStore },
): Promise<WorkerRules> {
  let configured = first;
  let current = await rulesOf(first.config);

  async function rulesOf(config: Config): Promise<OpenRules> {
    const access = await createAccessRules(config);
    try {
      return {
        version: config.version,
        routes: new Map(config.routes.map((route) => [route.name, route])),
        limits: config.limits,
        router: createRouter({ routes: config.routes, dataClasses: config.dataClasses, clock: systemClock }),
        content: createContentRules(config, pepper, vault),
        transport: createTransport(config.deployments),
        access,
      };
    } catch (error) {
      access.close();
      throw error;
    }
  }

  return {
    get current() {
      return current;
    },
    get configured() {
      return configured;
    },
    async take(next) {
      const old = current;
      try {
        current = await rulesOf(next.config);
      } catch (error) {
        return describeError(error);
      }
      configured = next;
      void retire(old);
      return undefined;
    },
    async close() {
      await Promise.all([current.transport.destroy(), closeContentRules(current.content)]);
      current.access.close();
    },
  };
}
