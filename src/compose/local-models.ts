// The models that run on this machine: started with the primary and before the workers, which then reach them like any other deployment.
import type { Config } from '#config';
import { createSystemRandom, systemClock } from '#kernel';
import { startLocalModel, type LocalModel } from '#providers';
import type { Deployment } from '#routing';
import { logFailure, type Logger } from './logging.ts';

export interface LocalModels {
  /** The configuration with the addresses and tokens of the models that run. Others keep an address where nobody listens. */
  addressed(config: Config): Config;
  close(): Promise<void>;
}

/** Resolves when every model is loaded. Throws the reason why one cannot be, after the others have been ended. */
export async function startLocalModels(config: Config, logger: Logger, onProgress: (message: string) => void): Promise<LocalModels> {
  const started = new Map<string, LocalModel>();
  const close = async (): Promise<void> => {
    await Promise.all([...started.values()].map((model) => model.close()));
  };
  try {
    for (const { deployment: id, file, package: resolveFrom, ...options } of config.localModels) {
      onProgress(`loading the local model ${id}`);
      const model = await startLocalModel(
        { ...options, id, modelPath: file, resolveFrom },
        { clock: systemClock, random: createSystemRandom(), onWarning: (message) => logger.warn({ deployment: id }, message) },
      );
      started.set(id, model);
      void model.failed.then((error) =>
        logFailure(logger, 'a local model has died too often and is not started again', error, { deployment: id }),
      );
    }
  } catch (error) {
    await close();
    throw error;
  }

  function addressedDeployment(deployment: Deployment): Deployment {
    const model = started.get(deployment.id);
    if (model === undefined) return deployment;
    return { ...deployment, baseUrl: model.url, credential: model.token, authentication: 'bearer' };
  }

  return {
    addressed(next) {
      if (started.size === 0) return next;
      const deployments = next.deployments.map(addressedDeployment);
      const byId = new Map(deployments.map((deployment) => [deployment.id, deployment]));
      const routes = next.routes.map((route) => ({ ...route, candidates: route.candidates.map(({ id }) => byId.get(id)!) }));
      return { ...next, deployments, routes };
    },
    close,
  };
}
