// How a deployment is shown: where it comes from, in words and as data. Never its credential or its fixed headers.
import type { Deployment } from '#routing';
import { plain, type Style } from './terminal.ts';

export function deploymentView(deployment: Deployment) {
  const { id, model, wires, baseUrl, origins, price, contextLength, accessProgram, retentionDays } = deployment;
  return {
    id,
    model,
    wires,
    baseUrl,
    origins,
    price: price ?? null,
    contextLength: contextLength ?? null,
    accessProgram: accessProgram ?? null,
    retentionDays: retentionDays ?? null,
  };
}

/** `vendor JP · weights US · hosted JP · with Example Cloud US`; what is not the operator's own country stands out. */
export function originsText({ origins }: Deployment, home: string, style: Style): string {
  const country = (code: string): string => (code === home ? code : style('yellow', code));
  const parts = [
    `vendor ${country(origins.vendor.country)}`,
    `weights ${country(origins.weights.country)}`,
    `hosted ${country(origins.hosting.country)}`,
  ];
  if (origins.subprocessors === undefined) parts.push(style('yellow', 'sub-processors unknown'));
  for (const { company, country: code } of origins.subprocessors ?? []) parts.push(`with ${plain(company)} ${country(code)}`);
  return parts.join(' · ');
}
