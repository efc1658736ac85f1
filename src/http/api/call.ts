// One call of the management API as a handler sees it.
import type { IncomingHttpHeaders } from 'node:http';
import type { Actor } from '#access';
import type { RequestId } from '#kernel';
import type { Credential } from './credential.ts';
import type { ApiServices } from './services.ts';

export interface ApiCall<Query = unknown, Body = unknown> {
  readonly id: RequestId;
  /** There exactly when the guard is not `public`. */
  readonly actor: Actor;
  /** What the actor showed: a session, or a key. There exactly when there is an actor. */
  readonly credential?: Credential;
  /** Named parts of the path, decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: Query;
  readonly body: Body;
  /** The body byte for byte: there exactly when the route asks for it. */
  readonly rawBody?: Buffer;
  readonly headers: IncomingHttpHeaders;
  /** Address of the peer as the socket knows it. */
  readonly remoteAddress: string;
  readonly nowMs: number;
  readonly services: ApiServices;
}
