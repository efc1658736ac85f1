// The door of inspection: what a text or a request holds, masking and restoring, levels of data.
export { DATA_LEVELS, levelNamed, namesOf, type DataLevel, type LevelDecision } from './classify/index.ts';
export type { Detector, Finding } from './detect/detector.ts';
export { createInspector, type InspectorOptions } from './inspector.ts';
export { compilePolicy, selectTypes, TYPE_GROUPS, type CompiledPolicy, type MaskingPolicy } from './masking-policy.ts';
export type { Segment } from './conversation/segment-inspection.ts';
export type { Spliced } from './conversation/request-inspection.ts';
export type { TextEncoding } from './mask/restore.ts';
export {
  createRequestInspector,
  type Content,
  type InspectionProblem,
  type RequestInspector,
  type Restoring,
} from './request-inspector.ts';
export { createTextInspector, type Finder, type TextInspection, type TextInspector } from './text-inspector.ts';
export { SENSITIVE_TYPES, type SensitiveType } from './types.ts';
