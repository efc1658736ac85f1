import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { canonicalJson, ok, systemClock, type Json, type PrincipalId } from '#kernel';
import type { Actor } from '../actor.ts';
import type { GrantRecord } from '../desk/grant-record.ts';
import type { Application } from '../desk/model.ts';
import { assessObligations, obligationsMatrix, programNamed } from '../obligations/index.ts';
import { CAPABILITIES } from '../taxonomy.ts';
import { buildDossier, createDossiers, dossierGrant, dossierHtml, type DossierGrant, type DossierInput } from './index.ts';
import { capabilityWords } from './words.ts';

const NOW = Date.parse('2026-11-24T00:00:00Z');
const DAY = 86_400_000;
const OPTIONS = { madeAtMs: NOW, madeBy: 'tanaka', withNames: false };

function grant(changes: Partial<DossierGrant> = {}): DossierGrant {
  return {
    id: 'grt_1',
    holder: 'sato-hanako',
    holderKind: 'person',
    tier: 2,
    capabilities: ['penetration-testing', 'code-review'],
    purpose: '年次の侵入試験。\nResults go to the board.',
    targets: [
      { kind: 'network', value: '203.0.113.0/24', basis: 'owned', proof: 'asset list 7', evidenceSha256: 'ab'.repeat(32) },
      { kind: 'host', value: 'scada.example.jp', basis: null, proof: '', evidenceSha256: null },
    ],
    excludedCount: 1,
    conditions: ['sso-mfa', 'passkey'],
    approvals: 2,
    startsAtMs: NOW,
    endsAtMs: NOW + 90 * DAY,
    recertifyByMs: NOW + 30 * DAY,
    state: 'active',
    ...changes,
  };
}

function input(changes: Partial<DossierInput> = {}): DossierInput {
  const program = programNamed(obligationsMatrix(), 'daybreak_red')!;
  const facts = {
    atMs: NOW,
    incidentContact: null,
    access: { isEnforced: true, reviewsCalls: true, holdsCalls: true },
    signIn: { identityProviders: [] },
    deployments: [],
    grants: null,
    approvers: null,
    ledger: { isWritten: true, origin: 'example.jp/sekisho', entries: 12 },
    fallback: { isRefusedAtVendor: true, isRefusalFinal: true },
    safetyNoticesFrom: [],
    attestations: [],
  };
  return {
    operator: {
      name: '例示電力株式会社',
      homeCountry: 'JP',
      sector: { id: 'electric-power', en: 'Electric power', ja: '電力' },
      incidentContact: 'csirt@example.jp',
    },
    program: {
      id: program.id,
      vendor: program.vendor,
      en: program.en,
      ja: program.ja,
      tier: program.tier,
      apply: program.apply,
      isInUse: true,
      deployments: ['openai/cyber'],
      mayEnable: false,
      obligations: assessObligations(program, facts),
    },
    matrixVersion: '2026-11-24',
    onboarding: { account: 'org-cyber', reference: 'TAC-7', state: 'approved' },
    members: [
      { name: 'sato-hanako', kind: 'person', roles: ['defender'], authentication: 'passkey' },
      { name: 'abe-jiro', kind: 'person', roles: ['defender', 'approver'], authentication: 'passkey' },
      { name: 'soc-agent', kind: 'agent', roles: ['defender'], authentication: 'none' },
    ],
    grants: [grant(), grant({ id: 'grt_0', holder: 'soc-agent', holderKind: 'agent', targets: [] })],
    policies: { version: 'sha256:01', ids: ['tier-two', 'outside'] },
    configuration: 'sha256:02',
    ledger: {
      origin: 'example.jp/sekisho',
      publicKey: 'example.jp/sekisho+aabbccdd+key',
      checkpoint: 'example.jp/sekisho\n12\nroot\n\n— sig\n',
    },
    ...changes,
  };
}

