// Every reader, for whoever starts a review.
import { readBatch } from './batch.ts';
import { readCode } from './code.ts';
import { judgeArgv } from './judge.ts';
import { readPowershell } from './powershell.ts';
import type { Readers } from './run.ts';
import { readShell } from './walk.ts';

export const READERS: Readers = { shell: readShell, argv: judgeArgv, powershell: readPowershell, batch: readBatch, code: readCode };
