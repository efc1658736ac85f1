// Facts as Cedar is asked about them: entities with attributes, and a context, in the shape of data/access/schema.cedarschema. Checks nothing:
// Cedar holds the question against the schema, and names that it does not know are a failure there.
import type { Question } from './cedar.ts';
import { DATA_LEVELS } from './names.ts';
import type { AccessFacts } from './types.ts';

const KIND_TYPES: Readonly<Record<string, string>> = { person: 'Sekisho::Person', service: 'Sekisho::Service', agent: 'Sekisho::Agent' };

export function questionOf({ principal, grant, capability, dataLevel, route, deployment }: AccessFacts): Question {
  const principalUid = { type: KIND_TYPES[principal.kind] ?? '', id: principal.id };
  const resourceUid = { type: 'Sekisho::Deployment', id: deployment.id };
  const { company, program, vendorCountry, hostingCountry, jurisdiction } = deployment;
  return {
    principal: principalUid,
    action: { type: 'Sekisho::Action', id: capability },
    resource: resourceUid,
    context: {
      ...(grant === undefined ? {} : { grant: grantOf(grant) }),
      capability: named('Capability', capability),
      data: { name: named('DataLevel', dataLevel), level: DATA_LEVELS.indexOf(dataLevel) },
      route,
    },
    entities: [
      {
        uid: principalUid,
        attrs: {
          isOutside: principal.isOutside,
          standing: named('Standing', principal.standing),
          authentication: named('Authentication', principal.authentication),
        },
        parents: [],
      },
      {
        uid: resourceUid,
        attrs: {
          company,
          ...(program === undefined ? {} : { program }),
          vendorCountry,
          hostingCountry,
          jurisdiction: named('Jurisdiction', jurisdiction),
        },
        parents: [],
      },
    ],
  };
}

function grantOf({ id, tier, capabilities, programs }: NonNullable<AccessFacts['grant']>): Question['context'][string] {
  return { id, tier, capabilities: capabilities.map((name) => named('Capability', name)), programs: [...programs] };
}

function named(type: string, id: string): { __entity: { type: string; id: string } } {
  return { __entity: { type: `Sekisho::${type}`, id } };
}
