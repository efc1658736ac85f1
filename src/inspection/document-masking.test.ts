// Whole documents: what is masked comes back, whatever stands around it, and nothing of it stays.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { cutsOf, DocumentMasker, type DocumentFormat } from './document-masking.ts';
import { createDocumentRestorer } from './document-restoring.ts';
import { createInspector } from './inspector.ts';
import { compilePolicy } from './masking-policy.ts';
import { joinMaps, mapText, parseMap, type MaskingMap } from './masking-map.ts';

const SECRET = randomBytes(32);
const POLICY = compilePolicy({ mask: ['all'], refuse: [], allow: ['public-domain'] });
const created = createInspector({ internalDomains: ['corp.example'] });
assert.ok(created.ok);
const INSPECTOR = created.value;

interface Masked {
  readonly texts: readonly string[];
  readonly map: MaskingMap;
  readonly masker: DocumentMasker;
}

async function masked(sources: readonly string[], format: DocumentFormat): Promise<Masked> {
  const masker = new DocumentMasker({ inspector: INSPECTOR, policy: POLICY, secret: SECRET, key: SECRET, neverRestored: [] });
  for (const source of sources) assert.ok((await masker.read(source, format)).ok);
  const texts = await masker.mask();
  // Through its file, as a person would keep it.
  const map = parseMap(mapText(masker.map));
  assert.ok(map.ok);
  return { texts, map: map.value, masker };
}

function restoredText(text: string, map: MaskingMap, at = text.length): string {
  const restoring = createDocumentRestorer(map).text();
  return restoring.push(text.slice(0, at)) + restoring.push(text.slice(at)) + restoring.end();
}

const VALUES = [
  'hanako.yamada@corp.example',
  '電話 03-1234-5678',
  'tel: +81 90-1234-5678',
  'ip 10.20.30.40',
  '10.20.30.0/24,',
  'db01.corp.example',
  'card 4111 1111 1111 1111',
  String.raw`\\files01\plans`,
  'password="Xk29!qLmZ7pT"',
];
const noise = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc.constantFrom('\n', ' ', '"', '\\', '{', '}', '[', ':', ',', 'v', '.', '1', 'PHONE_', '\ud800', '{"a":"', '"}', '["', '"]'),
);
const text = fc
  .array(fc.tuple(noise, fc.constantFrom('', ' ', '\n'), fc.constantFrom(...VALUES), fc.constantFrom('', ' ', '\n')), { maxLength: 6 })
  .map((parts) => parts.map((part) => part.join('')).join(''));

describe('a masked text', () => {
  test('comes back by its map, in two pieces cut anywhere', async () => {
    await fc.assert(
      fc.asyncProperty(text, fc.nat(), async (source, cut) => {
        const { texts, map } = await masked([source], 'text');
        assert.equal(restoredText(texts[0]!, map, cut % (texts[0]!.length + 1)), source);
      }),
      { numRuns: 500 },
    );
  });

  test('masked again with the same secret comes back in two steps', async () => {
    await fc.assert(
      fc.asyncProperty(text, async (source) => {
        const once = await masked([source], 'text');
        const twice = await masked([`${once.texts[0]!}\n${source}`], 'text');
        const back = restoredText(twice.texts[0]!, twice.map);
        assert.equal(back, `${once.texts[0]!}\n${source}`);
        assert.equal(restoredText(back.slice(0, once.texts[0]!.length), once.map), source);
      }),
      { numRuns: 200 },
    );
  });

  test('holds none of its values, also where they stand without what gave them away', async () => {
    const source = 'memo: 12-34\n電話 03-1234-5678\nmail hanako.yamada@corp.example\nand 03-1234-5678 again, bare\n';
    const { texts, masker } = await masked([source], 'text');
    assert.ok(!texts[0]!.includes('03-1234-5678') && !texts[0]!.includes('hanako'), texts[0]);
    assert.equal(texts[0]!.split(/PHONE_\w+/).length, 3);
    assert.deepEqual(masker.masked, { phone: 1, email: 1 });
  });

  test('of many pieces is the same as of one, and quick', async () => {
    const lines = Array.from(
      { length: 8000 },
      (_, line) => `line ${line} of user${line % 50}@corp.example came by from 10.1.${line % 9}.${line % 250}`,
    );
    const source = lines.join('\n');
    assert.ok(source.length > 400_000);
    const { texts, map } = await masked([source], 'text');
    assert.equal(restoredText(texts[0]!, map), source);
    assert.ok(!/user\d+@/.test(texts[0]!));
  });
});

