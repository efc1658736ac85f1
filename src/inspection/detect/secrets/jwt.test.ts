import assert from 'node:assert/strict';
import { test } from 'node:test';
import { secretsIn } from './test-scan.ts';

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
const SIGNATURE = 'SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c';
const PAYLOAD = part({ sub: '1234567890', name: 'Yamada' });
const SIGNED = `${part({ alg: 'HS256', typ: 'JWT' })}.${PAYLOAD}.${SIGNATURE}`;

const tokensIn = (text: string) => secretsIn(text).flatMap(({ type, value }) => (type === 'jwt' ? [value] : []));

test('a signed token is found whole, wherever it stands', () => {
  for (const text of [SIGNED, `Authorization: Bearer ${SIGNED}`, `{"id_token":"${SIGNED}"}`, `トークンは${SIGNED}です`, `?t=${SIGNED}&x=1`])
    assert.deepEqual(tokensIn(text), [SIGNED], text);
});

test('tokens without signature, encrypted ones and cut ones count as well', () => {
  const unsigned = `${part({ alg: 'none' })}.${PAYLOAD}.`;
  const encrypted = `${part({ alg: 'dir', enc: 'A256GCM' })}..48V1_ALb6US04U3b.5eym8TW_c8SuK0ltJ3rpYIzOeDQz7TALvtu6UG9oMo4vpzs9tX.XFBoMYUZodetZdvTiFvSkQ`;
  const cut = `${part({ alg: 'HS256' })}.${PAYLOAD}`;
  for (const token of [unsigned, encrypted, cut]) assert.deepEqual(tokensIn(`x ${token} y`), [token]);
  const encoded = Buffer.from(SIGNED).toString('base64');
  assert.deepEqual(tokensIn(`token: ${encoded}`), [encoded]);
});

test('base64 of other JSON is no token', () => {
  for (const text of [
    `${part({ typ: 'x', name: 'no algorithm' })}.${PAYLOAD}.${SIGNATURE}`,
    part({ alg: 'HS256' }),
    'eyJub3QgSlNPTg.eyJ4Ijox.abcdefgh',
  ])
    assert.deepEqual(tokensIn(text), [], text);
});
