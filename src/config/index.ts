export type { Config } from './resolved.ts';
