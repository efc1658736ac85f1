import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadConfig, type Config } from '#config';
import type { AccessFacts } from '#policy';
import { openWorkerRules } from './worker-rules.ts';

function configOf(): Config {
  const folder = mkdtempSync(join(tmpdir(), 'sekisho-rules-'));
  const path = join(folder, 'c.yaml');
  writeFileSync(
    path,
    `operator: { name: Example, homeCountry: JP }
ledger: { origin: example.jp/log }
providers:
  one: { company: One, country: JP, baseUrl: "https://one.example/v1", deployments: { a: { model: m, wire: openai-chat } } }
routes: { r: { candidates: [one/a], access: { grant: required } } }
`,
  );
  const loaded = loadConfig(path, { env: {} });
  rmSync(folder, { recursive: true });
  assert.ok(loaded.ok, JSON.stringify(loaded));
  return loaded.value.config;
}

const FACTS: AccessFacts = {
  principal: { id: 'prn_1', kind: 'person', isOutside: false, standing: 'clear', authentication: 'passkey' },
  grant: { id: 'grt_1', tier: 1, capabilities: ['vulnerability-triage'], programs: [] },
  capability: 'general',
  dataLevel: 'public',
  route: 'r',
  deployment: { id: 'one/a', company: 'One', program: undefined, vendorCountry: 'JP', hostingCountry: 'JP', jurisdiction: 'domestic' },
};

test('a request under way goes by its policies as long as it takes, and they are given back when it has ended', async (t) => {
  const config = configOf();
  const configured = { config, configuredAtMs: 0, generation: 1 };
  const rules = await openWorkerRules(configured, { pepper: Buffer.alloc(32, 1), vault: undefined as never });
  const { access, transport } = rules.current;
  transport.enter();
  t.mock.timers.enable({ apis: ['setTimeout'] });
  assert.equal(await rules.take({ ...configured, generation: 2 }), undefined);
  t.mock.timers.tick(3_600_000);
  t.mock.timers.reset();
  await new Promise((resolve) => setImmediate(resolve));
  const allowed = access.policy.decide(FACTS);
  assert.equal(allowed.allowed, true, JSON.stringify(allowed));
  transport.leave();
  for (let tries = 0; tries < 100 && access.policy.decide(FACTS).allowed; tries++) await new Promise((resolve) => setTimeout(resolve, 10));
  assert.equal(access.policy.decide(FACTS).allowed, false);
  await rules.close();
});
