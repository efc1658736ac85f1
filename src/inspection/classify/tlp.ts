// The Traffic Light Protocol (FIRST, TLP 2.0 of 2022 and 1.0 before it): labels, where they stand in STIX and MISP, and which level they ask
// for. Labels written in running text are found by markings.ts.
import type { DataLevel } from './levels.ts';

export type TlpLabel = 'CLEAR' | 'GREEN' | 'AMBER' | 'AMBER+STRICT' | 'RED';

/**
 * CLEAR may be published. GREEN stays within a community, not in public: internal. AMBER goes to the organisation and its clients who need
 * it: confidential. AMBER+STRICT goes to nobody outside the organisation, and a model provider is outside; RED only to named persons.
 */
const LEVELS: Readonly<Record<TlpLabel, DataLevel>> = {
  CLEAR: 'public',
  GREEN: 'internal',
  AMBER: 'confidential',
  'AMBER+STRICT': 'restricted',
  RED: 'restricted',
};

/** Ids of STIX 2.1: TLP 2.0 by the OASIS extension definition 60a3c5c5-0d10-413e-aab3-9e08dde9e88d, TLP 1.0 by section 7.2.1.4. */
const STIX_IDS: ReadonlyMap<string, TlpLabel> = new Map([
  ['94868c89-83c2-464b-929b-a1a8aa3c8487', 'CLEAR'],
  ['bab4a63c-aed9-4cf5-a766-dfca5abac2bb', 'GREEN'],
  ['55d920b0-5e8b-4f79-9ee9-91f868d9b421', 'AMBER'],
  ['939a9414-2ddd-4d32-a0cd-375ea402b003', 'AMBER+STRICT'],
  ['e828b379-4e03-4974-9ac4-e53a884c97c1', 'RED'],
  ['613f2e26-407d-48c7-9eca-b8e91df99dc9', 'CLEAR'],
  ['34098fce-860f-48ae-8e50-ebd3cc5e41da', 'GREEN'],
  ['f88d31f6-486f-44da-b317-01333bde0b82', 'AMBER'],
  ['5e57c739-391a-4eb3-b6be-7d15ca92d5ed', 'RED'],
]);

export const STIX_MARKING_PREFIX = 'marking-definition--';

const SPELLING =
  /^(?:tlp|traffic light protocol)[ \t]*[:_/=-]?[ \t]*(?:color[ \t]*=[ \t]*)?"?(?:(clear|white)|(green)|(amber[ \t]*[+:_ -]?[ \t]*strict)|(amber)|(red))"?$/;

const BY_GROUP: readonly TlpLabel[] = ['CLEAR', 'GREEN', 'AMBER+STRICT', 'AMBER', 'RED'];

/** `TLP:AMBER`, `tlp:amber` (MISP), `TLP:AMBER+STRICT`, `tlp:ex:chr` and other text: undefined. WHITE of TLP 1.0 is CLEAR. */
export function tlpLabelOf(text: string): TlpLabel | undefined {
  if (text.length > 64) return undefined;
  const groups = SPELLING.exec(text.normalize('NFKC').trim().toLowerCase());
  return groups === null ? undefined : BY_GROUP[groups.slice(1).findIndex((group) => group !== undefined)];
}

/** The label that a marking of attached intelligence stands for: a STIX 2.1 marking-definition id, a MISP tag or a label as written. */
export function tlpOfMarking(reference: string): TlpLabel | undefined {
  if (!reference.startsWith(STIX_MARKING_PREFIX)) return tlpLabelOf(reference);
  return STIX_IDS.get(reference.slice(STIX_MARKING_PREFIX.length).toLowerCase());
}

export function levelOfTlp(label: TlpLabel): DataLevel {
  return LEVELS[label];
}
