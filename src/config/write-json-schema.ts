// Script: rewrites schema/sekisho.config.schema.json after a change of schema.ts. Run: node src/config/write-json-schema.ts
import { writeFileSync } from 'node:fs';
import { renderJsonSchema } from './json-schema.ts';

writeFileSync(new URL('../../schema/sekisho.config.schema.json', import.meta.url), renderJsonSchema());