describe('masked JSON', () => {
  const name = fc.string({ unit: 'binary', maxLength: 6 }).filter((key) => !/["\\\p{Cc}\p{Cs}]/u.test(key) && key !== '__proto__');
  const value = fc.letrec<{ any: unknown }>((tie) => ({
    any: fc.oneof(
      { maxDepth: 4 },
      text,
      fc.constantFrom<unknown>(null, true, 1.5, 4111111111111111, 123456789018, '4111111111111111', 'my number 123456789018'),
      fc.array(tie('any'), { maxLength: 4 }),
      fc.dictionary(fc.oneof(name, fc.constantFrom('my_number', 'phone', 'card')), tie('any'), { maxKeys: 4 }),
      tie('any').map((held) => JSON.stringify(held)),
    ),
  })).any;

  test('is JSON of the same structure and comes back, numbers as numbers', async () => {
    await fc.assert(
      fc.asyncProperty(value, async (any) => {
        const source = JSON.stringify(any, null, 1);
        const { texts, map } = await masked([source], 'json');
        JSON.parse(texts[0]!);
        const restored = createDocumentRestorer(map).json(texts[0]!);
        assert.ok(restored.ok);
        assert.deepEqual(JSON.parse(restored.value), JSON.parse(source));
      }),
      { numRuns: 500 },
    );
  });

  test('a number and a string of the same digits both come back as what they were', async () => {
    const source = '{"my_number": 123456789018, "note": "my number 123456789018", "again": "123456789018"}';
    const { texts, map } = await masked([source], 'json');
    assert.ok(!texts[0]!.includes('123456789018'), texts[0]);
    const restored = createDocumentRestorer(map).json(texts[0]!);
    assert.ok(restored.ok);
    assert.equal(restored.value, source);
  });

  test('what is no JSON is said to be none', async () => {
    const masker = new DocumentMasker({ inspector: INSPECTOR, policy: POLICY, secret: SECRET, key: SECRET, neverRestored: [] });
    assert.ok(!(await masker.read('{"a":', 'json')).ok);
  });
});

test('secrets stay masked unless they are to come back, and the map does not hold them', async () => {
  const masker = new DocumentMasker({ inspector: INSPECTOR, policy: POLICY, secret: SECRET, key: SECRET, neverRestored: ['credential'] });
  await masker.read('password="Xk29!qLmZ7pT"', 'text');
  const [text] = await masker.mask();
  assert.match(text!, /CREDENTIAL_/);
  assert.ok(!mapText(masker.map).includes('Xk29'));
});

test('two maps are one where they agree, and refused where they do not', async () => {
  const a = await masked(['mail a@corp.example'], 'text');
  const b = await masked(['mail b@corp.example'], 'text');
  const joined = joinMaps([a.map, b.map]);
  assert.ok(joined.ok);
  assert.equal(restoredText(`${a.texts[0]!} ${b.texts[0]!}`, joined.value), 'mail a@corp.example mail b@corp.example');
  const [placeholder] = [...a.map.values.keys()];
  assert.ok(!joinMaps([a.map, { values: new Map([[placeholder!, 'other']]), numbers: new Set() }]).ok);
});

test('a map that is none is refused with a reason', () => {
  for (const text of ['', '[]', 'null', '{"version":2}', '{"version":1}', '{"version":1,"placeholders":{"A":1},"numbers":[]}'])
    assert.ok(!parseMap(text).ok, text);
});

test('pieces end behind line ends and cut nothing', () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(90_000), { maxLength: 8 }),
      fc.array(fc.tuple(fc.nat(400_000), fc.integer({ min: 1, max: 9 })), { maxLength: 9 }),
      (lengths, places) => {
        const lines = lengths.map((length) => 'x'.repeat(length)).join('\n');
        let reached = 0;
        const ranges = places
          .toSorted(([a], [b]) => a - b)
          .map(([start, length]) => ({ start: Math.max(start, reached), end: (reached = Math.max(start, reached) + length) }))
          .filter(({ end }) => end <= lines.length);
        const cuts = cutsOf(lines, [ranges]);
        assert.equal(cuts.at(-1), lines.length);
        for (const cut of cuts.slice(0, -1)) {
          assert.equal(lines[cut - 1], '\n');
          assert.ok(!ranges.some(({ start, end }) => start < cut && cut < end));
        }
      },
    ),
  );
});
