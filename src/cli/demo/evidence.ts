// What the demonstration proves after its requests: what each provider received, what the ledger recorded, and that a stranger with the
// verifier key can check it over HTTP.
import { createHash } from 'node:crypto';
import { proveInclusion, verifyInclusion, type TileSource } from '#ledger';
import type { RecordedRequest } from '#simulator';
import { httpSource } from '../http-ledger.ts';
import { readSignedTree, type SignedTree } from '../ledger-access.ts';
import { findRecords, type FoundRecord } from '../records.ts';
import type { Region } from './setup.ts';
import { expect, type Shown, type Stage } from './steps.ts';

/** Outcomes may be durable a moment after the answer; the demonstration waits this long for them. */
const OUTCOME_WAIT_MS = 5_000;

export interface Received {
  readonly region: Region;
  readonly label: string;
  readonly requests: readonly {
    readonly path: string;
    readonly model: string;
    readonly bytes: number;
    readonly sha256: string;
    readonly requestId: string;
  }[];
}

/** The simulators' own recordings. Asserts that the caller's key went to nobody, and each provider's key only to that provider. */
export function whatProvidersReceived(stage: Stage, steps: readonly Shown[]): Received[] {
  const providers = Object.values(stage.providers);
  const received = providers.map(({ region, label, credential, simulator }) => {
    for (const request of simulator.requests) {
      const everything = `${JSON.stringify(request.headers)}\n${request.body.toString('latin1')}`;
      expect(request.headers['authorization'] === `Bearer ${credential}`, `the ${label} provider gets its own key`);
      expect(!Object.values(stage.keys).some((key) => everything.includes(key)), `no caller’s key reaches the ${label} provider`);
      expect(
        providers.every((other) => other.region === region || !everything.includes(other.credential)),
        'no provider gets another’s key',
      );
    }
    return { region, label, requests: simulator.requests.map(requestFacts) };
  });
  const wanted = steps
    .flatMap(({ requestId, deployments }) => deployments.map((deployment) => `${deployment.split('/', 1)[0]} ${requestId}`))
    .sort();
  const seen = received.flatMap(({ region, requests }) => requests.map(({ requestId }) => `sim-${region} ${requestId}`)).sort();
  expect(JSON.stringify(wanted) === JSON.stringify(seen), 'the providers received these requests and no others');
  return received;
}

function requestFacts(request: RecordedRequest): Received['requests'][number] {
  return {
    path: request.path,
    model: request.model ?? '',
    bytes: request.body.length,
    sha256: request.bodySha256,
    requestId: request.headers['x-client-request-id'] ?? '',
  };
}

export interface Recorded {
  readonly tree: SignedTree;
  readonly source: TileSource;
  /** By request, in the order of the steps. */
  readonly requests: readonly { readonly step: Shown; readonly records: readonly FoundRecord[] }[];
}

/** The ledger as an auditor reads it over HTTP. Asserts that every attempt was decided before it was received, with the same bytes. */
export async function whatTheLedgerRecorded(stage: Stage, steps: readonly Shown[]): Promise<Recorded> {
  const source = httpSource({ url: new URL(`${stage.url}/ledger/`), key: stage.keys.auditor, signal: stage.signal });
  const deadline = performance.now() + OUTCOME_WAIT_MS;
  for (;;) {
    await stage.supervisor.catchUp();
    const tree = await readSignedTree({ source, vkey: stage.supervisor.vkey });
    expect(typeof tree !== 'string', 'the checkpoint carries the ledger’s signature');
    const requests = await Promise.all(
      steps.map(async (step) => ({ step, records: await findRecords(source, tree.checkpoint, step.requestId) })),
    );
    if (!requests.every(({ records }) => isClosed(records)) && performance.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      continue;
    }
    for (const { step, records } of requests) checkRecords(stage, step, records);
    return { tree, source, requests };
  }
}

function isClosed(records: readonly FoundRecord[]): boolean {
  return records.some(({ record }) => record['type'] === 'outcome' || record['type'] === 'refusal');
}

function checkRecords(stage: Stage, step: Shown, records: readonly FoundRecord[]): void {
  expect(
    records.every(({ included }) => included),
    'every record is included in the signed tree',
  );
  const kinds = records.map(({ record }) => record['type']);
  if (step.deployments.length === 0) {
    expect(kinds.join() === 'refusal', `the ${step.name} is recorded as a refusal`);
    return;
  }
  const decisions = records.filter(({ record }) => record['type'] === 'decision').map(({ record }) => record as unknown as DecisionRecord);
  const decided = decisions.map(({ deployment }) => deployment.id).join(' ');
  expect(
    decided === step.deployments.join(' '),
    `"${step.name}" has one decision per attempt (${step.deployments.join(', ')}; found ${decided})`,
  );
  expect(kinds.at(-1) === 'outcome', `"${step.name}" has its outcome`);
  for (const decision of decisions) {
    const provider = Object.values(stage.providers).find(({ region }) => decision.deployment.id.startsWith(`sim-${region}/`));
    const request = provider?.simulator.requests.find(({ headers }) => headers['x-client-request-id'] === step.requestId);
    expect(request !== undefined, `${decision.deployment.id} received the request that was decided`);
    const sent = createHash('sha256').update(Buffer.from(decision.salt, 'hex')).update(request.body).digest('hex');
    expect(sent === decision.sent.sha256, 'the recorded hash is that of the bytes the provider received');
    expect(Date.parse(decision.at) <= request.receivedAtMs, 'the decision is older than the request at the provider');
  }
}

interface DecisionRecord {
  readonly at: string;
  readonly deployment: { readonly id: string };
  readonly salt: string;
  readonly sent: { readonly sha256: string };
}

export interface Proven {
  readonly index: number;
  readonly size: number;
  readonly requestId: string;
  readonly leafHash: string;
  readonly root: string;
  readonly hashes: readonly string[];
  readonly origin: string;
}

/** The first decision, proven from tiles fetched over HTTP; also shows that a changed entry, or a reader without a key, gets nowhere. */
export async function provenInclusion(stage: Stage, { tree, source, requests }: Recorded): Promise<Proven> {
  const { step, records } = requests[0]!;
  const { root, size, origin } = tree.checkpoint;
  const evidence = await proveInclusion(source, records[0]!.evidence.index, size);
  expect(verifyInclusion({ ...evidence, root }), 'the decision is included in the signed tree');
  const changed = Buffer.from(evidence.leafHash);
  changed[0]! ^= 1;
  expect(!verifyInclusion({ ...evidence, leafHash: changed, root }), 'a changed entry is not');
  const stranger = httpSource({ url: new URL(`${stage.url}/ledger/`), key: undefined, signal: stage.signal });
  const refused = await proveInclusion(stranger, evidence.index, size).then(
    () => false,
    () => true,
  );
  expect(refused, 'entries are for auditors only');
  return {
    index: evidence.index,
    size,
    requestId: step.requestId,
    leafHash: evidence.leafHash.toString('base64'),
    root: root.toString('base64'),
    hashes: evidence.proof.map((hash) => hash.toString('base64')),
    origin,
  };
}
