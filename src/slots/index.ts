export { jsonOf, rewriteDeep, rewriteSlots, type DeepEdit, type SlotEdit } from './rewrite.ts';
export type { Slot, SlotKind } from './slot.ts';
export {
  byValue,
  data,
  definition,
  either,
  extended,
  flag,
  FREE_DEFINITION,
  FREE_JSON,
  json,
  list,
  object,
  opaque,
  plainNumber,
  plainNumbers,
  signed,
  structural,
  tainted,
  text,
  url,
  user,
  type SlotTree,
} from './tree.ts';
export { walkDeep, type DeepVisitor } from './walk-deep.ts';
export { walkSlots, type SlotVisitor, type WalkOptions } from './walk.ts';
