import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FREE_JSON } from '#slots';
import { createInspector, createRequestInspector } from './index.ts';

const CSV = 'term,label,class\nXY-1000,part,internal\n第二発電所,plant,\n';

async function levelOf(text: string, labels: Record<string, 'restricted'> = {}) {
  const inspector = createInspector({ dictionaries: ['terms.csv'], readFile: () => Buffer.from(CSV) });
  assert.ok(inspector.ok);
  const requests = createRequestInspector({
    inspector: inspector.value,
    secret: Buffer.alloc(32),
    neverRestored: [],
    levels: { labels },
    memoryBytes: 1 << 20,
  });
  const body = Buffer.from(JSON.stringify(text));
  const segments = [{ start: 0, end: body.length, tree: FREE_JSON, member: 'input', isUnknown: false }];
  const content = await requests.inspect({ body, segments, tenant: ['t'], named: undefined, marks: [] });
  assert.ok(content.ok);
  return content.value.level.level;
}

test('a term has the class that the dictionary gives it, else that of its label', async () => {
  assert.equal(await levelOf('about XY-1000'), 'internal');
  assert.equal(await levelOf('about 第二発電所'), 'confidential');
  assert.equal(await levelOf('XY-1000 in 第二発電所'), 'confidential');
});

test('what the configuration says of a label counts for all its terms', async () => {
  assert.equal(await levelOf('about XY-1000', { part: 'restricted' }), 'restricted');
});
