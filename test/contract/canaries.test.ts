// Entitlement canaries in the started program: sent through the checkpoint, kept, shown, and an alert when an approval is gone.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startSimulator, type Simulator } from '#simulator';
import { sekisho } from '#test/cli';
import { providerYaml, startCheckpoint, type StartedCheckpoint } from '#test/started-checkpoint';

const PATIENCE_MS = 20_000;
const MODELS = { 'sim-blue': 'daybreak_blue', 'sim-red': 'daybreak_red' };

interface View {
  readonly canaries: readonly {
    readonly deployment: string;
    readonly state: { readonly result: string; readonly code: string | null } | null;
  }[];
  readonly history: readonly { readonly deployment: string; readonly requestId: string; readonly effectiveProgram: string | null }[];
}

let vendor: Simulator;
let checkpoint: StartedCheckpoint;

before(async () => {
  vendor = await startSimulator({ name: 'vendor', label: 'US', behaviour: { programs: { enabled: ['daybreak_blue'], models: MODELS } } });
  const deployment = (name: string, program: string) =>
    providerYaml(name, {
      url: vendor.url,
      country: 'US',
      wire: 'openai-responses',
      extra: `accessProgram: ${program}\ncanary: { everyMinutes: 1 }`,
    });
  checkpoint = await startCheckpoint({
    yaml: `providers:
${deployment('blue', 'daybreak_blue')}
${deployment('red', 'daybreak_red')}
routes:
  cyber: { candidates: [blue/d, red/d] }
`,
  });
});

after(() => vendor.close());

describe('entitlement canaries', () => {
  it('say which approvals are in force, with a history, a ledger record and a warning where one is not', async () => {
    let view: View | undefined;
    for (const until = Date.now() + PATIENCE_MS; Date.now() < until; await new Promise((resolve) => setTimeout(resolve, 500))) {
      const { stdout } = await sekisho(['canaries', '--json', '--config', checkpoint.configPath], { cwd: checkpoint.directory });
      view = JSON.parse(stdout) as View;
      if (view.canaries.every(({ state }) => state !== null)) break;
    }
    const states = Object.fromEntries(view!.canaries.map(({ deployment, state }) => [deployment, [state?.result, state?.code]]));
    assert.deepEqual(states, { 'blue/d': ['entitled', null], 'red/d': ['refused', 'access_program_not_enabled'] });
    const asked = view!.history.find(({ deployment }) => deployment === 'blue/d')!;
    assert.equal(asked.effectiveProgram, 'daybreak_blue');
    const [decision] = await checkpoint.recordsOf(asked.requestId);
    assert.deepEqual(
      [(decision!['caller'] as { name: string }).name, (decision!['deployment'] as { id: string }).id],
      ['sekisho-canary', 'blue/d'],
    );
    assert.ok(checkpoint.logs.some((line) => line['msg'] === 'an entitlement has changed' && line['deployment'] === 'red/d'));
    const alerts = (await checkpoint.entries()).filter((entry) => entry['type'] === 'canary');
    assert.deepEqual(
      alerts.map((entry) => entry['deployment']),
      ['red/d'],
    );
    assert.ok(vendor.requests.every((request) => request.path === '/v1/responses'));
  });

  it('end their key with the program', async () => {
    assert.equal(await checkpoint.stop(), 0);
    const { stdout } = await sekisho(['keys', 'list', '--json', '--config', checkpoint.configPath], { cwd: checkpoint.directory });
    const keys = (JSON.parse(stdout) as { keys: { owner: { name: string }; state?: string; revokedAt: string | null }[] }).keys;
    const own = keys.filter(({ owner }) => owner.name === 'sekisho-canary');
    assert.ok(own.length > 0 && own.every(({ revokedAt }) => revokedAt !== null), JSON.stringify(own));
  });
});
