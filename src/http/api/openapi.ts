// The management API described by itself: an OpenAPI 3.1 document made of the table of routes, so that it cannot say anything else.
import { z } from 'zod';
import { apiRoute, type ApiGuard, type ApiRoute } from './route.ts';

type Schema = Readonly<Record<string, unknown>>;

const PREFIX = '/api/';

/** `routes`: all others. */
export function openApiRoute(routes: readonly ApiRoute[]): ApiRoute {
  const route: ApiRoute = apiRoute({
    method: 'GET',
    path: '/api/v1/openapi.json',
    guard: 'public',
    summary: 'This document',
    handle: ({ services }) => Promise.resolve({ status: 200, body: openApiDocument([...routes, route], services.publicUrl) }),
  });
  return route;
}

export function openApiDocument(routes: readonly ApiRoute[], publicUrl: string): Schema {
  const paths: Record<string, Record<string, Schema>> = {};
  for (const route of routes.filter(({ path }) => path.startsWith(PREFIX))) {
    paths[route.path] ??= {};
    paths[route.path]![route.method.toLowerCase()] = operationOf(route);
  }
  return {
    openapi: '3.1.1',
    info: { title: 'Sekisho management API', version: '1', summary: 'Members, trusted access, and what comes of it' },
    jsonSchemaDialect: 'https://json-schema.org/draft/2020-12/schema',
    servers: [{ url: publicUrl }],
    paths,
    components: {
      schemas: { Problem: PROBLEM },
      responses: { Problem: { description: 'Why not', content: { 'application/problem+json': { schema: ref('schemas/Problem') } } } },
      securitySchemes: {
        session: { type: 'apiKey', in: 'cookie', name: 'sekisho-session', description: 'Named __Host-sekisho-session over https' },
        key: { type: 'http', scheme: 'bearer', description: 'An API key with the role member' },
      },
    },
  };
}

function operationOf(route: ApiRoute): Schema {
  const { body, answer, query, rawBody } = route;
  const params = [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string', minLength: 1, maxLength: 256 },
  }));
  const parameters = [...params, ...(query === undefined ? [] : queryParameters(query))];
  const content = answer === undefined ? {} : { content: { 'application/json': { schema: schemaOf(answer, 'output') } } };
  return {
    operationId: operationIdOf(route),
    summary: route.summary,
    ...securityOf(route.guard),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === undefined
      ? rawBody === true
        ? { requestBody: { content: { '*/*': {} } } }
        : {}
      : {
          requestBody: {
            required: !body.safeParse(undefined).success,
            content: { 'application/json': { schema: schemaOf(body, 'input') } },
          },
        }),
    responses: { '2XX': { description: 'Done', ...content }, default: ref('responses/Problem') },
  };
}

/** `x-sekisho-roles`: one of them is needed. */
function securityOf(guard: ApiGuard): Schema {
  if (guard === 'public') return { security: [] };
  return { security: [{ session: [] }, { key: [] }], ...(guard === 'member' ? {} : { 'x-sekisho-roles': guard }) };
}

function queryParameters(query: z.ZodType): readonly Schema[] {
  const { properties = {}, required = [] } = schemaOf(query, 'input') as { properties?: Record<string, Schema>; required?: string[] };
  return Object.entries(properties).map(([name, schema]) => ({ name, in: 'query', required: required.includes(name), schema }));
}

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): Schema {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { target: 'draft-2020-12', io, unrepresentable: 'any' });
  return rest;
}

/** `POST /api/v1/members/{id}/enrolment` is `postMembersIdEnrolment`. */
function operationIdOf({ method, path }: ApiRoute): string {
  const words = path
    .slice('/api/v1/'.length)
    .split(/[^A-Za-z0-9]+/)
    .filter((word) => word !== '');
  return [method.toLowerCase(), ...words.map((word) => word[0]!.toUpperCase() + word.slice(1))].join('');
}

function ref(name: string): Schema {
  return { $ref: `#/components/${name}` };
}

/** RFC 9457, section 3. */
const PROBLEM: Schema = {
  type: 'object',
  required: ['type', 'title', 'status', 'detail', 'code', 'requestId'],
  properties: {
    type: { type: 'string', format: 'uri' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string', description: 'One sentence for people' },
    code: { type: 'string', description: 'Stable, for programs' },
    next: { type: 'string', description: 'What to do about it' },
    requestId: { type: 'string' },
  },
  additionalProperties: true,
};
