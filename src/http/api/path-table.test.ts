import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { createPathTable } from './path-table.ts';
import type { ApiRoute } from './route.ts';

function route(method: ApiRoute['method'], path: string): ApiRoute {
  return { method, path, guard: 'public', summary: '', handle: () => Promise.reject(new Error('not called')) };
}

const find = createPathTable([
  route('GET', '/api/v1/things'),
  route('POST', '/api/v1/things'),
  route('GET', '/api/v1/things/special'),
  route('GET', '/api/v1/things/{id}'),
  route('GET', '/api/v1/things/special/{part}/end'),
  route('DELETE', '/api/v1/things/{other}/parts/{part}'),
]);

function found(method: string, path: string): unknown {
  const match = find(method, path);
  return match.kind === 'found' ? [match.route.path, match.params] : match.kind;
}

it('goes by what is written out first, and by names where that leads nowhere', () => {
  assert.deepEqual(found('GET', '/api/v1/things/special'), ['/api/v1/things/special', {}]);
  assert.deepEqual(found('GET', '/api/v1/things/%E5%A4%AA%E9%83%8E'), ['/api/v1/things/{id}', { id: '太郎' }]);
  assert.deepEqual(found('GET', '/api/v1/things/special/x/end'), ['/api/v1/things/special/{part}/end', { part: 'x' }]);
  assert.deepEqual(found('DELETE', '/api/v1/things/special/parts/2'), [
    '/api/v1/things/{other}/parts/{part}',
    { other: 'special', part: '2' },
  ]);
  assert.deepEqual(found('DELETE', '/api/v1/things/a%2Fb/parts/..x'), [
    '/api/v1/things/{other}/parts/{part}',
    { other: 'a/b', part: '..x' },
  ]);
});

it('finds nothing under any other spelling', () => {
  for (const path of [
    '',
    '/',
    'api/v1/things',
    '/api/v1',
    '/api/v1/nothing',
    '/api/v1/things/',
    '/API/v1/things',
    '/api/v1//things',
    '/api/v1/./things',
    '/api/v1/x/../things',
    '/api/v1/things/a/b',
    '/api/v1/things/special/x',
    '/api/v1/things/%',
    '/api/v1/things/%FF',
    '/api/v1/things/%00',
    '/api/v1/things/%0A',
    '/api/v1/things/%E2%80%A8',
    '/api/v1/things/.',
    '/api/v1/things/..',
    '/api/v1/things/%2E%2E',
    `/api/v1/things/${'x'.repeat(257)}`,
    `/api/v1/things/${'%41'.repeat(5000)}`,
    `/api${'/x'.repeat(8000)}`,
  ])
    assert.equal(found('GET', path), 'nothing', path.slice(0, 60));
});

it('says which methods there are', () => {
  assert.deepEqual(find('PATCH', '/api/v1/things'), { kind: 'other-method', allowed: ['GET', 'POST'] });
  assert.deepEqual(find('constructor', '/api/v1/things/x'), { kind: 'other-method', allowed: ['GET'] });
});

it('has one route for each method and shape of path', () => {
  assert.throws(() => createPathTable([route('GET', '/api/{a}'), route('GET', '/api/{b}')]), /two routes for GET \/api\/\{b\}/);
});

it('gives a named part as it was encoded, or nothing, whatever stands there', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 300 }), (text) => {
      const match = find('GET', `/api/v1/things/${encodeURIComponent(text)}`);
      if (match.kind === 'found') assert.ok(text === 'special' || match.params['id'] === text);
      else assert.ok(/[\p{Cc}\p{Zl}\p{Zp}]/u.test(text) || text.length > 256 || /^\.\.?$/.test(text));
    }),
  );
});
