// The door of classify: levels of data class, what asks for them, and the maximum of it all.
export { DATA_LEVELS, levelNamed, namesOf, rankOf, type DataLevel } from './levels.ts';
export { DEFAULT_LEVELS, levelOf, type LevelDecision, type LevelEvidence, type LevelTable } from './level-of.ts';
export { markingsIn, type Marking } from './markings.ts';
