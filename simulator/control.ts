// The control endpoints under /__simulator/, for drills from another process. They are neither recorded nor journalled, and never part
// of what a provider offers. No authentication: the simulator listens on 127.0.0.1 only.
//
//   GET    /__simulator            name, label, stats, fault in force
//   GET    /__simulator/requests   the recorded requests, credentials replaced by their hash
//   DELETE /__simulator/requests
//   POST   /__simulator/fault      {"kind": "status", "status": 429, "times": 2, "path": "/v1/responses"}
//   DELETE /__simulator/fault
import type { Json } from '#kernel';
import { jsonAnswer, type Answer } from './answer.ts';
import { parseFault, type FaultSlot } from './faults.ts';
import { parseJson } from './json.ts';
import type { RecordedRequest, SimulatorStats } from './options.ts';
import type { Ring } from './recording.ts';
import { sha256Hex } from './reply.ts';

export const CONTROL_PATH = '/__simulator';

export interface ControlContext {
  readonly name: string;
  readonly label: string;
  readonly stats: SimulatorStats;
  readonly faults: FaultSlot;
  readonly ring: Ring;
}

export function answerControl(context: ControlContext, method: string, path: string, body: Buffer): Answer {
  switch (`${method} ${path.slice(CONTROL_PATH.length)}`) {
    case 'GET ':
      return jsonAnswer({ name: context.name, label: context.label, stats: { ...context.stats }, fault: faultInForce(context.faults) });
    case 'GET /requests':
      return jsonAnswer({ requests: context.ring.requests.map(describe) });
    case 'DELETE /requests':
      context.ring.clear();
      return jsonAnswer({ requests: [] });
    case 'POST /fault': {
      const parsed = parseFault(parseJson(body.toString('utf8')));
      if (!parsed.ok) return jsonAnswer({ error: parsed.error }, 400);
      context.faults.set(parsed.value.fault, parsed.value.scope);
      return jsonAnswer({ fault: faultInForce(context.faults) });
    }
    case 'DELETE /fault':
      context.faults.set(null);
      return jsonAnswer({ fault: null });
    default:
      return jsonAnswer({ error: `there is no ${method} ${path}` }, 404);
  }
}

function faultInForce(faults: FaultSlot): Json {
  const current = faults.current();
  if (current === undefined) return null;
  return {
    ...current.fault,
    ...(current.times === undefined ? {} : { times: current.times }),
    ...(current.path === undefined ? {} : { path: current.path }),
  };
}

const CREDENTIAL_HEADERS: ReadonlySet<string> = new Set(['authorization', 'x-api-key', 'api-key', 'proxy-authorization', 'cookie']);

function describe(request: RecordedRequest): Json {
  const headers = Object.entries(request.headers).map(([name, value]) => [
    name,
    CREDENTIAL_HEADERS.has(name) ? `sha256:${sha256Hex(value)}` : value,
  ]);
  return {
    sequence: request.sequence,
    receivedAtMs: request.receivedAtMs,
    method: request.method,
    path: request.path,
    query: request.query,
    headers: Object.fromEntries(headers) as Json,
    requestId: request.requestId ?? null,
    bodySha256: request.bodySha256,
    bodyBytes: request.body.length,
    bodyComplete: request.bodyComplete,
    json: request.json ?? null,
    endUser: request.endUser ?? null,
    fault: request.fault ?? null,
    aborted: request.aborted,
  };
}
