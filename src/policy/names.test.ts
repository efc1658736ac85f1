// The names of facts, of trusted access and of the schema are the same ones.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CAPABILITIES, STANDINGS, tierOf } from '#access';
import * as names from './names.ts';
import { shippedCedar } from './shipped.ts';

describe('names', () => {
  it('are those of the taxonomy, in its order and its tiers', () => {
    assert.deepEqual([...names.DEFENSIVE_CAPABILITIES, ...names.OFFENSIVE_CAPABILITIES], [...CAPABILITIES]);
    assert.deepEqual(
      CAPABILITIES.filter((capability) => tierOf(capability) === 2),
      [...names.OFFENSIVE_CAPABILITIES],
    );
    assert.deepEqual(names.STANDING_NAMES, STANDINGS);
  });

  it('are those of the schema', async () => {
    const { library, schema } = await shippedCedar();
    const answer = library.schemaToJson(schema);
    assert.ok(answer.type === 'success');
    const { actions, entityTypes } = answer.json['Sekisho']!;
    const asked = Object.entries(actions).filter(([, { appliesTo }]) => (appliesTo?.principalTypes.length ?? 0) > 0);
    assert.deepEqual(asked.map(([name]) => name).toSorted(), [...names.CAPABILITY_NAMES].toSorted());
    const inGroup = (group: string): string[] =>
      asked.filter(([, { memberOf }]) => memberOf?.some(({ id }) => id === group)).map(([name]) => name);
    assert.deepEqual(inGroup('defensive').toSorted(), [...names.DEFENSIVE_CAPABILITIES].toSorted());
    assert.deepEqual(inGroup('offensive').toSorted(), [...names.OFFENSIVE_CAPABILITIES].toSorted());
    const listed = (type: string): unknown => (entityTypes[type] as { readonly enum?: readonly string[] } | undefined)?.enum;
    assert.deepEqual(listed('Capability'), names.CAPABILITY_NAMES);
    assert.deepEqual(listed('Standing'), names.STANDING_NAMES);
    assert.deepEqual(listed('Authentication'), names.AUTHENTICATION_NAMES);
    assert.deepEqual(listed('DataLevel'), names.DATA_LEVELS);
    assert.deepEqual(listed('Jurisdiction'), names.JURISDICTIONS);
  });
});
