import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { json, NEVER, outcome, setUp, SPAN, spans, type Answer } from './external-testing.ts';

describe('what an external detector finds', () => {
  it('comes in UTF-16 offsets, per text, with our types and the rule', async () => {
    const { detector, asked } = await setUp((response, { texts }) => {
      assert.deepEqual(texts, [
        { id: '0', text: '𠮷野 🙂 Mia' },
        { id: '1', text: 'nobody' },
        { id: '2', text: 'Mia at ACME' },
      ]);
      json(response, {
        results: [
          {
            id: '2',
            spans: [
              { ...SPAN, end: 3 },
              { ...SPAN, start: 7, end: 11, type: 'ORG' },
              { ...SPAN, type: 'Odd Label!' },
              { ...SPAN, confidence: 0.4 },
            ],
          },
          { id: '1', spans: [] },
          {
            id: '0',
            spans: [
              { ...SPAN, end: 2 },
              { ...SPAN, start: 5, end: 8, confidence: 1 },
            ],
          },
        ],
      });
    });
    const result = await detector.detect(['𠮷野 🙂 Mia', 'nobody', 'Mia at ACME'], NEVER);
    const found = { type: 'person-name', confidence: 0.9, rule: 'external.person' };
    assert.deepEqual(result, {
      ok: true,
      value: [
        [
          { ...found, start: 0, end: 3 },
          { ...found, start: 7, end: 10, confidence: 1 },
        ],
        [],
        [
          { ...found, start: 0, end: 3 },
          { type: 'other', start: 0, end: 1, confidence: 0.9, rule: 'external.odd-label-' },
        ],
      ],
    });
    assert.equal(asked[0]?.method, 'POST');
    assert.equal(asked[0]?.url, '/detect');
    assert.equal(asked[0]?.headers.authorization, 'Bearer of-the-detector');
  });

  it('comes from token classification, grouped or token by token', async () => {
    const { detector } = await setUp(
      (response, { inputs }) => {
        assert.deepEqual(inputs, ['🙂 Mia Wong', 'Ann']);
        json(response, [
          [
            { entity: 'B-PER', score: 0.6, start: 2, end: 4, word: 'Mi' },
            { entity: 'I-PER', score: 0.9, start: 4, end: 5, word: '##a' },
            { entity: 'I-PER', score: 0.7, start: 6, end: 10, word: 'Wong' },
            { entity: 'O', score: 0.7, start: null, end: null },
          ],
          [{ entity_group: 'PER', score: 0.8, start: 0, end: 3, word: 'Ann' }],
        ]);
      },
      { format: 'token-classification' },
    );
    const found = { type: 'person-name', rule: 'external.per' };
    assert.deepEqual(await detector.detect(['🙂 Mia Wong', 'Ann'], NEVER), {
      ok: true,
      value: [[{ ...found, start: 3, end: 11, confidence: 0.9 }], [{ ...found, start: 0, end: 3, confidence: 0.8 }]],
    });
  });

  it('may come without the outer list for one text', async () => {
    const token = { entity_group: 'PER', score: 0.8, start: 0, end: 3 };
    const change = { format: 'token-classification' } as const;
    const expected = '[[{"type":"person-name","start":0,"end":3,"confidence":0.8,"rule":"external.per"}]]';
    assert.equal(await outcome((response) => json(response, [token]), change), expected);
    assert.equal(await outcome((response) => json(response, [[token]]), change), expected);
    assert.equal(await outcome((response) => json(response, []), change), '[[]]');
  });

  it('asks nobody about no text', async () => {
    const { detector, asked } = await setUp((response) => json(response, {}));
    assert.deepEqual(await detector.detect([], NEVER), { ok: true, value: [] });
    assert.equal(asked.length, 0);
  });
});

describe('an answer that is none', () => {
  for (const [what, answer] of [
    ['no object', []],
    ['null', 'null'],
    ['broken JSON', '{"results": ['],
    ['deep JSON', '['.repeat(200_000)],
    ['no results', {}],
    ['a missing result', { results: [] }],
    [
      'an unknown id',
      {
        results: [
          { id: '0', spans: [] },
          { id: '1', spans: [] },
        ],
      },
    ],
    ['a number as id', { results: [{ id: 0, spans: [] }] }],
    [
      'the same id twice',
      {
        results: [
          { id: '0', spans: [] },
          { id: '0', spans: [] },
        ],
      },
    ],
    ['no spans', { results: [{ id: '0' }] }],
    ['a span behind the text', spans({ ...SPAN, end: 4 })],
    ['a span before the text', spans({ ...SPAN, start: -1 })],
    ['an empty span', spans({ ...SPAN, end: 0 })],
    ['a fraction', spans({ ...SPAN, end: 1.5 })],
    ['an infinite offset', '{"results":[{"id":"0","spans":[{"start":0,"end":1e999,"type":"PERSON","confidence":1}]}]}'],
    ['an offset as text', spans({ ...SPAN, end: '1' })],
    ['a confidence above 1', spans({ ...SPAN, confidence: 1.1 })],
    ['no confidence', spans({ start: 0, end: 1, type: 'PERSON' })],
    ['no type', spans({ ...SPAN, type: '' })],
    ['a span behind the text, of little confidence', spans({ ...SPAN, end: 4, confidence: 0 })],
    ['too many spans', spans(...Array.from({ length: 20_001 }, () => SPAN))],
  ] as const)
    it(`is malformed: ${what}`, async () => assert.match(await outcome((response) => json(response, answer)), /^malformed: /));

  it('counts the offsets of a text in code points', async () => {
    // Three UTF-16 units, two code points.
    assert.match(await outcome((response) => json(response, spans({ ...SPAN, end: 3 })), {}, '🙂a'), /^malformed: /);
    assert.match(await outcome((response) => json(response, spans({ ...SPAN, end: 2 })), {}, '🙂a'), /"start":0,"end":3/);
  });

  for (const [what, answer] of [
    ['lists for other texts', [[], []]],
    ['no list', {}],
    ['a token without offsets', [[{ entity_group: 'PER', score: 1, start: null, end: null }]]],
    ['a token that is no object', [['PER']]],
  ] as const)
    it(`of token classification is malformed: ${what}`, async () =>
      assert.match(await outcome((response) => json(response, answer), { format: 'token-classification' }), /^malformed: /));

  it('is malformed without the media type of JSON, or not in UTF-8', async () => {
    assert.equal(await outcome((response) => response.end('{}')), 'malformed: the answer is not application/json');
    const broken: Answer = (response) => {
      response.setHeader('content-type', 'application/json');
      response.end(Buffer.from([0x22, 0xff, 0x22]));
    };
    assert.equal(await outcome(broken), 'malformed: the answer cannot be read as JSON');
  });

  it('is cut off where it is too large, announced or not', async () => {
    let sent = 0;
    const endless: Answer = (response) => {
      response.setHeader('content-type', 'application/json');
      const more = () => {
        while (!response.destroyed && response.write(' '.repeat(65_536))) sent += 65_536;
      };
      response.on('drain', more);
      more();
    };
    assert.equal(await outcome(endless), 'malformed: the answer has more than 1048576 bytes');
    assert.ok(sent < 32 * 2 ** 20);
    const announced: Answer = (response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': 2_000_000 }).write('{');
    };
    assert.equal(await outcome(announced), 'malformed: the answer has more than 1048576 bytes');
  });

  it('is a status other than 200; redirects are not followed', async () => {
    for (const status of [204, 302, 401, 500, 503])
      assert.equal(await outcome((response) => void response.writeHead(status, { location: '/detect' }).end()), `status: status ${status}`);
  });
});
