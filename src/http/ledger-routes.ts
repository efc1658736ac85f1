// The ledger over HTTP in C2SP tlog-tiles layout: checkpoint and hash tiles for anyone, entries for auditors only.
import type { ServerResponse } from 'node:http';
import { isTileInLog, parseTilePath, treeSize, type TileName } from '#ledger';
import type { HttpContext } from './context.ts';

export const LEDGER_PREFIX = '/ledger/';

export type LedgerResource =
  | { readonly kind: 'checkpoint'; readonly path: string }
  | { readonly kind: 'tile' | 'entries'; readonly path: string; readonly tile: TileName };

/** What a path under /ledger/ names; undefined for anything that is not exactly a resource of the layout. */
export function ledgerResource(urlPath: string): LedgerResource | undefined {
  const path = urlPath.slice(LEDGER_PREFIX.length);
  if (path === 'checkpoint') return { kind: 'checkpoint', path };
  const tile = parseTilePath(path);
  if (tile === undefined) return undefined;
  return { kind: tile.level === 'entries' ? 'entries' : 'tile', path, tile };
}

/** Sends the resource; false when it does not exist (yet). */
export async function sendLedgerResource(resource: LedgerResource, response: ServerResponse, context: HttpContext): Promise<boolean> {
  if (resource.kind !== 'checkpoint' && !(await isPublished(resource.tile, context))) return false;
  const body = await context.ledgerFiles.read(resource.path);
  if (body === undefined) return false;
  const isCheckpoint = resource.kind === 'checkpoint';
  response.writeHead(200, {
    'content-type': isCheckpoint ? 'text/plain; charset=utf-8' : 'application/octet-stream',
    // tlog-tiles: tiles never change, a checkpoint changes all the time.
    'cache-control': isCheckpoint ? 'no-cache' : resource.kind === 'entries' ? 'private, no-store' : 'public, max-age=31536000, immutable',
    'content-length': body.length,
    'x-content-type-options': 'nosniff',
  });
  response.end(body);
  return true;
}

/** What lies on disk beyond the published checkpoint may still change, and clients keep tiles for ever. */
async function isPublished(tile: TileName, context: HttpContext): Promise<boolean> {
  const checkpoint = await context.ledgerFiles.read('checkpoint');
  return checkpoint !== undefined && isTileInLog(tile, treeSize(checkpoint) ?? 0);
}
