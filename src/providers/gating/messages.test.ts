// The forms in which calls come in events of messages, and what passes for a call or for none.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fieldsOf } from '../json-fields.ts';
import { payloadsOf } from '../translation/answers/testing/answers.ts';
import { AMBIGUOUS, INCOMPLETE } from './notices.ts';
import { end, gated, json, PASS, refuse, start, stop, typed, type Json } from './testing/harness.ts';

test('blocks that no client is known to run are calls; what the provider runs is none', async () => {
  const odd = { type: 'teleport_use', id: 't', to: 'x' };
  const hosted = [start(0, { type: 'server_tool_use', id: 's', name: 'web_search', input: {} }), json(0, '{"q":1}'), stop(0)];
  const stream = [...hosted, start(1, odd), json(1, '{}'), stop(1), end('tool_use')];
  const { out, asked } = await gated('anthropic-messages', stream, () => refuse('[no]'));
  const deltas = '{"type":"input_json_delta","partial_json":"{}"}';
  assert.deepEqual(asked, [
    { id: 't', name: 'teleport_use', encoding: 'json', arguments: `{"content_block":${JSON.stringify(odd)},"deltas":[${deltas}]}` },
  ]);
  assert.ok(out.startsWith(hosted.join('')) && out.includes('end_turn') && !out.includes('teleport'));
});

test('an input comes in the block or in its deltas, not in both', async () => {
  const use = (input: Json): Json => ({ type: 'tool_use', id: 't', name: 'f', input });
  const said = async (...events: string[]): Promise<string> => {
    const { asked, out } = await gated('anthropic-messages', [...events, stop(0)], () => PASS);
    return (
      asked[0]?.arguments ??
      String(
        payloadsOf(out)
          .map((payload) => fieldsOf(payload['delta'])['text'])
          .filter(Boolean)[0],
      )
    );
  };
  assert.equal(await said(start(0, use({ a: 1 }))), '{"a":1}');
  assert.equal(await said(start(0, use({}))), '{}');
  assert.equal(await said(start(0, use({})), json(0, ''), json(0, '{"b"'), json(0, ':2}')), '{"b":2}');
  assert.equal(await said(start(0, use({ a: 1 })), json(0, '{"b":2}')), AMBIGUOUS);
});

test('a block that a message ends without is not complete', async () => {
  const { out, asked } = await gated(
    'anthropic-messages',
    [start(0, { type: 'tool_use', id: 't', name: 'f', input: {} }), json(0, '{"SECRET"'), end('tool_use')],
    () => PASS,
  );
  assert.deepEqual([asked.length, out.includes('SECRET'), out.includes(INCOMPLETE), out.includes('end_turn')], [0, false, true, true]);
});

test('input without a block, behind its end, or in a block that started twice, does not pass', async () => {
  const use = { type: 'tool_use', id: 't', name: 'f', input: {} };
  const stream = [
    json(0, 'SECRET'),
    start(0, use),
    json(0, '{}'),
    stop(0),
    json(0, 'SECRET'),
    start(0, { ...use, name: 'SECRET' }),
    end('tool_use'),
  ];
  const { out } = await gated('anthropic-messages', stream, () => PASS);
  assert.equal(out, [stream[1], stream[2], stream[3], stream[6]].join(''));
});

test('several messages in one stream count their blocks anew, and what the first did not complete is given up', async () => {
  const use = (id: string): string => start(0, { type: 'tool_use', id, name: 'f', input: {} });
  const first = typed({ type: 'message_start', message: { id: 'm', content: [] } });
  const stream = [first, use('a'), json(0, '{"SECRET"'), first, use('b'), json(0, '{}'), stop(0), end('tool_use')];
  const { out, asked } = await gated('anthropic-messages', stream, () => PASS);
  assert.deepEqual(
    asked.map(({ id, arguments: said }) => id + said),
    ['b{}'],
  );
  assert.ok(out.endsWith(stream.slice(3).join('')) && !out.includes('SECRET') && out.includes(INCOMPLETE));
});
