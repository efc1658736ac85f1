// The journal: one JSON line per received request, written with a synchronous write(2) before the request is answered. It survives
// `kill -9` of this or any other process, and not a power cut (there is no fsync): it is the tests' truth of what reached a provider.
//
//   {"requestId":"req_…","path":"/v1/chat/completions","bodySha256":"…","bodyBytes":812,"complete":true}
//
// `requestId` is the header x-client-request-id or null. `complete` is false when the client went away while sending; the hash is then
// over what arrived.
import { closeSync, openSync, writeSync } from 'node:fs';
import type { RecordedRequest } from './options.ts';

export interface JournalLine {
  readonly requestId: string | null;
  readonly path: string;
  readonly bodySha256: string;
  readonly bodyBytes: number;
  readonly complete: boolean;
}

export interface Journal {
  append(request: RecordedRequest): void;
  close(): void;
}

/** Opens for appending and creates where missing, mode 0600. Throws the system error when that fails. */
export function openJournal(path: string): Journal {
  const file = openSync(path, 'a', 0o600);
  return {
    append(request) {
      const line: JournalLine = {
        requestId: request.requestId ?? null,
        path: request.path,
        bodySha256: request.bodySha256,
        bodyBytes: request.body.length,
        complete: request.bodyComplete,
      };
      const bytes = Buffer.from(`${JSON.stringify(line)}\n`);
      for (let written = 0; written < bytes.length;) written += writeSync(file, bytes, written);
    },
    close: () => closeSync(file),
  };
}
