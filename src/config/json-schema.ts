// The JSON Schema of the configuration file, for editors. Derived from schema.ts; checks that need the whole file are not in it.
import { z } from 'zod';
import { fileSchema } from './schema.ts';

/** JSON Schema draft 2020-12 as it is published in schema/sekisho.config.schema.json, with a newline at the end. */
export function renderJsonSchema(): string {
  const { $schema, ...rest } = z.toJSONSchema(fileSchema, { target: 'draft-2020-12', io: 'input' });
  return `${JSON.stringify({ $schema, title: 'sekisho.config.yaml', ...rest }, null, 2)}\n`;
}
