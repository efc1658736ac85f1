export { createAdministration, OWN_PRINCIPALS } from './administration.ts';
export type { Administration, AdministrationOptions, AdministrationRefusal, CreatedKey, CreateKeyInput } from './administration.ts';
export { API_KEY_LENGTH, createKeyMac, generateApiKey, keyIdOf, readKeyId } from './api-key.ts';
export { endUserOf, MAX_END_USER_BYTES, type EndUser, type EndUserRefusal } from './end-user.ts';
export { MEMBER_ROLES, type Member, type MemberRole } from './member.ts';
export { AUTHENTICATIONS, type Authentication } from './authentication.ts';
export { createKeyring } from './keyring.ts';
export type { Caller, IdentityRefusal, Keyring, KeyringOptions, KeyringStatus } from './keyring.ts';
export type { Acting, ActFacts, Confirm, RecordAct } from './act.ts';
export { CLIENT_ROLES, type Client, type ClientKey, type ClientRole } from './client-credentials/client.ts';
export { CLIENT_ALGORITHMS, type ClientAlgorithm, type PublicJwk, type ReadKey } from './client-credentials/client-key.ts';
export type { ClientStore, NewClient, Reach } from './client-credentials/client-store.ts';
export { createClients } from './client-credentials/clients.ts';
export type { ClientActing, ClientRefusal, Clients, ClientsOptions, RegisterClient } from './client-credentials/clients.ts';
export { TOKEN_PATH, type IssuedToken, type TokenRefusal, type TokenRequest } from './client-credentials/tokens.ts';
export { createEnrolment } from './enrolment/enrolment.ts';
export type {
  Enrolment,
  EnrolmentLink,
  EnrolmentOptions,
  EnrolmentRefusal,
  EnrolmentStore,
  FoundEnrolment,
  NewEnrolment,
} from './enrolment/enrolment.ts';
export type {
  InsertMemberRefusal,
  MemberChange,
  MemberRecord,
  MemberStore,
  NewMember,
  UpdateMemberRefusal,
} from './members/member-store.ts';
export { createMembers } from './members/members.ts';
export type { AddMemberInput, MemberProfile, MemberRefusal, Members, MembersOptions } from './members/members.ts';
export { createOidc, redirectUriOf } from './oidc/oidc.ts';
export type { InvitationRefusal } from './oidc/invitations.ts';
export type { Arrival, Departure, Oidc, OidcOptions, OidcRefusal } from './oidc/oidc.ts';
export type { LinkedIdentity, NewInvitation, OidcIdentity, OidcStore } from './oidc/oidc-store.ts';
export type { OidcProvider } from './oidc/provider.ts';
export type { AuthenticationAnswer, CreationOptions, RegistrationAnswer, RequestOptions } from './passkeys/ceremony.ts';
export type { InsertPasskeyRefusal, NewPasskey, Passkey, PasskeyStore, RemovePasskeyRefusal, StoredPasskey } from './passkeys/passkey.ts';
export { createPasskeys } from './passkeys/passkeys.ts';
export type { PasskeyRefusal, Passkeys, PasskeysOptions, RegistrationFor } from './passkeys/passkeys.ts';
export type { InsertSessionRefusal, NewSession, PasskeyUse, SessionStore } from './sessions/session-store.ts';
export type { Session, SignedIn } from './sessions/session.ts';
export { createSessions } from './sessions/sessions.ts';
export type { Place, Sessions, SessionsOptions, StartedSession, StartSession } from './sessions/sessions.ts';
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
