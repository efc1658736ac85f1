// Whom a command about access means: by id, or by a member's name.
import { z } from 'zod';
import { segment } from './access-input.ts';
import { readAnswer, type ApiClient } from './api-client.ts';

/** Ids are taken as they are: not everybody who may ask about a principal may read the members. */
export async function principalOf(api: ApiClient, nameOrId: string): Promise<string> {
  if (nameOrId.startsWith('prn_')) return nameOrId;
  return readAnswer(z.looseObject({ id: z.string() }), await api.call('GET', `/api/v1/members/${segment(nameOrId)}`)).id;
}
