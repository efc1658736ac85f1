export { openJournal, type Journal, type JournalOptions, type JournalStats, type RecordKind } from './journal.ts';
export { openLog, type IntegrateReport, type Log, type LogOptions } from './sequencer.ts';
export { createSigner, generateSigningKey } from './signer.ts';
export { parseVkey, type NoteSigner, type NoteVerifier } from './signed-note.ts';
export { verifyCheckpoint, type Checkpoint, type CheckpointFault } from './checkpoint-note.ts';
export { verifyConsistency, verifyInclusion } from './merkle.ts';
export { directorySource, isTileInLog, MAX_ENTRY_BYTES, parseTilePath, type TileName, type TileSource } from './tiles.ts';
export { findEntry, proveConsistency, proveInclusion, type InclusionEvidence } from './proofs.ts';
export { verifyLog, type LogFault, type VerifyOptions, type VerifyReport } from './verify.ts';
