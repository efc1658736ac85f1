// The management API's way from a request to its answer: find the route, see who asks, check the guard, read what was sent, let the
// handler act, and say what came of it. Knows no act by itself.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Keyring } from '#identity';
import type { RequestId } from '#kernel';
import { authenticate, guardProblem, type Authenticated } from './authenticate.ts';
import type { ApiCall } from './call.ts';
import type { ApiContext } from './context.ts';
import { crossSiteProblem, foreignPageProblem } from './cross-site.ts';
import { readInput } from './input.ts';
import { createPathTable } from './path-table.ts';
import { sendAnswer, sendFailure, sendProblem } from './problem.ts';
import { ApiRefusal } from './refusal.ts';
import type { ApiAnswer, ApiRoute } from './route.ts';

export interface DispatcherOptions {
  readonly routes: readonly ApiRoute[];
  readonly context: ApiContext;
  readonly keyring: Pick<Keyring, 'identify'>;
  readonly newRequestId: () => RequestId;
  /** Told about a handler that threw. */
  readonly onError: (id: RequestId, error: unknown) => void;
  /** How long a body may take to arrive; then the connection is cut. Default: 10 seconds from anybody, 60 from those who are known. */
  readonly bodySeconds?: { readonly anybody: number; readonly known: number };
}

export interface Dispatcher {
  /** Is this path the management API's to answer? Also where there is nothing. */
  takes(path: string): boolean;
  /** Always answers, and never rejects. */
  answer(request: IncomingMessage, response: ServerResponse, path: string): Promise<void>;
}

const MOST_CALLS = 256;
/** Bodies of strangers that are on their way: whoever holds these keeps nobody from acting who is signed in. */
const MOST_STRANGERS = 128;
const MOST_BODY_BYTES = 64 * 1024 * 1024;
/** Whoever sends slowly holds a place and memory that others need. */
const BODY_SECONDS = { anybody: 10, known: 60 };
const PREFIX = '/api/';

export function createDispatcher(options: DispatcherOptions): Dispatcher {
  const { routes, context, keyring, newRequestId, onError, bodySeconds = BODY_SECONDS } = options;
  const find = createPathTable(routes);
  let calls = 0;
  let bodyBytes = 0;
  let strangers = 0;

  async function outcomeOf(request: IncomingMessage, path: string, id: RequestId): Promise<ApiAnswer | ApiRefusal> {
    const match = find(request.method ?? 'GET', path);
    if (match.kind === 'nothing') return NOTHING_THERE;
    if (match.kind === 'other-method') return otherMethod(match.allowed);
    const { route, params } = match;
    const { headers } = request;
    const { services } = context;
    let who: Authenticated | undefined;
    if (route.guard !== 'public') {
      const authenticated = await authenticate(headers, { context, keyring });
      if (!authenticated.ok) return authenticated.error;
      who = authenticated.value;
      const problem = guardProblem(route.guard, who.actor);
      if (problem !== undefined) return problem;
    }
    if (route.method !== 'GET') {
      const isSession = who?.credential.kind === 'session';
      const problem = isSession ? crossSiteProblem(headers, services.publicUrl) : foreignPageProblem(headers, services.publicUrl);
      if (problem !== undefined) return problem;
    }
    const isStranger = who === undefined && route.method !== 'GET';
    if (isStranger && strangers >= MOST_STRANGERS) return BUSY;
    let claimed = 0;
    if (isStranger) strangers++;
    const cut = setTimeout(() => request.destroy(), (who === undefined ? bodySeconds.anybody : bodySeconds.known) * 1000);
    try {
      const input = await readInput(route, request, (bytes) => {
        if (bodyBytes + bytes > MOST_BODY_BYTES) return false;
        bodyBytes += bytes;
        claimed += bytes;
        return true;
      });
      clearTimeout(cut);
      if (!input.ok) return input.error;
      const call = {
        id,
        actor: who?.actor,
        credential: who?.credential,
        params,
        ...input.value,
        headers,
        remoteAddress: request.socket.remoteAddress ?? '',
        nowMs: context.clock.now(),
        services,
      };
      // The guard, which the type of a call does not know, says that there is an actor.
      return await route.handle(call as ApiCall);
    } finally {
      clearTimeout(cut);
      bodyBytes -= claimed;
      if (isStranger) strangers--;
    }
  }

  async function answer(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
    const id = newRequestId();
    if (calls >= MOST_CALLS) return sendProblem(response, BUSY, id);
    calls++;
    try {
      const outcome = await outcomeOf(request, path, id);
      if (outcome instanceof ApiRefusal) sendProblem(response, outcome, id);
      else sendAnswer(response, outcome, id);
    } catch (error) {
      onError(id, error);
      if (response.headersSent) response.destroy();
      else sendFailure(response, id);
    } finally {
      calls--;
    }
  }

  return { takes: (path) => path.startsWith(PREFIX) || find('GET', path).kind !== 'nothing', answer };
}

const NOTHING_THERE = new ApiRefusal(404, 'unknown-path', 'There is nothing at this path.', {
  next: 'GET /api/v1/openapi.json lists what there is.',
});

const BUSY = new ApiRefusal(503, 'busy', 'Too many calls are in progress here.', {
  next: 'Try again shortly.',
  facts: { retryAfterSeconds: 1 },
});

function otherMethod(allowed: readonly string[]): ApiRefusal {
  return new ApiRefusal(405, 'method-not-allowed', `This path takes ${allowed.join(', ')}.`, { facts: { allow: allowed } });
}
