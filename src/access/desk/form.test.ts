import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { MOST_EVIDENCE_BYTES } from './limits.ts';
import { readEvidence } from './evidence.ts';
import type { SubmissionContext } from './form.ts';
import type { FormDraft } from './form-schema.ts';
import { DAY, NOW, TIER_2, formOf } from '#test/memory-desk';
import { CHECKLIST, FORM } from './desk-testing.ts';

const EVIDENCE = `evi_${'0'.repeat(26)}`;
const CONTEXT: SubmissionContext = { nowMs: NOW, evidence: new Set([EVIDENCE]), ownerEmail: 'aoki@plant.example', hasService: false };

/** `path code` of everything that a submission still needs. */
function problems(changes: Partial<FormDraft>, context: Partial<SubmissionContext> = {}): readonly string[] {
  return FORM.problems(formOf(changes), { ...CONTEXT, ...context }).map(({ path, code }) => `${path} ${code}`);
}

/** `path code` of what cannot even be a draft. */
function unreadable(input: unknown): readonly string[] {
  const read = FORM.read(input);
  return read.ok ? [] : read.error.map(({ path, code }) => `${path} ${code}`);
}

describe('a draft', () => {
  test('may lack anything, and a whole form is one', () => {
    assert.deepEqual(unreadable({}), []);
    assert.deepEqual(unreadable(formOf()), []);
    assert.deepEqual(unreadable({ supervisor: {}, targets: [{ kind: 'host', value: 'a.example' }] }), []);
  });

  test('has no fields, choices or texts of another kind', () => {
    assert.deepEqual(unreadable({ salary: 1 }), ['salary unknown']);
    assert.deepEqual(unreadable({ sector: 'space' }), ['sector unknown']);
    assert.deepEqual(unreadable({ tier: 3 }), ['tier unknown']);
    assert.deepEqual(unreadable({ capabilities: ['credential-theft'] }), ['capabilities.0 unknown']);
    assert.deepEqual(unreadable({ programs: ['elsewhere'] }), ['programs.0 unknown']);
    assert.deepEqual(unreadable({ employer: 'a'.repeat(201) }), ['employer too-long']);
    assert.deepEqual(unreadable({ employer: 'a\nb' }), ['employer unreadable']);
    assert.deepEqual(unreadable({ employer: 'a\u202Eb' }), ['employer unreadable']);
    assert.deepEqual(unreadable({ purpose: 'two\nlines' }), []);
    assert.deepEqual(unreadable({ purpose: 'a\0b' }), ['purpose unreadable']);
    assert.deepEqual(unreadable({ purpose: 'half \ud800' }), ['purpose unreadable']);
    assert.deepEqual(unreadable({ targets: [{ kind: 'network', value: '10.0.0.0/40' }] }), ['targets.0.value unreadable']);
    assert.deepEqual(unreadable({ exclusions: [{ kind: 'host', value: 'a b' }] }), ['exclusions.0.value unreadable']);
    assert.deepEqual(unreadable({ targets: Array.from({ length: 201 }, () => ({ kind: 'host', value: 'a.example' })) }), [
      'targets too-many',
    ]);
    assert.deepEqual(unreadable({ allowedTools: ['two words'] }), ['allowedTools.0 unreadable']);
    assert.deepEqual(unreadable({ supervisor: { email: 'nobody' } }), ['supervisor.email unreadable']);
    assert.deepEqual(unreadable({ endDate: '2027-02-30' }), ['endDate unreadable']);
    assert.deepEqual(unreadable('text'), [' unreadable']);
  });

  test('tells of a hundred problems at most', () => {
    const targets = Array.from({ length: 150 }, () => ({ kind: 'host', value: 'a b' }));
    assert.equal(unreadable({ targets }).length, 100);
  });
});

