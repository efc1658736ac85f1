// The version of a configuration: which rules were in force, as one hash that every decision record can name.
// Secrets take no part, only their references: a hash over a secret would let anyone who reads the ledger test guesses.
import { createHash } from 'node:crypto';
import { dirname, relative } from 'node:path';
import { type Json, canonicalJson } from '#kernel';
import type { Config } from './resolved.ts';
import type { AccessFile } from './schema-access.ts';

/** How the file says what the resolved configuration holds in clear, or what depends on the machine. */
export interface AsWritten {
  readonly workers: number | 'auto';
  readonly dataDirectory: string;
  readonly databaseUrl: string | undefined;
  readonly pepper: string | undefined;
  readonly signingKey: string | undefined;
  readonly externalToken: string | undefined;
  /** With references in the place of secrets. */
  readonly access: AccessFile | undefined;
  /** By deployment id. Header values are literals or references. */
  readonly deployments: ReadonlyMap<
    string,
    { readonly credential: string | undefined; readonly headers: Readonly<Record<string, string>> }
  >;
}

/**
 * "sha256:" and the SHA-256 of the canonical JSON (RFC 8785) of the configuration after defaults and inheritance, with references in the
 * place of secrets, `workers` and `dataDirectory` as the file writes them, and without `source`: the same file has the same version on
 * every machine, whatever the order of its keys. Dictionaries take part with the hash of their bytes.
 */
export function configVersion(config: Omit<Config, 'version'>, written: AsWritten): string {
  const visible = {
    operator: config.operator,
    server: { ...config.server, workers: written.workers, dataDirectory: written.dataDirectory },
    database: { url: written.databaseUrl },
    identity: { ...config.identity, pepper: written.pepper },
    ledger: { ...config.ledger, signingKey: written.signingKey },
    deployments: config.deployments.map((deployment) => ({
      ...deployment,
      credential: written.deployments.get(deployment.id)?.credential,
      headers: written.deployments.get(deployment.id)?.headers ?? {},
    })),
    dataClasses: config.dataClasses,
    concentration: config.concentration,
    inspection: config.inspection && {
      ...config.inspection,
      dictionaries: config.inspection.dictionaries.map((file) => ({
        file: relative(dirname(config.source), file),
        sha256: config.inspection?.dictionaryHashes[file],
      })),
      dictionaryHashes: undefined,
      external: config.inspection.external && { ...config.inspection.external, token: written.externalToken },
    },
    access: {
      ...written.access,
      policies: config.access.policies.map(({ file, text }) => ({
        file: relative(dirname(config.source), file),
        sha256: createHash('sha256').update(text).digest('hex'),
      })),
    },
    canaries: config.canaries,
    localModels: config.localModels.map((local) => ({
      ...local,
      file: relative(dirname(config.source), local.file),
      package: local.package && relative(dirname(config.source), local.package),
    })),
    routes: config.routes.map((route) => ({
      ...route,
      candidates: route.candidates.map((candidate) => candidate.id),
      qualification: route.qualification && {
        ...route.qualification,
        cases: relative(dirname(config.source), route.qualification.cases),
      },
    })),
    limits: config.limits,
  };
  const json = JSON.parse(JSON.stringify(visible)) as Json;
  return `sha256:${createHash('sha256').update(canonicalJson(json)).digest('hex')}`;
}
