// The document that describes the management API: complete, and what the specification says such a document is.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { openApiDocument } from './openapi.ts';
import { API_ROUTES } from './routes.ts';

interface Operation {
  readonly operationId: string;
  readonly security: readonly object[];
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly schema: object }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema?: object }>> };
  readonly responses: Readonly<
    Record<string, { readonly $ref?: string; readonly content?: Readonly<Record<string, { readonly schema: object }>> }>
  >;
}

interface Document {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: Readonly<Record<string, unknown>>;
}

const document = JSON.parse(JSON.stringify(openApiDocument(API_ROUTES, 'https://sekisho.example'))) as Document;
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
);

describe('the OpenAPI document', () => {
  it('has every route of the management API, and no page', () => {
    const expected = API_ROUTES.filter(({ path }) => path.startsWith('/api/')).map(({ method, path }) => `${method} ${path}`);
    assert.deepEqual(operations.map(({ path, method }) => `${method.toUpperCase()} ${path}`).sort(), expected.sort());
    assert.ok(!('/sign-in' in document.paths));
  });

  it('gives each operation an id of its own, its guard, and what a refusal looks like', () => {
    const ids = operations.map(({ operation }) => operation.operationId);
    assert.equal(new Set(ids).size, ids.length);
    for (const { path, method, operation } of operations) {
      const { guard } = API_ROUTES.find((route) => route.path === path && route.method === method.toUpperCase())!;
      assert.deepEqual(operation.security, guard === 'public' ? [] : [{ session: [] }, { key: [] }], path);
      assert.equal(operation.responses['default']?.$ref, '#/components/responses/Problem');
      const named = (operation.parameters ?? []).filter((parameter) => parameter.in === 'path').map(({ name }) => `{${name}}`);
      assert.deepEqual(named, path.match(/\{\w+\}/g) ?? [], path);
    }
  });

  it('holds schemas that a validator takes', () => {
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    let count = 0;
    for (const { operation } of operations) {
      const contents = [operation.requestBody?.content, operation.responses['2XX']?.content].flatMap((content) =>
        Object.values(content ?? {}),
      );
      for (const schema of [
        ...contents.map((content) => content.schema),
        ...(operation.parameters ?? []).map((parameter) => parameter.schema),
      ]) {
        if (schema === undefined) continue;
        count++;
        assert.doesNotThrow(() => ajv.compile(schema), operation.operationId);
      }
    }
    assert.ok(count > 20);
  });

  it('points only at what it holds', () => {
    const refs = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/([^"]+)"/g)].map(([, path]) => path!);
    assert.ok(refs.length > 0);
    for (const ref of refs) {
      const found = ref.split('/').reduce<unknown>((at, name) => (at as Readonly<Record<string, unknown>>)[name], document.components);
      assert.equal(typeof found, 'object', ref);
    }
  });
});
