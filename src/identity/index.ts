export { createAdministration } from './administration.ts';
export type { Administration, AdministrationOptions, AdministrationRefusal, CreatedKey, CreateKeyInput } from './administration.ts';
export { API_KEY_LENGTH, createKeyMac, generateApiKey, keyIdOf, readKeyId } from './api-key.ts';
export { endUserOf, MAX_END_USER_BYTES, type EndUser, type EndUserRefusal } from './end-user.ts';
export { MEMBER_ROLES, type Member, type MemberRole } from './member.ts';
export { AUTHENTICATIONS, type Authentication } from './authentication.ts';
export { createKeyring } from './keyring.ts';
export type { Caller, IdentityRefusal, Keyring, KeyringOptions, KeyringStatus } from './keyring.ts';
export type { Session, SignedIn } from './sessions/session.ts';
export { PRINCIPAL_KINDS, ROLES } from './principals.ts';
export type {
  InsertKeyOutcome,
  InsertKeyRefusal,
  KeyChanges,
  KeyRecord,
  KeyStore,
  NewKey,
  Principal,
  PrincipalKind,
  Role,
  StoredKey,
} from './principals.ts';
export { createPseudonymBook, type Pseudonymous, type PseudonymBook, type PseudonymStore } from './pseudonyms/pseudonym-book.ts';
