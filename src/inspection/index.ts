// The door of inspection: what a text or a request holds, masking and restoring, levels of data.
export { DATA_LEVELS, levelNamed, namesOf, type DataLevel, type LevelDecision, type Marking } from './classify/index.ts';
export { externalUrlProblem } from './external/detector.ts';
export type { Detector, Finding } from './detect/detector.ts';
export { loadDictionary, type DictionaryProblem } from './dictionary/load.ts';
export { examineDocument, levelOfDocument, valuesByType, type Examination, type LevelChanges } from './document-examination.ts';
export { DocumentMasker, type DocumentFormat, type DocumentMaskerOptions } from './document-masking.ts';
export { createDocumentRestorer, type DocumentRestorer } from './document-restoring.ts';
export { createPdfReader, type PdfProblem, type PdfReader, type PdfReaderOptions, type PdfText } from './documents/pdf-text.ts';
export { createInspector, type InspectorOptions } from './inspector.ts';
export { joinMaps, mapText, parseMap, type MaskingMap } from './masking-map.ts';
export { compilePolicy, selectTypes, TYPE_GROUPS, type CompiledPolicy, type MaskingPolicy } from './masking-policy.ts';
export type { Segment } from './conversation/segment-inspection.ts';
export type { Spliced } from './conversation/request-inspection.ts';
export { MaskingFailed } from './mask/mask-text.ts';
export type { RestoreCounts, TextEncoding } from './mask/restore.ts';
export {
  createRequestInspector,
  type Content,
  type InspectionProblem,
  type MaskingProblem,
  type RequestInspector,
  type Restoring,
} from './request-inspector.ts';
export { createTextInspector, type Finder, type TextInspection, type TextInspector } from './text-inspector.ts';
export { mergeSignals, type OwnScores, type SignalSummary, type SignalTotal } from './signals/index.ts';
export {
  createRemoteFinders,
  type ExternalDetectorSettings,
  INLINE_CHARACTERS,
  type RemoteFinder,
  type RemoteFinderOptions,
} from './remote-finders.ts';
export { SENSITIVE_TYPES, type SensitiveType } from './types.ts';
export { createMaskingVault, type MaskingVault, type SealedEntries, type SealedPlace, type VaultEntry } from './vault.ts';