describe('a submission', () => {
  test('is complete, and then nothing is said', () => {
    assert.deepEqual(problems({}), []);
    assert.deepEqual(problems({ ...TIER_2 }), []);
    assert.deepEqual(problems({ kind: 'service', service: 'soc-agent' }, { hasService: true }), []);
  });

  test('says of every field that is missing', () => {
    assert.deepEqual(
      FORM.problems({}, CONTEXT).map(({ path, code }) => `${path} ${code}`),
      ['kind', 'employer', 'role', 'sector', 'tier', 'capabilities', 'purpose', 'retention', 'supervisor', 'endDate'].map(
        (id) => `${id} required`,
      ),
    );
    assert.deepEqual(problems({ purpose: 'Triage.' }), ['purpose too-short']);
    assert.deepEqual(problems({ supervisor: {} }), ['supervisor.name required', 'supervisor.email required']);
    assert.deepEqual(problems({ ...TIER_2, targets: [] }), ['targets required']);
    assert.deepEqual(problems({ targets: [] }), []);
  });

  test('says in English and in Japanese what is wrong, and of which field', () => {
    const [problem] = FORM.problems(formOf({ targets: [{ kind: 'host', value: 'a.example', proof: { basis: 'owned' } }] }), CONTEXT);
    assert.deepEqual(problem, {
      field: 'proof',
      path: 'targets.0.proof.text',
      code: 'required',
      text: { en: 'This is required.', ja: '必須項目です。' },
    });
  });

  test('needs proof for every target, with documents that are attached', () => {
    const target = { kind: 'host', value: 'a.example' } as const;
    assert.deepEqual(problems({ targets: [target] }), ['targets.0.proof.basis required', 'targets.0.proof.text required']);
    const proof = { basis: 'authorised', text: 'Letter', evidence: EVIDENCE } as const;
    assert.deepEqual(problems({ targets: [{ ...target, proof }] }), []);
    assert.deepEqual(problems({ targets: [{ ...target, proof }] }, { evidence: new Set() }), ['targets.0.proof.evidence no-such-evidence']);
    assert.deepEqual(
      problems({
        targets: [
          { ...target, proof },
          { ...target, proof },
        ],
      }),
      ['targets.1 twice'],
    );
  });

  test('asks for offensive work on tier 2 only', () => {
    assert.deepEqual(problems({ capabilities: ['code-review', 'red-teaming'] }), ['capabilities.1 needs-tier-2']);
    assert.deepEqual(problems({ capabilities: ['code-review', 'code-review'] }), ['capabilities.1 twice']);
  });

  test('names a service that exists, and for a service only', () => {
    assert.deepEqual(problems({ kind: 'service' }), ['service required']);
    assert.deepEqual(problems({ kind: 'service', service: 'soc-agent' }), ['service unknown-service']);
    assert.deepEqual(problems({ service: 'soc-agent' }), ['service not-for-persons']);
  });

  test('names a supervisor who is somebody else', () => {
    assert.deepEqual(problems({ supervisor: { name: 'Aoki', email: 'AOKI@plant.example' } }), ['supervisor.email own-supervisor']);
  });

  test('ends on a day that is not over, within what the tier allows', () => {
    assert.deepEqual(problems({ endDate: '2026-11-23' }), ['endDate in-the-past']);
    assert.deepEqual(problems({ endDate: '2026-11-24' }), []);
    // 2026-11-24 and 365 days.
    assert.deepEqual(problems({ endDate: '2027-11-24' }), []);
    assert.deepEqual(problems({ endDate: '2027-11-25' }), ['endDate too-far']);
    assert.deepEqual(problems({ ...TIER_2, endDate: '2027-05-23' }), []);
    assert.deepEqual(problems({ ...TIER_2, endDate: '2027-05-24' }), ['endDate too-far']);
    assert.equal(FORM.endOf('2026-11-24'), Date.UTC(2026, 10, 24, 15));
    assert.equal(FORM.endOf('2027-02-28') + DAY, FORM.endOf('2027-03-01'));
  });

  test('does not ask for zero retention and a program that does not allow it', () => {
    assert.deepEqual(problems({ retention: 'none', programs: ['daybreak_blue', 'cvp'] }), ['programs.1 retention-conflict']);
    assert.deepEqual(problems({ retention: 'up-to-30-days', programs: ['cvp'] }), []);
  });
});

describe('the data', () => {
  test('asks in both languages, and screens what the rules speak of', () => {
    for (const { label, help } of [...FORM.definition.fields, ...CHECKLIST.items]) {
      assert.match(label.ja + help.ja, /[\u3040-\u30ff\u4e00-\u9fff]/);
      assert.doesNotMatch(label.en + help.en, /[\u3040-\u30ff\u4e00-\u9fff]/);
    }
    const ids = CHECKLIST.items.map(({ id }) => id);
    for (const id of [
      'identity',
      'employment',
      'targets',
      'purpose',
      'training',
      'conflict-of-interest',
      'sanctions',
      'retention',
      'authentication',
    ]) {
      assert.ok(ids.includes(id), id);
    }
  });
});

describe('a document', () => {
  const pdf = Buffer.from('%PDF-1.7 x');
  const rule = (fileName: string, mediaType: string, content: Uint8Array): string => {
    const read = readEvidence({ fileName, mediaType, content });
    return read.ok ? 'taken' : read.error.reason;
  };

  test('is taken when it is what it claims', () => {
    const read = readEvidence({ fileName: 'C:\\scans\\許可書.pdf', mediaType: 'Application/PDF; x=1', content: pdf });
    assert.ok(read.ok);
    const { sha256, ...rest } = read.value;
    assert.match(sha256, /^[0-9a-f]{64}$/);
    assert.deepEqual(rest, { fileName: '許可書.pdf', mediaType: 'application/pdf', bytes: pdf.length });
    assert.equal(rule('a.txt', 'text/plain; charset=utf-8', Buffer.from('許可')), 'taken');
    assert.equal(rule('a.png', 'image/png', Buffer.from('89504e470d0a1a0a00', 'hex')), 'taken');
    assert.equal(rule('a.jpg', 'image/jpeg', Buffer.from('ffd8ffe0', 'hex')), 'taken');
  });

  test('is not taken otherwise', () => {
    for (const type of ['text/html', 'image/svg+xml', 'application/zip', '']) assert.match(rule('a', type, pdf), /media type/);
    assert.match(rule('a.png', 'image/png', Buffer.from('<html>')), /bytes are not/);
    assert.match(rule('a.txt', 'text/plain', Buffer.from([0x61, 0])), /bytes are not/);
    assert.match(rule('a.txt', 'text/plain', Buffer.from([0xff, 0xfe])), /bytes are not/);
    assert.match(rule('a.pdf', 'application/pdf', Buffer.alloc(0)), /1 to/);
    assert.match(rule('a.pdf', 'application/pdf', Buffer.alloc(MOST_EVIDENCE_BYTES + 1)), /1 to/);
    for (const name of ['', 'a\nb.pdf', 'x'.repeat(151), '../']) assert.match(rule(name, 'application/pdf', pdf), /file name/);
  });
});
