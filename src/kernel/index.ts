export { canonicalJson, type Json } from './canonical-json.ts';
export { followChanges, type ChangeFollower, type ChangePage } from './change-follower.ts';
export { describeError, SekishoError, systemErrorCode } from './errors.ts';
export { createRequestIds, ulid, type Brand, type KeyId, type PrincipalId, type RequestId } from './ids.ts';
export { Pieces } from './pieces.ts';
export { createSystemRandom, systemClock, type Clock, type Random } from './ports.ts';
export { err, ok, type Err, type Ok, type Result } from './result.ts';
export { closestName, editDistance } from './suggest.ts';
export {
  editJsonObject,
  memberValue,
  scanJsonElements,
  scanJsonMembers,
  scanJsonObject,
  type JsonEdit,
  type JsonMember,
  type JsonObjectScan,
  type JsonScanProblem,
} from './json-scan.ts';