describe('a dossier', () => {
  it('is the same for the same input, whatever order things come in', () => {
    const one = buildDossier(input(), OPTIONS);
    const shuffled = input();
    fc.assert(
      fc.property(fc.shuffledSubarray([0, 1, 2], { minLength: 3 }), (order) => {
        const other = buildDossier(
          {
            ...shuffled,
            members: order.map((index) => shuffled.members[index]!),
            grants: shuffled.grants.toReversed(),
            policies: { ...shuffled.policies, ids: shuffled.policies.ids.toReversed() },
          },
          OPTIONS,
        );
        assert.equal(JSON.stringify(other), JSON.stringify(one));
      }),
    );
    const { sha256, ...rest } = one;
    assert.equal(
      createHash('sha256')
        .update(canonicalJson(rest as unknown as Json))
        .digest('hex'),
      sha256,
    );
    assert.notEqual(buildDossier(input({ configuration: 'sha256:03' }), OPTIONS).sha256, sha256);
  });

  it('counts users and names nobody of them, unless names are asked for', () => {
    const counted = buildDossier(input(), OPTIONS);
    const text = JSON.stringify(counted) + dossierHtml(counted);
    for (const name of ['sato-hanako', 'abe-jiro', 'soc-agent']) assert.ok(!text.includes(name), name);
    assert.deepEqual(
      counted.members.map(({ role, kind, authentication, count }) => [role, kind, authentication, count]),
      [
        ['approver', 'person', 'passkey', 1],
        ['defender', 'agent', 'none', 1],
        ['defender', 'person', 'passkey', 2],
      ],
    );
    assert.deepEqual(
      counted.grants.map(({ id, holder }) => [id, holder]),
      [
        ['grt_0', 'holder 2'],
        ['grt_1', 'holder 1'],
      ],
    );
    const named = buildDossier(input(), { ...OPTIONS, withNames: true });
    assert.deepEqual(named.members.at(-1)?.names, ['abe-jiro', 'sato-hanako']);
    assert.ok(dossierHtml(named).includes('sato-hanako'));
  });

  it('takes out what looks like a key, wherever somebody pasted it', () => {
    const keys = [
      ['sk', 'abcdefghijklmnop', 'qrstuvwx'].join('_'),
      ['sk', 'proj', 'abcdefghijklmnopqrst'].join('-'),
      ['eyJhbGciOiJIUzI1', 'eyJzdWIiOiIxMjM0', 'c2lnbmF0dXJl'].join('.'),
      ['-----BEGIN', 'PRIVATE', 'KEY-----\nMIIB\n-----END', 'PRIVATE', 'KEY-----'].join(' '),
      ['AKIA', 'ABCDEFGHIJKLMNOP'].join(''),
      ['whsec', 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'].join('_'),
    ];
    for (const key of keys) {
      const dossier = buildDossier(
        input({
          grants: [grant({ purpose: `before ${key} after`, targets: [{ ...grant().targets[0]!, proof: key }] })],
          onboarding: { account: `org ${key}`, reference: null, state: 'submitted' },
        }),
        OPTIONS,
      );
      const text = JSON.stringify(dossier);
      assert.ok(!text.includes(key) && !text.includes(JSON.stringify(key).slice(1, -1)), key);
      assert.match(dossier.grants[0]!.purpose, /^before \[removed: looks like a key\] after$/);
    }
    const hash = buildDossier(input(), OPTIONS).grants[1]!.targets[1]!.evidenceSha256;
    assert.equal(hash, 'ab'.repeat(32), 'a hash is no key');
  });
});

describe('the page', () => {
  it('says everything in English and Japanese, with evidence, and runs nothing', () => {
    const dossier = buildDossier(input(), OPTIONS);
    const page = dossierHtml(dossier);
    for (const { en, ja, evidence } of dossier.program.obligations) {
      assert.ok(page.includes(escaped(en)) && page.includes(escaped(ja)), en);
      for (const each of evidence) assert.ok(page.includes(escaped(each.en)) && page.includes(escaped(each.ja)), each.en);
    }
    for (const part of [
      '203.0.113.0/24',
      'ab'.repeat(32),
      dossier.sha256,
      'example.jp/sekisho+aabbccdd+key',
      '申請組織',
      'TAC-7',
      '年次の侵入試験。',
    ])
      assert.ok(page.includes(part), part);
    assert.doesNotMatch(page, /<script|<img|<link|href=|src=|\sstyle="/i);
  });

  it('is safe whatever people wrote', () => {
    const hostile = '</td><script>alert(1)</script>"\'';
    const page = dossierHtml(
      buildDossier(
        input({
          grants: [grant({ holder: hostile, purpose: hostile, targets: [{ ...grant().targets[0]!, value: hostile, proof: hostile }] })],
          onboarding: { account: hostile, reference: hostile, state: 'ready' },
        }),
        { ...OPTIONS, withNames: true, madeBy: hostile },
      ),
    );
    assert.ok(!page.includes('<script>'));
    assert.ok(page.includes('&lt;script&gt;'));
  });

  it('shows long texts whole', () => {
    const purpose = Array.from({ length: 300 }, (_, index) => `sentence ${index}.`).join(' ');
    const page = dossierHtml(buildDossier(input({ grants: [grant({ purpose })] }), OPTIONS));
    assert.ok(page.includes(purpose));
  });

  it('has a name in both languages for every capability', () => {
    assert.deepEqual([...capabilityWords().keys()].toSorted(), CAPABILITIES.toSorted());
  });
});

describe('a grant of the desk', () => {
  const record = {
    id: 'grt_1',
    tier: 2,
    capabilities: ['penetration-testing'],
    scope: {
      targets: [
        { kind: 'network', value: '203.0.113.0/24' },
        { kind: 'network', value: '198.51.100.16/28' },
        { kind: 'host', value: 'new.example.jp' },
      ],
      excluded: [{ kind: 'network', value: '203.0.113.7' }],
      allowedTools: null,
      forbiddenTools: [],
    },
    conditions: ['passkey'],
    approvedBy: ['prn_a', 'prn_b'],
    startsAtMs: NOW,
    endsAtMs: NOW + DAY,
    recertifyByMs: NOW + DAY,
    state: 'active',
  } as unknown as GrantRecord;
  const application = {
    form: {
      purpose: 'a yearly test',
      targets: [
        { kind: 'network', value: '203.0.113.0/24', proof: { basis: 'owned', text: 'asset list', evidence: 'evi_1' } },
        { kind: 'network', value: '198.51.100.0/24', proof: { basis: 'authorised', text: 'letter' } },
      ],
    },
    evidence: [{ id: 'evi_1', sha256: 'cd'.repeat(32) }],
  } as unknown as Application;

  it('brings the proof of each target, also where an approver narrowed it', () => {
    const made = dossierGrant(record, application, { name: 'sato', kind: 'person' });
    assert.deepEqual(
      made.targets.map(({ value, basis, proof, evidenceSha256 }) => [value, basis, proof, evidenceSha256]),
      [
        ['203.0.113.0/24', 'owned', 'asset list', 'cd'.repeat(32)],
        ['198.51.100.16/28', 'authorised', 'letter', null],
        ['new.example.jp', null, '', null],
      ],
    );
    assert.deepEqual([made.approvals, made.excludedCount, made.purpose], [2, 1, 'a yearly test']);
  });
});

describe('the service', () => {
  const actor: Actor = {
    principalId: 'prn_a' as PrincipalId,
    name: 'tanaka',
    roles: new Set(['administrator']),
    authentication: 'passkey',
  };
  const clock = { ...systemClock, now: () => NOW };

  it('records the hash of every dossier before it is handed out', async () => {
    const records: { readonly [name: string]: Json }[] = [];
    const service = createDossiers({ gather: async () => ok(input()), record: async (_, facts) => void records.push(facts), clock });
    const made = await service.make(actor, { program: 'daybreak_red', withNames: true });
    assert.ok(made.ok);
    assert.deepEqual(
      records.map(({ type, sha256, withNames }) => [type, sha256, withNames]),
      [['dossier-made', made.value.sha256, true]],
    );
    const failing = createDossiers({ gather: async () => ok(input()), record: () => Promise.reject(new Error('the disk is full')), clock });
    await assert.rejects(failing.make(actor, { program: 'daybreak_red', withNames: false }), /disk is full/);
  });
});

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&${{ '&': 'amp', '<': 'lt', '>': 'gt', '"': 'quot', "'": '#39' }[character]!};`);
}
