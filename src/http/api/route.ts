// What a route of the management API is: data that the dispatcher, the authorization test and the OpenAPI document all read. A route
// without a guard does not exist, because the type demands one.
import type { z } from 'zod';
import type { MemberRole } from '#identity';
import type { ApiCall } from './call.ts';
import type { ApiRefusal } from './refusal.ts';

/** public: anyone who reaches the port. member: anyone who is signed in. Otherwise: a member with one of these roles. */
export type ApiGuard = 'public' | 'member' | readonly MemberRole[];

export interface ApiAnswer {
  /** Below 400; above only where a page or another standard than RFC 9457 says how a refusal looks. */
  readonly status: 200 | 201 | 202 | 204 | 302 | 400 | 401 | 403 | 429 | 503;
  /** Sent as JSON, or as it is where `contentType` says what it is. */
  readonly body?: unknown;
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface ApiRoute {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** With names in braces for parts: `/api/v1/applications/{id}`. */
  readonly path: string;
  readonly guard: ApiGuard;
  /** One line for the OpenAPI document. */
  readonly summary: string;
  readonly query?: z.ZodType;
  readonly body?: z.ZodType;
  /** What a 2xx answer holds; left out: nothing, or not JSON. */
  readonly answer?: z.ZodType;
  /** Larger bodies are refused. Default 256 KiB. */
  readonly maxBodyBytes?: number;
  /** The handler needs the bytes as they came, in `call.rawBody`: for signatures over them. */
  readonly rawBody?: boolean;
  /** `call.query` and `call.body` are what the schemas made of the request. A returned refusal becomes a problem document (RFC 9457). */
  handle(call: ApiCall): Promise<ApiAnswer | ApiRefusal>;
}

/** Gives `handle` the types of the schemas. */
export function apiRoute<Query extends z.ZodType, Body extends z.ZodType>(
  route: Omit<ApiRoute, 'handle' | 'query' | 'body'> & {
    readonly query?: Query;
    readonly body?: Body;
    handle(call: ApiCall<z.output<Query>, z.output<Body>>): Promise<ApiAnswer | ApiRefusal>;
  },
): ApiRoute {
  return route;
}
