// Script: rewrites schema/sekisho.catalogue.schema.json after a change of catalogue/schema.ts. Run: node src/providers/write-catalogue-schema.ts
import { writeFileSync } from 'node:fs';
import { renderCatalogueSchema } from './catalogue/schema.ts';

writeFileSync(new URL('../../schema/sekisho.catalogue.schema.json', import.meta.url), renderCatalogueSchema());
