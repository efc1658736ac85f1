// The Cedar library (WebAssembly), loaded when the first policy set is read: 10 MB and 50 ms that a checkpoint without governed routes does not
// pay. Cedar keeps parsed policy sets under names and forgets none, so names are given out and taken back here.
//
// An input that nests too deeply overflows the stack of the module, and whatever it is asked afterwards fails too. limits.ts keeps such input
// away; where one got through, every later decision is an error and refuses.
import type * as Library from '@cedar-policy/cedar-wasm/nodejs';

export type { DetailedError, PolicyJson } from '@cedar-policy/cedar-wasm/nodejs';

/** A question to prepared policies; which policies and schema is known. */
export type Question = Omit<Library.StatefulAuthorizationCall, 'preparsedPolicySetId' | 'preparsedSchemaName' | 'validateRequest'>;

/** Policies that Cedar has parsed and keeps. */
export interface Prepared {
  /** The question is checked against the schema first; `failure` where it does not fit. */
  ask(question: Question): Library.AuthorizationAnswer;
  /** Gives the memory back; `ask` must not be called afterwards. */
  release(): void;
}

export interface Cedar {
  readonly library: typeof Library;
  /** The text of the schema, as it was prepared. */
  readonly schema: string;
  /** By policy id. Throws where one cannot be parsed: policies are checked before. */
  prepare(policies: Readonly<Record<string, Library.Policy>>): Prepared;
}

const SCHEMA_NAME = 'sekisho';

/** Loads the library and the schema. Throws where the schema is not one: it comes with the program. */
export async function openCedar(schema: string): Promise<Cedar> {
  const library = await import('@cedar-policy/cedar-wasm/nodejs');
  const answer = library.preparseSchema(SCHEMA_NAME, schema);
  if (answer.type === 'failure') throw new Error(`the schema of access policies: ${answer.errors[0]?.message ?? 'not valid'}`);
  let made = 0;
  const unused: string[] = [];
  return {
    library,
    schema,
    prepare(policies) {
      const name = unused.pop() ?? `set-${++made}`;
      const parsed = library.preparsePolicySet(name, { staticPolicies: { ...policies } });
      if (parsed.type === 'failure') {
        unused.push(name);
        throw new Error(`policies could not be prepared: ${parsed.errors[0]?.message ?? 'no reason given'}`);
      }
      return {
        ask: (question) =>
          library.statefulIsAuthorized({
            ...question,
            preparsedPolicySetId: name,
            preparsedSchemaName: SCHEMA_NAME,
            validateRequest: true,
          }),
        release() {
          library.preparsePolicySet(name, { staticPolicies: {} });
          unused.push(name);
        },
      };
    },
  };
}
